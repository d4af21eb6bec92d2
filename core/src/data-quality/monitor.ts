/** A monitor: the rules of a table's partition together, when they are checked, whom they hold up and who is told. */
import { readPartition } from '../partition.ts'
import type { QualityRule } from './rule.ts'
import { meetingProblem } from './verdict.ts'

/** The table that rules and monitors watch, of the production environment. */
export type QualityTarget = {
  /** Null: the default data source. */
  readonly dataSource: string | null
  readonly schema: string | null
  readonly table: string
}

/** `ByScheduledTaskInstance`: after each instance of these nodes that has run its program. */
export const MONITOR_TRIGGERS = ['ByScheduledTaskInstance', 'ByManual'] as const
export type MonitorTrigger = (typeof MONITOR_TRIGGERS)[number]

export type QualityMonitor = {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly target: QualityTarget
  /** `dt=$[yyyymmdd-1]`: as an instance's parameters; null: the whole table. */
  readonly partition: string | null
  readonly trigger: { readonly type: MonitorTrigger; readonly nodeIds: readonly number[] }
  /** Conditions over `${severity}` and `${status}` of a result; null: nothing is held up, nobody is told. */
  readonly blockWhen: string | null
  readonly notifyWhen: string | null
}

/** How somebody who subscribes is told. */
export const QUALITY_CHANNELS = ['Mail', 'Webhook'] as const
export type QualityChannel = (typeof QUALITY_CHANNELS)[number]
/** As messages write them. */
export const QUALITY_CHANNEL_WORDS = { Mail: 'Email', Webhook: 'Custom Webhook' } as const satisfies Record<
  QualityChannel,
  string
>

export const MAX_NODES_OF_A_MONITOR = 100
export const MAX_CLONE_TARGETS = 100

/** What of a monitor can never be, in any workspace. */
export function monitorProblems(
  monitor: QualityMonitor,
): readonly { readonly path: string; readonly problem: string }[] {
  const { partition, trigger, blockWhen, notifyWhen } = monitor
  const scheduled = trigger.type === 'ByScheduledTaskInstance'
  const conditions = [
    ['blockWhen', blockWhen],
    ['notifyWhen', notifyWhen],
  ] as const
  return [
    ...(partition !== null && readPartition(partition) === null
      ? [{ path: 'partition', problem: 'write column=value, more of them with / between' }]
      : []),
    ...(scheduled !== trigger.nodeIds.length > 0
      ? [{ path: 'trigger.nodeIds', problem: 'they belong to ByScheduledTaskInstance, which names some' }]
      : []),
    ...conditions.flatMap(([path, condition]) => {
      const problem = condition === null ? null : meetingProblem(condition)
      return problem === null ? [] : [{ path, problem }]
    }),
  ]
}

/** `duckdb.shop.default.orders`: kind, workspace and name of the data source, schema where one is named, table. */
export function tableGuid(
  of: { readonly kind: string; readonly workspace: string; readonly dataSource: string },
  { schema, table }: QualityTarget,
): string {
  return [of.kind, of.workspace, of.dataSource, ...(schema === null ? [] : [schema]), table].join('.')
}

type Place = { readonly tenantId: number; readonly workspaceId: number }
/** What is held, with the revision that it had: another one since makes it stale. Null: it is to come to be, under this id. */
export type Known = { readonly id: number; readonly revision: number | null; readonly name: string }
/** Without a rule: as it is there already. */
export type KnownRule = Known & { readonly rule: QualityRule | null }

/** What is kept with the held operations, by their points. */
export type RulesSnapshot = Place & {
  readonly kind: 'create' | 'update' | 'delete'
  /** Of a creation. */
  readonly monitorId: number | null
  readonly target: QualityTarget | null
  readonly rules: readonly KnownRule[]
}
export type MonitorSnapshot = Place & {
  readonly kind: 'create' | 'update' | 'clone' | 'delete'
  readonly monitors: readonly Known[]
  /** As it is to be, of a creation and an update. */
  readonly monitor: QualityMonitor | null
  /** Of a creation, and those that a clone gets. */
  readonly rules: readonly KnownRule[]
  readonly subscriptions: readonly (Subscription & { readonly id: number })[]
  readonly clones: readonly { readonly id: number; readonly name: string; readonly target: QualityTarget }[]
}
export type Subscription = { readonly channel: QualityChannel; readonly receiver: string }
export type SubscriptionSnapshot = Place & {
  readonly kind: 'create' | 'update' | 'delete'
  readonly monitorId: number
  readonly monitorName: string
  readonly subscriptionId: number
  readonly now: Subscription | null
  readonly then: Subscription | null
}
