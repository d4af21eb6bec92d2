import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonFault, readJson } from './json-text.ts'

function fault(text: string): string {
  try {
    readJson(text)
  } catch (error) {
    if (error instanceof JsonFault) return `${error.line}: ${error.message}`
    throw error
  }
  return 'it was read'
}

/** No __proto__, no half characters, no NUL, not too deep: what is refused beside what JSON refuses. */
const json = fc
  .jsonValue({ maxDepth: 8, stringUnit: 'binary' })
  .filter((value) => !/\\u0000|\\ud[89a-f]|__proto__/i.test(JSON.stringify(value)))

describe('JSON text', () => {
  test('is read as JSON.parse reads it, however it is laid out', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 0, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(readJson(text).value).toEqual(JSON.parse(text))
      }),
      { numRuns: 300 },
    )
  })

  test('that JSON.parse refuses is refused, by a fault that names a line of the text', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.constantFrom('', '"', '{', ',', 'x', '\n'), (value, somewhere, put) => {
        const whole = JSON.stringify(value, null, 1)
        const at = somewhere % (whole.length + 1)
        const text = whole.slice(0, at) + put + whole.slice(at + 1)
        let refusedByOther = false
        try {
          JSON.parse(text)
        } catch {
          refusedByOther = true
        }
        if (!refusedByOther) return
        const line = Number(/^(\d+): ./.exec(fault(text))?.[1])
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(text.split('\n').length)
      }),
      { numRuns: 300 },
    )
  })

  test('with a member named twice is refused at the second', () => {
    expect(fault('{"a": 1,\n "b": 2,\n "a": 3}')).toBe('3: "a" stands here twice')
    expect(fault('{"a": {"x": 1, "\\u0078": 2}}')).toBe('1: "x" stands here twice')
    expect(fault('{"a": {"x": 1}, "b": {"x": 2}}')).toBe('it was read')
  })

  test('that could not be kept, or reaches what every object has, is refused', () => {
    expect(fault('["\\u0000"]')).toMatch(/NUL/)
    expect(fault('["\\ud800"]')).toMatch(/half a character/)
    expect(fault('{\n"__proto__": {}}')).toBe('2: a member cannot be named __proto__')
    expect(fault('[1e999]')).toMatch(/out of range/)
    expect(fault(`${'['.repeat(100_000)}`)).toMatch(/more than 20 levels/)
  })

  test('knows the line of each value, and for what is not there the line of what is around it', () => {
    const text = readJson('\n{\n "a": {\n  "b": [\n   1,\n   {"c": true}]}}')
    expect(text.lineAt([])).toBe(2)
    expect(text.lineAt(['a'])).toBe(3)
    expect(text.lineAt(['a', 'b', 0])).toBe(5)
    expect(text.lineAt(['a', 'b', 1, 'c'])).toBe(6)
    expect(text.lineAt(['a', 'b', 7, 'd'])).toBe(4)
    expect(text.lineAt(['z'])).toBe(2)
  })
})
