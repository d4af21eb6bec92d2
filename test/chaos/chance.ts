// Chance that can be had again: the same words, the same numbers.
import { createHash } from 'node:crypto'

export type Chance = {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number
  /** True with this probability. */
  happens(share: number): boolean
  pick<T>(of: readonly T[]): T
}

/** Streams with other words know nothing of each other, so that what one of them is asked does not shift another. */
export function chanceOf(...words: readonly (string | number)[]): Chance {
  let state = createHash('sha256').update(words.join('/')).digest().readUInt32LE(0)
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return { next, between, happens: (share) => next() < share, pick: (of) => of[between(0, of.length - 1)]! }
}
