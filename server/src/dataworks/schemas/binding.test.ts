import { Refusal } from '@holdpoint/core/refusal'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Bound, bind, type JsonObject, type Parameter, type Schema } from './binding.ts'

const refusalOf = (attempt: () => unknown): Refusal => {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('it was not refused')
}

const from = (parameters: Record<string, string>) => new Map(Object.entries(parameters))

/** Binds one parameter, named X, given as text or as several names. */
const one = (parameter: Parameter, given: string | Record<string, string>): unknown => {
  const schema: Schema = { X: parameter }
  return bind(schema, from(typeof given === 'string' ? { X: given } : given)).X
}
const problemOf = (parameter: Parameter, given: string | Record<string, string>) => {
  const refusal = refusalOf(() => one(parameter, given))
  return `${refusal.code} ${refusal.details.parameter}`
}

const COLUMNS = {
  kind: 'list',
  encoding: 'indexed',
  items: {
    kind: 'object',
    members: {
      Name: { kind: 'string', required: true },
      Length: { kind: 'int32' },
      Keys: { kind: 'list', encoding: 'indexed', items: { kind: 'string' } },
    },
  },
} as const satisfies Parameter

test('the type of what is bound follows from the schema', () => {
  const schema = {
    Id: { kind: 'int64', required: true },
    Name: { kind: 'string' },
    Size: { kind: 'int32', default: 10 },
    Mode: { kind: 'int32', values: [0, 2], required: true },
    Env: { kind: 'enum', values: ['PROD', 'DEV'], default: 'PROD' },
    Ids: { kind: 'list', encoding: 'json', items: { kind: 'int64' }, required: true },
    Columns: COLUMNS,
    Properties: { kind: 'json' },
    Deep: { kind: 'boolean' },
  } as const satisfies Schema
  type Expected = {
    readonly Id: number
    readonly Name?: string
    readonly Size: number
    readonly Mode: 0 | 2
    readonly Env: 'PROD' | 'DEV'
    readonly Ids: readonly number[]
    readonly Columns?: readonly {
      readonly Name: string
      readonly Length?: number
      readonly Keys?: readonly string[]
    }[]
    readonly Properties?: JsonObject
    readonly Deep?: boolean
  }
  expectTypeOf<Bound<typeof schema>>().toEqualTypeOf<Expected>()

  const bound = bind(schema, from({ Id: '7', Mode: '2', Ids: '[1]', Deep: 'True' }))
  expectTypeOf(bound.Mode).toEqualTypeOf<0 | 2>()
  expect(bound).toEqual({ Id: 7, Mode: 2, Ids: [1], Size: 10, Env: 'PROD', Deep: true })
})

describe('one value', () => {
  test('unknown parameters are ignored', () => {
    expect(bind({ A: { kind: 'string' } }, from({ A: 'x', RegionId: 'cn', 'B.1': 'y' }))).toEqual({ A: 'x' })
  })

  test('an empty text counts as absent in every kind', () => {
    const kinds: Parameter[] = [
      { kind: 'string' },
      { kind: 'int32' },
      { kind: 'int64' },
      { kind: 'boolean' },
      { kind: 'enum', values: ['', 'A'] },
      { kind: 'json' },
      { kind: 'list', encoding: 'json', items: { kind: 'string' } },
      { kind: 'list', encoding: 'comma', items: { kind: 'string' } },
      { kind: 'object', members: {} },
    ]
    for (const kind of kinds) {
      expect(bind({ X: kind } as Schema, from({ X: '' }))).toEqual({})
      expect(bind({ X: kind } as Schema, from({}))).toEqual({})
      for (const given of [{ X: '' }, {}] as Record<string, string>[]) {
        const refusal = refusalOf(() => bind({ X: { ...kind, required: true } } as Schema, from(given)))
        expect([refusal.code, refusal.details.parameter]).toEqual(['PARAMETER_MISSING', 'X'])
      }
    }
    expect(one({ kind: 'int32', default: 5 }, '')).toBe(5)
  })

  test('whole numbers keep their value within their bounds', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(one({ kind: 'int64' }, String(value))).toBe(value)
        const list = { kind: 'list', encoding: 'json', items: { kind: 'int64' } } as const
        expect(one(list, JSON.stringify([value, String(value)]))).toEqual([value, value])
      }),
    )
    for (const text of ['2147483647', '-2147483648', '+7', '007']) {
      expect(one({ kind: 'int32' }, text)).toBe(Number(text))
    }
    expect(one({ kind: 'int32' }, '-0')).toBe(0)
    for (const text of ['2147483648', '-2147483649', '1.0', '1e3', '0x10', ' 1', '1 ', 'NaN', '１', '--1', '1,2']) {
      expect(problemOf({ kind: 'int32' }, text)).toBe('PARAMETER_INVALID X')
    }
    for (const text of ['9007199254740992', '9007199254740993', '99999999999999999999', '-9007199254740992']) {
      expect(problemOf({ kind: 'int64' }, text)).toBe('PARAMETER_INVALID X')
      const inJson = { kind: 'list', encoding: 'json', items: { kind: 'int64' } } as const
      expect(problemOf(inJson, `[${text}]`)).toBe('PARAMETER_INVALID X.1')
    }
    const numbers = { kind: 'list', encoding: 'json', items: { kind: 'int32' } } as const
    for (const text of ['1.5', 'true', '"1.5"', '{}', '1e400']) {
      expect(problemOf(numbers, `[${text}]`)).toBe('PARAMETER_INVALID X.1')
    }
    expect(one({ kind: 'int32', min: 1, max: 100 }, '100')).toBe(100)
    expect(problemOf({ kind: 'int32', min: 1, max: 100 }, '101')).toBe('PARAMETER_INVALID X')
    expect(problemOf({ kind: 'int32', min: 1 }, '0')).toBe('PARAMETER_INVALID X')
    expect(problemOf({ kind: 'int32', values: [0, 2] }, '1')).toBe('PARAMETER_INVALID X')
  })

  test('booleans are read in any case', () => {
    for (const text of ['true', 'True', 'TRUE']) expect(one({ kind: 'boolean' }, text)).toBe(true)
    for (const text of ['false', 'False', 'FALSE']) expect(one({ kind: 'boolean' }, text)).toBe(false)
    for (const text of ['1', '0', 'yes', 'truee'])
      expect(problemOf({ kind: 'boolean' }, text)).toBe('PARAMETER_INVALID X')
  })

  test('a member of an enumeration is exact, or has its own spelling whatever the case', () => {
    const exact = { kind: 'enum', values: ['OK', 'FAIL'] } as const
    expect(one(exact, 'OK')).toBe('OK')
    for (const text of ['ok', 'WARN', 'constructor']) expect(problemOf(exact, text)).toBe('PARAMETER_INVALID X')
    for (const text of ['Fail', 'fail', 'FAIL']) expect(one({ ...exact, ignoreCase: true }, text)).toBe('FAIL')
  })

  test('text keeps every character that can be stored, within its length and pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(!text.includes('\0'))
        expect(one({ kind: 'string' }, text)).toBe(text)
      }),
    )
    const json = { kind: 'object', members: { A: { kind: 'string' } } } as const
    expect(problemOf({ kind: 'string' }, 'a\0b')).toBe('PARAMETER_INVALID X')
    expect(problemOf(json, '{"A":"\\u0000"}')).toBe('PARAMETER_INVALID X.A')
    expect(problemOf(json, '{"A":"\\ud800"}')).toBe('PARAMETER_INVALID X.A')
    expect(one({ kind: 'string', maxLength: 3 }, 'abc')).toBe('abc')
    expect(problemOf({ kind: 'string', maxLength: 3 }, 'abcd')).toBe('PARAMETER_INVALID X')
    expect(problemOf({ kind: 'string', pattern: /^\d+$/ }, '1a')).toBe('PARAMETER_INVALID X')
  })
})

describe('lists and objects', () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((text) => !text.includes('\0'))
  const column = fc.record(
    {
      Name: word,
      Length: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      Keys: fc.array(word, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['Name'] },
  )

  /** Dotted, numbered names, as clients of the older version write nested values. */
  const flatten = (path: string, value: unknown): [string, string][] => {
    if (Array.isArray(value)) return value.flatMap((item, i) => flatten(`${path}.${i + 1}`, item))
    if (typeof value !== 'object' || value === null) return [[path, String(value)]]
    return Object.entries(value).flatMap(([name, member]) => flatten(`${path}.${name}`, member))
  }

  test('every encoding gives the same list', () => {
    const numbers = fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(numbers, (list) => {
        for (const encoding of ['indexed', 'json', 'comma'] as const) {
          const parameter = { kind: 'list', encoding, items: { kind: 'int64' } } as const
          expect(one(parameter, Object.fromEntries(flatten('X', list)))).toEqual(list)
          expect(one(parameter, JSON.stringify(list))).toEqual(list)
        }
        const commas = { kind: 'list', encoding: 'comma', items: { kind: 'int64' } } as const
        expect(one(commas, list.join(','))).toEqual(list)
        expect(one(commas, list.join(', '))).toEqual(list)
      }),
    )
  })

  test('texts in a list come back in every encoding', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (list) => {
        for (const encoding of ['indexed', 'json'] as const) {
          const parameter = { kind: 'list', encoding, items: { kind: 'string' } } as const
          expect(one(parameter, Object.fromEntries(flatten('X', list)))).toEqual(list)
          expect(one(parameter, JSON.stringify(list))).toEqual(list)
        }
        const plain = list.every((text) => text.trim() === text && text !== '' && !text.includes(','))
        if (!plain || list[0]?.startsWith('[')) return
        expect(one({ kind: 'list', encoding: 'comma', items: { kind: 'string' } }, list.join(','))).toEqual(list)
      }),
    )
  })

  test('nested objects come back from numbered names and from JSON', () => {
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 12 }), (columns) => {
        expect(one(COLUMNS, Object.fromEntries(flatten('X', columns)))).toEqual(columns)
        expect(one(COLUMNS, JSON.stringify(columns))).toEqual(columns)
        const object = { kind: 'object', members: { Columns: COLUMNS } } as const
        expect(one(object, Object.fromEntries(flatten('X', { Columns: columns })))).toEqual({ Columns: columns })
        expect(one(object, JSON.stringify({ Columns: columns }))).toEqual({ Columns: columns })
      }),
    )
  })

  test('members that are not declared are ignored, and null counts as absent', () => {
    expect(one(COLUMNS, '[{"Name":"a","Length":null,"Other":{"x":[1]},"__proto__":{"Length":1}}]')).toEqual([
      { Name: 'a' },
    ])
    expect(one(COLUMNS, { 'X.1.Name': 'a', 'X.1.Other.1': 'b', 'X.1.__proto__.Length': '1' })).toEqual([{ Name: 'a' }])
    expect(one({ kind: 'string' }, {})).toBeUndefined()
  })

  test('a fault in a list names its place', () => {
    expect(problemOf(COLUMNS, { 'X.1.Length': '1' })).toBe('PARAMETER_MISSING X.1.Name')
    expect(problemOf(COLUMNS, { 'X.1.Name': 'a', 'X.1.Length': 'b' })).toBe('PARAMETER_INVALID X.1.Length')
    expect(problemOf(COLUMNS, '[{"Name":"a"},{"Name":1}]')).toBe('PARAMETER_INVALID X.2.Name')
    expect(problemOf(COLUMNS, '[1]')).toBe('PARAMETER_INVALID X.1')
    expect(problemOf(COLUMNS, '[null]')).toBe('PARAMETER_INVALID X.1')
    for (const text of ['{}', '1', '"a"', 'nonsense', '[1', 'true']) {
      expect(problemOf(COLUMNS, text)).toBe('PARAMETER_INVALID X')
    }
  })

  test('numbers start at 1 and leave no gap', () => {
    const ids = { kind: 'list', encoding: 'indexed', items: { kind: 'int64' } } as const
    for (const names of [
      ['X.0'],
      ['X.2'],
      ['X.1', 'X.3'],
      ['X.01'],
      ['X.a'],
      ['X.1', 'X.__proto__'],
      ['X.-1'],
      ['X.'],
    ]) {
      expect(problemOf(ids, Object.fromEntries(names.map((name) => [name, '1'])))).toBe('PARAMETER_INVALID X')
    }
    expect(problemOf(ids, { 'X.1': '' })).toBe('PARAMETER_INVALID X.1')
  })

  test('one list in two encodings is refused', () => {
    const ids = { kind: 'list', encoding: 'json', items: { kind: 'int64' } } as const
    expect(problemOf(ids, { X: '[1]', 'X.1': '1' })).toBe('PARAMETER_REPEATED X')
    expect(one(ids, { X: '', 'X.1': '1' })).toEqual([1])
  })

  test('a list is as long as it may be, and no longer', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
    const list = (encoding: 'json' | 'comma', maxItems?: number) =>
      ({ kind: 'list', encoding, items: { kind: 'int32' }, maxItems }) as const
    expect(one(list('json', 3), '[1,2,3]')).toEqual([1, 2, 3])
    expect(problemOf(list('json', 3), '[1,2,3,4]')).toBe('PARAMETER_INVALID X')
    expect(problemOf(list('comma', 3), '1,2,3,4')).toBe('PARAMETER_INVALID X')
    expect(problemOf(list('json', 1), { 'X.1': '1', 'X.2': '2' })).toBe('PARAMETER_INVALID X')
    expect(problemOf(list('json'), JSON.stringify(numbers(1_001)))).toBe('PARAMETER_INVALID X')
    expect(one(list('json'), '[]')).toEqual([])
    expect(problemOf(list('comma'), '1,,2')).toBe('PARAMETER_INVALID X.2')
  })

  test('free JSON comes back as it is, unless it could do harm', () => {
    const value = { a: [1, 'b', null, { c: true }] }
    expect(one({ kind: 'json' }, JSON.stringify(value))).toEqual(value)
    for (const text of ['[]', '1', 'null x', '{"__proto__":1}', '{"a":{"__proto__":{}}}', '{"a":"\\u0000"}']) {
      expect(problemOf({ kind: 'json' }, text)).toBe('PARAMETER_INVALID X')
    }
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(one({ kind: 'json' }, nested(30))).toBeDefined()
    expect(problemOf({ kind: 'json' }, nested(100))).toBe('PARAMETER_INVALID X')
    expect(problemOf({ kind: 'json' }, nested(200_000))).toBe('PARAMETER_INVALID X')
  })
})

test('whatever is given, binding throws nothing but refusals', () => {
  const schema = {
    A: { kind: 'string', maxLength: 5, required: true },
    B: { kind: 'int32', min: 1 },
    C: { kind: 'boolean' },
    D: { kind: 'enum', values: ['X', 'Y'], ignoreCase: true },
    E: { kind: 'json' },
    F: COLUMNS,
    G: { kind: 'list', encoding: 'comma', items: COLUMNS },
    H: { kind: 'object', members: { A: { kind: 'int64' }, F: COLUMNS } },
  } as const satisfies Schema
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(schema)),
    fc
      .array(fc.constantFrom('A', 'F', 'G', 'H', '1', '2', 'Name', 'Keys', 'Length', '', '__proto__', 'constructor'))
      .map((segments) => segments.join('.')),
  )
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constantFrom('1', 'true', '[]', '{}', '[{}]'))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (given) => {
      try {
        bind(schema, new Map(given))
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
      }
    }),
    { numRuns: 3_000 },
  )
})

test('what is published and not taken here is refused however it is given, and may be empty', () => {
  const refused = { kind: 'refused' } as const
  for (const given of ['x', { 'X.Name': 'x' }]) expect(problemOf(refused, given)).toBe('PARAMETER_INVALID X')
  const object = { kind: 'object', members: { Sure: { kind: 'string' }, Not: refused } } as const
  expect(problemOf(object, '{"Sure":"x","Not":{"deep":1}}')).toBe('PARAMETER_INVALID X.Not')
  expect(problemOf(object, { 'X.Sure': 'x', 'X.Not': '1' })).toBe('PARAMETER_INVALID X.Not')
  expect(one(object, '{"Sure":"x","Not":null}')).toEqual({ Sure: 'x' })
  for (const empty of ['', '[]', '{}', 'null']) expect(one(refused, empty)).toBeUndefined()
  for (const empty of ['""', '[]', '{}']) expect(one(object, `{"Not":${empty}}`)).toEqual({})
})
