import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineDiff, shortened } from '../../console/src/ui/line-diff.ts'

const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'))
const linesOf = (text: string) => (text === '' ? [] : text.split('\n'))

describe('texts compared line by line', () => {
  it('without what was added they are the old text, without what was removed the new one', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = lineDiff(before, after)
        const without = (sign: string) => lines.filter((line) => line.sign !== sign).map((line) => line.text)
        expect(without('+')).toEqual(linesOf(before))
        expect(without('-')).toEqual(linesOf(after))
      }),
    )
  })

  it('what is equal differs in nothing, and what is inserted is all that differs', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, place) => {
        expect(lineDiff(text, text).every((line) => line.sign === '=')).toBe(true)
        const lines = linesOf(text)
        const more = lines.toSpliced(place % (lines.length + 1), 0, 'new')
        const differing = lineDiff(text, more.join('\n')).filter((line) => line.sign !== '=')
        expect(differing).toEqual([{ sign: '+', text: 'new' }])
      }),
    )
  })

  it('what is too long to be compared stands as replaced, between what begins and ends alike', () => {
    const lines = (word: string) => Array.from({ length: 1_500 }, (_, at) => `${word} ${at}`)
    const diff = lineDiff(['first', ...lines('old'), 'last'].join('\n'), ['first', ...lines('new'), 'last'].join('\n'))
    expect(diff).toHaveLength(3_002)
    expect([diff[0]?.sign, diff[1]?.sign, diff[1_501]?.sign, diff.at(-1)?.sign]).toEqual(['=', '-', '+', '='])
  })

  it('lines far from any difference are counted instead of shown', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `${at}`)
    const parts = shortened(lineDiff(lines.join('\n'), lines.with(10, 'x').join('\n')), 2)
    expect(parts.map((part) => ('skipped' in part ? part.skipped : part.sign + part.text))).toEqual([
      ...[8, '=8', '=9', '-10', '+x', '=11', '=12', 7],
    ])
    expect(shortened(lineDiff('a', 'a'))).toEqual([{ skipped: 1 }])
  })
})
