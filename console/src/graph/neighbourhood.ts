import type { links } from '../links.ts'
import type { Look } from '../ui/state-badge.tsx'

/** A node or an instance as it stands in a graph. */
export type GraphItem = {
  readonly key: string
  readonly workspaceId: number
  readonly name: string
  /** What tells it from others of its name: its type, its time. */
  readonly note: string
  readonly looks: readonly Look[]
  readonly link: ReturnType<typeof links.node | typeof links.instance>
  /** How many there are in all beside it, shown or not. */
  readonly upstreamCount: number
  readonly downstreamCount: number
}
export type GraphEdge = { readonly from: string; readonly to: string; readonly crossCycle: boolean }
export type Neighbourhood = {
  readonly items: readonly GraphItem[]
  readonly edges: readonly GraphEdge[]
  /** Whether the levels that were asked for hold more. */
  readonly isCut: boolean
}

export type Side = 'upstream' | 'downstream'
export type Shown = Neighbourhood & {
  /** How many on this side of an item are not shown. */
  readonly more: (item: GraphItem, side: Side) => number
}

/** What people can still read, and a layout that takes no noticeable time. */
export const MOST_SHOWN = 200

/** Several neighbourhoods as one graph. What came first is kept when there is more than can be shown. */
export function together(parts: readonly Neighbourhood[], most = MOST_SHOWN): Shown {
  const known = new Map(parts.flatMap((part) => part.items.map((item) => [item.key, item] as const)))
  const items = [...known.values()].slice(0, most)
  const keys = new Set(items.map((item) => item.key))
  const edges = new Map(
    parts
      .flatMap((part) => part.edges)
      .filter(({ from, to }) => keys.has(from) && keys.has(to))
      .map((edge) => [`${edge.from} ${edge.to}`, edge] as const),
  )
  const beside: Record<Side, Map<string, number>> = { upstream: new Map(), downstream: new Map() }
  for (const { from, to } of edges.values()) {
    beside.downstream.set(from, (beside.downstream.get(from) ?? 0) + 1)
    beside.upstream.set(to, (beside.upstream.get(to) ?? 0) + 1)
  }
  return {
    items,
    edges: [...edges.values()],
    isCut: known.size > items.length || parts.some((part) => part.isCut),
    more: (item, side) => Math.max(0, item[`${side}Count`] - (beside[side].get(item.key) ?? 0)),
  }
}

/** How many dependencies of a part lead to, and how many lead from an item of it. */
export function counted(edges: readonly { readonly from: number; readonly to: number }[]) {
  const to = Map.groupBy(edges, (edge) => edge.to)
  const from = Map.groupBy(edges, (edge) => edge.from)
  return {
    upstream: (id: number): number => to.get(id)?.length ?? 0,
    downstream: (id: number): number => from.get(id)?.length ?? 0,
  }
}
