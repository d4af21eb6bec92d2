import fc from 'fast-check'
import { expect, test } from 'vitest'
import { begin, canonicalText, write, writeCanonical, written } from './canonical.ts'
import { decodeRequest, type Pair } from './parameters.ts'

const NO_BODY = Buffer.alloc(0)

const plain = fc.string({ unit: fc.constantFrom('A', 'Z', 'a', 'b', 'Signature', '0', '9', '-', '_', '.', '~') })
const value = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    '7',
    '~',
    '+',
    ' ',
    '%',
    '&',
    '=',
    '*',
    "'",
    '(',
    ')',
    '!',
    '/',
    '\0',
    '中',
    '😀',
    'é',
  ),
})
/** How clients write the same byte: as it is where that can be, escaped in either case, a space as a plus. */
const ways = fc.infiniteStream(fc.integer({ min: 0, max: 3 }))

function onTheWire(text: string, way: Iterator<number>): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const one = String.fromCharCode(byte)
      const chosen = way.next().value as number
      if (byte === 0x20 && chosen === 0) return '+'
      if (byte > 0x20 && byte < 0x7f && !'%&+='.includes(one) && chosen < 2) return one
      const digits = byte.toString(16).padStart(2, '0')
      return `%${chosen === 2 ? digits : digits.toUpperCase()}`
    })
    .join('')
}

const wire = fc
  .tuple(fc.uniqueArray(fc.tuple(plain.filter(Boolean), fc.option(value)), { selector: ([name]) => name }), ways)
  .map(([pairs, stream]) => {
    const way = stream[Symbol.iterator]()
    return pairs.map(([name, text]) => (text === null ? name : `${name}=${onTheWire(text, way)}`))
  })

const canonicalOf = (pairs: readonly Pair[], encoded: 'once' | 'twice') =>
  canonicalText(
    pairs.filter(([name]) => name !== 'Signature'),
    encoded,
  )

test('what is written from the bytes on the wire is the canonical text of what they say', () => {
  fc.assert(
    fc.property(wire, fc.nat(20), fc.constantFrom('once' as const, 'twice' as const), (pieces, inQuery, encoded) => {
      const rawQuery = pieces.slice(0, inQuery).join('&')
      const body = Buffer.from(pieces.slice(inQuery).join('&'))
      const headers = [['content-type', 'application/x-www-form-urlencoded']] as const
      const parameters = decodeRequest({ method: 'POST', path: '/', rawQuery, headers, body })
      begin()
      expect(writeCanonical(rawQuery, body, encoded, 'left out')).toBe(parameters.size)
      expect(written().toString('latin1')).toBe(canonicalOf([...parameters], encoded))
    }),
    { numRuns: 2_000 },
  )
})

test('values of a repeated name stay in their order, and the signature is kept where it is meant to be', () => {
  begin()
  expect(writeCanonical('b=2&a=1&b=1&Signature=x&&a', NO_BODY, 'once', 'kept')).toBe(5)
  expect(written().toString()).toBe('Signature=x&a=1&a=&b=2&b=1')
})

test('names that hold an escape, many parameters and long requests are left to the other way', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `p${n}=1`).join('&')
  const countOf = (query: string, body = NO_BODY) => {
    begin()
    return writeCanonical(query, body, 'twice', 'left out')
  }
  expect(countOf('a%2Eb=1')).toBe(-1)
  expect(countOf('a+b=1')).toBe(-1)
  expect(countOf('=1')).toBe(-1)
  expect(countOf('', Buffer.from('{"a":"b"}'))).toBe(-1)
  expect([countOf(many(64)), countOf(many(65))]).toEqual([64, -1])
  const longest = `a=${'('.repeat((1 << 14) - 3)}`
  expect([countOf(longest), countOf(`${longest}(`)]).toEqual([1, -1])
  expect(written().length).toBeLessThan(10)
})

test('a text beside the parameters that has no room is not cut', () => {
  begin()
  expect(write('x'.repeat(1 << 17))).toBe(false)
  expect(written().length).toBe(0)
  expect(write('x')).toBe(true)
})
