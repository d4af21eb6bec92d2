/**
 * Signatures after Standard Webhooks 1.0.0: HMAC-SHA256 with a secret that only Holdpoint and the owner of the target know.
 *
 * `webhook-signature` holds one signature for each secret in force, so that a secret is replaced without a refused delivery.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type ReceivedHeaders, refuseStale, requiredHeader, SignatureError } from './signature-error.ts'

const PREFIX = 'whsec_'
const TOLERANCE_MS = 5 * 60_000
/** A receiver would spend time on every one of them. */
const MOST_SIGNATURES = 16

/** The key in a secret of the form `whsec_` and base64 of 24 to 64 bytes. */
export function webhookKey(secret: string): KeyObject {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  const bytes = Buffer.from(text, 'base64')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || bytes.length < 24 || bytes.length > 64)
    throw new TypeError('A webhook secret is whsec_ followed by 24 to 64 bytes in base64.')
  return createSecretKey(bytes)
}

/** The value of `webhook-signature`: one signature per key, in their order. */
export function signWebhook(
  keys: readonly KeyObject[],
  id: string,
  timestampSeconds: number,
  body: string | Uint8Array,
): string {
  return keys.map((key) => `v1,${digest(key, id, timestampSeconds, body).toString('base64')}`).join(' ')
}

const digest = (key: KeyObject, id: string, timestampSeconds: number, body: string | Uint8Array) =>
  createHmac('sha256', key).update(`${id}.${timestampSeconds}.`).update(body).digest()

export type VerifiedWebhook = {
  /** The same at every attempt to deliver the message: what a receiver remembers in order to do things once. */
  readonly id: string
  readonly sentMs: number
}

/**
 * Throws a SignatureError unless one of the signatures was made over this very body with one of the secrets, at most `toleranceMs` (five minutes)
 * ago. `rawBody` is what came over the wire, before any parser: the same JSON written otherwise is another text.
 */
export function verifyWebhook(
  headers: ReceivedHeaders,
  rawBody: string | Uint8Array,
  secrets: string | readonly string[],
  { nowMs = Date.now(), toleranceMs = TOLERANCE_MS }: { readonly nowMs?: number; readonly toleranceMs?: number } = {},
): VerifiedWebhook {
  const id = requiredHeader(headers, 'webhook-id')
  const timestamp = requiredHeader(headers, 'webhook-timestamp')
  const signatures = requiredHeader(headers, 'webhook-signature').split(' ')
  if (!/^\d{1,12}$/.test(timestamp)) throw new SignatureError('malformed', 'webhook-timestamp is no time.')
  if (signatures.length > MOST_SIGNATURES) throw new SignatureError('malformed', 'There are too many signatures.')
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(webhookKey)
  refuseStale(Number(timestamp) * 1000, nowMs, toleranceMs)
  const given = signatures.flatMap((one) => (one.startsWith('v1,') ? Buffer.from(one.slice(3), 'base64') : []))
  for (const key of keys) {
    // What is signed is the text of the header: a number written otherwise would be another text.
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody).digest()
    if (given.some((one) => one.length === expected.length && timingSafeEqual(one, expected)))
      return { id, sentMs: Number(timestamp) * 1000 }
  }
  throw new SignatureError('mismatch', 'No signature of the delivery fits.')
}
