/**
 * Many extensions on one operation and many operations held at once: all of them settle, and no receiver sees more than it is configured for.
 *
 * A hundred extensions with a receiver each watch the same workspace. Operations are asked for until all are held; only then the extensions begin
 * to answer. At the end the database is asked whether every operation is done, every check answered, every delivery made and every effect there.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { embeddedConnection, startHoldpoint } from './holdpoint.ts'
import { memoryMb } from './processes.ts'
import { type Options, type Result, rounded } from './result.ts'
import { signedCalls } from './round/call.ts'
import { prepareWorkspace } from './round/workspace.ts'
import type { SettleSettings, SettleTold } from './settle/receiver.ts'

const EXTENSIONS = 100
const OPERATIONS = 10_000
const SHORT_OPERATIONS = 200
/** What each target is configured for. */
const MOST_AT_ONCE = 4
const ASKERS = 32
const ANSWERERS = 64
const WITHIN_MS = 60 * 60_000
const STANDSTILL_MS = 60_000

export async function run({ short, tell }: Options): Promise<Result> {
  const operations = short ? SHORT_OPERATIONS : OPERATIONS
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const receivers = await startReceivers(cleanup)
    const holdpoint = await startHoldpoint(cleanup, {
      entry: 'server/src/main.ts',
      arguments: ['--no-demo'],
      env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1/32', HOLDPOINT_LOG_LEVEL: 'warn' },
    })
    const { config } = await embeddedConnection(holdpoint.dataDir)
    const sql = new pg.Client(config)
    await sql.connect()
    cleanup.add(() => sql.end())
    const endpoint = (path: string) => `http://127.0.0.1:${receivers.port}/${path}`
    const prepared = await prepareWorkspace(holdpoint.url, holdpoint.password, endpoint('0'), operations, {
      maxConcurrency: MOST_AT_ONCE,
    })
    const { client, workspaceId, nodeIds } = prepared
    const codes: Record<string, string> = { 0: prepared.extensionCode }
    for (let one = 1; one < EXTENSIONS; one++) {
      const { code } = await client.call('POST /extensions', {
        body: { name: `Extension ${one}`, description: '', points: ['freeze-node'], testWorkspaceId: workspaceId },
      })
      await prepared.publish(code)
      await client.call('POST /event-buses/{busId}/rules', {
        params: { busId: prepared.busId },
        body: {
          name: `extension-${one}`,
          pattern: { data: { eventCode: ['freeze-node'] } },
          targets: [
            { name: 'receiver', endpoint: endpoint(String(one)), serves: [code], maxConcurrency: MOST_AT_ONCE },
          ],
        },
      })
      await client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
        params: { workspaceId, code },
        body: { enabled: true },
      })
      codes[one] = code
    }

    const startedMs = performance.now()
    const call = signedCalls(holdpoint.url, client.pair, ASKERS)
    const left = [...nodeIds]
    async function ask(): Promise<void> {
      for (let nodeId = left.pop(); nodeId !== undefined; nodeId = left.pop()) {
        const { status, body } = await call('UpdateNodeRunMode', [
          ['NodeId', String(nodeId)],
          ['ProjectEnv', 'PROD'],
          ['SchedulerType', '2'],
        ])
        if (status !== 409) throw new Error(`a request was answered ${status}: ${JSON.stringify(body)}`)
      }
    }
    await Promise.all(Array.from({ length: ASKERS }, ask))
    const heldMs = performance.now()
    const held = await count(sql, `select count(*)::int as n from operations where state = 'held'`)
    if (held !== operations) throw new Error(`${held} of ${operations} operations are held`)
    tell(`${operations} operations are held after ${seconds(heldMs - startedMs)} s`)

    receivers.begin({ url: holdpoint.url, pair: client.pair, codes, concurrency: ANSWERERS })
    let open = held
    for (let changedMs = performance.now(); open > 0; await sleep(1_000)) {
      const now = await count(sql, `select count(*)::int as n from operations where state = 'held'`)
      const counted = await receivers.count()
      if (now < open || counted.moved) changedMs = performance.now()
      if (performance.now() - changedMs > STANDSTILL_MS)
        throw new Error(
          `nothing has moved for ${STANDSTILL_MS / 1000} s; ${now} operations are held: ${JSON.stringify(counted)}`,
        )
      open = now
      tell(
        `${seconds(performance.now() - heldMs)} s: ${open} held, ${counted.received} told, ${counted.answered} answered`,
      )
    }
    const settledMs = performance.now()
    await verify(sql, operations)
    const { mostAtOnce } = await receivers.count()
    const seen = Math.max(...Object.values(mostAtOnce))
    if (seen > MOST_AT_ONCE) throw new Error(`a receiver saw ${seen} requests at once, ${MOST_AT_ONCE} are configured`)
    return {
      value: operations,
      limit: operations,
      ratio: 1,
      unit: 'operations settled, of those held at once',
      extensions: EXTENSIONS,
      checks: operations * EXTENSIONS,
      mostAtOnce: { seen, configured: MOST_AT_ONCE, ratio: rounded(seen / MOST_AT_ONCE, 2) },
      secondsToHold: seconds(heldMs - startedMs),
      secondsToSettle: seconds(settledMs - heldMs),
      checksPerSecond: rounded((operations * EXTENSIONS) / ((settledMs - startedMs) / 1000), 0),
      serverMemoryMb: rounded(memoryMb(holdpoint.pid), 1),
    }
  })
}

const seconds = (ms: number) => rounded(ms / 1000, 1)

async function count(sql: pg.Client, text: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(text)
  return rows[0]!.n
}

/** Throws unless everything is as it should be once all is answered; outcomes of deliveries are written a moment later. */
async function verify(sql: pg.Client, operations: number): Promise<void> {
  const wanted = [
    [`select count(*)::int as n from operations where state = 'done' and status = 'PASSED'`, operations],
    [`select count(*)::int as n from nodes where recurrence = 'pause'`, operations],
    [`select count(*)::int as n from checks where result = 'OK'`, operations * EXTENSIONS],
    [`select count(*)::int as n from deliveries where state = 'delivered'`, operations * EXTENSIONS],
    ['select count(*)::int as n from deliveries', operations * EXTENSIONS],
  ] as const
  for (const [text, n] of wanted) {
    let found = -1
    for (let tries = 0; found !== n && tries < 30; tries++) {
      if (tries > 0) await sleep(500)
      found = await count(sql, text)
    }
    if (found !== n) throw new Error(`${found} instead of ${n}: ${text}`)
  }
}

async function startReceivers(cleanup: Cleanup) {
  const child = fork(join(import.meta.dirname, 'settle/receiver.ts'))
  cleanup.add(() => child.kill())
  const [first] = (await once(child, 'message')) as [SettleTold]
  let fault: string | null = null
  child.on('message', (told: SettleTold) => {
    if ('fault' in told) fault ??= told.fault
  })
  let before = -1
  return {
    port: 'port' in first ? first.port : 0,
    begin: (settings: SettleSettings) => void child.send(settings),
    async count() {
      child.send('count')
      for (;;) {
        const [told] = (await once(child, 'message')) as [SettleTold]
        if (fault !== null) throw new Error(fault)
        if (!('counted' in told)) continue
        const sum = told.counted.received + told.counted.answered
        const moved = sum !== before
        before = sum
        return { ...told.counted, moved }
      }
    },
  }
}
