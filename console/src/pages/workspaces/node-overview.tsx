import { Code, Stack, Text } from '@mantine/core'
import type { Environment, NodeDetail, NodeRelative } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { RECURRENCE_LOOKS } from './recurrence.ts'
import { scheduleWords } from './schedule.ts'

type OfNode = { node: NodeDetail }

/** What a node is, when it runs, and what stands around it. */
export function NodeOverview({ node }: OfNode) {
  const { t, i18n } = useTranslation()
  const { environment } = node
  return (
    <Stack gap="md">
      <div className="two-columns">
        <Section title={t('node.facts')}>
          <Card>
            <Facts
              of={[
                [t('node.id'), <Copyable key="id" value={String(node.id)} />],
                [t('nodes.environment'), t(`nodes.${node.environment}`)],
                [t('nodes.programType'), node.programType],
                [t('nodes.owner'), node.owner?.name ?? node.ownerName],
                [t('node.resourceGroup'), node.resourceGroup],
                [t('nodePage.dataSource'), node.dataSource],
                [t('node.priority'), node.priority],
                [t('node.root'), node.isRoot && t('ui.yes')],
                [t('node.version'), node.version],
                [t('nodes.modified'), <Instant key="at" at={node.modifiedAt} />],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('nodePage.schedule')}>
          <Card>
            <Facts
              of={[
                [t('nodePage.schedule'), scheduleOf(t, i18n.language, node)],
                [t('nodes.cron'), node.cron && <Code>{node.cron}</Code>],
                [t('nodePage.timeZone'), node.timeZone],
                [t('nodePage.effective'), effectiveOf(t, node)],
                [
                  t('nodePage.nextRuns'),
                  node.nextRunsAt.length > 0 && (
                    <Stack gap={2}>
                      {node.nextRunsAt.map((at) => (
                        <Instant key={at} at={at} />
                      ))}
                    </Stack>
                  ),
                ],
                [t('node.instanceMode'), t(`instanceMode.${node.instanceMode}`)],
                [t('nodePage.crossCycle'), crossCycleOf(t, node)],
                [t('node.rerunMode'), t(`rerunMode.${node.rerunMode}`)],
                [t('nodePage.retries'), node.rerunTimes],
                [
                  t('node.timeout'),
                  node.timeoutSeconds !== null && t('node.seconds', { seconds: node.timeoutSeconds }),
                ],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('node.outputs')}>
          <Card>
            <Identifiers of={node.outputs} empty={t('node.noOutputs')} />
            <Text fw={600} fz="sm" mt="md" mb={4}>
              {t('node.inputs')}
            </Text>
            <Identifiers of={node.inputs} empty={t('node.noInputs')} />
          </Card>
        </Section>
        <Section title={t('node.upstream', { count: node.upstream.length })}>
          <Relatives
            of={node.upstream}
            label={t('node.upstream', { count: node.upstream.length })}
            empty={t('node.noUpstream')}
            environment={environment}
          />
        </Section>
        <Section title={t('node.downstream', { count: node.downstream.length })}>
          <Relatives
            of={node.downstream}
            label={t('node.downstream', { count: node.downstream.length })}
            empty={t('node.noDownstream')}
            environment={environment}
          />
        </Section>
      </div>
      <Section
        title={t('node.script')}
        description={[node.script.path, node.script.language].filter(Boolean).join(' · ') || undefined}
      >
        {node.script.content ? (
          <CodeBlock text={node.script.content} label={t('node.script')} mah={480} />
        ) : (
          <Nothing text={t('node.noScript')} />
        )}
      </Section>
      <Section title={t('node.parameters')}>
        {node.parameters ? (
          <CodeBlock text={node.parameters} label={t('node.parameters')} mah={240} />
        ) : (
          <Nothing text={t('node.noParameters')} />
        )}
      </Section>
    </Stack>
  )
}

function scheduleOf(t: Translate, language: string, { cron, trigger }: NodeDetail): string {
  if (trigger === 'manual') return t('schedule.manual')
  return cron === null ? t('schedule.none') : scheduleWords(t, language, cron)
}

function effectiveOf(t: Translate, { startAt, endAt }: NodeDetail): string {
  return [startAt && t('nodePage.effectiveFrom', { from: startAt }), endAt && t('nodePage.effectiveTo', { to: endAt })]
    .filter(Boolean)
    .join(' ')
}

function crossCycleOf(t: Translate, { crossCycle: { self, children } }: NodeDetail): string | null {
  if (self && children) return t('nodePage.crossCycleBoth')
  if (self) return t('nodePage.crossCycleSelf')
  return children ? t('nodePage.crossCycleChildren') : null
}

const Nothing = ({ text }: { text: string }) => (
  <Text fz="sm" c="dimmed">
    {text}
  </Text>
)

function Identifiers({ of, empty }: { of: readonly string[]; empty: string }) {
  if (of.length === 0) return <Nothing text={empty} />
  return (
    <Stack gap={4} align="flex-start">
      {of.map((one) => (
        <Code key={one} className="wrap-anywhere">
          {one}
        </Code>
      ))}
    </Stack>
  )
}

type RelativesProps = { of: readonly NodeRelative[]; label: string; empty: string; environment: Environment }

function Relatives({ of, label, empty, environment }: RelativesProps) {
  const { t } = useTranslation()
  if (of.length === 0) {
    return (
      <Card>
        <Nothing text={empty} />
      </Card>
    )
  }
  const columns: readonly Column<NodeRelative>[] = [
    {
      key: 'name',
      header: t('nodes.name'),
      cell: (relative) => (
        <>
          <LinkTo {...links.node(relative.workspaceId, relative.id, environment)} className="wrap-anywhere">
            {relative.name}
          </LinkTo>
          {relative.dependency === 'cross-cycle' && (
            <Text fz="xs" c="dimmed">
              {t('node.crossCycle')}
            </Text>
          )}
        </>
      ),
    },
    { key: 'type', header: t('nodes.programType'), width: 130, cell: (relative) => relative.programType },
    {
      key: 'state',
      header: t('nodes.recurrence'),
      width: 120,
      cell: (relative) => <StateBadge look={RECURRENCE_LOOKS[relative.recurrence]} />,
    },
  ]
  return (
    <Card padding={0}>
      <RowTable
        label={label}
        columns={columns}
        rows={of}
        keyOf={(relative) => `${relative.id} ${relative.dependency}`}
        minWidth={420}
        maxHeight={360}
      />
    </Card>
  )
}
