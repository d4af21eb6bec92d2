/**
 * hold: an operation is asked for.
 *
 * In one transaction, which it may share with other requests, the module describes it, core decides who applies, and then either nobody does and the effect takes place at
 * once, or the operation, its message, its checks and the deliveries are written together (rules 1, 3).
 */
import { createHash, randomUUID } from 'node:crypto'
import {
  applyingVersion,
  type ExtensionParameters,
  type ExtensionPointCode,
  MESSAGE_LIFETIME_MS,
  may,
  type ProcessStatus,
  Refusal,
} from '@holdpoint/core'
import { keep } from '../bounded.ts'
import { messageBody } from '../openevent/publish.ts'
import { writeAudit } from '../store/audit.ts'
import * as extensions from '../store/extensions.ts'
import { routesOf } from '../store/openevent.ts'
import * as operations from '../store/operations.ts'
import { type Caller, type Entering, entered } from '../store/principals.ts'
import { currentTrace, spanned, type Trace } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { tellChange } from './gate.ts'
import type { Description, OperationKind } from './operation.ts'
import { effectOf } from './release.ts'

const MOST_RUNS = 3
/** Operations that are remembered, and how many objects one of them is on at most. */
const MOST_KEPT = 4_096
const MOST_OBJECTS_KEPT = 16

export type Held = {
  readonly id: string
  readonly state: 'done' | 'held'
  /** How its checks stand; null where no extension applied. */
  readonly status: ProcessStatus | null
  /** The message that asks about it; null where none was written. */
  readonly messageId: string | null
}

/** Rule 1: an operation is held if at least one extension applies; otherwise it takes effect at once. Who may not ask for it is refused. */
export async function hold<Request, Snapshot>(
  gate: Gate,
  asks: Entering,
  kind: OperationKind<Request, Snapshot>,
  request: Request,
): Promise<Held> {
  const trace = currentTrace()
  let who = asks
  for (let run = 1; run <= MOST_RUNS; run++) {
    const { held, written, operation, caller } = await spanned('hold', trace, { 'holdpoint.point': kind.point }, (of) =>
      take(gate, who, kind, request, of).catch(async (error) => {
        await who.remember()
        throw error
      }),
    )
    who = entered(caller)
    if (written()) return held
    // Rule 24: the same person asking again for the same operation on the same objects while it is held gets the open process.
    const open = await operations.heldOperation(gate.db, operation)
    if (open) return { id: open.id, state: 'held', status: open.status, messageId: open.message_id }
    // It ended between our insert and our look: this is a fresh request after all.
  }
  throw new Error('the same operation was held and ended again and again')
}

/** Writes down what is asked for; `written` says whether it was, or is held already. */
async function take<Request, Snapshot>(
  gate: Gate,
  who: Entering,
  kind: OperationKind<Request, Snapshot>,
  request: Request,
  of: Trace,
): Promise<{ held: Held; written: () => boolean; operation: operations.NewOperation; caller: Caller }> {
  return await gate.together(async (tx) => {
    const workspaceId = kind.workspaceOf(request)
    // All of it is asked at once; what may be asked for is told only to who may enter.
    const entering = who.within(tx)
    const reading = Promise.all([
      kind.describe(tx, request),
      extensions.watchingVersions(tx, who.tenantId, kind.point, workspaceId),
      routesOf(tx, who.tenantId, workspaceId),
    ])
    reading.catch(() => {})
    const caller = await entering
    if (!may(caller, kind.action, workspaceId ?? undefined)) throw new Refusal('FORBIDDEN', { action: kind.action })
    const [description, versions, routes] = await reading
    const watching = whoApplies(versions, caller, { point: kind.point, workspaceId }, description, tx.now)
    // A hash, because an index takes no key as long as a thousand ids.
    const ids = description.objects.map((object) => object.id).sort()
    const requestKey = createHash('sha256')
      .update(description.requestKey ?? ids.join(','))
      .digest('base64')
    const operation: operations.NewOperation = {
      id: randomUUID(),
      tenantId: caller.tenantId,
      workspaceId,
      eventCode: kind.point,
      state: watching.length > 0 ? 'held' : 'done',
      status: watching.length > 0 ? 'CHECKING' : null,
      requestedBy: caller.userId,
      requestKey,
      objectName: description.objectName,
      objects: description.objects,
      snapshot: description.snapshot,
      changes: description.changes,
      requestedAt: tx.now,
      heldUntil: watching.length > 0 ? new Date(tx.now.getTime() + MESSAGE_LIFETIME_MS) : null,
    }
    const written = operations.insertOperation(
      tx,
      operation,
      watching.map((one) => ({
        extensionId: one.id,
        version: one.number,
        onUnanswered: one.on_unanswered,
        manualPass: one.read.manualPass,
      })),
    )
    kind.asked?.(tx, description.snapshot, operation.id)
    if (operation.state === 'done')
      await kind.apply(tx, description.snapshot, effectOf(gate, tx, operation, of, Promise.resolve(routes)))
    const messageId = description.triggers
      ? gate.publish(tx, {
          eventCode: kind.point,
          tenantId: caller.tenantId,
          workspaceId,
          operationId: operation.id,
          always: operation.state === 'held',
          routes,
          functions: watching.flatMap(({ code, function_target_id: targetId }) =>
            targetId === null ? [] : { targetId, extensionCode: code },
          ),
          trace: of,
          requestedBy: caller.userId,
          body: messageBody(kind.point, {
            ...description.body,
            tenantId: caller.tenantId,
            operator: String(caller.userId),
            extensionBizId: operation.id,
            blockBusiness: operation.state === 'held',
          }),
        })
      : null
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId,
      userId: caller.userId,
      action: 'operation.request',
      object: operation.id,
      ifOperation: operation.id,
      details: {
        point: kind.point,
        on: description.objectName,
        objects: description.objects.length,
        state: operation.state,
        message: messageId,
        asked: watching.map((one) => one.code),
      },
    })
    tellChange(gate, tx, { id: operation.id, tenant_id: caller.tenantId, workspace_id: workspaceId })
    const state = operation.state as 'done' | 'held'
    tx.afterCommit(() => {
      if (!written()) return
      gate.metrics.asked.inc({ point: kind.point, held: String(state === 'held') })
      if (state !== 'held' || messageId === null || description.objects.length > MOST_OBJECTS_KEPT) return
      const { id, requestedAt: requested_at, snapshot } = operation
      const decided = {
        id,
        tenant_id: caller.tenantId,
        workspace_id: workspaceId,
        event_code: kind.point,
        state,
        requested_by: caller.userId,
        requested_at,
        snapshot,
        trial: false,
      }
      keep(gate.asked, messageId, { operation: decided, open: watching.length }, MOST_KEPT)
    })
    return { held: { id: operation.id, state, status: operation.status, messageId }, written, operation, caller }
  }, who.tenantId)
}

/** Rule 2 for every extension of the tenant that names the point; rule 12: none applies once the edition has expired. */
export function whoApplies<Row extends extensions.WatchingRow>(
  rows: readonly Row[],
  caller: Caller,
  where: { readonly point: ExtensionPointCode; readonly workspaceId: number | null },
  description: Pick<Description<unknown>, 'triggers' | 'fileType'>,
  now: Date,
): (Row & { readonly read: ExtensionParameters })[] {
  if (!description.triggers) return []
  if (caller.editionExpiresAt !== null && caller.editionExpiresAt <= now) return []
  const scope = {
    ...where,
    requestedBy: caller.userId,
    fileType: description.fileType,
  }
  const versions = Map.groupBy(rows.map(extensions.watching), (one) => one.row.id)
  return [...versions.values()].flatMap((ofOne) => {
    const one = applyingVersion(ofOne, scope)
    return one ? [{ ...one.row, read: one.parameters }] : []
  })
}
