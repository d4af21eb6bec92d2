/**
 * A value of a FlowSpec file together with where it stands, so that whatever is wrong with it can be said with its place:
 * `spec.nodes[3].trigger`. A member that is missing and one that is null are the same.
 */
import { Refusal } from '../refusal.ts'
import type { JsonValue } from './json-text.ts'

export type Place = { readonly path: string; readonly value: JsonValue | undefined }

/** The path of the whole document; its members have their bare names as paths. */
export const DOCUMENT_PATH = '$'
/** Numbers beyond this do not fit the columns and messages that carry them. */
const MAX_INTEGER = 2_147_483_647

export function malformed(place: Pick<Place, 'path'>, problem: string): Refusal {
  return new Refusal('FLOWSPEC_MALFORMED', { path: place.path, problem })
}

export function isPresent(place: Place): boolean {
  return place.value !== undefined
}

/** A value as a message shows it: quoted, and cut where it is long. */
export function shown(value: string | number): string {
  const text = String(value)
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

/** The member of an object; also of a missing one, where it is missing too. */
export function inside(place: Place, name: string): Place {
  const path = place.path === DOCUMENT_PATH ? name : `${place.path}.${name}`
  if (place.value === undefined) return { path, value: undefined }
  if (typeof place.value !== 'object' || place.value === null || Array.isArray(place.value)) {
    throw malformed(place, `an object is expected, not ${kindOf(place.value)}`)
  }
  const object = place.value as Readonly<Record<string, JsonValue>>
  return { path, value: Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined }
}

/** The first of these members that is there; the first of all when none is. */
export function insideAny(place: Place, ...names: readonly [string, ...string[]]): Place {
  const places = names.map((name) => inside(place, name))
  return places.find(isPresent) ?? (places[0] as Place)
}

/** The entries of a list; none when it is missing. */
export function entriesOf(place: Place): readonly Place[] {
  if (place.value === undefined) return []
  if (!Array.isArray(place.value)) throw malformed(place, `a list is expected, not ${kindOf(place.value)}`)
  return place.value.map((value: JsonValue, index) => ({ path: `${place.path}[${index}]`, value: value ?? undefined }))
}

export function isObject(place: Place): boolean {
  return typeof place.value === 'object' && place.value !== null && !Array.isArray(place.value)
}

export function textAt(place: Place): string | null {
  if (place.value === undefined) return null
  if (typeof place.value !== 'string') throw malformed(place, `text is expected, not ${kindOf(place.value)}`)
  return place.value
}

/** Text that identifies something. The vendor's files also write owners and ids as numbers; one that lost digits that way is refused. */
export function identifierAt(place: Place, maxLength: number): string | null {
  if (typeof place.value === 'number') {
    if (!Number.isSafeInteger(place.value)) {
      throw malformed(place, 'a number of this size loses digits; write it as text')
    }
    return String(place.value)
  }
  const text = textAt(place)
  if (text === null) return null
  if (text.trim() === '') throw malformed(place, 'it is empty')
  if (text.length > maxLength) throw malformed(place, `it has more than ${maxLength} characters`)
  return text
}

/** Text that describes something; blank counts as missing, and a number is taken as its digits. */
export function wordsAt(place: Place): string | null {
  if (typeof place.value === 'string' && place.value.trim() === '') return null
  return identifierAt(place, Number.MAX_SAFE_INTEGER)
}

/** A whole number from 0 on. */
export function countAt(place: Place): number | null {
  if (place.value === undefined) return null
  if (typeof place.value !== 'number') throw malformed(place, `a number is expected, not ${kindOf(place.value)}`)
  if (!Number.isInteger(place.value) || place.value < 0) {
    throw malformed(place, `a whole number from 0 on is expected, not ${place.value}`)
  }
  if (place.value > MAX_INTEGER) throw malformed(place, `${place.value} is too large`)
  return place.value
}

/** One of a closed list of words, compared without case as the vendor's own parser does. */
export function labelAt<Value>(place: Place, labels: readonly (readonly [string, Value])[]): Value | null {
  const text = textAt(place)
  if (text === null) return null
  const found = labels.find(([label]) => label.toLowerCase() === text.trim().toLowerCase())
  if (found === undefined) {
    throw malformed(place, `${shown(text)} is not one of ${labels.map(([label]) => label).join(', ')}`)
  }
  return found[1]
}

function kindOf(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
