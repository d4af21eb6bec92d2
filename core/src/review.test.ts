import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reviewDueOn, type VersionContent, versionDifferences } from './review.ts'

describe('Rule 17: a review is due on the third working day after the day of the submission', () => {
  test.each([
    ['Monday', '2026-03-02', '2026-03-05'],
    ['Tuesday', '2026-03-03', '2026-03-06'],
    ['Wednesday', '2026-03-04', '2026-03-09'],
    ['Thursday', '2026-03-05', '2026-03-10'],
    ['Friday', '2026-03-06', '2026-03-11'],
    ['Saturday', '2026-03-07', '2026-03-11'],
    ['Sunday', '2026-03-08', '2026-03-11'],
    ['the last Thursday of a leap February', '2024-02-29', '2024-03-05'],
    ['the last day of a year', '2025-12-31', '2026-01-05'],
  ])('%s', (_day, submitted, due) => expect(reviewDueOn(submitted)).toBe(due))

  test('it is a working day, with exactly two more since the submission', () => {
    const day = fc
      .date({ min: new Date('1970-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
    const working = (ms: number) => ![0, 6].includes(new Date(ms).getUTCDay())
    fc.assert(
      fc.property(day, (submitted) => {
        const due = Date.parse(reviewDueOn(submitted))
        const between: number[] = []
        for (let at = Date.parse(submitted) + 86_400_000; at < due; at += 86_400_000) between.push(at)
        expect(working(due)).toBe(true)
        expect(between.filter(working)).toHaveLength(2)
      }),
    )
  })

  test('who hands in later has never less time', () => {
    const days = fc.integer({ min: 0, max: 40_000 })
    const dayOf = (n: number) => new Date(n * 86_400_000).toISOString().slice(0, 10)
    fc.assert(
      fc.property(days, days, (a, b) => {
        const [first, second] = a < b ? [a, b] : [b, a]
        expect(reviewDueOn(dayOf(first)) <= reviewDueOn(dayOf(second))).toBe(true)
      }),
    )
  })
})

describe('Rule 18: what a reviewer sees is what differs', () => {
  const content: VersionContent = {
    name: 'Careful',
    description: '',
    points: ['freeze-node', 'unfreeze-node'],
    testWorkspaceId: 10001,
    detailUrl: 'https://example.com/a',
    helpDocUrl: null,
    parameters: 'a=1\nb=2',
    options: '',
    onUnanswered: 'block',
  }

  test('nothing where nothing differs, in whichever order points were chosen and however lines end', () => {
    const same = { ...content, points: content.points.toReversed(), parameters: 'a=1\r\nb=2' }
    expect(versionDifferences(content, same)).toEqual([])
  })

  test('each field that differs, with what it was and what it is', () => {
    const after = {
      ...content,
      name: 'More careful',
      points: ['freeze-node'],
      testWorkspaceId: null,
      source: 'export default () => 1',
    }
    expect(versionDifferences(content, after)).toEqual([
      { field: 'name', before: 'Careful', after: 'More careful' },
      { field: 'points', before: 'freeze-node\nunfreeze-node', after: 'freeze-node' },
      { field: 'testWorkspaceId', before: '10001', after: '' },
      { field: 'source', before: '', after: 'export default () => 1' },
    ])
  })

  test('of a first version all that it says', () => {
    const { name, points, testWorkspaceId, detailUrl, parameters, onUnanswered } = content
    expect(versionDifferences(null, content).map((one) => [one.field, one.after])).toEqual([
      ['name', name],
      ['points', points.join('\n')],
      ['onUnanswered', onUnanswered],
      ['detailUrl', detailUrl],
      ['testWorkspaceId', String(testWorkspaceId)],
      ['parameters', parameters],
    ])
  })
})
