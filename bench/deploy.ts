/**
 * Committing and deploying many files, each checked on its own, beside the gate's own rate: rounds of the same operations' cheapest kind (freezing a node), on the same server, with the
 * same extension.
 *
 * Both take turns. A turn of files changes all of them, which is not measured, commits them in one deployment and deploys them in another. At the end the database is asked
 * whether every file is what the last turn made of it, and every operation took effect once.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type NodeDefinition, readFlowSpec } from '@holdpoint/core'
import pg from 'pg'
import { withCleanup } from './cleanup.ts'
import { embeddedConnection, startHoldpoint } from './holdpoint.ts'
import { processorMs, withDescendants } from './processes.ts'
import { median, type Options, type Result, rounded } from './result.ts'
import { signedCalls } from './round/call.ts'
import { answers, load, type Side } from './round/load.ts'
import { prepareWorkspace } from './round/workspace.ts'
import { startReceiver } from './round.ts'

const FILES = 1_000
const TURNS = 5
const NODES = 256
const CONCURRENCY = 32
const SLICE = { concurrency: CONCURRENCY, leadMs: 400, measureMs: 2_600 }
const WARM_UP = { concurrency: CONCURRENCY, leadMs: 0, measureMs: 6_000 }
const LEAST = 0.5
const WITHIN_MS = 20 * 60_000
const STANDSTILL_MS = 120_000
const WRITERS = 16

type Kind = 'commit' | 'deploy'
type File = { readonly id: number; revision: number }

export async function run({ short, tell }: Options): Promise<Result> {
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const answered = answers()
    const receiver = await startReceiver(cleanup, answered)
    const holdpoint = await startHoldpoint(cleanup, {
      entry: 'server/src/main.ts',
      arguments: ['--no-demo'],
      env: { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1/32', HOLDPOINT_LOG_LEVEL: 'warn' },
    })
    const { config, pid: postmaster } = await embeddedConnection(holdpoint.dataDir)
    const usedMs = () => ({ server: processorMs([holdpoint.pid]), postgres: processorMs(withDescendants(postmaster)) })
    const sql = new pg.Client(config)
    await sql.connect()
    cleanup.add(() => sql.end())
    const { client, workspaceId, extensionCode, nodeIds } = await prepareWorkspace(
      holdpoint.url,
      holdpoint.password,
      `http://127.0.0.1:${receiver.port}/holdpoint`,
      NODES,
      { mode: 'standard', points: ['freeze-node', 'unfreeze-node', 'commit-file', 'deploy-file'] },
    )
    const urls = [holdpoint.url]
    receiver.serve({
      connections: CONCURRENCY,
      sides: { holdpoint: { urls, extensionCode, pair: client.pair } },
    })
    const params = { workspaceId }
    const gate: Side = {
      name: 'holdpoint',
      call: signedCalls(holdpoint.url, client.pair, CONCURRENCY),
      nodeIds,
      frozen: new Set(),
      rounds: 0,
    }

    const files: File[] = await eachOf(Array.from({ length: FILES }), async (_, at) => {
      const body = { name: nameOf(at), body: bodyOf(at, 0) }
      return await client.call('POST /workspaces/{workspaceId}/files', { params, body })
    })
    tell(`${FILES} files are there`)

    async function change(turn: number): Promise<void> {
      await eachOf(files, async (file, at) => {
        const { revision } = await client.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
          params: { ...params, fileId: file.id },
          body: { revision: file.revision, body: bodyOf(at, turn) },
        })
        file.revision = revision
      })
    }

    /** Files per second, from the request to the last effect. */
    async function deploy(kind: Kind): Promise<number> {
      const [startedMs, before] = [performance.now(), usedMs()]
      const { id } = await client.call('POST /workspaces/{workspaceId}/deployments', {
        params,
        body: {
          kind,
          comment: 'Benchmark',
          files: files.map((file) => ({ fileId: file.id, ...(kind === 'commit' && { revision: file.revision }) })),
        },
      })
      const askedMs = performance.now()
      for (let left = FILES, changedMs = askedMs; left > 0; await sleep(25)) {
        const now = await count(
          sql,
          `select count(*)::int as n from deployment_items where deployment_id = ${id} and done_at is null`,
        )
        if (now < left) changedMs = performance.now()
        if (performance.now() - changedMs > STANDSTILL_MS)
          throw new Error(`${now} files of a deployment (${kind}) have not taken effect`)
        left = now
      }
      const [endedMs, after] = [performance.now(), usedMs()]
      const perSecond = FILES / ((endedMs - startedMs) / 1_000)
      const perFile = (whose: 'server' | 'postgres') => ((after[whose] - before[whose]) / FILES).toFixed(2)
      tell(
        `${kind}: ${perSecond.toFixed(0)} files/s (asked for after ${((askedMs - startedMs) / 1_000).toFixed(2)} s), ${perFile('server')} and ${perFile('postgres')} ms of the server's and PostgreSQL's processor time each`,
      )
      return perSecond
    }

    await load(gate, answered, WARM_UP)
    const turns: { readonly gate: number; readonly commit: number; readonly deploy: number }[] = []
    const most = short ? 1 : TURNS
    for (let turn = 1; turn <= most + 1; turn++) {
      await change(turn)
      const { perSecond } = await load(gate, answered, SLICE)
      tell(`the gate alone: ${perSecond.toFixed(0)} rounds/s`)
      const one = { gate: perSecond, commit: await deploy('commit'), deploy: await deploy('deploy') }
      // The first compiles, and makes nodes; it counts where it is the only one.
      if (turn > 1) turns.push(one)
    }
    await verify(sql, gate, most + 1)
    const of = (which: (one: (typeof turns)[number]) => number) => median(turns.map(which))
    const value = of((one) => Math.min(one.commit, one.deploy))
    const limit = LEAST * of((one) => one.gate)
    return {
      value: rounded(value, 1),
      limit: rounded(limit, 1),
      ratio: rounded(value / limit, 3),
      unit: `files/s, the slower of committing and deploying ${FILES}`,
      of: `${LEAST} of the gate's own rate at concurrency ${CONCURRENCY}; the more the better`,
      commit: rounded(
        of((one) => one.commit),
        1,
      ),
      deploy: rounded(
        of((one) => one.deploy),
        1,
      ),
      gate: rounded(
        of((one) => one.gate),
        1,
      ),
      turns: turns.map((one) =>
        Object.fromEntries(Object.entries(one).map(([name, perSecond]) => [name, rounded(perSecond, 1)])),
      ),
    }
  })
}

const nameOf = (at: number) => `file_${String(at).padStart(4, '0')}`

/** A hundred chains of ten, each file reading what the one before it makes. */
function bodyOf(at: number, turn: number) {
  const from = at % 10 === 0 ? 'raw' : nameOf(at - 1)
  const [read] = readFlowSpec(
    JSON.stringify({
      version: '1.1.0',
      kind: 'CycleWorkflow',
      spec: {
        nodes: [
          {
            id: nameOf(at),
            name: nameOf(at),
            owner: 'bench',
            recurrence: 'Normal',
            script: {
              content: `create or replace table ${nameOf(at)} as select * from ${from} where turn = ${turn}`,
              runtime: { command: 'ODPS_SQL' },
            },
            trigger: { type: 'Scheduler', cron: '00 05 00 * * ?' },
          },
        ],
      },
    }),
  ).nodes
  const definition = { ...read!, outputs: [], inputs: [] } as NodeDefinition & { readonly isRoot: false }
  return {
    kind: 'node' as const,
    parsing: { on: true, inputs: [], outputs: [], ignored: ['bench.raw'] },
    definition: structuredClone(definition) as never,
  }
}

async function eachOf<Item, Made>(
  items: readonly Item[],
  make: (item: Item, at: number) => Promise<Made>,
): Promise<Made[]> {
  const made: Made[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (let at = next++; at < items.length; at = next++) made[at] = await make(items[at]!, at)
    }),
  )
  return made
}

async function count(sql: pg.Client, text: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(text)
  return rows[0]!.n
}

/** Throws unless each file has as many versions as turns, production has the last, and every operation took effect once. */
async function verify(sql: pg.Client, gate: Side, turns: number): Promise<void> {
  const { rows } = await sql.query<Record<string, number>>(
    `select (select count(*)::int from operations where state <> 'done') as open,
       (select count(*)::int from operations where event_code in ('commit-file', 'deploy-file')) as asked,
       (select count(*)::int from operations where event_code not in ('commit-file', 'deploy-file')) as rounds,
       (select count(*)::int from files f join nodes n on n.id = f.node_id
         where f.version = $1 and f.deployed_version = $1 and n.unpublished_at is null
           and n.definition->'script'->>'content' like '%turn = ' || $1) as deployed,
       (select count(*)::int from file_versions v join files f on f.id = v.file_id where f.version = $1) as versions`,
    [turns],
  )
  const found = rows[0]!
  const expected = {
    open: 0,
    asked: 2 * FILES * turns,
    rounds: gate.rounds,
    deployed: FILES,
    versions: FILES * turns,
  }
  for (const [what, wanted] of Object.entries(expected))
    if (found[what] !== wanted) throw new Error(`${what}: ${found[what]} instead of ${wanted}`)
}
