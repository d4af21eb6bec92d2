import { Alert, Skeleton, Stack } from '@mantine/core'
import { IconHandStop } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { serverNow } from '../../api/client.ts'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityRunDetail } from '../../api/quality-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { lookOfRun } from './looks.ts'
import { ResultList } from './results.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/runs/$runId')

/** One check: what each rule has found, and what followed. */
export function QualityRunPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(qualityQueries.run(workspaceId, Number(params.runId)))
  const title = data ? `${data.monitorName} ${data.bizdate}` : t('checks.one', { id: params.runId })
  return (
    <Page
      title={title}
      trail={[[links.qualityRuns(workspaceId), t('checks.title')]]}
      beside={data && <StateBadge look={lookOfRun(data)} />}
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={240} />}
      {data && <Shown workspaceId={workspaceId} run={data} />}
    </Page>
  )
}

function Shown({ workspaceId, run }: { workspaceId: number; run: QualityRunDetail }) {
  const { t } = useTranslation()
  return (
    <Stack gap="md">
      {run.hasBlocked && run.instanceId !== null && (
        <Alert color="red" p="sm" icon={<IconHandStop />} title={t('checks.blocked')}>
          <LinkTo {...links.instance(workspaceId, run.instanceId)}>
            {t('checks.instance', { id: run.instanceId })}
          </LinkTo>
        </Alert>
      )}
      <Card>
        <Facts
          of={[
            [
              t('checks.monitor'),
              <LinkTo key="monitor" {...links.qualityMonitor(workspaceId, run.monitorId)}>
                {run.monitorName}
              </LinkTo>,
            ],
            [t('quality.bizdate'), run.bizdate],
            [t('quality.partition'), run.partition ?? t('quality.wholeTable')],
            [
              t('checks.startedBy'),
              run.instanceId === null ? (
                run.startedBy?.name
              ) : (
                <LinkTo key="instance" {...links.instance(workspaceId, run.instanceId)}>
                  {t('checks.instance', { id: run.instanceId })}
                </LinkTo>
              ),
            ],
            [t('checks.created'), <Instant key="created" at={run.createdAt} />],
            [
              t('checks.took'),
              run.startedAt && <Elapsed key="took" since={run.startedAt} until={run.endedAt} now={serverNow} />,
            ],
          ]}
        />
      </Card>
      <Section title={t('checks.results')}>
        {run.results.length === 0 ? (
          <Card>
            <Empty title={t('checks.none')} next={t('checks.noneNext')} />
          </Card>
        ) : (
          <ResultList workspaceId={workspaceId} results={run.results} named />
        )}
      </Section>
    </Stack>
  )
}
