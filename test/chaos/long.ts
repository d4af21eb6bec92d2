// Hundreds of runs on several environments at once, the broken servers, and power cuts; with one result for all of it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { BROKEN, type Caught, catchBroken } from './broken.ts'
import { INVARIANTS, type Invariant } from './invariants.ts'
import { whyNoPowerCut } from './power.ts'
import { type PowerReport, powerCuts } from './power-cut.ts'
import { type ChaosReport, chaos } from './run.ts'

const HELP = `node test/chaos/run.mjs [options]
  --runs N           runs of chaos in all (500)
  --seed N           where chance begins (the time)
  --environments N   at once, each with a database, replicas and extensions of its own (2)
  --minutes N        begins no run after so long (90)
  --cuts N           power cuts (6)
  --no-broken        without the servers that are broken on purpose
  --save             keeps the result in test/chaos/results
`

export async function long(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '500' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      environments: { type: 'string', default: '2' },
      minutes: { type: 'string', default: '90' },
      cuts: { type: 'string', default: '6' },
      'no-broken': { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const runs = Number(values.runs)
  const seed = Number(values.seed)
  const environments = Math.max(1, Math.min(Number(values.environments), runs))
  const startedMs = Date.now()
  const untilMs = startedMs + Number(values.minutes) * 60_000
  const tell = (line: string) => console.error(`${((Date.now() - startedMs) / 1000).toFixed(0).padStart(5)} s  ${line}`)
  tell(`seed ${seed}: ${runs} runs in ${environments} environments`)

  const caught: Caught[] = []
  if (!values['no-broken']) for (const broken of BROKEN) caught.push(await catchBroken(broken, seed, tell))
  const reports =
    runs === 0
      ? []
      : await Promise.all(
          Array.from({ length: environments }, (_, nth) =>
            chaos({
              seed: seed + nth,
              runs: Math.floor(runs / environments) + (nth < runs % environments ? 1 : 0),
              replicas: 2 + (nth % 2),
              untilMs,
              tell,
            }),
          ),
        )
  const chaosMs = Date.now() - startedMs
  const noCut = Number(values.cuts) > 0 ? await whyNoPowerCut() : 'not asked for'
  const power: PowerReport[] = []
  if (noCut === null) {
    power.push(await powerCuts({ seed, cuts: Number(values.cuts), flushes: true, tell }))
    power.push(await powerCuts({ seed, cuts: 3, flushes: false, tell }))
  }
  const lost = power.filter((one) => one.flushes).flatMap((one) => one.cuts.flatMap((cut) => cut.lost))
  const control = power.filter((one) => !one.flushes).flatMap((one) => one.cuts.flatMap((cut) => cut.lost))
  const violations = reports.flatMap((one) => one.violations.map((violation) => ({ seed: one.seed, ...violation })))
  const result = {
    name: 'chaos',
    passed:
      violations.length === 0 &&
      caught.every((one) => one.inRun !== null) &&
      lost.length === 0 &&
      (power.length === 0 || control.length > 0),
    seeds: reports.map((one) => one.seed),
    runs: sumOf(reports, (one) => one.runs),
    minutes: Number((chaosMs / 60_000).toFixed(1)),
    environments: reports.map(({ seed: own, runs: made, replicas, slowestToSettleMs, stalls, silences }) => ({
      seed: own,
      runs: made,
      replicas,
      slowestToSettleMs,
      stalls,
      silences,
    })),
    faults: merged(reports.map((one) => one.faults)),
    themes: merged(reports.map((one) => one.themes)),
    requests: merged(reports.map((one) => one.requests)),
    operationsByState: merged(reports.map((one) => one.operationsByState)),
    ...merged(reports.map((one) => one.figures)),
    invariants: Object.fromEntries(
      Object.entries(INVARIANTS).map(([name, sentence]) => [
        name,
        { sentence, checked: sumOf(reports, (one) => one.checked[name as Invariant]) },
      ]),
    ),
    violations,
    brokenServers: caught,
    powerCuts: noCut === null ? power.map(brief) : `not run: ${noCut}`,
    measuredAt: new Date().toISOString(),
    machine: {
      cores: availableParallelism(),
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      memoryGb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
    },
  }
  const text = `${JSON.stringify(result, null, 2)}\n`
  process.stdout.write(text)
  if (values.save) {
    const directory = path.join(import.meta.dirname, 'results')
    mkdirSync(directory, { recursive: true })
    writeFileSync(path.join(directory, `chaos-${result.measuredAt.slice(0, 10)}.json`), text)
  }
  process.exitCode = result.passed ? 0 : 1
}

function brief({ seed, flushes, cuts }: PowerReport) {
  return {
    seed,
    flushes,
    cuts: cuts.length,
    acknowledgedOperations: cuts.at(-1)?.acknowledgedOperations ?? 0,
    acknowledgedResults: cuts.at(-1)?.acknowledgedResults ?? 0,
    lost: cuts.reduce((all, one) => all + one.lost.length, 0),
    firstLost: cuts.flatMap((one) => one.lost)[0] ?? null,
  }
}

function sumOf(reports: readonly ChaosReport[], figure: (report: ChaosReport) => number): number {
  return reports.reduce((all, one) => all + figure(one), 0)
}

function merged(tables: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const table of tables) for (const [name, count] of Object.entries(table)) all[name] = (all[name] ?? 0) + count
  return all
}
