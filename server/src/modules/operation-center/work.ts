/** What a runner is handed for an instance that has been started. */
import {
  DAG_KINDS,
  MAX_NAMED_RESOURCES,
  Refusal,
  readParameterLine,
  resolveParameters,
  resourcesNamedIn,
  runnerKindOf,
  TABLE_PROGRAM_TYPE,
  type TableProgram,
} from '@holdpoint/core'
import type { Work } from '../../runners/runner.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import { resourcesByName } from '../../store/files.ts'
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
    ...(kind === 'shell' || kind === 'python' ? { resources: await resourcesOf(sql, claimed) } : {}),
    ...(table === null ? {} : { table }),
  }
  return { work, unknown }
}

/** What the program names of its workspace. What is not there, or not deployed, keeps it from starting. */
async function resourcesOf(sql: Sql, { workspace_id: workspaceId, environment, definition }: ClaimedRow) {
  const names = resourcesNamedIn(definition.script?.content ?? '')
  if (names.length === 0) return []
  if (names.length > MAX_NAMED_RESOURCES) throw notRun(`it names more than ${MAX_NAMED_RESOURCES} resources`)
  const found = new Map((await resourcesByName(sql, { workspaceId, environment, names })).map((one) => [one.name, one]))
  return names.map((name) => {
    const body = found.get(name)?.body
    if (body === undefined)
      throw notRun(`there is no resource ${name} ${environment === 'PROD' ? 'deployed' : 'committed'}`)
    const base64 = body.encoding === 'base64' ? body.content : Buffer.from(body.content).toString('base64')
    return { name, base64 }
  })
}

const notRun = (problem: string) => new Refusal('PROGRAM_NOT_RUN', { problem })

/** What a submission is to change; a node that somebody has written is never one. */
function tableOf({ kind, definition }: ClaimedRow): TableProgram | null {
  if (DAG_KINDS[kind] !== 'temporary-workflow' || definition.programType !== TABLE_PROGRAM_TYPE) return null
  return JSON.parse(definition.script?.content ?? '') as TableProgram
}
