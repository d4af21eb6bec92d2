import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { MAX_JSON_DEPTH, parseJson } from './json-text.ts'

/** Values as the language's own parser gives them, with prototypes; ours have none. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function faultOf(text: string): string {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof Refusal) return `${error.details.path}: ${error.details.problem}`
    throw error
  }
  return 'none'
}

/** JSON values without the member names that are refused and without strings that cannot be stored. */
const jsonValue = fc
  .jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })
  .filter((value) => !/"(__proto__|constructor|prototype)":|\\u0000/.test(JSON.stringify(value)))

test('what the language itself would read, this reads to the same value', () => {
  fc.assert(
    fc.property(jsonValue, fc.constantFrom(undefined, 0, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      expect(plain(parseJson(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('what the language itself would refuse, this refuses, with a line and a column inside the text', () => {
  const near = fc
    .tuple(jsonValue, fc.nat(), fc.constantFrom('', '"', '{', ']', ',', '\\', 'x', '0', '\n', '-'))
    .map(([value, at, inserted]) => {
      const text = JSON.stringify(value, null, 1)
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + inserted + text.slice(cut + 1)
    })
  fc.assert(
    fc.property(near, (text) => {
      let accepted = true
      try {
        JSON.parse(text)
      } catch {
        accepted = false
      }
      const fault = faultOf(text)
      if (accepted) {
        // Only what the language lets through and we do not may be refused here.
        expect(
          fault === 'none' || /given twice|may be called|half of a surrogate|too large|U\+0000/.test(fault),
          fault,
        ).toBe(true)
        return
      }
      const [, line = '', column = ''] = /^line (\d+), column (\d+): /.exec(fault) ?? []
      const lines = text.split('\n')
      expect(Number(line), fault).toBeGreaterThanOrEqual(1)
      expect(Number(line), fault).toBeLessThanOrEqual(lines.length)
      expect(Number(column), fault).toBeLessThanOrEqual((lines[Number(line) - 1]?.length ?? 0) + 1)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['', 'line 1, column 1: the text ends where a value is expected'],
  ['{\n  "nodes": [\n    1,\n  ]\n}', 'line 4, column 3: a value is expected, not "]"'],
  ['{"a": 1 "b": 2}', 'line 1, column 9: "," or "}" is expected, not "\\""'],
  ['{"a" 1}', 'line 1, column 6: ":" is expected, not "1"'],
  ["{'a': 1}", 'line 1, column 2: a member name in quotes is expected, not "\'"'],
  ['[1] [2]', 'line 1, column 5: the end of the text is expected, not "["'],
  ['["a', 'line 1, column 2: the text ends inside a string'],
  ['["a\nb"]', 'line 1, column 4: a control character in a string must be written as an escape'],
  ['["\\x"]', 'line 1, column 3: \\x is no escape'],
  ['["\\u12g4"]', 'line 1, column 3: \\u takes four hexadecimal digits'],
  ['["a\\u0000"]', 'line 1, column 2: a string holds the character U+0000, which cannot be stored'],
  ['["\\ud800"]', 'line 1, column 2: a string holds half of a surrogate pair'],
  ['[1e999]', 'line 1, column 2: the number is too large'],
  ['{"a": 1,\n "a": 2}', 'line 2, column 2: the member "a" is given twice'],
  ['{"__proto__": {"isAdmin": true}}', 'line 1, column 2: no member may be called __proto__'],
  ['{"constructor": {}}', 'line 1, column 2: no member may be called constructor'],
  ['{"prototype": {}}', 'line 1, column 2: no member may be called prototype'],
  ['{"\\u005f_proto__": {}}', 'line 1, column 2: no member may be called __proto__'],
])('%j is refused at its place', (text, fault) => {
  expect(faultOf(text)).toBe(fault)
})

test('an object that was read has no prototype to reach', () => {
  expect(Object.getPrototypeOf(parseJson('{"a": {}}'))).toBe(null)
})

test('a byte order mark at the start is not a fault', () => {
  expect(plain(parseJson('\uFEFF{"a": [true, null]}'))).toEqual({ a: [true, null] })
})

test('nesting is bounded, however deep the text goes', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  expect(faultOf(nested(MAX_JSON_DEPTH))).toBe('none')
  expect(faultOf(nested(MAX_JSON_DEPTH + 1))).toBe(
    `line 1, column ${MAX_JSON_DEPTH + 1}: the text is nested more than 100 levels deep`,
  )
  expect(faultOf('{"a":'.repeat(1_000_000))).toMatch(/nested more than 100 levels/)
})
