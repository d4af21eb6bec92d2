import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { readableWorkspaces } from '../../access.ts'
import { createWorkspace } from '../../modules/management-console/create-workspace.ts'
import { writeAudit } from '../../store/audit.ts'
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
        await workspaces.lockMembers(tx, params.workspaceId)
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

/** A workspace never loses its last owner or administrator. */
function requireAdministrator(members: readonly workspaces.MemberRow[]): void {
  if (!members.some((member) => member.roles.includes('owner') || member.roles.includes('administrator')))
    throw new Refusal('LAST_ADMINISTRATOR')
}

const memberView = (row: workspaces.MemberRow) => ({ user: person(row.user_id, row.name), roles: row.roles })
