import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconUnlink } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { serverNow } from '../../api/client.ts'
import type { InstanceDetail, InstanceRelative, InstanceRun } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useMay } from '../../session.ts'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { RowAct } from '../../ui/row-act.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { STATUS_LOOKS } from './looks.ts'
import { StatusBadges } from './status-badges.tsx'

const ChangeDialog = lazy(() => import('./change-dialog.tsx'))
const RemoveDependencyDialog = lazy(() => import('./remove-dependency-dialog.tsx'))

type OfInstance = { instance: InstanceDetail }

/** While it waits, it may be let run without one that it waits for. */
const NOT_STARTED: readonly InstanceDetail['status'][] = ['not-run', 'waiting-for-time', 'waiting-for-resources']

/** What an instance is, when what became of it, each of its starts, and what stands around it. */
export function InstanceOverview({ instance }: OfInstance) {
  const { t } = useTranslation()
  const may = useMay()
  const [removing, setRemoving] = useState<InstanceRelative | null>(null)
  const [changing, setChanging] = useState(false)
  const mayOperate = may('node.operate', instance.workspaceId)
  const at = (instant: string | null) => instant && <Instant key="at" at={instant} />
  return (
    <Stack gap="md">
      <div className="two-columns">
        <Section
          title={t('node.facts')}
          actions={
            mayOperate && (
              <Button size="xs" variant="default" onClick={() => setChanging(true)}>
                {t('instance.change')}
              </Button>
            )
          }
        >
          <Card>
            <Facts
              of={[
                [t('instance.id'), <Copyable key="id" value={String(instance.id)} />],
                [
                  t('instances.node'),
                  <LinkTo
                    key="node"
                    {...links.node(instance.workspaceId, instance.node.id, instance.environment)}
                    className="wrap-anywhere"
                  >
                    {instance.node.name}
                  </LinkTo>,
                ],
                [t('node.version'), instance.nodeVersion],
                [t('nodes.programType'), instance.node.programType],
                [t('nodes.environment'), t(`nodes.${instance.environment}`)],
                [t('nodes.owner'), instance.owner?.name],
                [
                  t('instance.belongsTo'),
                  <LinkTo key="run" {...links.run(instance.workspaceId, instance.dagId)} className="wrap-anywhere">
                    {instance.dag.name}
                  </LinkTo>,
                ],
                [t('instances.bizdate'), instance.bizdate],
                [t('instance.period'), instance.periodNumber],
                [t('nodes.cron'), instance.cron && <Code>{instance.cron}</Code>],
                [t('node.priority'), instance.priority],
                [t('node.resourceGroup'), instance.resourceGroup?.name],
                [t('instance.dataSource'), instance.dataSource],
                [t('node.rerunMode'), t(`rerunMode.${instance.rerunMode}`)],
                [t('instance.retries'), t('instance.retriesOf', { done: instance.retries, most: instance.rerunTimes })],
                [
                  t('node.timeout'),
                  instance.timeoutSeconds !== null && t('node.seconds', { seconds: instance.timeoutSeconds }),
                ],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('instance.times')}>
          <Card>
            <Facts
              of={[
                [t('instances.cycleAt'), at(instance.cycleAt)],
                [t('instance.dueAt'), instance.dueAt !== instance.cycleAt && at(instance.dueAt)],
                [t('ui.created'), at(instance.createdAt)],
                [t('instance.waitTimeAt'), at(instance.waitingForTimeAt)],
                [t('instance.waitResourceAt'), at(instance.waitingForResourcesAt)],
                [t('instances.startedAt'), at(instance.startedAt)],
                [t('instance.finishedAt'), at(instance.finishedAt)],
                [
                  t('instances.took'),
                  instance.startedAt && (
                    <Elapsed since={instance.startedAt} until={instance.finishedAt} now={serverNow} />
                  ),
                ],
              ]}
            />
          </Card>
          <Text fw={600} fz="sm" mt="md" mb={4}>
            {t('node.parameters')}
          </Text>
          <Parameters of={instance.parameters} />
        </Section>
      </div>
      <Runs instance={instance} />
      <div className="two-columns">
        <Relatives
          title={t('node.upstream', { count: instance.upstreamCount })}
          of={instance.upstream}
          count={instance.upstreamCount}
          empty={t('instance.noUpstream')}
          remove={NOT_STARTED.includes(instance.status) && mayOperate ? setRemoving : undefined}
        />
        <Relatives
          title={t('node.downstream', { count: instance.downstreamCount })}
          of={instance.downstream}
          count={instance.downstreamCount}
          empty={t('instance.noDownstream')}
        />
      </div>
      {instance.script.content && (
        <Section
          title={t('node.script')}
          description={[instance.script.path, instance.script.language].filter(Boolean).join(' · ') || undefined}
        >
          <CodeBlock text={instance.script.content} label={t('node.script')} mah={480} />
        </Section>
      )}
      <Suspense>
        {changing && <ChangeDialog instance={instance} close={() => setChanging(false)} />}
        {removing && <RemoveDependencyDialog instance={instance} upstream={removing} close={() => setRemoving(null)} />}
      </Suspense>
    </Stack>
  )
}

const Nothing = ({ text }: { text: string }) => (
  <Card>
    <Text fz="sm" c="dimmed">
      {text}
    </Text>
  </Card>
)

function Parameters({ of }: { of: InstanceDetail['parameters'] }) {
  const { t } = useTranslation()
  if (of.length === 0) return <Nothing text={t('node.noParameters')} />
  const columns: readonly Column<InstanceDetail['parameters'][number]>[] = [
    { key: 'name', header: t('instance.parameter'), width: 130, cell: (one) => one.name ?? '–' },
    { key: 'value', header: t('instance.written'), cell: (one) => <Code className="wrap-anywhere">{one.value}</Code> },
    {
      key: 'resolved',
      header: t('instance.resolved'),
      cell: (one) => (one.resolved === null ? '–' : <Code className="wrap-anywhere">{one.resolved}</Code>),
    },
  ]
  return (
    <Card padding={0}>
      <RowTable
        label={t('node.parameters')}
        columns={columns}
        rows={of}
        keyOf={(one) => `${one.name} ${one.value}`}
        minWidth={360}
        maxHeight={320}
      />
    </Card>
  )
}

function Runs({ instance }: OfInstance) {
  const { t } = useTranslation()
  const columns: readonly Column<InstanceRun>[] = [
    { key: 'number', header: t('instance.runNumber'), width: 90, cell: (run) => run.runNumber },
    {
      key: 'state',
      header: t('instances.status'),
      width: 150,
      cell: (run) => <StateBadge look={STATUS_LOOKS[run.status]} />,
    },
    {
      key: 'started',
      header: t('instances.startedAt'),
      width: 165,
      times: true,
      cell: (run) => <Instant at={run.startedAt} zoned={false} />,
    },
    {
      key: 'took',
      header: t('instances.took'),
      width: 100,
      cell: (run) => <Elapsed since={run.startedAt} until={run.finishedAt} now={serverNow} />,
    },
    {
      key: 'reason',
      header: t('instance.reason'),
      cell: ({ reason }) => (
        <Text fz="sm" className="wrap-anywhere">
          {reason ? (refusalSentence(reason.code, reason.details) ?? reason.sentence) : '–'}
        </Text>
      ),
    },
  ]
  return (
    <Section
      title={t('instance.runs', { count: instance.runs.length })}
      actions={
        instance.runs.length > 0 && (
          <LinkTo {...links.instance(instance.workspaceId, instance.id, 'log')} fz="sm">
            {t('instance.seeLog')}
          </LinkTo>
        )
      }
    >
      {instance.runs.length === 0 ? (
        <Nothing text={t('instance.noRun')} />
      ) : (
        <Card padding={0}>
          <RowTable
            label={t('instance.runs', { count: instance.runs.length })}
            columns={columns}
            rows={instance.runs}
            keyOf={(run) => String(run.runNumber)}
            minWidth={620}
            maxHeight={320}
          />
        </Card>
      )}
    </Section>
  )
}

type RelativesProps = {
  title: string
  of: readonly InstanceRelative[]
  count: number
  empty: string
  remove?: ((relative: InstanceRelative) => void) | undefined
}

function Relatives({ title, of, count, empty, remove }: RelativesProps) {
  const { t } = useTranslation()
  const columns: readonly Column<InstanceRelative>[] = [
    {
      key: 'name',
      header: t('instances.node'),
      cell: (relative) => (
        <>
          <LinkTo {...links.instance(relative.workspaceId, relative.id)} className="wrap-anywhere">
            {relative.node.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {relative.bizdate} · <Instant at={relative.cycleAt} />
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('instances.status'),
      width: 190,
      cell: (relative) => (
        <Group gap={6}>
          <StatusBadges of={relative} />
        </Group>
      ),
    },
    ...(remove
      ? [
          {
            key: 'remove',
            header: t('nodes.actions'),
            width: 52,
            quiet: true,
            cell: (relative) => (
              <RowAct
                label={t('instance.removeDependency', { name: relative.node.name })}
                icon={IconUnlink}
                act={() => remove(relative)}
              />
            ),
          } as const satisfies Column<InstanceRelative>,
        ]
      : []),
  ]
  return (
    <Section
      title={title}
      description={of.length < count ? t('instance.firstRelatives', { count: of.length }) : undefined}
    >
      {of.length === 0 ? (
        <Nothing text={empty} />
      ) : (
        <Card padding={0}>
          <RowTable
            label={title}
            columns={columns}
            rows={of}
            keyOf={(relative) => String(relative.id)}
            minWidth={420}
            maxHeight={360}
          />
        </Card>
      )}
    </Section>
  )
}
