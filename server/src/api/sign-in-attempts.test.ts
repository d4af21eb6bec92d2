import { Refusal } from '@holdpoint/core'
import { expect, test } from 'vitest'
import { signInAttempts } from './sign-in-attempts.ts'

const MINUTE_MS = 60_000
const refused = (attempts: ReturnType<typeof signInAttempts>, keys: string[], nowMs: number) => {
  try {
    attempts.begin(keys, nowMs)
    return null
  } catch (error) {
    if (error instanceof Refusal) return Number(error.details.seconds)
    throw error
  }
}

test('the eleventh attempt within fifteen minutes is told how long to wait, and after that time it may be made', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) expect(refused(attempts, ['name a'], i * MINUTE_MS)).toBeNull()
  expect(refused(attempts, ['name a'], 10 * MINUTE_MS)).toBe(5 * 60)
  expect(refused(attempts, ['name a'], 15 * MINUTE_MS - 1)).toBe(1)
  expect(refused(attempts, ['name a'], 15 * MINUTE_MS)).toBeNull()
})

test('attempts that were refused do not make the waiting longer', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(['name a'], 0)
  for (let i = 1; i < 15; i++) expect(refused(attempts, ['name a'], i * MINUTE_MS)).toBe((15 - i) * 60)
})

test('an attempt counts under each of its keys, and is refused when one of them is full', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin([`name ${i}`, 'address x'], 0)
  expect(refused(attempts, ['name 11', 'address x'], 0)).not.toBeNull()
  expect(refused(attempts, ['name 0', 'address y'], 0)).toBeNull()
})

test('a success forgets the failures of its name, and of those from its address only itself', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 9; i++) attempts.begin(['name a', 'address x'], 0)
  attempts.begin(['name a', 'address x'], 0)
  attempts.succeeded('name a', 'address x')
  expect(refused(attempts, ['name a', 'address x'], 0)).toBeNull()
  expect(refused(attempts, ['name a', 'address x'], 0)).not.toBeNull()
  expect(refused(attempts, ['name a', 'address y'], 0)).toBeNull()
})

test('however many names are tried, the memory is bounded and the newest are remembered', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(['name oldest'], 0)
  for (let i = 0; i < 10_000; i++) attempts.begin([`name ${i}`], 0)
  // The oldest has made room.
  expect(refused(attempts, ['name oldest'], 0)).toBeNull()
  for (let i = 0; i < 9; i++) attempts.begin(['name 9999'], 0)
  expect(refused(attempts, ['name 9999'], 0)).not.toBeNull()
})
