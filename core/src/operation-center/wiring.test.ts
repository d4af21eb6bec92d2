import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cyclicGroups, findCycle, graphOf } from './graph.ts'
import { type Dependence, edgesOfDayBefore, type Periods, wiresBetween } from './wiring.ts'

const NORMAL: Dependence = { sameCycle: true, cycleBefore: false, dayBefore: false }
const BEFORE: Dependence = { sameCycle: false, cycleBefore: true, dayBefore: false }
const at = (...times: number[]): Periods => ({ times, waitsForItself: false })
const inChain = (...times: number[]): Periods => ({ times, waitsForItself: true })
/** `from>to` for each wire; b is the last of a day before. */
const wires = (upstream: Periods, downstream: Periods, dependence = NORMAL) =>
  wiresBetween(upstream, downstream, dependence)
    .map(({ from, to }) => `${from === 'last-before' ? 'b' : from}>${to}`)
    .join(' ')

describe('rule 38: what a period waits for', () => {
  test.each<[string, Periods, Periods, string]>([
    ['once a day, for once a day, whatever the times', at(9), at(1), '1>1'],
    ['once a day, for all of a day', at(1, 2, 3), at(0), '1>1 2>1 3>1'],
    ['once a day, for the last in a chain up to its time', inChain(1, 2, 3), at(2), '2>1'],
    ['once a day, before the first in a chain, for that', inChain(1, 2, 3), at(0), '1>1'],
    ['often, for once a day', at(9), at(1, 2), '1>1 1>2'],
    ['equally often, one for one, whatever the times', at(1, 2, 3), at(0, 0.5, 9), '1>1 2>2 3>3'],
    ['less often, for those since its time before', at(0, 1, 2, 3, 4, 5), at(1, 4), '1>1 2>1 3>2 4>2 5>2'],
    ['more often, for those since its time before, where there are any', at(0, 3), at(0, 1, 2, 3, 4), '1>1 2>4'],
    ['the first, where none is earlier, for the first', at(3, 5, 7), at(1, 6), '1>1 1>2 2>2'],
    ['for nothing that does not run', at(), at(1, 2), ''],
    ['when it does not run itself, for nothing', at(1, 2), at(), ''],
  ])('%s', (_what, upstream, downstream, expected) => {
    expect(wires(upstream, downstream)).toBe(expected)
  })

  test.each<[string, Periods, Periods, string]>([
    ['once a day, the day before', at(1), at(2), 'b>1'],
    ['once a day, of what runs often the last of the day before', at(1, 2, 3), at(2), 'b>1'],
    ['often, of what runs once a day the day before', at(1), at(2, 3), 'b>1 b>2'],
    ['often, of itself the one before', at(1, 2, 3), at(1, 2, 3), 'b>1 1>2 2>3'],
    ['equally often, the one before whatever the times', at(1, 2, 3), at(0, 8, 9), 'b>1 1>2 2>3'],
    ['not equally often, the last one before its time', at(1, 2, 3, 4), at(1, 4), 'b>1 3>2'],
  ])('of the cycle before: %s', (_what, upstream, downstream, expected) => {
    expect(wires(upstream, downstream, BEFORE)).toBe(expected)
  })

  test('both at once name nothing twice', () => {
    expect(wires(at(1, 2), at(1, 2), { sameCycle: true, cycleBefore: true, dayBefore: true })).toBe(
      '1>1 b>1 2>2 1>2 b>2',
    )
  })
})

const times = fc
  .oneof(fc.constant(1), fc.integer({ min: 0, max: 6 }))
  .chain((count) => fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: count, maxLength: count }))
  .map((list) => list.sort((a, b) => a - b))
const periods = fc.record({ times, waitsForItself: fc.boolean() })
const dependence = fc.record({ sameCycle: fc.boolean(), cycleBefore: fc.boolean(), dayBefore: fc.boolean() })

test('every wire is between periods that there are, and none is there twice', () => {
  fc.assert(
    fc.property(periods, periods, dependence, (upstream, downstream, how) => {
      const found = wiresBetween(upstream, downstream, how)
      for (const { from, to } of found) {
        expect(to >= 1 && to <= downstream.times.length).toBe(true)
        if (from !== 'last-before') expect(from >= 1 && from <= upstream.times.length).toBe(true)
      }
      expect(new Set(found.map(({ from, to }) => `${from} ${to}`)).size).toBe(found.length)
    }),
    { numRuns: 1000 },
  )
})

test('whatever waits for whatever, no period of a day waits for itself through others', () => {
  const nodes = fc.array(periods, { minLength: 2, maxLength: 7 })
  const edge = fc.record({ from: fc.nat(6), to: fc.nat(6), cycleBefore: fc.boolean() })
  fc.assert(
    fc.property(nodes, fc.array(edge, { maxLength: 16 }), (all, given) => {
      // Dependencies within the cycle make no cycle of nodes: they go from lower to higher ones here.
      const edges = given.filter(
        ({ from, to, cycleBefore }) => from < all.length && to < all.length && (cycleBefore || from < to),
      )
      const isMany = (id: number) => all[id]!.times.length > 1
      const within = edges.filter(({ from, to, cycleBefore }) => !cycleBefore || (isMany(from) && isMany(to)))
      const moved = new Set(edgesOfDayBefore(within, (id) => all[id]!.times.length))
      const chains = all.flatMap(({ waitsForItself }, id) =>
        waitsForItself ? [{ from: id, to: id, cycleBefore: true }] : [],
      )
      const waits = [...edges, ...chains].flatMap((one) => {
        const how = {
          sameCycle: !one.cycleBefore,
          cycleBefore: one.cycleBefore && !moved.has(one),
          dayBefore: moved.has(one),
        }
        return wiresBetween(all[one.from]!, all[one.to]!, how).flatMap(({ from, to }) =>
          from === 'last-before' ? [] : [{ from: `${one.from}.${from}`, to: `${one.to}.${to}` }],
        )
      })
      expect(findCycle(graphOf([], waits))).toBeNull()
    }),
    { numRuns: 3000 },
  )
})

test('groups are what waits for each other, however long the circle', () => {
  const edges = [...Array(50_000).keys()].map((key) => ({ from: key, to: (key + 1) % 50_000 }))
  expect(new Set(cyclicGroups(graphOf([], edges)).values()).size).toBe(1)
  const groups = cyclicGroups(
    graphOf(
      ['x'],
      [
        { from: 'a', to: 'b' },
        { from: 'b', to: 'c' },
        { from: 'c', to: 'b' },
        { from: 'c', to: 'd' },
      ],
    ),
  )
  expect(groups.get('b')).toBe(groups.get('c'))
  expect(new Set(groups.values()).size).toBe(4)
})
