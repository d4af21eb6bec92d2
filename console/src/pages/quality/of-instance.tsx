import { Skeleton, Stack } from '@mantine/core'
import { IconZoomCheck } from '@tabler/icons-react'
import { useQueries, useQuery } from '@tanstack/react-query'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { InstanceDetail } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Section } from '../../ui/section.tsx'
import { ResultList } from './results.tsx'
import { RunTable } from './run-table.tsx'

/** What was checked after an instance, and what each rule found the last time. */
export default function QualityOfInstance({ instance }: { instance: InstanceDetail }) {
  const { t } = useTranslation()
  const { workspaceId, id } = instance
  const found = useQuery(qualityQueries.newestRuns(workspaceId, { instanceId: id }))
  // Each monitor's newest check; those before belong to earlier runs of the instance.
  const newest = [...new Map((found.data ?? []).toReversed().map((run) => [run.monitorId, run])).values()]
  const details = useQueries({ queries: newest.map((run) => qualityQueries.run(workspaceId, run.id)) })
  const results = details.flatMap(({ data }) => data?.results ?? [])
  return (
    <Stack gap="md">
      <Section title={t('qualityOf.instanceTitle')}>
        <RunTable
          workspaceId={workspaceId}
          label={t('qualityOf.instanceTitle')}
          found={found}
          without="instance"
          empty={
            <Empty icon={IconZoomCheck} title={t('qualityOf.instanceEmpty')} next={t('qualityOf.instanceEmptyNext')} />
          }
        />
      </Section>
      <ProblemNotice error={details.find(({ error }) => error)?.error ?? null} />
      {details.some(({ isPending }) => isPending) && <Skeleton height={120} />}
      {results.length > 0 && (
        <Section title={t('checks.results')}>
          <ResultList workspaceId={workspaceId} results={results} named />
        </Section>
      )}
    </Stack>
  )
}
