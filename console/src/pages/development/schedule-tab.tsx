import type { FileBody, NodeBody, NodeDefinition } from '@holdpoint/core'
import { readCron } from '@holdpoint/core/operation-center/cron'
import { NumberInput, SegmentedControl, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { FileDetail } from '../../api/development-shapes.ts'
import { queries } from '../../api/queries.ts'
import { useMe } from '../../session.ts'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { scheduleWords } from '../workspaces/schedule.ts'
import { withDefinition } from './bodies.ts'

type Props = { file: FileDetail; body: NodeBody; set: (body: FileBody) => void; readOnly: boolean }

/** A schedule to begin from; everything else is said in the expression. */
const PRESETS = {
  minute: '00 */5 00-23 * * ?',
  hour: '00 00 00-23/1 * * ?',
  day: '00 00 00 * * ?',
  week: '00 00 00 ? * MON',
  month: '00 00 00 1 * ?',
  year: '00 00 00 1 1 ?',
} as const
const MOST_SECONDS = 604_800
const MINUTE_MS = 60_000
const PRIORITIES = [1, 3, 5, 7, 8] as const

/** When the node runs, and how often again. */
export function ScheduleTab({ file, body, set, readOnly }: Props) {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const { definition } = body
  const change = (part: Partial<NodeDefinition>) => set(withDefinition(body, part))
  const basic = me.workspaces.find(({ id }) => id === file.workspaceId)?.mode === 'basic'
  const sources = useQuery(queries.dataSources(file.workspaceId, basic ? 'PROD' : 'DEV'))
  const groups = useQuery(queries.resourceGroups())
  const reading = definition.cron === null ? null : readCron(definition.cron)
  const choices = <V extends string>(values: readonly V[], text: (value: V) => TextKey) =>
    values.map((value) => ({ value, label: t(text(value)) }))
  const isScheduled = definition.trigger === 'scheduler'
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label={t('scheduling.trigger')}
        disabled={readOnly}
        value={definition.trigger}
        onChange={(trigger) => change({ trigger: trigger as NodeDefinition['trigger'] })}
        data={[
          { value: 'scheduler', label: t('scheduling.scheduled') },
          { value: 'manual', label: t('scheduling.manual') },
        ]}
      />
      {isScheduled && (
        <>
          <Select
            label={t('scheduling.cycle')}
            disabled={readOnly}
            allowDeselect={false}
            data={choices(['minute', 'hour', 'day', 'week', 'month', 'year'] as const, (one) => `scheduleCycle.${one}`)}
            value={definition.cycle}
            onChange={(cycle) => {
              const preset = cycle as keyof typeof PRESETS
              change({ cycle: preset, cron: PRESETS[preset] })
            }}
          />
          <TextInput
            label={t('scheduling.cron')}
            description={
              reading?.problem === null && definition.cron !== null
                ? scheduleWords(t, i18n.language, definition.cron)
                : t('scheduling.cronHint')
            }
            error={reading?.problem}
            readOnly={readOnly}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={definition.cron ?? ''}
            onChange={(event) => {
              const cron = event.currentTarget.value
              const read = readCron(cron)
              change({ cron, ...(read.problem === null && { cycle: read.cycle }) })
            }}
          />
          <Select
            label={t('scheduling.recurrence')}
            disabled={readOnly}
            allowDeselect={false}
            data={choices(['normal', 'pause', 'skip'] as const, (one) => `recurrence.${one}`)}
            value={definition.recurrence}
            onChange={(one) => change({ recurrence: one as NodeDefinition['recurrence'] })}
          />
          <Select
            label={t('scheduling.instances')}
            disabled={readOnly}
            allowDeselect={false}
            data={[
              { value: 't+1', label: t('scheduling.tomorrow') },
              { value: 'immediately', label: t('scheduling.atOnce') },
            ]}
            value={definition.instanceMode}
            onChange={(one) => change({ instanceMode: one as NodeDefinition['instanceMode'] })}
          />
          <Switch
            label={t('scheduling.selfDependent')}
            disabled={readOnly}
            checked={definition.crossCycle.self}
            onChange={(event) =>
              change({ crossCycle: { ...definition.crossCycle, self: event.currentTarget.checked } })
            }
          />
        </>
      )}
      <Select
        label={t('scheduling.rerun')}
        disabled={readOnly}
        allowDeselect={false}
        data={choices(['all-allowed', 'failure-allowed', 'all-denied'] as const, (one) => `scheduleRerun.${one}`)}
        value={definition.rerunMode}
        onChange={(one) => change({ rerunMode: one as NodeDefinition['rerunMode'] })}
      />
      <NumberInput
        label={t('scheduling.rerunTimes')}
        readOnly={readOnly}
        min={0}
        max={100}
        allowDecimal={false}
        value={definition.rerunTimes}
        onChange={(value) => change({ rerunTimes: Number(value) || 0 })}
      />
      {definition.rerunTimes > 0 && (
        <NumberInput
          label={t('scheduling.rerunInterval')}
          readOnly={readOnly}
          min={0}
          max={1440}
          value={definition.rerunIntervalMs / MINUTE_MS}
          onChange={(value) => change({ rerunIntervalMs: Math.round((Number(value) || 0) * MINUTE_MS) })}
        />
      )}
      <NumberInput
        label={t('scheduling.timeout')}
        description={t('scheduling.timeoutHint')}
        readOnly={readOnly}
        min={1}
        max={MOST_SECONDS}
        allowDecimal={false}
        value={definition.timeoutSeconds ?? ''}
        onChange={(value) => change({ timeoutSeconds: value === '' ? null : Number(value) })}
      />
      <Select
        label={t('node.priority')}
        disabled={readOnly}
        allowDeselect={false}
        data={PRIORITIES.map(String)}
        value={String(definition.priority)}
        onChange={(one) => change({ priority: Number(one) as NodeDefinition['priority'] })}
      />
      <Select
        label={t('file.dataSource')}
        description={t('file.dataSourceHint')}
        placeholder={t('file.dataSourceDefault')}
        disabled={readOnly}
        clearable
        data={withOwn(
          (sources.data ?? []).map(({ name }) => name),
          definition.dataSource?.name,
        )}
        value={definition.dataSource?.name ?? null}
        onChange={(name) => change({ dataSource: name === null ? null : { name, type: null } })}
      />
      <Select
        label={t('node.resourceGroup')}
        placeholder={t('scheduling.anyGroup')}
        disabled={readOnly}
        clearable
        data={withOwn(
          (groups.data ?? []).map(({ identifier }) => identifier),
          definition.resourceGroup ?? undefined,
        )}
        value={definition.resourceGroup}
        onChange={(resourceGroup) => change({ resourceGroup })}
      />
      {!isScheduled && (
        <Text fz="sm" c="dimmed">
          {t('scheduling.manualMeaning')}
        </Text>
      )}
    </Stack>
  )
}

/** What is chosen can be seen though it is not among what is there. */
export const withOwn = (known: readonly string[], own: string | undefined): string[] =>
  own === undefined || known.includes(own) ? [...known] : [...known, own]
