// A few thousand requests with each run of the tests; `node test/fuzz/run.mjs` sends a million of them and keeps what it finds.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../world.ts'
import { type Findings, fuzz } from './fuzz.ts'

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 4_000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const HOURS_MS = 6 * 3_600_000
/** From here on the heap is past its beginnings, and what it grows by is measured. */
const MANY = 100_000
const GROWTH_MB = 16

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

test('whatever is sent, nothing is answered with a fault, shows another tenant, or stays in memory', {
  timeout: HOURS_MS,
}, async () => {
  const long = process.env.FUZZ_REQUESTS !== undefined
  const startedMs = Date.now()
  const found = await fuzz(world, { seed: SEED, requests: REQUESTS, tell: (line) => long && console.log(line) })
  if (long) keep(found, Date.now() - startedMs)
  expect(found.faults).toEqual([])
  // It is no proof when nothing gets through.
  expect(found.byStatus[200]).toBeGreaterThan(REQUESTS / 20)
  if (REQUESTS < MANY) return
  expect(found.delivered).toBeGreaterThan(REQUESTS / 1_000)
  expect(found.heapMb.at(-1)! - found.heapMb[0]!).toBeLessThan(GROWTH_MB)
})

function keep(found: Findings, tookMs: number): void {
  const result = {
    name: 'fuzz',
    passed: found.faults.length === 0,
    seed: SEED,
    minutes: Math.round(tookMs / 6_000) / 10,
    ...found,
  }
  const directory = path.join(import.meta.dirname, 'results')
  mkdirSync(directory, { recursive: true })
  const measuredAt = new Date().toISOString()
  const text = `${JSON.stringify({ ...result, measuredAt, node: process.versions.node }, null, 2)}\n`
  writeFileSync(path.join(directory, `fuzz-${measuredAt.slice(0, 10)}-${SEED}.json`), text)
}
