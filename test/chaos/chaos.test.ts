// Short runs of what `node test/chaos/run.mjs` does at length.
import { describe, expect, test } from 'vitest'
import { BROKEN, catchBroken } from './broken.ts'
import { INVARIANTS } from './invariants.ts'
import { chaos } from './run.ts'

const RUNS = 4
const seed = Number(process.env.CHAOS_SEED ?? 1)
const tell = (line: string) => console.log(line)

// Frozen databases are found by /proc.
describe
  .skipIf(process.platform !== 'linux')
  .concurrent('replicas, extensions and the database are killed and frozen', { timeout: 600_000 }, () => {
    test('and every operation is settled, once, by its verdict, and everybody asked was told', async () => {
      const report = await chaos({ seed, runs: RUNS, tell })
      expect(report.violations).toEqual([])
      // Whether an operation was overtaken by another one is for chance to say.
      for (const name of Object.keys(INVARIANTS) as (keyof typeof INVARIANTS)[])
        if (name !== 'stale') expect(report.checked[name], name).toBeGreaterThan(0)
      expect(Object.keys(report.faults).length).toBeGreaterThan(2)
    })

    test.each(BROKEN)('a server with $name is caught', async (broken) => {
      const caught = await catchBroken(broken, seed, tell)
      expect(caught, JSON.stringify(caught)).toMatchObject({ inRun: expect.any(Number) })
    })
  })
