import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BackfillRequest, backfillFaults, backfillVerbs, businessDates, nodePriority } from './backfill.ts'
import { NODE_PRIORITIES } from './node.ts'

const request = (change: Partial<BackfillRequest> = {}): BackfillRequest => ({
  environment: 'PROD',
  name: 'October again',
  comment: '',
  mode: 'current',
  rootNodeIds: [1],
  includeNodeIds: [],
  excludeNodeIds: [],
  includeWorkspaceIds: [],
  excludeWorkspaceIds: [],
  dates: [{ start: '2026-10-01', end: '2026-10-31' }],
  window: { startTime: null, endTime: null },
  order: 'asc',
  groups: 1,
  startsFutureNow: false,
  runWindow: null,
  resourceGroup: null,
  priority: null,
  alert: null,
  analysis: { enabled: false, blocked: false },
  parameters: {},
  starts: true,
  ...change,
})
const range = (start: string, end = start) => ({ start, end })

test('what may be asked for has no faults', () => {
  const fine: Partial<BackfillRequest>[] = [
    {},
    { mode: 'descendants', includeNodeIds: [2, 3], excludeNodeIds: [4] },
    { mode: 'massive', includeNodeIds: [2], excludeNodeIds: [3], includeWorkspaceIds: [7], excludeWorkspaceIds: [8] },
    { mode: 'advanced', rootNodeIds: [1, 2, 3], excludeNodeIds: [4] },
    { mode: 'chain', rootNodeIds: [1, 2], includeNodeIds: [3], excludeNodeIds: [4] },
    { dates: Array.from({ length: 7 }, (_, at) => range(`2026-0${at + 1}-01`)) },
    { dates: [range('2024-02-29'), range('2999-12-31')] },
    { window: { startTime: '00:00:00', endTime: '23:59:59' } },
    { groups: 10, order: 'desc', priority: 11, startsFutureNow: true, starts: false },
    { runWindow: { type: 'daily', startTime: '22:00:00', endTime: '06:00:00' } },
    { parameters: { '1': 'region=cn day=$[yyyymmdd]' }, alert: 'Failure', analysis: { enabled: true, blocked: true } },
  ]
  for (const change of fine) expect(backfillFaults(request(change))).toEqual([])
})

describe('each fault is refused by its own code, beside its member', () => {
  const faults: readonly (readonly [string, string, Partial<BackfillRequest>])[] = [
    ['BACKFILL_NAME_INVALID', 'name', { name: ' ' }],
    ['BACKFILL_NAME_INVALID', 'name', { name: 'n'.repeat(129) }],
    ['BACKFILL_NAME_INVALID', 'name', { name: 'a\nb' }],
    ['BACKFILL_NODES_EMPTY', 'rootNodeIds', { rootNodeIds: [] }],
    ['BACKFILL_ROOTS_TOO_MANY', 'rootNodeIds', { rootNodeIds: [1, 2] }],
    ['BACKFILL_ROOTS_TOO_MANY', 'rootNodeIds', { mode: 'massive', rootNodeIds: [1, 2] }],
    ['BACKFILL_MEMBER_FOREIGN', 'includeNodeIds', { includeNodeIds: [2] }],
    ['BACKFILL_MEMBER_FOREIGN', 'excludeNodeIds', { excludeNodeIds: [2] }],
    ['BACKFILL_MEMBER_FOREIGN', 'includeWorkspaceIds', { mode: 'advanced', includeWorkspaceIds: [2] }],
    ['BACKFILL_CHAIN_END_MISSING', 'includeNodeIds', { mode: 'chain' }],
    ['BACKFILL_BOTH_WAYS', 'excludeNodeIds', { mode: 'massive', includeNodeIds: [2], excludeNodeIds: [2] }],
    [
      'BACKFILL_BOTH_WAYS',
      'excludeWorkspaceIds',
      { mode: 'massive', includeWorkspaceIds: [2], excludeWorkspaceIds: [2] },
    ],
    ['BACKFILL_RANGES_INVALID', 'dates', { dates: [] }],
    ['BACKFILL_RANGES_INVALID', 'dates', { dates: Array.from({ length: 8 }, () => range('2026-10-01')) }],
    ['BACKFILL_DATE_ABSENT', 'dates.0.start', { dates: [range('2026-02-30', '2026-03-01')] }],
    ['BACKFILL_DATE_ABSENT', 'dates.1.end', { dates: [range('2026-02-01'), range('2026-02-01', '2026-2-2')] }],
    ['BACKFILL_DATE_ABSENT', 'dates.0.start', { dates: [range('2025-02-29', '2025-03-01')] }],
    ['BACKFILL_DATE_ABSENT', 'dates.0.start', { dates: [range('yesterday', '2026-10-01')] }],
    ['BACKFILL_DATES_REVERSED', 'dates.0.end', { dates: [range('2026-10-02', '2026-10-01')] }],
    ['BACKFILL_DATES_TOO_MANY', 'dates', { dates: [range('1000-01-01', '9999-12-31')] }],
    ['BACKFILL_WINDOW_HALF', 'window.endTime', { window: { startTime: '01:00:00', endTime: null } }],
    ['BACKFILL_WINDOW_HALF', 'window.startTime', { window: { startTime: null, endTime: '01:00:00' } }],
    ['BACKFILL_TIME_ABSENT', 'window.startTime', { window: { startTime: '24:00:00', endTime: '23:00:00' } }],
    ['BACKFILL_WINDOW_REVERSED', 'window.endTime', { window: { startTime: '02:00:00', endTime: '01:00:00' } }],
    ['BACKFILL_GROUPS_INVALID', 'groups', { groups: 0 }],
    ['BACKFILL_GROUPS_INVALID', 'groups', { groups: 11 }],
    ['BACKFILL_GROUPS_INVALID', 'groups', { groups: 1.5 }],
    ['BACKFILL_PRIORITY_INVALID', 'priority', { priority: 12 }],
    [
      'BACKFILL_TIME_ABSENT',
      'runWindow.endTime',
      { runWindow: { type: 'daily', startTime: '01:00:00', endTime: '1:00' } },
    ],
    [
      'BACKFILL_RUN_WINDOW_EMPTY',
      'runWindow',
      { runWindow: { type: 'weekend', startTime: '01:00:00', endTime: '01:00:00' } },
    ],
    ['BACKFILL_PARAMETERS_OF_NONE', 'parameters.one', { parameters: { one: 'a=b' } }],
    ['BACKFILL_PARAMETERS_TOO_LONG', 'parameters.1', { parameters: { '1': 'a'.repeat(4_097) } }],
  ]
  test.each(faults)('%s at %s', (code, field, change) => {
    expect(backfillFaults(request(change)).map((one) => [one.code, one.details.field])).toEqual([[code, field]])
  })

  test('several faults are told together', () => {
    const found = backfillFaults(request({ name: '', groups: 99, dates: [range('2026-13-01')] }))
    expect(found.map((one) => one.details.field)).toEqual(['name', 'dates.0.start', 'dates.0.end', 'groups'])
  })
})

const day = (at: number) => new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10)

test('the dates of a backfill are exactly those of its ranges, each once, in its order', () => {
  const ranges = fc.array(fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: 0, max: 60 })), {
    minLength: 1,
    maxLength: 7,
  })
  fc.assert(
    fc.property(ranges, (given) => {
      const dates = given.map(([from, more]) => range(day(from), day(from + more)))
      const expected = new Set<string>()
      for (const [from, more] of given) for (let at = from; at <= from + more; at++) expected.add(day(at))
      const sorted = [...expected].sort()
      expect(businessDates({ dates, order: 'asc' })).toEqual(sorted)
      expect(businessDates({ dates, order: 'desc' })).toEqual(sorted.toReversed())
      expect(backfillFaults(request({ dates }))).toEqual([])
    }),
  )
})

test('a priority from 1 to 11 comes to a level of the scheduler, and a higher one to none that is lower', () => {
  const levels = Array.from({ length: 11 }, (_, at) => nodePriority(at + 1))
  expect(levels).toEqual([1, 1, 3, 3, 5, 5, 7, 8, 8, 8, 8])
  expect(new Set(levels)).toEqual(new Set(NODE_PRIORITIES))
})

test('what may be done with a backfill hangs on its state', () => {
  expect(backfillVerbs('creating')).toEqual([])
  expect(backfillVerbs('waiting-to-start')).toEqual(['start', 'cancel'])
  expect(backfillVerbs('running')).toEqual(['pause', 'cancel', 'rerun-failed'])
  expect(backfillVerbs('paused')).toEqual(['resume', 'cancel'])
  expect(backfillVerbs('failed')).toEqual(['cancel', 'rerun-failed'])
  for (const state of ['cancelled', 'succeeded', 'failed-to-create'] as const) expect(backfillVerbs(state)).toEqual([])
})
