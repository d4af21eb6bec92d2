import { QUALITY_CHECKINGS, QUALITY_METRICS, type QualityRule } from '@holdpoint/core/data-quality/rule'
import { Group, NumberInput, Radio, Select, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { qualityQueries } from '../../api/quality-queries.ts'
import { useTranslation } from '../../text/index.ts'
import { fromTemplate, isOfTable, withChecking, withMetric } from './rule-draft.ts'

type Props = {
  workspaceId: number
  rule: QualityRule
  problem: (path: string) => string | undefined
  change: (rule: QualityRule) => void
}

const SEVERITIES = ['High', 'Normal'] as const
const THRESHOLDS = ['expected', 'warned', 'critical'] as const
const MOST_COLUMNS = 32

/** What a rule says: where it begins from, what it measures and what the value may be. */
export function RuleFields({ workspaceId, rule, problem, change }: Props) {
  const { t } = useTranslation()
  const { data: templates = [] } = useQuery(qualityQueries.templates(workspaceId))
  const { sampling, checking } = rule
  const setSampling = (more: Partial<QualityRule['sampling']>) =>
    change({ ...rule, sampling: { ...sampling, ...more } })
  const setChecking = (more: Partial<QualityRule['checking']>) =>
    change({ ...rule, checking: { ...checking, ...more } })
  const known = templates.some(({ code }) => code === rule.templateCode)
  return (
    <Stack gap="sm">
      <Select
        label={t('qualityRule.template')}
        description={t('qualityRule.templateHint')}
        searchable
        allowDeselect={false}
        data={[
          ...templates.map(({ code, metric, checking: type }) => ({
            value: code,
            label: `${t(`metric.${metric}`)}: ${t(`checking.${type}`)}`,
          })),
          ...(known ? [] : [{ value: rule.templateCode, label: t('qualityRule.own') }]),
        ]}
        value={rule.templateCode}
        onChange={(code) => {
          const template = templates.find((one) => one.code === code)
          if (template) change(fromTemplate(rule, template))
        }}
      />
      <TextInput
        label={t('quality.name')}
        required
        maxLength={128}
        value={rule.name}
        error={problem('name')}
        onChange={(event) => change({ ...rule, name: event.currentTarget.value })}
      />
      <TextInput
        label={t('ui.description')}
        maxLength={1_024}
        value={rule.description}
        onChange={(event) => change({ ...rule, description: event.currentTarget.value })}
      />
      <Radio.Group
        label={t('qualityRule.severity')}
        value={rule.severity}
        onChange={(severity) => change({ ...rule, severity: severity as QualityRule['severity'] })}
      >
        <Stack gap={6} mt={6}>
          {SEVERITIES.map((one) => (
            <Radio key={one} value={one} label={t(`severity.${one}`)} description={t(`severity.${one}Meaning`)} />
          ))}
        </Stack>
      </Radio.Group>
      <Select
        label={t('qualityRule.metric')}
        allowDeselect={false}
        searchable
        data={QUALITY_METRICS.map((value) => ({ value, label: t(`metric.${value}`) }))}
        value={sampling.metric}
        onChange={(metric) => change(withMetric(rule, metric as (typeof QUALITY_METRICS)[number]))}
      />
      {!isOfTable(sampling.metric) && (
        <TagsInput
          label={t('qualityRule.columns')}
          description={t('qualityRule.columnsHint')}
          withAsterisk
          maxTags={MOST_COLUMNS}
          value={[...sampling.columns]}
          error={problem('sampling.columns')}
          onChange={(columns) => setSampling({ columns })}
        />
      )}
      {sampling.sql !== null && (
        <Textarea
          label={t('qualityRule.sql')}
          description={t('qualityRule.sqlHint')}
          required
          autosize
          minRows={3}
          maxRows={14}
          value={sampling.sql}
          error={problem('sampling.sql')}
          onChange={(event) => setSampling({ sql: event.currentTarget.value })}
        />
      )}
      {sampling.metric === 'OutOfRangeCount' && (
        <Group align="flex-start" grow>
          <NumberInput
            label={t('qualityRule.least')}
            value={sampling.least ?? ''}
            error={problem('sampling.least')}
            onChange={(value) => setSampling({ least: value === '' ? null : Number(value) })}
          />
          <NumberInput
            label={t('qualityRule.most')}
            value={sampling.most ?? ''}
            error={problem('sampling.most')}
            onChange={(value) => setSampling({ most: value === '' ? null : Number(value) })}
          />
        </Group>
      )}
      {sampling.metric === 'CountNotIn' && (
        <TagsInput
          label={t('qualityRule.values')}
          description={t('qualityRule.valuesHint')}
          withAsterisk
          value={[...sampling.values]}
          error={problem('sampling.values')}
          onChange={(values) => setSampling({ values })}
        />
      )}
      {sampling.sql === null && (
        <TextInput
          label={t('qualityRule.filter')}
          description={t('qualityRule.filterHint')}
          value={sampling.filter ?? ''}
          error={problem('sampling.filter')}
          onChange={(event) => setSampling({ filter: event.currentTarget.value || null })}
        />
      )}
      <Select
        label={t('qualityRule.checking')}
        allowDeselect={false}
        data={QUALITY_CHECKINGS.map((value) => ({ value, label: t(`checking.${value}`) }))}
        value={checking.type}
        onChange={(type) => change(withChecking(rule, type as QualityRule['checking']['type']))}
      />
      {checking.type !== 'Fixed' && (
        <TagsInput
          label={t('qualityRule.daysBefore')}
          description={t('qualityRule.daysBeforeHint')}
          withAsterisk
          value={checking.daysBefore.map(String)}
          error={problem('checking.daysBefore')}
          onChange={(days) =>
            setChecking({
              daysBefore: days.map(Number).filter((day) => Number.isInteger(day) && day >= 1 && day <= 400),
            })
          }
        />
      )}
      {THRESHOLDS.map((name, index) => (
        <TextInput
          key={name}
          label={t(`qualityRule.${name}`)}
          description={index === 0 ? t('qualityRule.thresholdsHint') : undefined}
          maxLength={2_000}
          value={checking.thresholds[name] ?? ''}
          error={problem(`checking.thresholds.${name}`) ?? (index === 0 && problem('checking.thresholds'))}
          onChange={(event) =>
            setChecking({ thresholds: { ...checking.thresholds, [name]: event.currentTarget.value || null } })
          }
        />
      ))}
      <Switch
        label={t('qualityRule.enabled')}
        checked={rule.enabled}
        onChange={(event) => change({ ...rule, enabled: event.currentTarget.checked })}
      />
    </Stack>
  )
}
