/** The history of an extension: who did what to which version of it, when and why, and what people say about it. */
import type { VersionField, VersionStatus } from '@holdpoint/core'
import type { Sql } from './database.ts'

export const HISTORY_STEPS = [
  'register',
  'change',
  'new-version',
  'submit',
  'withdraw',
  'approve',
  'reject',
  'publish',
  'supersede',
  'disable',
  'discard',
  'change-owner',
  'comment',
] as const
export type HistoryStep = (typeof HISTORY_STEPS)[number]

export type HistoryEntry = {
  readonly extensionId: number
  readonly version: number
  readonly step: HistoryStep
  readonly userId: number
  readonly from: VersionStatus | null
  readonly to: VersionStatus | null
  /** What of the content a change changed. */
  readonly fields?: readonly VersionField[]
  /** A reason, or a comment. */
  readonly note?: string
}

export async function insertHistory(sql: Sql, entry: HistoryEntry): Promise<void> {
  await sql.rows(
    `insert into extension_history (extension_id, version, step, user_id, from_status, to_status, fields, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      entry.extensionId,
      entry.version,
      entry.step,
      entry.userId,
      entry.from,
      entry.to,
      entry.fields ?? [],
      entry.note ?? '',
    ],
  )
}

export type HistoryRow = {
  id: number
  version: number
  step: HistoryStep
  user_id: number
  user_name: string
  from_status: VersionStatus | null
  to_status: VersionStatus | null
  fields: VersionField[]
  note: string
  at: Date
}

/** The newest first; of all versions where none is named. */
export async function historyOf(
  sql: Sql,
  extensionId: number,
  version: number | null,
  before: number,
  limit: number,
): Promise<HistoryRow[]> {
  return await sql.rows<HistoryRow>(
    `select h.id, h.version, h.step, h.user_id, u.display_name as user_name, h.from_status, h.to_status, h.fields, h.note, h.at
     from extension_history h join users u on u.id = h.user_id
     where h.extension_id = $1 and ($2::integer is null or h.version = $2) and h.id < $3 order by h.id desc limit $4`,
    [extensionId, version, before, limit],
  )
}
