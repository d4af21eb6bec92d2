/** What a runner is handed for an instance that has been started. */
import {
  DAG_KINDS,
  readParameterLine,
  resolveParameters,
  runnerKindOf,
  TABLE_PROGRAM_TYPE,
  type TableProgram,
} from '@holdpoint/core'
import type { Work } from '../../runners/runner.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import type { ClaimedRow } from '../../store/scheduling.ts'
import { localTime, zoneOf } from './cron-times.ts'

export type Prepared = {
  readonly work: Work
  /** What in its parameters looks like an expression and is none; it is handed over as it stands. */
  readonly unknown: readonly string[]
}

export async function workOf(sql: Sql, claimed: ClaimedRow, timeZone: string): Promise<Prepared> {
  const { definition: node } = claimed
  const zone = zoneOf(node.timezone, timeZone)
  const { parameters, unknown } = resolveParameters(
    claimed.parameters === null ? node.parameters : readParameterLine(claimed.parameters),
    {
      bizdate: claimed.bizdate,
      cycleTime: localTime(claimed.cycle_at.getTime(), zone),
      today: localTime(claimed.started_at.getTime(), zone).slice(0, 10),
      nodeId: claimed.node_id,
      instanceId: claimed.id,
      dagId: claimed.dag_id,
    },
  )
  const kind = runnerKindOf(node.programType)
  const table = tableOf(claimed)
  const dataSource =
    kind === 'sql' || kind === 'postgresql' || table !== null
      ? await dataSourceOfNode(sql, {
          workspaceId: claimed.workspace_id,
          environment: claimed.environment,
          name: node.dataSource?.name ?? null,
        })
      : null
  const work = {
    instanceId: claimed.id,
    runNumber: claimed.run_number,
    tenantId: claimed.tenant_id,
    workspaceId: claimed.workspace_id,
    environment: claimed.environment,
    node,
    parameters,
    dataSource,
    allowsShell: claimed.allows_shell,
    timeoutMs: node.timeoutSeconds === null ? null : node.timeoutSeconds * 1000,
    bizdate: claimed.bizdate,
    cycleAt: claimed.cycle_at,
    ...(table === null ? {} : { table }),
  }
  return { work, unknown }
}

/** What a submission is to change; a node that somebody has written is never one. */
function tableOf({ kind, definition }: ClaimedRow): TableProgram | null {
  if (DAG_KINDS[kind] !== 'temporary-workflow' || definition.programType !== TABLE_PROGRAM_TYPE) return null
  return JSON.parse(definition.script?.content ?? '') as TableProgram
}
