// What an extension makes of a message, known from the seed, its name and the message: the extension decides by it, and so does who checks afterwards.
import { chanceOf } from './chance.ts'

export type Result = 'OK' | 'WARN' | 'FAIL'

const MANNERS = {
  prompt: 45,
  /** Acknowledges the delivery late; the result may be there before. */
  slow: 10,
  /** Acknowledges at once, answers later. */
  late: 14,
  /** Answers the same twice, at the same time. */
  twice: 10,
  /** Answers two different results at the same time; which one stands is for the server to say. */
  contradicting: 10,
  /** Refuses the first delivery. */
  refusing: 10,
  /** Ends on the first delivery, having decided, before it has acknowledged. */
  crashing: 1,
} as const
export type Manner = keyof typeof MANNERS

const NAMES = Object.keys(MANNERS) as Manner[]
const WEIGHTED = NAMES.flatMap((name) => Array.from({ length: MANNERS[name] }, () => name))
const RESULTS: readonly Result[] = [
  ...Array.from({ length: 15 }, () => 'OK' as const),
  'WARN',
  'WARN',
  'WARN',
  'FAIL',
  'FAIL',
]

export type Behaviour = {
  readonly manner: Manner
  /** What it answers; more than one only where it contradicts itself. */
  readonly results: readonly Result[]
  readonly delayMs: number
}

export function behaviourOf(seed: number, extension: string, messageId: string): Behaviour {
  const chance = chanceOf(seed, extension, messageId)
  const manner = chance.pick(WEIGHTED)
  const result = chance.pick(RESULTS)
  const other = chance.pick((['OK', 'WARN', 'FAIL'] as const).filter((one) => one !== result))
  return {
    manner,
    results: manner === 'contradicting' ? [result, other] : [result],
    delayMs: chance.between(100, 800),
  }
}
