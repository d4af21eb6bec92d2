/** Trials: operations that nobody asked for, which an extension under test is asked about. */
import type { Sql, Transaction } from './database.ts'

/** The version of an extension that is under test, with all that core's rule 2 asks for. */
export type VersionUnderTestRow = {
  id: number
  code: string
  owner_id: number
  number: number
  name: string
  points: string[]
  parameters: string
  test_workspace_id: number | null
  on_unanswered: 'block' | 'pass'
}

/** The version under test; null where none is, undefined where there is no such extension. */
export async function versionUnderTest(
  sql: Sql,
  tenantId: number,
  code: string,
): Promise<VersionUnderTestRow | null | undefined> {
  const [row] = await sql.rows<VersionUnderTestRow | (Partial<VersionUnderTestRow> & { number: null })>(
    `select e.id, e.code, e.owner_id, v.number, v.name, v.points, v.parameters, v.test_workspace_id, v.on_unanswered
     from extensions e
     left join lateral (select * from extension_versions where extension_id = e.id and status = 'testing' order by number desc limit 1) v on true
     where e.tenant_id = $1 and e.code = $2`,
    [tenantId, code],
  )
  return row?.number === null ? null : row
}

export type NewTrial = {
  readonly id: string
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly eventCode: string
  readonly requestedBy: number
  readonly name: string
  readonly snapshot: unknown
  readonly at: Date
  /** Until when it waits for the answer of its check; null where nobody is asked. */
  readonly heldUntil: Date | null
}

export async function insertTrial(tx: Transaction, trial: NewTrial): Promise<void> {
  await tx.rows(
    `insert into operations (id, tenant_id, workspace_id, event_code, state, status, requested_by, request_key, object_name, objects, snapshot,
       changes, requested_at, held_until, ended_at, trial)
     select i.*, case when held_until is null then requested_at end, true
     from (select $1::uuid, $2::bigint, $3::bigint, $4::text, case when $10::timestamptz is null then 'done' else 'held' end,
       case when $10::timestamptz is not null then 'CHECKING' end, $5::bigint, $6::text, $7::text, '[]'::jsonb, $8::jsonb, '[]'::jsonb,
       $9::timestamptz as requested_at, $10::timestamptz as held_until) i`,
    [
      trial.id,
      trial.tenantId,
      trial.workspaceId,
      trial.eventCode,
      trial.requestedBy,
      // No other trial is the same request.
      trial.id,
      trial.name,
      JSON.stringify(trial.snapshot),
      trial.at,
      trial.heldUntil,
    ],
  )
}

export async function insertTrialCheck(
  tx: Transaction,
  check: {
    readonly operationId: string
    readonly extensionId: number
    readonly version: number
    readonly onUnanswered: 'block' | 'pass'
    readonly manualPass: boolean
  },
): Promise<void> {
  await tx.rows(
    'insert into checks (operation_id, extension_id, version, on_unanswered, manual_pass) values ($1, $2, $3, $4, $5)',
    [check.operationId, check.extensionId, check.version, check.onUnanswered, check.manualPass],
  )
}

/** How many trials of the tenant wait for an answer. */
export async function countHeldTrials(sql: Sql, tenantId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from operations where tenant_id = $1 and trial and state = 'held'`,
    [tenantId],
  )
  return row!.count
}
