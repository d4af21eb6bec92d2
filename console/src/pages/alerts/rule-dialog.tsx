import { Group, NumberInput, Select, Switch, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { AlertRule, NewAlertRule } from '../../api/shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type NamedNode, NodePicker } from './node-picker.tsx'

const KINDS = ['ERROR', 'TIMEOUT', 'UNFINISHED', 'CYCLE_UNFINISHED', 'FINISHED', 'BACKFILL'] as const
const ENDS = ['Failure', 'Success', 'SuccessFailure'] as const
type Watch = NewAlertRule['watch']
type Ends = (typeof ENDS)[number]

/** Everything a rule could say, whatever its kind; what its kind does not take is not sent. */
type Draft = {
  readonly name: string
  readonly enabled: boolean
  readonly kind: Watch['kind']
  readonly ofNodes: boolean
  readonly nodes: readonly NamedNode[]
  readonly minutes: number
  readonly by: string
  readonly ends: Ends
  readonly webhook: string
  readonly emails: readonly string[]
  readonly mostRepeats: number
  readonly repeatMinutes: number
}

const EMPTY: Draft = {
  name: '',
  enabled: true,
  kind: 'ERROR',
  ofNodes: false,
  nodes: [],
  minutes: 60,
  by: '08:00',
  ends: 'Failure',
  webhook: '',
  emails: [],
  mostRepeats: 0,
  repeatMinutes: 30,
}

function draftOf(rule: AlertRule): Draft {
  const { watch } = rule
  const names = new Map(rule.nodes.map((node) => [node.id, node.name]))
  const nodeIds = 'nodeIds' in watch ? watch.nodeIds : null
  return {
    ...EMPTY,
    name: rule.name,
    enabled: rule.enabled,
    kind: watch.kind,
    ofNodes: nodeIds !== null,
    nodes: (nodeIds ?? []).map((id) => ({ id, name: names.get(id) ?? String(id) })),
    minutes: 'minutes' in watch ? watch.minutes : EMPTY.minutes,
    by: 'by' in watch ? watch.by : EMPTY.by,
    ends: 'ends' in watch ? watch.ends : EMPTY.ends,
    webhook: rule.webhook ?? '',
    emails: rule.emails,
    mostRepeats: rule.mostRepeats,
    repeatMinutes: rule.repeatMinutes,
  }
}

function watchOf({ kind, ofNodes, nodes, minutes, by, ends }: Draft): Watch {
  const ids = nodes.map((node) => node.id)
  const nodeIds = ofNodes ? ids : null
  switch (kind) {
    case 'BACKFILL':
      return { kind, ends }
    case 'CYCLE_UNFINISHED':
      return { kind, nodeIds: ids, minutes }
    case 'TIMEOUT':
      return { kind, nodeIds, minutes }
    case 'UNFINISHED':
      return { kind, nodeIds, by }
    default:
      return { kind, nodeIds }
  }
}

type Props = { workspaceId: number; rule: AlertRule | null; canSendMail: boolean; close: () => void }

export function RuleDialog({ workspaceId, rule, canSendMail, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [draft, setDraft] = useState<Draft>(rule === null ? EMPTY : draftOf(rule))
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  const { kind } = draft
  const ofNodes = kind === 'CYCLE_UNFINISHED' || (kind !== 'BACKFILL' && draft.ofNodes)
  const mayRepeat = kind !== 'FINISHED' && kind !== 'BACKFILL'
  const save = useMutation({
    mutationFn: () => {
      const body: NewAlertRule = {
        name: draft.name,
        enabled: draft.enabled,
        watch: watchOf(draft),
        webhook: draft.webhook.trim() === '' ? null : draft.webhook.trim(),
        emails: [...draft.emails],
        mostRepeats: mayRepeat ? draft.mostRepeats : 0,
        repeatMinutes: draft.repeatMinutes,
      }
      return rule ? calls.changeAlertRule(workspaceId, rule.id, body) : calls.createAlertRule(workspaceId, body)
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['alerts'] })
      close()
    },
  })
  const problem = (path: string) => fieldProblem(save.error, path)
  const emails = draft.emails.findIndex((_, at) => problem(`emails.${at}`) !== undefined)
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(rule ? 'alerts.edit' : 'alerts.create')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={draft.name.trim() === '' || (ofNodes && draft.nodes.length === 0)}
      confirm={() => save.mutate()}
    >
      <TextInput
        label={t('alerts.name')}
        required
        data-autofocus
        maxLength={128}
        value={draft.name}
        error={problem('name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label={t('alerts.kind')}
        description={t(`alerts.kindHints.${kind}`)}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`alerts.kinds.${value}`) }))}
        value={kind}
        onChange={(value) => value !== null && set({ kind: value })}
      />
      {kind !== 'BACKFILL' && kind !== 'CYCLE_UNFINISHED' && (
        <Select
          label={t('alerts.scope')}
          allowDeselect={false}
          data={(['workspace', 'nodes'] as const).map((value) => ({ value, label: t(`alerts.scopes.${value}`) }))}
          value={draft.ofNodes ? 'nodes' : 'workspace'}
          onChange={(value) => set({ ofNodes: value === 'nodes' })}
        />
      )}
      {ofNodes && (
        <NodePicker
          workspaceId={workspaceId}
          chosen={draft.nodes}
          most={kind === 'CYCLE_UNFINISHED' ? 100 : 1000}
          error={problem('watch.nodeIds')}
          choose={(nodes) => set({ nodes })}
        />
      )}
      {(kind === 'TIMEOUT' || kind === 'CYCLE_UNFINISHED') && (
        <NumberInput
          label={t('alerts.minutes')}
          min={1}
          max={2880}
          allowDecimal={false}
          value={draft.minutes}
          error={problem('watch.minutes')}
          onChange={(value) => set({ minutes: Number(value) })}
        />
      )}
      {kind === 'UNFINISHED' && (
        <TextInput
          label={t('alerts.by')}
          description={t('alerts.byHint')}
          placeholder="08:00"
          maxLength={5}
          value={draft.by}
          error={problem('watch.by')}
          onChange={(event) => set({ by: event.currentTarget.value })}
        />
      )}
      {kind === 'BACKFILL' && (
        <Select
          label={t('alerts.ends')}
          allowDeselect={false}
          data={ENDS.map((value) => ({ value, label: t(`alerts.endKinds.${value}`) }))}
          value={draft.ends}
          onChange={(value) => value !== null && set({ ends: value })}
        />
      )}
      <TextInput
        label={t('alerts.webhook')}
        description={t('alerts.webhookHint')}
        placeholder="https://"
        value={draft.webhook}
        error={problem('webhook')}
        onChange={(event) => set({ webhook: event.currentTarget.value })}
      />
      <TagsInput
        label={t('alerts.emails')}
        description={t(canSendMail ? 'alerts.emailsHint' : 'alerts.emailsOff')}
        disabled={!canSendMail && draft.emails.length === 0}
        maxTags={20}
        value={[...draft.emails]}
        error={problem('emails') ?? (emails < 0 ? undefined : problem(`emails.${emails}`))}
        onChange={(value) => set({ emails: value })}
      />
      {mayRepeat && (
        <Group grow align="flex-end">
          <NumberInput
            label={t('alerts.again')}
            description={t('alerts.againHint')}
            min={0}
            max={10}
            allowDecimal={false}
            value={draft.mostRepeats}
            error={problem('mostRepeats')}
            onChange={(value) => set({ mostRepeats: Number(value) })}
          />
          <NumberInput
            label={t('alerts.every')}
            min={1}
            max={1440}
            allowDecimal={false}
            disabled={draft.mostRepeats === 0}
            value={draft.repeatMinutes}
            error={problem('repeatMinutes')}
            onChange={(value) => set({ repeatMinutes: Number(value) })}
          />
        </Group>
      )}
      <Switch
        label={t('alerts.enabled')}
        checked={draft.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}
