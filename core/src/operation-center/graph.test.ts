import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { descendants, type Edge, findCycle, graphOf, reversed, topologicalOrder } from './graph.ts'

const LENGTH = 100_000
const chain: readonly Edge<number>[] = Array.from({ length: LENGTH - 1 }, (_, index) => ({
  from: index,
  to: index + 1,
}))
const keys = fc.integer({ min: 0, max: 11 })
const edges = fc.array(fc.record({ from: keys, to: keys }), { maxLength: 30 })
const acyclic = fc.array(
  fc.tuple(keys, keys).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 })),
  { maxLength: 30 },
)

/** Reachability by repeated relaxation: slow, and written without any of the functions under test. */
function reachable(from: number, all: readonly Edge<number>[]): ReadonlySet<number> {
  const seen = new Set<number>()
  for (let changed = true; changed; ) {
    changed = false
    for (const edge of all) {
      if ((edge.from !== from && !seen.has(edge.from)) || seen.has(edge.to)) continue
      seen.add(edge.to)
      changed = true
    }
  }
  return seen
}

describe('cycles', () => {
  test('a graph without a cycle has none to find and can be put in order', () => {
    fc.assert(
      fc.property(acyclic, (all) => {
        const graph = graphOf([], all)
        expect(findCycle(graph)).toBe(null)
        const order = topologicalOrder(graph) ?? []
        expect([...order].sort()).toEqual([...graph.keys].sort())
        for (const { from, to } of all) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to))
      }),
    )
  })

  test('a cycle is found exactly when a node can be reached from itself, and each of its steps is an edge', () => {
    fc.assert(
      fc.property(edges, (all) => {
        const graph = graphOf([], all)
        const cycle = findCycle(graph)
        expect(cycle !== null).toBe(graph.keys.some((key) => reachable(key, all).has(key)))
        expect(topologicalOrder(graph) === null).toBe(cycle !== null)
        if (cycle === null) return
        expect(new Set(cycle).size).toBe(cycle.length)
        for (const [index, from] of cycle.entries()) {
          const to = cycle[(index + 1) % cycle.length]
          expect(all).toContainEqual({ from, to })
        }
      }),
    )
  })

  test('a node that waits for itself is a cycle of one', () => {
    expect(findCycle(graphOf(['a'], [{ from: 'a', to: 'a' }]))).toEqual(['a'])
  })
})

test('descendants are what can be reached, without the nodes they are asked for', () => {
  fc.assert(
    fc.property(edges, fc.uniqueArray(keys, { minLength: 1, maxLength: 3 }), (all, starts) => {
      const wanted = new Set(starts.flatMap((start) => [...reachable(start, all)]))
      for (const start of starts) wanted.delete(start)
      const found = descendants(graphOf(starts, all), starts)
      expect([...found].sort()).toEqual([...wanted].sort())
      expect(new Set(found).size).toBe(found.length)
    }),
  )
})

test('descendants come nearest first', () => {
  const graph = graphOf(
    [],
    [
      { from: 'ods', to: 'dwd' },
      { from: 'dwd', to: 'dws' },
      { from: 'ods', to: 'check' },
      { from: 'dws', to: 'ads' },
    ],
  )
  expect(descendants(graph, ['ods'])).toEqual(['dwd', 'check', 'dws', 'ads'])
})

test('in the reversed graph, descendants are what a node waits for', () => {
  fc.assert(
    fc.property(edges, keys, (all, key) => {
      const turned = all.map(({ from, to }) => ({ from: to, to: from }))
      const found = descendants(reversed(graphOf([key], all)), [key])
      const wanted = reachable(key, turned)
      expect(new Set(found)).toEqual(new Set([...wanted].filter((one) => one !== key)))
    }),
  )
})

test('keys that could change places keep their order', () => {
  expect(topologicalOrder(graphOf(['c', 'a', 'b'], [{ from: 'c', to: 'b' }]))).toEqual(['c', 'a', 'b'])
})

test(`a chain of ${LENGTH} nodes is walked without running out of stack`, () => {
  const graph = graphOf([], chain)
  expect(findCycle(graph)).toBe(null)
  expect(topologicalOrder(graph)).toEqual(Array.from({ length: LENGTH }, (_, index) => index))
  expect(descendants(graph, [0])).toHaveLength(LENGTH - 1)
  expect(findCycle(graphOf([], [...chain, { from: LENGTH - 1, to: 0 }]))).toHaveLength(LENGTH)
})
