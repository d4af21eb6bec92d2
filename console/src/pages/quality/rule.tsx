import { Alert, Badge, Button, Code, Group, Skeleton, Stack } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityRuleView } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { QUALITY_LOOKS, SEVERITY_LOOKS } from './looks.ts'
import { ResultList } from './results.tsx'
import { RuleVerbDialog } from './rule-acts.tsx'
import { RuleHistory } from './rule-history.tsx'
import { Target } from './targets.tsx'

const EditRuleDialog = lazy(() => import('./rule-dialog.tsx').then((file) => ({ default: file.EditRuleDialog })))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/rules/$ruleId')

export function QualityRulePage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(qualityQueries.rule(workspaceId, Number(params.ruleId)))
  if (data) return <Shown of={data} />
  return (
    <Page
      title={t('qualityRule.title', { id: params.ruleId })}
      trail={[[links.qualityRules(workspaceId), t('qualityRules.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ of }: { of: QualityRuleView }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<'edit' | 'delete' | null>(null)
  const { workspaceId, rule, may, latest } = of
  const { sampling, checking } = rule
  return (
    <Page
      title={rule.name}
      trail={[[links.qualityRules(workspaceId), t('qualityRules.title')]]}
      beside={
        <Group gap={6}>
          <StateBadge look={SEVERITY_LOOKS[rule.severity]} />
          {!rule.enabled && (
            <Badge variant="default" tt="none" className="state-badge">
              {t('qualityRules.off')}
            </Badge>
          )}
          {latest && <StateBadge look={QUALITY_LOOKS[latest.status]} />}
        </Group>
      }
      description={rule.description}
      actions={
        <>
          {may.includes('save') && (
            <Button variant="default" leftSection={<IconPencil {...iconProps} />} onClick={() => setAsked('edit')}>
              {t('ui.edit')}
            </Button>
          )}
          {may.includes('delete') && (
            <Button variant="default" leftSection={<IconTrash {...iconProps} />} onClick={() => setAsked('delete')}>
              {t('ui.delete')}
            </Button>
          )}
        </>
      }
    >
      {of.heldBy.length > 0 && (
        <Alert color="blue" variant="light" p="sm" title={t('quality.held')} role="status">
          <Group gap="md">
            <HeldMarks heldBy={of.heldBy} />
          </Group>
        </Alert>
      )}
      <RuleHistory of={of} />
      <div className="two-columns">
        <Section title={t('qualityRule.facts')}>
          <Card>
            <Facts
              of={[
                [t('quality.table'), <Target key="table" of={of.target} />],
                [
                  t('qualityRules.monitor'),
                  of.monitorId === null ? (
                    t('qualityRules.noMonitor')
                  ) : (
                    <LinkTo key="monitor" {...links.qualityMonitor(workspaceId, of.monitorId)}>
                      {t('monitor.title', { id: of.monitorId })}
                    </LinkTo>
                  ),
                ],
                [t('qualityRule.metric'), t(`metric.${sampling.metric}`)],
                [t('qualityRule.columns'), sampling.columns.join(t('ui.listSeparator'))],
                [t('qualityRule.filter'), sampling.filter && <Code key="filter">{sampling.filter}</Code>],
                [t('qualityRule.least'), sampling.least],
                [t('qualityRule.most'), sampling.most],
                [t('qualityRule.values'), sampling.values.join(t('ui.listSeparator'))],
                [t('qualityRule.checking'), t(`checking.${checking.type}`)],
                [t('qualityRule.daysBefore'), checking.daysBefore.join(t('ui.listSeparator'))],
                ...(['expected', 'warned', 'critical'] as const).map(
                  (name) =>
                    [
                      t(`qualityRule.${name}`),
                      checking.thresholds[name] && <Code key={name}>{checking.thresholds[name]}</Code>,
                    ] as const,
                ),
                [t('quality.modified'), <Instant key="modified" at={of.modifiedAt} />],
                [t('quality.by'), of.modifiedBy?.name],
              ]}
            />
            {sampling.sql !== null && <CodeBlock text={sampling.sql} label={t('qualityRule.sql')} mah={240} />}
          </Card>
        </Section>
        <Results of={of} />
      </div>
      <Suspense>{asked === 'edit' && <EditRuleDialog of={of} close={() => setAsked(null)} />}</Suspense>
      {asked === 'delete' && (
        <RuleVerbDialog workspaceId={workspaceId} verb="delete" rules={[of]} close={() => setAsked(null)} />
      )}
    </Page>
  )
}

function Results({ of }: { of: QualityRuleView }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(qualityQueries.results(of.workspaceId, of.id))
  return (
    <Section title={t('qualityRule.results')}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      {data?.length === 0 && (
        <Card>
          <Empty title={t('qualityRule.noResults')} next={t('qualityRule.noResultsNext')} />
        </Card>
      )}
      {data && data.length > 0 && (
        <Stack>
          <ResultList workspaceId={of.workspaceId} results={data} />
        </Stack>
      )}
    </Section>
  )
}
