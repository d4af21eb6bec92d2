import { calls } from '../../api/calls.ts'
import type { NodeGraph as Answer, Environment, NodeDetail } from '../../api/shapes.ts'
import { GraphSection } from '../../graph/graph-section.tsx'
import { counted, type Neighbourhood } from '../../graph/neighbourhood.ts'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { RECURRENCE_LOOKS } from './recurrence.ts'

/** The nodes around one of them. */
export default function NodeGraph({ node }: { node: Pick<NodeDetail, 'id' | 'workspaceId' | 'environment'> }) {
  const { t } = useTranslation()
  const { environment } = node
  return (
    <GraphSection
      label={t('instance.graph')}
      centre={{ key: String(node.id), workspaceId: node.workspaceId }}
      read={({ item, up, down }) => ({
        queryKey: ['nodes', item.workspaceId, 'graph', environment, item.key, up, down],
        queryFn: async () =>
          neighbourhoodOf(
            await calls.nodeGraph(item.workspaceId, { environment, nodeId: Number(item.key), up, down }),
            environment,
          ),
      })}
    />
  )
}

function neighbourhoodOf({ nodes, edges, isCut }: Answer, environment: Environment): Neighbourhood {
  const shown = counted(edges)
  return {
    items: nodes.map((node) => ({
      key: String(node.id),
      workspaceId: node.workspaceId,
      name: node.name,
      note: [node.id, node.programType, node.owner?.name].filter(Boolean).join(' · '),
      looks: [RECURRENCE_LOOKS[node.recurrence]],
      link: links.node(node.workspaceId, node.id, environment, 'graph'),
      upstreamCount: node.moreUpstream + shown.upstream(node.id),
      downstreamCount: node.moreDownstream + shown.downstream(node.id),
    })),
    edges: edges.map(({ from, to, dependency }) => ({
      from: String(from),
      to: String(to),
      crossCycle: dependency === 'cross-cycle',
    })),
    isCut,
  }
}
