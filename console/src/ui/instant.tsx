import { Text } from '@mantine/core'
import { useTranslation } from '../text/index.ts'
import { useEverySecond } from './clock.ts'
import { durationText } from './duration.ts'

const FORMAT = new Intl.DateTimeFormat('en', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'shortOffset',
})

/** The time zone of this browser, e.g. `Asia/Shanghai`. */
export const zoneName = (): string => FORMAT.resolvedOptions().timeZone

const partsOf = (at: string): Record<string, string> =>
  Object.fromEntries(FORMAT.formatToParts(new Date(at)).map((one) => [one.type, one.value]))

/** To the minute and without its year, for where there is little room. */
export function instantText(at: string): string {
  const part = partsOf(at)
  return `${part.month}-${part.day} ${part.hour}:${part.minute}`
}

/** A point in time: year first in both languages, with its offset, or without it where the zone is named beside it. */
export function Instant({ at, zoned = true }: { at: string; zoned?: boolean }) {
  const part = partsOf(at)
  return (
    <Text component="time" inherit dateTime={at} title={at} className="instant">
      {`${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`}
      {zoned && (
        <Text span inherit c="dimmed" fz="0.85em">
          {' '}
          {part.timeZoneName}
        </Text>
      )}
    </Text>
  )
}

/** How long something has lasted, ticking until it has an end. */
export function Elapsed({ since, until, now }: { since: string; until: string | null; now: () => number }) {
  if (until === null) return <Ticking from={() => now() - Date.parse(since)} />
  return <Span ms={Date.parse(until) - Date.parse(since)} />
}

/** How long there is still to go, ticking. */
export function Remaining({ until, now }: { until: string; now: () => number }) {
  return <Ticking from={() => Date.parse(until) - now()} />
}

function Ticking({ from }: { from: () => number }) {
  useEverySecond()
  return <Span ms={from()} />
}

function Span({ ms }: { ms: number }) {
  const { i18n } = useTranslation()
  return <span className="span">{durationText(ms, i18n.language)}</span>
}
