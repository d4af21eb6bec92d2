/**
 * The hosts that run functions: one process for each tenant that has something to run, as many as are bounded, and who waits for a place in them.
 *
 * A tenant's functions never share a process with another's. Places are given in turn to the tenants that wait, so that one with many calls does not
 * keep the others waiting. A host that dies takes nothing with it but the calls under way in it; of these one was the cause, and so
 * the others are run once more, each alone.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { OutboundPolicy } from '../openevent/guard.ts'
import type { Metrics } from '../watch/metrics.ts'
import { addonFile } from './addon.ts'
import { firstThatWorks, type Host, startHost } from './host.ts'
import type { FunctionEnd, FunctionHosts, FunctionInvocation, FunctionOutcome, Isolation } from './invocation.ts'
import { type Fence, fences } from './isolation.ts'
import type { FromHost } from './messages.ts'
import { MOST_FETCHES, type Outbound, outboundFetch } from './outbound.ts'
import {
  bounded,
  type Call,
  doneOutcome,
  LONGEST_TIMEOUT_MS,
  line,
  MOST_MEMORY_MB,
  outcomeOf,
  timedOut,
  tooMuch,
} from './outcome.ts'
import { hostProgram, prelude } from './program.ts'

export type HostLimits = {
  /** Calls under way: of one function version, of one tenant, and in all. */
  readonly perCode: number
  readonly perTenant: number
  readonly inAll: number
  /** Calls that wait for a place. */
  readonly waitingPerTenant: number
  readonly waitingInAll: number
  readonly longestWaitMs: number
  readonly processes: number
  /** How long a host without anything to do is kept. */
  readonly idleMs: number
}

const LIMITS: HostLimits = {
  perCode: 4,
  perTenant: 8,
  inAll: 32,
  waitingPerTenant: 200,
  waitingInAll: 2_000,
  longestWaitMs: 30_000,
  processes: 8,
  idleMs: 60_000,
}
const LEAST_MEMORY_MB = 8
const MOST_REQUEST_BYTES = 1_048_576
const NOTHING_ABOUT = '{"options":{},"snapshot":{}}'
const MOST_SOURCE_BYTES = 1_048_576
const MOST_ENVIRONMENT_BYTES = 1_048_576
const MOST_KNOWN_SOURCES = 256
const MOST_SUSPECTS = 1_000
/** A host that has not said that a call ended by this time after its limit is stuck. */
const OVERDUE_MS = 5_000
const LONGEST_BACKOFF_MS = 10_000
const SWEEP_EVERY_MS = 1_000
const CHECK_PATIENCE_MS = 5_000
const CHECK_AGAIN_MS = 20
/** Checks that name no tenant are run in a process which is nobody's. */
const CHECKING = -1
const MOST_CHECKS = 16

type Job = Call & {
  readonly id: number
  readonly arrivedMs: number
  readonly settle: (outcome: FunctionOutcome) => void
  waiting: NodeJS.Timeout | null
  overdue: NodeJS.Timeout | null
  readonly stopped: AbortController
  fetches: number
  again: boolean
}

type Check = { readonly settle: (problem: string | null) => void; readonly timer: NodeJS.Timeout }

type Running = {
  readonly host: Promise<Host>
  started: Host | null
  readonly jobs: Map<number, Job>
  readonly checks: Map<number, Check>
  /** In the order in which they were used. */
  readonly known: Set<string>
  isolates: number
  retiring: boolean
  /** Who makes it end is known, and has been told: the others in it are innocent. */
  blamed: boolean
  outOfMemory: boolean
  completed: number
  usedMs: number
}

type Tenant = {
  readonly id: number
  readonly queue: Job[]
  running: Running | null
  underway: number
  deaths: number
  notBeforeMs: number
}

export type HostsOptions = {
  readonly outbound: OutboundPolicy | null
  readonly metrics?: Metrics
  readonly log?: Logger
  readonly limits?: Partial<HostLimits>
  /** `namespaces`: rather not at all than behind less; `off`: not at all. */
  readonly required?: 'on' | 'namespaces' | 'off'
  /** The fence to use instead of the strongest one that works. */
  readonly fence?: (fences: readonly Fence[]) => Fence
}

/** Found once for the process: what works here does not change while it runs. */
let strongest: Promise<Fence | null> | null = null

export function startFunctionHosts(options: HostsOptions): FunctionHosts {
  const limits = { ...LIMITS, ...options.limits }
  const outbound: Outbound = outboundFetch(options.outbound)
  const addon = options.required === 'off' ? null : addonFile()
  const unavailable = UNAVAILABLE[options.required ?? 'on']
  let texts: { program: string; prelude: string } | null = null
  const tenants = new Map<number, Tenant>()
  const all = new Set<Running>()
  /** Versions that were under way when a host died: they run alone until they have ended by themselves. */
  const suspects = new Set<string>()
  let lastId = 0
  let underway = 0
  let waiting = 0
  let fence: Fence | null = null
  let closed = false
  const textsOf = () => {
    texts ??= { program: hostProgram(), prelude: prelude() }
    return texts
  }

  const finding: { current: Promise<Fence | null> | null } = { current: null }
  async function findFence(): Promise<Fence | null> {
    if (addon === null) return null
    finding.current ??= (async () => {
      if (options.fence) return options.fence(await fences(process.execPath, addon))
      strongest ??= firstThatWorks(addon, textsOf())
      return await strongest
    })()
    const found = await finding.current
    if (found !== null && options.required === 'namespaces' && found.isolation !== 'namespaces') return null
    fence = found
    return fence
  }

  function tenantOf(id: number): Tenant {
    let tenant = tenants.get(id)
    if (tenant === undefined) {
      tenant = { id, queue: [], running: null, underway: 0, deaths: 0, notBeforeMs: 0 }
      tenants.set(id, tenant)
    }
    return tenant
  }

  function invoke(invocation: FunctionInvocation): Promise<FunctionOutcome> {
    return new Promise((resolve) => {
      const arrivedMs = performance.now()
      const job: Job = {
        id: ++lastId,
        invocation,
        arrivedMs,
        settle(outcome) {
          options.metrics?.functionInvocations.inc({ ended: outcome.ended })
          if (outcome.ended !== 'refused') options.metrics?.functionDuration.observe(outcome.durationMs / 1000)
          resolve(outcome)
        },
        waiting: null,
        beganMs: 0,
        overdue: null,
        stopped: new AbortController(),
        fetches: 0,
        again: false,
        logs: [],
        logLength: 0,
        logsCut: false,
      }
      const problem = problemOf(invocation)
      if (closed) refuse(job, 'closing', 'this server is ending')
      else if (addon === null) refuse(job, 'unavailable', unavailable)
      else if (problem !== null) refuse(job, 'too-large', problem)
      else {
        const tenant = tenantOf(invocation.tenantId)
        if (tenant.queue.length >= limits.waitingPerTenant || waiting >= limits.waitingInAll)
          refuse(job, 'queue-full', 'too many calls of functions wait for a place')
        else enqueue(tenant, job)
      }
    })
  }

  function enqueue(tenant: Tenant, job: Job): void {
    tenant.queue.push(job)
    waiting++
    job.waiting = setTimeout(() => {
      const at = tenant.queue.indexOf(job)
      if (at === -1) return
      tenant.queue.splice(at, 1)
      waiting--
      refuse(job, 'waited', `no place for it became free within ${limits.longestWaitMs / 1000} seconds`)
    }, limits.longestWaitMs)
    pump()
  }

  function refuse(job: Job, reason: string, error: string): void {
    options.metrics?.functionRefusals.inc({ reason })
    job.settle(outcomeOf(job, 'refused', null, error, 0, 0))
  }

  /** Gives places, in turn to each tenant that waits. */
  function pump(): void {
    if (closed) return
    let given = true
    while (given && underway < limits.inAll) {
      given = false
      for (const tenant of [...tenants.values()]) {
        if (underway >= limits.inAll) break
        if (!startOne(tenant)) continue
        given = true
        // Behind the others.
        tenants.delete(tenant.id)
        tenants.set(tenant.id, tenant)
      }
    }
  }

  function startOne(tenant: Tenant): boolean {
    if (tenant.queue.length === 0 || tenant.underway >= limits.perTenant) return false
    const under = [...(tenant.running?.jobs.values() ?? [])]
    if (under.some((one) => suspects.has(one.invocation.codeId))) return false
    const at = tenant.queue.findIndex(({ invocation: { codeId } }) =>
      suspects.has(codeId)
        ? tenant.underway === 0
        : under.filter((one) => one.invocation.codeId === codeId).length < limits.perCode,
    )
    if (at === -1) return false
    const running = runningOf(tenant)
    if (running === null) return false
    const job = tenant.queue.splice(at, 1)[0]!
    waiting--
    if (job.waiting !== null) clearTimeout(job.waiting)
    tenant.underway++
    underway++
    running.jobs.set(job.id, job)
    void begin(tenant, running, job)
    return true
  }

  /** The tenant's host, a new one where it has none; null while there is no room for one. */
  function runningOf(tenant: Tenant): Running | null {
    const { running } = tenant
    if (running !== null && !running.retiring) return running
    const nowMs = performance.now()
    if (tenant.notBeforeMs > nowMs) {
      setTimeout(pump, tenant.notBeforeMs - nowMs + 1).unref()
      return null
    }
    if (all.size >= limits.processes && !makeRoom()) return null
    const made: Running = {
      host: (async () => {
        const found = await findFence()
        if (found === null) throw new Error(unavailable)
        return await startHost(found, textsOf(), (message) => heard(tenant, made, message))
      })(),
      started: null,
      jobs: new Map(),
      checks: new Map(),
      known: new Set(),
      isolates: 0,
      retiring: false,
      blamed: false,
      outOfMemory: false,
      completed: 0,
      usedMs: nowMs,
    }
    all.add(made)
    tenant.running = made
    made.host.then(
      (host) => {
        made.started = host
        if (closed) host.kill()
        void host.ended.then((why) => died(tenant, made, why))
      },
      (error: Error) => died(tenant, made, `it does not start: ${error.message}`),
    )
    return made
  }

  /**
   * Ends the host that has been idle for longest, to make room; where none is, the oldest takes no further calls, so that tenants whose hosts are
   * always busy do not keep the others out. The place is free when it has ended, which calls again.
   */
  function makeRoom(): boolean {
    const staying = [...all].filter((one) => !one.retiring && one.started !== null)
    if (staying.length < all.size) return false
    const idle = staying.filter(isIdle).toSorted((a, b) => a.usedMs - b.usedMs)
    retire(idle[0] ?? staying[0])
    return false
  }

  const isIdle = (running: Running) => running.jobs.size === 0 && running.checks.size === 0

  /** It takes no further calls, and ends when it has none. */
  function retire(running: Running | undefined): void {
    if (running === undefined) return
    running.retiring = true
    if (isIdle(running)) running.started?.kill()
  }

  async function begin(tenant: Tenant, running: Running, job: Job): Promise<void> {
    const { invocation } = job
    const host = await running.host.catch(() => null)
    // Where it does not start, or has ended meanwhile, its end settles the call.
    if (host === null || !running.jobs.has(job.id)) return
    job.beganMs = performance.now()
    running.usedMs = job.beganMs
    const { codeId, source } = invocation
    const timeoutMs = within(invocation.limits.timeoutMs, 1, LONGEST_TIMEOUT_MS)
    if (!running.known.delete(codeId)) host.tell({ t: 'source', codeId, source })
    running.known.add(codeId)
    if (running.known.size > MOST_KNOWN_SOURCES) {
      const [oldest] = running.known
      running.known.delete(oldest!)
      host.tell({ t: 'forget', codeId: oldest! })
    }
    job.overdue = setTimeout(() => {
      running.retiring = true
      running.blamed = true
      suspects.add(codeId)
      end(tenant, running, job, outcomeOf(job, 'timed-out', null, timedOut(invocation), 0, 0))
      host.kill()
    }, timeoutMs + OVERDUE_MS)
    host.tell({
      t: 'call',
      id: job.id,
      codeId,
      memoryMb: within(invocation.limits.memoryMb, LEAST_MEMORY_MB, MOST_MEMORY_MB),
      timeoutMs,
      request: invocation.request,
      call: JSON.stringify({
        requestId: randomUUID(),
        environment: invocation.environment,
        about: invocation.about ?? NOTHING_ABOUT,
        timeoutMs,
        seed: [...crypto.getRandomValues(new Uint32Array(8))],
      }),
    })
  }

  /** A host may say anything: what is not about a call that it has is not heard. */
  function heard(tenant: Tenant, running: Running, message: FromHost): void {
    if (message.t === 'broken') {
      if (!running.retiring && message.why !== 'worn')
        options.log?.warn({ tenant: tenant.id, why: String(message.why).slice(0, 300) }, 'a host of functions is ended')
      retire(running)
      if (message.why === 'memory') {
        running.outOfMemory = true
        running.started?.kill()
      }
      return
    }
    if (message.t === 'checked') {
      const check = running.checks.get(message.id)
      if (check === undefined) return
      running.checks.delete(message.id)
      clearTimeout(check.timer)
      if (running.retiring) retire(running)
      check.settle(message.problem === null ? null : String(message.problem).slice(0, 2_048))
      return
    }
    const job = 'id' in message ? running.jobs.get(message.id) : undefined
    if (job === undefined) return
    if (message.t === 'log') line(job, message)
    else if (message.t === 'cut') job.logsCut = true
    else if (message.t === 'fetch') fetchFor(running, job, message)
    else if (message.t === 'done') {
      running.isolates = bounded(message.isolates, 1_000)
      running.completed++
      tenant.deaths = 0
      suspects.delete(job.invocation.codeId)
      end(tenant, running, job, doneOutcome(job, message))
    }
  }

  function fetchFor(running: Running, job: Job, message: Extract<FromHost, { t: 'fetch' }>): void {
    const { id, fetchId } = message
    const answer = (reply: string) => {
      if (running.jobs.has(id)) running.started?.tell({ t: 'fetched', id, fetchId, reply })
    }
    if (++job.fetches > MOST_FETCHES)
      answer(JSON.stringify({ error: `a function sends at most ${MOST_FETCHES} requests in one call` }))
    else void outbound.send(String(message.request), job.invocation.allowedHosts, job.stopped.signal).then(answer)
  }

  function end(tenant: Tenant, running: Running, job: Job, outcome: FunctionOutcome): void {
    if (!running.jobs.delete(job.id)) return
    if (job.overdue !== null) clearTimeout(job.overdue)
    job.stopped.abort()
    tenant.underway--
    underway--
    running.usedMs = performance.now()
    if (running.retiring) retire(running)
    job.settle(outcome)
    pump()
  }

  function died(tenant: Tenant, running: Running, why: string): void {
    all.delete(running)
    if (tenant.running === running) tenant.running = null
    for (const check of running.checks.values()) {
      clearTimeout(check.timer)
      check.settle('it could not be looked at: the process that reads it ended')
    }
    running.checks.clear()
    const jobs = [...running.jobs.values()]
    if (jobs.length > 0 || running.started === null) {
      options.log?.warn({ tenant: tenant.id, why, underway: jobs.length }, 'a host of functions has died')
      tenant.deaths = running.completed > 0 ? 1 : tenant.deaths + 1
      if (tenant.deaths > 1)
        tenant.notBeforeMs = performance.now() + Math.min(LONGEST_BACKOFF_MS, 50 * 2 ** Math.min(tenant.deaths, 10))
    }
    const memory = running.outOfMemory || /memory|invalid size|Allocation/i.test(why)
    for (const job of jobs) {
      if (!running.blamed) suspects.add(job.invocation.codeId)
      if (suspects.size > MOST_SUSPECTS) suspects.delete(suspects.values().next().value!)
      // One of several was the cause. What has sent nothing yet may run once more without anybody noticing.
      if (
        !closed &&
        (jobs.length > 1 || running.blamed) &&
        !job.again &&
        job.fetches === 0 &&
        running.started !== null
      ) {
        running.jobs.delete(job.id)
        if (job.overdue !== null) clearTimeout(job.overdue)
        tenant.underway--
        underway--
        Object.assign(job, { again: true, logs: [], logLength: 0, logsCut: false })
        enqueue(tenant, job)
      } else {
        if (running.started === null) options.metrics?.functionRefusals.inc({ reason: 'unavailable' })
        const ended: FunctionEnd = running.started === null ? 'refused' : memory ? 'out-of-memory' : 'stopped'
        end(
          tenant,
          running,
          job,
          outcomeOf(job, ended, null, running.outOfMemory ? tooMuch(job.invocation) : `its host ended: ${why}`, 0, 0),
        )
      }
    }
    pump()
  }

  async function check(source: string, tenantId = CHECKING): Promise<string | null> {
    if (addon === null || closed) return unavailable
    if (Buffer.byteLength(source) > MOST_SOURCE_BYTES) return `a function is at most ${MOST_SOURCE_BYTES} bytes long`
    let running = runningOf(tenantOf(tenantId))
    // A host that makes room for it needs a moment to end.
    for (let waited = 0; running === null && waited < CHECK_PATIENCE_MS && !closed; waited += CHECK_AGAIN_MS) {
      await sleep(CHECK_AGAIN_MS)
      running = runningOf(tenantOf(tenantId))
    }
    const host = await running?.host.catch(() => null)
    if (running === null || host === null || host === undefined || running.checks.size >= MOST_CHECKS)
      return 'it could not be looked at now: try again in a moment'
    const id = ++lastId
    return await new Promise((settle) => {
      const timer = setTimeout(() => {
        running.checks.delete(id)
        running.retiring = true
        running.blamed = true
        host.kill()
        settle('it takes too long to load')
      }, 5_000)
      running.checks.set(id, { settle, timer })
      host.tell({ t: 'check', id, source })
    })
  }

  const sweep = setInterval(() => {
    const nowMs = performance.now()
    for (const running of all) if (isIdle(running) && nowMs - running.usedMs > limits.idleMs) retire(running)
    for (const tenant of tenants.values())
      if (tenant.running === null && tenant.queue.length === 0 && tenant.notBeforeMs < nowMs) tenants.delete(tenant.id)
    pump()
  }, SWEEP_EVERY_MS)
  sweep.unref()
  options.metrics?.beforeScrape(() => {
    options.metrics?.functionHosts.set(all.size)
    for (const level of ['namespaces', 'process', 'none'] as const)
      options.metrics?.functionIsolation.set({ level }, Number(level === (fence?.isolation ?? 'none')))
    options.metrics?.functionCalls.set({ state: 'running' }, underway)
    options.metrics?.functionCalls.set({ state: 'waiting' }, waiting)
    options.metrics?.functionIsolates.set([...all].reduce((sum, one) => sum + one.isolates, 0))
  })

  return {
    invoke,
    check,
    isolation: (): Isolation => fence?.isolation ?? 'none',
    async probe() {
      const found = await findFence().catch(() => null)
      return found === null
        ? { isolation: 'none', description: unavailable }
        : { isolation: found.isolation, description: found.description }
    },
    async close() {
      closed = true
      clearInterval(sweep)
      for (const tenant of tenants.values())
        for (const job of tenant.queue.splice(0)) {
          if (job.waiting !== null) clearTimeout(job.waiting)
          waiting--
          refuse(job, 'closing', 'this server is ending')
        }
      const ending = [...all].map(async (running) => {
        const host = await running.host.catch(() => null)
        host?.kill()
        await host?.ended
      })
      await Promise.all(ending)
      await outbound.close()
    },
  }
}

/** Why nothing runs, by what is required. */
const UNAVAILABLE = {
  on: 'functions cannot run here: the engine they run in (isolated-vm) cannot be loaded on this machine; extensions as services work all the same',
  namespaces:
    'functions do not run here: HOLDPOINT_FUNCTIONS asks for namespaces, and this machine does not permit them, or the engine cannot be loaded',
  off: 'functions do not run here: HOLDPOINT_FUNCTIONS is off',
} as const

const within = (value: number, least: number, most: number) =>
  Math.min(most, Math.max(least, Math.floor(value) || least))

function problemOf({ request, source, environment }: FunctionInvocation): string | null {
  if (Buffer.byteLength(JSON.stringify(environment)) > MOST_ENVIRONMENT_BYTES)
    return `its variables and secrets are larger than ${MOST_ENVIRONMENT_BYTES} bytes`
  if (Buffer.byteLength(request) > MOST_REQUEST_BYTES) return `the request is larger than ${MOST_REQUEST_BYTES} bytes`
  if (Buffer.byteLength(source) > MOST_SOURCE_BYTES) return `the function is larger than ${MOST_SOURCE_BYTES} bytes`
  return null
}
