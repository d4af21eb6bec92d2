import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
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

/** Year first in both languages, in the zone of this browser, which is named beside it. */
function parts(at: string): { readonly time: string; readonly zone: string } {
  const found = Object.fromEntries(FORMAT.formatToParts(new Date(at)).map((part) => [part.type, part.value]))
  return {
    time: `${found.year}-${found.month}-${found.day} ${found.hour}:${found.minute}:${found.second}`,
    zone: found.timeZoneName ?? 'UTC',
  }
}

export function Instant({ at }: { at: string }) {
  const { time, zone } = parts(at)
  return (
    <Text component="time" inherit dateTime={at} title={at} className="instant">
      {time}{' '}
      <Text span inherit c="dimmed" fz="0.85em">
        {zone}
      </Text>
    </Text>
  )
}

/** How long something has lasted, ticking until it has an end. */
export function Elapsed({ since, until, now }: { since: string; until: string | null; now: () => number }) {
  return until === null ? (
    <Ticking from={() => now() - Date.parse(since)} />
  ) : (
    <Span ms={Date.parse(until) - Date.parse(since)} />
  )
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
