/**
 * Running one node because somebody wants to see it run: a smoke test of any node, and the runs of manual nodes, which have no others. It waits for
 * nothing upstream and starts at once, and nothing of it is held (rule 41).
 */
import { Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import type { Environment } from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { instanceIdsOfDags, nodeToRun } from '../../store/operated-instances.ts'
import type { Caller } from '../../store/principals.ts'
import { createInstances } from './create-instances.ts'

export type NodeRun = {
  readonly kind: 'smoke-test' | 'manual'
  readonly workspaceId: number
  readonly environment: Environment
  readonly nodeId: number
  /** yyyy-mm-dd */
  readonly bizdate: string
  /** Instead of the node's own: `name=value name=value`. */
  readonly parameters: string | null
}

export async function runNode(
  parts: { readonly db: Database; readonly live: Live; readonly timeZone: string },
  caller: Caller,
  run: NodeRun,
): Promise<{ readonly dagId: number; readonly instanceIds: readonly number[] }> {
  const { tenantId, userId } = caller
  const { kind, workspaceId, environment, nodeId, bizdate, parameters } = run
  return await parts.db.transaction(async (tx) => {
    const node = await nodeToRun(tx, workspaceId, environment, nodeId)
    if (node === null) throw new Refusal('NODE_NOT_FOUND', { id: nodeId })
    if (kind === 'manual' && node.trigger !== 'manual') throw new Refusal('NODE_NOT_MANUAL', { nodes: [node.name] })
    if (node.recurrence === 'pause') throw new Refusal('NODE_FROZEN', { nodes: [node.name] })
    const { dagIds } = await createInstances(tx, {
      tenantId,
      workspaceId,
      environment,
      kind,
      name: node.name,
      createdBy: userId,
      backfillId: null,
      nodes: [{ nodeId, dryRun: false }],
      dates: [bizdate],
      lines: 1,
      window: null,
      startsFutureNow: true,
      starts: true,
      priority: null,
      resourceGroupId: null,
      parameters: parameters === null ? null : { [nodeId]: parameters },
      timeZone: parts.timeZone,
    })
    const [dagId] = dagIds
    if (dagId === undefined) throw new Refusal('NODE_NOT_FOUND', { id: nodeId })
    const instanceIds = await instanceIdsOfDags(tx, [dagId])
    const details = { environment, bizdate, dagId, ...(parameters === null ? {} : { parameters }) }
    const action = kind === 'manual' ? 'manual-run' : 'smoke-test'
    writeObjectLog(tx, { tenantId, workspaceId, kind: 'node', ids: [nodeId], userId, action, details })
    writeAudit(tx, { tenantId, workspaceId, userId, action: `node.${action}`, object: String(nodeId), details })
    tx.afterCommit(() => parts.live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) }))
    return { dagId, instanceIds }
  })
}
