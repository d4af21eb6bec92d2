/**
 * The event pattern of a rule: which events of a bus reach the rule's targets.
 *
 * A pattern is a JSON object that mirrors the event: each member is either a further object (for a nested member of the
 * event) or an array of expressions, of which one must match. An expression is a value (exact match) or an object with
 * one operator: `prefix`, `suffix`, `anything-but`, `exists`, `numeric`. At most five expressions stand in one array. An empty pattern
 * matches everything. Source of the language: EventBridge's event pattern.
 */
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
  for (const [member, value] of Object.entries(pattern)) {
    const at = path === '' ? member : `${path}.${member}`
    if (isObject(value)) checkObject(value, at, depth + 1)
    else if (!Array.isArray(value)) throw refused(at, 'an array of expressions or a nested object is expected here')
    else if (value.length === 0) throw refused(at, 'an empty array matches nothing')
    else if (value.length > MOST_EXPRESSIONS) throw refused(at, `at most ${MOST_EXPRESSIONS} expressions`)
    else for (const [index, expression] of value.entries()) checkExpression(expression, `${at}[${index}]`)
  }
}

function checkExpression(expression: Json, at: string): void {
  if (Array.isArray(expression)) throw refused(at, 'an array cannot be an expression')
  if (!isObject(expression)) return
  const [operator, ...more] = Object.keys(expression)
  if (operator === undefined || more.length > 0) throw refused(at, 'an expression has exactly one operator')
  const operand = expression[operator]!
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (typeof operand !== 'string') throw refused(at, `${operator} takes a string`)
      return
    case 'exists':
      if (typeof operand !== 'boolean') throw refused(at, 'exists takes true or false')
      return
    case 'anything-but':
      for (const one of Array.isArray(operand) ? operand : [operand]) {
        if (isObject(one) && typeof one.prefix === 'string' && Object.keys(one).length === 1) continue
        if (isObject(one) && typeof one.suffix === 'string' && Object.keys(one).length === 1) continue
        if (isObject(one) || Array.isArray(one)) throw refused(at, 'anything-but takes values, or one prefix or suffix')
      }
      return
    case 'numeric': {
      const pairs = Array.isArray(operand) ? operand : []
      const whole = pairs.length === 2 || pairs.length === 4
      if (!whole || pairs.some((one, i) => (i % 2 === 0 ? !COMPARE.has(one) : typeof one !== 'number')))
        throw refused(at, 'numeric takes [operator, number] once or twice')
      return
    }
    default:
      throw refused(at, `unknown operator ${operator}`)
  }
}

/** Whether an event matches a pattern that `checkPattern` accepted. */
export function matchesPattern(pattern: Json, event: Json | undefined): boolean {
  if (!isObject(pattern)) return false
  return Object.entries(pattern).every(([member, wanted]) => {
    const value = isObject(event) && Object.hasOwn(event, member) ? event[member] : undefined
    if (isObject(wanted)) return matchesPattern(wanted, value)
    return (wanted as readonly Json[]).some((expression) => matchesExpression(expression, value))
  })
}

function matchesExpression(expression: Json, value: Json | undefined): boolean {
  if (isObject(expression) && 'exists' in expression) return (value !== undefined) === expression.exists
  if (value === undefined) return false
  // An array in the event matches when one of its elements does.
  if (Array.isArray(value)) return value.some((one: Json) => matchesExpression(expression, one))
  if (!isObject(expression)) return expression === value
  if ('prefix' in expression) return typeof value === 'string' && value.startsWith(String(expression.prefix))
  if ('suffix' in expression) return typeof value === 'string' && value.endsWith(String(expression.suffix))
  if ('anything-but' in expression) {
    const operand = expression['anything-but']!
    return !(Array.isArray(operand) ? operand : [operand]).some((one: Json) => matchesExpression(one, value))
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
