/**
 * What a call of a function costs above its own work when its version is loaded, and whether a thousand versions that are loaded in turn leave memory
 * behind. Hosts as the server starts them, behind the strongest fence that this machine permits.
 */
import { startFunctionHosts } from '../server/src/functions/hosts.ts'
import type { FunctionInvocation } from '../server/src/functions/invocation.ts'
import { memoryMb, processorMs, withDescendants } from './processes.ts'
import { median, type Options, percentile, type Result, rounded } from './result.ts'

const LIMIT_MS = 1
const WARM_UP = 300
const CALLS = 3_000
const AT_ONCE = 32
const OWN_REPEATED = 2_000
const VERSIONS = 1_000
/** Memory is compared between this many versions and all of them: both times as many are kept as are ever kept. */
const FIRST_VERSIONS = 200
const VERSIONS_LIMIT = 1.1

/** An event of 2 KB; the work is what a check does: read it, look through it, answer. */
const EVENT = JSON.stringify({
  messageId: 'b2c7a0de-5b0c-4c0b-9a7e-0f1f6f0f8a11',
  blockBusiness: true,
  eventType: 'freeze-node',
  messageBody: {
    tenantId: 1,
    operator: '1000000001',
    nodes: Array.from({ length: 16 }, (_, at) => ({
      nodeId: 700_000 + at,
      name: `dwd_order_items_${at}`,
      owner: '1000000001',
      cycle: 'DAILY',
      priority: at % 8,
    })),
  },
})
const WORK = `function work(request) {
  let sum = 0
  for (const node of request.messageBody.nodes) if (/^dwd_/.test(node.name)) sum += node.priority
  return { checkResult: sum > 1000 ? 'FAIL' : 'OK', checkResultTip: 'sum ' + sum }
}`
const CHECK = `${WORK}\nexport default (request) => work(request)`
/** Its own work: as often as is asked, with the reading of the request and the writing of the answer. */
const REPEATED = `${WORK}\nexport default (request) => {
  const text = JSON.stringify(request.event)
  const from = Date.now()
  for (let at = 0; at < request.times; at++) JSON.stringify(work(JSON.parse(text)))
  return (Date.now() - from) / request.times
}`

const invocation = (source: string, more: Partial<FunctionInvocation> = {}): FunctionInvocation => ({
  tenantId: 1,
  codeId: source,
  source,
  limits: { timeoutMs: 30_000, memoryMb: 64 },
  environment: { THRESHOLD: '1000' },
  allowedHosts: [],
  request: EVENT,
  ...more,
})

export async function run({ short, tell }: Options): Promise<Result> {
  const hosts = startFunctionHosts({ outbound: null })
  try {
    const call = async (source: string, more: Partial<FunctionInvocation> = {}): Promise<string> => {
      const { ended, value, error } = await hosts.invoke(invocation(source, more))
      if (ended !== 'returned' || value === null) throw new Error(`a call ended as ${ended}: ${error}`)
      return value
    }
    const { isolation, description } = await hosts.probe()
    tell(`${isolation}: ${description}`)

    const coldMs = await timed(() => call(CHECK))
    const nextColdMs: number[] = []
    for (let at = 0; at < 20; at++) nextColdMs.push(await timed(() => call(`${CHECK}\n// ${at}`)))

    for (let at = 0; at < WARM_UP; at++) await call(CHECK)
    const warmMs: number[] = []
    for (let at = 0; at < (short ? CALLS / 10 : CALLS); at++) warmMs.push(await timed(() => call(CHECK)))
    warmMs.sort((a, b) => a - b)
    const own: number[] = []
    for (let at = 0; at < 3; at++) {
      const request = JSON.stringify({ times: OWN_REPEATED, event: JSON.parse(EVENT) })
      own.push(Number(await call(REPEATED, { request })))
    }
    const ownMs = median(own)
    const aboveMs = (share: number) => rounded(percentile(warmMs, share) - ownMs, 3)
    tell(`a warm call: ${aboveMs(0.5)} ms above its own ${rounded(ownMs, 3)} ms`)

    const started = performance.now()
    let left = short ? CALLS / 10 : CALLS
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) await call(CHECK)
      }),
    )
    const perSecond = Math.round(((short ? CALLS / 10 : CALLS) / (performance.now() - started)) * 1000)
    const ours = withDescendants(process.pid).filter((pid) => pid !== process.pid)

    const versions = short ? FIRST_VERSIONS + 100 : VERSIONS
    let firstMb = 0
    for (let at = 0; at < versions; at++) {
      if (at === FIRST_VERSIONS) firstMb = megabytes(ours)
      await call(`${CHECK}\n// version ${at}`)
    }
    const lastMb = megabytes(ours)
    tell(`${versions} versions: ${firstMb} MB after ${FIRST_VERSIONS}, ${lastMb} MB after all`)

    const value = aboveMs(0.5)
    return {
      value,
      limit: LIMIT_MS,
      ratio: rounded(value / LIMIT_MS, 3),
      unit: 'ms',
      of: 'a budget; the less the better. What a warm call of a function costs above its own work, one at a time, in the middle',
      isolation,
      ownMs: rounded(ownMs, 3),
      warm: { p50Ms: aboveMs(0.5), p99Ms: aboveMs(0.99) },
      cold: { firstOfHostMs: rounded(coldMs, 1), nextVersionMs: rounded(median(nextColdMs), 2) },
      atOnce: { calls: AT_ONCE, perSecond },
      versions: {
        loaded: versions,
        ratio: rounded(lastMb / firstMb, 3),
        limit: VERSIONS_LIMIT,
        firstMb,
        lastMb,
        hostsProcessorMs: Math.round(processorMs(ours)),
      },
    }
  } finally {
    await hosts.close()
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** Proportional set size of the hosts; what builds their fence is among them. */
const megabytes = (pids: readonly number[]): number =>
  rounded(
    pids.reduce((sum, pid) => sum + memoryMb(pid), 0),
    1,
  )
