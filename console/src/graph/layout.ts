import { Graph, layout } from '@dagrejs/dagre'
import type { Neighbourhood } from './neighbourhood.ts'

export const ITEM_WIDTH = 232
export const ITEM_HEIGHT = 68
const BETWEEN_LEVELS = 84
const BETWEEN_ITEMS = 22

export type Place = { readonly x: number; readonly y: number }

/** Where each item stands, by its upper left corner: from left to right, everything right of all it waits for. */
export function placesOf({ items, edges }: Pick<Neighbourhood, 'items' | 'edges'>): ReadonlyMap<string, Place> {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_LEVELS, nodesep: BETWEEN_ITEMS })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { key } of items) graph.setNode(key, { width: ITEM_WIDTH, height: ITEM_HEIGHT })
  for (const { from, to } of edges) if (from !== to) graph.setEdge(from, to)
  layout(graph)
  return new Map(
    items.map(({ key }) => {
      const { x, y } = graph.node(key) as unknown as Place
      return [key, { x: x - ITEM_WIDTH / 2, y: y - ITEM_HEIGHT / 2 }]
    }),
  )
}
