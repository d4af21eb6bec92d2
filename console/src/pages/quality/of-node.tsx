import { IconPlus, IconShieldCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { NodeDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { QueryTable } from '../../query-table.tsx'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Section } from '../../ui/section.tsx'
import { useMonitorColumns } from './monitor-columns.tsx'

/** The monitors that check the instances of a node. */
export default function QualityOfNode({ node }: { node: NodeDetail }) {
  const { t } = useTranslation()
  const may = useMay()
  const { workspaceId, id } = node
  const found = useQuery(qualityQueries.monitors(workspaceId, { nodeId: id }))
  const columns = useMonitorColumns(workspaceId).filter(({ key }) => key !== 'nodes' && key !== 'modified')
  const add = may('quality.write', workspaceId) && node.environment === 'PROD' && (
    <LinkButton
      {...links.newQualityMonitor(workspaceId, id)}
      size="xs"
      variant="default"
      leftSection={<IconPlus {...iconProps} />}
    >
      {t('monitors.new')}
    </LinkButton>
  )
  return (
    <Section title={t('qualityOf.nodeTitle')} description={t('qualityOf.nodeHint')} actions={add}>
      <QueryTable
        label={t('qualityOf.nodeTitle')}
        columns={columns}
        found={{ data: found.data?.items, error: found.error }}
        keyOf={(monitor) => String(monitor.id)}
        minWidth={700}
        empty={
          <Empty
            icon={IconShieldCheck}
            title={t('qualityOf.nodeEmpty')}
            next={t('qualityOf.nodeEmptyNext')}
            actions={add}
          />
        }
      />
    </Section>
  )
}
