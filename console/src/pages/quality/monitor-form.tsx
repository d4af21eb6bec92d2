import type { QualityMonitor, QualityRule } from '@holdpoint/core'
import { monitorProblems } from '@holdpoint/core/data-quality/monitor'
import { USUAL_BLOCK_CONDITION, USUAL_NOTIFY_CONDITION } from '@holdpoint/core/data-quality/verdict'
import { Button, Group, Radio, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { IconPencil, IconPlus, IconRuler2, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityMonitorDetail } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import { RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { type NamedNode, NodePicker } from '../alerts/node-picker.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { useAsked } from './asked.ts'
import { SEVERITY_LOOKS } from './looks.ts'
import { EMPTY_RULE } from './rule-draft.ts'
import { TargetFields } from './target-fields.tsx'
import { thresholdLines } from './thresholds.ts'

const RuleForm = lazy(() => import('./rule-dialog.tsx').then((file) => ({ default: file.RuleForm })))

const MOST_NODES = 100

type Props = { workspaceId: number; monitor: QualityMonitorDetail | null; nodes: readonly NamedNode[] }

/** What a monitor watches, when, and what follows. A new one can bring its first rules along. */
export function MonitorForm({ workspaceId, monitor, nodes: begunWith }: Props) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [draft, setDraft] = useState<QualityMonitor>(() => contentOf(monitor))
  const [nodes, setNodes] = useState(begunWith)
  const [rules, setRules] = useState<readonly QualityRule[]>([])
  const [writing, setWriting] = useState<number | null>(null)
  const [revision] = useState(monitor?.revision ?? 0)
  const [tried, setTried] = useState(false)
  const set = (change: Partial<QualityMonitor>) => setDraft((now) => ({ ...now, ...change }))
  const scheduled = draft.trigger.type === 'ByScheduledTaskInstance'
  const written: QualityMonitor = {
    ...draft,
    name: draft.name.trim(),
    target: { ...draft.target, table: draft.target.table.trim() },
    trigger: { type: draft.trigger.type, nodeIds: scheduled ? nodes.map(({ id }) => id) : [] },
  }
  const problems = new Map(monitorProblems(written).map(({ path, problem }) => [path, problem]))
  const save = useAsked({
    ask: () =>
      monitor
        ? qualityCalls.saveMonitor(workspaceId, monitor.id, { revision, monitor: written })
        : qualityCalls.createMonitor(workspaceId, { ...written, rules, subscriptions: [] }),
    done: t('ui.saved'),
    close: () => {},
    whileHeld: () =>
      navigate(monitor ? links.qualityMonitor(workspaceId, monitor.id) : links.qualityMonitors(workspaceId)),
    after: ([id]) => {
      const made = monitor?.id ?? id
      return made === undefined
        ? navigate(links.qualityMonitors(workspaceId))
        : navigate(links.qualityMonitor(workspaceId, made))
    },
  })
  const problem = (path: string) => (tried ? problems.get(path) : undefined) ?? refusedAt(save.error, path)
  return (
    <form
      className="backfill-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (problems.size === 0) save.mutate()
        else setTried(true)
      }}
    >
      <Stack gap="lg">
        <Section title={t('monitorForm.what')}>
          <Card>
            <Stack gap="sm">
              <TextInput
                label={t('quality.name')}
                required
                maxLength={128}
                value={draft.name}
                error={problem('name')}
                onChange={(event) => set({ name: event.currentTarget.value })}
              />
              <Textarea
                label={t('ui.description')}
                autosize
                minRows={1}
                maxRows={5}
                maxLength={1_024}
                value={draft.description}
                onChange={(event) => set({ description: event.currentTarget.value })}
              />
              <TargetFields workspaceId={workspaceId} target={draft.target} change={(target) => set({ target })} />
              <TextInput
                label={t('quality.partition')}
                description={t('monitorForm.partitionHint')}
                maxLength={512}
                value={draft.partition ?? ''}
                error={problem('partition')}
                onChange={(event) => set({ partition: event.currentTarget.value.trim() || null })}
              />
            </Stack>
          </Card>
        </Section>
        <Section title={t('monitorForm.when')}>
          <Card>
            <Stack gap="sm">
              <Radio.Group
                aria-label={t('monitorForm.when')}
                value={draft.trigger.type}
                onChange={(type) => set({ trigger: { type: type as QualityMonitor['trigger']['type'], nodeIds: [] } })}
              >
                <Stack gap={6}>
                  <Radio
                    value="ByScheduledTaskInstance"
                    label={t('monitorForm.afterNodes')}
                    description={t('monitorForm.afterNodesMeaning')}
                  />
                  <Radio
                    value="ByManual"
                    label={t('monitorForm.byHand')}
                    description={t('monitorForm.byHandMeaning')}
                  />
                </Stack>
              </Radio.Group>
              {scheduled && (
                <NodePicker
                  workspaceId={workspaceId}
                  chosen={nodes}
                  most={MOST_NODES}
                  error={problem('trigger.nodeIds')}
                  choose={setNodes}
                />
              )}
              <Switch
                label={t('monitorForm.enabled')}
                checked={draft.enabled}
                onChange={(event) => set({ enabled: event.currentTarget.checked })}
              />
            </Stack>
          </Card>
        </Section>
        <Section title={t('monitorForm.follows')}>
          <Card>
            <Stack gap="sm">
              <Condition
                label={t('monitorForm.blocks')}
                value={draft.blockWhen}
                usual={USUAL_BLOCK_CONDITION}
                error={problem('blockWhen')}
                change={(blockWhen) => set({ blockWhen })}
              />
              <Condition
                label={t('monitorForm.notifies')}
                value={draft.notifyWhen}
                usual={USUAL_NOTIFY_CONDITION}
                error={problem('notifyWhen')}
                change={(notifyWhen) => set({ notifyWhen })}
              />
            </Stack>
          </Card>
        </Section>
      </Stack>
      <div className="stays">
        <Stack gap="lg">
          {!monitor && (
            <Section
              title={t('monitorForm.firstRules')}
              description={t('monitorForm.firstRulesHint')}
              actions={
                <Button
                  size="xs"
                  variant="default"
                  leftSection={<IconPlus {...iconProps} />}
                  onClick={() => setWriting(rules.length)}
                >
                  {t('monitorForm.addRule')}
                </Button>
              }
            >
              <Card padding={rules.length === 0 ? 'md' : 0}>
                {rules.length === 0 ? (
                  <Empty icon={IconRuler2} title={t('monitorForm.noRules')} next={t('monitorForm.noRulesNext')} />
                ) : (
                  <RuleDrafts
                    rules={rules}
                    edit={setWriting}
                    remove={(at) => setRules((now) => now.toSpliced(at, 1))}
                  />
                )}
              </Card>
            </Section>
          )}
          <WhoChecks
            workspaceId={workspaceId}
            environment="PROD"
            point={monitor ? 'update-data-quality-evaluation-task' : 'create-data-quality-evaluation-task'}
          />
          <ProblemNotice error={save.error} />
          <Group justify="flex-end">
            <LinkButton
              {...(monitor ? links.qualityMonitor(workspaceId, monitor.id) : links.qualityMonitors(workspaceId))}
              variant="default"
            >
              {t('ui.cancel')}
            </LinkButton>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={written.name === '' || written.target.table === ''}
            >
              {t(monitor ? 'ui.save' : 'ui.create')}
            </Button>
          </Group>
        </Stack>
      </div>
      <Suspense>
        {writing !== null && (
          <RuleForm
            title={t('qualityRules.new')}
            verb={t('monitorForm.addRule')}
            workspaceId={workspaceId}
            begun={rules[writing] ?? EMPTY_RULE}
            busy={false}
            error={null}
            point={null}
            close={() => setWriting(null)}
            take={(rule) => {
              setRules((now) => now.toSpliced(writing, 1, rule))
              setWriting(null)
            }}
          />
        )}
      </Suspense>
    </form>
  )
}

function contentOf(monitor: QualityMonitorDetail | null): QualityMonitor {
  if (monitor === null)
    return {
      ...{ name: '', description: '', enabled: true, partition: null },
      target: { dataSource: null, schema: null, table: '' },
      trigger: { type: 'ByScheduledTaskInstance', nodeIds: [] },
      ...{ blockWhen: USUAL_BLOCK_CONDITION, notifyWhen: USUAL_NOTIFY_CONDITION },
    }
  const { name, description, enabled, target, partition, trigger, blockWhen, notifyWhen } = monitor
  return { name, description, enabled, target, partition, trigger, blockWhen, notifyWhen }
}

function refusedAt(error: Error | null, path: string): string | undefined {
  const field = fieldProblem(error, path) ?? fieldProblem(error, `monitor.${path}`)
  if (field !== undefined || !(error instanceof ProblemError) || error.problem.code !== 'QUALITY_INVALID') return field
  return error.problem.details?.path === path ? String(error.problem.details?.problem) : undefined
}

function Condition(props: {
  label: string
  value: string | null
  usual: string
  error: string | undefined
  change: (condition: string | null) => void
}) {
  const { t } = useTranslation()
  return (
    <Stack gap="xs">
      <Switch
        label={props.label}
        checked={props.value !== null}
        onChange={(event) => props.change(event.currentTarget.checked ? props.usual : null)}
      />
      {props.value !== null && (
        <Textarea
          aria-label={`${props.label}: ${t('monitorForm.blockWhen')}`}
          description={t('monitorForm.conditionHint')}
          inputWrapperOrder={['input', 'description', 'error']}
          autosize
          minRows={1}
          maxRows={6}
          maxLength={2_000}
          value={props.value}
          error={props.error}
          onChange={(event) => props.change(event.currentTarget.value)}
        />
      )}
    </Stack>
  )
}

function RuleDrafts(props: {
  rules: readonly QualityRule[]
  edit: (at: number) => void
  remove: (at: number) => void
}) {
  const { t } = useTranslation()
  return (
    <RowTable
      label={t('monitorForm.firstRules')}
      columns={[
        {
          key: 'name',
          header: t('quality.name'),
          cell: ({ rule }) => (
            <>
              <span className="wrap-anywhere">{rule.name}</span>{' '}
              <StateBadge look={SEVERITY_LOOKS[rule.severity]} size="sm" />
            </>
          ),
        },
        {
          key: 'measures',
          header: t('qualityRules.measures'),
          cell: ({ rule }) => [t(`metric.${rule.sampling.metric}`), ...thresholdLines(t, rule)].join(' · '),
        },
        {
          key: 'actions',
          header: t('quality.actions'),
          width: 80,
          quiet: true,
          cell: ({ rule, at }) => (
            <Group gap={4} wrap="nowrap">
              <RowAct
                label={t('monitorForm.editRule', { name: rule.name })}
                icon={IconPencil}
                act={() => props.edit(at)}
              />
              <RowAct
                label={t('monitorForm.removeRule', { name: rule.name })}
                icon={IconTrash}
                act={() => props.remove(at)}
              />
            </Group>
          ),
        },
      ]}
      rows={props.rules.map((rule, at) => ({ rule, at }))}
      keyOf={({ at }) => String(at)}
      minWidth={380}
    />
  )
}
