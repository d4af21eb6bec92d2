import { describe, expect, it } from 'vitest'
import { placesOf } from '../../console/src/graph/layout.ts'
import { type GraphItem, type Neighbourhood, together } from '../../console/src/graph/neighbourhood.ts'
import { links } from '../../console/src/links.ts'

const item = (key: string, upstreamCount: number, downstreamCount: number): GraphItem => ({
  key,
  workspaceId: 1,
  name: key,
  note: '',
  looks: [],
  link: links.instance(1, key),
  upstreamCount,
  downstreamCount,
})
const edge = (from: string, to: string) => ({ from, to, crossCycle: false })
const AROUND_B: Neighbourhood = {
  items: [item('b', 1, 2), item('a', 0, 1), item('c', 1, 3)],
  edges: [edge('a', 'b'), edge('b', 'c')],
  isCut: false,
}

describe('neighbourhoods put together', () => {
  it('say how many on each side of an item are not shown', () => {
    const { items, more } = together([AROUND_B])
    expect(items.map((one) => [one.key, more(one, 'upstream'), more(one, 'downstream')])).toEqual([
      ['b', 0, 1],
      ['a', 0, 0],
      ['c', 0, 3],
    ])
  })

  it('show each item and each dependency once, in its latest state, where it first stood', () => {
    const later = { ...item('c', 1, 1), note: 'later' }
    const both = together([
      AROUND_B,
      { items: [later, item('d', 1, 0)], edges: [edge('b', 'c'), edge('c', 'd')], isCut: false },
    ])
    expect(both.items.map(({ key, note }) => key + note)).toEqual(['b', 'a', 'clater', 'd'])
    expect(both.edges).toHaveLength(3)
    expect(both.more(both.items[2]!, 'downstream')).toBe(0)
  })

  it('show no more than fits, and no dependency of what does not', () => {
    const { items, edges, isCut, more } = together([AROUND_B], 2)
    expect(items.map((one) => one.key)).toEqual(['b', 'a'])
    expect(edges).toEqual([edge('a', 'b')])
    expect(isCut).toBe(true)
    expect(more(items[0]!, 'downstream')).toBe(2)
  })
})

describe('the picture of a graph', () => {
  it('has everything right of all it waits for, and nothing on top of another', () => {
    const keys = Array.from({ length: 200 }, (_, index) => String(index))
    const edges = keys.slice(1).flatMap((key, index) => [edge(String(index >> 1), key), edge(String(index >> 2), key)])
    const places = placesOf({ items: keys.map((key) => item(key, 0, 0)), edges })
    for (const { from, to } of edges) if (from !== to) expect(places.get(from)!.x).toBeLessThan(places.get(to)!.x)
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(200)
  })

  it('takes a node that waits for itself as it is', () => {
    expect(placesOf({ items: [item('a', 1, 1)], edges: [edge('a', 'a')] }).size).toBe(1)
  })
})
