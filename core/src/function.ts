/**
 * Functions: an extension deployed as code that Holdpoint runs itself. It is asked in the function envelope (`functionEnvelope`) and answers by what it
 * returns.
 */
import { eventByCode } from './catalog/index.ts'
import { CHECK_RESULTS, type CheckResult } from './check.ts'
import type { Deployment } from './extension.ts'

export const FUNCTION_LANGUAGES = ['typescript', 'javascript'] as const
export type FunctionLanguage = (typeof FUNCTION_LANGUAGES)[number]

/** What a function may use, and what it gets where its author says nothing. */
export const FUNCTION_LIMITS = {
  timeoutMs: { least: 100, most: 30_000, usual: 5_000 },
  memoryMb: { least: 16, most: 128, usual: 64 },
  /** Of one function, over all replicas. */
  concurrency: { least: 1, most: 64, usual: 8 },
} as const

export const MOST_SOURCE_LENGTH = 262_144
export const MOST_FUNCTION_VARIABLES = 64
export const MOST_VARIABLE_LENGTH = 4_096
/** A shorter one could not be hidden in what a function writes without hiding innocent text. */
export const LEAST_SECRET_LENGTH = 4
export const MOST_ALLOWED_HOSTS = 32
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** A host name, a pattern `*.example.com` for every name below one, or an address; each may have a port. */
export const ALLOWED_HOST =
  /^(?:(?:\*\.)?(?=[^:]{1,253}(?::|$))[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*|\[[0-9A-Fa-f:.]{2,45}\])(?::[1-9][0-9]{0,4})?$/

const MOST_COMMENT_LENGTH = 4_000
const RESULT_NAMES = ['checkResult', 'CheckResult'] as const
const COMMENT_NAMES = ['checkResultTip', 'CheckResultTip', 'checkMessage', 'CheckMessage'] as const

export type FunctionVerdict =
  | { readonly result: CheckResult; readonly comment: string | null }
  /** Why the value is none, as one sentence. */
  | { readonly problem: string }

/**
 * Rule 8: what a function returned, as JSON text, read as a check result; null: it returned nothing. The members may be spelt as the callback APIs and
 * the vendor's clients spell them, and other members are not looked at. Whatever is no result is a failed attempt, and the sentence says why.
 */
export function functionVerdict(returned: string | null): FunctionVerdict {
  const wanted = "it must return an object with checkResult 'OK', 'WARN' or 'FAIL'"
  if (returned === null) return { problem: `The function returned nothing; ${wanted}.` }
  let value: unknown
  try {
    value = JSON.parse(returned)
  } catch {
    return { problem: `What the function returned is no JSON; ${wanted}.` }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { problem: `The function returned ${kindOf(value)}; ${wanted}.` }
  const members = value as Readonly<Record<string, unknown>>
  const results = RESULT_NAMES.filter((name) => members[name] !== undefined)
  if (results.length === 0) return { problem: `The object that the function returned has no checkResult; ${wanted}.` }
  const said = new Set(results.map((name) => members[name]))
  if (said.size > 1) return { problem: 'The function returned checkResult and CheckResult, and they differ.' }
  const [result] = said
  if (!CHECK_RESULTS.includes(result as CheckResult))
    return { problem: `The function returned ${shown(result)} as checkResult; it must be 'OK', 'WARN' or 'FAIL'.` }
  const name = COMMENT_NAMES.find((one) => members[one] !== undefined && members[one] !== null)
  const comment = name === undefined ? null : members[name]
  if (comment !== null && typeof comment !== 'string')
    return { problem: `The function returned ${kindOf(comment)} as ${name}; it must be a text.` }
  return { result: result as CheckResult, comment: comment === null || comment === '' ? null : cut(comment as string) }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const kinds: Readonly<Record<string, string>> = { object: 'an object', string: 'a text', number: 'a number' }
  return kinds[typeof value] ?? String(value)
}

const shown = (value: unknown) => (typeof value === 'string' ? `'${cut(value, 40)}'` : kindOf(value))

const cut = (text: string, most = MOST_COMMENT_LENGTH) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)

/** Why an extension could not run at DataWorks as it is here. */
export type PortabilityProblem = {
  /** Points that functions cannot watch there, points whose event codes are known here only, and the language. */
  readonly code: 'FUNCTION_POINT' | 'OWN_EVENT_CODE' | 'FUNCTION_LANGUAGE'
  /** The points it is about; empty where it is about all of it. */
  readonly points: readonly string[]
}

/**
 * What keeps an extension from being taken to DataWorks as it is; nothing does where this is empty. There functions watch four kinds of operation alone, and
 * are written in Java to the contract of Function Compute.
 */
export function portabilityProblems(deployment: Deployment, points: readonly string[]): readonly PortabilityProblem[] {
  const events = points.flatMap((code) => eventByCode(code) ?? [])
  const codes = (some: typeof events) => some.map((event) => event.eventCode)
  const own = codes(events.filter((event) => event.own))
  const notThere = deployment === 'function' ? codes(events.filter((event) => !event.functions)) : []
  return [
    ...(notThere.length > 0 ? [{ code: 'FUNCTION_POINT', points: notThere } as const] : []),
    ...(own.length > 0 ? [{ code: 'OWN_EVENT_CODE', points: own } as const] : []),
    ...(deployment === 'function' ? [{ code: 'FUNCTION_LANGUAGE', points: [] } as const] : []),
  ]
}

/**
 * How one run ended: with a check result, told with nothing asked, with something that is no result, or not by returning. `stopped`: what it ran in ended
 * under it.
 */
export const INVOCATION_OUTCOMES = [
  'answered',
  'told',
  'no-result',
  'threw',
  'timed-out',
  'out-of-memory',
  'stopped',
] as const
export type InvocationOutcome = (typeof INVOCATION_OUTCOMES)[number]
