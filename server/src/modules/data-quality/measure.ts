/** Measuring and judging the rules of a monitor for one business date (rule 58). */
import {
  dayBefore,
  judged,
  measuringStatement,
  type PartitionPart,
  partitionText,
  type QualityMonitor,
  type QualityRule,
  Refusal,
  readPartition,
  resolveParameters,
} from '@holdpoint/core'
import type { NodeRunners } from '../../runners/runners.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Database } from '../../store/database.ts'
import type { QualityRuleRow } from '../../store/quality-rules.ts'
import { earlierValues, type NewQualityResult, type QualityRunRow } from '../../store/quality-runs.ts'
import { localTime } from '../operation-center/cron-times.ts'

type Parts = {
  readonly db: Database
  readonly runners: Pick<NodeRunners, 'measure'>
  readonly timeZone: string
}

export type Measured = { readonly partition: string | null; readonly results: readonly NewQualityResult[] }

/** Null where it was stopped: nothing is known then. */
export async function measureRules(
  { db, runners, timeZone }: Parts,
  run: QualityRunRow,
  { target, partition }: QualityMonitor,
  rows: readonly Pick<QualityRuleRow, 'id' | 'rule'>[],
  signal: AbortSignal,
): Promise<Measured | null> {
  const parts = partition === null ? [] : partitionOf(run, partition, timeZone)
  const text = parts === null ? partition : parts.length === 0 ? null : partitionText(parts)
  const statements = rows.map(({ rule }) => measuringStatement(rule, { ...target, partition: parts ?? [] }))
  const unmeasured = (reason: Refusal): Measured => {
    const at = new Date()
    return {
      partition: text,
      results: rows.map((row, index) => failed(row, statements[index]!, reason, { beganAt: at, endedAt: at })),
    }
  }
  if (parts === null)
    return unmeasured(new Refusal('QUALITY_INVALID', { path: 'partition', problem: `${partition} is no partition` }))
  const { workspace_id: workspaceId } = run
  const dataSource = await dataSourceOfNode(db, { workspaceId, environment: 'PROD', name: target.dataSource })
  if (dataSource === null)
    return unmeasured(new Refusal('DATA_SOURCE_MISSING', { name: target.dataSource ?? 'default' }))
  const measured = await runners.measure(dataSource, statements, signal)
  if (measured === null) return null
  const earlier = await earlierOf(db, run, rows)
  return {
    partition: text,
    results: rows.map((row, index) => {
      const { is, ...times } = measured[index]!
      const statement = statements[index]!
      if ('reason' in is) return failed(row, statement, is.reason, times)
      try {
        const verdict = judged(row.rule, is.value, earlier(row))
        return { ruleId: row.id, rule: row.rule, ...verdict, value: is.value, statement, reason: null, ...times }
      } catch (error) {
        const problem = (error as Error).message
        return failed(row, statement, new Refusal('QUALITY_INVALID', { path: 'checking.thresholds', problem }), times)
      }
    }),
  }
}

const failed = (
  { id: ruleId, rule }: Pick<QualityRuleRow, 'id' | 'rule'>,
  statement: string,
  { code, details }: Refusal,
  times: Pick<NewQualityResult, 'beganAt' | 'endedAt'>,
): NewQualityResult => ({
  ...{ ruleId, rule, status: 'Error', value: null, checked: null, comparisons: [], statement },
  ...{ reason: { code, details }, ...times },
})

/** As the parameters of an instance of that day would be. */
function partitionOf(run: QualityRunRow, value: string, timeZone: string): readonly PartitionPart[] | null {
  const { parameters } = resolveParameters([{ name: 'partition', value }], {
    bizdate: run.bizdate,
    cycleTime: localTime(run.cycle_at.getTime(), timeZone),
    today: localTime(Date.now(), timeZone).slice(0, 10),
    ...{ nodeId: run.node_id ?? 0, instanceId: run.instance_id ?? 0, dagId: 0 },
  })
  return readPartition(parameters[0]!.value)
}

/** What the rules were measured as for the business dates that they are compared with, the newest first. */
async function earlierOf(
  db: Database,
  run: QualityRunRow,
  rows: readonly { readonly id: number; readonly rule: QualityRule }[],
) {
  const wanted = rows.flatMap(({ id, rule }) =>
    [...new Set(rule.checking.daysBefore)].map((days) => ({ id, bizdate: dayBefore(run.bizdate, days) })),
  )
  const found =
    wanted.length === 0
      ? []
      : await earlierValues(
          db,
          wanted.map(({ id }) => id),
          wanted.map(({ bizdate }) => bizdate),
        )
  const byRule = Map.groupBy(found, (one) => one.rule_id)
  return ({ id }: { readonly id: number }) =>
    (byRule.get(id) ?? [])
      .map(({ bizdate, value }) => ({ bizdate, value }))
      .toSorted((a, b) => b.bizdate.localeCompare(a.bizdate))
}
