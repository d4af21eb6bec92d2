import { expect, test } from 'vitest'
import { changeTypeOf, syncTypeOf, typeMade } from './sync-types.ts'

test.each([
  ['postgresql', 'bigint', 'bigint', 'bigint'],
  ['postgresql', 'numeric(18,2)', 'decimal(18,2)', 'numeric(18,2)'],
  ['postgresql', 'numeric', 'varchar', 'text'],
  ['postgresql', 'numeric(50,2)', 'varchar', 'text'],
  ['postgresql', 'character varying(20)', 'varchar', 'text'],
  ['postgresql', 'timestamp(3) without time zone', 'timestamp', 'timestamp'],
  ['postgresql', 'timestamp with time zone', 'timestamptz', 'timestamptz'],
  ['postgresql', 'bytea', 'blob', 'bytea'],
  ['postgresql', 'uuid', 'varchar', 'text'],
  ['postgresql', 'integer[]', 'varchar', 'text'],
  ['postgresql', 'interval', 'varchar', 'text'],
  ['duckdb', 'UBIGINT', 'decimal(20,0)', 'numeric(20,0)'],
  ['duckdb', 'HUGEINT', 'hugeint', 'numeric(39,0)'],
  ['duckdb', 'DECIMAL(38,10)', 'decimal(38,10)', 'numeric(38,10)'],
  ['duckdb', 'TIMESTAMP_NS', 'timestamp_ns', 'timestamp'],
  ['duckdb', 'STRUCT(a INTEGER)', 'varchar', 'text'],
  ['duckdb', 'constructor', 'varchar', 'text'],
] as const)('%s %s is made %s in DuckDB and %s in PostgreSQL', (kind, native, inDuckDb, inPostgresql) => {
  const type = syncTypeOf(kind, native)
  expect([typeMade('duckdb', type), typeMade('postgresql', type)]).toEqual([inDuckDb, inPostgresql])
})

test('numbers and times are followed, nothing else', () => {
  for (const native of ['bigint', 'numeric(18,2)', 'numeric', 'UHUGEINT']) expect(changeTypeOf(native)).toBe('number')
  for (const native of ['date', 'timestamp with time zone', 'TIMESTAMP_NS']) expect(changeTypeOf(native)).toBe('time')
  for (const native of ['text', 'double precision', 'integer[]', 'time without time zone', 'interval'])
    expect(changeTypeOf(native)).toBe(null)
})
