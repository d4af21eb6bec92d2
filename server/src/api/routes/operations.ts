import { may, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay, readableWorkspaces, workspaceFor } from '../../access.ts'
import { passCheck } from '../../gate/pass-check.ts'
import { withdraw } from '../../gate/withdraw.ts'
import { writeAudit } from '../../store/audit.ts'
import { unblockTargetsOf } from '../../store/dead-letters.ts'
import { lockDelivery, reopenDeliveries } from '../../store/deliveries.ts'
import { operationsOf } from '../../store/operations.ts'
import { heldNow } from '../held-now.ts'
import { findOperation, readOperation, readOperationDetail, viewOperations } from '../read-operations.ts'
import { cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'
import {
  DeliveryView,
  HeldNow,
  OperationDetail,
  OperationState,
  OperationView,
  PassReason,
  ProcessStatus,
} from '../shapes.ts'
import { deliveryView } from '../views.ts'

const operationParams = z.object({ operationId: z.uuid() })
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

export const operationRoutes = [
  route({
    method: 'GET',
    path: '/operations',
    access: 'own',
    tag: 'Operations',
    summary: 'Operations and their event checks, newest first',
    query: pageQuery.extend({
      workspaceId: z.coerce.number().int().positive().optional(),
      state: OperationState.optional(),
      status: ProcessStatus.optional(),
      eventCode: z.string().max(128).optional(),
      extension: z
        .string()
        .max(64)
        .optional()
        .describe('Only those that this extension, by its code, checks or checked'),
      mine: flag.default(false).describe('Only those the caller asked for'),
      trials: flag.default(false).describe('Trials, and nothing else; otherwise none are listed'),
      checked: flag.default(false).describe('Only those that at least one extension checked'),
    }),
    answer: pageOf(OperationView),
    async run({ platform, caller, query }) {
      if (query.workspaceId !== undefined) await workspaceFor(platform.db, caller, query.workspaceId, 'operation.read')
      const filter = {
        tenantId: caller.tenantId,
        workspaceIds:
          query.workspaceId !== undefined
            ? [query.workspaceId]
            : // A trial is no operation of the workspace: whoever writes in the developer backend reads it.
              query.mine || (query.trials && may(caller, 'extension.write'))
              ? null
              : readableWorkspaces(caller, 'operation.read'),
        state: query.state,
        status: query.status,
        eventCode: query.eventCode,
        requestedBy: query.mine ? caller.userId : undefined,
        extensionCode: query.extension,
        checkedOnly: query.checked,
        trials: query.trials,
      }
      const rows = await operationsOf(platform.db, filter, { before: readCursor(query.cursor), limit: query.limit + 1 })
      const shown = page(
        rows,
        query.limit,
        (row) => `${row.requested_at.getTime()}_${row.id}`,
        (row) => row,
      )
      return { items: await viewOperations(platform.db, caller, shown.items), nextCursor: shown.nextCursor }
    },
  }),
  route({
    method: 'GET',
    path: '/held-operations',
    access: 'own',
    tag: 'Operations',
    summary: 'Who holds what right now: for each extension and reason how many operations wait, and since when',
    answer: HeldNow,
    run: ({ platform, caller }) => heldNow(platform, caller),
  }),
  route({
    method: 'GET',
    path: '/operations/:operationId',
    access: { whereFound: 'operation.read' },
    tag: 'Operations',
    summary: 'One operation: why it is held, what it would change, its checks, message, deliveries and every attempt',
    params: operationParams,
    answer: OperationDetail,
    async run({ platform, caller, params }) {
      return await readOperationDetail(platform, caller, params.operationId)
    },
  }),
  route({
    method: 'POST',
    path: '/operations/:operationId/withdraw',
    access: { whereFound: 'operation.read' },
    tag: 'Operations',
    summary: 'Withdraw a held operation that the caller asked for',
    params: operationParams,
    answer: OperationView,
    async run({ platform, caller, params }) {
      await withdraw(platform, caller, params.operationId)
      return await readOperation(platform, caller, params.operationId)
    },
  }),
  route({
    method: 'POST',
    path: '/operations/:operationId/checks/:extensionCode/pass',
    access: { whereFound: 'operation.read' },
    tag: 'Operations',
    summary: 'Mark a failed check as passed, with a reason, where its extension allows that',
    params: operationParams.extend({ extensionCode: z.string().max(64) }),
    body: PassReason,
    answer: OperationView,
    async run({ platform, caller, params, body }) {
      await findOperation(platform.db, caller, params.operationId)
      await passCheck(platform, caller, params.operationId, params.extensionCode, body.reason)
      return await readOperation(platform, caller, params.operationId)
    },
  }),
  route({
    method: 'POST',
    path: '/deliveries/:deliveryId/redeliver',
    access: 'delivery.redeliver',
    tag: 'Operations',
    summary: 'Deliver a message again that has not expired',
    params: z.object({ deliveryId: z.coerce.number().int().positive() }),
    answer: DeliveryView,
    async run({ platform, caller, params }) {
      const row = await platform.db.transaction(async (tx) => {
        const delivery = await lockDelivery(tx, caller.tenantId, params.deliveryId)
        if (!delivery) throw new Refusal('NOT_FOUND', { thing: 'delivery', id: params.deliveryId })
        // It answers what the receiver said about a workspace's event.
        if (delivery.workspace_id !== null) ensureMay(caller, 'operation.read', delivery.workspace_id)
        if (delivery.state === 'pending' || delivery.expires_at <= tx.now) throw new Refusal('DELIVERY_ENDED')
        if (delivery.target_gone) throw new Refusal('NOT_FOUND', { thing: 'target', id: delivery.target_name })
        await reopenDeliveries(tx, [delivery.id])
        await unblockTargetsOf(tx, [delivery.id])
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'delivery.redeliver',
          object: String(delivery.id),
        })
        tx.afterCommit(() =>
          platform.live.publish({
            kind: 'openevent',
            tenantId: caller.tenantId,
            workspaceId: null,
            id: `${delivery.id}`,
          }),
        )
        return (await lockDelivery(tx, caller.tenantId, delivery.id))!
      })
      platform.wakeDispatcher()
      return deliveryView(caller, row)
    },
  }),
]

function readCursor(cursor: string | undefined): { at: Date; id: string } | null {
  if (cursor === undefined) return null
  const [, at, id] = /^(\d{1,14})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? []
  if (at === undefined || id === undefined) throw cursorRefusal()
  return { at: new Date(Number(at)), id }
}
