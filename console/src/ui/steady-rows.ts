import { useState } from 'react'

export type SteadyRows<T> = {
  /** The rows in the order in which they were first shown, each as last seen. */
  readonly rows: readonly T[]
  /** Keys of rows that the latest answer does not have any more. */
  readonly left: ReadonlySet<string>
  /** How many rows of the latest answer are not shown yet. */
  readonly arrived: number
}

/** Rows never move, come or go by themselves under the eyes of a reader: what is shown is only brought up to date in place. */
export function steadyRows<T>(shown: readonly T[], latest: readonly T[], keyOf: (row: T) => string): SteadyRows<T> {
  const byKey = new Map(latest.map((row) => [keyOf(row), row]))
  const shownKeys = new Set(shown.map(keyOf))
  return {
    rows: shown.map((row) => byKey.get(keyOf(row)) ?? row),
    left: new Set([...shownKeys].filter((key) => !byKey.has(key))),
    arrived: latest.filter((row) => !shownKeys.has(keyOf(row))).length,
  }
}

/**
 * Keeps rows steady for as long as the reader looks at the same list (`listKey`: the same filters and page). `latest` is undefined
 * until the list's first answer is there.
 */
export function useSteadyRows<T>(
  listKey: string,
  latest: readonly T[] | undefined,
  keyOf: (row: T) => string,
): SteadyRows<T> & { readonly show: (rows: readonly T[]) => void } {
  const [seen, setSeen] = useState({ listKey, latest, rows: latest ?? [] })
  if (latest !== undefined && (seen.latest !== latest || seen.listKey !== listKey)) {
    const same = seen.listKey === listKey && seen.latest !== undefined
    setSeen({ listKey, latest, rows: same ? steadyRows(seen.rows, latest, keyOf).rows : latest })
  }
  return {
    ...steadyRows(seen.rows, seen.latest ?? [], keyOf),
    show: (rows) => setSeen({ listKey, latest: rows, rows }),
  }
}
