import type { QualityRule } from '@holdpoint/core'
import { List, Text } from '@mantine/core'
import { qualityCalls } from '../../api/quality-calls.ts'
import type { QualityRuleView } from '../../api/quality-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { useAsked } from './asked.ts'

export type RuleVerb = 'on' | 'off' | 'delete'

type Props = {
  workspaceId: number
  verb: RuleVerb
  rules: readonly QualityRuleView[]
  close: () => void
  asked?: () => unknown
}

/** The same done to several rules: all of them, or none. */
export function RuleVerbDialog({ workspaceId, verb, rules, close, asked }: Props) {
  const { t } = useTranslation()
  const count = rules.length
  const [first] = rules
  const switched = (rule: QualityRule): QualityRule => ({ ...rule, enabled: verb === 'on' })
  const act = useAsked({
    ask: () => {
      if (verb === 'delete')
        return qualityCalls.deleteRules(
          workspaceId,
          rules.map(({ id }) => id),
        )
      // One is a change of that rule, which passes another point than a batch.
      if (count === 1)
        return qualityCalls.saveRule(workspaceId, first!.id, { revision: first!.revision, rule: switched(first!.rule) })
      return qualityCalls.saveRules(
        workspaceId,
        rules.map(({ id, revision, rule }) => ({ id, revision, rule: switched(rule) })),
      )
    },
    done: t(verb === 'delete' ? 'qualityRules.deleted' : 'qualityRules.changed'),
    close: () => {
      asked?.()
      close()
    },
  })
  const title =
    verb === 'delete'
      ? t('qualityRules.deleteTitle', { count })
      : t(verb === 'on' ? 'qualityRules.switchTitleOn' : 'qualityRules.switchTitleOff', { count })
  const point =
    verb === 'delete'
      ? 'batch-delete-data-quality-rules'
      : count === 1
        ? 'update-data-quality-rule'
        : 'batch-update-data-quality-rules'
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      danger={verb === 'delete'}
      title={title}
      verb={t(verb === 'delete' ? 'ui.delete' : verb === 'on' ? 'qualityRules.switchOn' : 'qualityRules.switchOff')}
      busy={act.isPending}
      confirm={() => act.mutate()}
    >
      <List size="sm">
        {rules.map(({ id, rule }) => (
          <List.Item key={id} className="wrap-anywhere">
            {rule.name}
          </List.Item>
        ))}
      </List>
      <Text fz="sm">{t(verb === 'delete' ? 'qualityRules.deleteMeaning' : 'qualityRules.switchMeaning')}</Text>
      <WhoChecks workspaceId={workspaceId} environment="PROD" point={point} />
      <ProblemNotice error={act.error} />
    </Confirm>
  )
}
