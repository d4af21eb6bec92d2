import { Box, Group, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { IconBan, IconCircleCheck, IconCircleDashed, IconHourglass } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { developmentQueries } from '../../api/development-queries.ts'
import type { DeploymentDetail, DeploymentItem, DeploymentKind, FileDetail } from '../../api/development-shapes.ts'
import { queries } from '../../api/queries.ts'
import type { OperationDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { type TextKey, useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { MarkdownText } from '../../ui/markdown.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { CHECK_LOOKS } from '../operations/standing.ts'
import { reasonSentence } from './reason.ts'

export type Stage = DeploymentItem['state']
type What = 'commit' | 'deploy' | 'delete' | 'run' | 'table'
type Check = Pick<DeploymentItem['checks'][number], 'extensionName' | 'state' | 'comment'>
type Reason = { readonly code: string; readonly details: Readonly<Record<string, unknown>> }

/** The way of what was asked for last with a file, live: Checking… → Check passed → Submit succeeded, or refused and why. */
export function FileChecks({ file, basic }: { file: FileDetail; basic: boolean }) {
  const { t } = useTranslation()
  const { run } = useSearch({ strict: false })
  return (
    <Section title={t('checkWay.title')}>
      <Paper withBorder p="sm">
        {run === undefined ? <OfDeployment file={file} basic={basic} /> : <OfRun file={file} operationId={run} />}
      </Paper>
    </Section>
  )
}

function OfDeployment({ file, basic }: { file: FileDetail; basic: boolean }) {
  const { t } = useTranslation()
  const newest = useQuery(developmentQueries.deployments(file.workspaceId, { fileId: file.id, limit: 1 }))
  const id = newest.data?.items[0]?.id
  const { data, error } = useQuery({
    ...developmentQueries.deployment(file.workspaceId, id ?? 0),
    enabled: id !== undefined,
  })
  if (newest.error ?? error) return <ProblemNotice error={newest.error ?? error} />
  if (newest.data && id === undefined)
    return <Empty icon={IconCircleDashed} title={t('checkWay.nothingYet')} next={t('checkWay.nothingYetNext')} />
  if (!data) return <Skeleton height={120} />
  const items = data.items.filter(({ fileId }) => fileId === file.id)
  return (
    <Stack gap="xs">
      <Text fz="xs" c="dimmed">
        {t(whatText(data.kind, basic))} · {data.createdBy.name} · <Instant at={data.createdAt} />
      </Text>
      <Way
        what={data.kind}
        basic={basic}
        stage={stageOf(items)}
        checks={items.flatMap(({ checks }) => checks)}
        reasons={items.flatMap(({ reasons }) => reasons)}
        waitsFor={items.flatMap(({ waitsFor }) => waitsFor)}
      />
      <Group gap="md" fz="sm">
        {items[0]?.operationId && (
          <LinkTo {...links.operationHere(items[0].operationId)}>{t('checkWay.details')}</LinkTo>
        )}
        <LinkTo {...links.deployment(file.workspaceId, data.id)}>{t('checkWay.deployment')}</LinkTo>
      </Group>
    </Stack>
  )
}

const whatText = (kind: DeploymentKind, basic: boolean): TextKey =>
  kind === 'commit' && basic ? 'file.submitAndPublish' : (`deploymentKind.${kind}` as const)

/** A node with nodes inside is several: it stands where the one stands that holds it up. */
const FIRST: readonly Stage[] = [
  'checking',
  'refused',
  'failed',
  'stale',
  'withdrawn',
  'left-out',
  'applying',
  'passed',
  'done',
]
export const stageOf = (items: DeploymentDetail['items']): Stage =>
  FIRST.find((stage) => items.some(({ state }) => state === stage)) ?? 'checking'

function OfRun({ file, operationId }: { file: FileDetail; operationId: string }) {
  const { t } = useTranslation()
  const { data: operation, error } = useQuery(queries.operation(operationId))
  const runs = useQuery(developmentQueries.codeRuns(file.workspaceId, file.id))
  if (error) return <ProblemNotice error={error} />
  if (!operation) return <Skeleton height={120} />
  const run = runs.data?.find((one) => one.operationId === operationId)
  const state =
    run === undefined
      ? null
      : ({ running: 'applying', succeeded: 'done', failed: 'failed', unknown: 'failed' } as const)[run.state]
  return (
    <Stack gap="xs">
      <Text fz="xs" c="dimmed">
        {t('file.run')} · {operation.requestedBy.name} · <Instant at={operation.requestedAt} />
      </Text>
      <Way
        what="run"
        stage={stageOfOperation(operation, state)}
        checks={operation.checks}
        reasons={[...operation.reasons, ...(run?.reasons ?? [])]}
      />
      <Group gap="md" fz="sm">
        <LinkTo {...links.operationHere(operationId)}>{t('checkWay.details')}</LinkTo>
      </Group>
    </Stack>
  )
}

/** `after`: how what it let begin stands. */
export function stageOfOperation({ state }: Pick<OperationDetail, 'state'>, after: Stage | null): Stage {
  if (state === 'held') return 'checking'
  return state === 'done' ? (after ?? 'applying') : state
}

type WayProps = {
  what: What
  basic?: boolean
  stage: Stage
  checks: readonly Check[]
  reasons: readonly Reason[]
  waitsFor?: readonly string[]
}

/** Three steps in words and icons; which one it stands at is told to screen readers as it moves. */
export function Way({ what, basic = false, stage, checks, reasons, waitsFor = [] }: WayProps) {
  const { t } = useTranslation()
  const held = stage === 'refused' || stage === 'withdrawn' || stage === 'stale'
  const passed = stage !== 'checking' && !held
  const failed = stage === 'failed' || stage === 'left-out'
  const word = what === 'commit' && basic ? 'deploy' : what
  return (
    <>
      <ol className="check-steps" aria-label={t('check.timeline')} aria-live="polite">
        <Step stands={stage === 'checking' ? 'now' : 'past'}>{t('checkWay.checking')}</Step>
        {held ? (
          <Step stands="failed">{t(`checkWay.${stage}`)}</Step>
        ) : (
          <Step stands={passed ? (stage === 'passed' ? 'now' : 'past') : null}>
            {t(passed && checks.length === 0 ? 'checkWay.nobody' : 'checkWay.passed')}
            {stage === 'passed' && waitsFor.length > 0 && (
              <Text fz="xs" c="dimmed">
                {t('checkWay.waitsFor', { names: waitsFor.join(t('ui.listSeparator')) })}
              </Text>
            )}
          </Step>
        )}
        {!held && (
          <Step stands={failed ? 'failed' : stage === 'done' ? 'past' : stage === 'applying' ? 'now' : null}>
            {t(
              `checkWay.${word}.${stage === 'done' ? 'done' : failed ? 'failed' : stage === 'applying' ? 'running' : 'next'}`,
            )}
          </Step>
        )}
      </ol>
      {reasons.map((reason, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
        <Text key={at} fz="sm" className="wrap-anywhere plain">
          {reasonSentence(reason)}
        </Text>
      ))}
      {checks.map((check, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <CheckLine key={at} check={check} />
      ))}
    </>
  )
}

function CheckLine({ check }: { check: Check }) {
  return (
    <Box>
      <Group gap="xs" justify="space-between">
        <Text fz="sm" fw={600} className="wrap-anywhere">
          {check.extensionName}
        </Text>
        <StateBadge look={CHECK_LOOKS[check.state]} size="sm" />
      </Group>
      {check.comment && <MarkdownText text={check.comment} />}
    </Box>
  )
}

const STEP_ICONS = { now: IconHourglass, past: IconCircleCheck, failed: IconBan, null: IconCircleDashed } as const

function Step({ stands, children }: { stands: 'now' | 'past' | 'failed' | null; children: React.ReactNode }) {
  const Icon = STEP_ICONS[stands ?? 'null']
  return (
    <li data-stands={stands ?? undefined}>
      <Icon size={16} aria-hidden />
      <div>{children}</div>
    </li>
  )
}
