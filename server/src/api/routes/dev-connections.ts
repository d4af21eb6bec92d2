import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay } from '../../access.ts'
import { recordForwarded } from '../../openevent/dev-connection.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql } from '../../store/database.ts'
import { unblockTargetsOf } from '../../store/dead-letters.ts'
import { lockDelivery, reopenDeliveries } from '../../store/deliveries.ts'
import * as store from '../../store/dev-connections.ts'
import { extensionByCode } from '../../store/extensions.ts'
import type { Caller } from '../../store/principals.ts'
import { findOperation } from '../read-operations.ts'
import { route } from '../route.ts'
import { DeliveryView, DevAttempt, DevConnection, DevConnectionId } from '../shapes.ts'
import { deliveryView, person } from '../views.ts'

const codeParams = z.object({ code: z.string().max(64) })

export const devConnectionRoutes = [
  route({
    method: 'GET',
    path: '/extensions/:code/dev-connection',
    tag: 'Trials',
    summary: 'The machine that the messages of the version under test are forwarded to, and when it was last heard of',
    access: 'extension.read',
    params: codeParams,
    answer: DevConnection,
    async run({ platform, caller, params }) {
      const row = await store.devConnection(platform.db, await extensionId(platform.db, caller, params.code))
      return {
        connection: row && {
          machine: row.machine,
          user: person(row.user_id, row.user_name),
          connectedAt: row.connected_at.toISOString(),
          seenAt: row.seen_at.toISOString(),
          attached: row.attached,
        },
      }
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/dev-connection/beats',
    tag: 'Trials',
    summary: 'The machine says that it is there',
    status: 204,
    access: 'extension.write',
    params: codeParams,
    body: DevConnectionId,
    async run({ platform, caller, params, body }) {
      const id = await extensionId(platform.db, caller, params.code)
      if (!(await store.seeDevConnection(platform.db, id, body.connection))) throw await whyEnded(platform.db, id)
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/dev-connection/attempts',
    tag: 'Trials',
    summary: 'The machine tells what became of an attempt that it made',
    status: 204,
    access: 'extension.write',
    params: codeParams,
    body: DevAttempt,
    async run({ platform, caller, params, body }) {
      const id = await extensionId(platform.db, caller, params.code)
      if (!(await store.seeDevConnection(platform.db, id, body.connection))) throw await whyEnded(platform.db, id)
      await recordForwarded(
        platform,
        { tenantId: caller.tenantId, extensionId: id, deliveryId: body.deliveryId, number: body.attempt },
        {
          status: body.status,
          error: body.error,
          responseBody: body.responseBody,
          durationMs: body.durationMs,
        },
      )
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/dev-connection/end',
    tag: 'Trials',
    summary: 'The machine takes its leave; what asks the extension goes where it always goes',
    status: 204,
    access: 'extension.write',
    params: codeParams,
    body: DevConnectionId,
    async run({ platform, caller, params, body }) {
      const id = await extensionId(platform.db, caller, params.code)
      await platform.db.transaction(async (tx) => {
        if (!(await store.endDevConnection(tx, id, body.connection))) return
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'dev.disconnect',
          object: params.code,
        })
        tx.afterCommit(() => tell(platform, caller, params.code))
      })
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/replays',
    tag: 'Trials',
    summary:
      'Deliver a message again for this extension: to the machine that is connected, else to the targets that serve it',
    access: 'delivery.redeliver',
    params: codeParams,
    body: z.strictObject({ messageId: z.uuid() }).meta({ id: 'Replay' }),
    answer: z.object({ deliveries: z.array(DeliveryView) }).meta({ id: 'Replayed' }),
    async run({ platform, caller, params, body }) {
      const rows = await platform.db.transaction(async (tx) => {
        const extension = await extensionId(tx, caller, params.code)
        const message = await store.replayedMessage(tx, caller.tenantId, body.messageId, caller.userId)
        if (!message) throw new Refusal('MESSAGE_UNKNOWN', { messageId: body.messageId })
        if (message.operation_id !== null) await findOperation(tx, caller, message.operation_id)
        else if (message.workspace_id !== null) ensureMay(caller, 'operation.read', message.workspace_id)
        if (!(await store.concerns(tx, body.messageId, { id: extension, code: params.code })))
          throw new Refusal('REPLAY_NOT_ASKED', { messageId: body.messageId })
        if (message.expires_at <= tx.now) throw new Refusal('MESSAGE_EXPIRED', { messageId: body.messageId })
        const deliveries = await store.deliveriesServing(tx, caller.tenantId, body.messageId, params.code)
        const machine = await store.attachedDevTarget(tx, extension)
        const known = deliveries.filter((one) => (machine === null ? one.kind !== 'dev' : one.target_id === machine.id))
        const ended = known.filter((one) => one.state !== 'pending').map((one) => one.id)
        const ids =
          known.length > 0 || machine === null
            ? known.map((one) => one.id)
            : [await store.insertDeliveryToMachine(tx, body.messageId, machine, params.code)]
        if (ids.length === 0) throw new Refusal('REPLAY_NOWHERE')
        await reopenDeliveries(tx, ended)
        await unblockTargetsOf(tx, ended)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          workspaceId: message.workspace_id,
          userId: caller.userId,
          action: 'message.replay',
          object: body.messageId,
          details: { extension: params.code, deliveries: ids.length },
        })
        tx.afterCommit(() => tell(platform, caller, params.code))
        return (await Promise.all(ids.map((id) => lockDelivery(tx, caller.tenantId, id)))).flatMap((row) => row ?? [])
      })
      platform.wakeDispatcher()
      return { deliveries: rows.map((row) => deliveryView(caller, row)) }
    },
  }),
]

async function extensionId(sql: Sql, caller: Caller, code: string): Promise<number> {
  const row = await extensionByCode(sql, caller.tenantId, code)
  if (!row) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  return row.id
}

async function whyEnded(sql: Sql, id: number): Promise<Refusal> {
  const row = await store.devConnection(sql, id)
  return row === null
    ? new Refusal('DEV_CONNECTION_ENDED')
    : new Refusal('DEV_TAKEN_OVER', { machine: `${row.user_name} (${row.machine})` })
}

function tell(platform: Platform, caller: Caller, code: string): void {
  platform.live.publish({ kind: 'extension', tenantId: caller.tenantId, workspaceId: null, id: code })
}
