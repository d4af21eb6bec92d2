/**
 * A request as it was received, and its parameters.
 *
 * Query and form are decoded alike and merged: clients disagree on which parameter goes where and on which characters
 * they escape, so nothing after this file looks at the raw text again. What is bounded here: the number of parameters,
 * the length of their names, and that everything is ASCII on the wire and well-formed UTF-8 after decoding.
 */
import { isAscii } from 'node:buffer'
import { Refusal } from '@holdpoint/core/refusal'

/** Names and values in the order they arrived; values as the HTTP parser gives them, one character per byte. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>

export type ReceivedRequest = {
  readonly method: string
  /** As on the wire, without the query. */
  readonly path: string
  /** As on the wire, without the question mark; empty when there is none. */
  readonly rawQuery: string
  readonly headers: HeaderList
  readonly body: Buffer
}

/** Decoded parameters by name. A map, so that no name can reach an object's prototype. */
export type Parameters = ReadonlyMap<string, string>

export type Pair = readonly [name: string, value: string]

export const NO_PARAMETERS: Parameters = new Map()

const PARAMETERS_MAX = 1_000
const NAME_LENGTH_MAX = 256
const ECHO_LENGTH_MAX = 128
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

/**
 * Query and form as one map.
 *
 * A name twice in one place is refused, even with the same value: no client sends it, and it may be meant as a list. The
 * same name in both places is accepted only with the same value, because signers disagree on which of two values counts.
 */
export function decodeRequest(request: ReceivedRequest): Parameters {
  const parameters = new Map<string, string>()
  readPairs(request.rawQuery, 'query', (name, value) => {
    const count = parameters.size
    if (parameters.set(name, value).size === count) throw new Refusal('PARAMETER_REPEATED', { parameter: name })
  })
  if (request.body.length === 0) return parameters

  // Most requests have all of them in one place.
  const inForm = parameters.size === 0 ? parameters : new Map<string, string>()
  readBody(request, (name, value) => {
    const count = inForm.size
    const inQuery = inForm === parameters ? undefined : parameters.get(name)
    if (inForm.set(name, value).size === count || (inQuery !== undefined && inQuery !== value)) {
      throw new Refusal('PARAMETER_REPEATED', { parameter: name })
    }
  })
  if (inForm !== parameters) for (const [name, value] of inForm) parameters.set(name, value)
  if (parameters.size > PARAMETERS_MAX) throw tooMany()
  return parameters
}

type Take = (name: string, value: string) => void

/** Some releases of one client family write the parameters of an action as the members of a JSON object. */
function readBody(request: ReceivedRequest, take: Take): void {
  const contentType = headerValue(request.headers, 'content-type') ?? ''
  if (contentType !== FORM && isUtf8(contentType, JSON_TYPE)) readMembers(request.body, take)
  else readPairs(formText(request, contentType), 'body', take)
}

/** Lists and objects stay JSON text, which is how they are written in a form; null is as nothing. */
function readMembers(body: Buffer, take: Take): void {
  const members = jsonObjectOf(body)
  if (members === undefined) throw undecodable('body', 'it is not a JSON object')
  for (const [name, value] of Object.entries(members)) {
    if (name === '' || name.length > NAME_LENGTH_MAX || !name.isWellFormed())
      throw undecodable('body', `the name of a member is not text of 1 to ${NAME_LENGTH_MAX} characters`)
    if (value === null) continue
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Refusal('PARAMETER_INVALID', { parameter: name, problem: 'it is a number beyond 2^53' })
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (!text.isWellFormed())
      throw new Refusal('PARAMETER_INVALID', { parameter: name, problem: 'it is not Unicode text' })
    take(name, text)
  }
}

function jsonObjectOf(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    // What is nested too deeply to be written again is found here.
    if (value !== null && typeof value === 'object' && !Array.isArray(value) && JSON.stringify(value))
      return value as Record<string, unknown>
  } catch {}
  return undefined
}

/** The pairs of a query, in their order. */
export function decodeQuery(text: string): readonly Pair[] {
  const pairs: Pair[] = []
  readPairs(text, 'query', (name, value) => pairs.push([name, value]))
  return pairs
}

/** The pairs of one query or form, one after the other; `+` is a space, a name without `=` has the empty value. */
function readPairs(text: string, place: 'query' | 'body', take: Take): void {
  let count = 0
  if (place === 'query' && !QUERY_TEXT.test(text)) throw undecodable(place, 'it is not percent-encoded ASCII')
  // Where the next of each is; looked for only when it has been passed, so that all is read once.
  let equals = -1
  let percent = -1
  let plus = -1
  for (let start = 0; start < text.length; ) {
    const end = nextOf(text, '&', start)
    if (end > start) {
      if (count++ === PARAMETERS_MAX) throw tooMany()
      if (equals < start) equals = nextOf(text, '=', start)
      if (percent < start) percent = nextOf(text, '%', start)
      if (plus < start) plus = nextOf(text, '+', start)
      const decode = percent < end || plus < end ? decodeText : asItIs
      const middle = Math.min(equals, end)
      const name = decode(text.slice(start, middle))
      if (name === undefined) throw undecodable(place, 'the name of a parameter is not percent-encoded UTF-8')
      if (name === '') throw undecodable(place, 'a parameter has no name')
      if (name.length > NAME_LENGTH_MAX) {
        throw undecodable(place, `the name of a parameter is longer than ${NAME_LENGTH_MAX} characters`)
      }
      const value = decode(text.slice(middle + 1, end))
      if (value === undefined) {
        throw new Refusal('PARAMETER_INVALID', { parameter: name, problem: 'it is not percent-encoded UTF-8' })
      }
      take(name, value)
    }
    start = end + 1
  }
}

function nextOf(text: string, sign: string, from: number): number {
  const at = text.indexOf(sign, from)
  return at < 0 ? text.length : at
}

function asItIs(text: string): string | undefined {
  return text
}

/** The value of a header that may be given once only; `name` in lower case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  let found: string | undefined
  for (const [given, value] of headers) {
    if (given.length !== name.length || given.toLowerCase() !== name) continue
    if (found !== undefined) throw new Refusal('REQUEST_INVALID', { problem: `header ${name} is given more than once` })
    found = value
  }
  return found?.trim()
}

/**
 * Which action of which version is asked for. Both may stand in parameters and in headers, but must agree then.
 *
 * Only for requests whose signature was read with `requireAction`: that makes sure that what is found here was signed.
 */
export function actionOf(parameters: Parameters, headers: HeaderList): { action: string; version: string } {
  const action = fromEither(parameters, 'Action', headers, 'x-acs-action')
  if (!action) throw new Refusal('ACTION_MISSING')
  const version = fromEither(parameters, 'Version', headers, 'x-acs-version')
  if (!version) throw new Refusal('VERSION_MISSING')
  if (!VERSION.test(version))
    throw new Refusal('PARAMETER_INVALID', { parameter: 'Version', problem: 'it is no date such as 2024-05-18' })
  if (!ACTION.test(action)) throw new Refusal('ACTION_UNKNOWN', { action: clip(action), version })
  const format = parameters.get('Format')
  if (format && format.toUpperCase() !== 'JSON') throw new Refusal('FORMAT_UNSUPPORTED', { format: clip(format) })
  return { action, version }
}

const QUERY_TEXT = /^[\x21-\x7e]*$/
const ACTION = /^[A-Za-z]\w{0,99}$/
const VERSION = /^\d{4}-\d\d-\d\d$/

function fromEither(parameters: Parameters, parameter: string, headers: HeaderList, header: string) {
  const given = parameters.get(parameter) || undefined
  const inHeader = headerValue(headers, header) || undefined
  if (given !== undefined && inHeader !== undefined && given !== inHeader) {
    throw new Refusal('REQUEST_INVALID', { problem: `parameter ${parameter} and header ${header} differ` })
  }
  return given ?? inHeader
}

function formText(request: ReceivedRequest, contentType: string): string {
  if (contentType !== FORM && !isUtf8(contentType, FORM)) {
    throw new Refusal('CONTENT_TYPE_UNSUPPORTED', { contentType: clip(contentType) || '(none)' })
  }
  if (!isAscii(request.body)) throw undecodable('body', 'it is not percent-encoded ASCII')
  return request.body.toString('latin1')
}

function isUtf8(contentType: string, wanted: string): boolean {
  const [mediaType = '', ...attributes] = contentType.toLowerCase().split(';')
  return (
    mediaType.trim() === wanted &&
    attributes.every((attribute) => !/^\s*charset\s*=/.test(attribute) || /=\s*"?utf-?8"?\s*$/.test(attribute))
  )
}

function decodeText(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return undefined
  }
}

function undecodable(place: 'query' | 'body', problem: string): Refusal {
  return place === 'body'
    ? new Refusal('BODY_MALFORMED', { problem })
    : new Refusal('REQUEST_INVALID', { problem: `in the query, ${problem}` })
}

function tooMany(): Refusal {
  return new Refusal('REQUEST_INVALID', { problem: `it has more than ${PARAMETERS_MAX} parameters` })
}

function clip(text: string): string {
  return text.length > ECHO_LENGTH_MAX ? `${text.slice(0, ECHO_LENGTH_MAX)}…` : text
}
