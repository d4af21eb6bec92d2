/**
 * Answers in the vendor's shape.
 *
 * Clients tell success from failure by the HTTP status, one of them by a `Code` in the body as well; so every failure has
 * both, and a success never has a `Code`.
 */
import { randomUUID } from 'node:crypto'
import {
  dataworksCode,
  dataworksStatus,
  Refusal,
  type RefusalCode,
  type RefusalDetails,
  refusalStatus,
} from '@holdpoint/core/refusal'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type ErrorBody = {
  readonly RequestId: string
  readonly HostId: string
  readonly Code: string
  readonly Message: string
  readonly Recommend: string
  /** Only when an operation is held or was refused: where to follow what became of it. */
  readonly Data?: HeldOperation
}

export type HeldOperation = {
  readonly ProcessId?: string
  readonly MessageId?: string
  readonly Status: 'CHECKING' | 'PASSED' | 'BLOCKED'
}

/** Some clients accept no other content type. */
export const JSON_HEADERS = { 'content-type': 'application/json;charset=utf-8' }

/** Request ids as the vendor prints them: a UUID in capitals. */
export function requestId(): string {
  return randomUUID().toUpperCase()
}

export function successAnswer<B extends { readonly RequestId: string; readonly Code?: never }>(body: B): Answer {
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) }
}

/** A refusal with its own code and sentence; anything else is a fault, of which nothing but the request id leaves. */
export function errorAnswer(error: unknown, requestId: string, hostId: string): Answer {
  const { status, headers, body } =
    error instanceof Refusal ? refused(error, requestId, hostId) : fault(requestId, hostId)
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) }
}

/**
 * What a log may say about an error that was answered. The text of a signature mismatch repeats every parameter, token
 * and header of the request, so only its code is kept.
 */
export function refusalLogFields(refusal: Refusal): { readonly refusal: RefusalCode; readonly message?: string } {
  return ECHOING.has(refusal.code) ? { refusal: refusal.code } : { refusal: refusal.code, message: refusal.message }
}

type Refused = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: ErrorBody
}

function refused(refusal: Refusal, RequestId: string, HostId: string): Refused {
  const data = DATA[refusal.code]?.(refusal.details)
  return {
    status: dataworksStatus(refusal),
    headers: retryAfter(refusal),
    body: {
      RequestId,
      HostId,
      Code: dataworksCode(refusal),
      Message: refusal.message,
      Recommend: RECOMMENDATIONS[refusal.code] ?? '',
      ...(data && { Data: data }),
    },
  }
}

function fault(RequestId: string, HostId: string): Refused {
  return {
    status: 500,
    body: {
      RequestId,
      HostId,
      Code: 'InternalError.System',
      Message: `An internal error occurred; the server's log names it under request id ${RequestId}.`,
      Recommend: RECOMMENDED_AFTER_FAULT,
    },
  }
}

/** When to come again: in seconds, as HTTP says it, and in milliseconds, as clients that back off by themselves read it. */
export function retryAfter(refusal: Refusal): Readonly<Record<string, string>> {
  const { seconds } = refusal.details
  if (refusalStatus(refusal) !== 429 || typeof seconds !== 'number') return {}
  return { 'retry-after': String(Math.ceil(seconds)), 'x-acs-retry-after': String(Math.ceil(seconds * 1000)) }
}

const ECHOING: ReadonlySet<RefusalCode> = new Set(['SIGNATURE_MISMATCH_V1', 'SIGNATURE_MISMATCH_V3'])

const DATA: Partial<Record<RefusalCode, (details: RefusalDetails) => HeldOperation>> = {
  // Held although an extension has failed it: somebody may still mark that as passed.
  OPERATION_HELD: (details) => ({
    ...processOf(details),
    Status: details.status === 'BLOCKED' ? 'BLOCKED' : 'CHECKING',
  }),
  OPERATION_REFUSED: (details) => ({ ...processOf(details), Status: 'BLOCKED' }),
}

function processOf({ processId, messageId }: RefusalDetails): Pick<HeldOperation, 'ProcessId' | 'MessageId'> {
  return {
    ...(processId !== undefined && { ProcessId: String(processId) }),
    ...(messageId !== undefined && { MessageId: String(messageId) }),
  }
}

const RECOMMENDED_AFTER_FAULT =
  'Do not assume that nothing happened: read the current state before you repeat the request.'

/** What the caller can do about it, where that goes beyond the message. */
const RECOMMENDATIONS: Partial<Record<RefusalCode, string>> = {
  ACCESS_KEY_INACTIVE: 'Activate the AccessKey pair in the console, or use the other one.',
  SIGNATURE_MISSING: 'Use an official SDK, or sign the request as docs/dataworks/signing.md describes.',
  SIGNATURE_METHOD_UNSUPPORTED: 'Sign with HMAC-SHA1 (signature version 1.0) or ACS3-HMAC-SHA256.',
  SIGNATURE_MISMATCH_V1: 'Compare the string to sign with your own; if they are equal, the AccessKey secret is wrong.',
  SIGNATURE_MISMATCH_V3:
    'Compare the canonical request with your own; if they are equal, the AccessKey secret is wrong. A proxy must not rewrite signed headers.',
  SIGNATURE_NONCE_USED: 'Sign every attempt anew, with a new nonce.',
  TIMESTAMP_EXPIRED: 'Set the clock of the calling machine; it may differ from the server by 15 minutes at most.',
  TIMESTAMP_MALFORMED: 'Give the time in UTC as yyyy-MM-ddTHH:mm:ssZ.',
  OPERATION_HELD: 'Follow the operation with ListCheckProcesses and this MessageId; do not repeat the request.',
  OPERATION_REFUSED: 'Correct what the extension objects to, then ask for the operation again.',
}
