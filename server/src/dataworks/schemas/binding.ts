/**
 * A small language for the parameters of an action, and binding received parameters to it.
 *
 * A schema is data; the type of what `bind` returns follows from it. Parameters that a schema does not name are ignored,
 * since clients add some of their own. An empty text counts as absent in every kind: clients disagree on whether to send
 * an empty parameter, one of them does not sign it, and so it must not mean anything.
 */
import { Refusal } from '@holdpoint/core/refusal'
import type { Parameters } from '../parameters.ts'

type Common = {
  /** One sentence on what the parameter means, for the generated reference. */
  readonly doc?: string
  readonly required?: boolean
}

export type StringParameter = Common & {
  readonly kind: 'string'
  readonly default?: string
  readonly maxLength?: number
  readonly pattern?: RegExp
}

export type IntegerParameter = Common & {
  /** int64 is bounded by 2^53 - 1 here, since JSON readers round what is above it. */
  readonly kind: 'int32' | 'int64'
  readonly default?: number
  readonly min?: number
  readonly max?: number
  readonly values?: readonly number[]
}

export type BooleanParameter = Common & { readonly kind: 'boolean'; readonly default?: boolean }

export type EnumParameter = Common & {
  readonly kind: 'enum'
  readonly values: readonly string[]
  readonly ignoreCase?: boolean
  readonly default?: string
}

/** `encoding` is the published one; numbered names (`Ids.1`) and JSON text are understood for every list. */
export type ListParameter = Common & {
  readonly kind: 'list'
  readonly encoding: 'indexed' | 'json' | 'comma'
  readonly items: Parameter
  readonly maxItems?: number
}

/** An object with declared members, from JSON text or dotted names (`Table.Name`). */
export type ObjectParameter = Common & { readonly kind: 'object'; readonly members: Schema }

/** Any JSON object, from JSON text. */
export type JsonParameter = Common & { readonly kind: 'json' }

/**
 * Published, and not taken here: a request that gives it is refused, since leaving it out would do something else than was asked for. Some clients send
 * an empty list or object for what was not given.
 */
export type RefusedParameter = Common & { readonly kind: 'refused'; readonly required?: never }

export type Parameter =
  | StringParameter
  | IntegerParameter
  | BooleanParameter
  | EnumParameter
  | ListParameter
  | ObjectParameter
  | JsonParameter
  | RefusedParameter

export type Schema = { readonly [name: string]: Parameter }

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [name: string]: Json }

type ValueOf<P> = P extends { kind: 'string' }
  ? string
  : P extends { kind: 'int32' | 'int64' }
    ? P extends { values: readonly (infer V)[] }
      ? V
      : number
    : P extends { kind: 'boolean' }
      ? boolean
      : P extends { kind: 'enum'; values: readonly (infer V)[] }
        ? V
        : P extends { kind: 'list'; items: infer I }
          ? readonly ValueOf<I>[]
          : P extends { kind: 'object'; members: infer M }
            ? Bound<M>
            : P extends { kind: 'json' }
              ? JsonObject
              : never

type Sure<S> = { [N in keyof S]: S[N] extends { required: true } | { default: unknown } ? N : never }[keyof S]
type Flat<T> = { [N in keyof T]: T[N] }

/** What `bind` returns for a schema: members that are required or have a default are always there. */
export type Bound<S> = Flat<
  { readonly [N in Sure<S>]: ValueOf<S[N]> } & { readonly [N in Exclude<keyof S, Sure<S>>]?: ValueOf<S[N]> }
>

const INT32_MAX = 2 ** 31 - 1
const LIST_ITEMS_MAX = 1_000
const JSON_DEPTH_MAX = 32

export function bind<const S extends Schema>(schema: S, parameters: Parameters): Bound<S> {
  const bound: Record<string, unknown> = {}
  let tree: Branch | undefined
  for (const [name, parameter] of Object.entries(schema)) {
    let value: unknown
    if (parameter.kind === 'list' || parameter.kind === 'object' || parameter.kind === 'refused') {
      tree ??= treeOf(parameters)
      value = fromBranch(name, parameter, tree.children?.get(name))
    } else {
      value = fromText(name, parameter, parameters.get(name))
    }
    put(bound, name, name, parameter, value)
  }
  return bound as Bound<S>
}

// ---- From the names and texts of a request

type Branch = { text?: string; children?: Map<string, Branch> }

/** Dotted names as a tree: `Column.1.Name` lies under `Column`, `1`, `Name`. */
function treeOf(parameters: Parameters): Branch {
  const root: Branch = {}
  for (const [name, text] of parameters) {
    let branch = root
    for (const segment of name.split('.')) {
      branch.children ??= new Map()
      let child = branch.children.get(segment)
      if (child === undefined) {
        child = {}
        branch.children.set(segment, child)
      }
      branch = child
    }
    branch.text = text
  }
  return root
}

function fromBranch(path: string, parameter: Parameter, branch: Branch | undefined): unknown {
  if (branch === undefined) return undefined
  if (parameter.kind === 'refused') return branch.children ? refuse(path) : fromText(path, parameter, branch.text)
  if (parameter.kind !== 'list' && parameter.kind !== 'object') return fromText(path, parameter, branch.text)
  const { text, children } = branch
  if (text && children) throw new Refusal('PARAMETER_REPEATED', { parameter: path })
  if (children) {
    return parameter.kind === 'list' ? fromNumbered(path, parameter, children) : fromDotted(path, parameter, children)
  }
  if (!text) return undefined
  if (parameter.kind === 'list' && parameter.encoding === 'comma' && !text.startsWith('[')) {
    return fromCommas(path, parameter, text)
  }
  return fromJson(path, parameter, parsed(path, text))
}

function fromNumbered(path: string, list: ListParameter, children: ReadonlyMap<string, Branch>): unknown[] {
  checkLength(path, list, children.size)
  const items: unknown[] = []
  for (let number = 1; number <= children.size; number++) {
    const child = children.get(String(number))
    if (child === undefined) throw invalid(path, `its items must be numbered from 1 to ${children.size} without a gap`)
    items.push(present(`${path}.${number}`, fromBranch(`${path}.${number}`, list.items, child)))
  }
  return items
}

function fromDotted(path: string, object: ObjectParameter, children: ReadonlyMap<string, Branch>): unknown {
  const bound: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(object.members)) {
    const memberPath = `${path}.${name}`
    put(bound, name, memberPath, member, fromBranch(memberPath, member, children.get(name)))
  }
  return bound
}

function fromCommas(path: string, list: ListParameter, text: string): unknown[] {
  const pieces = text.split(',', (list.maxItems ?? LIST_ITEMS_MAX) + 1)
  checkLength(path, list, pieces.length)
  return pieces.map((piece, index) => {
    const itemPath = `${path}.${index + 1}`
    return present(itemPath, fromBranch(itemPath, list.items, { text: piece.trim() }))
  })
}

function fromText(
  path: string,
  parameter: Exclude<Parameter, ListParameter | ObjectParameter>,
  text?: string,
): unknown {
  if (!text) return undefined
  switch (parameter.kind) {
    case 'string':
      return checkedText(path, parameter, text)
    case 'int32':
    case 'int64':
      if (!/^[+-]?\d{1,19}$/.test(text)) throw invalid(path, integerProblem(parameter))
      return checkedInteger(path, parameter, Number(text))
    case 'boolean':
      return booleanOf(path, text)
    case 'enum':
      return memberOf(path, parameter, text)
    case 'json':
      return fromJson(path, parameter, parsed(path, text))
    case 'refused':
      return /^(\[\]|\{\}|null)$/.test(text) ? undefined : refuse(path)
  }
}

function refuse(path: string): never {
  throw invalid(path, 'it cannot be given here')
}

// ---- From JSON text

function fromJson(path: string, parameter: Parameter, value: Json): unknown {
  if (value === null) return undefined
  switch (parameter.kind) {
    case 'string':
      if (typeof value !== 'string') throw invalid(path, 'it must be text')
      return checkedText(path, parameter, value)
    case 'int32':
    case 'int64':
      if (typeof value === 'string') return fromText(path, parameter, value)
      if (typeof value !== 'number') throw invalid(path, integerProblem(parameter))
      return checkedInteger(path, parameter, value)
    case 'boolean':
      if (typeof value === 'boolean') return value
      return value === '' ? undefined : booleanOf(path, value)
    case 'enum':
      return value === '' ? undefined : memberOf(path, parameter, value)
    case 'list':
      if (!Array.isArray(value)) throw invalid(path, 'it must be a JSON array')
      checkLength(path, parameter, value.length)
      return value.map((item, index) => {
        const itemPath = `${path}.${index + 1}`
        return present(itemPath, fromJson(itemPath, parameter.items, item))
      })
    case 'object': {
      const object = objectOf(path, value)
      const bound: Record<string, unknown> = {}
      for (const [name, member] of Object.entries(parameter.members)) {
        const memberPath = `${path}.${name}`
        const given = Object.hasOwn(object, name) ? (object[name] as Json) : null
        put(bound, name, memberPath, member, fromJson(memberPath, member, given))
      }
      return bound
    }
    case 'json': {
      const object = objectOf(path, value)
      checkJson(path, object, 1)
      return object
    }
    case 'refused':
      return value === '' || isEmpty(value) ? undefined : refuse(path)
  }
}

const isEmpty = (value: Json): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0

function parsed(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw invalid(path, 'it is not valid JSON')
  }
}

function objectOf(path: string, value: Json): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject
  throw invalid(path, 'it must be a JSON object')
}

/** What cannot be stored or could reach a prototype is refused wherever it lies in free JSON. */
function checkJson(path: string, value: Json, depth: number): void {
  if (depth > JSON_DEPTH_MAX) throw invalid(path, `it is nested deeper than ${JSON_DEPTH_MAX} levels`)
  if (typeof value === 'string') checkStorable(path, value)
  if (value === null || typeof value !== 'object') return
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw invalid(path, 'it has a member named __proto__')
    checkStorable(path, name)
    checkJson(path, member, depth + 1)
  }
}

// ---- One value

function checkedText(path: string, parameter: StringParameter, text: string): string {
  checkStorable(path, text)
  if (parameter.maxLength !== undefined && text.length > parameter.maxLength) {
    throw invalid(path, `it is longer than ${parameter.maxLength} characters`)
  }
  if (parameter.pattern && !parameter.pattern.test(text))
    throw invalid(path, `it must match ${parameter.pattern.source}`)
  return text
}

/** The database keeps neither NUL nor half a surrogate pair in a text. */
function checkStorable(path: string, text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw invalid(path, 'it contains a character that cannot be stored')
}

function checkedInteger(path: string, parameter: IntegerParameter, value: number): number {
  const { min, max } = boundsOf(parameter)
  const allowed = parameter.values?.includes(value) ?? true
  if (!Number.isSafeInteger(value) || value < min || value > max || !allowed) {
    throw invalid(path, integerProblem(parameter))
  }
  return value === 0 ? 0 : value
}

function boundsOf(parameter: IntegerParameter): { min: number; max: number } {
  const limit = parameter.kind === 'int32' ? INT32_MAX : Number.MAX_SAFE_INTEGER
  const lowest = parameter.kind === 'int32' ? -INT32_MAX - 1 : Number.MIN_SAFE_INTEGER
  return { min: parameter.min ?? lowest, max: parameter.max ?? limit }
}

function integerProblem(parameter: IntegerParameter): string {
  if (parameter.values) return `it must be one of ${parameter.values.join(', ')}`
  const { min, max } = boundsOf(parameter)
  return `it must be a whole number from ${min} to ${max}`
}

function booleanOf(path: string, value: Json): boolean {
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text === 'true') return true
  if (text === 'false') return false
  throw invalid(path, 'it must be true or false')
}

function memberOf(path: string, parameter: EnumParameter, value: Json): string {
  const found = parameter.values.find(
    (one) => one === value || (parameter.ignoreCase && typeof value === 'string' && equalIgnoringCase(one, value)),
  )
  if (found === undefined) throw invalid(path, `it must be one of ${parameter.values.join(', ')}`)
  return found
}

function equalIgnoringCase(a: string, b: string): boolean {
  return a.length === b.length && a.toUpperCase() === b.toUpperCase()
}

// ---- Presence and size

function put(bound: Record<string, unknown>, name: string, path: string, parameter: Parameter, value: unknown): void {
  const result = value ?? ('default' in parameter ? parameter.default : undefined)
  if (result !== undefined) bound[name] = result
  else if (parameter.required) throw new Refusal('PARAMETER_MISSING', { parameter: path })
}

function present(path: string, value: unknown): unknown {
  if (value === undefined) throw invalid(path, 'an item of a list must not be empty')
  return value
}

function checkLength(path: string, list: ListParameter, length: number): void {
  const limit = list.maxItems ?? LIST_ITEMS_MAX
  if (length > limit) throw invalid(path, `it has more than ${limit} items`)
}

function invalid(parameter: string, problem: string): Refusal {
  return new Refusal('PARAMETER_INVALID', { parameter, problem })
}
