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

/**
 * The keys in groups, each with all that it waits for and is waited for by through others: what is on no cycle is alone in its group. Groups are
 * named by numbers.
 */
export function cyclicGroups<Key>(graph: Graph<Key>): ReadonlyMap<Key, number> {
  const groups = new Map<Key, number>()
  const order = new Map<Key, number>()
  const lowest = new Map<Key, number>()
  const open: Key[] = []
  let count = 0
  for (const start of graph.keys) {
    if (order.has(start)) continue
    const path: { readonly key: Key; next: number }[] = []
    const enter = (key: Key) => {
      order.set(key, order.size)
      lowest.set(key, order.size - 1)
      open.push(key)
      path.push({ key, next: 0 })
    }
    enter(start)
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { key } = step
      const list = graph.downstream.get(key) ?? []
      const low = lowest.get(key) as number
      if (step.next < list.length) {
        const next = list[step.next] as Key
        step.next += 1
        if (!order.has(next)) enter(next)
        else if (!groups.has(next)) lowest.set(key, Math.min(low, order.get(next) as number))
        continue
      }
      path.pop()
      const around = path.at(-1)
      if (around !== undefined) lowest.set(around.key, Math.min(lowest.get(around.key) as number, low))
      if (low !== order.get(key)) continue
      for (let last = open.pop(); last !== undefined; last = last === key ? undefined : open.pop())
        groups.set(last, count)
      count += 1
    }
  }
  return groups
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
