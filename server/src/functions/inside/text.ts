/** UTF-8 and base64, which the language does not have by itself. */

export class TextEncoder {
  get encoding(): string {
    return 'utf-8'
  }

  encode(given: unknown = ''): Uint8Array {
    const text = String(given)
    const bytes = new Uint8Array(text.length * 3)
    return bytes.slice(0, write(text, bytes).written)
  }

  encodeInto(given: unknown, into: Uint8Array): { read: number; written: number } {
    return write(String(given), into)
  }
}

function write(text: string, into: Uint8Array): { read: number; written: number } {
  let written = 0
  let read = 0
  while (read < text.length) {
    const point = text.codePointAt(read)!
    // Half of a pair that has no other half.
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (written + size > into.length) break
    if (size === 1) into[written++] = code
    else {
      into[written++] = (0xf00 >> size) | (code >> (6 * (size - 1)))
      for (let more = size - 2; more >= 0; more--) into[written++] = 0x80 | ((code >> (6 * more)) & 0x3f)
    }
    read += point > 0xffff ? 2 : 1
  }
  return { read, written }
}

export class TextDecoder {
  readonly #fatal: boolean
  readonly #keepMark: boolean

  constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    if (!['utf-8', 'utf8', 'unicode-1-1-utf-8'].includes(String(label).trim().toLowerCase()))
      throw new RangeError(`the encoding ${label} is not supported, only utf-8 is`)
    this.#fatal = Boolean(options.fatal)
    this.#keepMark = Boolean(options.ignoreBOM)
  }

  get encoding(): string {
    return 'utf-8'
  }

  get fatal(): boolean {
    return this.#fatal
  }

  decode(given?: ArrayBuffer | ArrayBufferView): string {
    const bytes =
      given === undefined
        ? new Uint8Array()
        : ArrayBuffer.isView(given)
          ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
          : new Uint8Array(given)
    let text = ''
    let at = 0
    while (at < bytes.length) {
      const { code, size } = point(bytes, at)
      if (code === null && this.#fatal) throw new TypeError('the bytes are not valid utf-8')
      text += String.fromCodePoint(code ?? 0xfffd)
      at += size
    }
    return !this.#keepMark && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }
}

/** The code point that begins here and how many bytes it takes; null for bytes that are none, as many as could have begun one. */
function point(bytes: Uint8Array, at: number): { code: number | null; size: number } {
  const first = bytes[at]!
  if (first < 0x80) return { code: first, size: 1 }
  const more =
    first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0
  if (more === 0) return { code: null, size: 1 }
  let code = first & (0x3f >> more)
  for (let nth = 1; nth <= more; nth++) {
    const byte = bytes[at + nth]
    const least = nth > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
    const most = nth > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
    if (byte === undefined || byte < least || byte > most) return { code: null, size: nth }
    code = (code << 6) | (byte & 0x3f)
  }
  return { code, size: more + 1 }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function btoa(given: unknown): string {
  const text = String(given)
  let result = ''
  for (let at = 0; at < text.length; at += 3) {
    const [a, b, c] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)]
    if (a > 255 || b > 255 || c > 255) throw new TypeError('btoa takes bytes: a letter is above 255')
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0)
    result += LETTERS[bits >> 18]! + LETTERS[(bits >> 12) & 63]!
    result += at + 1 < text.length ? LETTERS[(bits >> 6) & 63]! : '='
    result += at + 2 < text.length ? LETTERS[bits & 63]! : '='
  }
  return result
}

export function atob(given: unknown): string {
  const whole = String(given).replace(/[\t\n\f\r ]/g, '')
  const text = whole.length % 4 === 0 ? whole.replace(/={1,2}$/, '') : whole
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) throw new TypeError('atob takes base64')
  let result = ''
  let bits = 0
  let held = 0
  for (const letter of text) {
    bits = ((bits << 6) | LETTERS.indexOf(letter)) & 0xffffff
    held += 6
    if (held < 8) continue
    held -= 8
    result += String.fromCharCode((bits >> held) & 255)
  }
  return result
}
