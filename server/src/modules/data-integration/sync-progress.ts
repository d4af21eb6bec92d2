/** What runs of jobs say of how far they have come, kept to be shown: the truth about positions is in their targets. */
import type { RefusalCode, RefusalDetails } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import type { Database } from '../../store/database.ts'
import { addSyncProgress, noteRetrying } from '../../store/sync-runs.ts'
import type { Metrics } from '../../watch/metrics.ts'
import type { OnProgress } from '../operation-center/sync-news.ts'

export function keepProgress({
  db,
  live,
  metrics,
}: {
  readonly db: Database
  readonly live: Live
  readonly metrics: Metrics
}): OnProgress {
  return async (instanceId, { progress, retrying }) => {
    const count = (of: 'rows' | 'bytes') => progress.reduce((sum, one) => sum + one[of], 0)
    const place = await db.transaction(async (tx) => {
      const of = retrying && { retries: retrying.retries, reason: reasonOf(retrying.reason) }
      const tried = retrying === undefined ? null : await noteRetrying(tx, instanceId, of ?? null)
      return (progress.length === 0 ? null : await addSyncProgress(tx, instanceId, progress)) ?? tried
    })
    metrics.syncRows.inc(count('rows'))
    metrics.syncBytes.inc(count('bytes'))
    if (place === null) return
    const { tenant_id: tenantId, workspace_id: workspaceId } = place
    live.publish({ kind: 'instance', tenantId, workspaceId, id: String(workspaceId) })
  }
}

const reasonOf = ({ code, details }: { readonly code: RefusalCode; readonly details: RefusalDetails }) => ({
  code,
  details,
})
