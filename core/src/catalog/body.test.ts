import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  boolean,
  checkBody,
  datetime,
  decimal,
  integer,
  json,
  list,
  long,
  object,
  oneOf,
  optional,
  type ScalarType,
  string,
  timestamp,
} from './body.ts'

const EVENT = {
  body: [
    long('nodeId', ''),
    optional(oneOf(string('order', ''), 'asc', 'desc')),
    list(object('tables', '', [string('name', ''), optional(list(long('ids', '')))])),
  ],
}

describe('checkBody', () => {
  test('accepts a body with all its members, and one without the optional ones', () => {
    expect(checkBody(EVENT, { nodeId: 1, order: 'asc', tables: [{ name: 't', ids: [1, 2] }] })).toEqual([])
    expect(checkBody(EVENT, { nodeId: 1, tables: [] })).toEqual([])
    expect(checkBody(EVENT, { nodeId: 1, order: undefined, tables: [] })).toEqual([])
  })

  test('names every place that is wrong', () => {
    const value = { order: 'up', tables: [{ name: 't' }, { name: 1, ids: [1, '2'], size: 3 }], nodeID: 1 }
    expect(checkBody(EVENT, value)).toEqual([
      { path: 'nodeId', problem: 'is missing' },
      { path: 'order', problem: 'must be one of asc, desc' },
      { path: 'tables[1].name', problem: 'must be a string' },
      { path: 'tables[1].ids[1]', problem: 'must be a whole number' },
      { path: 'tables[1].size', problem: 'is not a member of this body' },
      { path: 'nodeID', problem: 'is not a member of this body' },
    ])
  })

  test('tells a list from a single value', () => {
    expect(checkBody(EVENT, { nodeId: [1], tables: { name: 't' } })).toEqual([
      { path: 'nodeId', problem: 'must be a whole number' },
      { path: 'tables', problem: 'must be a list' },
    ])
  })

  test.each([null, undefined, 1, 'text', true, []])('takes %j for no body', (value) => {
    expect(checkBody(EVENT, value)).toEqual([{ path: '', problem: 'must be an object' }])
  })

  test('does not take inherited members for members', () => {
    expect(checkBody({ body: [string('toString', '')] }, {})).toEqual([{ path: 'toString', problem: 'is missing' }])
    expect(checkBody({ body: [] }, JSON.parse('{"__proto__":{}}'))).toEqual([
      { path: '__proto__', problem: 'is not a member of this body' },
    ])
  })

  test('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(checkBody(EVENT, value))))
  })
})

describe('the type of a scalar', () => {
  const CASES: Record<ScalarType, { good: readonly unknown[]; bad: readonly unknown[] }> = {
    string: { good: ['', 'a'], bad: [1, null, true, {}] },
    integer: { good: [0, -1, 2147483647], bad: [2147483648, 1.5, '1', Number.NaN] },
    long: { good: [0, 280000000000656], bad: [2 ** 53, 0.1, '1', Number.POSITIVE_INFINITY] },
    decimal: { good: [0, 1.5, -3], bad: ['1.5', Number.NaN, Number.POSITIVE_INFINITY] },
    boolean: { good: [true, false], bad: ['true', 0, null] },
    timestamp: { good: [0, 1720000000864], bad: [-1, 1.5, '1720000000864'] },
    datetime: {
      good: ['2024-07-12 11:08:50', '3000-12-31 00:00:00'],
      bad: ['2024-07-12', '2024-07-12T11:08:50', '2024-13-12 11:08:50', '2024-07-12 24:08:50', 1720000000864],
    },
    json: { good: ['[]', '{ "a": 1 }', '1'], bad: ['', '{', {}, []] },
  }
  const NOTATION = { string, integer, long, decimal, boolean, timestamp, datetime, json }

  test.each(Object.keys(CASES) as ScalarType[])('%s', (type) => {
    const event = { body: [NOTATION[type]('member', '')] }
    for (const member of CASES[type].good) expect(checkBody(event, { member })).toEqual([])
    for (const member of CASES[type].bad) expect(checkBody(event, { member })).toHaveLength(1)
  })
})
