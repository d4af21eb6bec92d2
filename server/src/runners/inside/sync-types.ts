/** Types of columns, as both databases understand them: what a target that is made gets for what the source has. */
import type { ChangeColumnType } from '@holdpoint/core'

type Kind = 'duckdb' | 'postgresql'

/** `decimal(p,s)` besides. What nothing of these is goes as text. */
export type SyncType = string

const NAMED: Readonly<Record<Kind, Readonly<Record<string, SyncType>>>> = {
  postgresql: {
    ...{ boolean: 'boolean', smallint: 'int16', integer: 'int32', bigint: 'int64' },
    ...{ real: 'float32', 'double precision': 'float64', bytea: 'bytes', date: 'date' },
    'time without time zone': 'time',
    'timestamp without time zone': 'timestamp',
    'timestamp with time zone': 'timestamptz',
  },
  duckdb: {
    ...{ boolean: 'boolean', tinyint: 'int16', utinyint: 'int16', smallint: 'int16', usmallint: 'int32' },
    ...{ integer: 'int32', uinteger: 'int64', bigint: 'int64', ubigint: 'decimal(20,0)', hugeint: 'int128' },
    ...{ float: 'float32', double: 'float64', blob: 'bytes', date: 'date', time: 'time', timestamp: 'timestamp' },
    ...{ timestamp_s: 'timestamp', timestamp_ms: 'timestamp', timestamp_ns: 'timestamp9' },
    'timestamp with time zone': 'timestamptz',
  },
}

const MADE: Readonly<Record<Kind, Readonly<Record<SyncType, string>>>> = {
  postgresql: {
    ...{ boolean: 'boolean', int16: 'smallint', int32: 'integer', int64: 'bigint', int128: 'numeric(39,0)' },
    ...{ float32: 'real', float64: 'double precision', bytes: 'bytea', text: 'text', date: 'date', time: 'time' },
    ...{ timestamp: 'timestamp', timestamp9: 'timestamp', timestamptz: 'timestamptz' },
  },
  duckdb: {
    ...{ boolean: 'boolean', int16: 'smallint', int32: 'integer', int64: 'bigint', int128: 'hugeint' },
    ...{ float32: 'float', float64: 'double', bytes: 'blob', text: 'varchar', date: 'date', time: 'time' },
    ...{ timestamp: 'timestamp', timestamp9: 'timestamp_ns', timestamptz: 'timestamptz' },
  },
}

const MOST_DIGITS = 38
const DECIMAL = /^(?:numeric|decimal)\((\d+),(\d+)\)$/

/** `native` as the database itself calls it. */
export function syncTypeOf(kind: Kind, native: string): SyncType {
  const name = native.toLowerCase()
  const [, digits, scale] = DECIMAL.exec(name) ?? []
  if (digits !== undefined)
    return Number(digits) <= MOST_DIGITS && Number(scale) <= Number(digits) ? `decimal(${digits},${scale})` : 'text'
  const plain = name.replace(/^(time|timestamp)\(\d\)/, '$1')
  return Object.hasOwn(NAMED[kind], plain) ? NAMED[kind][plain]! : 'text'
}

export const typeMade = (kind: Kind, type: SyncType): string =>
  MADE[kind][type] ?? (kind === 'duckdb' ? type : type.replace('decimal', 'numeric'))

const NUMBER = /^(smallint|integer|bigint|numeric|decimal|u?tinyint|usmallint|uinteger|ubigint|u?hugeint)\b/
const TIME = /^(date|timestamp)/

/** What a change column of this type holds; null: nothing that could be followed. */
export function changeTypeOf(native: string): ChangeColumnType | null {
  const name = native.toLowerCase()
  if (name.endsWith(']')) return null
  return NUMBER.test(name) ? 'number' : TIME.test(name) ? 'time' : null
}
