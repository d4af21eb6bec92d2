/**
 * Which nodes a backfill comes to. The graph may be as large as a tenant's, so nodes are numbers from 0 here and everything lies in flat arrays:
 * building and walking it takes time linear in nodes and edges.
 */
import { Refusal } from '../refusal.ts'
import type { BackfillRequest } from './backfill.ts'

/** For each node the others that an edge leads to: those of node `n` stand in `others` from `from[n]` up to `from[n + 1]`. */
type Adjacency = { readonly from: Int32Array; readonly others: Int32Array }

export type NodeGraph = {
  readonly ids: Float64Array
  readonly workspaceIds: Float64Array
  /** The number of the node with this id; -1 where it is none of these. */
  numberOf(id: number): number
  /** Those that wait for a node, and those it waits for. */
  readonly downstream: Adjacency
  readonly upstream: Adjacency
}

/** Nodes as `id, workspace id` one after the other, edges as `from, to`: the first is waited for. Edges of other nodes are left out. */
export function nodeGraph(nodes: Float64Array, edges: Float64Array): NodeGraph {
  const count = nodes.length / 2
  const ids = new Float64Array(count)
  const workspaceIds = new Float64Array(count)
  for (let at = 0; at < count; at++) {
    ids[at] = nodes[2 * at] as number
    workspaceIds[at] = nodes[2 * at + 1] as number
  }
  const numberOf = numbering(ids)
  const pairs = new Int32Array(edges.length)
  let kept = 0
  for (let at = 0; at < edges.length; at += 2) {
    const from = numberOf(edges[at] as number)
    const to = numberOf(edges[at + 1] as number)
    if (from < 0 || to < 0) continue
    pairs[kept++] = from
    pairs[kept++] = to
  }
  const all = pairs.subarray(0, kept)
  let upstream: Adjacency | null = null
  return {
    ids,
    workspaceIds,
    numberOf,
    downstream: adjacency(count, all, 0),
    // Most selections never look up the stream.
    get upstream() {
      upstream ??= adjacency(count, all, 1)
      return upstream
    },
  }
}

/** Ids are handed out one after the other, so a table over their range is small and twenty times as fast as a map; where it would not be, it is a map. */
function numbering(ids: Float64Array): (id: number) => number {
  if (ids.length === 0) return () => -1
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const id of ids) {
    if (id < least) least = id
    if (id > most) most = id
  }
  const span = most - least + 1
  if (span <= 8 * ids.length + 65_536) {
    const table = new Int32Array(span).fill(-1)
    for (let at = 0; at < ids.length; at++) table[(ids[at] as number) - least] = at
    return (id) => (id >= least && id <= most ? (table[id - least] as number) : -1)
  }
  const map = new Map<number, number>()
  for (let at = 0; at < ids.length; at++) map.set(ids[at] as number, at)
  return (id) => map.get(id) ?? -1
}

/** `side` 0: from the first of each pair to the second; 1: the other way. */
function adjacency(count: number, pairs: Int32Array, side: 0 | 1): Adjacency {
  const from = new Int32Array(count + 1)
  for (let at = side; at < pairs.length; at += 2) (from[(pairs[at] as number) + 1] as number)++
  for (let at = 0; at < count; at++) (from[at + 1] as number) += from[at] as number
  const next = from.slice(0, count)
  const others = new Int32Array(pairs.length / 2)
  for (let at = 0; at < pairs.length; at += 2) {
    const own = pairs[at + side] as number
    others[next[own] as number] = pairs[at + 1 - side] as number
    ;(next[own] as number)++
  }
  return { from, others }
}

/** All that is reached from these along the edges, marked with 1; they themselves only where an edge leads back to one of them. */
function reached({ from, others }: Adjacency, starts: Iterable<number>): Uint8Array {
  const count = from.length - 1
  const marks = new Uint8Array(count)
  const begun = new Uint8Array(count)
  const queue = new Int32Array(count)
  let end = 0
  for (const start of starts)
    if (begun[start] === 0) {
      begun[start] = 1
      queue[end++] = start
    }
  for (let at = 0; at < end; at++) {
    const own = queue[at] as number
    for (let edge = from[own] as number; edge < (from[own + 1] as number); edge++) {
      const other = others[edge] as number
      if (marks[other] === 1) continue
      marks[other] = 1
      if (begun[other] === 0) queue[end++] = other
    }
  }
  return marks
}

/** What of a request names nodes. */
export type Named = Pick<
  BackfillRequest,
  'mode' | 'rootNodeIds' | 'includeNodeIds' | 'excludeNodeIds' | 'includeWorkspaceIds' | 'excludeWorkspaceIds'
>

export type Selection = {
  /** All that get instances, in the order of their ids; of these, those in `dryRunIds` run without effect. */
  readonly nodeIds: readonly number[]
  readonly dryRunIds: readonly number[]
  /** Why each of them is a dry run. */
  readonly excludedIds: readonly number[]
  /** Nobody chose them; they lie between two that were chosen. */
  readonly betweenIds: readonly number[]
  /** They were to run and lie in between, and whoever asks may not operate on them. */
  readonly gapIds: readonly number[]
  /** They were to run, and whoever asks may not operate on them: with one of these nothing is asked for. */
  readonly refusedIds: readonly number[]
}

/**
 * Rule 40: what a request comes to on this graph. What was named, is an end of what runs, or both, is a target; a node between that whoever asks may
 * not operate on, one that is left out, and one that nobody chose get dry runs, so that what was chosen runs in the order of its dependencies.
 * Throws the refusal of what is no selection: nodes that are not where the mode wants them, no way from start to end, nothing left to run.
 */
export function selectNodes(
  graph: NodeGraph,
  request: Named,
  mayOperateIn: (workspaceId: number) => boolean,
): Selection {
  const roots = numbersOfThe(graph, request, 'rootNodeIds')
  const included = numbersOfThe(graph, request, 'includeNodeIds')
  const excluded = numbersOfThe(graph, request, 'excludeNodeIds')
  const chosen = chosenBy(graph, request, roots, included, excluded)
  for (const number of excluded) chosen.marks[number] = 0
  const running = numbersOf(chosen.marks)
  if (running.length === 0) throw new Refusal('BACKFILL_EMPTY', { field: 'excludeNodeIds' })

  const allowed = new Map<number, boolean>()
  const isAllowed = (number: number) => {
    const workspaceId = graph.workspaceIds[number] as number
    const known = allowed.get(workspaceId) ?? mayOperateIn(workspaceId)
    allowed.set(workspaceId, known)
    return known
  }
  const forbidden = running.filter((number) => !isAllowed(number))
  const isLeftOut = new Set(excluded)
  const above = chosen.isClosed && forbidden.length === 0 ? null : reached(graph.upstream, running)
  const between: number[] = []
  if (above !== null && !chosen.isClosed) {
    const below = reached(graph.downstream, running)
    for (let number = 0; number < below.length; number++)
      if (below[number] === 1 && above[number] === 1 && chosen.marks[number] === 0 && !isLeftOut.has(number))
        between.push(number)
  }
  const named = new Set([...roots, ...included])
  const isTarget = (number: number) => named.has(number) || above?.[number] !== 1
  const gaps = forbidden.filter((number) => !isTarget(number))
  const idsOf = (numbers: Iterable<number>) => Array.from(numbers, (number) => graph.ids[number] as number)
  const sorted = (ids: number[]) => Array.from(Float64Array.from(ids).sort())
  const dry = [...isLeftOut, ...between, ...gaps]
  return {
    nodeIds: sorted(idsOf([...running, ...isLeftOut, ...between])),
    dryRunIds: sorted(idsOf(dry)),
    excludedIds: sorted(idsOf(isLeftOut)),
    betweenIds: sorted(idsOf(between)),
    gapIds: sorted(idsOf(gaps)),
    refusedIds: sorted(idsOf(forbidden.filter(isTarget))),
  }
}

/** What a mode chooses, before anything is left out; `isClosed`: nothing lies between two of them but what was chosen or is left out. */
type Chosen = { readonly marks: Uint8Array; readonly isClosed: boolean }

function chosenBy(
  graph: NodeGraph,
  request: Named,
  roots: readonly number[],
  included: readonly number[],
  excluded: readonly number[],
): Chosen {
  const marks = new Uint8Array(graph.ids.length)
  const { mode } = request
  if (mode === 'chain') return chainOf(graph, request, roots, included, excluded)
  for (const root of roots) marks[root] = 1
  if (mode === 'current') return { marks, isClosed: true }
  if (mode === 'advanced') return { marks, isClosed: false }

  const below = reached(graph.downstream, roots)
  for (const root of roots) below[root] = 1
  demand(request, 'includeNodeIds', included, below)
  demand(request, 'excludeNodeIds', excluded, below)
  for (const number of included) marks[number] = 1
  if (mode === 'descendants') return { marks, isClosed: false }
  const onlyIn = new Set(request.includeWorkspaceIds)
  const notIn = new Set(request.excludeWorkspaceIds)
  if (onlyIn.size === 0 && notIn.size === 0) return { marks: below, isClosed: true }
  for (let number = 0; number < below.length; number++) {
    if (below[number] === 0) continue
    const workspaceId = graph.workspaceIds[number] as number
    if ((onlyIn.size === 0 || onlyIn.has(workspaceId)) && !notIn.has(workspaceId)) marks[number] = 1
  }
  return { marks, isClosed: false }
}

/** Everything on a way from one of the starts to one of the ends, with them. */
function chainOf(
  graph: NodeGraph,
  request: Named,
  starts: readonly number[],
  ends: readonly number[],
  excluded: readonly number[],
): Chosen {
  const below = reached(graph.downstream, starts)
  const above = reached(graph.upstream, ends)
  const isStart = new Set(starts)
  const isEnd = new Set(ends)
  const astray = (of: readonly number[], marks: Uint8Array, others: ReadonlySet<number>, member: string) => {
    const lost = of.filter((number) => marks[number] === 0 && !others.has(number))
    if (lost.length > 0) throw new Refusal('BACKFILL_NO_CHAIN', { field: member, nodes: first(idsIn(graph, lost)) })
  }
  astray(starts, above, isEnd, 'rootNodeIds')
  astray(ends, below, isStart, 'includeNodeIds')
  const marks = new Uint8Array(graph.ids.length)
  for (let number = 0; number < marks.length; number++)
    if ((below[number] === 1 || isStart.has(number)) && (above[number] === 1 || isEnd.has(number))) marks[number] = 1
  const outside = excluded.filter((number) => marks[number] === 0)
  if (outside.length > 0)
    throw new Refusal('BACKFILL_OUTSIDE', {
      field: 'excludeNodeIds',
      mode: request.mode,
      nodes: first(idsIn(graph, outside)),
    })
  return { marks, isClosed: true }
}

function numbersOfThe(
  graph: NodeGraph,
  request: Named,
  field: 'rootNodeIds' | 'includeNodeIds' | 'excludeNodeIds',
): readonly number[] {
  const numbers = request[field].map(graph.numberOf)
  const lost = request[field].filter((_, at) => numbers[at] === -1)
  if (lost.length > 0) throw new Refusal('NODE_NOT_FOUND', { field, id: first(lost) })
  return numbers
}

function demand(
  request: Named,
  field: 'includeNodeIds' | 'excludeNodeIds',
  numbers: readonly number[],
  marks: Uint8Array,
): void {
  const outside = request[field].filter((_, at) => marks[numbers[at] as number] === 0)
  if (outside.length > 0) throw new Refusal('BACKFILL_OUTSIDE', { field, mode: request.mode, nodes: first(outside) })
}

/** So many are named in a refusal. */
const MOST_NAMED = 20
const first = (ids: readonly number[]) => ids.slice(0, MOST_NAMED)

const idsIn = (graph: NodeGraph, numbers: readonly number[]) => numbers.map((number) => graph.ids[number] as number)

function numbersOf(marks: Uint8Array): number[] {
  const numbers: number[] = []
  for (let number = 0; number < marks.length; number++) if (marks[number] === 1) numbers.push(number)
  return numbers
}
