/**
 * Writes what is signed, byte by byte, into one place that is used again and again: verifying a signature costs little more than its hashes so. Everything between `begin` and the use of
 * what `written` answers happens without a pause.
 */

/** Longer texts get a place of their own, which is let go afterwards. */
const KEPT_BYTES = 1 << 16
const kept = Buffer.allocUnsafe(KEPT_BYTES)
let bytes: Buffer = kept
let length = 0

/** Up to here a loop is faster than a call out of JavaScript. */
const SHORT = 24

const PERCENT = 0x25
const HEX = Buffer.from('0123456789ABCDEF')
/** Letters, digits and `-_.~` stay as they are (RFC 3986). */
const STAYS = Uint8Array.from({ length: 128 }, (_, code) => Number(/[\w.~-]/.test(String.fromCharCode(code))))

export function begin(): void {
  bytes = kept
  length = 0
}

/** Valid until the next `begin`. */
export function written(): Buffer {
  return bytes.subarray(0, length)
}

/** One character for each byte. */
export function textOf(some: Buffer): string {
  return some.toString('latin1')
}

/** A text of bytes, one in each character. */
export function write(text: string): void {
  makeRoom(text.length)
  if (text.length > SHORT) length += bytes.write(text, length, 'latin1')
  else {
    const into = bytes
    let to = length
    for (let at = 0; at < text.length; at++) into[to++] = text.charCodeAt(at)
    length = to
  }
}

/** In UTF-8, percent-encoded; with `twice` the percent signs are encoded again. */
export function writeEncoded(text: string, how: 'once' | 'twice'): void {
  const twice = how === 'twice'
  // A character is at most three bytes, two of them at most four.
  makeRoom(text.length * (twice ? 15 : 9))
  const into = bytes
  let to = length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) {
      if (STAYS[code] === 1) into[to++] = code
      else to = writeByte(into, to, code, twice)
    } else if (code < 0x800) {
      to = writeByte(into, to, 0xc0 | (code >> 6), twice)
      to = writeByte(into, to, 0x80 | (code & 0x3f), twice)
    } else {
      const point = text.codePointAt(at)!
      if (point > 0xffff) {
        at++
        to = writeByte(into, to, 0xf0 | (point >> 18), twice)
        to = writeByte(into, to, 0x80 | ((point >> 12) & 0x3f), twice)
      } else to = writeByte(into, to, 0xe0 | (point >> 12), twice)
      to = writeByte(into, to, 0x80 | ((point >> 6) & 0x3f), twice)
      to = writeByte(into, to, 0x80 | (point & 0x3f), twice)
    }
  }
  length = to
}

function writeByte(into: Buffer, at: number, byte: number, twice: boolean): number {
  let to = at
  into[to++] = PERCENT
  if (twice) {
    into[to++] = 0x32
    into[to++] = 0x35
  }
  into[to++] = HEX[byte >> 4]!
  into[to++] = HEX[byte & 15]!
  return to
}

function makeRoom(more: number): void {
  if (length + more <= bytes.length) return
  const larger = Buffer.allocUnsafe(2 * (length + more))
  bytes.copy(larger, 0, 0, length)
  bytes = larger
}
