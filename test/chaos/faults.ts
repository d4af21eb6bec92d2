// What goes wrong in a run, when and for how long, known from its seed; and how it is made to go wrong.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import { type Environment, REPLICA_TIMEOUT_MS } from './environment.ts'
import type { Kept } from './kept.ts'

export const FAULTS = {
  'kill replica': 'replica',
  'freeze replica': 'replica',
  'end replica': 'orderly',
  'kill receiver': 'receiver',
  'freeze receiver': 'receiver',
  'kill database': 'database',
  'freeze database': 'database',
  'kill backend': 'database',
  'freeze backend': 'database',
} as const
export type FaultKind = keyof typeof FAULTS

/** Where the faults of a run may fall. With faults of receivers alone, the server has no excuse. */
export const THEMES = {
  everything: Object.keys(FAULTS) as FaultKind[],
  replicas: ['kill replica', 'freeze replica', 'end replica', 'kill receiver'],
  database: ['kill database', 'freeze database', 'kill backend', 'freeze backend', 'kill replica'],
  receivers: ['kill receiver', 'freeze receiver', 'freeze receiver'],
} as const satisfies Record<string, readonly FaultKind[]>
export type Theme = keyof typeof THEMES

export type Fault = {
  readonly kind: FaultKind
  readonly victim: number
  readonly atMs: number
  readonly lastsMs: number
}

/** A fault as it was: when it began and when its victim was back. */
export type Inflicted = {
  readonly kind: FaultKind
  readonly victim: string
  readonly fromMs: number
  readonly untilMs: number
}

export const LOAD_MS = 2_000

export function planOf(chance: Chance, theme: Theme): readonly Fault[] {
  const faults = Array.from({ length: chance.between(2, 4) }, (): Fault => {
    const kind = chance.pick(THEMES[theme])
    const long = kind.startsWith('freeze') && chance.happens(0.35)
    return {
      kind,
      victim: chance.between(0, 99),
      atMs: chance.between(0, LOAD_MS - 200),
      // Longer than a replica may be silent, or short.
      lastsMs: long ? REPLICA_TIMEOUT_MS + chance.between(300, 1_200) : chance.between(20, 900),
    }
  })
  if (theme !== 'receivers') return faults
  // Attempts that outlast every lease, and nothing that would excuse a second one.
  const lastsMs = REPLICA_TIMEOUT_MS + chance.between(1_500, 2_500)
  const victim = chance.between(0, 99)
  return [
    ...faults,
    { kind: 'freeze receiver', victim, atMs: chance.between(100, 400), lastsMs },
    { kind: 'freeze receiver', victim: victim + 1, atMs: chance.between(400, 900), lastsMs },
  ]
}

/** Null where the victim was down already. Resolves when it is back. */
export async function inflict(environment: Environment, fault: Fault): Promise<Inflicted | null> {
  await sleep(fault.atMs)
  const { database, replicas, receivers } = environment
  const fromMs = Date.now()
  const ended = (victim: string): Inflicted => ({ kind: fault.kind, victim, fromMs, untilMs: Date.now() })
  const [how, what] = fault.kind.split(' ') as ['kill' | 'freeze' | 'end', string]

  if (what === 'replica' || what === 'receiver') {
    const all = what === 'replica' ? replicas : receivers
    const part = all[fault.victim % all.length] as Kept
    if (how === 'freeze') {
      if (!part.freeze()) return null
      await sleep(fault.lastsMs)
      part.thaw()
    } else {
      if (!(how === 'kill' ? part.kill(fault.lastsMs) : part.end())) return null
      await sleep(fault.lastsMs)
      await part.ready()
    }
    return ended(part.name)
  }
  if (how === 'freeze') {
    const thaw = what === 'database' ? database.freeze() : await database.freezeBackend(fault.victim)
    if (thaw === null) return null
    await sleep(fault.lastsMs)
    thaw()
  } else {
    if (!(what === 'database' ? database.kill() : await database.killBackend(fault.victim))) return null
  }
  await database.ready()
  return ended(what)
}
