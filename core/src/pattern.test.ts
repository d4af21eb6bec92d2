import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPattern, type Json, matchesPattern, mismatch } from './pattern.ts'
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

describe('the operators, case by case', () => {
  test('contains matches text that holds it anywhere', () => {
    expect(matches({ type: [{ contains: 'NodeChange' }] })).toBe(true)
    expect(matches({ type: [{ contains: 'nodechange' }] })).toBe(false)
    expect(matches({ data: { projectId: [{ contains: '1' }] } })).toBe(false)
  })

  test('cidr matches an address of its own family inside the range, and no other text', () => {
    const from = (ip: Json) => ({ data: { ip } })
    const inside = (cidr: string, ip: Json) => matches({ data: { ip: [{ cidr }] } }, from(ip))
    expect(inside('10.0.0.0/24', '10.0.0.255')).toBe(true)
    expect(inside('10.0.0.0/24', '10.0.1.0')).toBe(false)
    expect(inside('10.0.0.77/24', '10.0.0.1')).toBe(true)
    expect(inside('0.0.0.0/0', '203.0.113.9')).toBe(true)
    expect(inside('192.0.2.1/32', '192.0.2.1')).toBe(true)
    expect(inside('2001:db8::/32', '2001:DB8:0:0:1::')).toBe(true)
    expect(inside('2001:db8::/32', '2001:db9::1')).toBe(false)
    expect(inside('::ffff:0:0/96', '::ffff:10.0.0.1')).toBe(true)
    expect(inside('10.0.0.0/8', '::ffff:10.0.0.1')).toBe(false)
    expect(inside('::/0', '10.0.0.1')).toBe(false)
    expect(inside('10.0.0.0/8', '10.0.0.1 ')).toBe(false)
    expect(inside('10.0.0.0/8', '10.1')).toBe(false)
    expect(inside('10.0.0.0/8', 167772161)).toBe(false)
    expect(inside('10.0.0.0/8', ['192.0.2.1', '10.9.9.9'])).toBe(true)
  })

  test('exists false inside of what is absent, or is no object, matches', () => {
    expect(matches({ absent: { deep: [{ exists: false }] } })).toBe(true)
    expect(matches({ data: { eventCode: { deep: [{ exists: false }] } } })).toBe(true)
    expect(matches({ data: { nested: { deep: [{ exists: true }] } } })).toBe(true)
  })

  test('null, the empty text and what is absent are three things', () => {
    expect(matches({ subject: [null] })).toBe(false)
    expect(matches({ data: { comment: [''] } })).toBe(false)
    expect(matches({ data: { comment: [{ 'anything-but': 'x' }] } })).toBe(true)
    expect(matches({ data: { comment: [{ 'anything-but': [null] }] } })).toBe(false)
    expect(matches({ data: { comment: [{ prefix: '' }] } })).toBe(false)
  })

  test('of an object only exists says something', () => {
    expect(matches({ data: ['x'] })).toBe(false)
    expect(matches({ data: [{ 'anything-but': 'x' }] })).toBe(false)
    expect(matches({ data: [{ exists: true }] })).toBe(true)
  })

  test('numbers are equal by value, and text that spells a number is none', () => {
    expect(matches({ n: [JSON.parse('3.0e2')] }, { n: 300 })).toBe(true)
    expect(matches({ n: ['300'] }, { n: 300 })).toBe(false)
    expect(matches({ n: [{ numeric: ['=', 300] }] }, { n: '300' })).toBe(false)
  })

  test('different operators stand side by side for one member, and any of them is enough', () => {
    const either: Json = { type: ['x', { prefix: 'dataworks:FileChange:' }, { suffix: ':FreezeNode' }] }
    expect(matches(either)).toBe(true)
    expect(matches(either, { type: 'dataworks:FileChange:CommitFile' })).toBe(true)
    expect(matches(either, { type: 'y' })).toBe(false)
  })
})

describe('why an event does not match', () => {
  test('the first member that fails is named with what was wanted and what is there', () => {
    const pattern = { source: ['acs.dataworks'], data: { projectId: [{ numeric: ['<', 5] }], absent: ['x'] } }
    expect(mismatch(pattern, event)).toEqual({
      path: 'data.projectId',
      wanted: [{ numeric: ['<', 5] }],
      found: 10001,
    })
    expect(mismatch({ data: { absent: ['x'] } }, event)).toEqual({
      path: 'data.absent',
      wanted: ['x'],
      found: undefined,
    })
    expect(mismatch({ absent: { deep: { er: ['x'] } } }, event)?.path).toBe('absent.deep.er')
    expect(mismatch({ source: ['acs.dataworks'] }, event)).toBe(null)
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
    ['an operator nobody knows', { source: [{ wildcard: 'x*' }] }, 'source[0]'],
    ['an operator written by accident', { source: [{ Prefix: 'x' }] }, 'source[0]'],
    ['an empty object inside', { source: ['a'], data: {} }, 'data'],
    ['contains of a number', { source: [{ contains: 1 }] }, 'source[0]'],
    ['anything-but of an empty list', { source: [{ 'anything-but': [] }] }, 'source[0]'],
    ['anything-but of a list with an operator', { source: [{ 'anything-but': ['a', { prefix: 'b' }] }] }, 'source[0]'],
    ['anything-but of two operators', { source: [{ 'anything-but': { prefix: 'a', suffix: 'b' } }] }, 'source[0]'],
    ['anything-but of a prefix that is no text', { source: [{ 'anything-but': { prefix: 1 } }] }, 'source[0]'],
    ['anything-but of nothing', { source: [{ 'anything-but': {} }] }, 'source[0]'],
    ['a range without its length', { ip: [{ cidr: '10.0.0.0' }] }, 'ip[0]'],
    ['a range longer than an address', { ip: [{ cidr: '10.0.0.0/33' }] }, 'ip[0]'],
    ['a range of IPv6 longer than an address', { ip: [{ cidr: '::/129' }] }, 'ip[0]'],
    ['a range with a number too large', { ip: [{ cidr: '10.0.0.256/8' }] }, 'ip[0]'],
    ['a range with leading zeros', { ip: [{ cidr: '10.0.0.01/8' }] }, 'ip[0]'],
    ['a range of half an address', { ip: [{ cidr: '10.0/8' }] }, 'ip[0]'],
    ['a range with two gaps', { ip: [{ cidr: '1::2::3/64' }] }, 'ip[0]'],
    ['a range with a zone', { ip: [{ cidr: 'fe80::1%eth0/64' }] }, 'ip[0]'],
    ['a range that is no text', { ip: [{ cidr: 10 }] }, 'ip[0]'],
    ['a number beyond all numbers', { data: { id: [JSON.parse('1e999')] } }, 'data.id[0]'],
    ['a number that rounds to another', { data: { id: [JSON.parse('9007199254740993')] } }, 'data.id[0]'],
    ['anything-but such a number', { id: [{ 'anything-but': [1, JSON.parse('1e999')] }] }, 'id[0]'],
    ['numeric with such a number', { id: [{ numeric: ['<', JSON.parse('-1e999')] }] }, 'id[0]'],
    ['text with NUL', { source: ['a\u0000'] }, 'source[0]'],
    ['text with half a character', { source: [{ prefix: '\ud800' }] }, 'source[0]'],
    ['a member named with NUL', { data: { 'a\u0000': ['x'] } }, 'data'],
    ['a member with the name of the prototype', JSON.parse('{"data":{"__proto__":["x"]}}'), 'data'],
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

/**
 * The language a second time, read off its description and written as plainly as it goes: paths to leaves first, then one question per leaf.
 * Ranges are of IPv4 and compared as numbers.
 */
function naive(pattern: Record<string, unknown>, of: unknown): boolean {
  const leaves: { path: string[]; any: unknown[] }[] = []
  const collect = (node: Record<string, unknown>, path: string[]) => {
    for (const name of Object.keys(node)) {
      const value = node[name]
      if (Array.isArray(value)) leaves.push({ path: [...path, name], any: value })
      else collect(value as Record<string, unknown>, [...path, name])
    }
  }
  collect(pattern, [])
  const at = (path: string[]) =>
    path.reduce<unknown[]>(
      (found, name) => {
        const inside = found[0]
        const named = typeof inside === 'object' && inside !== null && !Array.isArray(inside)
        return named && Object.keys(inside).includes(name) ? [(inside as Record<string, unknown>)[name]] : []
      },
      [of],
    )
  const plain = (value: unknown): unknown[] =>
    Array.isArray(value) ? value.flatMap(plain) : typeof value === 'object' && value !== null ? [] : [value]
  return leaves.every(({ path, any }) => {
    const found = at(path)
    return any.some((one) => {
      const { exists } = (one ?? {}) as { exists?: boolean }
      if (exists !== undefined) return found.length === (exists ? 1 : 0)
      return found.flatMap(plain).some((value) => naiveOne(one, value))
    })
  })
}

const ipv4 = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function naiveOne(expression: unknown, value: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return JSON.stringify(expression) === JSON.stringify(value)
  const [[operator, operand]] = Object.entries(expression) as [[string, unknown]]
  const isText = typeof value === 'string'
  if (operator === 'prefix') return isText && value.indexOf(operand as string) === 0
  if (operator === 'suffix') return isText && value.slice(value.length - (operand as string).length) === operand
  if (operator === 'contains') return isText && value.split(operand as string).length > 1
  if (operator === 'anything-but') return [operand].flat().every((one) => !naiveOne(one, value))
  if (operator === 'cidr') {
    const [base, length] = (operand as string).split('/') as [string, string]
    const size = 2 ** (32 - Number(length))
    return (
      isText && /^\d+\.\d+\.\d+\.\d+$/.test(value) && Math.floor(ipv4(value) / size) === Math.floor(ipv4(base) / size)
    )
  }
  const [first, a, second, b] = operand as [string, number, string?, number?]
  const holds = (word: string, bound: number) =>
    typeof value === 'number' &&
    ((word.includes('=') && value === bound) ||
      (word.includes('<') && value < bound) ||
      (word.includes('>') && value > bound))
  return holds(first, a) && (second === undefined || holds(second, b!))
}

/** Values from a small stock, so that patterns and events often meet. */
const stock = fc.constantFrom<Json>(
  '',
  'a',
  'ab',
  'ba',
  'b',
  0,
  1,
  2,
  -1,
  1.5,
  true,
  false,
  null,
  '10.0.0.1',
  '10.0.1.1',
  '9.1.2.3',
)
const textOfStock = fc.constantFrom('', 'a', 'ab', 'b', '10.')
const comparison = fc.tuple(fc.constantFrom('<', '<=', '=', '>', '>='), fc.constantFrom(-1, 0, 1, 1.5, 2))
const validExpression = fc.oneof(
  { weight: 4, arbitrary: stock },
  fc.record({ prefix: textOfStock }),
  fc.record({ suffix: textOfStock }),
  fc.record({ contains: textOfStock.filter((one) => one !== '') }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ cidr: fc.constantFrom('10.0.0.0/24', '10.0.0.0/8', '0.0.0.0/0', '10.0.1.1/32', '9.0.0.0/7') }),
  fc.record({
    numeric: fc.oneof(
      comparison,
      fc.tuple(comparison, comparison).map((two) => two.flat()),
    ),
  }),
  fc.record({
    'anything-but': fc.oneof(
      stock,
      fc.array(stock, { minLength: 1, maxLength: 3 }),
      fc.record({ prefix: textOfStock }),
      fc.record({ suffix: textOfStock }),
    ),
  }),
)
const fewMembers = fc.constantFrom('a', 'b', 'constructor')
const { validPattern } = fc.letrec<{ validPattern: Json; inside: Json }>((tie) => ({
  validPattern: fc.dictionary(fewMembers, tie('inside'), { maxKeys: 2 }),
  inside: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.array(validExpression as fc.Arbitrary<Json>, { minLength: 1, maxLength: 5 }),
    fc.dictionary(fewMembers, tie('inside'), { minKeys: 1, maxKeys: 2 }),
  ),
}))
const { anyEvent } = fc.letrec<{ anyEvent: Json; held: Json }>((tie) => ({
  anyEvent: fc.dictionary(fewMembers, tie('held'), { maxKeys: 3 }),
  held: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    stock,
    fc.array(tie('held'), { maxLength: 3 }),
    tie('anyEvent'),
  ),
}))

test('what a second reading of the language says of any pattern and event, this one says too', () => {
  const said = { true: 0, false: 0 }
  fc.assert(
    fc.property(validPattern, anyEvent, (any, of) => {
      const expected = naive(any as Record<string, unknown>, of)
      expect(matches(any, of)).toBe(expected)
      expect(mismatch(any, of) === null).toBe(expected)
      said[String(expected) as 'true' | 'false']++
    }),
    { numRuns: 5_000 },
  )
  expect(Math.min(said.true, said.false)).toBeGreaterThan(200)
})

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
