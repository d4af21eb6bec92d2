import { Anchor, Drawer, Group, Select, Skeleton, Stack, Text } from '@mantine/core'
import { IconBolt } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { ExtensionView, FunctionUsage, InvocationView } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Logs } from './function-logs.tsx'
import { lookOf } from './invocation-looks.ts'

const route = getRouteApi('/signed-in/extensions/$code')
const keyOf = (run: InvocationView) => String(run.id)
const WHICH = { failed: { failed: true }, messages: { tests: false }, tests: { tests: true } } as const

/** Every run of the function that is still kept, and what all of them used. */
export default function InvocationsTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const { cursor } = route.useSearch()
  const navigate = route.useNavigate()
  const [which, setWhich] = useState<keyof typeof WHICH | null>(null)
  const [open, setOpen] = useState<number | null>(null)
  const list = useList(
    queries.invocations(extension.code, {
      ...(which ? WHICH[which] : {}),
      ...(cursor === undefined ? {} : { cursor }),
    }),
    cursor,
    keyOf,
  )
  const columns: readonly Column<InvocationView>[] = [
    {
      key: 'at',
      header: t('function.startedAt'),
      width: 180,
      times: true,
      cell: (run) => (
        <Anchor component="button" fz="sm" onClick={() => setOpen(run.id)}>
          <Instant at={run.startedAt} zoned={false} />
        </Anchor>
      ),
    },
    {
      key: 'outcome',
      header: t('function.ended'),
      cell: (run) => (
        <>
          <StateBadge size="sm" look={lookOf(run)} />
          {run.error && (
            <Text fz="xs" c="dimmed" className="wrap-anywhere" lineClamp={2}>
              {run.error.split('\n')[0]}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'about',
      header: t('function.about'),
      cell: (run) => (
        <>
          <Text fz="sm">{names.event(run.eventCode)}</Text>
          {run.operationId ? (
            <LinkTo {...links.operation(run.operationId)} fz="xs">
              {t('function.operation')}
            </LinkTo>
          ) : (
            <Text fz="xs" c="dimmed">
              {run.testedBy ? t('function.testedBy', { name: run.testedBy.name }) : t('function.told')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'version', header: t('function.version'), width: 80, cell: (run) => run.version },
    { key: 'took', header: t('delivery.duration'), width: 100, cell: (run) => `${run.durationMs.toFixed(1)} ms` },
    {
      key: 'memory',
      header: t('function.memory'),
      width: 100,
      cell: (run) => `${(run.memoryBytes / 1_048_576).toFixed(1)} MiB`,
    },
    { key: 'lines', header: t('function.lines'), width: 90, cell: (run) => run.logLines },
  ]
  return (
    <Stack gap="lg">
      <Usage code={extension.code} />
      <Section
        title={t('function.runs')}
        description={t('function.runsHint')}
        actions={
          <Select
            aria-label={t('function.which')}
            placeholder={t('function.which')}
            clearable
            w={220}
            data={Object.keys(WHICH).map((value) => ({
              value,
              label: t(`function.only.${value as keyof typeof WHICH}`),
            }))}
            value={which}
            onChange={(value) => {
              setWhich(value as keyof typeof WHICH | null)
              void navigate({ search: { tab: 'invocations' } })
            }}
          />
        }
      >
        <ProblemNotice error={list.error} />
        <CursorTable
          label={t('function.runs')}
          list={list}
          keyOf={keyOf}
          columns={columns}
          minWidth={900}
          empty={<Empty icon={IconBolt} title={t('function.noRuns')} next={t('function.noRunsNext')} />}
        />
      </Section>
      <Drawer
        opened={open !== null}
        onClose={() => setOpen(null)}
        position="right"
        size="lg"
        title={t('function.openRun', { id: open ?? '' })}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        {open !== null && <OneRun code={extension.code} id={open} />}
      </Drawer>
    </Stack>
  )
}

function OneRun({ code, id }: { code: string; id: number }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.invocation(code, id))
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={240} />
  return (
    <Stack gap="sm">
      <Group>
        <StateBadge look={lookOf(data)} />
      </Group>
      <Facts
        of={[
          [t('function.startedAt'), <Instant key="at" at={data.startedAt} />],
          [t('function.version'), String(data.version)],
          [t('delivery.duration'), `${data.durationMs.toFixed(1)} ms`],
          [t('function.cpu'), `${data.cpuMs.toFixed(1)} ms`],
          [t('function.memory'), `${(data.memoryBytes / 1_048_576).toFixed(1)} MiB`],
          [t('operation.messageId'), data.messageId],
          [t('function.attempt'), data.attempt],
        ]}
      />
      {data.error && <CodeBlock text={data.error} label={t('function.error')} mah={200} />}
      {data.result !== null && <CodeBlock text={data.result} label={t('function.returned')} mah={200} />}
      <Logs lines={data.logs} cut={data.logsCut} />
    </Stack>
  )
}

type Day = FunctionUsage['days'][number]

function Usage({ code }: { code: string }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.functionUsage(code))
  const columns: readonly Column<Day>[] = [
    { key: 'day', header: t('function.day'), cell: (one) => one.day },
    { key: 'runs', header: t('function.count'), cell: (one) => one.invocations },
    { key: 'failures', header: t('function.failures'), cell: (one) => one.failures },
    { key: 'seconds', header: t('function.seconds'), cell: (one) => one.seconds.toFixed(2) },
    { key: 'gbs', header: t('function.gigabyteSeconds'), cell: (one) => one.gigabyteSeconds.toFixed(3) },
    {
      key: 'most',
      header: t('function.mostMemory'),
      cell: (one) => `${(one.mostMemoryBytes / 1_048_576).toFixed(1)} MiB`,
    },
  ]
  return (
    <Section title={t('function.usage')} description={t('function.usageHint')}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={90} />}
      {data && (
        <Card padding={data.days.length === 0 ? 'md' : 0}>
          {data.days.length === 0 ? (
            <Text fz="sm" c="dimmed">
              {t('function.noUsage')}
            </Text>
          ) : (
            <RowTable
              label={t('function.usage')}
              columns={columns}
              rows={data.days}
              keyOf={(one) => one.day}
              minWidth={640}
              maxHeight={260}
            />
          )}
        </Card>
      )}
    </Section>
  )
}
