/** What is enabled in a workspace and with which options, as extensions and their authors read it. */
import { applyingVersion, eventByCode, fittingOptions, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { configuredFor, formOf } from '../../configured.ts'
import { configuredVersions } from '../../store/configuration.ts'
import { watching } from '../../store/extensions.ts'
import { action } from '../action.ts'
import * as contracts from '../schemas/extensions.ts'
import { extensionFor, itself } from './extensions.ts'

export const enabledExtensionActions = [
  action<typeof contracts.LIST_ENABLED_EXTENSIONS_FOR_PROJECT, contracts.ListEnabledExtensionsForProjectResponse>(
    contracts.LIST_ENABLED_EXTENSIONS_FOR_PROJECT,
    { whereFound: 'workspace.read' },
    async ({ platform, caller, parameters }) => {
      const { EventCode, ProjectId, FileType } = parameters
      await workspaceFor(platform.db, caller, ProjectId, 'workspace.read')
      const point = eventByCode(EventCode)
      if (point?.kind !== 'extension-point')
        throw new Refusal('PARAMETER_INVALID', {
          parameter: 'EventCode',
          problem: 'no extension point has this event code',
        })
      // What is enabled for the tenant is enabled in each of its workspaces.
      const workspaceId = point.scope === 'tenant' ? null : ProjectId
      const scope = {
        point: point.eventCode,
        workspaceId: ProjectId,
        requestedBy: caller.userId,
        fileType: FileType ?? null,
      }
      const rows = await configuredVersions(platform.db, caller.tenantId, workspaceId, { point: EventCode })
      const byExtension = Map.groupBy(rows, (row) => row.id).values()
      const applying = [...byExtension].flatMap((ofOne) => applyingVersion(ofOne.map(watching), scope)?.row ?? [])
      return {
        Extensions: applying.map((row) => ({
          ExtensionCode: row.code,
          ExtensionName: row.name,
          ExtensionDesc: row.description,
          ParameterSetting: row.parameters,
          TenantId: caller.tenantId,
          Owner: String(row.owner_id),
          CreateUser: String(row.owner_id),
          ModifyUser: String(row.modified_by ?? row.owner_id),
        })),
      }
    },
  ),

  action<typeof contracts.GET_OPTION_VALUE_FOR_PROJECT, contracts.GetOptionValueForProjectResponse>(
    contracts.GET_OPTION_VALUE_FOR_PROJECT,
    { whereFound: 'option.read', orItself: true },
    async ({ platform, caller, parameters }) => {
      const { ExtensionCode: code, ProjectId } = parameters
      if (!code) throw new Refusal('PARAMETER_MISSING', { parameter: 'ExtensionCode' })
      const extension = await extensionFor(platform, caller, code)
      const workspaceId = ProjectId === undefined ? null : Number(ProjectId)
      const forTenant = await configuredFor(platform.db, caller.tenantId, null, code)
      // The options of a tenant-level extension are the tenant's, whatever workspace the caller names.
      const where = forTenant ? null : workspaceId
      if (!forTenant && where === null) throw new Refusal('PARAMETER_MISSING', { parameter: 'ProjectId' })
      // Wherever its options were chosen, the extension itself reads them.
      if (!itself(caller, extension)) {
        if (where === null) ensureMay(caller, 'option.read')
        else await workspaceFor(platform.db, caller, where, 'option.read')
      }
      const one = forTenant ?? (await configuredFor(platform.db, caller.tenantId, where, code))
      const chosen = one?.version.option_values ?? null
      if (!one || chosen === null) return {}
      // Rule 19: values that do not fit the form as it is now are answered to nobody.
      return { OptionValue: JSON.stringify(fittingOptions(formOf(one.version), chosen).values) }
    },
  ),
]
