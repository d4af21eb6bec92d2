import type { QualityRule, QualityTarget } from '@holdpoint/core'
import { ruleProblems } from '@holdpoint/core/data-quality/rule'
import { type ReactNode, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityRuleView } from '../../api/quality-shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { useAsked } from './asked.ts'
import { EMPTY_RULE } from './rule-draft.ts'
import { RuleFields } from './rule-fields.tsx'
import { TargetFields } from './target-fields.tsx'

type Form = {
  title: string
  verb: string
  workspaceId: number
  begun: QualityRule
  busy: boolean
  error: Error | null
  point: Parameters<typeof WhoChecks>[0]['point'] | null
  disabled?: boolean
  close: () => void
  take: (rule: QualityRule) => void
  above?: ReactNode
}

/** A rule to write. What can never be checked is said beside its field, by core's own rules, before anything is asked for. */
export function RuleForm(props: Form) {
  const { workspaceId, begun, error, point, close, take } = props
  const [rule, setRule] = useState(begun)
  const [tried, setTried] = useState(false)
  const problems = new Map(ruleProblems(rule).map(({ path, problem }) => [path, problem]))
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={props.title}
      verb={props.verb}
      busy={props.busy}
      disabled={rule.name.trim() === '' || props.disabled === true}
      confirm={() => (problems.size === 0 ? take(rule) : setTried(true))}
    >
      {props.above}
      <RuleFields
        workspaceId={workspaceId}
        rule={rule}
        problem={(path) => (tried ? problems.get(path) : undefined) ?? refusedAt(error, path)}
        change={setRule}
      />
      {point && <WhoChecks workspaceId={workspaceId} environment="PROD" point={point} />}
      <ProblemNotice error={error} />
    </Confirm>
  )
}

/** The server names a rule by its place among those that are asked for. */
function refusedAt(error: Error | null, path: string): string | undefined {
  const field =
    fieldProblem(error, path) ?? fieldProblem(error, `rule.${path}`) ?? fieldProblem(error, `rules.0.${path}`)
  if (field !== undefined || !(error instanceof ProblemError) || error.problem.code !== 'QUALITY_INVALID') return field
  const { details } = error.problem
  return String(details?.path).endsWith(path) ? String(details?.problem) : undefined
}

type NewProps = {
  workspaceId: number
  /** Null: of a table that is named here, and checked by no monitor yet. */
  monitorId: number | null
  close: () => void
}

export function NewRuleDialog({ workspaceId, monitorId, close }: NewProps) {
  const { t } = useTranslation()
  const [target, setTarget] = useState<QualityTarget>({ dataSource: null, schema: null, table: '' })
  const create = useAsked({
    ask: (rule: QualityRule) =>
      qualityCalls.createRules(workspaceId, {
        monitorId,
        ...(monitorId === null && { target: { ...target, table: target.table.trim() } }),
        rules: [rule],
      }),
    done: t('qualityRules.created'),
    close,
  })
  return (
    <RuleForm
      title={t('qualityRules.new')}
      verb={t('ui.create')}
      workspaceId={workspaceId}
      begun={EMPTY_RULE}
      busy={create.isPending}
      error={create.error}
      point="batch-create-data-quality-rules"
      disabled={monitorId === null && target.table.trim() === ''}
      close={close}
      take={create.mutate}
      above={monitorId === null && <TargetFields workspaceId={workspaceId} target={target} change={setTarget} />}
    />
  )
}

export function EditRuleDialog({ of, close }: { of: QualityRuleView; close: () => void }) {
  const { t } = useTranslation()
  const [{ id, revision, workspaceId, rule: begun }] = useState(of)
  const save = useAsked({
    ask: (rule: QualityRule) => qualityCalls.saveRule(workspaceId, id, { revision, rule }),
    done: t('qualityRules.changed'),
    close,
  })
  return (
    <RuleForm
      title={t('qualityRules.edit', { name: begun.name })}
      verb={t('ui.save')}
      workspaceId={workspaceId}
      begun={begun}
      busy={save.isPending}
      error={save.error}
      point="update-data-quality-rule"
      close={close}
      take={save.mutate}
    />
  )
}
