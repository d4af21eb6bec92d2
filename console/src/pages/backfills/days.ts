/** Days as they are written, yyyy-mm-dd, reckoned without any time zone. */
export type Range = { readonly start: string; readonly end: string }

const DAY_MS = 86_400_000
const written = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The day it is for the reader. */
export function today(): string {
  const now = new Date()
  return written(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()))
}

export const dayBefore = (day: string, count: number): string => written(Date.parse(day) - count * DAY_MS)

/** How many days a range has; 0 while one of its ends is missing or stands before the other. */
export function dayCount({ start, end }: Range): number {
  const days = (Date.parse(end) - Date.parse(start)) / DAY_MS + 1
  return Number.isNaN(days) ? 0 : Math.max(0, days)
}

/** This month and those before it, newest first, as yyyy-mm. */
export function lastMonths(day: string, count: number): string[] {
  const [year, month] = day.split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, back) => written(Date.UTC(year, month - 1 - back, 1)).slice(0, 7))
}

/** All days of a month, yyyy-mm. */
export function monthRange(month: string): Range {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return { start: `${month}-01`, end: written(Date.UTC(year, number, 0)) }
}

/** Ranges in words: a single day stands once. */
export const datesText = (ranges: readonly Range[], separator: string): string =>
  ranges.map(({ start, end }) => (start === end ? start : `${start}\u00a0–\u00a0${end}`)).join(separator)
