/**
 * Rule 20: one table, role × action × scope, decides everywhere who may do what; whoever is not named may not.
 *
 * A user has tenant roles (which hold in the whole tenant) and, per workspace, workspace roles. The account owner and users
 * with full access may do everything in their tenant. Rule 21 is not decided here: another tenant's things are never found.
 */
export const TENANT_ROLES = [
  'account-owner',
  'full-access',
  'tenant-administrator',
  'open-platform-administrator',
  'tenant-security-administrator',
] as const
export type TenantRole = (typeof TENANT_ROLES)[number]

export const WORKSPACE_ROLES = [
  'owner',
  'administrator',
  'developer',
  'operator',
  'deployer',
  'security-administrator',
  'visitor',
] as const
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number]

type Row = {
  /** Where the action happens: in the tenant as a whole or inside one workspace. */
  readonly scope: 'tenant' | 'workspace'
  /** Tenant roles that may; the account owner and full access always may. `everyone`: every user of the tenant. */
  readonly tenant: readonly TenantRole[] | 'everyone'
  /** Workspace roles that may, in that workspace. */
  readonly workspace: readonly WorkspaceRole[] | 'every member'
}

const ADMINISTER: readonly WorkspaceRole[] = ['owner', 'administrator']
const OPERATE: readonly WorkspaceRole[] = ['owner', 'administrator', 'operator']
const DEVELOP: readonly WorkspaceRole[] = ['owner', 'administrator', 'developer']
const MAINTAIN: readonly WorkspaceRole[] = ['owner', 'administrator', 'developer', 'operator']
const PUBLISH: readonly WorkspaceRole[] = ['owner', 'administrator', 'operator', 'deployer']
const BACKEND: readonly TenantRole[] = ['tenant-administrator', 'open-platform-administrator']
const TENANT_ADMIN: readonly TenantRole[] = ['tenant-administrator']
const NOBODY = [] as const

export const ACCESS = {
  'user.read': { scope: 'tenant', tenant: 'everyone', workspace: NOBODY },
  'user.write': { scope: 'tenant', tenant: TENANT_ADMIN, workspace: NOBODY },
  'workspace.create': { scope: 'tenant', tenant: TENANT_ADMIN, workspace: NOBODY },
  'extension.read': { scope: 'tenant', tenant: 'everyone', workspace: NOBODY },
  'extension.write': { scope: 'tenant', tenant: BACKEND, workspace: NOBODY },
  'extension.credentials': { scope: 'tenant', tenant: NOBODY, workspace: NOBODY },
  'extension.review': { scope: 'tenant', tenant: BACKEND, workspace: NOBODY },
  'extension.enable-for-tenant': { scope: 'tenant', tenant: TENANT_ADMIN, workspace: NOBODY },
  'openevent.read': { scope: 'tenant', tenant: 'everyone', workspace: NOBODY },
  'openevent.write': { scope: 'tenant', tenant: BACKEND, workspace: NOBODY },
  'resource-group.read': { scope: 'tenant', tenant: 'everyone', workspace: NOBODY },
  'resource-group.write': { scope: 'tenant', tenant: TENANT_ADMIN, workspace: NOBODY },
  'tenant-check.pass': { scope: 'tenant', tenant: TENANT_ADMIN, workspace: NOBODY },
  'delivery.redeliver': { scope: 'tenant', tenant: BACKEND, workspace: NOBODY },

  'workspace.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'workspace.configure': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: ADMINISTER },
  'member.write': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: ADMINISTER },
  'extension.enable': { scope: 'workspace', tenant: NOBODY, workspace: ADMINISTER },
  'extension.test': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: DEVELOP },
  'option.read': { scope: 'workspace', tenant: BACKEND, workspace: 'every member' },
  'node.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'node.import': { scope: 'workspace', tenant: NOBODY, workspace: PUBLISH },
  'node.operate': { scope: 'workspace', tenant: NOBODY, workspace: OPERATE },
  'file.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'file.write': { scope: 'workspace', tenant: NOBODY, workspace: DEVELOP },
  'file.run': { scope: 'workspace', tenant: NOBODY, workspace: DEVELOP },
  'file.review': { scope: 'workspace', tenant: NOBODY, workspace: DEVELOP },
  'file.deploy': { scope: 'workspace', tenant: NOBODY, workspace: PUBLISH },
  'table.write': { scope: 'workspace', tenant: NOBODY, workspace: DEVELOP },
  'table.deploy': { scope: 'workspace', tenant: NOBODY, workspace: PUBLISH },
  'sync.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'sync.write': { scope: 'workspace', tenant: NOBODY, workspace: DEVELOP },
  'sync.operate': { scope: 'workspace', tenant: NOBODY, workspace: OPERATE },
  'quality.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'quality.write': { scope: 'workspace', tenant: NOBODY, workspace: MAINTAIN },
  'quality.run': { scope: 'workspace', tenant: NOBODY, workspace: MAINTAIN },
  'data-source.write': { scope: 'workspace', tenant: NOBODY, workspace: ADMINISTER },
  'alert.write': { scope: 'workspace', tenant: NOBODY, workspace: OPERATE },
  'operation.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: 'every member' },
  'audit.read': { scope: 'workspace', tenant: TENANT_ADMIN, workspace: ADMINISTER },
  'check.pass': { scope: 'workspace', tenant: NOBODY, workspace: ADMINISTER },
} as const satisfies Record<string, Row>

export type Action = keyof typeof ACCESS

/** A signed-in user with everything that decides what they may do. */
export type Principal = {
  readonly userId: number
  readonly tenantId: number
  readonly tenantRoles: readonly TenantRole[]
  /** Roles per workspace id; a workspace that is not here is one the user is no member of. */
  readonly workspaceRoles: Readonly<Record<number, readonly WorkspaceRole[]>>
  /** The extension whose service user this is; null or absent: a person. */
  readonly serviceOf?: number | null
}

/** What a member may be who is no person but the service user of an extension. */
export const SERVICE_ROLES: readonly WorkspaceRole[] = ['visitor']

/** Rule 20: the developer backend is written by the roles named in the table only; everyone else reads. */
export function may(principal: Principal, action: Action, workspaceId?: number): boolean {
  if (principal.tenantRoles.includes('account-owner') || principal.tenantRoles.includes('full-access')) return true
  const row: Row = ACCESS[action]
  // What is for everyone is for every person: a service user has what its extension has, and the workspaces it was let into.
  if (row.tenant === 'everyone') return principal.serviceOf == null
  if (row.tenant.some((role) => principal.tenantRoles.includes(role))) return true
  if (row.scope === 'tenant' || workspaceId === undefined) return false
  const roles = principal.workspaceRoles[workspaceId]
  if (roles === undefined) return false
  return row.workspace === 'every member' || row.workspace.some((role) => roles.includes(role))
}

/** Rule 20: an extension is spoken for by its owner and by the service user that was made for it, and by nobody else. */
export function speaksFor(
  { userId, serviceOf }: Pick<Principal, 'userId' | 'serviceOf'>,
  extension: { readonly id: number; readonly ownerId: number | null },
): boolean {
  return serviceOf == null ? extension.ownerId === userId : serviceOf === extension.id
}
