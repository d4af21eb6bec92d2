// Power cuts under load on the embedded database: nothing that was acknowledged is lost.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Client, createClient } from '../../sdk/src/index.ts'
import { livePostmaster, SOCKET_PORT } from '../../server/src/embedded/postmaster.ts'
import { administratorOf } from '../e2e/user.ts'
import { watchedWorkspace } from '../e2e/watched-workspace.ts'
import { auditProblem } from './audit-chain.ts'
import { patchedBuild, ROOT } from './build.ts'
import { callBack, type Speaker } from './callback.ts'
import { chanceOf } from './chance.ts'
import { EVIDENCE } from './evidence.ts'
import { type Disk, makeDisk } from './power.ts'
import { type Running, startOn } from './power-server.ts'

export type CutReport = {
  /** What had been acknowledged before the cut, in this and earlier rounds. */
  readonly acknowledgedOperations: number
  readonly acknowledgedResults: number
  /** What of it is not there, or not as it was acknowledged. */
  readonly lost: readonly string[]
  readonly recoveredInMs: number
}
export type PowerReport = { readonly seed: number; readonly flushes: boolean; readonly cuts: readonly CutReport[] }

const READY_MS = 60_000
const ANSWER_WITHIN_MS = 5_000
const WORKERS = 8

/** `flushes: false` is the control: the same server with an embedded database that does not wait for the disk. It must lose something. */
export async function powerCuts(options: {
  readonly seed: number
  readonly cuts: number
  readonly flushes: boolean
  readonly tell?: (line: string) => void
}): Promise<PowerReport> {
  const { seed, flushes, tell = () => {} } = options
  const chance = chanceOf(seed, 'power cuts')
  const disk = makeDisk()
  const build = flushes
    ? ROOT
    : patchedBuild([{ file: 'server/src/embedded/postmaster.ts', find: /fsync: 'on'/, put: `fsync: 'off'` }])
  const receiver = await startReceiver()
  const cuts: CutReport[] = []
  let server: Running | null = null
  try {
    // What the first start makes is not what is tested: it is on the disk.
    server = await startOn(disk, ROOT)
    const administrator = await administratorOf({ url: server.url, password: server.password })
    const shop = await watchedWorkspace(administrator.client, receiver.endpoint)
    const { items } = await administrator.client.call('GET /workspaces/{workspaceId}/nodes', {
      params: { workspaceId: shop.workspaceId },
      query: { limit: 200 },
    })
    const nodeIds = items.filter((one) => !one.isRoot).map((one) => one.id)
    await withDatabase(disk, (database) => database.query(EVIDENCE))
    await server.end()
    disk.flush()

    const known = { operations: new Map<string, string | null>(), results: new Set<string>() }
    const speaker = { extensionCode: shop.extensionCode, pair: administrator.pair }
    server = await startOn(disk, build)
    for (let cut = 1; cut <= options.cuts; cut++) {
      const client = createClient({
        endpoint: server.url,
        accessKeyId: administrator.pair.id,
        accessKeySecret: administrator.pair.secret,
      })
      const stop = new AbortController()
      const load = runLoad({
        client,
        url: server.url,
        workspaceId: shop.workspaceId,
        nodeIds,
        speaker,
        receiver,
        known,
        words: [seed, cut],
        stop: stop.signal,
      })
      const before = known.results.size
      await sleep(chance.between(800, 2_500))
      // On a slow machine later: a cut that nothing was acknowledged before proves nothing.
      for (const untilMs = Date.now() + READY_MS; known.results.size < before + 5 && Date.now() < untilMs; )
        await sleep(20)
      disk.cut()
      // Whatever is acknowledged after this has been flushed before.
      await server.kill()
      stop.abort()
      await load
      await disk.power()
      const fromMs = Date.now()
      let lost: string[]
      try {
        server = await startOn(disk, build)
        lost = await withDatabase(disk, async (database) =>
          [
            ...(await missing(database, known)),
            ...(await goOn(database, server!.url, speaker, receiver)),
            (await auditProblem({ PATH: process.env.PATH ?? '' }, ['--data-dir', path.join(disk.mount, 'data')])) ?? [],
          ].flat(),
        )
      } catch (error) {
        // The database does not even start any more.
        lost = [(error as Error).message.slice(-600)]
      }
      const report = {
        acknowledgedOperations: known.operations.size,
        acknowledgedResults: known.results.size,
        lost,
        recoveredInMs: Date.now() - fromMs,
      }
      cuts.push(report)
      tell(
        `power cut ${cut}${flushes ? '' : ' (control, without flushing)'}: ${report.acknowledgedOperations} operations and ${report.acknowledgedResults} results ` +
          `acknowledged, ${lost.length} lost${lost.length > 0 ? `, as: ${lost[0]}` : ''}`,
      )
      if (lost.length > 0) break
    }
    return { seed, flushes, cuts }
  } finally {
    await server?.kill()
    await receiver.close()
    await disk.remove()
  }
}

type Known = { readonly operations: Map<string, string | null>; readonly results: Set<string> }

/** What was acknowledged and is not there, and what is there by half. */
async function missing(database: pg.Client, known: Known): Promise<string[]> {
  const operations = await database.query<{ id: string; message: string | null; deliveries: number }>(
    `select o.id, m.id as message, (select count(*)::int from deliveries d where d.message_id = m.id) as deliveries
     from operations o left join messages m on m.operation_id = o.id`,
  )
  const found = new Map(operations.rows.map((row) => [row.id, row]))
  const lost = [...known.operations].flatMap(([id, message]) => {
    const row = found.get(id)
    if (row === undefined) return [`operation ${id} is not there`]
    return row.message === message && row.deliveries > 0 ? [] : [`operation ${id} has no message, or it goes nowhere`]
  })
  const answered = await database.query<{ message: string }>(
    `select m.id as message from messages m join operations o on o.id = m.operation_id
     where o.state = 'done' and not exists (select from checks c where c.operation_id = o.id and c.result is distinct from 'OK')`,
  )
  const passed = new Set(answered.rows.map((row) => row.message))
  for (const message of known.results)
    if (!passed.has(message)) lost.push(`the result for message ${message} is not there`)
  const halves = await database.query<{ what: string }>(
    `select 'operation ' || o.object || ' is done without its effect' as what from evidence.changes o
       where o.kind = 'operation' and o.became = 'done' and not exists (
         select from evidence.changes n join operations p on p.id::text = o.object
         where n.kind = 'node' and n.xid = o.xid and n.object = p.changes -> 0 ->> 'objectId' and n.became = p.changes -> 0 ->> 'to')
     union all
     select 'node ' || n.object || ' was changed by nothing that is done' from evidence.changes n
       where n.kind = 'node' and not exists (
         select from evidence.changes o join operations p on p.id::text = o.object
         where o.kind = 'operation' and o.became = 'done' and o.xid = n.xid and p.changes -> 0 ->> 'objectId' = n.object)
     union all
     select 'node ' || n.id || ' is not what it was changed to' from nodes n
       join lateral (select became from evidence.changes e where e.kind = 'node' and e.object = n.id::text order by e.id desc limit 1) e on true
       where n.recurrence <> e.became`,
  )
  return [...lost, ...halves.rows.map((row) => row.what)]
}

/** What was held goes on: its message comes, now or before the cut, and its answer ends it. */
async function goOn(database: pg.Client, url: string, speaker: Speaker, receiver: Receiver): Promise<string[]> {
  const held = await database.query<{ id: string; message: string }>(
    `select o.id, m.id as message from operations o join messages m on m.operation_id = o.id where o.state = 'held'`,
  )
  const stuck = await Promise.all(
    held.rows.map(async ({ id, message }) => {
      if (!(await receiver.has(message, AbortSignal.timeout(READY_MS))))
        return [`nobody is told of held operation ${id}`]
      const code = await callBack(url, speaker, message, 'OK', ANSWER_WITHIN_MS)
      return code === null ? [] : [`the answer for held operation ${id} is not taken: ${code}`]
    }),
  )
  const left = await database.query<{ id: string }>(`select id from operations where state = 'held'`)
  return [...stuck.flat(), ...left.rows.map(({ id }) => `operation ${id} stays held`)]
}

/** Freezes and unfreezes nodes, answers most of what is asked, and keeps what was acknowledged. */
async function runLoad(given: {
  readonly client: Client
  readonly url: string
  readonly workspaceId: number
  readonly nodeIds: readonly number[]
  readonly speaker: Speaker
  readonly receiver: Receiver
  readonly known: Known
  readonly words: readonly (string | number)[]
  readonly stop: AbortSignal
}): Promise<void> {
  const { client, known, nodeIds, stop } = given
  async function worker(nth: number): Promise<void> {
    const chance = chanceOf(...given.words, 'worker', nth)
    const own = nodeIds.filter((_, at) => at % WORKERS === nth)
    while (!stop.aborted && own.length > 0) {
      const nodeId = chance.pick(own)
      const ask = (point: string) =>
        client
          .call('POST /workspaces/{workspaceId}/node-operations', {
            params: { workspaceId: given.workspaceId },
            body: { point: point as 'freeze-node', nodeIds: [nodeId] },
          })
          .catch(() => null)
      const held = (await ask('freeze-node')) ?? (await ask('unfreeze-node'))
      if (held?.messageId) {
        known.operations.set(held.id, held.messageId)
        if (chance.happens(0.85) && (await given.receiver.has(held.messageId, stop))) {
          const code = await callBack(given.url, given.speaker, held.messageId, 'OK', ANSWER_WITHIN_MS)
          if (code === null) known.results.add(held.messageId)
        }
      } else await sleep(20)
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, (_, nth) => worker(nth)))
}

type Receiver = {
  readonly endpoint: string
  /** True when the message has come; false when it need not any more. */
  has(messageId: string, stop: AbortSignal): Promise<boolean>
  close(): Promise<void>
}

async function startReceiver(): Promise<Receiver> {
  const received = new Set<string>()
  const server = createServer(async (request, response) => {
    try {
      received.add((JSON.parse(await text(request)) as { id: string }).id)
      response.writeHead(200).end()
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async has(messageId, stop) {
      while (!stop.aborted && !received.has(messageId)) await sleep(5)
      return received.has(messageId)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function withDatabase<T>(disk: Disk, work: (database: pg.Client) => Promise<T>): Promise<T> {
  const postmaster = await livePostmaster({ directory: path.join(disk.mount, 'data', 'postgres') })
  const database = new pg.Client({
    host: postmaster?.socketDir ?? '',
    port: SOCKET_PORT,
    user: 'postgres',
    database: 'holdpoint',
  })
  database.on('error', () => {})
  await database.connect()
  try {
    return await work(database)
  } finally {
    await database.end()
  }
}
