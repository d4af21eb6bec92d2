import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { NodeDetail } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { LinkTo } from '../../ui/link.tsx'
import { Section } from '../../ui/section.tsx'
import { instanceColumns } from '../instances/columns.tsx'

const NEWEST = 20

/** The newest instances of a node. */
export function NodeInstances({ node }: { node: NodeDetail }) {
  const { t } = useTranslation()
  const { environment, workspaceId, id } = node
  const { data, error } = useQuery(queries.instances(workspaceId, { environment, nodeId: id, limit: NEWEST }))
  return (
    <Section
      title={t('nodePage.latest')}
      actions={
        <LinkTo {...links.instances(workspaceId, { environment, nodeId: id })} fz="sm">
          {t('nodePage.allInstances')}
        </LinkTo>
      }
    >
      <QueryTable
        label={t('nodePage.latest')}
        columns={instanceColumns(t, { operate: null }).filter((column) => !column.quiet)}
        found={{ data: data?.items, error }}
        keyOf={(instance) => String(instance.id)}
        minWidth={900}
        empty={
          <Text fz="sm" c="dimmed">
            {t('nodePage.noInstances')}
          </Text>
        }
      />
    </Section>
  )
}
