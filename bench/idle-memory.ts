/** The memory of the server and its embedded PostgreSQL half a minute after the start, when nobody asks for anything. */
import { setTimeout as sleep } from 'node:timers/promises'
import { withCleanup } from './cleanup.ts'
import { embeddedConnection, startHoldpoint } from './holdpoint.ts'
import { memoryMb, withDescendants } from './processes.ts'
import { type Options, type Result, rounded } from './result.ts'

const IDLE_MS = 30_000
const BUDGET_MB = 250
const WITHIN_MS = 120_000

type Memory = {
  readonly server: number
  readonly postgres: number
  /** The demonstration's extension, a process that is not Holdpoint's. */
  readonly extension: number
}

export async function run({ tell }: Options): Promise<Result> {
  const empty = await measure(['--no-demo'])
  tell(`without the demonstration: ${JSON.stringify(empty)} MB`)
  const withDemo = await measure([])
  tell(`with it: ${JSON.stringify(withDemo)} MB`)
  const value = rounded(empty.server + empty.postgres, 1)
  return {
    value,
    limit: BUDGET_MB,
    ratio: rounded(value / BUDGET_MB, 3),
    unit: 'MB',
    of: 'a budget; the less the better. Proportional set size of the server and all processes of its PostgreSQL, without the demonstration',
    empty,
    withDemo,
  }
}

async function measure(flags: readonly string[]): Promise<Memory> {
  return await withCleanup(WITHIN_MS, async (cleanup) => {
    const holdpoint = await startHoldpoint(cleanup, { entry: 'server/start.mjs', arguments: flags })
    const { pid } = await embeddedConnection(holdpoint.dataDir)
    await sleep(IDLE_MS)
    const postgres = withDescendants(pid)
    const others = withDescendants(holdpoint.pid).filter((one) => one !== holdpoint.pid && !postgres.includes(one))
    return { server: megabytes([holdpoint.pid]), postgres: megabytes(postgres), extension: megabytes(others) }
  })
}

const megabytes = (pids: readonly number[]): number =>
  rounded(
    pids.reduce((sum, pid) => sum + memoryMb(pid), 0),
    1,
  )
