import { expect, test } from 'vitest'
import { reading } from './reading.ts'

/** A look that takes as long as the test says, on a clock that the test moves. */
function slowLook(tookMs: number, fails = () => false) {
  let now = 0
  let looks = 0
  const look = async () => {
    now += tookMs
    looks++
    if (fails()) throw new Error('away')
    return looks
  }
  const failures: unknown[] = []
  const latest = reading(
    look,
    () => now,
    (error) => failures.push(error),
  )
  const pass = (ms: number) => {
    now += ms
  }
  return { latest, failures, pass }
}

test('a look takes at most a twentieth of the time, and what was seen before is answered meanwhile', async () => {
  const { latest, pass } = slowLook(500)
  expect(await latest()).toEqual({ value: 1, atMs: 0, durationMs: 500 })
  pass(9_999)
  expect((await latest())?.value).toBe(1)
  pass(1)
  expect((await latest())?.value).toBe(2)
})

test('a quick look is not repeated within a second', async () => {
  const { latest, pass } = slowLook(0)
  await latest()
  pass(999)
  expect((await latest())?.value).toBe(1)
  pass(1)
  expect((await latest())?.value).toBe(2)
})

test('whoever asks at the same time shares one look', async () => {
  const { latest } = slowLook(10)
  const seen = await Promise.all([latest(), latest(), latest()])
  expect(seen.map((one) => one?.value)).toEqual([1, 1, 1])
})

test('a look that fails is told, keeps what was seen before, and is paid for like any other', async () => {
  let failing = false
  const { latest, failures, pass } = slowLook(100, () => failing)
  await latest()
  failing = true
  pass(5_000)
  expect(await latest()).toMatchObject({ value: 1, atMs: 0 })
  expect(await latest()).toMatchObject({ value: 1 })
  expect(failures).toHaveLength(1)
})
