// Servers that are broken on purpose: a test that does not catch them proves nothing.
import { type Patch, patchedBuild } from './build.ts'
import type { Theme } from './faults.ts'
import type { Invariant } from './invariants.ts'
import { type ChaosReport, chaos } from './run.ts'

export type Broken = {
  readonly name: string
  readonly patches: readonly Patch[]
  readonly themes: readonly Theme[]
  /** It has to be caught within so many runs, by one of these. */
  readonly runs: number
  readonly caughtBy: readonly Invariant[]
}

export const BROKEN: readonly Broken[] = [
  {
    name: 'an effect outside its transaction',
    patches: [
      {
        file: 'server/src/gate/release.ts',
        find: /await kind\.apply\(tx, operation\.snapshot, (\w+)\)/,
        put: 'tx.afterCommit(() => void gate.db.transaction((later) => kind.apply(later, operation.snapshot, $1)).catch(() => {}))',
      },
    ],
    themes: ['everything'],
    runs: 3,
    caughtBy: ['effect with its record', 'effect of an operation'],
  },
  {
    name: 'a heartbeat that is not renewed',
    patches: [
      {
        file: 'server/src/store/replicas.ts',
        find: /update replicas set seen_at = now\(\) where/,
        put: 'update replicas set seen_at = seen_at where',
      },
    ],
    themes: ['receivers'],
    runs: 5,
    caughtBy: ['delivered once'],
  },
]

export type Caught = {
  readonly name: string
  readonly seed: number
  /** The run that caught it; null when none did. */
  readonly inRun: number | null
  readonly by: readonly Invariant[]
  readonly example: string | null
}

export async function catchBroken(broken: Broken, seed: number, tell?: (line: string) => void): Promise<Caught> {
  const build = patchedBuild(broken.patches)
  const { name, themes, runs } = broken
  const report: ChaosReport = await chaos({ seed, runs, build, themes, untilViolation: true, tell })
  const caught = report.violations.filter((one) => broken.caughtBy.includes(one.invariant))
  return {
    name,
    seed,
    inRun: caught[0]?.run ?? null,
    by: [...new Set(caught.map((one) => one.invariant))],
    example: caught[0]?.about ?? null,
  }
}
