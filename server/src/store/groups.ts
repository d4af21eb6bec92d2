/**
 * Work that comes often is run together, in one transaction, and nobody's work is in the way of anybody else's for long.
 *
 * Whoever's work was the reason why a group came to nothing, or waits for what others have locked, goes on in groups of its own for a while; and what
 * is run alone for one of them takes half of the connections at most.
 */
import { gather } from './gather.ts'
import { LOCK_TIMEOUT_MS, type Outcome, type Work } from './transaction.ts'

/** `whose`: who has its work run; all that is nobody's in particular counts as one. */
export type Groups = <T>(work: Work<T>, whose?: number) => Promise<T>

type Item = { readonly work: Work<unknown>; readonly whose: number }
type Line = (item: Item) => Promise<Outcome<unknown> | null>

const MOST_IN_GROUP = 32
const APART_MS = 5_000

export function startGroups(parts: {
  /** All in one transaction; null for what has to be run alone. `committing` is called when only its writes and the commit are left to wait for. */
  readonly together: (
    works: readonly Work<unknown>[],
    committing: () => void,
  ) => Promise<readonly (Outcome<unknown> | null)[]>
  /** `troubled` is called when something goes wrong in it. */
  readonly alone: <T>(work: Work<T>, troubled: () => void) => Promise<T>
  readonly connections: number
}): Groups {
  const limited = atMost(Math.max(1, parts.connections >> 1))
  const everybody = gather(runAll, MOST_IN_GROUP)
  const apart = new Map<number, { readonly line: Line; untilMs: number }>()

  async function runAll(items: readonly Item[], goOn: () => void): Promise<readonly (Outcome<unknown> | null)[]> {
    const [first] = items
    if (items.length === 1) return [{ value: await runAlone(first!) }]
    // The next group reads while this one is being written: what it finds locked it waits for.
    return await parts.together(
      items.map((one) => one.work),
      goOn,
    )
  }

  async function runAlone<T>({ work, whose }: { readonly work: Work<T>; readonly whose: number }): Promise<T> {
    return await limited(whose, async () => {
      const troubled = () => setApart(whose)
      const waits = setTimeout(troubled, LOCK_TIMEOUT_MS)
      try {
        return await parts.alone(work, troubled)
      } finally {
        clearTimeout(waits)
      }
    })
  }

  function isApart(whose: number): boolean {
    const one = apart.get(whose)
    if (one !== undefined && one.untilMs < performance.now()) apart.delete(whose)
    return apart.has(whose)
  }

  function setApart(whose: number): void {
    const line = apart.get(whose)?.line ?? gather(runAll, MOST_IN_GROUP)
    apart.set(whose, { line, untilMs: performance.now() + APART_MS })
  }

  return async <T>(work: Work<T>, whose = 0) => {
    const item = { work, whose }
    const line = isApart(whose) ? apart.get(whose)!.line : everybody
    const outcome = await line(item)
    if (outcome === null) return (await runAlone(item)) as T
    if ('refusal' in outcome) throw outcome.refusal
    return outcome.value as T
  }
}

/** At most so many at once for each; the others wait in turn. */
function atMost(most: number) {
  const running = new Map<number, { count: number; readonly waiting: (() => void)[] }>()
  return async <T>(whose: number, work: () => Promise<T>): Promise<T> => {
    const its = running.get(whose) ?? { count: 0, waiting: [] }
    running.set(whose, its)
    if (its.count < most) its.count++
    else await new Promise<void>((resolve) => its.waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = its.waiting.shift()
      if (next !== undefined) next()
      else if (--its.count === 0) running.delete(whose)
    }
  }
}
