/** Members of workspaces and their roles. */
import { type Action, PAGING, type Page } from './action.ts'
import { PROJECT_ROLES } from './project-roles.ts'

const ROLE_CODE = {
  kind: 'enum',
  values: Object.values(PROJECT_ROLES).map((role) => role.code),
  doc: 'Code of a role.',
} as const
const PROJECT_ID = { kind: 'int64', required: true, doc: 'Id of the workspace.' } as const
const USER_ID = { kind: 'string', required: true, maxLength: 20, doc: 'Id of a user of the tenant.' } as const
const CLIENT_TOKEN = {
  kind: 'string',
  maxLength: 64,
  doc: 'Taken and not needed: asking again changes nothing.',
} as const

export const LIST_PROJECT_MEMBERS = {
  action: 'ListProjectMembers',
  versions: ['2020-05-18'],
  doc: 'Lists the members of a workspace with their roles.',
  parameters: { ProjectId: PROJECT_ID, ...PAGING },
} as const satisfies Action

export type ListProjectMembersResponse = {
  readonly RequestId: string
  readonly Data: Page & {
    readonly ProjectMemberList: readonly {
      readonly ProjectMemberId: string
      readonly ProjectMemberName: string
      readonly Nick: string
      /** The account itself, or a user of it. */
      readonly ProjectMemberType: '1' | '5'
      /** Normal, or disabled. */
      readonly Status: '0' | '1'
      readonly ProjectRoleList: readonly {
        readonly ProjectRoleId: number
        readonly ProjectRoleCode: string
        readonly ProjectRoleName: string
        readonly ProjectRoleType: '0'
      }[]
    }[]
  }
}

export type CreateProjectMemberResponse = { readonly RequestId: string }
export type AddProjectMemberToRoleResponse = { readonly RequestId: string }
export type RemoveProjectMemberFromRoleResponse = { readonly RequestId: string }
export type DeleteProjectMemberResponse = { readonly RequestId: string }

export const CREATE_PROJECT_MEMBER = {
  action: 'CreateProjectMember',
  versions: ['2020-05-18'],
  doc: 'Makes a user of the tenant a member of a workspace, a visitor unless another role is named; who is one gets the role as well.',
  differs:
    'without the roles `role_project_tester` and `role_project_erd`; a visitor where no role is named; who is a member already gets the role as well',
  parameters: {
    ProjectId: PROJECT_ID,
    UserId: USER_ID,
    RoleCode: { ...ROLE_CODE, default: PROJECT_ROLES.visitor.code },
    ClientToken: CLIENT_TOKEN,
  },
} as const satisfies Action

export const ADD_PROJECT_MEMBER_TO_ROLE = {
  action: 'AddProjectMemberToRole',
  versions: ['2020-05-18'],
  doc: 'Gives a member of a workspace a further role.',
  differs: 'without the roles `role_project_tester` and `role_project_erd`',
  parameters: {
    ProjectId: PROJECT_ID,
    UserId: USER_ID,
    RoleCode: { ...ROLE_CODE, required: true },
    ClientToken: CLIENT_TOKEN,
  },
} as const satisfies Action

export const REMOVE_PROJECT_MEMBER_FROM_ROLE = {
  action: 'RemoveProjectMemberFromRole',
  versions: ['2020-05-18'],
  doc: 'Takes a role from a member of a workspace; without the last one they are no member any more.',
  differs:
    'without the roles `role_project_tester` and `role_project_erd`; who loses the last one is no member any more',
  parameters: { ProjectId: PROJECT_ID, UserId: USER_ID, RoleCode: { ...ROLE_CODE, required: true } },
} as const satisfies Action

export const DELETE_PROJECT_MEMBER = {
  action: 'DeleteProjectMember',
  versions: ['2020-05-18'],
  doc: 'Removes a member from a workspace.',
  parameters: { ProjectId: PROJECT_ID, UserId: USER_ID },
} as const satisfies Action
