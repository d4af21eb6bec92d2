/** Every start of a program: when, how it ended, and what it wrote. */
import type { RefusalCode, RefusalDetails } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'

export type RunReason = { readonly code: RefusalCode; readonly details: RefusalDetails }

export type EndedRun = {
  readonly id: number
  readonly runNumber: number
  /** 5 or 6. */
  readonly status: number
  readonly reason: RunReason | null
}

export function endRuns(tx: Transaction, runs: readonly EndedRun[]): void {
  tx.send(
    `update instance_runs r set finished_at = now(), status = e.status, reason = e.reason
     from unnest($1::bigint[], $2::int[], $3::smallint[], $4::jsonb[]) as e(id, run_number, status, reason)
     where r.instance_id = e.id and r.run_number = e.run_number and r.finished_at is null`,
    [
      runs.map((run) => run.id),
      runs.map((run) => run.runNumber),
      runs.map((run) => run.status),
      runs.map((run) => (run.reason === null ? null : JSON.stringify(run.reason))),
    ],
  )
}

export type LogPart = {
  readonly id: number
  readonly runNumber: number
  readonly part: number
  readonly text: string
}

/** Written once, however often it is tried. */
export async function appendLogs(sql: Sql, parts: readonly LogPart[]): Promise<void> {
  await sql.rows(
    `insert into instance_logs (instance_id, run_number, part, text)
     select * from unnest($1::bigint[], $2::int[], $3::int[], $4::text[]) on conflict do nothing`,
    [
      parts.map((one) => one.id),
      parts.map((one) => one.runNumber),
      parts.map((one) => one.part),
      parts.map((one) => one.text),
    ],
  )
}
