/** Stopping a job: it holds nothing. What was brought stays, with its position; a later start goes on from there. */
import { Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import type { Database } from '../../store/database.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import { lockOperated } from '../../store/operated-instances.ts'
import type { Caller } from '../../store/principals.ts'
import { lockSyncJobs } from '../../store/sync-jobs.ts'
import { noteStopped } from '../../store/sync-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { settle } from '../operation-center/settle.ts'
import { note } from './write-job.ts'

export async function stopJob(
  parts: { readonly db: Database; readonly live: Live },
  caller: Caller,
  workspace: Pick<WorkspaceRow, 'id'>,
  id: number,
): Promise<void> {
  await parts.db.transaction(async (tx) => {
    const [job] = await lockSyncJobs(tx, workspace.id, [id])
    if (job === undefined) throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
    const { last_run_id: runId, last_instance_id: instanceId } = job
    if (!job.is_under_way || runId === null || instanceId === null)
      throw new Refusal('SYNC_JOB_NOT_UNDER_WAY', { name: job.name })
    await lockOperated(tx, caller.tenantId, [instanceId])
    noteStopped(tx, runId, caller.userId)
    await settle(tx, { failed: [instanceId] })
    const about = { tenantId: caller.tenantId, workspaceId: workspace.id, userId: caller.userId }
    writeObjectLog(tx, { ...about, kind: 'instance', ids: [instanceId], action: 'terminate' })
    note(parts, tx, caller, job, 'sync-job.stop')
  })
}
