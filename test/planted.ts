// Runs with their instances, written directly: for what is tested of instances that are there, whoever has made them.
import { randomBytes } from 'node:crypto'
import type { Sql } from '../server/src/store/database.ts'
import { insertTenant, insertUser } from '../server/src/store/users.ts'
import { insertWorkspace } from '../server/src/store/workspaces.ts'

export type PlantedInstance = {
  /** Names of instances of this planting that it waits for. */
  readonly upstream?: readonly string[]
  /** False: it runs nothing. */
  readonly work?: boolean
  readonly frozen?: boolean
  readonly priority?: number
  readonly dueAt?: Date
  readonly taskType?: number
  /** Of its definition. */
  readonly definition?: Readonly<Record<string, unknown>>
}

export type PlantedDag = {
  readonly kind?: number
  readonly line?: number
  readonly position?: number
  /** False: its first instances await its turn. */
  readonly turn?: boolean
  readonly bizdate?: string
  readonly instances: Readonly<Record<string, PlantedInstance>>
}

export type Place = {
  readonly tenantId: number
  readonly workspaceId: number
  readonly userId: number
  readonly groupId: number
}

/** A tenant with a workspace, whose default resource group has so many slots. */
export async function place(sql: Sql, slots = 8): Promise<Place> {
  const word = `w${randomBytes(5).toString('hex')}`
  const tenantId = await insertTenant(sql, word)
  const user = await insertUser(sql, {
    tenantId,
    name: word,
    displayName: word,
    passwordHash: null,
    tenantRoles: ['account-owner'],
  })
  const workspace = await insertWorkspace(sql, {
    tenantId,
    identifier: word,
    name: word,
    description: '',
    mode: 'basic',
    createdBy: user.id,
  })
  const [group] = await sql.rows<{ id: number }>(
    'update resource_groups set slots = $2, allows_shell = true where tenant_id = $1 returning id',
    [tenantId, slots],
  )
  return { tenantId, workspaceId: workspace.id, userId: user.id, groupId: group!.id }
}

/** The ids of the instances by their names, and of the runs in their order. */
export async function plant(
  sql: Sql,
  at: Place,
  dags: readonly PlantedDag[],
  { backfill = false }: { readonly backfill?: boolean } = {},
): Promise<{
  readonly ids: Readonly<Record<string, number>>
  readonly dagIds: readonly number[]
  readonly backfillId: number | null
}> {
  const [made] = backfill
    ? await sql.rows<{ id: number }>(
        `insert into backfills (tenant_id, workspace_id, environment, name, mode, request, node_ids, state, created_by)
         values ($1, $2, 'PROD', 'planted', 'current', '{}', '{}', 'running', $3) returning id`,
        [at.tenantId, at.workspaceId, at.userId],
      )
    : []
  const backfillId = made?.id ?? null
  const ids: Record<string, number> = {}
  const dagIds: number[] = []
  for (const dag of dags) {
    const { kind = backfill ? 3 : 2, bizdate = '2026-01-01' } = dag
    const [row] = await sql.rows<{ id: number }>(
      `insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate, backfill_id, line, position, created_by)
       values ($1, $2, 'PROD', $3, 'planted', $4, $5, $6, $7, $8) returning id`,
      [at.tenantId, at.workspaceId, kind, bizdate, backfillId, dag.line ?? null, dag.position ?? null, at.userId],
    )
    dagIds.push(row!.id)
    for (const [name, one] of Object.entries(dag.instances)) {
      const { upstream = [], work = true, frozen = false, priority = 1, dueAt = new Date(0), taskType = 0 } = one
      const definition = {
        key: name,
        name,
        programType: work ? 'DIDE_SHELL' : 'VIRTUAL',
        script: null,
        parameters: [],
        inputs: upstream.map((output) => ({ output })),
        outputs: [{ output: name }],
        rerunMode: 'all-allowed',
        rerunTimes: 0,
        rerunIntervalMs: 0,
        timeoutSeconds: null,
        innerNodes: [],
        ...one.definition,
      }
      const awaitsTurn = dag.turn === false && !upstream.some((other) => other in dag.instances)
      const [instance] = await sql.rows<{ id: number }>(
        `with n as (insert into nodes (tenant_id, workspace_id, environment, name, program_type, recurrence, priority, is_root, definition)
           values ($1, $2, 'PROD', $3 || '_' || gen_random_uuid(), $4, 'normal', 1, false, $5) returning id, version, definition),
         v as (insert into node_versions (node_id, version, definition) select id, version, definition from n)
         insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, status,
           task_type, frozen, has_work, waiting_for, awaits_turn, priority, resource_group_id)
         select $1, $2, 'PROD', n.id, n.version, $6, $7, $8, 1, $9, $9, case when $10::int > 0 then 1 when $9 > now() then 2 else 3 end, $11, $12, $13, $10, $14,
           $15, $16 from n returning id`,
        [
          at.tenantId,
          at.workspaceId,
          name,
          definition.programType,
          JSON.stringify(definition),
          row!.id,
          kind,
          bizdate,
          dueAt,
          upstream.length + Number(awaitsTurn),
          taskType,
          frozen,
          work,
          awaitsTurn,
          priority,
          at.groupId,
        ],
      )
      ids[name] = instance!.id
      for (const other of upstream)
        await sql.rows('insert into instance_edges (from_id, to_id) values ($1, $2)', [ids[other], instance!.id])
    }
  }
  return { ids, dagIds, backfillId }
}

/** Instances of which not all holds that always holds: what they wait for is counted, and those that wait for something stand so. */
export async function unsettled(sql: Sql): Promise<Record<string, unknown>[]> {
  return await sql.rows(
    `select i.id, i.status, i.waiting_for, c.really from instances i cross join lateral (
       select (select count(*)::int from instance_edges e join instances u on u.id = e.from_id where e.to_id = i.id and u.status <> 6)
         + i.awaits_turn::int as really) c
     where i.waiting_for <> c.really or (i.status = 1) and i.waiting_for = 0 or i.status in (2, 3) and i.waiting_for > 0`,
  )
}

export async function statuses(sql: Sql, ids: Readonly<Record<string, number>>): Promise<Record<string, number>> {
  const rows = await sql.rows<{ id: number; status: number }>('select id, status from instances where id = any($1)', [
    Object.values(ids),
  ])
  const of = new Map(rows.map((row) => [row.id, row.status]))
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, of.get(id)!]))
}

export async function dagStatuses(sql: Sql, dagIds: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ status: number }>('select status from dags where id = any($1) order by id', [dagIds])
  return rows.map((row) => row.status)
}
