import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { dayBefore, dayCount, lastMonths, monthRange, type Range, today } from './days.ts'

type Props = {
  ranges: readonly Range[]
  onChange: (ranges: readonly Range[]) => void
  /** So many at most. */
  limit: number
  /** What is wrong with the dates as a whole, and with one of them. */
  error?: string | undefined
  errorOf?: (index: number, side: keyof Range) => string | undefined
}

const EMPTY: Range = { start: '', end: '' }

/** Ranges of days, both ends included, with shortcuts for those people want most. */
export function DateRanges({ ranges, onChange, limit, error, errorOf }: Props) {
  const { t } = useTranslation()
  const set = (index: number, change: Partial<Range>) =>
    onChange(ranges.map((range, at) => (at === index ? { ...range, ...change } : range)))
  /** A shortcut fills the range that is still empty, or adds one. */
  const take = (range: Range) => {
    const empty = ranges.findIndex((one) => one.start === '' && one.end === '')
    if (empty >= 0) set(empty, range)
    else if (ranges.length < limit) onChange([...ranges, range])
  }
  const full = ranges.length >= limit && ranges.every((range) => range.start !== '' || range.end !== '')
  const yesterday = dayBefore(today(), 1)
  const days = ranges.reduce((sum, range) => sum + dayCount(range), 0)
  return (
    <Stack gap="xs">
      {ranges.map((range, index) => (
        <Group
          // biome-ignore lint/suspicious/noArrayIndexKey: a range has no other name than its place
          key={index}
          gap="xs"
          align="flex-start"
          role="group"
          aria-label={t('backfillForm.range', { number: index + 1 })}
        >
          <TextInput
            type="date"
            w={165}
            label={t('backfillForm.first')}
            value={range.start}
            error={errorOf?.(index, 'start')}
            onChange={(event) => {
              const start = event.currentTarget.value
              set(index, { start, ...(range.end === '' && { end: start }) })
            }}
          />
          <TextInput
            type="date"
            w={165}
            label={t('backfillForm.last')}
            value={range.end}
            min={range.start || undefined}
            error={
              errorOf?.(index, 'end') ??
              (range.end !== '' && range.end < range.start ? t('backfillForm.endsBefore') : undefined)
            }
            onChange={(event) => set(index, { end: event.currentTarget.value })}
          />
          {ranges.length > 1 && (
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={30}
              aria-label={t('backfillForm.removeRange', { number: index + 1 })}
              onClick={() => onChange(ranges.filter((_, at) => at !== index))}
            >
              <IconTrash {...iconProps} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {error && (
        <Text fz="xs" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
      <Group gap="xs">
        <Button size="xs" variant="default" disabled={full} onClick={() => take({ start: yesterday, end: yesterday })}>
          {t('backfillForm.yesterday')}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={full}
          onClick={() => take({ start: dayBefore(yesterday, 6), end: yesterday })}
        >
          {t('backfillForm.lastSeven')}
        </Button>
        <Select
          size="xs"
          w={150}
          aria-label={t('backfillForm.month')}
          placeholder={t('backfillForm.month')}
          disabled={full}
          data={lastMonths(yesterday, 24)}
          value={null}
          onChange={(month) => month !== null && take(monthRange(month))}
        />
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={ranges.length >= limit}
          onClick={() => onChange([...ranges, EMPTY])}
        >
          {t('backfillForm.addRange')}
        </Button>
      </Group>
      <Text fz="xs" c="dimmed">
        {t('backfillForm.dateCount', { count: days })} · {t('backfillForm.mostRanges', { limit })}
      </Text>
    </Stack>
  )
}
