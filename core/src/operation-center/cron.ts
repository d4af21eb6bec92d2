/**
 * The cron expressions of a schedule: second, minute, hour, day of month, month, day of week, in Quartz style. This checks the syntax and
 * tells the cycle; it computes no run times.
 *
 * A seventh field (year) is accepted only as `*`, which the vendor's own converters write, and is dropped. Days of the week are taken from 0 to 7:
 * whether 1 means Sunday or Monday is not decided here.
 */
export type Cycle = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'

export type CronReading =
  | { readonly cron: string; readonly cycle: Cycle; readonly problem: null }
  | { readonly problem: string }

type Field = {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
  /** Forms beyond `*`, `a`, `a-b` and steps. */
  readonly special: RegExp | null
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const FIELDS = [
  { name: 'second', min: 0, max: 59, names: [], special: null },
  { name: 'minute', min: 0, max: 59, names: [], special: null },
  { name: 'hour', min: 0, max: 23, names: [], special: null },
  {
    name: 'day of month',
    min: 1,
    max: 31,
    names: [],
    special: /^(\?|L|LW|L-([1-9]|[12][0-9]|30)|(0?[1-9]|[12][0-9]|3[01])W)$/,
  },
  { name: 'month', min: 1, max: 12, names: MONTHS, special: null },
  {
    name: 'day of week',
    min: 0,
    max: 7,
    names: WEEKDAYS,
    special: /^(\?|L|([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
] as const satisfies readonly Field[]

const MAX_CRON_LENGTH = 256

/** The expression with single spaces and no year, and the cycle it stands for; or what is wrong with it. */
export function readCron(text: string): CronReading {
  if (text.length > MAX_CRON_LENGTH) return { problem: `a cron expression has at most ${MAX_CRON_LENGTH} characters` }
  const fields = text.trim().toUpperCase().split(/\s+/)
  if (fields.length === 7 && fields[6] === '*') fields.pop()
  else if (fields.length === 7) return { problem: 'a year in a cron expression is not supported' }
  if (fields.length !== 6) {
    return { problem: `a cron expression has six fields, not ${text.trim() === '' ? 0 : fields.length}` }
  }
  for (const [index, field] of FIELDS.entries()) {
    const problem = fieldProblem(field, fields[index] ?? '')
    if (problem !== null) return { problem }
  }
  const [, minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields
  if (dayOfMonth === '?' && dayOfWeek === '?') return { problem: 'only one of day of month and day of week may be ?' }
  if (isRestricted(dayOfMonth) && isRestricted(dayOfWeek)) {
    return { problem: 'a day of month and a day of week cannot both be given; one of them must be ?' }
  }
  return { cron: fields.join(' '), cycle: cycleOf(minute, hour, dayOfMonth, month, dayOfWeek), problem: null }
}

function cycleOf(minute: string, hour: string, dayOfMonth: string, month: string, dayOfWeek: string): Cycle {
  if (valueCount(FIELDS[1], minute) > 1) return 'minute'
  if (valueCount(FIELDS[2], hour) > 1) return 'hour'
  if (isRestricted(dayOfWeek)) return 'week'
  if (valueCount(FIELDS[4], month) < 12) return 'year'
  return isRestricted(dayOfMonth) ? 'month' : 'day'
}

function isRestricted(day: string): boolean {
  return day !== '*' && day !== '?'
}

function fieldProblem(field: Field, text: string): string | null {
  for (const item of text.split(',')) {
    if (field.special?.test(item)) {
      if (item === '?' && text !== '?') return `? stands alone in the ${field.name}`
    } else if (valuesOf(field, item) === null) return `${JSON.stringify(item)} is no valid ${field.name}`
  }
  return null
}

function valueCount(field: Field, text: string): number {
  return new Set(text.split(',').flatMap((item) => valuesOf(field, item) ?? [])).size
}

/** The values of one item: `*`, a value or a range, each with or without a step; a range may run over the end (22-2). Null for anything else. */
function valuesOf(field: Field, item: string): readonly number[] | null {
  const [range = '', step, ...rest] = item.split('/')
  const [first = '', last, ...more] = range.split('-')
  if (rest.length > 0 || more.length > 0) return null
  const stride = step === undefined ? 1 : /^[0-9]{1,2}$/.test(step) ? Number(step) : 0
  if (stride < 1 || stride > field.max) return null
  const from = range === '*' ? field.min : numberFor(field, first)
  const to = last === undefined ? (range === '*' || step !== undefined ? field.max : from) : numberFor(field, last)
  if (from === null || to === null) return null
  const span = to >= from ? to - from : field.max - from + 1 + to - field.min
  const size = field.max - field.min + 1
  const values: number[] = []
  for (let offset = 0; offset <= span; offset += stride) values.push(field.min + ((from - field.min + offset) % size))
  return values
}

function numberFor(field: Field, text: string): number | null {
  const named = field.names.indexOf(text)
  if (named !== -1) return named + (field.max === 12 ? 1 : 0)
  if (!/^[0-9]{1,2}$/.test(text)) return null
  const value = Number(text)
  return value >= field.min && value <= field.max ? value : null
}
