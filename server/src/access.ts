/** The questions every route asks first. Another tenant's things are never found (rule 21). */
import { type Action, may, Refusal } from '@holdpoint/core'
import type { Sql } from './store/database.ts'
import type { Caller } from './store/principals.ts'
import { type WorkspaceRow, workspaceById } from './store/workspaces.ts'

export function ensureMay(caller: Caller, action: Action, workspaceId?: number): void {
  if (!may(caller, action, workspaceId)) throw new Refusal('FORBIDDEN', { action })
}

/** What people have of their own (sessions, AccessKey pairs, lists of what is theirs) a service user of an extension has not. */
export function ensurePerson({ serviceOf }: Caller): void {
  if (serviceOf !== null) throw new Refusal('FORBIDDEN', { action: 'a service user answers for its extension' })
}

/** The workspace, if it is the caller's tenant's and the caller may do this there. */
export async function workspaceFor(sql: Sql, caller: Caller, id: number, action: Action): Promise<WorkspaceRow> {
  const workspace = await workspaceById(sql, caller.tenantId, id)
  if (!workspace) throw new Refusal('WORKSPACE_NOT_FOUND', { id })
  ensureMay(caller, action, id)
  return workspace
}

/** The workspaces whose things the caller may read under this action; null for all of the tenant. */
export function readableWorkspaces(caller: Caller, action: Action): number[] | null {
  if (may(caller, action)) return null
  return Object.keys(caller.workspaceRoles)
    .map(Number)
    .filter((id) => may(caller, action, id))
}
