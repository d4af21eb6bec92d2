/** Data Quality in the older version of the dialect: an entity is a monitor, a follower a subscription to it. */
import {
  type QualityStatus,
  Refusal,
  type Subscription,
  USUAL_BLOCK_CONDITION,
  USUAL_NOTIFY_CONDITION,
} from '@holdpoint/core'
import { askMonitor } from '../../modules/data-quality/monitors-operations.ts'
import { askRules } from '../../modules/data-quality/rules-operations.ts'
import { askSubscription } from '../../modules/data-quality/subscriptions-operations.ts'
import type { Platform } from '../../platform.ts'
import type { Caller } from '../../store/principals.ts'
import * as monitors from '../../store/quality-monitors.ts'
import * as rules from '../../store/quality-rules.ts'
import { countQualityResults, type QualityResultRow, qualityResultsOf } from '../../store/quality-runs.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { action } from '../action.ts'
import { ANSWERED, projectFor } from '../development.ts'
import * as operating from '../operating.ts'
import { expressionOf, nameOfTarget, olderRule, partitionOf, ruleOfOlder, targetOfName } from '../quality-words.ts'
import * as contracts from '../schemas/quality.ts'

const DONE = { ...ANSWERED, Data: true } as const
const MOST_MONITORS = 100
const RESULTS = { Passed: 0, Skipped: 0, Warned: 1, Critical: 2, Error: 2 } as const satisfies Record<
  QualityStatus,
  0 | 1 | 2
>

export const qualityActions = [
  action<typeof contracts.CREATE_QUALITY_ENTITY, contracts.CreateQualityEntityResponse>(
    contracts.CREATE_QUALITY_ENTITY,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const { TableName, MatchExpression } = parameters
      const target = targetOfName(TableName)
      const partition = partitionOf(MatchExpression)
      const known = await monitors.monitorOfTable(platform.db, workspace.id, target, partition)
      if (known !== null) return { ...ANSWERED, Data: known.id }
      const held = await askMonitor(platform, caller, workspace, {
        kind: 'create',
        monitor: {
          ...{ name: `${TableName} ${MatchExpression}`.slice(0, 128), description: '', enabled: true },
          ...{ target, partition, trigger: { type: 'ByManual', nodeIds: [] } },
          ...{ blockWhen: USUAL_BLOCK_CONDITION, notifyWhen: USUAL_NOTIFY_CONDITION },
        },
        rules: [],
        subscriptions: [],
      })
      operating.ensureDone(held)
      return { ...ANSWERED, Data: held.ids[0]! }
    },
  ),

  action<typeof contracts.GET_QUALITY_ENTITY, contracts.GetQualityEntityResponse>(
    contracts.GET_QUALITY_ENTITY,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      const { TableName, MatchExpression } = parameters
      const target = targetOfName(TableName)
      const filter = { table: target.table, afterId: 0, limit: MOST_MONITORS }
      const found = await monitors.monitorsOf(platform.db, workspace.id, filter)
      const partition = MatchExpression === undefined ? undefined : partitionOf(MatchExpression)
      const rows = found.filter(
        (row) => row.schema_name === target.schema && (partition === undefined || partition === row.partition),
      )
      return {
        ...ANSWERED,
        Data: rows.map((row) => ({
          ...{ Id: row.id, ProjectName: workspace.identifier, TableName: nameOfTarget(rules.targetOf(row)) },
          ...{ MatchExpression: expressionOf(row.partition), EnvType: 'odps' as const },
          HasRelativeNode: row.nodes.length > 0,
          RelativeNode: JSON.stringify(row.nodes.map(({ id }) => ({ projectName: workspace.identifier, nodeId: id }))),
          ...{ ModifyTime: row.modified_at.getTime(), ModifyUser: String(row.modified_by ?? '') },
        })),
      }
    },
  ),

  action<typeof contracts.DELETE_QUALITY_ENTITY, contracts.DeleteQualityEntityResponse>(
    contracts.DELETE_QUALITY_ENTITY,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const ids = [parameters.EntityId]
      operating.ensureDone(await askMonitor(platform, caller, workspace, { kind: 'delete', ids }))
      return DONE
    },
  ),

  action<typeof contracts.CREATE_QUALITY_RELATIVE_NODE, contracts.CreateQualityRelativeNodeResponse>(
    contracts.CREATE_QUALITY_RELATIVE_NODE,
    { whereFound: 'quality.write' },
    ({ platform, caller, parameters }) =>
      related(platform, caller, parameters, (ids) => [...new Set([...ids, parameters.NodeId])]),
  ),

  action<typeof contracts.DELETE_QUALITY_RELATIVE_NODE, contracts.DeleteQualityRelativeNodeResponse>(
    contracts.DELETE_QUALITY_RELATIVE_NODE,
    { whereFound: 'quality.write' },
    ({ platform, caller, parameters }) =>
      related(platform, caller, parameters, (ids) => ids.filter((id) => id !== parameters.NodeId)),
  ),

  action<typeof contracts.CREATE_QUALITY_RULE, contracts.CreateQualityRuleResponse>(
    contracts.CREATE_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const { EntityId: monitorId } = parameters
      await monitorFor(platform, workspace, monitorId)
      const given = [ruleOfOlder(parameters)]
      const request = { kind: 'create', monitorId, target: null, rules: given } as const
      const held = await askRules(platform, caller, workspace, request)
      operating.ensureDone(held)
      return { ...ANSWERED, Data: String(held.ids[0]) }
    },
  ),

  action<typeof contracts.UPDATE_QUALITY_RULE, contracts.UpdateQualityRuleResponse>(
    contracts.UPDATE_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const row = await ruleFor(platform, workspace, parameters.Id)
      if ((parameters.EntityId ?? row.monitor_id) !== row.monitor_id)
        throw new Refusal('QUALITY_RULE_NOT_FOUND', { id: row.id })
      const changed = [{ id: row.id, revision: row.revision, rule: ruleOfOlder(parameters, row.rule) }]
      const request = { kind: 'update', isBatch: false, rules: changed } as const
      operating.ensureDone(await askRules(platform, caller, workspace, request))
      return DONE
    },
  ),

  action<typeof contracts.DELETE_QUALITY_RULE, contracts.DeleteQualityRuleResponse>(
    contracts.DELETE_QUALITY_RULE,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const ids = [parameters.RuleId]
      operating.ensureDone(await askRules(platform, caller, workspace, { kind: 'delete', ids }))
      return DONE
    },
  ),

  action<typeof contracts.GET_QUALITY_RULE, contracts.GetQualityRuleResponse>(
    contracts.GET_QUALITY_RULE,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      return { ...ANSWERED, Data: olderRule(await ruleFor(platform, workspace, parameters.RuleId)) }
    },
  ),

  action<typeof contracts.LIST_QUALITY_RULES, contracts.ListQualityRulesResponse>(
    contracts.LIST_QUALITY_RULES,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      const { EntityId: monitorId, PageNumber, PageSize } = parameters
      const monitor = await monitorFor(platform, workspace, monitorId)
      const filter = { monitorId, afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize }
      const rows = await rules.qualityRulesOf(platform.db, workspace.id, filter)
      return {
        ...ANSWERED,
        Data: {
          ...{
            PageNumber,
            PageSize,
            TotalCount: await rules.countQualityRules(platform.db, workspace.id, { monitorId }),
          },
          Rules: rows.map((row) => {
            const { Checker, ...rule } = olderRule(row)
            return {
              ...rule,
              ...(Checker !== undefined && { CheckerId: Checker }),
              ...{ ProjectName: workspace.identifier, TableName: nameOfTarget(rules.targetOf(monitor)) },
              MatchExpression: expressionOf(monitor.partition),
            }
          }),
        },
      }
    },
  ),

  action<typeof contracts.CREATE_QUALITY_FOLLOWER, contracts.CreateQualityFollowerResponse>(
    contracts.CREATE_QUALITY_FOLLOWER,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const { EntityId: monitorId } = parameters
      await monitorFor(platform, workspace, monitorId)
      const then = await subscriptionOf(platform, caller, parameters)
      const held = await askSubscription(platform, caller, workspace, { kind: 'create', monitorId, then })
      operating.ensureDone(held)
      return { ...ANSWERED, Data: held.ids[0]! }
    },
  ),

  action<typeof contracts.UPDATE_QUALITY_FOLLOWER, contracts.UpdateQualityFollowerResponse>(
    contracts.UPDATE_QUALITY_FOLLOWER,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const then = await subscriptionOf(platform, caller, parameters)
      const request = { kind: 'update', id: parameters.FollowerId, then } as const
      operating.ensureDone(await askSubscription(platform, caller, workspace, request))
      return DONE
    },
  ),

  action<typeof contracts.DELETE_QUALITY_FOLLOWER, contracts.DeleteQualityFollowerResponse>(
    contracts.DELETE_QUALITY_FOLLOWER,
    { whereFound: 'quality.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.write')
      const request = { kind: 'delete', id: parameters.FollowerId } as const
      operating.ensureDone(await askSubscription(platform, caller, workspace, request))
      return DONE
    },
  ),

  action<typeof contracts.GET_QUALITY_FOLLOWER, contracts.GetQualityFollowerResponse>(
    contracts.GET_QUALITY_FOLLOWER,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      const monitor = await monitorFor(platform, workspace, parameters.EntityId)
      const rows = await monitors.subscriptionsOf(platform.db, [monitor.id])
      return {
        ...ANSWERED,
        Data: rows.map((row) => ({
          ...{
            Id: row.id,
            EntityId: String(monitor.id),
            AlarmMode: row.channel === 'Mail' ? (1 as const) : (4 as const),
          },
          // The path of a webhook is often its password.
          Follower: row.channel === 'Mail' ? row.receiver : new URL(row.receiver).origin,
          ...{ ProjectName: workspace.identifier, TableName: nameOfTarget(rules.targetOf(monitor)) },
          CreateTime: row.created_at.getTime(),
        })),
      }
    },
  ),

  action<typeof contracts.LIST_QUALITY_RESULTS_BY_ENTITY, contracts.ListQualityResultsByEntityResponse>(
    contracts.LIST_QUALITY_RESULTS_BY_ENTITY,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      const monitor = await monitorFor(platform, workspace, parameters.EntityId)
      return await found(
        platform,
        workspace,
        nameOfTarget(rules.targetOf(monitor)),
        { monitorId: monitor.id },
        parameters,
      )
    },
  ),

  action<typeof contracts.LIST_QUALITY_RESULTS_BY_RULE, contracts.ListQualityResultsByRuleResponse>(
    contracts.LIST_QUALITY_RESULTS_BY_RULE,
    { whereFound: 'quality.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await placeOf(platform, caller, parameters, 'quality.read')
      const rule = await ruleFor(platform, workspace, parameters.RuleId)
      return await found(platform, workspace, nameOfTarget(rules.targetOf(rule)), { ruleId: rule.id }, parameters)
    },
  ),
]

const placeOf = (
  platform: Platform,
  caller: Caller,
  { ProjectName, ProjectId }: { readonly ProjectName: string; readonly ProjectId?: number },
  right: 'quality.read' | 'quality.write',
): Promise<WorkspaceRow> =>
  projectFor(platform, caller, { ProjectIdentifier: ProjectName, ...(ProjectId !== undefined && { ProjectId }) }, right)

async function monitorFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<monitors.ListedMonitorRow> {
  const row = await monitors.monitorById(db, workspace.id, id)
  if (row === null) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id })
  return row
}

async function ruleFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<rules.QualityRuleRow> {
  const row = await rules.qualityRuleById(db, workspace.id, id)
  if (row === null) throw new Refusal('QUALITY_RULE_NOT_FOUND', { id })
  return row
}

type Given = Parameters<typeof placeOf>[2] & {
  readonly ProjectId: number
  readonly TableName: string
  readonly MatchExpression: string
  readonly TargetNodeProjectId: number
}

/** The monitor of a table and partition, with other nodes; without any it checks when it is asked to. */
async function related(
  platform: Platform,
  caller: Caller,
  given: Given,
  change: (nodeIds: readonly number[]) => readonly number[],
) {
  const workspace = await placeOf(platform, caller, given, 'quality.write')
  const target = targetOfName(given.TableName)
  const row = await monitors.monitorOfTable(platform.db, workspace.id, target, partitionOf(given.MatchExpression))
  if (row === null)
    throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id: `${given.TableName} ${given.MatchExpression}` })
  if (given.TargetNodeProjectId !== workspace.id)
    throw new Refusal('PARAMETER_INVALID', {
      parameter: 'TargetNodeProjectId',
      problem: 'nodes of other workspaces are not built',
    })
  const nodeIds = change(row.node_ids)
  if (nodeIds.join() === row.node_ids.join()) return DONE
  const monitor = {
    ...monitors.monitorOf(row),
    trigger: { type: nodeIds.length > 0 ? ('ByScheduledTaskInstance' as const) : ('ByManual' as const), nodeIds },
  }
  const { id, revision } = row
  operating.ensureDone(await askMonitor(platform, caller, workspace, { kind: 'update', id, revision, monitor }))
  return DONE
}

/** Whoever is named by number is told at the address that they have. */
async function subscriptionOf(
  { db }: Platform,
  { tenantId }: Caller,
  { AlarmMode, Follower: receiver }: { readonly AlarmMode: 1 | 4 | 5 | 8; readonly Follower: string },
): Promise<Subscription> {
  if (AlarmMode !== 1) return { channel: 'Webhook', receiver }
  if (receiver.includes('@')) return { channel: 'Mail', receiver }
  const user = await userOfTenant(db, tenantId, operating.userIdOf(receiver))
  if (user === null) throw new Refusal('NOT_FOUND', { thing: 'user', id: receiver })
  if (user.email === null)
    throw new Refusal('PARAMETER_INVALID', { parameter: 'Follower', problem: 'the user has no address' })
  return { channel: 'Mail', receiver: user.email }
}

async function found(
  { db, timeZone }: Platform,
  workspace: WorkspaceRow,
  TableName: string,
  of: { readonly monitorId?: number; readonly ruleId?: number },
  given: {
    readonly StartDate: string
    readonly EndDate: string
    readonly PageNumber: number
    readonly PageSize: number
  },
) {
  const { PageNumber, PageSize } = given
  const dates = { from: operating.dayOf('StartDate', given.StartDate), to: operating.dayOf('EndDate', given.EndDate) }
  const filter = { ...of, ...dates }
  const page = { beforeId: null, limit: PageSize, offset: (PageNumber - 1) * PageSize }
  const rows = await qualityResultsOf(db, workspace.id, { ...filter, ...page })
  const place = { ProjectName: workspace.identifier, TableName }
  return {
    ...ANSWERED,
    Data: {
      ...{ PageNumber, PageSize, TotalCount: await countQualityResults(db, workspace.id, filter) },
      RuleChecks: rows.map((row) => checkOf(row, place, timeZone)),
    },
  }
}

function checkOf(
  row: QualityResultRow,
  place: { readonly ProjectName: string; readonly TableName: string },
  timeZone: string,
): contracts.RuleCheck {
  const told = olderRule({ id: row.rule_id, monitor_id: row.monitor_id, rule: row.rule })
  const { RuleName, BlockType, Property, MethodName, WhereCondition, FixCheck } = told
  return {
    ...{ Id: row.id, RuleId: row.rule_id, EntityId: row.monitor_id, RuleName, ...place, BlockType, Property },
    ...(MethodName !== undefined && { MethodName }),
    ...{ CheckResult: RESULTS[row.status], CheckResultStatus: RESULTS[row.status], ResultString: row.status },
    BizDate: operating.bizdateMs(row.bizdate, timeZone),
    ...{ BeginTime: row.began_at.getTime(), EndTime: row.ended_at.getTime(), FixedCheck: FixCheck },
    ...(WhereCondition !== undefined && { WhereCondition }),
    SampleValue: row.value === null ? [] : [{ BizDate: row.bizdate, Value: row.value }],
    ReferenceValue: row.comparisons.map(({ bizdate, value }) => ({ BizDate: bizdate, Value: value })),
  }
}
