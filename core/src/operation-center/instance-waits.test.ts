import fc from 'fast-check'
import { expect, test } from 'vitest'
import { INSTANCE_STATUSES } from './instance.ts'
import { INSTANCE_WAITS, instanceWaits, type WaitingInstance } from './instance-waits.ts'

const READY: WaitingInstance = {
  status: 'waiting-for-resources',
  frozen: false,
  upstreamCount: 0,
  awaitsTurn: false,
  dueAtMs: 1_000,
  hasWork: true,
  isEnding: false,
  runPaused: false,
  runOutsideWindow: false,
  slots: { total: 2, taken: 1 },
}
const UNMET: Readonly<Record<(typeof INSTANCE_WAITS)[number], Partial<WaitingInstance>>> = {
  upstream: { upstreamCount: 3 },
  turn: { awaitsTurn: true },
  time: { dueAtMs: 1_001 },
  frozen: { frozen: true },
  paused: { runPaused: true },
  'outside-window': { runOutsideWindow: true },
  ending: { isEnding: true },
  slots: { slots: { total: 2, taken: 2 } },
}

test('rule 36: an instance that does not run names exactly the conditions that it does not meet', () => {
  expect(instanceWaits(READY, 1_000)).toEqual([])
  fc.assert(
    fc.property(fc.subarray([...INSTANCE_WAITS]), (unmet) => {
      const one = Object.assign({}, READY, ...unmet.map((wait) => UNMET[wait])) as WaitingInstance
      expect(instanceWaits(one, 1_000)).toEqual(unmet)
    }),
  )
})

test('what takes no slot waits for none, and what has started waits for nothing', () => {
  expect(instanceWaits({ ...READY, ...UNMET.slots, hasWork: false }, 1_000)).toEqual([])
  for (const status of INSTANCE_STATUSES.slice(3))
    expect(instanceWaits({ ...READY, ...UNMET.upstream, ...UNMET.frozen, status }, 0)).toEqual([])
})
