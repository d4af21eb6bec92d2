import { useState } from 'react'

export type ChosenRows<T> = {
  /** In the order in which they were chosen, each as last seen. */
  readonly rows: readonly T[]
  readonly has: (row: T) => boolean
  readonly set: (rows: readonly T[], chosen: boolean) => void
  readonly clear: () => void
}

/** Rows chosen by a person, kept from page to page of one list (`listKey`) and forgotten with the list. */
export function useChosenRows<T>(
  listKey: string,
  shown: readonly T[] | undefined,
  keyOf: (row: T) => string,
): ChosenRows<T> {
  const [kept, setKept] = useState<{ listKey: string; rows: ReadonlyMap<string, T> }>({ listKey, rows: new Map() })
  const chosen = kept.listKey === listKey ? kept.rows : new Map<string, T>()
  const fresh = new Map(shown?.map((row) => [keyOf(row), row]))
  return {
    rows: [...chosen].map(([key, row]) => fresh.get(key) ?? row),
    has: (row) => chosen.has(keyOf(row)),
    set: (rows, on) => {
      const next = new Map(chosen)
      for (const row of rows) {
        if (on) next.set(keyOf(row), row)
        else next.delete(keyOf(row))
      }
      setKept({ listKey, rows: next })
    },
    clear: () => setKept({ listKey, rows: new Map() }),
  }
}
