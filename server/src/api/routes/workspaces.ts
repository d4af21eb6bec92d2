import { may, Refusal, SERVICE_ROLES, type WorkspaceRole } from '@holdpoint/core'
import { z } from 'zod'
import { readableWorkspaces } from '../../access.ts'
import { createWorkspace } from '../../modules/management-console/create-workspace.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Caller } from '../../store/principals.ts'
import { userOfTenant } from '../../store/users.ts'
import * as workspaces from '../../store/workspaces.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { Member, MemberRoles, NewWorkspace, Workspace } from '../shapes.ts'
import { person, workspaceView } from '../views.ts'

export const workspaceParams = z.object({ workspaceId: z.coerce.number().int().positive() })
const memberParams = workspaceParams.extend({ userId: z.coerce.number().int().positive() })

export const workspaceRoutes = [
  route({
    method: 'GET',
    path: '/workspaces',
    access: 'own',
    tag: 'Workspaces',
    summary: 'The workspaces that the caller may read',
    query: pageQuery,
    answer: pageOf(Workspace),
    async run({ platform, caller, query }) {
      const readable = readableWorkspaces(caller, 'workspace.read')
      const rows = await workspaces.workspacesOf(
        platform.db,
        caller.tenantId,
        readable,
        afterId(query.cursor),
        query.limit + 1,
      )
      return page(rows, query.limit, (row) => String(row.id), workspaceView)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces',
    access: 'workspace.create',
    tag: 'Workspaces',
    summary: 'Create a workspace; the caller becomes its owner',
    status: 201,
    body: NewWorkspace,
    answer: Workspace,
    async run({ platform, caller, body }) {
      return workspaceView(await platform.db.transaction((tx) => createWorkspace(tx, caller, body)))
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId',
    access: 'workspace.read',
    tag: 'Workspaces',
    summary: 'One workspace',
    params: workspaceParams,
    answer: Workspace,
    run: async ({ workspace }) => workspaceView(workspace),
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/members',
    access: 'workspace.read',
    tag: 'Workspaces',
    summary: 'The members of a workspace with their roles',
    params: workspaceParams,
    answer: pageOf(Member),
    async run({ platform, params }) {
      const rows = await workspaces.membersOf(platform.db, params.workspaceId)
      return { items: rows.map(memberView), nextCursor: null }
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/members/:userId',
    access: 'member.write',
    tag: 'Workspaces',
    summary: 'Make a user of the tenant a member with exactly these roles',
    params: memberParams,
    body: MemberRoles,
    answer: Member,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const user = await userOfTenant(tx, caller.tenantId, params.userId)
        if (!user) throw new Refusal('MEMBER_NOT_IN_TENANT', { id: params.userId })
        if (user.service_of !== null && body.roles.some((role) => !SERVICE_ROLES.includes(role)))
          throw new Refusal('SERVICE_USER', { problem: 'in a workspace it can be a visitor only' })
        const before = rolesOf(await workspaces.lockMembers(tx, params.workspaceId), user.id)
        requireGrantable(caller, params.workspaceId, user.id, before, body.roles)
        await workspaces.putMember(tx, params.workspaceId, user.id, body.roles)
        requireAdministrator(await workspaces.membersOf(tx, params.workspaceId))
        writeAudit(tx, {
          tenantId: caller.tenantId,
          workspaceId: params.workspaceId,
          userId: caller.userId,
          action: 'member.put',
          object: user.name,
          details: { roles: body.roles },
        })
        return { user: person(user.id, user.display_name), roles: body.roles }
      })
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/members/:userId',
    access: 'member.write',
    tag: 'Workspaces',
    summary: 'Remove a member',
    status: 204,
    params: memberParams,
    async run({ platform, caller, params }) {
      await platform.db.transaction(async (tx) => {
        const members = await workspaces.lockMembers(tx, params.workspaceId)
        if (!members.some((member) => member.user_id === params.userId))
          throw new Refusal('NOT_FOUND', { thing: 'member', id: params.userId })
        requireGrantable(caller, params.workspaceId, params.userId, rolesOf(members, params.userId), [])
        await workspaces.deleteMember(tx, params.workspaceId, params.userId)
        requireAdministrator(await workspaces.membersOf(tx, params.workspaceId))
        writeAudit(tx, {
          tenantId: caller.tenantId,
          workspaceId: params.workspaceId,
          userId: caller.userId,
          action: 'member.remove',
          object: String(params.userId),
        })
      })
    },
  }),
]

const rolesOf = (members: readonly workspaces.MemberRow[], userId: number) =>
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
function requireAdministrator(members: readonly workspaces.MemberRow[]): void {
  if (!members.some((member) => member.roles.includes('owner') || member.roles.includes('administrator')))
    throw new Refusal('LAST_ADMINISTRATOR')
}

const memberView = (row: workspaces.MemberRow) => ({ user: person(row.user_id, row.name), roles: row.roles })
