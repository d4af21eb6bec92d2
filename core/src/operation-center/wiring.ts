/**
 * Which instances of a day wait for which: what the dependencies between nodes mean for the periods in which the nodes run.
 *
 * A node runs in periods, numbered from 1 in the order of their times; most nodes have one a day.
 */
import { cyclicGroups, graphOf } from './graph.ts'

export type Periods = {
  /** When each period runs, in order. */
  readonly times: readonly number[]
  /** Whether each period waits for the one before. */
  readonly waitsForItself: boolean
}

/** How one node depends on another: within the cycle, on the cycle before or on the day before, or on more than one of these. */
export type Dependence = { readonly sameCycle: boolean; readonly cycleBefore: boolean; readonly dayBefore: boolean }

/** `from` is a period of the upstream node on the same day; `last-before` is the last one that it had on a day before. */
export type Wire = { readonly from: number | 'last-before'; readonly to: number }

/**
 * Rule 38: what each period of the downstream node waits for. Nothing is named twice. Whoever wires leaves out what does not exist.
 */
export function wiresBetween(
  upstream: Periods,
  downstream: Periods,
  { sameCycle, cycleBefore, dayBefore }: Dependence,
): Wire[] {
  const wires: Wire[] = []
  for (const [at, time] of downstream.times.entries()) {
    const from = new Set<Wire['from']>()
    if (sameCycle) for (const period of sameCyclePeriods(upstream, downstream, at, time)) from.add(period)
    if (cycleBefore) from.add(periodBefore(upstream, downstream, at, time))
    if (dayBefore) from.add('last-before')
    for (const one of from) wires.push({ from: one, to: at + 1 })
  }
  return wires
}

function sameCyclePeriods(upstream: Periods, downstream: Periods, at: number, time: number): readonly number[] {
  const { times, waitsForItself } = upstream
  const all = times.map((_, index) => index + 1)
  if (times.length <= 1) return all
  const upTo = countUpTo(times, time)
  if (downstream.times.length === 1) return waitsForItself ? [Math.max(upTo, 1)] : all
  // Those that run equally often go together, whatever their times.
  if (times.length === downstream.times.length) return [at + 1]
  if (at === 0 && upTo === 0) return [1]
  const before = at === 0 ? 0 : countUpTo(times, downstream.times[at - 1] as number)
  return all.slice(before, upTo)
}

/** The cycle before of what runs once a day, or is waited for by what does, is the last one of a day before. */
function periodBefore(upstream: Periods, downstream: Periods, at: number, time: number): Wire['from'] {
  if (upstream.times.length <= 1 || downstream.times.length <= 1) return 'last-before'
  const before = upstream.times.length === downstream.times.length ? at : countUpTo(upstream.times, time - 1)
  return before === 0 ? 'last-before' : before
}

/** How many of these ordered times are not later. */
function countUpTo(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as number) <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** An edge between two nodes that counts within a day: in the cycle, or from the cycle before to the next. */
export type DayEdge<Key> = { readonly from: Key; readonly to: Key; readonly cycleBefore: boolean }

/**
 * Where nodes wait for each other in a circle, one of them for the cycle before, and do not all run equally often, some periods could wait for
 * themselves: these edges, which close such circles, mean the day before instead. An edge of a node to itself is none of them.
 */
export function edgesOfDayBefore<Key>(
  edges: readonly DayEdge<Key>[],
  periodCount: (key: Key) => number,
): readonly DayEdge<Key>[] {
  const between = edges.filter(({ from, to }) => from !== to)
  if (!between.some(({ cycleBefore }) => cycleBefore)) return []
  const groups = cyclicGroups(graphOf([], between))
  const counts = new Map<number, Set<number>>()
  for (const [key, group] of groups) {
    const known = counts.get(group) ?? new Set()
    counts.set(group, known.add(periodCount(key)))
  }
  return between.filter(({ from, to, cycleBefore }) => {
    const group = groups.get(from) as number
    return cycleBefore && group === groups.get(to) && (counts.get(group)?.size ?? 0) > 1
  })
}
