import { calls } from '../../api/calls.ts'
import type { InstanceGraph as Answer, InstanceDetail } from '../../api/shapes.ts'
import { GraphSection } from '../../graph/graph-section.tsx'
import { counted, type Neighbourhood } from '../../graph/neighbourhood.ts'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { instantText } from '../../ui/instant.tsx'
import { looksOf } from './looks.ts'

type Props = { workspaceId: number } & (
  | { instance: Pick<InstanceDetail, 'id'>; dagId?: undefined }
  | { instance?: undefined; dagId: number }
)

/** The instances around one of them, or from the beginning of a run on. */
export default function InstanceGraph({ workspaceId, instance, dagId }: Props) {
  const { t } = useTranslation()
  return (
    <GraphSection
      label={t('instance.graph')}
      centre={instance ? { key: String(instance.id), workspaceId } : { key: `run ${dagId}`, workspaceId }}
      read={({ item, up, down }) => ({
        queryKey: ['instances', item.workspaceId, 'graph', item.key, up, down],
        queryFn: async () => {
          const start = item.key === `run ${dagId}` ? { dagId } : { instanceId: Number(item.key) }
          return neighbourhoodOf(await calls.instanceGraph(item.workspaceId, { ...start, up, down }))
        },
      })}
    />
  )
}

function neighbourhoodOf({ instances, edges, isCut }: Answer): Neighbourhood {
  const shown = counted(edges)
  return {
    items: instances.map((one) => ({
      key: String(one.id),
      workspaceId: one.workspaceId,
      name: one.node.name,
      note: `${one.bizdate} · ${instantText(one.cycleAt)}`,
      looks: looksOf(one),
      link: links.instance(one.workspaceId, one.id),
      upstreamCount: one.moreUpstream + shown.upstream(one.id),
      downstreamCount: one.moreDownstream + shown.downstream(one.id),
    })),
    edges: edges.map(({ from, to }) => ({ from: String(from), to: String(to), crossCycle: false })),
    isCut,
  }
}
