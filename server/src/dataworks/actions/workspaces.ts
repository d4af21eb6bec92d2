import { Refusal } from '@holdpoint/core'
import { ensureMay, readableWorkspaces } from '../../access.ts'
import * as workspaces from '../../store/workspaces.ts'
import { action } from '../action.ts'
import * as contracts from '../schemas/workspaces.ts'

/** Every workspace here is in use; deleting one is a module of its own. */
const AVAILABLE = { number: 0, code: 'AVAILABLE' } as const

export const workspaceActions = [
  action<typeof contracts.LIST_PROJECTS, contracts.ListProjectsResponse>(
    contracts.LIST_PROJECTS,
    'own',
    async ({ platform, caller, parameters }) => {
      const { PageNumber, PageSize } = parameters
      const readable = readableWorkspaces(caller, 'workspace.read')
      // Workspaces carry neither tags nor a resource group here, so a filter by them matches none.
      const none = (parameters.Tags?.length ?? 0) > 0 || Boolean(parameters.ResourceManagerResourceGroupId)
      const rows = none
        ? []
        : await workspaces.workspacesOf(
            platform.db,
            caller.tenantId,
            readable,
            0,
            PageSize,
            (PageNumber - 1) * PageSize,
          )
      return {
        PageResult: {
          PageNumber,
          PageSize,
          TotalCount: none ? 0 : await workspaces.countWorkspaces(platform.db, caller.tenantId, readable),
          ProjectList: rows.map((row) => ({
            ProjectId: row.id,
            ProjectIdentifier: row.identifier,
            ProjectName: row.name,
            ProjectDescription: row.description,
            ProjectOwnerBaseId: String(row.created_by),
            ProjectStatus: AVAILABLE.number,
            ProjectStatusCode: AVAILABLE.code,
            DisableDevelopment: row.mode === 'basic',
          })),
        },
      }
    },
  ),

  action<typeof contracts.GET_PROJECT, contracts.GetProjectResponse>(
    contracts.GET_PROJECT,
    { whereFound: 'workspace.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, ProjectIdentifier } = parameters
      if (ProjectId === undefined && !ProjectIdentifier)
        throw new Refusal('PARAMETER_MISSING', { parameter: 'ProjectId' })
      const row =
        ProjectId !== undefined
          ? await workspaces.workspaceById(platform.db, caller.tenantId, ProjectId)
          : await workspaces.workspaceByIdentifier(platform.db, caller.tenantId, ProjectIdentifier!)
      if (!row || (ProjectIdentifier && row.identifier !== ProjectIdentifier))
        throw new Refusal('WORKSPACE_NOT_FOUND', { id: ProjectId ?? ProjectIdentifier })
      ensureMay(caller, 'workspace.read', row.id)
      return {
        HttpStatusCode: 200,
        Success: true,
        Data: {
          ProjectId: row.id,
          ProjectIdentifier: row.identifier,
          ProjectName: row.name,
          ProjectDescription: row.description,
          ProjectOwnerBaseId: String(row.created_by),
          TenantId: row.tenant_id,
          ProjectMode: row.mode === 'basic' ? 2 : 3,
          EnvTypes: row.mode === 'basic' ? ['PROD'] : ['DEV', 'PROD'],
          Status: AVAILABLE.number,
          GmtCreate: vendorTime(row.created_at),
          GmtModified: vendorTime(row.modified_at),
          DisableDevelopment: row.mode === 'basic',
        },
      }
    },
  ),
]

/** As `Oct 10, 2019 3:42:53 PM`, in China's time. */
function vendorTime(at: Date): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'Asia/Shanghai' })
    .format(at)
    .replace(/(\d{4}),/, '$1')
    .replaceAll('\u202f', ' ')
}
