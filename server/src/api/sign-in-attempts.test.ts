import { Refusal } from '@holdpoint/core'
import { expect, test } from 'vitest'
import { boundedHashing, signInAttempts, signInKeys } from './sign-in-attempts.ts'

const MINUTE_MS = 60_000
const refused = (attempts: ReturnType<typeof signInAttempts>, name: string, address: string, nowMs: number) => {
  try {
    attempts.begin(signInKeys(name, address), nowMs)
    return null
  } catch (error) {
    if (error instanceof Refusal) return Number(error.details.seconds)
    throw error
  }
}

test('the eleventh attempt within fifteen minutes is told how long to wait, and after that time it may be made', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) expect(refused(attempts, 'a', 'x', i * MINUTE_MS)).toBeNull()
  expect(refused(attempts, 'a', 'x', 10 * MINUTE_MS)).toBe(5 * 60)
  expect(refused(attempts, 'a', 'x', 15 * MINUTE_MS - 1)).toBe(1)
  expect(refused(attempts, 'a', 'x', 15 * MINUTE_MS)).toBeNull()
})

test('attempts that were refused do not make the waiting longer', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(signInKeys('a', 'x'), 0)
  for (let i = 1; i < 15; i++) expect(refused(attempts, 'a', 'x', i * MINUTE_MS)).toBe((15 - i) * 60)
})

test('guessing a name from one address keeps nobody with that name out elsewhere', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(signInKeys('a', 'x'), 0)
  expect(refused(attempts, 'a', 'x', 0)).not.toBeNull()
  expect(refused(attempts, 'a', 'y', 0)).toBeNull()
})

test('fifty failures from one address, under whatever names, shut it out', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 50; i++) expect(refused(attempts, `name ${i}`, 'x', 0)).toBeNull()
  expect(refused(attempts, 'name 51', 'x', 0)).not.toBeNull()
  expect(refused(attempts, 'name 51', 'y', 0)).toBeNull()
})

test('a success forgets the failures of its name, and of those from its address only itself', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(signInKeys('a', 'x'), 0)
  attempts.succeeded(signInKeys('a', 'x'))
  expect(refused(attempts, 'a', 'x', 0)).toBeNull()
  for (let i = 0; i < 40; i++) expect(refused(attempts, `name ${i}`, 'x', 0)).toBeNull()
  expect(refused(attempts, 'b', 'x', 0)).not.toBeNull()
})

test('however many names are tried, the memory is bounded and the newest are remembered', () => {
  const attempts = signInAttempts()
  for (let i = 0; i < 10; i++) attempts.begin(signInKeys('oldest', 'x'), 0)
  for (let i = 0; i < 10_000; i++) attempts.begin(signInKeys(`name ${i}`, `address ${i}`), 0)
  // The oldest has made room.
  expect(refused(attempts, 'oldest', 'x', 0)).toBeNull()
  for (let i = 0; i < 9; i++) attempts.begin(signInKeys('name 9999', 'address 9999'), 0)
  expect(refused(attempts, 'name 9999', 'address 9999', 0)).not.toBeNull()
})

test('four hashes are made at a time, thirty-two wait, and further ones are refused', async () => {
  const hashing = boundedHashing()
  const ends: (() => void)[] = []
  let underway = 0
  let most = 0
  const work = () =>
    new Promise<void>((resolve) => {
      most = Math.max(most, ++underway)
      ends.push(() => {
        underway--
        resolve()
      })
    })
  const all = Array.from({ length: 36 }, () => hashing.run(work))
  await expect(hashing.run(work)).rejects.toMatchObject({ code: 'SIGN_IN_THROTTLED' })
  for (let ended = 0; ended < 36; ended++) {
    ends.shift()!()
    await all[ended]
  }
  await Promise.all(all)
  expect(most).toBe(4)
  await expect(hashing.run(async () => 'again')).resolves.toBe('again')
})
