/**
 * The event pattern of a rule: which events of a bus reach the rule's targets.
 *
 * A pattern is a JSON object that mirrors the event: each member is either a further object (for a nested member of the
 * event) or an array of expressions, of which one must match. An expression is a value (exact match) or an object with
 * one operator: `prefix`, `suffix`, `contains`, `anything-but`, `exists`, `numeric`, `cidr`. At most five expressions stand in one
 * array. Every member must match. An empty pattern matches everything. Source of the language: EventBridge's event pattern.
 *
 * Matching costs at most five expressions for each of a pattern's members and each element of an array in the event; a list of `anything-but` is
 * one search through it.
 */
import { inIpRange, isIpRange } from './ip-range.ts'
import { Refusal } from './refusal.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json }
type JsonObject = { readonly [member: string]: Json }

const MOST_EXPRESSIONS = 5
const MOST_DEPTH = 10
/** A Map, because what a pattern names must not reach what every object has. */
const COMPARE: ReadonlyMap<unknown, (a: number, b: number) => boolean> = new Map([
  ['<', (a: number, b: number) => a < b],
  ['<=', (a: number, b: number) => a <= b],
  ['=', (a: number, b: number) => a === b],
  ['>', (a: number, b: number) => a > b],
  ['>=', (a: number, b: number) => a >= b],
])
/** A pattern is read for every event, so a larger one is refused. */
export const MOST_PATTERN_CHARACTERS = 4_096

/** Refuses a pattern that means nothing, naming the place (`data.nodeIds[2]`). */
export function checkPattern(pattern: Json): void {
  checkObject(pattern, '', 0)
  const characters = JSON.stringify(pattern).length
  if (characters > MOST_PATTERN_CHARACTERS) throw refused('', `more than ${MOST_PATTERN_CHARACTERS} characters`)
}

function checkObject(pattern: Json, path: string, depth: number): void {
  if (!isObject(pattern)) throw refused(path, 'an object is expected here')
  if (depth > MOST_DEPTH) throw refused(path, `more than ${MOST_DEPTH} levels`)
  if (depth > 0 && Object.keys(pattern).length === 0) throw refused(path, 'an empty object asks for nothing')
  for (const [member, value] of Object.entries(pattern)) {
    const at = path === '' ? member : `${path}.${member}`
    if (member === '__proto__') throw refused(path, 'a member cannot be named __proto__')
    checkText(member, path)
    if (isObject(value)) checkObject(value, at, depth + 1)
    else if (!Array.isArray(value)) throw refused(at, 'an array of expressions or a nested object is expected here')
    else if (value.length === 0) throw refused(at, 'an empty array matches nothing')
    else if (value.length > MOST_EXPRESSIONS) throw refused(at, `at most ${MOST_EXPRESSIONS} expressions`)
    else for (const [index, expression] of value.entries()) checkExpression(expression, `${at}[${index}]`)
  }
}

function checkExpression(expression: Json, at: string): void {
  if (!isObject(expression)) {
    checkValue(expression, at)
    return
  }
  const [operator, ...more] = Object.keys(expression)
  if (operator === undefined || more.length > 0) throw refused(at, 'an expression has exactly one operator')
  const operand = expression[operator]!
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'contains':
      if (typeof operand !== 'string') throw refused(at, `${operator} takes a string`)
      checkText(operand, at)
      return
    case 'cidr':
      if (typeof operand !== 'string' || !isIpRange(operand))
        throw refused(at, 'cidr takes a range of addresses such as 10.0.0.0/24 or 2001:db8::/32')
      return
    case 'exists':
      if (typeof operand !== 'boolean') throw refused(at, 'exists takes true or false')
      return
    case 'anything-but': {
      if (isObject(operand)) {
        const [inner, ...others] = Object.keys(operand)
        if (others.length > 0 || (inner !== 'prefix' && inner !== 'suffix'))
          throw refused(at, 'anything-but takes a value, a list of values, or one prefix or suffix')
        checkExpression(operand, at)
        return
      }
      const values: readonly Json[] = Array.isArray(operand) ? operand : [operand]
      if (values.length === 0) throw refused(at, 'anything-but of an empty list excludes nothing')
      for (const value of values) {
        if (isObject(value)) throw refused(at, 'a list of anything-but holds values only')
        checkValue(value, at)
      }
      return
    }
    case 'numeric': {
      const pairs: readonly Json[] = Array.isArray(operand) ? operand : []
      const whole = pairs.length === 2 || pairs.length === 4
      if (!whole || pairs.some((one, i) => (i % 2 === 0 ? !COMPARE.has(one) : typeof one !== 'number')))
        throw refused(at, 'numeric takes [operator, number] once or twice')
      for (const one of pairs) checkValue(one, at)
      return
    }
    default:
      throw refused(at, `unknown operator ${operator.slice(0, 64)}`)
  }
}

function checkValue(value: Json, at: string): void {
  if (Array.isArray(value)) throw refused(at, 'an array cannot stand here')
  if (typeof value === 'string') checkText(value, at)
  if (typeof value !== 'number') return
  if (!Number.isFinite(value)) throw refused(at, 'the number is out of range')
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw refused(at, 'a whole number beyond 9007199254740991 cannot be told from its neighbours')
}

/** What the database could not keep as it is. */
function checkText(text: string, at: string): void {
  if (text.includes('\u0000') || !text.isWellFormed()) throw refused(at, 'the text holds NUL or half a character')
}

const MOST_EVENT_DEPTH = 100
/** Matching costs the size of the event times the size of the pattern: a megabyte of each would hold up everybody else for minutes. */
export const MOST_EVENT_CHARACTERS = 65_536

/** Refuses an event to match against that is too large or nested too deep, so that following it is bounded. */
export function checkEvent(event: Json): void {
  let level: readonly Json[] = [event]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_EVENT_DEPTH)
      throw new Refusal('REQUEST_INVALID', { problem: `body.event: more than ${MOST_EVENT_DEPTH} levels` })
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as Json[]) : []))
  }
  if (JSON.stringify(event).length > MOST_EVENT_CHARACTERS)
    throw new Refusal('REQUEST_INVALID', { problem: `body.event: more than ${MOST_EVENT_CHARACTERS} characters` })
}

/** The first member of the pattern, in its order, that the event does not match. */
export type Mismatch = {
  /** `data.eventCode` */
  readonly path: string
  /** The expressions none of which matched; an object where the event has nothing to look into. */
  readonly wanted: Json
  /** undefined where the event has no such member. */
  readonly found: Json | undefined
}

/** Whether an event matches a pattern that `checkPattern` accepted. */
export function matchesPattern(pattern: Json, event: Json | undefined): boolean {
  return mismatch(pattern, event) === null
}

/** Why an event does not match a pattern that `checkPattern` accepted; null when it does. */
export function mismatch(pattern: Json, event: Json | undefined): Mismatch | null {
  if (!isObject(pattern)) return { path: '', wanted: pattern, found: event }
  for (const member of Object.keys(pattern)) {
    const wanted = pattern[member]!
    const found = isObject(event) && Object.hasOwn(event, member) ? event[member] : undefined
    if (isObject(wanted)) {
      const inside = mismatch(wanted, found)
      if (inside !== null) return { ...inside, path: `${member}.${inside.path}` }
    } else if (!(wanted as readonly Json[]).some((expression) => matchesExpression(expression, found)))
      return { path: member, wanted, found }
  }
  return null
}

function matchesExpression(expression: Json, value: Json | undefined): boolean {
  if (isObject(expression) && 'exists' in expression) return (value !== undefined) === expression.exists
  // An array in the event matches when one of its elements does.
  if (Array.isArray(value)) return value.some((one: Json) => matchesExpression(expression, one))
  // Expressions are about values; of an object and of what is not there only `exists` says something.
  if (value === undefined || isObject(value)) return false
  if (!isObject(expression)) return expression === value
  const text = typeof value === 'string' ? value : null
  if ('prefix' in expression) return text?.startsWith(String(expression.prefix)) ?? false
  if ('suffix' in expression) return text?.endsWith(String(expression.suffix)) ?? false
  if ('contains' in expression) return text?.includes(String(expression.contains)) ?? false
  if ('cidr' in expression) return text !== null && inIpRange(text, String(expression.cidr))
  if ('anything-but' in expression) {
    const operand = expression['anything-but']!
    return !(Array.isArray(operand) ? operand.includes(value) : matchesExpression(operand, value))
  }
  if ('numeric' in expression) {
    const pairs = expression.numeric as readonly (string | number)[]
    for (let i = 0; i < pairs.length; i += 2)
      if (typeof value !== 'number' || !COMPARE.get(pairs[i])?.(value, Number(pairs[i + 1]))) return false
    return true
  }
  return false
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(path: string, problem: string): Refusal {
  return new Refusal('PATTERN_INVALID', { path: path === '' ? 'the top' : path, problem })
}
