/**
 * A table of 10,000,000 rows from PostgreSQL to DuckDB, as a `full` synchronisation, beside PostgreSQL's own COPY of the same table to a file followed by DuckDB
 * reading that into a table.
 *
 * Both take turns on the same data, on an empty DuckDB file each time, with the same threads and memory for DuckDB. What is measured of ours is a whole run: from
 * its beginning, with the processes that it starts and all that it asks of both databases, until the target has committed. COPY writes on the server itself, without a client. At
 * the end of each turn both sides are counted and summed; where they differ there is no figure.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { DuckDBInstance } from '@duckdb/node-api'
import pg from 'pg'
import { encryptSecret } from '../server/src/credentials.ts'
import { outboundPolicy } from '../server/src/openevent/guard.ts'
import { startRunners } from '../server/src/runners/runners.ts'
import { secretOf } from '../server/src/runners/sql.ts'
import type { DataSource } from '../server/src/store/data-sources.ts'
import { workOf } from '../test/runners.ts'
import { syncOf } from '../test/syncs.ts'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { ordinaryPostgres } from './postgres.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const ROWS = 10_000_000
const SHORT_ROWS = 1_000_000
const TURNS = 3
/** Of the rate of the other. */
const LEAST = 0.5
const WITHIN_MS = 20 * 60_000
const THREADS = 2
const MEMORY_MB = 1_024

const COLUMNS = `{id: 'BIGINT', customer: 'INTEGER', amount: 'DECIMAL(18,2)', note: 'VARCHAR', ordered_at: 'TIMESTAMP'}`
const TABLE = 'id bigint, customer integer, amount decimal(18,2), note varchar, ordered_at timestamp'
const SUMS =
  'select count(*) as n, sum(id) as ids, sum(amount) as amount, sum(length(note)) as letters, max(ordered_at) as last from orders'

export async function run({ short, tell }: Options): Promise<Result> {
  const rows = short ? SHORT_ROWS : ROWS
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const postgres = await ordinaryPostgres(cleanup)
    if (postgres === null) throw new Error('this benchmark needs the programs of a PostgreSQL (initdb, postgres)')
    const client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
    cleanup.add(() => client.end())
    await client.query(`create table orders as select i::bigint as id, i % 1000 as customer, (i * 7.13)::numeric(18, 2) as amount,
      'order number ' || i as note, timestamp '2026-01-01' + i * interval '1 second' as ordered_at from generate_series(1, ${rows}) i`)
    await client.query('vacuum analyze orders')
    await client.query('checkpoint')
    const sums = async () => {
      const { rows } = await client.query(
        `select n::text, ids::text, amount::text, letters::text, last::text from (${SUMS}) as sums`,
      )
      return Object.values(rows[0] as Record<string, string>).join(' ')
    }
    const expected = await sums()
    tell(`${rows} rows`)
    const took = { copy: [] as number[], read: [] as number[], ours: [] as number[] }
    const same = (found: string) => {
      if (found !== expected) throw new Error(`the source has ${expected}, the target ${found}`)
    }
    const ours = synchronising(cleanup, postgres.url)
    let csvMb = 0
    for (let turn = 0; turn < (short ? 1 : TURNS); turn++) {
      const limit = await copiedAndRead(cleanup, client)
      same(limit.found)
      const one = await ours()
      same(one.found)
      took.copy.push(limit.copyMs)
      took.read.push(limit.readMs)
      took.ours.push(one.ms)
      csvMb = limit.mb
      tell(`COPY ${seconds(limit.copyMs)} s, reading ${seconds(limit.readMs)} s; synchronisation ${seconds(one.ms)} s`)
    }
    const rate = (ms: number) => Math.round(rows / (ms / 1000))
    const limit = rate(median(took.copy.map((ms, at) => ms + took.read[at]!)))
    const value = rate(median(took.ours))
    return {
      value,
      limit,
      ratio: rounded(value / limit, 3),
      unit: 'rows a second, beside those of COPY to a file and reading it; the more the better',
      least: LEAST,
      rows,
      csvMb,
      threads: THREADS,
      memoryMb: MEMORY_MB,
      tookMs: Object.fromEntries(Object.entries(took).map(([what, all]) => [what, all.map(Math.round)])),
    }
  })
}

const seconds = (ms: number) => (ms / 1000).toFixed(1)

async function copiedAndRead(cleanup: Cleanup, client: pg.Client) {
  const directory = cleanup.directory()
  // PostgreSQL may run as somebody else.
  chmodSync(directory, 0o777)
  const file = join(directory, 'orders.csv')
  const startedAt = performance.now()
  await client.query(`copy orders to '${file}' with (format csv)`)
  const copiedAt = performance.now()
  const instance = await DuckDBInstance.create(join(directory, 'tables.duckdb'), {
    threads: String(THREADS),
    memory_limit: `${MEMORY_MB}MB`,
  })
  const connection = await instance.connect()
  await connection.run(`create table orders (${TABLE})`)
  await connection.run(
    `insert into orders select * from read_csv('${file}', columns = ${COLUMNS}, auto_detect = false, header = false)`,
  )
  const readAt = performance.now()
  const found = sumsOf(await connection.runAndReadAll(textsOfSums()))
  connection.closeSync()
  instance.closeSync()
  const mb = Math.round(statSync(file).size / 1e6)
  rmSync(directory, { recursive: true, force: true })
  return { copyMs: copiedAt - startedAt, readMs: readAt - copiedAt, found, mb }
}

const textsOfSums = () =>
  `select cast(n as varchar), cast(ids as varchar), cast(amount as varchar), cast(letters as varchar), cast(last as varchar) from (${SUMS}) as sums`
const sumsOf = (reader: { getRows(): unknown[][] }) => reader.getRows()[0]!.join(' ')

/** The server's own runners, as it starts them. */
function synchronising(cleanup: Cleanup, url: string) {
  const tablesDir = cleanup.directory()
  const secretKey = randomBytes(32)
  const runners = startRunners({
    ...{ tablesDir, secretKey, duckdbMemoryMb: MEMORY_MB, duckdbFileGb: 10, authorities: null, idleMs: 0 },
    replicaTimeoutMs: 30_000,
    ...{ programsUid: 65_534, programsMemoryMb: 256, python: null, timeZone: 'UTC' },
    outbound: outboundPolicy(['127.0.0.1']),
    logFault(error) {
      throw error
    },
  })
  cleanup.add(() => runners.close())
  const { hostname, port, pathname, username, password } = new URL(url)
  const source: DataSource = {
    ...{ id: 1, tenant_id: 1, name: 'shop', kind: 'postgresql' },
    settings: {
      ...{ host: hostname, port: Number(port), tls: false },
      ...{ database: pathname.slice(1), user: decodeURIComponent(username) },
    },
    secret: encryptSecret(secretKey, decodeURIComponent(password) || 'unused', secretOf(1)),
  }
  let turn = 0
  return async () => {
    const target: DataSource = {
      id: 2 + turn++,
      tenant_id: 1,
      name: 'lake',
      kind: 'duckdb',
      settings: {},
      secret: null,
    }
    const sync = { sync: syncOf('full', [{ from: 'orders' }]), ledger: null, source, target }
    const startedAt = performance.now()
    let log = ''
    const ended = await runners.run(workOf({ programType: 'DI', sync }), {
      log: (text) => {
        log += text
      },
      signal: new AbortController().signal,
    })
    const ms = performance.now() - startedAt
    if (ended.ended !== 'succeeded') throw new Error(log)
    const directory = join(tablesDir, '1', String(target.id))
    mkdirSync(directory, { recursive: true })
    const instance = await openFree(join(directory, 'tables.duckdb'))
    const connection = await instance.connect()
    const found = sumsOf(await connection.runAndReadAll(textsOfSums()))
    connection.closeSync()
    instance.closeSync()
    rmSync(directory, { recursive: true, force: true })
    return { ms, found }
  }
}

/** The process that wrote it is on its way out. */
async function openFree(file: string): Promise<DuckDBInstance> {
  for (let left = 100; ; left--) {
    try {
      return await DuckDBInstance.create(file, { threads: String(THREADS) })
    } catch (error) {
      if (left === 0) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
