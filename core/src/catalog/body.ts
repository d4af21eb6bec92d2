/**
 * The body of an event as a list of fields, a short notation to write such lists, and the checker that holds a body
 * against them.
 *
 * Numbers are JSON numbers even where the platform's tables call them strings, and the other way round: where a table
 * and a published message disagree, the message is followed, because that is what receivers parse.
 */

/**
 * `integer` fits 32 bits and `long` is any whole number a JSON reader keeps exact; `timestamp` is a number of milliseconds
 * since 1970; `datetime` is text, `yyyy-MM-dd HH:mm:ss`; `json` is text that itself holds JSON.
 */
export type ScalarType = 'string' | 'integer' | 'long' | 'decimal' | 'boolean' | 'timestamp' | 'datetime' | 'json'

export type Field = {
  readonly name: string
  readonly type: ScalarType | 'object'
  readonly list: boolean
  readonly required: boolean
  readonly meaning: string
  /** The only values there are. Anything else is a problem. */
  readonly allowed?: readonly (string | number)[]
  /** Values that are known. Neither their letter case nor their completeness is settled, so nothing is refused. */
  readonly known?: readonly string[]
  /** The members of an object, or of each object of a list. */
  readonly members?: readonly Field[]
}

export type BodyValue = string | number | boolean | readonly BodyValue[] | Body
export type Body = { readonly [member: string]: BodyValue }

const scalar =
  (type: ScalarType) =>
  (name: string, meaning: string): Field => ({ name, type, list: false, required: true, meaning })

export const string = scalar('string')
export const integer = scalar('integer')
export const long = scalar('long')
export const decimal = scalar('decimal')
export const boolean = scalar('boolean')
export const timestamp = scalar('timestamp')
export const datetime = scalar('datetime')
export const json = scalar('json')

export const object = (name: string, meaning: string, members: readonly Field[]): Field => ({
  name,
  type: 'object',
  list: false,
  required: true,
  meaning,
  members,
})

export const optional = (field: Field): Field => ({ ...field, required: false })
export const list = (field: Field): Field => ({ ...field, list: true })
export const oneOf = (field: Field, ...allowed: readonly (string | number)[]): Field => ({ ...field, allowed })
export const suchAs = (field: Field, ...known: readonly string[]): Field => ({ ...field, known })

/** Members that many events share. */
export const PROJECT_ID = long('projectId', 'Workspace.')
export const APP_ID = long('appId', 'Workspace, under the older name.')
export const OPERATOR = string('operator', 'User ID of the person who asked for the operation.')
export const OPERATION_TIME = timestamp('operationTime', 'When the operation was asked for.')
export const EXTENSION_BIZ_ID = string('extensionBizId', 'The check process opened for this one operation.')
export const EXTENSION_BIZ_NAME = string('extensionBizName', 'Display name of what the operation acts on.')
export const BLOCK_BUSINESS = boolean('blockBusiness', 'True while the operation is held for an answer.')

/** What is wrong with one place of a body. The path is empty for the body itself. */
export type BodyProblem = { readonly path: string; readonly problem: string }

/** Everything in which a value is no body of this event: missing, unknown and mistyped members, values that do not exist. */
export function checkBody(event: { readonly body: readonly Field[] }, value: unknown): readonly BodyProblem[] {
  return objectProblems('', event.body, value)
}

function objectProblems(path: string, members: readonly Field[], value: unknown): readonly BodyProblem[] {
  if (!isObject(value)) return [{ path, problem: 'must be an object' }]
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const declared = new Set(members.map((member) => member.name))
  return [
    ...members.flatMap((member) => {
      const found = Object.hasOwn(value, member.name) ? value[member.name] : undefined
      if (found !== undefined) return fieldProblems(at(member.name), member, found)
      return member.required ? [{ path: at(member.name), problem: 'is missing' }] : []
    }),
    ...Object.keys(value)
      .filter((name) => !declared.has(name))
      .map((name) => ({ path: at(name), problem: 'is not a member of this body' })),
  ]
}

function fieldProblems(path: string, field: Field, value: unknown): readonly BodyProblem[] {
  if (!field.list) return itemProblems(path, field, value)
  if (!Array.isArray(value)) return [{ path, problem: 'must be a list' }]
  return value.flatMap((item, index) => itemProblems(`${path}[${index}]`, field, item))
}

function itemProblems(path: string, field: Field, value: unknown): readonly BodyProblem[] {
  if (field.type === 'object') return objectProblems(path, field.members ?? [], value)
  const { holds, problem } = SCALARS[field.type]
  if (!holds(value)) return [{ path, problem }]
  if (field.allowed && !field.allowed.some((allowed) => allowed === value)) {
    return [{ path, problem: `must be one of ${field.allowed.join(', ')}` }]
  }
  return []
}

type ScalarRule = { readonly holds: (value: unknown) => boolean; readonly problem: string }

const SCALARS: Readonly<Record<ScalarType, ScalarRule>> = {
  string: { holds: (value) => typeof value === 'string', problem: 'must be a string' },
  integer: {
    holds: (value) => Number.isInteger(value) && Math.abs(value as number) <= 2 ** 31 - 1,
    problem: 'must be a whole number of 32 bits',
  },
  long: { holds: Number.isSafeInteger, problem: 'must be a whole number' },
  decimal: { holds: Number.isFinite, problem: 'must be a number' },
  boolean: { holds: (value) => typeof value === 'boolean', problem: 'must be true or false' },
  timestamp: {
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
    problem: 'must be milliseconds since 1970',
  },
  datetime: {
    holds: (value) => typeof value === 'string' && DATETIME.test(value),
    problem: 'must have the form yyyy-MM-dd HH:mm:ss',
  },
  json: { holds: holdsJson, problem: 'must be text that holds JSON' },
}

const DATETIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/

function holdsJson(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
