/**
 * The cron expressions of a schedule: second, minute, hour, day of month, month, day of week, in Quartz style. This checks the syntax, tells the
 * cycle, and says on which days an expression runs and at what times of them; days are calendar days, without a time zone.
 *
 * A seventh field (year) is accepted only as `*`, which the vendor's own converters write, and is dropped. Days of the week are numbered as Quartz
 * numbers them, from 1 for Sunday to 7 for Saturday (decision 22).
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
    min: 1,
    max: 7,
    names: WEEKDAYS,
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
] as const satisfies readonly Field[]

const MAX_CRON_LENGTH = 256
/** What runs more often than every minute is no schedule. */
export const MOST_RUNS_A_DAY = 1440

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
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields
  if (dayOfMonth === '?' && dayOfWeek === '?') return { problem: 'only one of day of month and day of week may be ?' }
  if (isRestricted(dayOfMonth) && isRestricted(dayOfWeek)) {
    return { problem: 'a day of month and a day of week cannot both be given; one of them must be ?' }
  }
  const runs = valueCount(FIELDS[0], second) * valueCount(FIELDS[1], minute) * valueCount(FIELDS[2], hour)
  if (runs > MOST_RUNS_A_DAY) return { problem: `a node runs at most ${MOST_RUNS_A_DAY} times a day, not ${runs}` }
  return { cron: fields.join(' '), cycle: cycleOf(minute, hour, dayOfMonth, month, dayOfWeek), problem: null }
}

/** Seconds after midnight at which the expression runs on a day on which it does, in order. */
export function timesOfDay(cron: string): readonly number[] {
  const [seconds = [], minutes = [], hours = []] = cron
    .split(' ')
    .slice(0, 3)
    .map((text, at) => [...allValues(FIELDS[at] as Field, text)].sort((a, b) => a - b))
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => (hour * 60 + minute) * 60 + second)),
  )
}

/** A calendar day; months count from 1. */
export type CalendarDay = { readonly year: number; readonly month: number; readonly day: number }

/** Whether an expression that has been read runs on the day at all. */
export function runsOnDay(cron: string, day: CalendarDay): boolean {
  return runsOnDate(cron.split(' '), day)
}

/** Every expression that ever runs does so within this: the 29th of February, or its being a Monday, may be long away. */
const FIRST_YEAR = 2001
const LAST_YEAR = 2040

/** Whether an expression ever runs from one moment to another, both written as `yyyy-mm-dd hh:mm:ss`; null: without a limit. */
export function runsWithin(cron: string, startAt: string | null, endAt: string | null): boolean {
  const times = timesOfDay(cron)
  const fields = cron.split(' ')
  const [from, to] = [startAt ?? `${FIRST_YEAR}-01-01 00:00:00`, endAt ?? '9999-12-31 23:59:59']
  const clock = (second: number) => new Date(second * 1000).toISOString().slice(11, 19)
  const lastYear = Math.min(Number(to.slice(0, 4)), Number(from.slice(0, 4)) + LAST_YEAR - FIRST_YEAR)
  for (let year = Number(from.slice(0, 4)); year <= lastYear; year += 1) {
    for (const month of allValues(FIELDS[4], fields[4] ?? '')) {
      for (let day = 1; day <= daysOfMonth(year, month); day += 1) {
        if (!runsOnDate(fields, { year, month, day })) continue
        const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        if (`${date} 23:59:59` < from || `${date} 00:00:00` > to) continue
        if (times.some((second) => `${date} ${clock(second)}` >= from && `${date} ${clock(second)}` <= to)) return true
      }
    }
  }
  return false
}

function runsOnDate([, , , dayOfMonth = '', month = '', dayOfWeek = '']: readonly string[], on: CalendarDay): boolean {
  return (
    allValues(FIELDS[4], month).has(on.month) &&
    dayOfMonth.split(',').some((item) => isDayOfMonth(item, on)) &&
    dayOfWeek.split(',').some((item) => isDayOfWeek(item, on))
  )
}

function isDayOfMonth(item: string, { year, month, day }: CalendarDay): boolean {
  const last = daysOfMonth(year, month)
  if (item === '?' || item === '*') return true
  if (item === 'L') return day === last
  if (item === 'LW') return day === nearestWeekday(year, month, last)
  if (item.startsWith('L-')) return day === last - Number(item.slice(2))
  // A day that the month does not have has no weekday near it.
  if (item.endsWith('W'))
    return Number.parseInt(item, 10) <= last && day === nearestWeekday(year, month, Number.parseInt(item, 10))
  return valuesOf(FIELDS[3], item)?.includes(day) ?? false
}

function isDayOfWeek(item: string, { year, month, day }: CalendarDay): boolean {
  if (item === '?' || item === '*') return true
  const weekday = weekdayOf(year, month, day)
  if (item === 'L') return weekday === 7
  const [of = '', nth] = item.split('#')
  if (nth !== undefined) return weekday === numberFor(FIELDS[5], of) && Math.ceil(day / 7) === Number(nth)
  if (item.endsWith('L'))
    return weekday === numberFor(FIELDS[5], item.slice(0, -1)) && day + 7 > daysOfMonth(year, month)
  return valuesOf(FIELDS[5], item)?.includes(weekday) ?? false
}

function daysOfMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** 1 for Sunday to 7 for Saturday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1
}

/** The day from Monday to Friday that is nearest, never in another month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day)
  if (weekday === 7) return day === 1 ? 3 : day - 1
  if (weekday === 1) return day === daysOfMonth(year, month) ? day - 2 : day + 1
  return day
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

function allValues(field: Field, text: string): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((item) => valuesOf(field, item) ?? []))
}

function valueCount(field: Field, text: string): number {
  return allValues(field, text).size
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
  if (named !== -1) return named + 1
  if (!/^[0-9]{1,2}$/.test(text)) return null
  const value = Number(text)
  return value >= field.min && value <= field.max ? value : null
}
