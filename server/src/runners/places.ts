/** A bounded number of places, each taken by something that may stay although it has nothing to do. */

/** Asked to leave because others want in: those with nothing to do first; `soon`: when what is under way has ended. Answers whether it will. */
export type Occupant = (when: 'now' | 'soon') => boolean

export type Places = {
  /** Resolves with what gives the place back. */
  enter(occupant: Occupant): Promise<() => void>
}

export function places(count: number): Places {
  // Those that came first stand first.
  const inside = new Set<Occupant>()
  const waiting: (() => void)[] = []
  let taken = 0
  return {
    async enter(occupant) {
      if (taken < count) taken++
      else {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push(resolve)
        const all = [...inside]
        if (!all.some((one) => one('now'))) all.some((one) => one('soon'))
        await promise
      }
      inside.add(occupant)
      return () => {
        inside.delete(occupant)
        const next = waiting.shift()
        if (next === undefined) taken--
        else next()
      }
    },
  }
}
