import { MOST_GROUPS, MOST_RANGES } from '@holdpoint/core/operation-center/backfill'
import { Group, Input, NumberInput, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'
import { Section } from '../../ui/section.tsx'
import { DateRanges } from './date-ranges.tsx'
import type { Draft } from './draft.ts'

type Props = { draft: Draft; set: (change: Partial<Draft>) => void; problem: (path: string) => string | undefined }

/** For which data timestamps, in which order, how many at once. */
export function DatesPart({ draft, set, problem }: Props) {
  const { t } = useTranslation()
  return (
    <Section title={t('backfillForm.when')}>
      <Stack gap="sm">
        <DateRanges
          ranges={draft.dates}
          onChange={(dates) => set({ dates })}
          limit={MOST_RANGES}
          error={problem('dates')}
          errorOf={(index, side) =>
            problem(`dates.${index}.${side}`) ?? (side === 'start' ? problem(`dates.${index}`) : undefined)
          }
        />
        <Group gap="md" align="flex-start">
          <div>
            <Input.Label labelElement="div" display="block" id="backfill-order">
              {t('backfillForm.order')}
            </Input.Label>
            <SegmentedControl
              aria-labelledby="backfill-order"
              value={draft.order}
              onChange={(order) => set({ order: order as Draft['order'] })}
              data={[
                { value: 'asc', label: t('backfillForm.ascending') },
                { value: 'desc', label: t('backfillForm.descending') },
              ]}
            />
          </div>
          <NumberInput
            label={t('backfillForm.groups')}
            description={t('backfillForm.groupsHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            w={300}
            min={1}
            max={MOST_GROUPS}
            allowDecimal={false}
            clampBehavior="strict"
            value={draft.groups}
            error={problem('groups')}
            onChange={(groups) => set({ groups: typeof groups === 'number' ? groups : 1 })}
          />
        </Group>
        <Input.Wrapper
          labelElement="div"
          label={t('backfillForm.window')}
          description={t('backfillForm.windowHint')}
          error={problem('window')}
        >
          <Group gap="xs" mt={4}>
            <TextInput
              type="time"
              step={1}
              w={150}
              aria-label={`${t('backfillForm.window')}: ${t('backfillForm.windowFrom')}`}
              value={draft.startTime}
              error={problem('window.startTime')}
              onChange={(event) => set({ startTime: event.currentTarget.value })}
            />
            –
            <TextInput
              type="time"
              step={1}
              w={150}
              aria-label={`${t('backfillForm.window')}: ${t('backfillForm.windowTo')}`}
              value={draft.endTime}
              error={problem('window.endTime')}
              onChange={(event) => set({ endTime: event.currentTarget.value })}
            />
          </Group>
        </Input.Wrapper>
      </Stack>
    </Section>
  )
}
