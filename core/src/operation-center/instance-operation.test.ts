import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAG_KINDS, INSTANCE_STATUSES, type InstanceStatus } from './instance.ts'
import {
  forcedDownstreamRefusals,
  hasMissedItsTurn,
  INSTANCE_OPERATIONS,
  INSTANCE_SNAPSHOT_FIELDS,
  type InstanceOperation,
  type InstanceState,
  instanceAllows,
  instanceOperationRefusals,
  instanceStaleness,
  instanceTriggers,
  startOf,
} from './instance-operation.ts'

const RERUN_MODES = ['all-allowed', 'failure-allowed', 'all-denied'] as const

const instance = (more: Partial<InstanceState> = {}): InstanceState => ({
  instanceId: 1,
  name: 'report',
  environment: 'PROD',
  kind: 'scheduled',
  bizdate: '2026-01-05',
  status: 'not-run',
  frozen: false,
  rerunMode: 'all-allowed',
  runNumber: 0,
  retries: 0,
  ...more,
})
const codes = (operation: InstanceOperation, one: InstanceState, force?: 'no' | 'this-one' | 'with-downstream') =>
  instanceOperationRefusals(operation, [one], force).map((refusal) => refusal.code)

/**
 * Of each status what an operation says, in the order of their numbers: not-run, waiting-for-time, waiting-for-resources, running, failed, succeeded,
 * checking-quality, checking-condition. `+` it may be done.
 */
type Line = Readonly<Record<'not-frozen' | 'frozen', string>>
const WORD = {
  '+': null,
  F: 'INSTANCE_ALREADY_FROZEN',
  U: 'INSTANCE_NOT_FROZEN',
  z: 'INSTANCE_FROZEN',
  t: 'INSTANCE_NOT_TERMINABLE',
  r: 'INSTANCE_NOT_RERUNNABLE',
  d: 'INSTANCE_RERUN_DENIED',
  f: 'INSTANCE_RERUN_FAILED_ONLY',
  s: 'INSTANCE_NOT_FAILED',
} as const
const ALWAYS = { 'not-frozen': '++++++++', frozen: '++++++++' }
const TABLE: Readonly<Record<InstanceOperation, Readonly<Record<(typeof RERUN_MODES)[number], Line>>>> = {
  freeze: {
    'all-allowed': { ...ALWAYS, frozen: 'FFFFFFFF' },
    'failure-allowed': { ...ALWAYS, frozen: 'FFFFFFFF' },
    'all-denied': { ...ALWAYS, frozen: 'FFFFFFFF' },
  },
  unfreeze: {
    'all-allowed': { ...ALWAYS, 'not-frozen': 'UUUUUUUU' },
    'failure-allowed': { ...ALWAYS, 'not-frozen': 'UUUUUUUU' },
    'all-denied': { ...ALWAYS, 'not-frozen': 'UUUUUUUU' },
  },
  terminate: {
    'all-allowed': { 'not-frozen': 't+++tt++', frozen: 't+++tt++' },
    'failure-allowed': { 'not-frozen': 't+++tt++', frozen: 't+++tt++' },
    'all-denied': { 'not-frozen': 't+++tt++', frozen: 't+++tt++' },
  },
  rerun: {
    'all-allowed': { 'not-frozen': '+rrr++rr', frozen: 'zrrrzzrr' },
    'failure-allowed': { 'not-frozen': 'frrr+frr', frozen: 'zrrrzzrr' },
    'all-denied': { 'not-frozen': 'drrrddrr', frozen: 'zrrrzzrr' },
  },
  'set-success': {
    'all-allowed': { 'not-frozen': 'ssss+sss', frozen: 'ssss+sss' },
    'failure-allowed': { 'not-frozen': 'ssss+sss', frozen: 'ssss+sss' },
    'all-denied': { 'not-frozen': 'ssss+sss', frozen: 'ssss+sss' },
  },
}

describe('every operation in every status, frozen or not, in every rerun mode', () => {
  test.each(INSTANCE_OPERATIONS)('%s', (operation) => {
    for (const rerunMode of RERUN_MODES)
      for (const frozen of [false, true])
        for (const [at, status] of INSTANCE_STATUSES.entries()) {
          const letter = TABLE[operation][rerunMode][frozen ? 'frozen' : 'not-frozen'][at] as keyof typeof WORD
          const one = instance({ rerunMode, frozen, status })
          const told = `${operation} ${status} ${rerunMode} ${frozen ? 'frozen' : ''}`
          expect(codes(operation, one), told).toEqual(WORD[letter] === null ? [] : [WORD[letter]])
          expect(instanceAllows(operation, one), told).toBe(WORD[letter] === null)
        }
  })

  test('what was run from Data Development is neither run again nor set to succeeded here, and may be stopped', () => {
    const failed = instance({ kind: 'temporary-workflow', status: 'failed' })
    for (const force of ['no', 'this-one', 'with-downstream'] as const)
      expect(codes('rerun', failed, force)).toEqual(['INSTANCE_TEMPORARY'])
    expect(codes('set-success', failed)).toEqual(['INSTANCE_TEMPORARY'])
    expect(codes('terminate', { ...failed, status: 'running' })).toEqual([])
  })

  test('a forced rerun asks for no status, and is refused where the node lets itself not be rerun', () => {
    for (const rerunMode of RERUN_MODES)
      for (const frozen of [false, true])
        for (const status of INSTANCE_STATUSES) {
          const one = instance({ rerunMode, frozen, status })
          const denied = rerunMode === 'all-denied' ? ['INSTANCE_RERUN_DENIED'] : []
          expect(codes('rerun', one, 'this-one')).toEqual(frozen ? ['INSTANCE_FROZEN'] : denied)
          expect(codes('rerun', one, 'with-downstream')).toEqual(denied)
        }
  })
})

describe('Rule 23: all of them or none, and those that stand in the way are named', () => {
  test('each requirement names those that break it', () => {
    const [running, denied, fine] = [
      instance({ instanceId: 1, status: 'running' }),
      instance({ instanceId: 2, status: 'failed', rerunMode: 'all-denied' }),
      instance({ instanceId: 3, status: 'failed' }),
    ]
    const found = instanceOperationRefusals('rerun', [running, denied, fine])
    expect(found.map(({ code, details }) => [code, details.instanceIds])).toEqual([
      ['INSTANCE_NOT_RERUNNABLE', [1]],
      ['INSTANCE_RERUN_DENIED', [2]],
    ])
    expect(found[0]!.message).toContain('report 2026-01-05 (1)')
    expect(instanceOperationRefusals('rerun', []).map((one) => one.code)).toEqual(['INSTANCES_EMPTY'])
  })

  test('whatever they are: refused exactly where one of them is', () => {
    const states = fc.array(
      fc.record({
        status: fc.constantFrom(...INSTANCE_STATUSES),
        frozen: fc.boolean(),
        rerunMode: fc.constantFrom(...RERUN_MODES),
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(fc.constantFrom(...INSTANCE_OPERATIONS), states, (operation, some) => {
        const instances = some.map((one, at) => instance({ ...one, instanceId: at }))
        const named = instanceOperationRefusals(operation, instances).flatMap((one) => one.details.instanceIds)
        const bad = instances.filter((one) => !instanceAllows(operation, one)).map((one) => one.instanceId)
        expect([...named].toSorted()).toEqual(bad)
      }),
    )
  })
})

describe('a forced rerun of what follows an instance', () => {
  const code = (more: Partial<InstanceState>) =>
    forcedDownstreamRefusals(instance({ status: 'failed', ...more }), '2026-03-01')[0]?.code ?? null
  test.each([
    ['2026-03-01', 'FORCED_RERUN_DATE'],
    ['2026-02-28', null],
    ['2026-02-27', null],
    ['2026-02-26', 'FORCED_RERUN_DATE'],
  ])('on the first of March, of business date %s: %s', (bizdate, expected) => {
    expect(code({ bizdate })).toBe(expected)
  })
  test('starts at one that has ended and is not frozen', () => {
    for (const status of INSTANCE_STATUSES)
      expect(code({ bizdate: '2026-02-28', status })).toBe(
        status === 'failed' || status === 'succeeded' ? null : 'FORCED_RERUN_NOT_ENDED',
      )
    expect(code({ bizdate: '2026-02-28', frozen: true })).toBe('INSTANCE_FROZEN')
  })
})

describe('Rule 15: what matters while an operation on instances is held', () => {
  const waiting = instance({ status: 'waiting-for-resources' })
  const moves: readonly (readonly [string, InstanceState, InstanceState, readonly InstanceOperation[]])[] = [
    ['it waits for something else', waiting, instance({ status: 'not-run' }), []],
    ['it has started', waiting, instance({ status: 'running', runNumber: 1 }), ['freeze', 'rerun', 'set-success']],
    [
      'it has failed and is retried by itself',
      instance({ status: 'running', runNumber: 1 }),
      instance({ status: 'waiting-for-time', runNumber: 1, retries: 1 }),
      ['freeze', 'rerun', 'set-success'],
    ],
    [
      'the retry runs',
      instance({ status: 'running', runNumber: 1 }),
      instance({ status: 'running', runNumber: 2, retries: 1 }),
      [],
    ],
    [
      'somebody has rerun what had failed, and it failed again',
      instance({ status: 'failed', runNumber: 1 }),
      instance({ status: 'failed', runNumber: 2 }),
      ['terminate', 'rerun', 'set-success'],
    ],
    [
      'somebody has frozen it',
      instance({ status: 'failed', runNumber: 1 }),
      instance({ status: 'failed', runNumber: 1, frozen: true }),
      ['freeze', 'unfreeze', 'rerun'],
    ],
  ]
  test.each(moves)('%s', (_what, before, after, stale) => {
    const found = INSTANCE_OPERATIONS.filter((operation) => instanceStaleness(operation, [before], [after]).length > 0)
    expect(found).toEqual(INSTANCE_OPERATIONS.filter((operation) => stale.includes(operation)))
  })

  test('one that is gone makes every operation stale, and nothing else is said about it', () => {
    for (const operation of INSTANCE_OPERATIONS)
      expect(instanceStaleness(operation, [waiting], [])).toEqual([
        { instanceId: 1, field: 'exists', before: true, after: false },
      ])
    expect(instanceStaleness('rerun', [waiting], [], 'this-one')).toHaveLength(1)
  })

  test('nothing that has not changed is stale, and every field is one that an operation declares', () => {
    for (const status of INSTANCE_STATUSES)
      for (const operation of INSTANCE_OPERATIONS)
        expect(instanceStaleness(operation, [instance({ status })], [instance({ status })])).toEqual([])
    expect(new Set(Object.values(INSTANCE_SNAPSHOT_FIELDS).flat())).toEqual(new Set(['frozen', 'phase', 'start']))
  })

  test('a start counts its automatic retries as its own, in whatever status they are', () => {
    const life: readonly (readonly [InstanceStatus, number, number])[] = [
      ['not-run', 0, 0],
      ['running', 1, 0],
      ['waiting-for-time', 1, 1],
      ['running', 2, 1],
      ['failed', 2, 1],
    ]
    expect(life.map(([status, runNumber, retries]) => startOf(instance({ status, runNumber, retries })))).toEqual([
      1, 1, 1, 1, 1,
    ])
    expect(startOf(instance({ status: 'not-run', runNumber: 2, retries: 0 }))).toBe(3)
  })
})

test('Rules 4 and 41: only what the schedule or a backfill made in production triggers', () => {
  const found = DAG_KINDS.flatMap((kind) =>
    (['PROD', 'DEV'] as const)
      .filter((environment) => instanceTriggers({ kind, environment }))
      .map((e) => `${e} ${kind}`),
  )
  expect(found).toEqual(['PROD scheduled', 'PROD backfill'])
})

test('Rule 39: frozen, only what waits for nothing but a slot has missed its turn', () => {
  const missed = INSTANCE_STATUSES.filter((status) => hasMissedItsTurn({ status, frozen: true }))
  expect(missed).toEqual(['waiting-for-resources'])
  expect(hasMissedItsTurn({ status: 'waiting-for-resources', frozen: false })).toBe(false)
})
