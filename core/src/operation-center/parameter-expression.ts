/**
 * The expressions in the parameters of a node: what they come to for one instance.
 *
 * `$[...]` goes by the time for which the instance is scheduled, `${...}` by its business date; `docs/scheduling.md` lists the forms. An
 * expression may stand anywhere in a value. What is no expression that is known is kept as it is written.
 */
import type { NodeParameter } from './node.ts'

/** What an instance's expressions go by; times are those of the clocks in its node's time zone. */
export type ParameterMoment = {
  /** yyyy-mm-dd */
  readonly bizdate: string
  /** yyyy-mm-dd hh:mm:ss */
  readonly cycleTime: string
  /** The day on which it really runs, yyyy-mm-dd. */
  readonly today: string
  readonly nodeId: number
  readonly instanceId: number
  readonly dagId: number
}

export type ResolvedParameters = {
  readonly parameters: readonly NodeParameter[]
  /** What looks like an expression and is none, each once. */
  readonly unknown: readonly string[]
}

/** Nothing longer is an expression, so that no text takes long to read. */
const EXPRESSION = /\$\[[^\]]{0,200}\]|\$\{[^}]{0,200}\}|\$[A-Za-z][A-Za-z0-9_]{0,200}/g
const DAY_MS = 86_400_000

/** A parameter without a name becomes one for each of the words that it holds. */
export function resolveParameters(parameters: readonly NodeParameter[], moment: ParameterMoment): ResolvedParameters {
  const unknown = new Set<string>()
  const resolve = (value: string) =>
    value.replace(EXPRESSION, (text) => {
      const found = resolvedValue(text, moment)
      if (found === null) unknown.add(text)
      return found ?? text
    })
  return {
    parameters: parameters.flatMap(({ name, value }) =>
      (name === null ? words(value) : [value]).map((one) => ({ name, value: resolve(one) })),
    ),
    unknown: [...unknown],
  }
}

const ANY_MOMENT: ParameterMoment = {
  bizdate: '2026-01-01',
  cycleTime: '2026-01-02 00:00:00',
  today: '2026-01-02',
  nodeId: 0,
  instanceId: 0,
  dagId: 0,
}

/** What in these parameters looks like an expression and is none, whatever the instance. */
export function unknownExpressions(parameters: readonly NodeParameter[]): readonly string[] {
  return resolveParameters(parameters, ANY_MOMENT).unknown
}

/** A line of parameters as people write it: `bizdate=$[yyyymmdd-1] region=cn`. What has no name in front is an unnamed one. */
export function readParameterLine(line: string): readonly NodeParameter[] {
  return words(line).map((word) => {
    const [, name = null, value = word] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(word) ?? []
    return { name, value }
  })
}

/** The words of a text; blanks in the brackets of an expression part nothing. */
function words(text: string): readonly string[] {
  return text.match(/(?:\$\[[^\]]{0,200}\]|\$\{[^}]{0,200}\}|\S)+/g) ?? []
}

function resolvedValue(text: string, moment: ParameterMoment): string | null {
  if (text.startsWith('$[')) return byCycleTime(text.slice(2, -1).trim().toLowerCase(), moment)
  const inside = text.startsWith('${') ? text.slice(2, -1).trim().toLowerCase() : text.slice(1).toLowerCase()
  const named = Object.hasOwn(NAMED, inside) ? (NAMED[inside] as (of: ParameterMoment) => string)(moment) : null
  return named ?? (text.startsWith('${') ? byBusinessDate(inside, moment) : null)
}

const NAMED: Readonly<Record<string, (moment: ParameterMoment) => string>> = {
  bizdate: ({ bizdate }) => digits(bizdate),
  cyctime: ({ cycleTime }) => digits(cycleTime),
  gmtdate: ({ today }) => digits(today),
  // The month of the business date, or the one before where that has not ended yet.
  bizmonth: ({ bizdate, today }) =>
    bizdate.slice(0, 7) === today.slice(0, 7)
      ? (written('yyyymm', plusMonths(instant(bizdate), -1)) as string)
      : digits(bizdate).slice(0, 6),
  jobid: ({ dagId }) => String(dagId),
  nodeid: ({ nodeId }) => String(nodeId),
  taskid: ({ instanceId }) => String(instanceId),
}

/** Offsets of `$[...]` are days and parts of them, whatever the format; months are added by `add_months(format, months)`. */
function byCycleTime(expression: string, { cycleTime }: ParameterMoment): string | null {
  const [, inner, count = '', rest] = /^add_months\(\s*([^,()]*?)\s*,([^()]*)\)(.*)$/.exec(expression) ?? []
  const { format, offset } = inner === undefined ? parted(expression) : { format: inner, offset: rest as string }
  const months = inner === undefined ? 0 : sumOf(/^\s*[+-]/.test(count) ? count : `+${count}`)
  const days = sumOf(offset)
  if (months === null || days === null || !Number.isInteger(months)) return null
  const moved = plusMonths(instant(cycleTime), months) + Math.round((days * DAY_MS) / 1000) * 1000
  return written(format, moved)
}

/** Offsets of `${...}` are in the smallest unit of the format: days, months or years. */
function byBusinessDate(expression: string, { bizdate }: ParameterMoment): string | null {
  const { format, offset } = parted(expression)
  const count = sumOf(offset)
  if (count === null || !Number.isInteger(count) || /hh|mi|ss/.test(format)) return null
  const day = instant(bizdate)
  if (format.includes('dd')) return written(format, day + count * DAY_MS)
  return written(format, plusMonths(day, format.includes('mm') ? count : count * 12))
}

/** A format, and what is added to it or taken from it. */
function parted(expression: string): { readonly format: string; readonly offset: string } {
  const [, format = '', offset = ''] = /^(.*?)((?:\s*[+-]\s*\d+(?:\s*[*/]\s*\d+)*)*)\s*$/s.exec(expression) ?? []
  return { format, offset }
}

/** The sum of signed terms such as `-1`, `+7*2`, `-15/24/60`; null where it is none. */
function sumOf(text: string): number | null {
  if (!/^(?:\s*[+-]\s*\d{1,6}(?:\s*[*/]\s*\d{1,6})*)*\s*$/.test(text)) return null
  let sum = 0
  for (const [, sign, first, more = ''] of text.matchAll(/([+-])\s*(\d+)((?:\s*[*/]\s*\d+)*)/g)) {
    let term = Number(first)
    for (const [, operator, factor] of more.matchAll(/([*/])\s*(\d+)/g)) {
      term = operator === '*' ? term * Number(factor) : term / Number(factor)
    }
    sum += sign === '-' ? -term : term
  }
  return Number.isFinite(sum) ? sum : null
}

const TOKEN = /yyyy|mm|dd|hh24|hh12|mi|ss/g

/** The moment in a format; null where the format holds no part of it, or letters that mean nothing. */
function written(format: string, at: number): string | null {
  if (format.search(TOKEN) === -1 || /[a-z]/.test(format.replace(TOKEN, ''))) return null
  const date = new Date(at)
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null
  const iso = date.toISOString()
  const hour = date.getUTCHours()
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    mm: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    hh24: iso.slice(11, 13),
    hh12: String(hour % 12 === 0 ? 12 : hour % 12).padStart(2, '0'),
    mi: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  }
  return format.replace(TOKEN, (token) => parts[token] as string)
}

/** A day that the month does not have becomes its last. */
function plusMonths(at: number, months: number): number {
  const date = new Date(at)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months]
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) + (at % DAY_MS)
}

/** The clock's time taken for UTC's, in which days have 24 hours. */
function instant(local: string): number {
  return Date.parse(`${local.slice(0, 10)}T${local.slice(11) || '00:00:00'}Z`)
}

function digits(text: string): string {
  return text.replace(/\D/g, '')
}
