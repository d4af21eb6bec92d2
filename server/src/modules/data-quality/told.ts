/** How rules, monitors and subscriptions stand in messages, and what of them somebody who decides about them reads. */
import {
  QUALITY_CHANNEL_WORDS,
  type QualityMonitor,
  type QualityRule,
  type QualityTarget,
  Refusal,
  type Subscription,
  tableGuid,
} from '@holdpoint/core'
import { type DataSourceRow, dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import type { OperationChange, OperationObject } from '../../store/operations.ts'

const MOST_SHOWN = 500

/** The data source of production on which a table is. */
export async function sourceOf(
  sql: Pick<Sql, 'rows'>,
  workspaceId: number,
  { dataSource: name }: QualityTarget,
): Promise<DataSourceRow> {
  const row = await dataSourceOfNode(sql as Sql, { workspaceId, environment: 'PROD', name })
  if (row === null) throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
  return row
}

export const targetBody = (
  workspace: string,
  { kind, name: dataSource }: Pick<DataSourceRow, 'kind' | 'name'>,
  target: QualityTarget,
) => ({ databaseType: kind, tableGuid: tableGuid({ kind, workspace, dataSource }, target) })

export function ruleBody({ name, enabled, severity, description, templateCode, sampling, checking }: QualityRule) {
  const { expected, warned, critical } = checking.thresholds
  const thresholds = Object.entries({ expected, warned, critical }).flatMap(([of, expression]) =>
    expression === null ? [] : [[of, { expression }] as const],
  )
  return {
    ...{ name, enabled, severity, templateCode },
    samplingConfig: { metric: sampling.metric },
    checkingConfig: { type: checking.type, thresholds: Object.fromEntries(thresholds) },
    description,
  }
}

const RECEIVER_TYPES = { Mail: 'Mail', Webhook: 'WebhookUrl' } as const

export function monitorBody(
  workspace: string,
  source: Pick<DataSourceRow, 'id' | 'kind' | 'name'>,
  { name, description, target, trigger, blockWhen, notifyWhen }: QualityMonitor,
  rules: readonly ({ readonly id?: number } & ReturnType<typeof ruleBody>)[],
  subscriptions: readonly Subscription[],
) {
  const byChannel = Map.groupBy(subscriptions, ({ channel }) => channel)
  return {
    ...{ name, description, target: targetBody(workspace, source, target) },
    trigger: { type: trigger.type, taskIds: trigger.nodeIds },
    dataSourceId: source.id,
    rules,
    hooks: blockWhen === null ? [] : [{ type: 'BlockTaskInstance', condition: blockWhen }],
    ...(notifyWhen !== null && {
      notifications: {
        condition: notifyWhen,
        notifications: [...byChannel].map(([channel, some]) => ({
          channels: [channel],
          notificaionReceivers: [
            { receiverType: RECEIVER_TYPES[channel], receiverValues: some.map(({ receiver }) => receiver) },
          ],
        })),
      },
    }),
  }
}

export const channelBody = ({ channel, receiver }: Subscription) => ({
  channel: QUALITY_CHANNEL_WORDS[channel],
  receiverValue: receiver,
})

/** Member by member, as texts. */
export function differences(
  { id: objectId, name: objectName }: OperationObject,
  before: object | null,
  after: object | null,
): OperationChange[] {
  const [from, to] = [leaves(before), leaves(after)]
  return [...new Set([...from.keys(), ...to.keys()])].flatMap((field) => {
    const change = { objectId, objectName, field, from: from.get(field) ?? '', to: to.get(field) ?? '' }
    return change.from === change.to ? [] : [change]
  })
}

function leaves(value: object | null, at = ''): Map<string, string> {
  return new Map(
    Object.entries(value ?? {}).flatMap(([name, one]): (readonly [string, string])[] => {
      if (one === null) return []
      if (typeof one === 'object' && !Array.isArray(one)) return [...leaves(one, `${at}${name}.`)]
      const text = Array.isArray(one) ? one.join(', ') : String(one)
      return [[`${at}${name}`, text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`]]
    }),
  )
}
