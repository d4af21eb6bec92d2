import { Box, Group, Text } from '@mantine/core'
import type { InstanceCounts } from '../../api/shapes.ts'
import { useTranslation } from '../../text/index.ts'

/** In the order in which they stand in the bar: what has ended first. */
const PARTS = [
  ['succeeded', 'green'],
  ['failed', 'red'],
  ['running', 'blue'],
  ['waiting', 'yellow'],
  ['notRun', null],
] as const

/** How far the instances of something have come: a bar, and the same in words. */
export function Progress({ counts, label }: { counts: InstanceCounts; label: string }) {
  const { t } = useTranslation()
  const all = PARTS.reduce((sum, [part]) => sum + counts[part], 0)
  const words =
    PARTS.filter(([part]) => counts[part] > 0)
      .map(([part]) => t(`backfillCount.${part}`, { count: counts[part] }))
      .concat(counts.frozen > 0 ? [t('backfillCount.frozen', { count: counts.frozen })] : [])
      .join(t('ui.listSeparator')) || t('backfillCount.none')
  return (
    <div>
      <Box className="progress-bar" role="img" aria-label={`${label}: ${words}`}>
        {PARTS.map(
          ([part, colour]) =>
            counts[part] > 0 &&
            colour !== null && (
              <Box key={part} bg={`var(--mantine-color-${colour}-filled)`} w={`${(100 * counts[part]) / all}%`} />
            ),
        )}
      </Box>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text fz="xs" c="dimmed">
          {words}
        </Text>
        {all > 0 && (
          <Text fz="xs" c="dimmed">
            {`${Math.floor((100 * counts.succeeded) / all)}\u00a0%`}
          </Text>
        )}
      </Group>
    </div>
  )
}
