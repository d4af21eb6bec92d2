/** Which columns go where: decided before the first row is read, from what both sides have. */
import { readPartition } from '../partition.ts'
import { Refusal } from '../refusal.ts'
import type { SyncMapping } from './sync.ts'

export type FoundSyncTable = {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly primaryKey: readonly string[]
}

export type SyncColumns = {
  readonly pairs: readonly { readonly from: string; readonly to: string; readonly type: string }[]
  /** In names of the target; empty where nothing is upserted. */
  readonly key: readonly string[]
}

/** Rule 54: what a mapping names has to be there, on both sides; a target that is not there is made of what the source has. */
export function columnsOf(mapping: SyncMapping, source: FoundSyncTable, target: FoundSyncTable | null): SyncColumns {
  const typeOf = new Map(source.columns.map(({ name, type }) => [name, type]))
  const wanted =
    mapping.columns.length > 0 ? mapping.columns : source.columns.map(({ name }) => ({ from: name, to: name }))
  const missing = (table: string, columns: readonly string[]) => {
    if (columns.length > 0) throw new Refusal('SYNC_COLUMNS_MISSING', { table, columns })
  }
  const { changeColumn } = mapping
  missing(
    source.name,
    [...wanted.map(({ from }) => from), ...(changeColumn === null ? [] : [changeColumn])].filter(
      (name) => !typeOf.has(name),
    ),
  )
  const pairs = wanted.map(({ from, to }) => ({ from, to, type: typeOf.get(from)! }))
  const written = new Set(pairs.map(({ to }) => to))
  const key = mapping.write === 'upsert' ? keyOf(mapping, source, pairs) : []
  missing(
    target?.name ?? mapping.target.table,
    key.filter((name) => !written.has(name)),
  )
  if (target !== null) {
    const there = new Set(target.columns.map(({ name }) => name))
    const fixed = mapping.partition === null ? [] : readPartition(mapping.partition)!.map(({ column }) => column)
    missing(
      target.name,
      [...written, ...fixed].filter((name) => !there.has(name)),
    )
  }
  return { pairs, key }
}

function keyOf(mapping: SyncMapping, source: FoundSyncTable, pairs: SyncColumns['pairs']): readonly string[] {
  if (mapping.key.length > 0) return mapping.key
  const key = source.primaryKey.map((name) => pairs.find(({ from }) => from === name)?.to)
  if (key.length === 0 || key.includes(undefined)) throw new Refusal('SYNC_KEY_MISSING', { table: source.name })
  return key.filter((name) => name !== undefined)
}
