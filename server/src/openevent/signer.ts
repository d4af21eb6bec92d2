/**
 * The headers that let a receiver know a delivery is from here: those of Standard Webhooks, and those of EventBridge. Both are made anew for every
 * attempt, with its own time.
 *
 * Per delivery this costs an HMAC for each secret of the target and one more, 7 µs together; what is dear (reading secrets into keys, RSA) is kept
 * with the target. Only where a target asks for it, each delivery gets an RSA signature (0.3 ms, beside the main thread).
 */
import { type KeyObject, randomBytes } from 'node:crypto'
import {
  signEventBridge,
  signEventBridgeV2,
  signedUrl,
  signWebhook,
  type TemporarySecret,
  temporarySecret,
  webhookKey,
} from '@holdpoint/sdk'
import { certificatePath, type EventBridgeKey } from './eventbridge-key.ts'
import type { Outgoing, Target } from './target.ts'

/** A temporary secret signs for so long, and is good for as long again, so that what was signed at its end is still believed. */
const SECRET_MS = 5 * 60_000

type Prepared = {
  readonly webhookKeys: readonly KeyObject[]
  readonly url: string
  temporary: { readonly keyId: string; readonly secret: TemporarySecret } | null
}

export type Signer = (
  target: Target,
  outgoing: Pick<Outgoing, 'messageId' | 'envelope'>,
) => Promise<Readonly<Record<string, string>>>

export function signer(parts: {
  readonly eventBridgeKey: () => EventBridgeKey | Promise<EventBridgeKey>
  /** Without a slash at its end. */
  readonly publicUrl: () => string
  readonly nowMs: () => number
}): Signer {
  // A target that has not changed stays the same object; with the object goes what was prepared for it.
  const prepared = new WeakMap<Target, Prepared>()

  function prepare(target: Target): Prepared {
    const known = prepared.get(target)
    if (known) return known
    const fresh = {
      webhookKeys: target.signingSecrets.map(webhookKey),
      url: signedUrl(target.endpoint),
      temporary: null,
    }
    prepared.set(target, fresh)
    return fresh
  }

  function temporaryOf(one: Prepared, key: EventBridgeKey, nowMs: number): TemporarySecret {
    const leftMs = one.temporary === null ? 0 : one.temporary.secret.goodUntilMs - nowMs
    if (one.temporary?.keyId === key.id && leftMs > SECRET_MS && leftMs <= 2 * SECRET_MS) return one.temporary.secret
    const random = randomBytes(18).toString('base64url')
    const secret = temporarySecret(key.privateKey, one.url, nowMs + 2 * SECRET_MS, random)
    one.temporary = { keyId: key.id, secret }
    return secret
  }

  return async (target, { messageId, envelope }) => {
    const one = prepare(target)
    const key = await parts.eventBridgeKey()
    const timestampMs = parts.nowMs()
    const timestampSeconds = Math.floor(timestampMs / 1000)
    const signed = {
      timestampMs,
      certificateUrl: `${parts.publicUrl()}${certificatePath(key.id)}`,
      token: typeof target.settings.signatureToken === 'string' ? target.settings.signatureToken : null,
    }
    return {
      'webhook-id': messageId,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': signWebhook(one.webhookKeys, messageId, timestampSeconds, envelope),
      ...signEventBridge(temporaryOf(one, key, timestampMs), one.url, signed, envelope),
      ...(target.settings.signatureV2 === true
        ? await signEventBridgeV2(key.privateKey, one.url, signed, envelope)
        : {}),
    }
  }
}
