import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPattern, type Json, matchesPattern } from './pattern.ts'
import { Refusal } from './refusal.ts'

const event: Json = {
  source: 'acs.dataworks',
  type: 'dataworks:NodeChange:FreezeNode',
  subject: '',
  data: {
    eventCode: 'freeze-node',
    projectId: 10001,
    nodeIds: [1000000001, 1000000002],
    blockBusiness: true,
    comment: null,
    nested: { deep: { er: 'x' } },
  },
}

/** Whether the event matches; a pattern that is not valid fails the test. */
function matches(pattern: Json, of: Json = event): boolean {
  checkPattern(pattern)
  return matchesPattern(pattern, of)
}

function refusal(pattern: unknown): Refusal {
  try {
    checkPattern(pattern as Json)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('the pattern was accepted')
}

describe('an event pattern', () => {
  test('that is empty matches everything', () => {
    expect(matches({})).toBe(true)
    expect(matches({}, {})).toBe(true)
  })

  test('matches a value exactly, and its type too', () => {
    expect(matches({ source: ['acs.dataworks'] })).toBe(true)
    expect(matches({ source: ['acs.ecs'] })).toBe(false)
    expect(matches({ data: { projectId: [10001] } })).toBe(true)
    expect(matches({ data: { projectId: ['10001'] } })).toBe(false)
    expect(matches({ data: { blockBusiness: [true] } })).toBe(true)
    expect(matches({ data: { blockBusiness: ['true'] } })).toBe(false)
    expect(matches({ data: { comment: [null] } })).toBe(true)
    expect(matches({ data: { absent: [null] } })).toBe(false)
    expect(matches({ subject: [''] })).toBe(true)
  })

  test('needs one expression of each member to match, and every member', () => {
    expect(matches({ data: { eventCode: ['unfreeze-node', 'freeze-node'] } })).toBe(true)
    expect(matches({ source: ['acs.dataworks'], data: { eventCode: ['freeze-node'] } })).toBe(true)
    expect(matches({ source: ['acs.dataworks'], data: { eventCode: ['unfreeze-node'] } })).toBe(false)
  })

  test('reaches nested members; one that is not there has nothing inside', () => {
    expect(matches({ data: { nested: { deep: { er: ['x'] } } } })).toBe(true)
    expect(matches({ data: { nested: { deep: { er: ['y'] } } } })).toBe(false)
    expect(matches({ data: { eventCode: { deep: ['x'] } } })).toBe(false)
    expect(matches({ absent: { deep: ['x'] } })).toBe(false)
  })

  test('matches an array of the event when one of its elements matches', () => {
    expect(matches({ data: { nodeIds: [1000000002] } })).toBe(true)
    expect(matches({ data: { nodeIds: [7] } })).toBe(false)
    expect(matches({ data: { nodeIds: [{ numeric: ['>', 1000000001] }] } })).toBe(true)
    expect(matches({ a: ['x'] }, { a: [] })).toBe(false)
    expect(matches({ a: ['x'] }, { a: [['x']] })).toBe(true)
  })

  test('prefix and suffix match text only', () => {
    expect(matches({ type: [{ prefix: 'dataworks:NodeChange:' }] })).toBe(true)
    expect(matches({ type: [{ prefix: 'dataworks:FileChange:' }] })).toBe(false)
    expect(matches({ type: [{ suffix: ':FreezeNode' }] })).toBe(true)
    expect(matches({ type: [{ suffix: ':UnfreezeNode' }] })).toBe(false)
    expect(matches({ data: { projectId: [{ prefix: '1' }] } })).toBe(false)
    expect(matches({ subject: [{ prefix: '' }] })).toBe(true)
  })

  test('anything-but matches what is there and is none of it', () => {
    expect(matches({ data: { eventCode: [{ 'anything-but': 'unfreeze-node' }] } })).toBe(true)
    expect(matches({ data: { eventCode: [{ 'anything-but': 'freeze-node' }] } })).toBe(false)
    expect(matches({ data: { eventCode: [{ 'anything-but': ['a', 'freeze-node'] }] } })).toBe(false)
    expect(matches({ data: { projectId: [{ 'anything-but': [1, 2] }] } })).toBe(true)
    expect(matches({ type: [{ 'anything-but': { prefix: 'dataworks:' } }] })).toBe(false)
    expect(matches({ type: [{ 'anything-but': { suffix: 'UnfreezeNode' } }] })).toBe(true)
    expect(matches({ data: { absent: [{ 'anything-but': 'x' }] } })).toBe(false)
  })

  test('exists asks for a member’s presence; null is there', () => {
    expect(matches({ data: { nodeIds: [{ exists: true }] } })).toBe(true)
    expect(matches({ data: { nodeIds: [{ exists: false }] } })).toBe(false)
    expect(matches({ data: { absent: [{ exists: false }] } })).toBe(true)
    expect(matches({ data: { absent: [{ exists: true }] } })).toBe(false)
    expect(matches({ data: { comment: [{ exists: true }] } })).toBe(true)
    expect(matches({ toString: [{ exists: true }] })).toBe(false)
  })

  test('numeric compares numbers, once or twice', () => {
    expect(matches({ data: { projectId: [{ numeric: ['>', 10000] }] } })).toBe(true)
    expect(matches({ data: { projectId: [{ numeric: ['>', 10001] }] } })).toBe(false)
    expect(matches({ data: { projectId: [{ numeric: ['>=', 10001, '<', 10002] }] } })).toBe(true)
    expect(matches({ data: { projectId: [{ numeric: ['>=', 10001, '<', 10001] }] } })).toBe(false)
    expect(matches({ data: { projectId: [{ numeric: ['=', 10001] }] } })).toBe(true)
    expect(matches({ data: { projectId: [{ numeric: ['<=', 10001] }] } })).toBe(true)
    expect(matches({ data: { eventCode: [{ numeric: ['>', 0] }] } })).toBe(false)
  })
})

describe('a pattern that means nothing is refused with its place', () => {
  test.each<[string, unknown, string]>([
    ['no object at the top', [], 'the top'],
    ['text at the top', 'x', 'the top'],
    ['a member that is a plain value', { data: { eventCode: 'freeze-node' } }, 'data.eventCode'],
    ['a member that is null', { data: null }, 'data'],
    ['an empty array', { source: [] }, 'source'],
    ['six expressions', { source: [1, 2, 3, 4, 5, 6] }, 'source'],
    ['an array as expression', { source: ['a', ['b']] }, 'source[1]'],
    ['an operator nobody knows', { source: [{ contains: 'x' }] }, 'source[0]'],
    ['two operators', { source: [{ prefix: 'a', suffix: 'b' }] }, 'source[0]'],
    ['no operator', { source: [{}] }, 'source[0]'],
    ['prefix of a number', { source: [{ prefix: 1 }] }, 'source[0]'],
    ['suffix of null', { source: [{ suffix: null }] }, 'source[0]'],
    ['exists of text', { source: [{ exists: 'true' }] }, 'source[0]'],
    ['anything-but of exists', { source: [{ 'anything-but': { exists: true } }] }, 'source[0]'],
    ['anything-but of nested arrays', { source: [{ 'anything-but': [['a']] }] }, 'source[0]'],
    ['numeric of nothing', { source: [{ numeric: [] }] }, 'source[0]'],
    ['numeric without a number', { source: [{ numeric: ['>'] }] }, 'source[0]'],
    ['numeric with text for a number', { source: [{ numeric: ['>', '1'] }] }, 'source[0]'],
    ['numeric with an unknown comparison', { source: [{ numeric: ['!=', 1] }] }, 'source[0]'],
    ['numeric with three pairs', { source: [{ numeric: ['>', 1, '<', 2, '<', 3] }] }, 'source[0]'],
    ['numeric with a list for a comparison', { source: [{ numeric: [['>'], 1] }] }, 'source[0]'],
    ['numeric with the name of something every object has', { source: [{ numeric: ['toString', 1] }] }, 'source[0]'],
    ['numeric with the name of every object’s prototype', { source: [{ numeric: ['__proto__', 1] }] }, 'source[0]'],
  ])('%s', (_what, pattern, path) => {
    expect(refusal(pattern)).toMatchObject({ code: 'PATTERN_INVALID', details: { path } })
  })

  test('more than ten levels', () => {
    const nested = (levels: number): unknown => (levels === 0 ? ['x'] : { a: nested(levels - 1) })
    expect(() => checkPattern(nested(11) as Json)).not.toThrow()
    expect(refusal(nested(12)).code).toBe('PATTERN_INVALID')
    expect(refusal(nested(5_000)).code).toBe('PATTERN_INVALID')
  })
})

test('a pattern is at most 4,096 characters long, however few members it has', () => {
  const sized = (characters: number) => ({ a: ['x'.repeat(characters - '{"a":[""]}'.length)] })
  expect(() => checkPattern(sized(4_096))).not.toThrow()
  expect(refusal(sized(4_097)).code).toBe('PATTERN_INVALID')
})

/** Patterns and what is nearly one, so that many are accepted and many are not. */
const scalar = fc.oneof(
  fc.constantFrom<Json>('a', 'ab', '', 1, 2, true, false, null),
  fc.string({ maxLength: 3 }),
  fc.integer(),
)
const operandWord = fc.constantFrom('<', '<=', '=', '>', '>=', '==', '__proto__', 'constructor', 'toString')
const operation = fc.oneof(
  fc.record({ prefix: scalar }),
  fc.record({ suffix: scalar }),
  fc.record({ exists: scalar }),
  fc.record({ 'anything-but': fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.record({ prefix: scalar })) }),
  fc.record({ numeric: fc.array(fc.oneof(operandWord, fc.integer({ min: -2, max: 4 })), { maxLength: 4 }) }),
  fc.record({ numeric: fc.tuple(operandWord, fc.integer({ min: -2, max: 4 })) }),
)
const members = fc.constantFrom('a', 'b', 'c', 'toString', '__proto__')
const { pattern } = fc.letrec<{ pattern: Json; value: Json }>((tie) => ({
  pattern: fc.dictionary(members, tie('value'), { maxKeys: 3 }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.array(fc.oneof(scalar, operation) as fc.Arbitrary<Json>, { minLength: 1, maxLength: 4 }),
    tie('pattern'),
    scalar,
  ),
}))
const { something } = fc.letrec<{ something: Json }>((tie) => ({
  something: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('something'), { maxLength: 3 }),
    fc.dictionary(members, tie('something'), { maxKeys: 3 }),
  ),
}))

describe('for any pattern and any event', () => {
  test('a pattern is accepted or refused with its place, and matching against an accepted one never throws', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(pattern, something), something, (any, of) => {
        try {
          checkPattern(any)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
          return
        }
        accepted++
        expect(typeof matchesPattern(any, of)).toBe('boolean')
      }),
      { numRuns: 2_000 },
    )
    expect(accepted).toBeGreaterThan(200)
  })

  test('an event matches the pattern that spells its own members', () => {
    const flat = fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalar)
    fc.assert(
      fc.property(flat, flat, (own, more) => {
        const spelled = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, [value]]))
        expect(matches(spelled, { ...more, ...own })).toBe(true)
      }),
    )
  })

  test('a further member in the pattern never makes an event match that did not', () => {
    fc.assert(
      fc.property(pattern, pattern, something, (one, further, of) => {
        const both = { ...(one as object), ...(further as object) } as Json
        try {
          checkPattern(one)
          checkPattern(both)
        } catch {
          return
        }
        const overridden = Object.keys(one as object).some((name) => Object.hasOwn(further as object, name))
        if (!overridden && matchesPattern(both, of)) expect(matchesPattern(one, of)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

test('an operator that every object has by birth is no operator of numeric', () => {
  for (const operator of ['__proto__', 'constructor', 'toString'])
    expect(refusal({ data: { projectId: [{ numeric: [operator, 1] }] } }).code).toBe('PATTERN_INVALID')
})

test('a pattern of more than 4,096 characters is refused', () => {
  expect(refusal({ source: ['x'.repeat(4_096)] }).code).toBe('PATTERN_INVALID')
})
