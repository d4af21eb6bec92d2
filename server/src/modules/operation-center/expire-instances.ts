/** Retention: what ended long ago is removed, and told to its owners. */
import { mayTake, messageBody, type Publish } from '../../openevent/publish.ts'
import type { Database } from '../../store/database.ts'
import { deleteExpiredInstances } from '../../store/expired-instances.ts'
import { routesOf } from '../../store/openevent.ts'
import { currentTrace } from '../../watch/trace.ts'

const EVENT = 'expired-task-instances-deleted'
const MOST_AT_ONCE = 1_000
/** Of one look; what is left then goes with the next. */
const MOST_BATCHES = 100

/** Removes what ended more than so many days ago, and answers how many instances those were. Any replica does it, several at once as well. */
export async function expireInstances(
  { db, publish }: { readonly db: Database; readonly publish: Publish },
  keptDays: number,
): Promise<number> {
  let removed = 0
  for (let batch = 0; batch < MOST_BATCHES; batch++) {
    const count = await expireSome({ db, publish }, keptDays)
    removed += count
    if (count < MOST_AT_ONCE) break
  }
  return removed
}

async function expireSome(
  { db, publish }: { readonly db: Database; readonly publish: Publish },
  keptDays: number,
): Promise<number> {
  return await db.transaction(async (tx) => {
    const rows = await deleteExpiredInstances(tx, keptDays, MOST_AT_ONCE)
    const byOwner = Map.groupBy(rows, (row) => `${row.workspace_id} ${row.owner_id ?? ''}`)
    for (const of of byOwner.values()) {
      const { tenant_id: tenantId, workspace_id: workspaceId, owner_id: ownerId } = of[0]!
      const routes = await routesOf(tx, tenantId, workspaceId)
      if (!routes.some((route) => mayTake(route, EVENT))) continue
      publish(tx, {
        eventCode: EVENT,
        tenantId,
        workspaceId,
        operationId: null,
        always: false,
        routes,
        trace: currentTrace(),
        requestedBy: null,
        body: messageBody(EVENT, {
          appId: workspaceId,
          deletedTaskInstanceIds: of.map((row) => row.id),
          owner: String(ownerId ?? ''),
          tenantId,
          operationTime: tx.now.getTime(),
          blockBusiness: false,
        }),
      })
    }
    return rows.length
  })
}
