/** What is done to instances without being held, because it lets nothing run that has not been let run: taking away what they wait for, and how they run. */
import { NODE_PRIORITIES, type NodePriority, Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { messageBody, type Publish } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Database, Transaction } from '../../store/database.ts'
import type { Environment } from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { routesOf } from '../../store/openevent.ts'
import * as store from '../../store/operated-instances.ts'
import type { Caller } from '../../store/principals.ts'
import { currentTrace } from '../../watch/trace.ts'
import { MOST_INSTANCES } from './instance-operations.ts'
import { settle } from './settle.ts'

type Parts = { readonly db: Database; readonly live: Live; readonly publish: Publish }
type Where = { readonly workspaceId: number; readonly environment?: Environment | undefined }

async function lockOurs(tx: Transaction, caller: Caller, where: Where, ids: readonly number[]) {
  if (ids.length === 0) throw new Refusal('INSTANCES_EMPTY')
  if (ids.length > MOST_INSTANCES) throw new Refusal('INSTANCES_TOO_MANY', { limit: MOST_INSTANCES })
  const { workspaceId, environment } = where
  const found = (
    await store.lockOperated(
      tx,
      caller.tenantId,
      [...ids].sort((a, b) => a - b),
    )
  ).filter((one) => one.workspaceId === workspaceId && one.environment === (environment ?? one.environment))
  const absent = ids.filter((id) => !found.some((one) => one.instanceId === id))
  if (absent.length > 0) throw new Refusal('INSTANCE_NOT_FOUND', { id: absent, instanceIds: absent })
  return found
}

/** An instance does not wait for these any more; all of them or none. */
export async function removeDependencies(
  parts: Parts,
  caller: Caller,
  where: Where & { readonly instanceId: number; readonly upstreamInstanceIds: readonly number[] },
): Promise<void> {
  const { instanceId, workspaceId } = where
  const upstreamIds = [...new Set(where.upstreamInstanceIds)]
  await parts.db.transaction(async (tx) => {
    await lockOurs(tx, caller, where, [instanceId])
    const there = new Set(await store.edgesTo(tx, instanceId, upstreamIds))
    const others = upstreamIds.filter((id) => !there.has(id))
    if (upstreamIds.length === 0) throw new Refusal('INSTANCES_EMPTY')
    if (others.length > 0) throw new Refusal('INSTANCE_NOT_UPSTREAM', { instanceIds: others })
    await settle(tx, { withoutEdges: upstreamIds.map((fromId) => ({ fromId, toId: instanceId })) })
    note(tx, parts, caller, workspaceId, 'remove-dependencies', [instanceId], { upstreamInstanceIds: upstreamIds })
    const eventCode = 'delete-task-instance-dependencies'
    parts.publish(tx, {
      eventCode,
      tenantId: caller.tenantId,
      workspaceId,
      operationId: null,
      always: false,
      routes: await routesOf(tx, caller.tenantId, workspaceId),
      trace: currentTrace(),
      requestedBy: caller.userId,
      body: messageBody(eventCode, {
        appId: workspaceId,
        tenantId: caller.tenantId,
        taskInstanceId: instanceId,
        upstreamTaskInstanceIds: upstreamIds,
        operator: String(caller.userId),
        operationTime: tx.now.getTime(),
        blockBusiness: false,
      }),
    })
  })
}

export type InstanceChange = {
  readonly priority?: number | undefined
  readonly resourceGroupId?: number | undefined
}

/** Where in the queue instances stand from now on, and whose slots they take: what runs already goes on as it is. All of them or none. */
export async function changeInstances(
  parts: Parts,
  caller: Caller,
  where: Where & { readonly instanceIds: readonly number[] },
  { priority, resourceGroupId }: InstanceChange,
): Promise<void> {
  const ids = [...new Set(where.instanceIds)]
  if (priority === undefined && resourceGroupId === undefined)
    throw new Refusal('REQUEST_INVALID', { problem: 'name a priority or a resource group' })
  if (priority !== undefined && !NODE_PRIORITIES.includes(priority as NodePriority))
    throw new Refusal('REQUEST_INVALID', { problem: `priority: is one of ${NODE_PRIORITIES.join(', ')}` })
  await parts.db.transaction(async (tx) => {
    await lockOurs(tx, caller, where, ids)
    if (resourceGroupId !== undefined && !(await store.isResourceGroup(tx, caller.tenantId, resourceGroupId)))
      throw new Refusal('NOT_FOUND', { thing: 'resource group', id: resourceGroupId })
    store.changeInstances(tx, ids, { priority: priority ?? null, resourceGroupId: resourceGroupId ?? null })
    note(tx, parts, caller, where.workspaceId, 'change', ids, {
      ...(priority === undefined ? {} : { priority }),
      ...(resourceGroupId === undefined ? {} : { resourceGroupId }),
    })
  })
}

/** In the log of each, and in the audit trail; whoever watches is told. */
function note(
  tx: Transaction,
  { live }: Parts,
  caller: Caller,
  workspaceId: number,
  action: 'remove-dependencies' | 'change',
  ids: readonly number[],
  details: Readonly<Record<string, unknown>>,
): void {
  const { tenantId, userId } = caller
  writeObjectLog(tx, { tenantId, workspaceId, kind: 'instance', ids, userId, action, details })
  writeAudit(tx, {
    tenantId,
    workspaceId,
    userId,
    action: `instance.${action}`,
    object: String(ids[0]),
    details: { ...details, ...(ids.length > 1 ? { instanceIds: ids } : {}) },
  })
  tx.afterCommit(() => live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) }))
}
