/** The monitor at the end of the sample pipeline: what is published is checked before anybody goes on with it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { QUALITY_TEMPLATES, type QualityRule, USUAL_BLOCK_CONDITION, USUAL_NOTIFY_CONDITION } from '@holdpoint/core'
import { askMonitor } from './modules/data-quality/monitors-operations.ts'
import type { Platform } from './platform.ts'
import type { Caller } from './store/principals.ts'
import { monitorOfTable } from './store/quality-monitors.ts'
import type { WorkspaceRow } from './store/workspaces.ts'

/** The published table has dates. */
const PARTITION = 'day=$[yyyy-mm-dd-1]'

const rule = (
  code: string,
  name: string,
  severity: QualityRule['severity'],
  sampling: Partial<QualityRule['sampling']> = {},
): QualityRule => {
  const {
    metric,
    checking: type,
    daysBefore,
    expected,
    warned,
    critical,
  } = QUALITY_TEMPLATES.find((one) => one.code === code)!
  return {
    ...{ name, severity, templateCode: code, description: '', enabled: true },
    sampling: { metric, columns: [], filter: null, sql: null, least: null, most: null, values: [], ...sampling },
    checking: { type, daysBefore, thresholds: { expected, warned, critical } },
  }
}

/** Read when it is asked for: only the demonstration has the examples. */
const rules = () => [
  rule('system:table:table_count:fixed', 'Something was sold', 'High'),
  rule('system:field:null_value:fixed', 'Every row has a city and a category', 'High', {
    columns: ['city', 'category'],
  }),
  rule('system:field:table_count-count_distinct:fixed', 'A city and category stand in one row', 'High', {
    columns: ['city', 'category'],
  }),
  rule('system:field:out_of_range:fixed', 'No amount is below nothing', 'High', { columns: ['amount'], least: 0 }),
  rule('system:table:user_defined:fixed', 'What is published is what was summed up', 'High', {
    sql: readFileSync(join(import.meta.dirname, '../../examples/sales-pipeline/published_as_summed_up.sql'), 'utf8'),
  }),
  rule('system:table:table_count:fluctuation', 'About as many rows as on the day before', 'Normal'),
]

export async function putSampleMonitor(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  { table, nodeId }: { readonly table: string; readonly nodeId: number },
): Promise<void> {
  const target = { dataSource: null, schema: null, table }
  if ((await monitorOfTable(platform.db, workspace.id, target, PARTITION)) !== null) return
  await askMonitor(platform, caller, workspace, {
    kind: 'create',
    monitor: {
      ...{ name: 'Sales of a day', description: 'Before anybody reads what is published', enabled: true, target },
      ...{ partition: PARTITION, trigger: { type: 'ByScheduledTaskInstance', nodeIds: [nodeId] } },
      ...{ blockWhen: USUAL_BLOCK_CONDITION, notifyWhen: USUAL_NOTIFY_CONDITION },
    },
    rules: rules(),
    subscriptions: [],
  })
}
