// Members of workspaces over the dialect, by the rules by which the native API changes them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialect, type Person, startWorld, type Tenant, type Workspace, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
let user: Person
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  user = await tenant.person([], {})
})
afterAll(() => world?.stop())

const call = async (action: string, parameters: Readonly<Record<string, string | number>> = {}, by = tenant.owner) => {
  const { status, body } = await dialect(world.server, by, action, { ProjectId: workspace.id, ...parameters })
  return status === 200 ? 'done' : body.Code
}
const of = (person: Person, RoleCode?: string) => ({ UserId: String(person.id), ...(RoleCode && { RoleCode }) })

async function rolesOf(person: Person): Promise<string[] | null> {
  const { body } = await dialect(world.server, tenant.owner, 'ListProjectMembers', { ProjectId: workspace.id })
  const { ProjectMemberList: members } = body.Data as {
    ProjectMemberList: { ProjectMemberId: string; ProjectRoleList: { ProjectRoleCode: string }[] }[]
  }
  const one = members.find((member) => member.ProjectMemberId === String(person.id))
  return one ? one.ProjectRoleList.map((role) => role.ProjectRoleCode) : null
}

test('somebody becomes a member, gets and loses roles, and is none any more without one', async () => {
  expect(await call('AddProjectMemberToRole', of(user, 'role_project_dev'))).toBe('Invalid.Tenant.UserNotInProject')
  expect(await call('CreateProjectMember', of(user))).toBe('done')
  expect(await rolesOf(user)).toEqual(['role_project_guest'])
  expect(await call('CreateProjectMember', { ...of(user, 'role_project_dev'), ClientToken: 'a' })).toBe('done')
  expect(await call('AddProjectMemberToRole', of(user, 'role_project_pe'))).toBe('done')
  expect(await rolesOf(user)).toEqual(['role_project_guest', 'role_project_dev', 'role_project_pe'])
  expect(await call('RemoveProjectMemberFromRole', of(user, 'role_project_dev'))).toBe('done')
  expect(await call('RemoveProjectMemberFromRole', of(user, 'role_project_guest'))).toBe('done')
  expect(await rolesOf(user)).toEqual(['role_project_pe'])
  expect(await call('RemoveProjectMemberFromRole', of(user, 'role_project_pe'))).toBe('done')
  expect(await rolesOf(user)).toBeNull()
  expect(await call('DeleteProjectMember', of(user))).toBe('Invalid.Tenant.UserNotInProject')
})

test('what the list says of each, a page at a time', async () => {
  expect(await call('CreateProjectMember', of(user, 'role_project_deploy'))).toBe('done')
  const page = (PageNumber: number) =>
    dialect(world.server, tenant.owner, 'ListProjectMembers', { ProjectId: workspace.id, PageNumber, PageSize: 1 })
  const { items } = await tenant.owner.api.call('GET /workspaces/{workspaceId}/members', {
    params: { workspaceId: workspace.id },
  })
  const pages = await Promise.all(items.map(async (_, at) => (await page(at + 1)).body.Data as Record<string, never>))
  expect(pages.map((one) => [one.PageNumber, one.PageSize, one.TotalCount])).toEqual(
    items.map((_, at) => [at + 1, 1, items.length]),
  )
  expect(pages.flatMap((one) => one.ProjectMemberList)).toContainEqual({
    ProjectMemberId: String(user.id),
    ProjectMemberName: expect.any(String),
    Nick: expect.any(String),
    ProjectMemberType: '5',
    Status: '0',
    ProjectRoleList: [
      {
        ProjectRoleId: 5,
        ProjectRoleCode: 'role_project_deploy',
        ProjectRoleName: 'Deployer',
        ProjectRoleType: '0',
      },
    ],
  })
  expect(((await page(items.length + 1)).body.Data as { ProjectMemberList: [] }).ProjectMemberList).toEqual([])
})

test('what the rules of members refuse is refused in the dialect, and changes nothing', async () => {
  const stranger = (await world.tenant()).owner
  const developer = await tenant.person([], { [workspace.id]: ['developer'] })
  expect(await call('CreateProjectMember', of(stranger))).toBe('Invalid.Tenant.UserNotInTenant')
  expect(await call('CreateProjectMember', { UserId: 'somebody' })).toBe('Invalid.Tenant.UserNotInTenant')
  expect(await call('CreateProjectMember', of(user, 'role_project_tester'))).toBe('InvalidRoleCode')
  expect(await call('CreateProjectMember', of(user, 'role_project_pe'), developer)).toBe('Forbidden.Access')
  expect(await call('DeleteProjectMember', of(user), stranger)).toBe('Invalid.Tenant.ProjectNotExists')
  expect(await rolesOf(user)).toEqual(['role_project_deploy'])
  expect(await rolesOf(developer)).toEqual(['role_project_dev'])
})
