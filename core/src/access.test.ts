import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ACCESS,
  type Action,
  may,
  TENANT_ROLES,
  type TenantRole,
  WORKSPACE_ROLES,
  type WorkspaceRole,
} from './access.ts'

/**
 * Who may do what, written out a second time: an x for each role that is enough by itself.
 * Left the users without a tenant role and the five tenant roles, right the seven roles in the workspace where it is done.
 */
const WHO = {
  //                                none owner full tAdm open tSec | own adm dev ope dep sec vis
  'user.read': '                    x    x     x    x    x    x    | x   x   x   x   x   x   x',
  'user.write': '                   -    x     x    x    -    -    | -   -   -   -   -   -   -',
  'workspace.create': '             -    x     x    x    -    -    | -   -   -   -   -   -   -',
  'extension.read': '               x    x     x    x    x    x    | x   x   x   x   x   x   x',
  'extension.write': '              -    x     x    x    x    -    | -   -   -   -   -   -   -',
  'extension.credentials': '        -    x     x    -    -    -    | -   -   -   -   -   -   -',
  'extension.review': '             -    x     x    x    x    -    | -   -   -   -   -   -   -',
  'extension.enable-for-tenant': '  -    x     x    x    -    -    | -   -   -   -   -   -   -',
  'openevent.read': '               x    x     x    x    x    x    | x   x   x   x   x   x   x',
  'openevent.write': '              -    x     x    x    x    -    | -   -   -   -   -   -   -',
  'resource-group.read': '          x    x     x    x    x    x    | x   x   x   x   x   x   x',
  'resource-group.write': '         -    x     x    x    -    -    | -   -   -   -   -   -   -',
  'tenant-check.pass': '            -    x     x    x    -    -    | -   -   -   -   -   -   -',
  'delivery.redeliver': '           -    x     x    x    x    -    | -   -   -   -   -   -   -',
  'workspace.read': '               -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'workspace.configure': '          -    x     x    x    -    -    | x   x   -   -   -   -   -',
  'member.write': '                 -    x     x    x    -    -    | x   x   -   -   -   -   -',
  'extension.enable': '             -    x     x    -    -    -    | x   x   -   -   -   -   -',
  'extension.test': '               -    x     x    x    -    -    | x   x   x   -   -   -   -',
  'option.read': '                  -    x     x    x    x    -    | x   x   x   x   x   x   x',
  'node.read': '                    -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'node.import': '                  -    x     x    -    -    -    | x   x   -   x   x   -   -',
  'node.operate': '                 -    x     x    -    -    -    | x   x   -   x   -   -   -',
  'file.read': '                    -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'file.write': '                   -    x     x    -    -    -    | x   x   x   -   -   -   -',
  'file.run': '                     -    x     x    -    -    -    | x   x   x   -   -   -   -',
  'file.review': '                  -    x     x    -    -    -    | x   x   x   -   -   -   -',
  'file.deploy': '                  -    x     x    -    -    -    | x   x   -   x   x   -   -',
  'table.write': '                  -    x     x    -    -    -    | x   x   x   -   -   -   -',
  'table.deploy': '                 -    x     x    -    -    -    | x   x   -   x   x   -   -',
  'sync.read': '                    -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'sync.write': '                   -    x     x    -    -    -    | x   x   x   -   -   -   -',
  'sync.operate': '                 -    x     x    -    -    -    | x   x   -   x   -   -   -',
  'quality.read': '                 -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'quality.write': '                -    x     x    -    -    -    | x   x   x   x   -   -   -',
  'quality.run': '                  -    x     x    -    -    -    | x   x   x   x   -   -   -',
  'data-source.write': '            -    x     x    -    -    -    | x   x   -   -   -   -   -',
  'alert.write': '                 -    x     x    -    -    -    | x   x   -   x   -   -   -',
  'operation.read': '               -    x     x    x    -    -    | x   x   x   x   x   x   x',
  'audit.read': '                   -    x     x    x    -    -    | x   x   -   -   -   -   -',
  'check.pass': '                   -    x     x    -    -    -    | x   x   -   -   -   -   -',
} as const satisfies Record<Action, string>

const ACTIONS = Object.keys(ACCESS) as Action[]
const TENANT_COLUMNS: readonly (TenantRole | null)[] = [
  null,
  'account-owner',
  'full-access',
  'tenant-administrator',
  'open-platform-administrator',
  'tenant-security-administrator',
]
const WORKSPACE_COLUMNS: readonly WorkspaceRole[] = [
  'owner',
  'administrator',
  'developer',
  'operator',
  'deployer',
  'security-administrator',
  'visitor',
]
const HERE = 10001
const ELSEWHERE = 10002

function marks(action: Action): { tenant: boolean[]; workspace: boolean[] } {
  const [tenant, workspace] = WHO[action].split('|').map((half) =>
    half
      .trim()
      .split(/\s+/)
      .map((mark) => mark === 'x'),
  )
  return { tenant: tenant!, workspace: workspace! }
}

const mayInTenant = (action: Action, role: TenantRole | null) => marks(action).tenant[TENANT_COLUMNS.indexOf(role)]!
const mayInWorkspace = (action: Action, role: WorkspaceRole) =>
  marks(action).workspace[WORKSPACE_COLUMNS.indexOf(role)]!

const principal = (
  tenantRoles: readonly TenantRole[],
  workspaceRoles: Readonly<Record<number, readonly WorkspaceRole[]>> = {},
) => ({ userId: 1, tenantId: 1, tenantRoles, workspaceRoles })

test('the second table has a column for every role and a line for every action', () => {
  expect(TENANT_COLUMNS.slice(1)).toEqual(TENANT_ROLES)
  expect(WORKSPACE_COLUMNS).toEqual(WORKSPACE_ROLES)
  expect(Object.keys(WHO)).toEqual(ACTIONS)
  for (const action of ACTIONS) {
    expect(marks(action).tenant, action).toHaveLength(6)
    expect(marks(action).workspace, action).toHaveLength(7)
  }
})

describe('Rule 20: one table role × action × scope decides everywhere who may do what', () => {
  test.each(ACTIONS)('%s', (action) => {
    for (const tenantRole of TENANT_COLUMNS) {
      const held = tenantRole === null ? [] : [tenantRole]
      const byTenant = mayInTenant(action, tenantRole)
      expect(may(principal(held), action), `${tenantRole}, no workspace`).toBe(byTenant)
      expect(may(principal(held), action, HERE), `${tenantRole}, no member`).toBe(byTenant)
      for (const role of WORKSPACE_ROLES) {
        const member = principal(held, { [HERE]: [role] })
        const expected = byTenant || mayInWorkspace(action, role)
        expect(may(member, action, HERE), `${tenantRole} and ${role} here`).toBe(expected)
        expect(may(member, action, ELSEWHERE), `${tenantRole} and ${role} elsewhere`).toBe(byTenant)
        expect(may(member, action), `${tenantRole} and ${role}, no workspace`).toBe(byTenant)
      }
    }
  })

  test('the account owner and users with full access may do everything, in workspaces they are no members of too', () => {
    for (const role of ['account-owner', 'full-access'] as const)
      for (const action of ACTIONS) expect(may(principal([role]), action, ELSEWHERE)).toBe(true)
  })

  test('only Open Platform Administrators, Tenant Administrators and account owners write in the developer backend', () => {
    const writers = TENANT_COLUMNS.filter((role) => may(principal(role === null ? [] : [role]), 'extension.write'))
    expect(writers).toEqual(['account-owner', 'full-access', 'tenant-administrator', 'open-platform-administrator'])
    for (const role of WORKSPACE_ROLES)
      expect(may(principal([], { [HERE]: [role] }), 'extension.write', HERE)).toBe(false)
  })

  test('several roles together allow what each of them allows, and nothing more', () => {
    fc.assert(
      fc.property(
        fc.subarray([...TENANT_ROLES]),
        fc.subarray([...WORKSPACE_ROLES], { minLength: 1 }),
        fc.constantFrom(...ACTIONS),
        (tenantRoles, roles, action) => {
          const expected =
            [null, ...tenantRoles].some((role) => mayInTenant(action, role)) ||
            roles.some((role) => mayInWorkspace(action, role))
          expect(may(principal(tenantRoles, { [HERE]: roles }), action, HERE)).toBe(expected)
        },
      ),
    )
  })
})
