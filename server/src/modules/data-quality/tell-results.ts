/** The regular event of every result (rule 61). */
import {
  QUALITY_STATUS_NUMBERS,
  QUALITY_TEMPLATES,
  type QualityChecking,
  type QualityTarget,
  simpleComparison,
} from '@holdpoint/core'
import { mayTake, messageBody, type Publish } from '../../openevent/publish.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import { routesOf } from '../../store/openevent.ts'
import type { NewQualityResult, QualityRunRow } from '../../store/quality-runs.ts'
import { currentTrace } from '../../watch/trace.ts'
import { localTime } from '../operation-center/cron-times.ts'

const FINISHED = 'dqc-check-finished-event'
/** As the older dialect numbers them. */
const CHECKERS = { Fixed: 9, Fluctuation: 7, Difference: 4, Average: 2 } as const satisfies Record<
  QualityChecking,
  number
>

/** What a workspace's production calls the engine of a table; one that is gone was what most are. */
export async function envTypeOf(sql: Pick<Sql, 'rows'>, workspaceId: number, target: QualityTarget): Promise<string> {
  const row = await dataSourceOfNode(sql as Sql, { workspaceId, environment: 'PROD', name: target.dataSource })
  return (row?.kind ?? 'duckdb').toUpperCase()
}

export type Finished = {
  readonly run: QualityRunRow
  readonly projectName: string
  readonly table: string
  /** As it is written, and as it was checked. */
  readonly partition: readonly [written: string | null, checked: string | null]
  readonly results: readonly (NewQualityResult & { readonly id: number })[]
  readonly timeZone: string
}

export async function tellResults(tx: Transaction, publish: Publish, finished: Finished): Promise<void> {
  const { tenant_id: tenantId, workspace_id: workspaceId } = finished.run
  const routes = await routesOf(tx, tenantId, workspaceId)
  if (!routes.some((route) => mayTake(route, FINISHED))) return
  for (const result of finished.results)
    publish(tx, {
      ...{ eventCode: FINISHED, tenantId, workspaceId, operationId: null, always: false, routes },
      ...{ trace: currentTrace(), requestedBy: finished.run.started_by },
      body: messageBody(FINISHED, bodyOf(finished, result)),
    })
}

function bodyOf(
  { run, projectName, table, partition: [written, checked], timeZone }: Finished,
  { id, ruleId, rule, ...result }: Finished['results'][number],
): Record<string, unknown> {
  const { sampling, checking } = rule
  const template = QUALITY_TEMPLATES.find(({ code }) => code === rule.templateCode)
  const expected = simpleComparison(checking.thresholds.expected)
  const status = QUALITY_STATUS_NUMBERS[result.status]
  const at = (bizdate: string) => `${bizdate} 00:00:00`
  const [began, ended] = [result.beganAt.getTime(), result.endedAt.getTime()]
  return {
    ...{ tenantId: run.tenant_id, projectId: run.workspace_id, projectName, tableName: table },
    ...{ id, taskId: String(run.id), entityId: run.monitor_id },
    ...{ matchExpression: written ?? '', actualExpression: checked ?? '' },
    ...{ ruleId, ruleName: rule.name, templateId: template?.id ?? 0, comment: rule.description },
    property: sampling.columns.length === 0 ? '-' : sampling.columns.join(','),
    methodName: template?.methodName ?? sampling.metric,
    checkerType: CHECKERS[checking.type],
    blockType: rule.severity === 'High' ? 1 : 0,
    ...{ checkResult: status, checkResultStatus: status },
    ...{ bizdate: at(run.bizdate), dateType: 'YMD' },
    ...{ beginTime: localTime(began, timeZone), endTime: localTime(ended, timeZone) },
    timeConsuming: `${Math.round((ended - began) / 1000)}s`,
    externalType: run.node_id === null ? '' : 'CWF2',
    externalId: run.node_id === null ? 'triggerByManual' : String(run.node_id),
    ...{ discrete: false, fixedCheck: checking.type === 'Fixed', isPrediction: false },
    ...{ trend: expected?.operator ?? '', op: expected?.operator ?? '', expectValue: expected?.value ?? 0 },
    referenceValue: result.comparisons.map(({ bizdate, value, status: one }) => ({
      ...{ bizDate: at(bizdate), value, singleCheckResult: QUALITY_STATUS_NUMBERS[one] },
    })),
    sampleValue: result.value === null ? [] : [{ bizDate: at(run.bizdate), value: result.value }],
    ...{ feedbackStatus: 0, whetherToFilterDirtyData: false },
  }
}
