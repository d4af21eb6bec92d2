// How each type of setting is read from text.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'

export const KEY_BYTES = 32
export const KEY_ADVICE = 'make one with: openssl rand -base64 32'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const FUNCTION_SWITCH = ['on', 'namespaces', 'off'] as const

/** Says why a value is not accepted, without repeating it: it may be a secret. */
export class ValueError extends Error {}

export function readMatching(text: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(text)) throw new ValueError(expected)
  return text
}

export function readInteger(text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new ValueError(`a whole number from ${least} to ${most}`)
  return value
}

export function readBoolean(text: string): boolean {
  const values: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }
  const value = Object.hasOwn(values, text) ? values[text] : undefined
  if (value === undefined) throw new ValueError('true or false')
  return value
}

export function readFunctionSwitch(text: string): (typeof FUNCTION_SWITCH)[number] {
  const one = FUNCTION_SWITCH.find((known) => known === text)
  if (one === undefined) throw new ValueError(`one of ${FUNCTION_SWITCH.join(', ')}`)
  return one
}

export function readLogLevel(text: string): LogLevel {
  return readOneOf(text, LOG_LEVELS)
}

export function readOneOf<const T extends string>(text: string, known: readonly T[]): T {
  const one = known.find((value) => value === text)
  if (one === undefined) throw new ValueError(`one of ${known.join(', ')}`)
  return one
}

/** A provider over plain HTTP is believed on this machine only: on the way somebody could say who people are. */
export function readIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const here = url !== null && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && here)) || /[?#@]/.test(text))
    throw new ValueError('an https URL without user, query or fragment')
  return text
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i

// What looks like an IPv4 address but is none is a slip of the hand, not a host name.
function isHostName(text: string): boolean {
  return HOST_NAME.test(text) && !/^[\d.]+$/.test(text)
}

export function readHost(text: string): string {
  if (isIP(text) === 0 && !isHostName(text)) throw new ValueError('an address or a host name')
  return text
}

export function readPublicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new ValueError('an http or https URL without user, query or fragment')
  }
  return url.href.replace(/\/+$/, '')
}

export function readDatabaseUrl(text: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol) || new URL(text).pathname.length < 2) {
    throw new ValueError('a URL like postgres://user:password@host:5432/database')
  }
  return text
}

export type SmtpUrl = {
  readonly host: string
  readonly port: number
  readonly tls: 'from-the-start' | 'starttls' | 'none'
  readonly login: { readonly user: string; readonly pass: string } | null
}

/** A password is never sent without TLS. */
export function readSmtpUrl(text: string): SmtpUrl {
  const url = URL.canParse(text) ? new URL(text) : null
  const plain = url?.search === '?tls=off'
  if (
    url === null ||
    !/^smtps?:$/.test(url.protocol) ||
    url.hostname === '' ||
    !/^\/?$/.test(url.pathname) ||
    url.hash !== '' ||
    !(url.search === '' || (plain && url.protocol === 'smtp:')) ||
    (url.username === '') !== (url.password === '') ||
    (plain && url.username !== '')
  )
    throw new ValueError(
      'a URL like smtps://user:password@mail.example.com:465, or smtp://mail.example.com:587 (with STARTTLS; without a user ?tls=off does without)',
    )
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (url.protocol === 'smtps:' ? 465 : 587) : Number(url.port),
    tls: url.protocol === 'smtps:' ? 'from-the-start' : plain ? 'none' : 'starttls',
    login: url.username === '' ? null : { user: decoded(url.username), pass: decoded(url.password) },
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ValueError('a URL whose user and password are percent-encoded')
  }
}

export function readSecretKey(text: string): Buffer {
  const hex = /^[0-9a-f]{64}$/i.test(text)
  const key = Buffer.from(text, hex ? 'hex' : 'base64')
  // 32 bytes are 43 characters of base64 and one of padding; Buffer.from alone would skip what is not base64 in silence.
  if (!hex && !/^[A-Za-z0-9+/_-]{43}=?$/.test(text))
    throw new ValueError(`${KEY_BYTES} bytes in base64 or hex; ${KEY_ADVICE}`)
  return key
}

/** The name of a file of certificates, which is read once to see that it is one. */
export function readCertificateFile(file: string): string {
  try {
    new X509Certificate(readFileSync(file))
  } catch {
    throw new ValueError('the name of a file that can be read, with certificates in PEM')
  }
  return path.resolve(file)
}

export function readDestinations(text: string): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  const wrong = entries.filter((entry) => entry !== '' && !isDestination(entry))
  if (wrong.length > 0)
    throw new ValueError(`addresses, CIDR ranges or host names with commas between (${wrong.join(' and ')} is neither)`)
  return entries.filter((entry) => entry !== '')
}

function isDestination(entry: string): boolean {
  const [address, prefix] = splitOnce(entry, '/')
  const version = isIP(address)
  if (prefix === undefined) return version !== 0 || isHostName(entry)
  return version !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)
}

/** The text before the first separator and what follows it, if there is one. */
export function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

export function readTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new ValueError('a time zone like Asia/Shanghai')
  }
}
