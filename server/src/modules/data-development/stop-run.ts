/** Stopping a run of code: by whoever may run it. It holds nothing, because nothing runs of it that had not been let run. */
import { Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import { codeRunState } from '../../store/development-runs.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { lockOperated } from '../../store/operated-instances.ts'
import type { Caller } from '../../store/principals.ts'
import { settle } from '../operation-center/settle.ts'

export async function stopRun(
  { db, live }: { readonly db: Database; readonly live: Live },
  caller: Caller,
  of: { readonly workspaceId: number; readonly fileId: number; readonly instanceId: number },
): Promise<void> {
  const { workspaceId, fileId, instanceId } = of
  const { tenantId, userId } = caller
  await db.transaction(async (tx) => {
    const [instance] = await lockOperated(tx, tenantId, [instanceId])
    const state = instance?.workspaceId === workspaceId ? await codeRunState(tx, fileId, instanceId) : null
    if (instance === undefined || state === null)
      throw new Refusal('INSTANCE_NOT_FOUND', { id: [instanceId], instanceIds: [instanceId] })
    if (state !== 'running')
      throw new Refusal('INSTANCE_NOT_TERMINABLE', {
        instances: [`${instance.name} (${instanceId})`],
        instanceIds: [instanceId],
      })
    await settle(tx, { failed: [instanceId] })
    const about = { tenantId, workspaceId, userId }
    writeObjectLog(tx, { ...about, kind: 'instance', ids: [instanceId], action: 'terminate' })
    writeAudit(tx, { ...about, action: 'file.stop-run', object: instance.name, details: { fileId, instanceId } })
    tx.afterCommit(() => live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) }))
  })
}
