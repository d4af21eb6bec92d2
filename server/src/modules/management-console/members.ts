/** Who is a member of a workspace, and with which roles. */
import { may, Refusal, SERVICE_ROLES, type WorkspaceRole } from '@holdpoint/core'
import { writeAudit } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { userOfTenant } from '../../store/users.ts'
import { deleteMember, lockMembers, type MemberRow, membersOf, putMember } from '../../store/workspaces.ts'

export type MemberChange = { readonly caller: Caller; readonly workspaceId: number; readonly userId: number }

/** Makes a user of the tenant a member with the roles that `rolesAfter` makes of those before. Without any role left they are no member. */
export async function changeMember(
  db: Database,
  { caller, workspaceId, userId }: MemberChange,
  rolesAfter: (before: readonly WorkspaceRole[]) => readonly WorkspaceRole[],
): Promise<{ readonly name: string; readonly roles: readonly WorkspaceRole[] }> {
  return await db.transaction(async (tx) => {
    const before = rolesOf(await lockMembers(tx, workspaceId), userId)
    const roles = rolesAfter(before)
    const user = await userOfTenant(tx, caller.tenantId, userId)
    if (!user) throw new Refusal('MEMBER_NOT_IN_TENANT', { id: userId })
    if (user.service_of !== null && roles.some((role) => !SERVICE_ROLES.includes(role)))
      throw new Refusal('SERVICE_USER', { problem: 'in a workspace it can be a visitor only' })
    requireGrantable(caller, workspaceId, userId, before, roles)
    if (roles.length > 0) await putMember(tx, workspaceId, userId, roles)
    else await deleteMember(tx, workspaceId, userId)
    requireAdministrator(await membersOf(tx, workspaceId))
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId,
      userId: caller.userId,
      ...(roles.length > 0
        ? { action: 'member.put', object: user.name, details: { roles } }
        : { action: 'member.remove', object: String(userId) }),
    })
    return { name: user.display_name, roles }
  })
}

export async function removeMember(db: Database, change: MemberChange): Promise<void> {
  await changeMember(db, change, (before) => {
    if (before.length === 0) throw new Refusal('MEMBER_NOT_FOUND', { id: change.userId })
    return []
  })
}

const rolesOf = (members: readonly MemberRow[], userId: number) =>
  members.find((member) => member.user_id === userId)?.roles ?? []

/** Nobody raises their own rights, and an owner of the workspace is made and unmade by owners of it, and by who administers the tenant. */
function requireGrantable(
  caller: Caller,
  workspaceId: number,
  userId: number,
  before: readonly WorkspaceRole[],
  after: readonly WorkspaceRole[],
): void {
  const full = caller.tenantRoles.some((role) => role === 'account-owner' || role === 'full-access')
  if (!full && userId === caller.userId && after.some((role) => !before.includes(role))) throw new Refusal('OWN_RIGHTS')
  const owns = full || caller.workspaceRoles[workspaceId]?.includes('owner') || may(caller, 'user.write')
  if (!owns && before.includes('owner') !== after.includes('owner'))
    throw new Refusal('FORBIDDEN', { action: 'changing who owns the workspace' })
}

/** A workspace never loses its last owner or administrator. */
function requireAdministrator(members: readonly MemberRow[]): void {
  if (!members.some((member) => member.roles.includes('owner') || member.roles.includes('administrator')))
    throw new Refusal('LAST_ADMINISTRATOR')
}
