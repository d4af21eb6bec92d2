/** What a runner is handed for an instance that has been started. */
import {
  DAG_KINDS,
  MAX_NAMED_RESOURCES,
  Refusal,
  readParameterLine,
  readTaskContent,
  resolveParameters,
  resourcesNamedIn,
  runnerKindOf,
  SYNC_PROGRAM_TYPE,
  type SyncProgram,
  TABLE_PROGRAM_TYPE,
  type TableProgram,
} from '@holdpoint/core'
import { substituted } from '../../runners/parameters.ts'
import type { SyncWork, Work } from '../../runners/runner.ts'
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
  const sync = syncOf(claimed, parameters)
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
    ...(sync === null ? {} : { sync: await placesOf(sql, claimed, sync) }),
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

/** Rule 52: what a DI node says, with its parameters, or what a job was when it was started; a node of the latter's type that somebody has written is none. */
function syncOf({ kind, definition }: ClaimedRow, parameters: Work['parameters']): SyncProgram | null {
  const content = definition.script?.content ?? ''
  if (DAG_KINDS[kind] === 'temporary-workflow' && definition.programType === SYNC_PROGRAM_TYPE)
    return JSON.parse(content) as SyncProgram
  if (runnerKindOf(definition.programType) !== 'sync') return null
  // Values stand in texts of its JSON.
  const written = parameters.map(({ name, value }) => ({ name, value: JSON.stringify(value).slice(1, -1) }))
  return { sync: readTaskContent(substituted(content, written)), ledger: null }
}

async function placesOf(sql: Sql, claimed: ClaimedRow, program: SyncProgram): Promise<SyncWork> {
  const find = async (name: string | null) => {
    const { workspace_id: workspaceId, environment } = claimed
    const found = await dataSourceOfNode(sql, { workspaceId, environment, name })
    if (found === null) throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
    return found
  }
  const { source, target } = program.sync
  return { ...program, source: await find(source.dataSource), target: await find(target.dataSource) }
}
