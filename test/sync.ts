// Synchronisations as tests say them: only what matters.
import type { Sync, SyncMapping } from '@holdpoint/core'

type Given = { readonly [K in keyof Sync]?: Sync[K] } & {
  readonly write?: SyncMapping['write']
  readonly changeColumn?: string
  readonly key?: readonly string[]
}

/** One table of the default data source to another one of it, unless it says otherwise. */
export function syncOf(table: string, { write = 'replace', changeColumn, key = [], ...more }: Given = {}) {
  const mapping = {
    source: { schema: null, table, isPattern: false, format: null },
    target: { schema: null, table: `${table}_copy`, format: null },
    ...{ columns: [], where: null, write, partition: null, key: [...key], changeColumn: changeColumn ?? null },
  }
  const { kind = 'full', source = { dataSource: null }, target = { dataSource: null }, ...rest } = more
  const mappings = (rest.mappings ?? [mapping]).map((one) => ({
    ...one,
    columns: [...one.columns],
    key: [...one.key],
  }))
  return { kind, source, target, lookback: 60, pollSeconds: 1, ...rest, mappings }
}
