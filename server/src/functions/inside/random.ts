/** Random values from a key that the host gives for every call: ChaCha20 (RFC 8439), so that nothing has to be asked of the host in between. */

const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]
const state = new Uint32Array(16)
const block = new Uint32Array(16)
const blockBytes = new Uint8Array(block.buffer)
let used = 64

/** Eight words. Nothing that the stranger's code may have changed is called here. */
export function reseed(key: readonly number[]): void {
  for (let at = 0; at < 4; at++) state[at] = CONSTANTS[at]!
  for (let at = 0; at < 8; at++) state[4 + at] = key[at]!
  for (let at = 12; at < 16; at++) state[at] = 0
  used = 64
}

function quarter(a: number, b: number, c: number, d: number): void {
  block[a]! += block[b]!
  block[d] = turned(block[d]! ^ block[a]!, 16)
  block[c]! += block[d]!
  block[b] = turned(block[b]! ^ block[c]!, 12)
  block[a]! += block[b]!
  block[d] = turned(block[d]! ^ block[a]!, 8)
  block[c]! += block[d]!
  block[b] = turned(block[b]! ^ block[c]!, 7)
}

const turned = (word: number, by: number) => (word << by) | (word >>> (32 - by))

function nextBlock(): void {
  block.set(state)
  for (let round = 0; round < 10; round++) {
    quarter(0, 4, 8, 12)
    quarter(1, 5, 9, 13)
    quarter(2, 6, 10, 14)
    quarter(3, 7, 11, 15)
    quarter(0, 5, 10, 15)
    quarter(1, 6, 11, 12)
    quarter(2, 7, 8, 13)
    quarter(3, 4, 9, 14)
  }
  for (let at = 0; at < 16; at++) block[at]! += state[at]!
  state[12]!++
  used = 0
}

function getRandomValues<T>(array: T): T {
  if (
    !ArrayBuffer.isView(array) ||
    array instanceof DataView ||
    array instanceof Float32Array ||
    array instanceof Float64Array
  )
    throw new TypeError('getRandomValues takes an array of integers')
  if (array.byteLength > 65_536) throw new RangeError('getRandomValues gives at most 65536 bytes at once')
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  for (let at = 0; at < bytes.length; at++) {
    if (used === 64) nextBlock()
    bytes[at] = blockBytes[used++]!
  }
  return array
}

function randomUUID(): string {
  const bytes = getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export const crypto = Object.freeze({ getRandomValues, randomUUID })
