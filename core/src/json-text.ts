/**
 * JSON text that people write, read together with the line of everything in it. A member that is named twice is refused, of which
 * JSON.parse silently keeps the last.
 */
import type { Json } from './pattern.ts'

const MOST_LEVELS = 20
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what JSON does not allow in a string
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y
const BLANK = /[ \t\r\n]*/y

export type JsonText = {
  readonly value: Json
  /** The line, counted from 1, on which the value at this place begins; that of the nearest place around it where there is none. */
  lineAt(path: readonly (string | number)[]): number
}

/** Why a text is not read: what is wrong and the line of it, counted from 1. */
export class JsonFault extends Error {
  readonly line: number

  constructor(problem: string, line: number) {
    super(problem)
    this.name = 'JsonFault'
    this.line = line
  }
}

type Place = { readonly at: number; readonly inside: Map<string | number, Place> }

/** Reads strict JSON of at most 20 levels, or throws a JsonFault. */
export function readJson(text: string): JsonText {
  let at = 0
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length
  const fault = (problem: string, offset = at) => new JsonFault(problem, lineOf(offset))
  const next = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? null
    if (found !== null) at += found.length
    return found
  }
  const taken = (sign: string): boolean => {
    next(BLANK)
    if (text[at] !== sign) return false
    at++
    return true
  }
  const string = (): string => {
    next(BLANK)
    const found = next(STRING)
    if (found === null) throw fault('a text in double quotes is expected')
    const read = JSON.parse(found) as string
    if (read.includes('\u0000') || !read.isWellFormed()) throw fault('the text holds NUL or half a character')
    return read
  }
  const value = (place: Place, level: number): Json => {
    if (level > MOST_LEVELS) throw fault(`more than ${MOST_LEVELS} levels`)
    const inside = (name: string | number) => {
      next(BLANK)
      const made: Place = { at, inside: new Map() }
      place.inside.set(name, made)
      return made
    }
    if (taken('{')) {
      const members: [string, Json][] = []
      for (let more = !taken('}'); more; ) {
        next(BLANK)
        const begin = at
        const name = string()
        if (name === '__proto__') throw fault('a member cannot be named __proto__', begin)
        if (place.inside.has(name)) throw fault(`${JSON.stringify(name)} stands here twice`, begin)
        if (!taken(':')) throw fault('a colon is expected')
        members.push([name, value(inside(name), level + 1)])
        more = taken(',')
        if (!more && !taken('}')) throw fault('a comma or the end of the object is expected')
      }
      return Object.fromEntries(members)
    }
    if (taken('[')) {
      const elements: Json[] = []
      for (let more = !taken(']'); more; ) {
        elements.push(value(inside(elements.length), level + 1))
        more = taken(',')
        if (!more && !taken(']')) throw fault('a comma or the end of the list is expected')
      }
      return elements
    }
    next(BLANK)
    if (text[at] === '"') return string()
    const plain = next(WORD) ?? next(NUMBER)
    if (plain === null) throw fault(at >= text.length ? 'the text ends too early' : 'a value is expected')
    const read = JSON.parse(plain) as boolean | number | null
    if (typeof read === 'number' && !Number.isFinite(read)) throw fault('the number is out of range')
    return read
  }
  next(BLANK)
  const top: Place = { at, inside: new Map() }
  const read = value(top, 0)
  next(BLANK)
  if (at < text.length) throw fault('nothing more is expected')
  return {
    value: read,
    lineAt(path) {
      let place = top
      for (const step of path) place = place.inside.get(step) ?? place
      return lineOf(place.at)
    },
  }
}
