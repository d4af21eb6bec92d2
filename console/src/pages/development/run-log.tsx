import { Button, Group, Select, Skeleton, Text } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { DevelopmentRun, FileDetail } from '../../api/development-shapes.ts'
import { queries } from '../../api/queries.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { instantText } from '../../ui/instant.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RunLog } from '../instances/run-log.tsx'
import { RUN_LOOKS } from './looks.ts'

/** What running the code wrote: of the run that was asked for last, or of an earlier one. */
export function CodeRunLog({ file }: { file: FileDetail }) {
  const { t } = useTranslation()
  const { run: operationId } = useSearch({ strict: false })
  const { data, error } = useQuery(developmentQueries.codeRuns(file.workspaceId, file.id))
  const [chosen, setChosen] = useState<number | null>(null)
  const stop = useMutation({
    mutationFn: (instanceId: number) => developmentCalls.stopRun(file.workspaceId, file.id, instanceId),
  })
  const run = data?.find((one) => one.instanceId === chosen) ?? runOf(data, operationId)
  return (
    <Section
      title={t('codeRun.title')}
      actions={
        run && (
          <Group gap="xs">
            <StateBadge look={RUN_LOOKS[run.state]} />
            {run.state === 'running' && file.may.includes('run') && (
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconPlayerStop size={14} />}
                loading={stop.isPending}
                onClick={() => stop.mutate(run.instanceId)}
              >
                {t('codeRun.stop')}
              </Button>
            )}
            <Select
              aria-label={t('codeRun.choose')}
              size="xs"
              w={320}
              allowDeselect={false}
              data={data!.map((one) => ({
                value: String(one.instanceId),
                label: `${instantText(one.createdAt)} · ${one.createdBy.name} · ${t(RUN_LOOKS[one.state].text)}`,
              }))}
              value={String(run.instanceId)}
              onChange={(one) => setChosen(Number(one))}
            />
          </Group>
        )
      }
    >
      <ProblemNotice error={error ?? stop.error} />
      {!data && !error && <Skeleton height={120} />}
      {data && !run && (
        <Card>
          <Empty
            icon={IconPlayerPlay}
            title={t(operationId === undefined ? 'codeRun.none' : 'codeRun.notYet')}
            next={t(operationId === undefined ? 'codeRun.noneNext' : 'codeRun.notYetNext')}
          />
        </Card>
      )}
      {run && <Log key={run.instanceId} workspaceId={file.workspaceId} run={run} />}
    </Section>
  )
}

/** Of what was asked for last, which has no run before it is let pass; else the newest. */
const runOf = (runs: readonly DevelopmentRun[] | undefined, operationId: string | undefined) =>
  operationId === undefined ? runs?.[0] : runs?.find((one) => one.operationId === operationId)

function Log({ workspaceId, run }: { workspaceId: number; run: DevelopmentRun }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.instance(workspaceId, run.instanceId))
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={120} />
  return (
    <>
      {run.state === 'unknown' && (
        <Text fz="sm" c="dimmed" mb="xs">
          {t('codeRun.unknownMeaning')}
        </Text>
      )}
      <RunLog instance={data} />
    </>
  )
}
