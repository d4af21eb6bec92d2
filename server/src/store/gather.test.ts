import { expect, test } from 'vitest'
import { gather } from './gather.ts'

/** Answers only when told to, so that the test decides what is on its way at the same time. */
function asked(most: number) {
  const rounds: { questions: readonly number[]; answer(): void; fail(error: Error): void }[] = []
  let arrived: (() => void) | null = null
  const one = gather<number, string>(
    (questions) =>
      new Promise((resolve, reject) => {
        rounds.push({ questions, answer: () => resolve(questions.map(String)), fail: reject })
        arrived?.()
      }),
    most,
  )
  const round = async (at: number) => {
    while (rounds.length <= at)
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    return rounds[at]!
  }
  return { one, round }
}

test('what is asked for while an answer is on its way is asked for together afterwards', async () => {
  const { one, round } = asked(10)
  const first = one(1)
  const { questions, answer } = await round(0)
  expect(questions).toEqual([1])
  const later = [one(2), one(3), one(4)]
  answer()
  expect(await first).toBe('1')
  const second = await round(1)
  expect(second.questions).toEqual([2, 3, 4])
  second.answer()
  expect(await Promise.all(later)).toEqual(['2', '3', '4'])
})

test('no more than so many at once', async () => {
  const { one, round } = asked(2)
  const all = Promise.all([one(1), one(2), one(3)])
  expect((await round(0)).questions).toEqual([1, 2])
  ;(await round(0)).answer()
  expect((await round(1)).questions).toEqual([3])
  ;(await round(1)).answer()
  expect(await all).toEqual(['1', '2', '3'])
})

test('a failure is that of everything it was asked for together with, and of nothing else', async () => {
  const { one, round } = asked(10)
  const outcome = (answer: Promise<string>) => answer.catch((error: Error) => error.message)
  const failed = Promise.all([one(1), one(2)].map(outcome))
  ;(await round(0)).fail(new Error('no database'))
  expect(await failed).toEqual(['no database', 'no database'])
  const next = one(3)
  ;(await round(1)).answer()
  expect(await next).toBe('3')
})
