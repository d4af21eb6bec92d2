/**
 * What asks an extension under test, on its way to its author's machine: a delivery like any other, but handed over by whichever replica the machine
 * is connected to. Everything about it is in the database: a message that came while the connection was broken is handed over by the next one.
 */
import { afterFailedAttempt, Refusal } from '@holdpoint/core'
import type { Live } from '../live.ts'
import type { Database } from '../store/database.ts'
import { type DueDelivery, recordAttempts } from '../store/deliveries.ts'
import * as store from '../store/dev-connections.ts'
import type { Metrics } from '../watch/metrics.ts'
import { envelopeOf } from './envelope.ts'
import type { Signer } from './signer.ts'
import { type AttemptResult, headersBeside, type Sender } from './target.ts'
import type { Targets } from './targets.ts'

/** The author's program is started again and again: it is tried again sooner than a receiver that is away. */
const LONGEST_DELAY_MS = 30_000

/** One attempt for the machine to make: it posts the body with these headers. */
export type Forwarded = {
  readonly deliveryId: number
  readonly attempt: number
  readonly messageId: string
  readonly eventCode: string
  readonly expiresAt: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export async function forwardedOf(
  parts: { readonly targets: Targets; readonly sign: Signer; readonly region: string },
  due: DueDelivery,
): Promise<Forwarded | null> {
  const target = await parts.targets.of(due.target_id)
  if (target === null) return null
  const envelope = envelopeOf(due, parts.region)
  const signed = await parts.sign(target, { messageId: due.message_id, envelope })
  return {
    deliveryId: due.id,
    attempt: due.attempts + 1,
    messageId: due.message_id,
    eventCode: due.event_code,
    expiresAt: due.expires_at.toISOString(),
    headers: {
      'content-type': 'application/json;charset=utf-8',
      'user-agent': 'Holdpoint',
      ...signed,
      ...headersBeside(due),
    },
    body: envelope,
  }
}

/** What became of an attempt, as the machine tells it. */
export async function recordForwarded(
  parts: { readonly db: Database; readonly live: Live; readonly metrics: Metrics },
  of: { readonly tenantId: number; readonly extensionId: number; readonly deliveryId: number; readonly number: number },
  result: AttemptResult & { readonly durationMs: number },
): Promise<void> {
  const { live, metrics } = parts
  const { durationMs, status, error, responseBody } = result
  const written = await parts.db.transaction(async (tx) => {
    const delivery = await store.deliveryToMachine(tx, of.tenantId, of.extensionId, of.deliveryId)
    if (delivery === null) throw new Refusal('NOT_FOUND', { thing: 'delivery', id: of.deliveryId })
    // Told twice, or of one that was made again since: what was written first stands.
    if (delivery.state !== 'pending' || of.number !== delivery.attempts + 1) return null
    const nowMs = tx.now.getTime()
    const next =
      error === null
        ? ({ state: 'delivered' } as const)
        : afterFailedAttempt({
            policy: 'EXPONENTIAL_DECAY_RETRY',
            attempt: of.number,
            status,
            retryAfterMs: null,
            nowMs,
            expiresAtMs: delivery.expires_at.getTime(),
            random: 0,
          })
    const soon = (atMs: number) => new Date(Math.min(atMs, nowMs + LONGEST_DELAY_MS))
    await recordAttempts(tx, [
      {
        deliveryId: of.deliveryId,
        number: of.number,
        at: new Date(nowMs - durationMs),
        durationMs,
        endpoint: delivery.endpoint,
        status,
        error,
        responseBody,
        state: next.state,
        nextAttemptAt: next.state === 'pending' ? soon(next.nextAttemptAtMs) : null,
        blocks: false,
      },
    ])
    return { delivery, state: next.state }
  })
  if (written === null) return
  const { delivery, state } = written
  const kind = 'dev'
  metrics.attemptDuration.observe({ kind }, durationMs / 1000)
  metrics.attempts.inc({ kind, outcome: error === null ? 'accepted' : status === null ? 'unreached' : 'refused' })
  if (state !== 'pending') metrics.deliveries.inc({ kind, state })
  if (delivery.operation_id !== null)
    live.publish({
      kind: 'operation',
      tenantId: of.tenantId,
      workspaceId: delivery.workspace_id,
      id: delivery.operation_id,
    })
}

/** The dispatcher never comes to it: what is due to a machine is handed over where the machine is connected. */
export const devSender: Sender = {
  send: async () => ({ status: null, error: 'only the machine it is for gets it', responseBody: null }),
  close: async () => {},
}
