/**
 * The whole round: an operation is requested by a signed call, held, delivered by HTTP, answered by a signed callback, carried out.
 *
 * Holdpoint and the limit program (round/limit.ts) run side by side on the same database and take turns; load generator and receiver are the
 * same processes for both, so that only the server differs. Then two replicas share the load, and a process of its own measures single
 * durable commits under it. At the end the databases are asked whether every operation took effect once.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { embeddedConnection, startHoldpoint } from './holdpoint.ts'
import { type OrdinaryPostgres, ordinaryPostgres } from './postgres.ts'
import { processorMs, withDescendants } from './processes.ts'
import { median, type Options, percentile, type Result, rounded } from './result.ts'
import { type Accepted, accepted, between, METRICS_TOKEN, percentileMs, together } from './round/accepted.ts'
import { inTurn, signedCalls } from './round/call.ts'
import type { CommitsAsked, CommitsTold } from './round/commits.ts'
import type { LimitSettings } from './round/limit.ts'
import { type Answers, answers, load, type Side, type Slice } from './round/load.ts'
import { statementsAlone } from './round/pgbench.ts'
import type { ReceiverSettings, Told } from './round/receiver.ts'
import { COUNTS, SCHEMA } from './round/statements.ts'
import { prepareWorkspace } from './round/workspace.ts'

const CONCURRENCIES = [1, 32]
const NODES = 256
const TURNS = 4
const LEAD_MS = 400
const MEASURE_MS = 2_600
/** Long enough for most of either program to be compiled, as it is in a server that has run for a minute. */
const WARM_UP_MS = 6_000
const PGBENCH_SECONDS = 3
const LIMIT_POOL = 16
const SECRET_KEY = '0'.repeat(64)
const WITHIN_MS = 420_000
const OUTCOMES_MS = 10_000

type Place = { readonly name: string; readonly postgres: OrdinaryPostgres | null }
type Measured = {
  readonly database: string
  readonly concurrency: number
  readonly value: number
  readonly limit: number
  readonly ratio: number
  readonly roundMs: { readonly p50: number; readonly p99: number }
  readonly limitRoundMs: { readonly p50: number; readonly p99: number }
  /** Processor time per round, of the server's process and of all of PostgreSQL's. */
  readonly processorMs: ProcessorMs
  readonly limitProcessorMs: ProcessorMs
  readonly slices: readonly { readonly value: number; readonly limit: number }[]
  readonly statementsAlone: number | null
  /** Two replicas on the same database share the load; `one` is what one of them alone reaches in turn with them. */
  readonly replicas: { readonly value: number; readonly one: number; readonly ratio: number } | null
  /**
   * From the acceptance of a callback to the commit of the effect, and from sending a callback to its answer, which follows that; and a single
   * durable commit under the same load.
   */
  readonly callback: {
    readonly acceptedP50Ms: number
    readonly acceptedP99Ms: number
    readonly p50Ms: number
    readonly p99Ms: number
    readonly commitP50Ms: number
    readonly commitP99Ms: number
    readonly ratio: number
    /** The same span beside that of the limit program under the same load: there it is one statement, a durable commit. */
    readonly sameLoad: { readonly acceptedP99Ms: number; readonly limitP99Ms: number; readonly ratio: number }
  }
}

type ProcessorMs = { readonly server: number; readonly postgres: number | null }
type Turn = Slice & {
  readonly processorMs: ProcessorMs
  readonly callbacksMs: readonly number[]
  readonly commitsMs: readonly number[]
  /** Of the limit program: from a callback to the commit of its effect. */
  readonly effectsMs: readonly number[]
  readonly accepted: Accepted
}

export async function run(options: Options): Promise<Result> {
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const places: Place[] = []
    if (!options.short || !process.env.DATABASE_URL_BENCH) places.push({ name: 'embedded', postgres: null })
    if (!options.short || process.env.DATABASE_URL_BENCH) {
      const postgres = await ordinaryPostgres(cleanup)
      if (postgres === null) options.tell('No PostgreSQL on this machine: the embedded one alone is measured.')
      else places.push({ name: 'ordinary', postgres })
    }
    const databases: Record<string, string> = {}
    const configurations: Measured[] = []
    for (const place of places) {
      const { version, measured } = await withCleanup(WITHIN_MS, (inner) => measurePlace(inner, place, options))
      databases[place.name] = version
      configurations.push(...measured)
    }
    // One figure stands for all: the one that is furthest from its limit.
    const worst = configurations.toSorted((a, b) => a.ratio - b.ratio)[0]!
    return {
      value: worst.value,
      limit: worst.limit,
      ratio: worst.ratio,
      unit: 'rounds/s',
      of: `${worst.database}, concurrency ${worst.concurrency} (the lowest ratio)`,
      databases,
      configurations,
    }
  })
}

async function measurePlace(
  cleanup: Cleanup,
  place: Place,
  { profile, short, tell }: Options,
): Promise<{ version: string; measured: Measured[] }> {
  const profiles = profile ? mkdtempSync(join(tmpdir(), `holdpoint-profiles-${place.name}-`)) : null
  if (profiles !== null) tell(`The CPU profiles will be in ${profiles}`)
  const profiling = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
  const answered = answers()
  const receiver = await startReceiver(cleanup, answered)
  const holdpoint = await startHoldpoint(cleanup, {
    entry: 'server/src/main.ts',
    arguments: ['--no-demo'],
    nodeOptions: profiling,
    env: {
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1/32',
      HOLDPOINT_METRICS_TOKEN: METRICS_TOKEN,
      HOLDPOINT_SECRET_KEY: SECRET_KEY,
      ...(place.postgres && { DATABASE_URL: place.postgres.url }),
    },
  })
  const { config: connection, pid: postmaster } = place.postgres
    ? { config: partsOf(place.postgres.url), pid: place.postgres.pid }
    : await embeddedConnection(holdpoint.dataDir)
  const sql = new pg.Client(connection)
  await sql.connect()
  cleanup.add(() => sql.end())

  const prepared = await prepareWorkspace(
    holdpoint.url,
    holdpoint.password,
    `http://127.0.0.1:${receiver.port}/holdpoint`,
    NODES,
  )
  const { pair } = prepared.client
  await sql.query(SCHEMA)
  await sql.query(`insert into limit_program.nodes select id, 'normal' from unnest($1::bigint[]) as id`, [
    prepared.nodeIds,
  ])
  await sql.query('reset search_path')
  const limit = await startLimit(cleanup, profiling, {
    connection,
    poolSize: LIMIT_POOL,
    endpoint: `http://127.0.0.1:${receiver.port}/limit`,
    extensionCode: prepared.extensionCode,
    requestedBy: '190000000000001',
  })
  const commits = await startCommits(cleanup, connection)
  const connections = Math.max(...CONCURRENCIES)
  const { extensionCode } = prepared
  const pools = new Map([holdpoint.url, limit.url].map((url) => [url, signedCalls(url, pair, connections)]))
  const side = (name: string, urls: readonly string[], frozen = new Set<number>()): Side => ({
    name,
    call: inTurn(urls.map((url) => pools.get(url)!)),
    nodeIds: prepared.nodeIds,
    frozen,
    rounds: 0,
  })
  const one = side('holdpoint', [holdpoint.url])
  const bare = side('limit', [limit.url])
  const sides = [one, bare] as const
  /** The extension calls back where the requests come from. */
  const serve = (urls: readonly string[]) =>
    receiver.serve({
      connections,
      sides: { holdpoint: { urls, extensionCode, pair }, limit: { urls: [limit.url], extensionCode, pair } },
    })
  serve([holdpoint.url])

  const warmUp = { concurrency: connections, leadMs: 0, measureMs: WARM_UP_MS }
  for (const each of sides) await load(each, answered, warmUp)
  const servers: Record<string, readonly number[]> = { holdpoint: [holdpoint.pid], limit: [limit.pid] }
  const usage = (name: string) => ({
    server: processorMs(servers[name]!),
    postgres: postmaster === null ? null : processorMs(withDescendants(postmaster)),
  })
  const slices = new Map<string, Turn[]>()
  async function measure(each: Side, concurrency: number, as: string = each.name): Promise<void> {
    const committing = as === 'with commits'
    if (each === bare) await limit.effectsMs()
    const [before, roundsBefore] = [usage(each.name), each.rounds]
    receiver.callbacksMs()
    const acceptedBefore = each === one ? await accepted(holdpoint.url) : []
    if (committing) commits.begin()
    const slice = await load(each, answered, { concurrency, leadMs: LEAD_MS, measureMs: MEASURE_MS })
    const commitsMs = committing ? await commits.end() : []
    const acceptedAfter = each === one ? await accepted(holdpoint.url) : []
    const [after, rounds] = [usage(each.name), each.rounds - roundsBefore]
    const perRound = {
      server: (after.server - before.server) / rounds,
      postgres: after.postgres === null ? null : (after.postgres - before.postgres!) / rounds,
    }
    tell(`${place.name} c=${concurrency} ${as}: ${slice.perSecond.toFixed(0)} rounds/s`)
    const key = `${as} ${concurrency}`
    const turn = {
      ...slice,
      processorMs: perRound,
      callbacksMs: receiver.callbacksMs(),
      commitsMs,
      effectsMs: each === bare ? await limit.effectsMs() : [],
      accepted: between(acceptedBefore, acceptedAfter),
    }
    slices.set(key, [...(slices.get(key) ?? []), turn])
  }
  for (let turn = 0; turn < (short ? 1 : TURNS); turn++)
    for (const concurrency of CONCURRENCIES) {
      for (const each of sides) await measure(each, concurrency)
      await measure(one, concurrency, 'with commits')
    }

  const second = await startHoldpoint(cleanup, {
    entry: 'server/src/main.ts',
    arguments: ['--no-demo'],
    env: {
      HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1/32',
      HOLDPOINT_SECRET_KEY: SECRET_KEY,
      DATABASE_URL: place.postgres?.url ?? urlOf(connection),
    },
  })
  pools.set(second.url, signedCalls(second.url, pair, connections))
  servers.replicas = [holdpoint.pid, second.pid]
  const two = side('replicas', [holdpoint.url, second.url], one.frozen)
  serve([holdpoint.url, second.url])
  await load(two, answered, warmUp)
  for (let turn = 0; turn < (short ? 1 : TURNS); turn++)
    for (const concurrency of CONCURRENCIES.filter((each) => each > 1)) {
      serve([holdpoint.url])
      await measure(one, concurrency, 'beside')
      serve([holdpoint.url, second.url])
      await measure(two, concurrency)
    }

  await verify(sql, { ...one, rounds: one.rounds + two.rounds }, bare)
  // What follows needs the connections that the servers keep.
  await Promise.all([limit.stop(), second.stop()])
  const measured: Measured[] = []
  for (const concurrency of CONCURRENCIES) {
    const [own, least] = sides.map((each) => slices.get(`${each.name} ${concurrency}`)!) as [Turn[], Turn[]]
    const value = rounded(median(own.map((slice) => slice.perSecond)), 1)
    const limit = rounded(median(least.map((slice) => slice.perSecond)), 1)
    const alone = short
      ? null
      : await statementsAlone(connection, cleanup.directory(), prepared.nodeIds, concurrency, PGBENCH_SECONDS)
    measured.push({
      database: place.name,
      concurrency,
      value,
      limit,
      ratio: rounded(value / limit, 3),
      roundMs: times(own),
      limitRoundMs: times(least),
      processorMs: usual(own),
      limitProcessorMs: usual(least),
      slices: own.map((slice, at) => ({
        value: rounded(slice.perSecond, 1),
        limit: rounded(least[at]!.perSecond, 1),
      })),
      statementsAlone: alone === null ? null : rounded(alone, 1),
      replicas: replicas(slices.get(`replicas ${concurrency}`), slices.get(`beside ${concurrency}`)),
      callback: callback(slices.get(`with commits ${concurrency}`)!, own, least),
    })
  }
  const { rows } = await sql.query<{ version: string }>(`select split_part(version(), ' on ', 1) as version`)
  return { version: rows[0]!.version, measured }
}

export async function startReceiver(cleanup: Cleanup, answered: Answers) {
  const child = fork(join(import.meta.dirname, 'round/receiver.ts'))
  const callbacksMs: number[] = []
  cleanup.add(() => child.kill())
  const [first] = (await once(child, 'message')) as [Told]
  child.on('message', (told: Told) => {
    if ('answered' in told) {
      callbacksMs.push(...told.answered.map((one) => one.callbackMs))
      answered.told(told.answered.map((one) => one.messageId))
    } else if ('fault' in told) answered.failed(told.fault)
  })
  child.on('exit', () => answered.failed('the receiver has ended'))
  return {
    port: 'port' in first ? first.port : 0,
    serve: (settings: ReceiverSettings) => void child.send(settings),
    /** How long the callbacks took that have been answered since this was asked last. */
    callbacksMs: () => callbacksMs.splice(0),
  }
}

async function startCommits(cleanup: Cleanup, connection: pg.ClientConfig) {
  const child = fork(join(import.meta.dirname, 'round/commits.ts'))
  cleanup.add(() => child.kill())
  const ask = (asked: CommitsAsked) => void child.send(asked)
  ask({ connection })
  await once(child, 'message')
  return {
    begin: () => ask({ begin: true }),
    async end(): Promise<readonly number[]> {
      ask({ end: true })
      const [told] = (await once(child, 'message')) as [CommitsTold]
      return 'latenciesMs' in told ? told.latenciesMs : []
    },
  }
}

async function startLimit(cleanup: Cleanup, execArgv: string[], settings: LimitSettings) {
  const child = fork(join(import.meta.dirname, 'round/limit.ts'), { execArgv })
  const exited = once(child, 'exit')
  cleanup.add(() => child.kill())
  child.send(settings)
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    async effectsMs(): Promise<readonly number[]> {
      child.send({ effects: true })
      const [{ effectsMs }] = (await once(child, 'message')) as [{ effectsMs: readonly number[] }]
      return effectsMs
    },
    async stop() {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** Throws unless every completed round is one operation that took effect once, with its answer and its delivery, and nothing is held. */
async function verify(sql: pg.Client, holdpoint: Side, limit: Side): Promise<void> {
  const untilMs = Date.now() + OUTCOMES_MS
  for (;;) {
    const { rows } = await sql.query<{ operations: number; done: number; pending: number }>(
      `select count(*)::int as operations,
         count(*) filter (where o.state = 'done' and o.status = 'PASSED'
           and (select array_agg(c.result) from checks c where c.operation_id = o.id) = '{OK}')::int as done,
         count(*) filter (where not exists (select from messages m join deliveries d on d.message_id = m.id
           where m.operation_id = o.id and d.state = 'delivered' and d.attempts = 1))::int as pending
       from operations o`,
    )
    const { operations, done, pending } = rows[0]!
    if (done !== holdpoint.rounds || operations !== holdpoint.rounds)
      throw new Error(`${holdpoint.rounds} rounds, but ${operations} operations, ${done} of them done`)
    if (pending === 0) break
    // The outcome of a delivery is written after the answer it brought.
    if (Date.now() > untilMs) throw new Error(`${pending} deliveries have no outcome`)
    await sleep(50)
  }
  const least = await sql.query<{ operations: number; done: number }>(COUNTS)
  const { operations, done } = least.rows[0]!
  if (done !== limit.rounds || operations !== limit.rounds)
    throw new Error(`limit program: ${limit.rounds} rounds, but ${operations} operations, ${done} of them done`)
  for (const [table, side] of [
    ['nodes', holdpoint],
    ['limit_program.nodes', limit],
  ] as const) {
    const frozen = await sql.query<{ id: string }>(`select id::text from ${table} where recurrence = 'pause'`)
    const ids = frozen.rows.map((row) => Number(row.id))
    if (ids.length !== side.frozen.size || !ids.every((id) => side.frozen.has(id)))
      throw new Error(`${side.name}: not every effect is in ${table}`)
  }
}

function times(slices: readonly Slice[]): { p50: number; p99: number } {
  const all = slices.flatMap((slice) => slice.latenciesMs).sort((a, b) => a - b)
  return { p50: rounded(percentile(all, 0.5), 2), p99: rounded(percentile(all, 0.99), 2) }
}

function replicas(two: readonly Turn[] | undefined, beside: readonly Turn[] | undefined): Measured['replicas'] {
  if (two === undefined || beside === undefined) return null
  const value = rounded(median(two.map((turn) => turn.perSecond)), 1)
  const one = rounded(median(beside.map((turn) => turn.perSecond)), 1)
  return { value, one, ratio: rounded(value / one, 3) }
}

function callback(turns: readonly Turn[], own: readonly Turn[], least: readonly Turn[]): Measured['callback'] {
  const callbacks = turns.flatMap((turn) => turn.callbacksMs).sort((a, b) => a - b)
  const commits = turns.flatMap((turn) => turn.commitsMs).sort((a, b) => a - b)
  const counts = together(turns.map((turn) => turn.accepted))
  const acceptedP99Ms = rounded(percentileMs(counts, 0.99), 2)
  const commitP99Ms = rounded(percentile(commits, 0.99), 2)
  const sameLoadP99Ms = percentileMs(together(own.map((turn) => turn.accepted)), 0.99)
  const effects = least.flatMap((turn) => turn.effectsMs).sort((a, b) => a - b)
  const limitP99Ms = percentile(effects, 0.99)
  return {
    acceptedP50Ms: rounded(percentileMs(counts, 0.5), 2),
    acceptedP99Ms,
    p50Ms: rounded(percentile(callbacks, 0.5), 2),
    p99Ms: rounded(percentile(callbacks, 0.99), 2),
    commitP50Ms: rounded(percentile(commits, 0.5), 2),
    commitP99Ms,
    ratio: rounded(acceptedP99Ms / commitP99Ms, 2),
    sameLoad: {
      acceptedP99Ms: rounded(sameLoadP99Ms, 2),
      limitP99Ms: rounded(limitP99Ms, 2),
      ratio: rounded(sameLoadP99Ms / limitP99Ms, 2),
    },
  }
}

function usual(turns: readonly Turn[]): ProcessorMs {
  const postgres = turns.flatMap((turn) => turn.processorMs.postgres ?? [])
  return {
    server: rounded(median(turns.map((turn) => turn.processorMs.server)), 3),
    postgres: postgres.length === 0 ? null : rounded(median(postgres), 3),
  }
}

/** The address of the embedded PostgreSQL, which listens on a socket only. */
function urlOf({ host, port, user, database }: pg.ClientConfig): string {
  return `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host!)}&port=${port}`
}

function partsOf(url: string): pg.ClientConfig {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    host: hostname,
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    database: pathname.slice(1),
  }
}
