/** Rule 61: who subscribes to a monitor is told of a run, by an alert with its notices and tries. */
import type { Live } from '../../live.ts'
import { insertAlert, insertNotices } from '../../store/alerts.ts'
import type { Transaction } from '../../store/database.ts'
import { type MonitorRow, subscriptionsOf } from '../../store/quality-monitors.ts'
import type { NewQualityResult, QualityRunRow } from '../../store/quality-runs.ts'

const MOST_NAMED = 100
const CHANNELS = { Mail: 'email', Webhook: 'webhook' } as const

export async function tellSubscribers(
  tx: Transaction,
  live: Live,
  run: QualityRunRow,
  { name }: MonitorRow,
  results: readonly (NewQualityResult & { readonly id: number })[],
): Promise<void> {
  const subscriptions = await subscriptionsOf(tx, [run.monitor_id])
  if (subscriptions.length === 0) return
  const { tenant_id, workspace_id, bizdate } = run
  const bad = results.filter(({ status }) => status !== 'Passed' && status !== 'Skipped')
  const of = bad.length > 0 ? bad : results
  const { id } = await insertAlert(tx, {
    ...{ tenant_id, workspace_id, rule_id: null, rule_name: name, kind: 'QUALITY', test: false },
    ...{ backfill_id: null, quality_run_id: run.id, succeeded: null, object_count: of.length, tellAgainSeconds: null },
    objects: of.slice(0, MOST_NAMED).map((one) => ({
      ...{ id: one.id, name: `${one.rule.name}: ${one.status}${one.value === null ? '' : ` (${one.value})`}` },
      ...{ nodeId: run.node_id, run: run.run_number ?? 0, bizdate },
    })),
  })
  await insertNotices(
    tx,
    id,
    1,
    subscriptions.map((one) => ({ channel: CHANNELS[one.channel], receiver: one.receiver, subscriptionId: one.id })),
  )
  tx.afterCommit(() =>
    live.publish({ kind: 'alert', tenantId: tenant_id, workspaceId: workspace_id, id: String(workspace_id) }),
  )
}
