import type { QualityRule } from '@holdpoint/core'
import type { Translate } from '../../text/index.ts'

const NAMES = ['critical', 'warned', 'expected'] as const
const LOOKS = { critical: 'bad', warned: 'warning', expected: 'expected' } as const

/** What a rule's value is held against, one line for each threshold. */
export function thresholdLines(t: Translate, { checking }: Pick<QualityRule, 'checking'>): readonly string[] {
  return NAMES.flatMap((name) => {
    const condition = checking.thresholds[name]
    return condition === null ? [] : [`${t(`qualityRule.${name}`)}: ${condition}`]
  })
}

/** The numbers that thresholds name, as lines across the plot of the values; those of a change are on another scale and are none. */
export function limitsOf(t: Translate, { checking }: Pick<QualityRule, 'checking'>) {
  if (checking.type !== 'Fixed') return []
  return NAMES.flatMap((name) =>
    [...(checking.thresholds[name] ?? '').matchAll(/\$checkValue\s*([<>=!]=?)\s*(-?\d+(?:\.\d+)?)/g)].map(
      ([, sign, number]) => ({
        value: Number(number),
        text: `${t(`qualityRule.${name}`)} ${sign} ${number}`,
        look: LOOKS[name],
      }),
    ),
  )
}
