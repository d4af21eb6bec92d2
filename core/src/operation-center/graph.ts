/**
 * The graph that dependencies make. Every function here takes time linear in nodes and edges and keeps its own stack, so a chain of
 * any length is walked without recursion.
 */
export type Graph<Key> = {
  readonly keys: readonly Key[]
  /** For each key, those that wait for it, in the order in which the edges were given. */
  readonly downstream: ReadonlyMap<Key, readonly Key[]>
}

/** `to` waits for `from`. */
export type Edge<Key> = { readonly from: Key; readonly to: Key }

/** A key that appears only in an edge is part of the graph too. Repeated keys count once. */
export function graphOf<Key>(keys: Iterable<Key>, edges: Iterable<Edge<Key>>): Graph<Key> {
  const downstream = new Map<Key, Key[]>()
  const listOf = (key: Key): Key[] => {
    const known = downstream.get(key)
    if (known !== undefined) return known
    const list: Key[] = []
    downstream.set(key, list)
    return list
  }
  for (const key of keys) listOf(key)
  for (const edge of edges) {
    listOf(edge.from).push(edge.to)
    listOf(edge.to)
  }
  return { keys: [...downstream.keys()], downstream }
}

/** The same graph with every edge turned round: downstream becomes upstream. */
export function reversed<Key>(graph: Graph<Key>): Graph<Key> {
  const edges: Edge<Key>[] = []
  for (const [from, list] of graph.downstream) for (const to of list) edges.push({ from: to, to: from })
  return graphOf(graph.keys, edges)
}

/**
 * One cycle, or null. Each key in it is waited for by the next one and the last one by the first; nothing is repeated, so a node that
 * waits for itself gives a list of one.
 */
export function findCycle<Key>(graph: Graph<Key>): readonly Key[] | null {
  const finished = new Set<Key>()
  const onPath = new Set<Key>()
  for (const start of graph.keys) {
    if (finished.has(start)) continue
    const path: { readonly key: Key; next: number }[] = [{ key: start, next: 0 }]
    onPath.add(start)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const list = graph.downstream.get(step.key) ?? []
      if (step.next === list.length) {
        path.pop()
        onPath.delete(step.key)
        finished.add(step.key)
        continue
      }
      const key = list[step.next] as Key
      step.next += 1
      if (onPath.has(key)) {
        const keys = path.map((entry) => entry.key)
        return keys.slice(keys.indexOf(key))
      }
      if (finished.has(key)) continue
      path.push({ key, next: 0 })
      onPath.add(key)
    }
  }
  return null
}

/** Every key after all it waits for; null when there is a cycle. Keys that could change places keep the order they were given in. */
export function topologicalOrder<Key>(graph: Graph<Key>): readonly Key[] | null {
  const waiting = new Map<Key, number>(graph.keys.map((key) => [key, 0]))
  for (const list of graph.downstream.values()) for (const key of list) waiting.set(key, (waiting.get(key) ?? 0) + 1)
  const order = graph.keys.filter((key) => waiting.get(key) === 0)
  for (let index = 0; index < order.length; index += 1) {
    for (const key of graph.downstream.get(order[index] as Key) ?? []) {
      const left = (waiting.get(key) ?? 0) - 1
      waiting.set(key, left)
      if (left === 0) order.push(key)
    }
  }
  return order.length === graph.keys.length ? order : null
}

/** All that waits for one of these, directly or through others, nearest first; these themselves are never among it. */
export function descendants<Key>(graph: Graph<Key>, starts: Iterable<Key>): readonly Key[] {
  const queue = [...new Set(starts)]
  const seen = new Set(queue)
  const startCount = queue.length
  for (let index = 0; index < queue.length; index += 1) {
    for (const key of graph.downstream.get(queue[index] as Key) ?? []) {
      if (seen.has(key)) continue
      seen.add(key)
      queue.push(key)
    }
  }
  return queue.slice(startCount)
}
