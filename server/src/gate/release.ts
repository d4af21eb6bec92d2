/**
 * release and refuse: how a held operation ends.
 *
 * Both happen in the transaction that brought the decisive result, with the operation locked; so the effect takes place
 * exactly once however many callbacks, replicas or crashes there are: either that transaction commits or nothing happened (rule 14).
 */
import { type Check, may, processStatus, Refusal, verdict } from '@holdpoint/core'
import { mayTake, messageBody } from '../openevent/publish.ts'
import type { Transaction } from '../store/database.ts'
import { type RouteRow, routesOf } from '../store/openevent.ts'
import * as operations from '../store/operations.ts'
import { type Caller, callerById } from '../store/principals.ts'
import { begin, type Trace } from '../watch/trace.ts'
import type { Gate } from './gate.ts'
import { endOperation, tellChange } from './gate.ts'
import type { Effect, OperationKind } from './operation.ts'

/** Derives the process from the checks as they are now and ends the operation if that decides it. The caller holds its lock. */
export async function decide(
  gate: Gate,
  tx: Transaction,
  operation: operations.DecidedOperationRow,
  checks: readonly operations.DecidingCheckRow[],
  messageExpired: boolean,
  of: Trace,
  foreseen: Foreseen | null = null,
): Promise<'release' | 'refuse' | 'hold'> {
  const judged = checks.map(checkOf)
  const status = processStatus(judged)
  const next = operation.state === 'held' ? verdict(judged, messageExpired) : 'hold'
  if (next === 'release') await release(gate, tx, operation, status, of, foreseen)
  else if (next === 'refuse') endOperation(gate, tx, operation, { state: 'refused', status })
  // What has ended stays as it ended; a late result is recorded with its check only.
  else if (operation.state === 'held') operations.updateStatus(tx, operation.id, status)
  tellChange(gate, tx, operation)
  return next
}

/** What releasing an operation asks the database, while the answers are on their way. */
export type Foreseen = {
  readonly requester: Promise<Caller | null>
  readonly differences: Promise<readonly Refusal[]>
  readonly routes: Promise<readonly RouteRow[]>
}

/**
 * Asks what releasing the operation will ask, before it is known whether it is released: only locks come of it if it is not. Where a savepoint has to
 * guard it, it is asked behind that.
 */
export function foresee(gate: Gate, tx: Transaction, operation: operations.DecidedOperationRow): Foreseen | null {
  const kind = gate.operations[operation.event_code as keyof Gate['operations']]
  return kind === undefined || tx.guarded ? null : asking(tx, operation, kind)
}

// biome-ignore lint/suspicious/noExplicitAny: operations of every request and snapshot type
function asking(tx: Transaction, operation: operations.DecidedOperationRow, kind: OperationKind<any, any>): Foreseen {
  const foreseen = {
    requester: callerById(tx, operation.requested_by),
    differences: kind.staleness(tx, operation.snapshot),
    routes: routesOf(tx, operation.tenant_id, operation.workspace_id),
  }
  for (const one of Object.values(foreseen)) one.catch(() => {})
  return foreseen
}

/**
 * Rule 15: checked again against today's state before it takes effect; STALE changes nothing. Whoever asked must still be allowed to, or the operation
 * is refused.
 */
async function release(
  gate: Gate,
  tx: Transaction,
  operation: operations.DecidedOperationRow,
  status: 'CHECKING' | 'PASSED' | 'BLOCKED',
  of: Trace,
  foreseen: Foreseen | null,
) {
  // Rule 33: a trial ends with its verdict alone.
  if (operation.trial) return endOperation(gate, tx, operation, { state: 'done', status })
  const kind = gate.operations[operation.event_code as keyof Gate['operations']]
  const effect = begin('effect', of, undefined, {
    'holdpoint.operation': operation.id,
    'holdpoint.point': operation.event_code,
  })
  const end = (state: operations.OperationState, reasons: readonly Refusal[] = []) => {
    endOperation(gate, tx, operation, { state, status }, reasons)
    effect.end(state === 'failed' ? reasons[0] : null, { 'holdpoint.state': state })
  }
  if (kind === undefined) return end('failed', [new Refusal('OPERATION_UNKNOWN', { eventCode: operation.event_code })])
  try {
    let allowed = false
    const stale = await tx.savepoint(async () => {
      const asked = foreseen ?? asking(tx, operation, kind)
      const [requester, differences] = await Promise.all([asked.requester, asked.differences])
      allowed =
        requester !== null &&
        may(requester, kind.action, operation.workspace_id ?? undefined) &&
        (kind.allows?.(requester, operation.snapshot) ?? true)
      const telling = effectOf(gate, tx, operation, effect.trace, asked.routes)
      if (allowed && differences.length === 0) await kind.apply(tx, operation.snapshot, telling)
      return differences
    })
    if (!allowed) end('refused', [new Refusal('REQUESTER_NOT_ALLOWED')])
    else if (stale.length === 0) end('done')
    else end('stale', stale)
  } catch (error) {
    if (typeof (error as { code?: unknown }).code === 'string' && /^40/.test((error as { code: string }).code)) {
      effect.end(error)
      throw error
    }
    if (!(error instanceof Refusal))
      gate.logFault(error, { operationId: operation.id, eventCode: operation.event_code })
    end('failed', [error instanceof Refusal ? error : new Refusal('OPERATION_FAULT')])
  }
}

export function effectOf(
  gate: Gate,
  tx: Transaction,
  operation:
    | { id: string; tenantId: number; workspaceId: number | null; requestedBy: number }
    | operations.DecidedOperationRow,
  of: Trace,
  routes: Promise<readonly RouteRow[]>,
): Effect {
  const origin =
    'tenant_id' in operation
      ? { tenantId: operation.tenant_id, workspaceId: operation.workspace_id, requestedBy: operation.requested_by }
      : { tenantId: operation.tenantId, workspaceId: operation.workspaceId, requestedBy: operation.requestedBy }
  return {
    ...origin,
    operationId: operation.id,
    changed(kind, workspaceId) {
      const { tenantId } = origin
      tx.afterCommit(() => gate.live.publish({ kind, tenantId, workspaceId, id: String(workspaceId) }))
    },
    mayReach: async (eventCode) => (await routes).some((route) => mayTake(route, eventCode)),
    async publish(eventCode, body) {
      gate.publish(tx, {
        eventCode,
        tenantId: origin.tenantId,
        workspaceId: origin.workspaceId,
        operationId: null,
        always: false,
        routes: await routes,
        trace: of,
        requestedBy: origin.requestedBy,
        body: messageBody(eventCode, {
          ...body,
          tenantId: origin.tenantId,
          operator: String(origin.requestedBy),
          blockBusiness: false,
        }),
      })
    },
  }
}

export function checkOf(row: operations.DecidingCheckRow): Check {
  return {
    result: row.result,
    passedByHand: row.passed_at !== null,
    expired: row.expired_at !== null,
    onUnanswered: row.on_unanswered,
    manualPass: row.manual_pass,
  }
}
