/** The three operations on alert subscriptions that can be held (rule 60). */
import { isDeepStrictEqual } from 'node:util'
import { Refusal, type Subscription, type SubscriptionSnapshot } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import { newAlertSecret } from '../../openevent/alert-secret.ts'
import type { OutboundPolicy } from '../../openevent/guard.ts'
import { webhookProblem } from '../../openevent/webhook-problem.ts'
import type { Transaction } from '../../store/database.ts'
import { type Caller, entered } from '../../store/principals.ts'
import * as store from '../../store/quality-monitors.ts'
import { newIds } from '../../store/quality-rules.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import type { SubscriptionRequest } from './requests.ts'
import { channelBody, differences } from './told.ts'

export const MOST_SUBSCRIPTIONS = 20
const MAIL_ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const LONGEST_ADDRESS = 254

/** What the platform must be able to do to tell somebody. */
export type Telling = { readonly outbound: OutboundPolicy; readonly canSendMail: boolean }

type Request = {
  readonly workspace: Pick<WorkspaceRow, 'id' | 'tenant_id'>
  readonly asked: SubscriptionRequest
  readonly newId: number | null
}

export async function askSubscription(
  platform: Gate & Telling,
  caller: Caller,
  workspace: WorkspaceRow,
  asked: SubscriptionRequest,
): Promise<Held & { readonly ids: readonly number[] }> {
  if (asked.kind !== 'delete') ensureReceiver(platform, asked.then)
  const [newId = null] = asked.kind === 'create' ? await newIds(platform.db, 'quality_subscriptions', 1) : []
  const kind = platform.operations[POINTS[asked.kind]] as OperationKind<Request, SubscriptionSnapshot>
  const held = await hold(platform, entered(caller), kind, { workspace, asked, newId })
  const id = asked.kind === 'create' ? newId! : asked.id
  return { ...held, ids: held.state === 'done' ? [id] : [] }
}

/** Whoever could never be told does not subscribe. */
export function ensureReceiver({ outbound, canSendMail }: Telling, { channel, receiver }: Subscription): void {
  const problem =
    channel === 'Mail'
      ? canSendMail
        ? MAIL_ADDRESS.test(receiver) && receiver.length <= LONGEST_ADDRESS
          ? null
          : 'it is no address of mail'
        : 'no mail server is configured'
      : URL.canParse(receiver) && /^https?:$/.test(new URL(receiver).protocol)
        ? webhookProblem(receiver, outbound)
        : 'it is no address of a webhook'
  if (problem !== null) throw new Refusal('QUALITY_RECEIVER_INVALID', { receiver, channel, problem })
}

/** The webhook's, where there is one. */
export const secretFor = (secretKey: Buffer, id: number, { channel }: Subscription): Buffer | null =>
  channel === 'Webhook' ? newAlertSecret(secretKey, { of: 'subscription', id }) : null

const POINTS = {
  create: 'create-data-quality-evaluation-task-notification',
  update: 'update-data-quality-evaluation-task-notification',
  delete: 'delete-data-quality-evaluation-task-notification',
} as const

const isSame = (a: Subscription, b: Subscription) => a.channel === b.channel && a.receiver === b.receiver
const subscriptionOf = ({ channel, receiver }: store.SubscriptionRow): Subscription => ({ channel, receiver })

function subscriptionOperation(
  kind: SubscriptionRequest['kind'],
  secretKey: Buffer,
): OperationKind<Request, SubscriptionSnapshot> {
  return {
    point: POINTS[kind],
    action: 'quality.write',
    workspaceOf: ({ workspace }) => workspace.id,

    async describe(tx, { workspace, asked, newId }) {
      const { monitor, row } = await found(tx, workspace.id, asked)
      const now = row === null ? null : subscriptionOf(row)
      const then = asked.kind === 'delete' ? null : asked.then
      const refusal = then === null ? null : await obstacle(tx, monitor, then, row?.id ?? null)
      if (refusal !== null) throw refusal
      const object =
        row === null ? { id: String(monitor.id), name: monitor.name } : { id: String(row.id), name: shown(row) }
      return {
        objects: [object],
        requestKey: JSON.stringify([monitor.id, row?.id ?? null, now, then]),
        objectName: `${monitor.name}: ${shown((then ?? now)!)}`,
        changes: differences(object, now && shownOf(now), then && shownOf(then)),
        snapshot: {
          ...{ tenantId: workspace.tenant_id, workspaceId: workspace.id, kind: asked.kind },
          ...{ monitorId: monitor.id, monitorName: monitor.name, subscriptionId: row?.id ?? newId!, now, then },
        },
        body: {
          ...{ projectId: workspace.id, operationTime: tx.now.getTime(), dataQualityEvaluationTaskId: monitor.id },
          ...(now !== null && then !== null ? updateBody(now, then) : channelBody((then ?? now)!)),
        },
        ...{ triggers: true, fileType: null },
      }
    },

    async staleness(tx, { workspaceId, monitorId, monitorName, subscriptionId, now, then }) {
      const [monitor] = await store.lockMonitors(tx, workspaceId, [monitorId])
      if (monitor === undefined) return [new Refusal('QUALITY_GONE', { names: [monitorName] })]
      if (now !== null) {
        const row = await store.lockSubscription(tx, workspaceId, subscriptionId)
        if (row === null) return [new Refusal('QUALITY_GONE', { names: [shown(now)] })]
        if (!isDeepStrictEqual(subscriptionOf(row), now))
          return [new Refusal('QUALITY_CHANGED_MEANWHILE', { names: [shown(now)] })]
      }
      const refusal = then === null ? null : await obstacle(tx, monitor, then, now === null ? null : subscriptionId)
      return refusal === null ? [] : [refusal]
    },

    async apply(tx, { tenantId, workspaceId, monitorId, subscriptionId: id, now, then }, effect) {
      if (then === null) store.deleteSubscription(tx, id)
      else if (now === null) {
        const secret = secretFor(secretKey, id, then)
        const row = { id, tenant_id: tenantId, workspace_id: workspaceId, monitor_id: monitorId, secret }
        store.insertSubscription(tx, { ...row, by: effect.requestedBy }, then)
      } else {
        // Who is told elsewhere signs with another secret: the one before is known to another receiver.
        const { secret } = (await store.lockSubscription(tx, workspaceId, id))!
        const keeps = then.channel === 'Webhook' && now.channel === 'Webhook' && originOf(then) === originOf(now)
        store.updateSubscription(tx, id, then, keeps ? secret : secretFor(secretKey, id, then))
      }
      effect.changed('quality', workspaceId)
    },
  }
}

/** For whoever reads what is asked for: the path of a webhook is often its password. */
const shown = ({ channel, receiver }: Subscription) => (channel === 'Mail' ? receiver : `${new URL(receiver).origin}/…`)
const shownOf = (one: Subscription) => ({ channel: one.channel, receiver: shown(one) })

const originOf = ({ receiver }: Subscription) => new URL(receiver).origin

export const subscriptionOperations = (secretKey: Buffer) => ({
  [POINTS.create]: subscriptionOperation('create', secretKey),
  [POINTS.update]: subscriptionOperation('update', secretKey),
  [POINTS.delete]: subscriptionOperation('delete', secretKey),
})

/** The monitor, locked, and the subscription that is there. */
async function found(
  tx: Transaction,
  workspaceId: number,
  asked: SubscriptionRequest,
): Promise<{ readonly monitor: store.MonitorRow; readonly row: store.SubscriptionRow | null }> {
  const there = asked.kind === 'create' ? null : await store.subscriptionById(tx, workspaceId, asked.id)
  if (asked.kind !== 'create' && there === null) throw new Refusal('QUALITY_SUBSCRIPTION_NOT_FOUND', { id: asked.id })
  const monitorId = asked.kind === 'create' ? asked.monitorId : there!.monitor_id
  const [monitor] = await store.lockMonitors(tx, workspaceId, [monitorId])
  if (monitor === undefined) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id: monitorId })
  if (asked.kind === 'create') return { monitor, row: null }
  const row = await store.lockSubscription(tx, workspaceId, asked.id)
  if (row === null) throw new Refusal('QUALITY_SUBSCRIPTION_NOT_FOUND', { id: asked.id })
  return { monitor, row }
}

async function obstacle(
  tx: Transaction,
  monitor: store.MonitorRow,
  then: Subscription,
  butId: number | null,
): Promise<Refusal | null> {
  const others = (await store.subscriptionsOf(tx, [monitor.id])).filter(({ id }) => id !== butId)
  if (others.some((one) => isSame(one, then))) return new Refusal('QUALITY_SUBSCRIBED', { receiver: shown(then) })
  if (others.length >= MOST_SUBSCRIPTIONS)
    return new Refusal('LIMIT_REACHED', { limit: MOST_SUBSCRIPTIONS, things: 'subscriptions of a monitor' })
  return null
}

function updateBody(now: Subscription, then: Subscription) {
  const [current, updated] = [channelBody(now), channelBody(then)]
  return {
    ...{ currentChannel: current.channel, currentReceiverValue: current.receiverValue },
    ...{ updatedChannel: updated.channel, updatedReceiverValue: updated.receiverValue },
  }
}
