import { z } from 'zod'
import { readableWorkspaces } from '../../access.ts'
import { createWorkspace } from '../../modules/management-console/create-workspace.ts'
import { changeMember, removeMember } from '../../modules/management-console/members.ts'
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
      const { name, roles } = await changeMember(platform.db, { caller, ...params }, () => body.roles)
      return { user: person(params.userId, name), roles: [...roles] }
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
      await removeMember(platform.db, { caller, ...params })
    },
  }),
]

const memberView = (row: workspaces.MemberRow) => ({ user: person(row.user_id, row.name), roles: row.roles })
