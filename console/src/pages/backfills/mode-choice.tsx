import type { BackfillMode } from '@holdpoint/core/operation-center/backfill'
import { Radio, SimpleGrid, Text } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'
import { MODES } from './draft.ts'

/** The ways to say which nodes run, each with what it means. */
export function ModeChoice({ mode, onChange }: { mode: BackfillMode; onChange: (mode: BackfillMode) => void }) {
  const { t } = useTranslation()
  return (
    <Radio.Group label={t('backfill.mode')} value={mode} onChange={(value) => onChange(value as BackfillMode)}>
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="xs" mt={4}>
        {MODES.map((value) => (
          <Radio.Card key={value} value={value} p="xs" className="mode-card">
            <div className="mode-card-inside">
              <Radio.Indicator size="xs" mt={3} />
              <div>
                <Text fz="sm" fw={600}>
                  {t(`backfillMode.${value}`)}
                </Text>
                <Text fz="xs" c="dimmed">
                  {t(`backfillMode.${value}-meaning`)}
                </Text>
              </div>
            </div>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  )
}
