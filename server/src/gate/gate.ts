/** What every verb of the gate needs; main joins it. */

import type { Refusal } from '@holdpoint/core'
import type { Live } from '../live.ts'
import type { Publish } from '../openevent/publish.ts'
import { writeAudit } from '../store/audit.ts'
import type { Database, Groups, Transaction } from '../store/database.ts'
import type { Lines } from '../store/gather.ts'
import * as operations from '../store/operations.ts'
import type { Metrics } from '../watch/metrics.ts'
import type { OperationTable } from './operation.ts'

/** An operation that is held; `open` is how many answers it still waits for, as far as is known here. */
export type Asked = { readonly operation: operations.DecidedOperationRow; open: number }

export type Gate = {
  readonly db: Database
  /** How requests to hold and answers are run: those of the same moment in one transaction (docs/decisions). */
  readonly together: Groups
  /** Answers to the same message are taken one after the other, those that wait at once: each would wait for the operation's lock otherwise. */
  readonly inLine: Lines
  /** What was held here lately, by its message: whoever is about to decide it need not wait to read what never changes about it. */
  readonly asked: Map<string, Asked>
  readonly operations: OperationTable
  readonly publish: Publish
  readonly live: Live
  readonly metrics: Metrics
  /** Where a fault in an effect is written down; the operation itself shows one generic sentence. */
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}

/** After the commit, tells whoever watches that an operation has changed. */
export function tellChange(
  gate: Gate,
  tx: Transaction,
  operation: { id: string; tenant_id: number; workspace_id: number | null },
): void {
  tx.afterCommit(() =>
    gate.live.publish({
      kind: 'operation',
      tenantId: operation.tenant_id,
      workspaceId: operation.workspace_id,
      id: operation.id,
    }),
  )
}

/** Writes down how a held operation ends, and why, where its checks do not say it. */
export function endOperation(
  gate: Gate,
  tx: Transaction,
  operation: Pick<
    operations.OperationRow,
    'id' | 'tenant_id' | 'workspace_id' | 'event_code' | 'requested_by' | 'requested_at' | 'trial'
  >,
  end: Pick<operations.OperationRow, 'state' | 'status'>,
  reasons: readonly Refusal[] = [],
): void {
  const at = tx.now
  operations.endOperation(tx, operation.id, { ...end, reasons, at })
  const withdrawn = end.state === 'withdrawn'
  const what = operation.trial ? 'trial' : 'operation'
  writeAudit(tx, {
    tenantId: operation.tenant_id,
    workspaceId: operation.workspace_id,
    // How its checks decide it is nobody's doing: who answered them is written down with their results.
    userId: withdrawn ? operation.requested_by : null,
    action: withdrawn ? `${what}.withdraw` : `${what}.end`,
    object: operation.id,
    details: { ...end, point: operation.event_code, reasons: reasons.map(({ code, details }) => ({ code, details })) },
  })
  if (operation.trial) return
  tx.afterCommit(() => {
    gate.metrics.ended.inc({ point: operation.event_code, state: end.state })
    gate.metrics.holdDuration.observe({ state: end.state }, (at.getTime() - operation.requested_at.getTime()) / 1000)
  })
}
