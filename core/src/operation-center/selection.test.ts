import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { descendants, graphOf, reversed } from './graph.ts'
import { type Named, nodeGraph, type Selection, selectNodes } from './selection.ts'

type Node = { readonly id: number; readonly workspaceId: number }
type Wire = readonly [number, number]

const graph = (nodes: readonly Node[], wires: readonly Wire[]) =>
  nodeGraph(Float64Array.from(nodes.flatMap((one) => [one.id, one.workspaceId])), Float64Array.from(wires.flat()))

const named = (change: Partial<Named> & Pick<Named, 'mode' | 'rootNodeIds'>): Named => ({
  includeNodeIds: [],
  excludeNodeIds: [],
  includeWorkspaceIds: [],
  excludeWorkspaceIds: [],
  ...change,
})

// 1 → 2 → 3 → 5, 1 → 4 → 5 → 6; 7 stands alone. 3 and 4 are in workspace 20, all others in 10.
const WORKSPACE_20 = [3, 4]
const NODES = [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, workspaceId: WORKSPACE_20.includes(id) ? 20 : 10 }))
const WIRES: readonly Wire[] = [
  [1, 2],
  [2, 3],
  [3, 5],
  [1, 4],
  [4, 5],
  [5, 6],
]
const select = (change: Partial<Named> & Pick<Named, 'mode' | 'rootNodeIds'>, mayIn: readonly number[] = [10, 20]) =>
  selectNodes(graph(NODES, WIRES), named(change), (id) => mayIn.includes(id))
const running = ({ nodeIds, dryRunIds }: Selection) => nodeIds.filter((id) => !dryRunIds.includes(id))
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return [error.code, error.details.field]
    throw error
  }
  return null
}

describe('what each mode selects', () => {
  test('current: the one node', () => {
    expect(select({ mode: 'current', rootNodeIds: [2] })).toMatchObject({ nodeIds: [2], dryRunIds: [] })
  })

  test('descendants: the node and those that are chosen; what lies between two of them and is not chosen is a dry run', () => {
    const found = select({ mode: 'descendants', rootNodeIds: [1], includeNodeIds: [3, 6] })
    expect(running(found)).toEqual([1, 3, 6])
    expect(found.betweenIds).toEqual([2, 4, 5])
    expect(found.dryRunIds).toEqual([2, 4, 5])
  })

  test('descendants: what is left out is a dry run', () => {
    const found = select({ mode: 'descendants', rootNodeIds: [1], includeNodeIds: [2], excludeNodeIds: [6] })
    expect(running(found)).toEqual([1, 2])
    expect(found.excludedIds).toEqual([6])
    expect(found.nodeIds).toEqual([1, 2, 6])
  })

  test('massive: the node and all its descendants', () => {
    expect(running(select({ mode: 'massive', rootNodeIds: [2] }))).toEqual([2, 3, 5, 6])
  })

  test('massive: by workspace, with a whitelist of nodes elsewhere and a blacklist of nodes there', () => {
    const found = select({
      mode: 'massive',
      rootNodeIds: [1],
      includeWorkspaceIds: [10],
      includeNodeIds: [4],
      excludeNodeIds: [2],
    })
    expect(running(found)).toEqual([1, 4, 5, 6])
    expect(found.excludedIds).toEqual([2])
    expect(found.betweenIds).toEqual([3])
    const without = select({ mode: 'massive', rootNodeIds: [1], excludeWorkspaceIds: [10] })
    // The node at which it starts is always part of it.
    expect(running(without)).toEqual([1, 3, 4])
    expect(without.betweenIds).toEqual([2])
  })

  test('advanced: any nodes, whether they depend on each other or not', () => {
    expect(running(select({ mode: 'advanced', rootNodeIds: [7, 3, 6] }))).toEqual([3, 6, 7])
    expect(select({ mode: 'advanced', rootNodeIds: [7, 3, 6] }).dryRunIds).toEqual([5])
  })

  test('chain: everything on the ways from start to end', () => {
    expect(running(select({ mode: 'chain', rootNodeIds: [2], includeNodeIds: [6] }))).toEqual([2, 3, 5, 6])
    const without = select({ mode: 'chain', rootNodeIds: [1], includeNodeIds: [5], excludeNodeIds: [2] })
    expect(running(without)).toEqual([1, 3, 4, 5])
    expect(without.dryRunIds).toEqual([2])
  })
})

describe('what is no selection is refused', () => {
  const faults: readonly (readonly [string, string, Partial<Named> & Pick<Named, 'mode' | 'rootNodeIds'>])[] = [
    ['NODE_NOT_FOUND', 'rootNodeIds', { mode: 'current', rootNodeIds: [99] }],
    ['NODE_NOT_FOUND', 'includeNodeIds', { mode: 'descendants', rootNodeIds: [1], includeNodeIds: [99] }],
    ['NODE_NOT_FOUND', 'excludeNodeIds', { mode: 'massive', rootNodeIds: [1], excludeNodeIds: [99] }],
    ['BACKFILL_OUTSIDE', 'includeNodeIds', { mode: 'descendants', rootNodeIds: [2], includeNodeIds: [4] }],
    ['BACKFILL_OUTSIDE', 'excludeNodeIds', { mode: 'massive', rootNodeIds: [2], excludeNodeIds: [7] }],
    [
      'BACKFILL_OUTSIDE',
      'excludeNodeIds',
      { mode: 'chain', rootNodeIds: [2], includeNodeIds: [5], excludeNodeIds: [4] },
    ],
    ['BACKFILL_NO_CHAIN', 'rootNodeIds', { mode: 'chain', rootNodeIds: [6], includeNodeIds: [1] }],
    ['BACKFILL_NO_CHAIN', 'includeNodeIds', { mode: 'chain', rootNodeIds: [1], includeNodeIds: [6, 7] }],
    ['BACKFILL_EMPTY', 'excludeNodeIds', { mode: 'advanced', rootNodeIds: [1], excludeNodeIds: [1] }],
  ]
  test.each(faults)('%s at %s', (code, field, change) => {
    expect(refusal(() => select(change))).toEqual([code, field])
  })

  test('any node of a graph without nodes', () => {
    const work = () => selectNodes(graph([], []), named({ mode: 'current', rootNodeIds: [1] }), () => true)
    expect(refusal(work)).toEqual(['NODE_NOT_FOUND', 'rootNodeIds'])
  })
})

describe('Rule 40: the right to operate', () => {
  test('without it on a node between, that is a dry run', () => {
    const found = select({ mode: 'massive', rootNodeIds: [1] }, [10])
    expect(found.gapIds).toEqual([3, 4])
    expect(found.refusedIds).toEqual([])
    expect(running(found)).toEqual([1, 2, 5, 6])
  })

  test('without it on a node that was named, or on an end of what runs, nothing is asked for', () => {
    expect(select({ mode: 'current', rootNodeIds: [3] }, [10]).refusedIds).toEqual([3])
    expect(select({ mode: 'massive', rootNodeIds: [1], includeNodeIds: [4] }, [10]).refusedIds).toEqual([4])
    expect(select({ mode: 'advanced', rootNodeIds: [1, 3, 5] }, [10]).refusedIds).toEqual([3])
    expect(select({ mode: 'massive', rootNodeIds: [2], excludeNodeIds: [5, 6] }, [10]).refusedIds).toEqual([3])
  })

  test('what is left out needs no right', () => {
    const found = select({ mode: 'massive', rootNodeIds: [1], excludeNodeIds: [3, 4] }, [10])
    expect(found).toMatchObject({ gapIds: [], refusedIds: [], dryRunIds: [3, 4] })
  })
})

// On any graph without cycles, against the plain functions of graph.ts.

const world = fc.integer({ min: 1, max: 24 }).chain((count) =>
  fc.record({
    nodes: fc
      .uniqueArray(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1e12, max: 1e12 + 60 })), {
        minLength: count,
        maxLength: count,
      })
      .chain((ids) =>
        fc
          .array(fc.integer({ min: 1, max: 4 }), { minLength: count, maxLength: count })
          .map((workspaceIds) => ids.map((id, at) => ({ id, workspaceId: workspaceIds[at]! }))),
      ),
    // From an earlier place to a later one.
    wires: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 3 * count }),
    picked: fc.array(fc.nat(count - 1), { minLength: 1, maxLength: 6 }),
    left: fc.array(fc.nat(count - 1), { maxLength: 4 }),
    workspaces: fc.subarray([1, 2, 3, 4]),
    mayIn: fc.subarray([1, 2, 3, 4]),
    mode: fc.constantFrom('current', 'descendants', 'massive', 'advanced', 'chain'),
  }),
)

test('a backfill is of exactly what was selected: each mode, by its definition, on any graph', () => {
  fc.assert(
    fc.property(world, ({ nodes, wires, picked, left, workspaces, mayIn, mode }) => {
      const edges = wires
        .filter(([from, to]) => from < to)
        .map(([from, to]) => ({ from: nodes[from]!.id, to: nodes[to]!.id }))
      const down = graphOf(
        nodes.map((one) => one.id),
        edges,
      )
      const up = reversed(down)
      const below = (ids: Iterable<number>) => new Set([...descendants(down, ids), ...loops(ids)])
      const above = (ids: Iterable<number>) => new Set([...descendants(up, ids), ...loopsUp(ids)])
      // Of several starts one may lie below another.
      const loops = (ids: Iterable<number>) =>
        [...ids].filter((id) => [...ids].some((o) => descendants(down, [o]).includes(id)))
      const loopsUp = (ids: Iterable<number>) =>
        [...ids].filter((id) => [...ids].some((o) => descendants(up, [o]).includes(id)))
      const [root, ...others] = picked.map((at) => nodes[at]!.id) as [number, ...number[]]
      const underRoot = new Set([root, ...below([root])])
      const rest = others.filter((id) => underRoot.has(id) && id !== root)
      const leftIds = left.map((at) => nodes[at]!.id)
      const given: Named = named({
        mode,
        rootNodeIds: mode === 'advanced' ? [root, ...others] : [root],
        includeNodeIds: mode === 'current' || mode === 'advanced' ? [] : rest.filter((id) => !leftIds.includes(id)),
        excludeNodeIds:
          mode === 'current' ? [] : mode === 'advanced' ? leftIds : leftIds.filter((id) => underRoot.has(id)),
        includeWorkspaceIds: mode === 'massive' ? workspaces : [],
      })
      const workspaceOf = new Map(nodes.map((one) => [one.id, one.workspaceId]))
      const ends = given.includeNodeIds
      const between = (ids: readonly number[]) => {
        const [under, over] = [below(ids), above(ids)]
        return nodes.map((one) => one.id).filter((id) => under.has(id) && over.has(id) && !ids.includes(id))
      }
      const chosen = {
        current: () => [root],
        descendants: () => [root, ...ends],
        massive: () =>
          [...underRoot].filter(
            (id) =>
              id === root || ends.includes(id) || workspaces.length === 0 || workspaces.includes(workspaceOf.get(id)!),
          ),
        advanced: () => given.rootNodeIds,
        chain: () => {
          const over = new Set([...ends, ...above(ends)])
          return [...underRoot].filter((id) => over.has(id))
        },
      }[mode]()
      const runs = [...new Set(chosen)].filter((id) => !given.excludeNodeIds.includes(id))
      const code = refusal(() =>
        selectNodes(
          graph(
            nodes,
            edges.map(({ from, to }) => [from, to] as const),
          ),
          given,
          (id) => mayIn.includes(id),
        ),
      )
      if (mode === 'chain' && (ends.length === 0 || given.excludeNodeIds.some((id) => !chosen.includes(id)))) {
        expect(code).not.toBeNull()
        return
      }
      if (runs.length === 0) {
        expect(code).toEqual(['BACKFILL_EMPTY', 'excludeNodeIds'])
        return
      }
      expect(code).toBeNull()
      const found = selectNodes(
        graph(
          nodes,
          edges.map(({ from, to }) => [from, to] as const),
        ),
        given,
        (id) => mayIn.includes(id),
      )
      const forbidden = runs.filter((id) => !mayIn.includes(workspaceOf.get(id)!))
      const isTarget = (id: number) =>
        given.rootNodeIds.includes(id) || ends.includes(id) || !runs.some((other) => below([id]).has(other))
      const ascending = (ids: Iterable<number>) => [...new Set(ids)].sort((a, b) => a - b)
      const gaps = forbidden.filter((id) => !isTarget(id))
      const inBetween = between(runs).filter((id) => !given.excludeNodeIds.includes(id))
      expect(found).toEqual({
        nodeIds: ascending([...runs, ...given.excludeNodeIds, ...inBetween]),
        dryRunIds: ascending([...given.excludeNodeIds, ...inBetween, ...gaps]),
        excludedIds: ascending(given.excludeNodeIds),
        betweenIds: ascending(inBetween),
        gapIds: ascending(gaps),
        refusedIds: ascending(forbidden.filter(isTarget)),
      })
    }),
    { numRuns: 2_000 },
  )
})
