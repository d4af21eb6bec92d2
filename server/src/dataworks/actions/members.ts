/** Members of workspaces, as scripts that prepare a workspace read and change them. */
import { Refusal, WORKSPACE_ROLES, type WorkspaceRole } from '@holdpoint/core'
import { workspaceFor } from '../../access.ts'
import { changeMember, type MemberChange, removeMember } from '../../modules/management-console/members.ts'
import * as workspaces from '../../store/workspaces.ts'
import { type Action, type ActionInput, action } from '../action.ts'
import type { Action as Contract } from '../schemas/action.ts'
import * as contracts from '../schemas/members.ts'
import { PROJECT_ROLES } from '../schemas/project-roles.ts'

export const memberActions = [
  action<typeof contracts.LIST_PROJECT_MEMBERS, contracts.ListProjectMembersResponse>(
    contracts.LIST_PROJECT_MEMBERS,
    { whereFound: 'workspace.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, PageNumber, PageSize } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'workspace.read')
      const { rows, total } = await workspaces.pageOfMembers(
        platform.db,
        ProjectId,
        PageSize,
        (PageNumber - 1) * PageSize,
      )
      return {
        Data: {
          PageNumber,
          PageSize,
          TotalCount: total,
          ProjectMemberList: rows.map((row) => ({
            ProjectMemberId: String(row.user_id),
            ProjectMemberName: row.login,
            Nick: row.name,
            ProjectMemberType: row.is_account_owner ? '1' : '5',
            Status: row.disabled ? '1' : '0',
            ProjectRoleList: row.roles.map((role) => ({
              ProjectRoleId: WORKSPACE_ROLES.indexOf(role) + 1,
              ProjectRoleCode: PROJECT_ROLES[role].code,
              ProjectRoleName: PROJECT_ROLES[role].name,
              ProjectRoleType: '0',
            })),
          })),
        },
      }
    },
  ),
  changing(contracts.CREATE_PROJECT_MEMBER, async (platform, change, role) => {
    await changeMember(platform.db, change, (before) => [...new Set([...before, role!])])
  }),
  changing(contracts.ADD_PROJECT_MEMBER_TO_ROLE, async (platform, change, role) => {
    await changeMember(platform.db, change, (before) => [...new Set([...member(before, change), role!])])
  }),
  changing(contracts.REMOVE_PROJECT_MEMBER_FROM_ROLE, async (platform, change, role) => {
    await changeMember(platform.db, change, (before) => member(before, change).filter((one) => one !== role))
  }),
  changing(contracts.DELETE_PROJECT_MEMBER, (platform, change) => removeMember(platform.db, change)),
]

function changing(
  contract: Contract,
  run: (platform: ActionInput<Contract>['platform'], change: MemberChange, role?: WorkspaceRole) => Promise<void>,
): Action {
  return action<Contract, contracts.CreateProjectMemberResponse>(
    contract,
    { whereFound: 'member.write' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, UserId, RoleCode } = parameters as { ProjectId: number; UserId: string; RoleCode?: string }
      await workspaceFor(platform.db, caller, ProjectId, 'member.write')
      if (!/^\d{1,15}$/.test(UserId)) throw new Refusal('MEMBER_NOT_IN_TENANT', { id: UserId })
      const change = { caller, workspaceId: ProjectId, userId: Number(UserId) }
      await run(
        platform,
        change,
        WORKSPACE_ROLES.find((role) => PROJECT_ROLES[role].code === RoleCode),
      )
      return {}
    },
  )
}

function member(before: readonly WorkspaceRole[], { userId }: MemberChange): readonly WorkspaceRole[] {
  if (before.length === 0) throw new Refusal('MEMBER_NOT_FOUND', { id: userId })
  return before
}
