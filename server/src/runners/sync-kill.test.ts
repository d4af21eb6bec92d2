// Rule 56: whichever process is killed at whatever moment, no row is lost and none is doubled.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DatabaseDoor, openDatabaseDoor } from '../../../test/database-door.ts'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { DUCKDB, testRunners } from '../../../test/runners.ts'
import { postgresqlSource, synced, syncOf } from '../../../test/syncs.ts'
import type { DataSource } from '../store/data-sources.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { childrenOf } from './processes.ts'
import type { SyncWork } from './runner.ts'

const SERVER = path.join(import.meta.dirname, '..', '..', '..', 'test', 'sync-server.ts')
const KILLS = 6
const LONGEST_LIFE_MS = 2_500
const LONGEST_MOMENT_MS = 400
const TIMEOUT_MS = 600_000

const here = testRunners()
let database: TestDatabase
let db: Database
let door: DatabaseDoor
let shop: DataSource
beforeAll(async () => {
  database = await testDatabase({ migrate: null })
  db = openDatabase(database.config)
  door = await openDatabaseDoor(database.config)
  shop = postgresqlSource(9, database.url, door.port, here.secretKey)
})
afterAll(async () => {
  await here.close()
  await db?.close()
  door?.close()
  await database?.drop()
})

function start(work: SyncWork): ChildProcess {
  const named = (source: DataSource) => ({ ...source, secret: source.secret?.toString('base64') ?? null })
  const given = {
    tablesDir: here.tablesDir,
    secretKey: here.secretKey.toString('base64'),
    work: { ...work, source: named(work.source), target: named(work.target) },
  }
  // What it leaves in temporary directories goes with ours.
  const env = { ...process.env, TMPDIR: here.tablesDir }
  return spawn(process.execPath, ['--no-warnings', SERVER, JSON.stringify(given)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const isSqlProgram = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sql-program')
  } catch {
    return false
  }
}
const signal = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

type Victim = 'server' | 'database process'

/** Runs it, kills the server or one of the two that speak to databases at some moment, and answers when all are gone. */
async function killedOnce(work: SyncWork, victim: Victim): Promise<void> {
  const server = start(work)
  const ended = once(server, 'close')
  // Some moment after the so-many-th thing that it says: that it has begun, that rows were moved.
  let left = 1 + Math.floor(Math.random() * 5)
  const moment = Promise.withResolvers<void>()
  createInterface({ input: server.stdout! }).on('line', () => --left === 0 && moment.resolve())
  await Promise.race([moment.promise, ended, sleep(LONGEST_LIFE_MS)])
  await sleep(Math.random() * LONGEST_MOMENT_MS)
  const victims = victim === 'server' ? [server.pid!] : childrenOf(server.pid!).filter(isSqlProgram)
  const chosen = victims[Math.floor(Math.random() * victims.length)]
  if (chosen !== undefined) signal(chosen)
  // A real-time run goes on without the one that was killed, for a while.
  await Promise.race([ended, sleep(Math.random() * LONGEST_LIFE_MS)])
  signal(server.pid!)
  await ended
}

const finished = async (work: SyncWork) => expect((await synced(here, work)).ended).toEqual({ ended: 'succeeded' })

const duckdb: DataSource = { ...DUCKDB, id: 11, name: 'lake' }
const TARGETS = [
  ['DuckDB', () => duckdb],
  ['PostgreSQL', () => postgresqlSource(8, database.url, door.port, here.secretKey)],
] as const

/** Target and source side by side: in PostgreSQL, whichever one it is. */
async function brought(target: DataSource, table: string): Promise<void> {
  if (target.kind === 'postgresql') return
  const work = { sync: syncOf('full', [{ from: table, to: table }]), ledger: null, source: target, target: shop }
  await finished(work)
}

test.each(TARGETS)(
  'a table of %s that is replaced is the old one or the new one as a whole',
  async (kind, targetOf) => {
    const target = targetOf()
    const table = `whole_${kind.toLowerCase()}`
    await db.rows(
      `create table ${table}_source as select i as id, 0 as round, repeat('x', 300) as note from generate_series(1, 100000) i`,
    )
    const work: SyncWork = {
      sync: syncOf('full', [{ from: `${table}_source`, to: table }]),
      ledger: null,
      source: shop,
      target,
    }
    await finished(work)
    for (let round = 1; round <= KILLS; round++) {
      await db.rows(`update ${table}_source set round = ${round}`)
      await killedOnce(work, round % 2 === 0 ? 'server' : 'database process')
      await brought(target, table)
      const found = await db.rows<{ rows: number; ids: number; rounds: number }>(
        `select count(*)::int as rows, count(distinct id)::int as ids, count(distinct round)::int as rounds from ${table}`,
      )
      expect(found).toEqual([{ rows: 100_000, ids: 100_000, rounds: 1 }])
    }
    await finished(work)
    await brought(target, table)
    expect(await db.rows(`select count(*)::int as n from ${table} where round = ${KILLS}`)).toEqual([{ n: 100_000 }])
  },
  TIMEOUT_MS,
)

test.each(TARGETS)(
  'what follows a change column to %s while many write and commit late ends with every row, once',
  async (kind, targetOf) => {
    const target = targetOf()
    const name = `events_${kind.toLowerCase()}`
    const source = `${name}_source`
    await db.rows(`create sequence ${name}_version`)
    await db.rows(
      `create table ${source} (id bigserial primary key, writer int, value int, version bigint not null default nextval('${name}_version'))`,
    )
    await db.rows(`create index on ${source} (version)`)
    await db.rows(`insert into ${source} (writer, value) select 0, i from generate_series(1, 20000) i`)
    // Without a key, so that a row that came twice would be there twice.
    const columns = 'id bigint, writer int, value int, version bigint'
    if (target.kind === 'postgresql') await db.rows(`create table ${name} (${columns})`)
    else
      expect((await here.ran({ content: `create table ${name} (${columns})`, dataSource: target })).ended.ended).toBe(
        'succeeded',
      )
    const mapping = { from: source, to: name, key: ['id'], changeColumn: 'version' }
    const ledger = { key: `job-${kind}`, runId: 1, startAt: null }
    const work = (what: 'incremental' | 'real-time'): SyncWork => ({
      sync: syncOf(what, [mapping]),
      ledger,
      source: shop,
      target,
    })

    let writing = true
    const write = async (writer: number) => {
      for (let at = 0; writing; at++)
        await db
          .transaction(async (tx) => {
            await tx.rows(`insert into ${source} (writer, value) select ${writer}, i from generate_series(1, 20) i`)
            await tx.rows(
              `update ${source} set value = value + 1, version = nextval('${name}_version') where id in (select 1 + floor(random() * 20000)::int from generate_series(1, 20))`,
            )
            // The numbers are taken, and others overtake them.
            await tx.rows(`select pg_sleep(${Math.random() * 0.3})`)
            if (at % 5 === 4) throw new Error('rolled back')
          })
          .catch((error: Error) => {
            if (!/rolled back|deadlock/.test(error.message)) throw error
          })
    }
    const writers = Promise.all([1, 2, 3].map(write))
    try {
      for (let round = 0; round < KILLS; round++)
        await killedOnce(
          work(round % 3 === 2 ? 'incremental' : 'real-time'),
          round % 2 === 0 ? 'server' : 'database process',
        )
    } finally {
      writing = false
      await writers
    }
    await finished(work('incremental'))
    await brought(target, name)
    const same = `(select * from ${source} except all select * from ${name}) union all (select * from ${name} except all select * from ${source})`
    expect(await db.rows(`select count(*)::int as n from (${same}) as other`)).toEqual([{ n: 0 }])
    expect((await db.rows<{ n: number }>(`select count(*)::int as n from ${source}`))[0]!.n).toBeGreaterThan(20_100)
  },
  TIMEOUT_MS,
)
