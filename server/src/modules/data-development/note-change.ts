/** What somebody has done to a file or folder: recorded with it, and told to consoles after the commit. */
import type { Live } from '../../live.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Transaction } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'

export function noteChange(
  live: Live,
  tx: Transaction,
  { tenantId, userId }: Caller,
  { id, workspace_id: workspaceId }: { readonly id: number; readonly workspace_id: number },
  action: string,
  details: Readonly<Record<string, unknown>>,
): void {
  writeAudit(tx, { tenantId, workspaceId, userId, action, object: String(id), details })
  tx.afterCommit(() => live.publish({ kind: 'file', tenantId, workspaceId, id: String(id) }))
}
