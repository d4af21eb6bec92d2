/**
 * The canonical text of parameters, which is what is signed: sorted by name, each name and value percent-encoded in one way.
 *
 * `canonicalText` says what it is. `writeCanonical` writes the same from the bytes on the wire, without a text for any name or value, so that verifying a signature costs little more than
 * its hashes; it leaves what is rare (long requests, names with escapes in them) to the other. What it writes stays in a place that is used again and again: everything between `begin` and
 * the use of what `written` answers happens without a pause.
 */
import type { Pair } from './parameters.ts'

/** V3 signs `name=value&…`, V1 signs that text encoded once more. */
export type Encoded = 'once' | 'twice'

/** Values of a repeated name stay in their order. */
export function canonicalText(pairs: readonly Pair[], encoded: Encoded, names: 'encoded' | 'raw' = 'encoded'): string {
  const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const nameOf = names === 'encoded' ? encode : bytesOf
  const text = sorted.map(([name, value]) => `${nameOf(name)}=${encode(value)}`).join('&')
  return encoded === 'once' ? text : encode(text)
}

/** Letters, digits and `-_.~` stay as they are (RFC 3986). */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** One character for each byte of UTF-8. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

const GIVEN_BYTES_MAX = 1 << 14
const PARAMETERS_MAX = 64
/** The longest text beside the parameters; headers are shorter. */
const REST_BYTES_MAX = 1 << 15

const given = new Uint8Array(GIVEN_BYTES_MAX + 1)
const givenBuffer = Buffer.from(given.buffer)
/** A byte on the wire becomes five at most. */
const out = new Uint8Array(5 * GIVEN_BYTES_MAX + REST_BYTES_MAX)
const outBuffer = Buffer.from(out.buffer)
let length = 0

/** Where each parameter begins, has its `=` and ends in `given`; and which one comes when. */
const starts = new Int32Array(PARAMETERS_MAX)
const middles = new Int32Array(PARAMETERS_MAX)
const ends = new Int32Array(PARAMETERS_MAX)
const order = new Int32Array(PARAMETERS_MAX)

const [PERCENT, PLUS, SPACE, EQUALS, AMPERSAND] = [0x25, 0x2b, 0x20, 0x3d, 0x26]
const DIGITS = Buffer.from('0123456789ABCDEF')
const STAYS = Uint8Array.from({ length: 256 }, (_, code) => Number(/[\w.~-]/.test(String.fromCharCode(code))))
const DIGIT_VALUES = Uint8Array.from({ length: 256 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16) || 0)

export function begin(): void {
  length = 0
}

/** A text of bytes, one in each character; false when there is no room for it. */
export function write(text: string): boolean {
  if (length + text.length > out.length) return false
  length += outBuffer.write(text, length, 'latin1')
  return true
}

/** Valid until the next `begin`. */
export function written(): Buffer {
  return outBuffer.subarray(0, length)
}

/**
 * Writes the parameters of a query and of a form, both as they came and known to be well-formed, without the one named `Signature` where it is `left out`. Answers how many parameters
 * there were, that one included; -1 when it has not written them.
 */
export function writeCanonical(query: string, form: Buffer, encoded: Encoded, signature: 'left out' | 'kept'): number {
  const count = sorted(query, form)
  if (count < 0) return -1
  let isFirst = true
  for (let nth = 0; nth < count; nth++) {
    const one = order[nth]!
    if (signature === 'left out' && isSignature(one)) continue
    if (!isFirst) writeSign(AMPERSAND, encoded)
    isFirst = false
    writeBytes(starts[one]!, middles[one]!, encoded)
    writeSign(EQUALS, encoded)
    if (middles[one]! < ends[one]!) writeBytes(middles[one]! + 1, ends[one]!, encoded)
  }
  return count
}

/** Finds where the parameters are, and sorts them while it goes. */
function sorted(query: string, form: Buffer): number {
  let size = query.length
  if (size + 1 + form.length > GIVEN_BYTES_MAX) return -1
  givenBuffer.write(query, 0, 'latin1')
  if (form.length > 0) {
    given[size++] = AMPERSAND
    size += form.copy(givenBuffer, size)
  }
  // So that the loops find an end without asking for it.
  given[size] = AMPERSAND
  let count = 0
  for (let start = 0; start < size; start++) {
    let at = start
    while (STAYS[given[at]!] === 1) at++
    if (given[at] !== EQUALS && given[at] !== AMPERSAND) return -1
    const middle = at
    while (given[at] !== AMPERSAND) at++
    if (at > start) {
      if (middle === start || count === PARAMETERS_MAX) return -1
      starts[count] = start
      middles[count] = middle
      ends[count] = at
      let place = count
      for (; place > 0 && isAfter(order[place - 1]!, count); place--) order[place] = order[place - 1]!
      order[place] = count++
    }
    start = at
  }
  return count
}

function isAfter(one: number, other: number): boolean {
  let a = starts[one]!
  let b = starts[other]!
  const aEnd = middles[one]!
  const bEnd = middles[other]!
  while (a < aEnd && b < bEnd && given[a] === given[b]) {
    a++
    b++
  }
  return b === bEnd ? a < aEnd : a < aEnd && given[a]! > given[b]!
}

const SIGNATURE = Buffer.from('Signature')

function isSignature(one: number): boolean {
  const start = starts[one]!
  if (middles[one]! - start !== SIGNATURE.length) return false
  for (let at = 0; at < SIGNATURE.length; at++) if (given[start + at] !== SIGNATURE[at]) return false
  return true
}

/** Bytes on the wire, up to a sign: `+` is a space, and what is escaped may be what needs no escape. */
function writeBytes(from: number, end: number, encoded: Encoded): void {
  const twice = encoded === 'twice'
  let to = length
  for (let at = from; ; at++) {
    let byte = given[at]!
    for (; STAYS[byte] === 1; byte = given[++at]!) out[to++] = byte
    if (at >= end) break
    if (byte === PERCENT) {
      byte = (DIGIT_VALUES[given[at + 1]!]! << 4) | DIGIT_VALUES[given[at + 2]!]!
      at += 2
    } else if (byte === PLUS) byte = SPACE
    if (STAYS[byte] === 1) out[to++] = byte
    else to = writeEscape(to, byte, twice)
  }
  length = to
}

/** A sign between parameters, which only the second encoding escapes. */
function writeSign(byte: number, encoded: Encoded): void {
  if (encoded === 'once') out[length++] = byte
  else length = writeEscape(length, byte, false)
}

function writeEscape(at: number, byte: number, twice: boolean): number {
  let to = at
  out[to++] = PERCENT
  if (twice) {
    out[to++] = 0x32
    out[to++] = 0x35
  }
  out[to++] = DIGITS[byte >> 4]!
  out[to++] = DIGITS[byte & 15]!
  return to
}
