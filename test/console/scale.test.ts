import { describe, expect, it } from 'vitest'
import { ticksOf } from '../../console/src/ui/scale.ts'

describe('what stands beside a chart', () => {
  it.each([
    [0, 2_590, [0, 1_000, 2_000, 3_000]],
    [620, 2_399, [500, 1_000, 1_500, 2_000, 2_500]],
    [0, 1, [0, 0.5, 1]],
    [0.1, 0.3, [0.1, 0.15, 0.2, 0.25, 0.3]],
    [-3, 3, [-4, -2, 0, 2, 4]],
    [5, 5, [4, 6]],
  ])('from %d to %d: round numbers around them', (least, most, expected) => {
    expect(ticksOf(least, most, 4)).toEqual(expected)
  })
})
