// Runs of chaos on one environment: load and faults, then peace; then everything must have settled, and be true.
import { setTimeout as sleep } from 'node:timers/promises'
import { auditProblem } from './audit-chain.ts'
import { chanceOf } from './chance.ts'
import { type Environment, REPLICA_TIMEOUT_MS, startEnvironment } from './environment.ts'
import { readEvidence, readSilences, type Snapshot } from './evidence.ts'
import { FAULTS, type FaultKind, type Inflicted, inflict, LOAD_MS, planOf, THEMES, type Theme } from './faults.ts'
import { INVARIANTS, type Invariant, type Span, startVerifier, unsettled, type Violation } from './invariants.ts'
import { runLoad } from './load.ts'

export type RunReport = {
  readonly run: number
  readonly theme: Theme
  readonly faults: readonly Inflicted[]
  readonly operations: number
  readonly settledAfterMs: number
  readonly violations: readonly Violation[]
}

export type ChaosReport = {
  readonly seed: number
  readonly runs: number
  readonly replicas: number
  readonly faults: Readonly<Record<string, number>>
  readonly themes: Readonly<Record<string, number>>
  readonly requests: Readonly<Record<string, number>>
  readonly operationsByState: Readonly<Record<string, number>>
  readonly figures: Readonly<Record<string, number>>
  readonly checked: Readonly<Record<Invariant, number>>
  readonly slowestToSettleMs: number
  /** Moments in which this machine did not let even the test go on. */
  readonly stalls: number
  /** Times that a replica was not seen for long, be it through a fault. */
  readonly silences: number
  readonly violations: readonly (Violation & { readonly run: number })[]
}

export type ChaosOptions = {
  readonly seed: number
  readonly runs: number
  readonly replicas?: number
  /** The directory whose server is tested; this project's by default. */
  readonly build?: string
  readonly themes?: readonly Theme[]
  /** Ends with the first violation: for builds that are known to be broken. */
  readonly untilViolation?: boolean
  readonly untilMs?: number
  readonly tell?: (line: string) => void
}

const SETTLE_MS = 90_000
const POLL_MS = 100
/** Transactions take their numbers before they commit; so many are looked at again. */
const LOOK_BACK = 3_000
/** Of its timeout, after which a replica does not act any more. */
const SILENT = 0.8
const STALL_TICK_MS = 50
const STALL_MS = 500

export async function chaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, tell = () => {} } = options
  const themes = options.themes ?? (Object.keys(THEMES) as Theme[])
  const environment = await startEnvironment(options)
  const stalls = watchStalls()
  const verifier = startVerifier(seed, environment.extensions)
  const faults: Record<string, number> = {}
  const themeCounts: Record<string, number> = {}
  const requests = { asked: 0, refused: 0, unknown: 0, faulted: 0 }
  const excuses: Span[] = []
  const violations: (Violation & { run: number })[] = []
  let runs = 0
  let slowestToSettleMs = 0
  let looked = 0
  let silences: readonly Span[] = []
  try {
    while (runs < options.runs && Date.now() < (options.untilMs ?? Infinity)) {
      runs++
      const theme = themes[(runs - 1) % themes.length]!
      const report = await makeRun(runs, theme)
      themeCounts[theme] = (themeCounts[theme] ?? 0) + 1
      for (const { kind } of report.faults) faults[kind] = (faults[kind] ?? 0) + 1
      slowestToSettleMs = Math.max(slowestToSettleMs, report.settledAfterMs)
      violations.push(...report.violations.map((one) => ({ ...one, run: runs })))
      tell(lineOf(seed, report))
      if (violations.length > 0 && options.untilViolation) break
      // What a broken server leaves behind does not end, and says nothing new.
      if (violations.length > 20) break
    }
    if (!options.untilViolation) {
      const problem = await auditProblem(environment.serverEnvironment)
      if (problem !== null) violations.push({ invariant: 'audit chain', about: problem, run: runs })
      verifier.checked['audit chain']++
    }
  } finally {
    stalls.stop()
    await environment.stop()
  }
  return {
    seed,
    runs,
    replicas: environment.replicas.length,
    faults,
    themes: themeCounts,
    requests,
    operationsByState: verifier.counted(),
    figures: verifier.figures(),
    checked: verifier.checked,
    slowestToSettleMs,
    stalls: stalls.spans.length,
    silences: silences.length,
    violations,
  }

  async function makeRun(number: number, theme: Theme): Promise<RunReport> {
    const plan = planOf(chanceOf(seed, 'run', number), theme)
    const before = verifier.figures().operations
    const [load, ...inflicted] = await Promise.all([
      runLoad(environment, [seed, 'run', number], LOAD_MS, verifier.passable()),
      ...plan.map((fault) => inflict(environment, fault)),
    ])
    const happened = inflicted.filter((one) => one !== null)
    for (const kind of Object.keys(requests) as (keyof typeof requests)[]) requests[kind] += load.requests[kind]
    excuses.push(...happened.filter(({ kind }) => ['replica', 'database'].includes(FAULTS[kind as FaultKind])))
    await environment.ready()
    const peaceMs = Date.now()
    const snapshot = await settle(environment, verifier.held(), Math.max(looked - LOOK_BACK, 0))
    const settledAfterMs = Date.now() - peaceMs
    looked = Math.max(looked, ...snapshot.changes.map((one) => one.id))
    silences = await readSilences(environment.database.pool, REPLICA_TIMEOUT_MS * SILENT)
    const found = verifier.verify(snapshot, load, [...excuses, ...silences, ...stalls.spans])
    return {
      run: number,
      theme,
      faults: happened,
      operations: verifier.figures().operations - before,
      settledAfterMs,
      violations: found,
    }
  }
}

/** What is there when everything has settled; after a long time, what is there. */
async function settle(environment: Environment, held: readonly string[], after: number): Promise<Snapshot> {
  const untilMs = Date.now() + SETTLE_MS
  for (;;) {
    const snapshot = await readEvidence(environment.database.pool, after, held)
    if (snapshot.operations.every((one) => unsettled(one) === null) || Date.now() > untilMs) return snapshot
    await sleep(POLL_MS)
  }
}

/** When nothing gets on for want of a processor, a replica may be silent for too long without any fault of its own. */
function watchStalls() {
  const spans: Span[] = []
  let lastMs = Date.now()
  const timer = setInterval(() => {
    const nowMs = Date.now()
    if (nowMs - lastMs > STALL_MS) spans.push({ fromMs: lastMs, untilMs: nowMs })
    lastMs = nowMs
  }, STALL_TICK_MS)
  return { spans, stop: () => clearInterval(timer) }
}

function lineOf(seed: number, { run, theme, faults, operations, settledAfterMs, violations }: RunReport): string {
  const what = faults.map(
    (one) =>
      `${one.kind === 'kill backend' || one.kind === 'freeze backend' ? one.kind : `${one.kind.split(' ')[0]} ${one.victim}`} ${((one.untilMs - one.fromMs) / 1000).toFixed(1)} s`,
  )
  const wrong = violations.map((one) => `\n  VIOLATED: ${INVARIANTS[one.invariant]}\n    ${one.about}`)
  return `seed ${seed} run ${run} (${theme}): ${what.join(', ')}; ${operations} operations, settled after ${(settledAfterMs / 1000).toFixed(1)} s${wrong.join('')}`
}
