/**
 * Reads JSON text that somebody hands in, and says where it is broken.
 *
 * The parser of the language is not enough here: its messages differ between engines, it keeps the last of two members of the same name
 * without a word, and it gives no bound on depth. This one keeps its place on an explicit stack, so depth costs memory and
 * never the call stack; objects have no prototype; and every string it returns can be stored (no U+0000, no half surrogate pair).
 */
import { Refusal } from '../refusal.ts'

export type JsonValue = string | number | boolean | null | JsonArray | JsonObject
export type JsonArray = readonly JsonValue[]
export type JsonObject = { readonly [name: string]: JsonValue }

/** A file is a handful of levels deep; each loop inside a loop adds three. */
export const MAX_JSON_DEPTH = 100

type Container = { readonly list: JsonValue[] } | { readonly members: Record<string, JsonValue>; name: string }

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LITERALS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
/** Names that reach an object's prototype in code that copies members carelessly. No FlowSpec member is called so. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Throws FLOWSPEC_MALFORMED with the line and column, both counted from 1, of the first fault. */
export function parseJson(text: string): JsonValue {
  const start = text.startsWith('\uFEFF') ? 1 : 0
  let at = start

  const fail = (problem: string, where = at): never => {
    throw new Refusal('FLOWSPEC_MALFORMED', { path: position(text, where), problem })
  }
  const skipSpace = () => {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      at += 1
    }
  }
  const unexpected = (wanted: string): never =>
    fail(
      at < text.length
        ? `${wanted} is expected, not ${JSON.stringify(text[at])}`
        : `the text ends where ${wanted} is expected`,
    )

  const readString = (): string => {
    const opening = at
    at += 1
    let from = at
    let value = ''
    for (;;) {
      const code = text.charCodeAt(at)
      if (Number.isNaN(code)) fail('the text ends inside a string', opening)
      if (code === 0x22) break
      if (code < 0x20) fail('a control character in a string must be written as an escape')
      if (code !== 0x5c) {
        at += 1
        continue
      }
      value += text.slice(from, at)
      const letter = text[at + 1] ?? ''
      if (letter === 'u') {
        const digits = text.slice(at + 2, at + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail('\\u takes four hexadecimal digits')
        value += String.fromCharCode(Number.parseInt(digits, 16))
        at += 6
      } else {
        value += ESCAPES[letter] ?? fail(`\\${letter} is no escape`)
        at += 2
      }
      from = at
    }
    value += text.slice(from, at)
    at += 1
    if (value.includes('\u0000')) fail('a string holds the character U+0000, which cannot be stored', opening)
    if (!value.isWellFormed()) fail('a string holds half of a surrogate pair', opening)
    return value
  }
  const readNumber = (): number => {
    NUMBER.lastIndex = at
    const written = NUMBER.exec(text)?.[0] ?? unexpected('a value')
    const value = Number(written)
    if (!Number.isFinite(value)) fail('the number is too large')
    at += written.length
    return value
  }
  const readScalar = (): JsonValue => {
    if (text[at] === '"') return readString()
    for (const [word, value] of LITERALS) {
      if (text.startsWith(word, at)) {
        at += word.length
        return value
      }
    }
    return readNumber()
  }
  const readName = (members: Record<string, JsonValue>): string => {
    skipSpace()
    if (text[at] !== '"') unexpected('a member name in quotes')
    const opening = at
    const name = readString()
    if (FORBIDDEN_NAMES.has(name)) fail(`no member may be called ${name}`, opening)
    if (Object.hasOwn(members, name)) fail(`the member ${JSON.stringify(name)} is given twice`, opening)
    skipSpace()
    if (text[at] !== ':') unexpected('":"')
    at += 1
    return name
  }

  const open: Container[] = []
  let value: JsonValue
  for (;;) {
    skipSpace()
    const first = text[at]
    if (first === '{' || first === '[') {
      if (open.length === MAX_JSON_DEPTH) fail(`the text is nested more than ${MAX_JSON_DEPTH} levels deep`)
      at += 1
      skipSpace()
      const closing = first === '{' ? '}' : ']'
      const container: Container = first === '{' ? { members: Object.create(null), name: '' } : { list: [] }
      if (text[at] !== closing) {
        open.push(container)
        if ('members' in container) container.name = readName(container.members)
        continue
      }
      at += 1
      value = contents(container)
    } else value = readScalar()

    // The value is complete: put it into its container, and go on with the next one or close as many containers as end here.
    for (;;) {
      const container = open.at(-1)
      skipSpace()
      if (container === undefined) {
        if (at < text.length) unexpected('the end of the text')
        return value
      }
      if ('members' in container) container.members[container.name] = value
      else container.list.push(value)
      const closing = 'members' in container ? '}' : ']'
      if (text[at] === ',') {
        at += 1
        if ('members' in container) container.name = readName(container.members)
        break
      }
      if (text[at] !== closing) unexpected(`"," or "${closing}"`)
      at += 1
      value = contents(container)
      open.pop()
    }
  }
}

function contents(container: Container): JsonValue {
  return 'members' in container ? container.members : container.list
}

function position(text: string, at: number): string {
  const before = text.slice(0, at)
  return `line ${before.split('\n').length}, column ${at - before.lastIndexOf('\n')}`
}
