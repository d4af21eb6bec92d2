/** Rules of Data Quality in the newer version of the dialect. */
import { type Action as AccessAction, type QualityTarget, Refusal } from '@holdpoint/core'
import { ensureMay, workspaceFor } from '../../access.ts'
import { askRules } from '../../modules/data-quality/rules-operations.ts'
import { sourceOf, targetBody } from '../../modules/data-quality/told.ts'
import type { Platform } from '../../platform.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/quality-rules.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { action } from '../action.ts'
import * as operating from '../operating.ts'
import { newerRule, ruleOfNewer, targetOfGuid } from '../quality-words.ts'
import * as contracts from '../schemas/quality-rules.ts'

const DONE = { Success: true } as const

export const qualityRuleActions = [
  action<typeof contracts.CREATE_DATA_QUALITY_RULE, contracts.CreateDataQualityRuleResponse>(
    contracts.CREATE_DATA_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await workspaceFor(platform.db, caller, parameters.ProjectId, 'quality.write')
      const target = targetOfGuid(parameters.Target.TableGuid, workspace.identifier)
      const rules = [ruleOfNewer(parameters)]
      const held = await askRules(platform, caller, workspace, { kind: 'create', monitorId: null, target, rules })
      operating.ensureDone(held)
      return { Id: held.ids[0]! }
    },
  ),

  action<typeof contracts.UPDATE_DATA_QUALITY_RULE, contracts.UpdateDataQualityRuleResponse>(
    contracts.UPDATE_DATA_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await ruleFor(platform, caller, 'quality.write', parameters)
      const rule = ruleOfNewer(parameters, row.rule)
      const rules = [{ id: row.id, revision: row.revision, rule }]
      operating.ensureDone(await askRules(platform, caller, workspace, { kind: 'update', isBatch: false, rules }))
      return DONE
    },
  ),

  action<typeof contracts.DELETE_DATA_QUALITY_RULE, contracts.DeleteDataQualityRuleResponse>(
    contracts.DELETE_DATA_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await ruleFor(platform, caller, 'quality.write', parameters)
      operating.ensureDone(await askRules(platform, caller, workspace, { kind: 'delete', ids: [row.id] }))
      return DONE
    },
  ),

  action<typeof contracts.GET_DATA_QUALITY_RULE, contracts.GetDataQualityRuleResponse>(
    contracts.GET_DATA_QUALITY_RULE,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const { row, workspace } = await ruleFor(platform, caller, 'quality.read', parameters)
      return { DataQualityRule: await viewed(platform, workspace, row) }
    },
  ),

  action<typeof contracts.LIST_DATA_QUALITY_RULES, contracts.ListDataQualityRulesResponse>(
    contracts.LIST_DATA_QUALITY_RULES,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const { ProjectId, DataQualityEvaluationTaskId: monitorId, Name: name, PageNumber, PageSize } = parameters
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'quality.read')
      const target =
        parameters.TableGuid === undefined ? undefined : targetOfGuid(parameters.TableGuid, workspace.identifier)
      const place = target && (await placeIn(platform, workspace, target))
      const filter = { monitorId, name, table: target?.table, place }
      const page = { afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize }
      const rows = await store.qualityRulesOf(platform.db, workspace.id, { ...filter, ...page })
      return {
        PagingInfo: {
          ...{ PageNumber, PageSize, TotalCount: await store.countQualityRules(platform.db, workspace.id, filter) },
          DataQualityRules: await Promise.all(rows.map((row) => viewed(platform, workspace, row))),
        },
      }
    },
  ),
]

async function placeIn({ db }: Platform, workspace: WorkspaceRow, target: QualityTarget) {
  const { name: dataSource, is_default: isDefault } = await sourceOf(db, workspace.id, target)
  return { dataSource, isDefault, schema: target.schema }
}

/** The rule with this id that the caller may do this with, wherever in the tenant it is. */
async function ruleFor(
  { db }: Platform,
  caller: Caller,
  right: AccessAction,
  { Id: id, ProjectId }: { readonly Id: number; readonly ProjectId?: number },
): Promise<{ readonly row: store.QualityRuleRow; readonly workspace: WorkspaceRow }> {
  if (ProjectId !== undefined) await workspaceFor(db, caller, ProjectId, right)
  const row = await store.qualityRuleOfTenant(db, caller.tenantId, id)
  if (row === null || (ProjectId ?? row.workspace_id) !== row.workspace_id)
    throw new Refusal('QUALITY_RULE_NOT_FOUND', { id })
  ensureMay(caller, right, row.workspace_id)
  return { row, workspace: await workspaceFor(db, caller, row.workspace_id, right) }
}

/** A data source that is gone is told under the name that the rule has. */
async function viewed({ db }: Platform, workspace: WorkspaceRow, row: store.QualityRuleRow) {
  const target = store.targetOf(row)
  const source = await sourceOf(db, workspace.id, target).catch((error) => {
    if (!(error instanceof Refusal)) throw error
    return { kind: 'duckdb', name: target.dataSource ?? 'default' } as const
  })
  const { databaseType: DatabaseType, tableGuid: TableGuid } = targetBody(workspace.identifier, source, target)
  return newerRule(row, { Type: 'Table', DatabaseType, TableGuid })
}
