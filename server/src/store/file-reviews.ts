/** Code reviews of committed versions, and what was written on them. */
import type { ReviewState } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type FileReviewRow = {
  id: number
  tenant_id: number
  workspace_id: number
  file_id: number
  file_name: string
  version: number
  /** Of the version. */
  committed_by: number | null
  description: string
  state: ReviewState
  requested_by: number
  requested_by_name: string
  requested_at: Date
  concluded_by: number | null
  concluded_by_name: string | null
  concluded_at: Date | null
  conclusion: string
}

const LISTED = `select r.*, f.name as file_name, v.committed_by, a.name as requested_by_name, c.name as concluded_by_name
  from file_reviews r
  join files f on f.id = r.file_id
  join file_versions v on v.file_id = r.file_id and v.number = r.version
  join users a on a.id = r.requested_by
  left join users c on c.id = r.concluded_by`

export type FileReviewFilter = {
  readonly workspaceId: number
  readonly fileId?: number | undefined
  readonly state?: ReviewState | undefined
}

/** Newest first. */
export async function fileReviewsOf(
  sql: Sql,
  filter: FileReviewFilter,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<FileReviewRow[]> {
  return await sql.rows<FileReviewRow>(
    `${LISTED} where r.workspace_id = $1 and ($2::bigint is null or r.file_id = $2) and ($3::text is null or r.state = $3)
       and ($4::bigint is null or r.id < $4)
     order by r.id desc limit $5`,
    [filter.workspaceId, filter.fileId ?? null, filter.state ?? null, before, limit],
  )
}

export async function fileReviewById(sql: Sql, workspaceId: number, id: number): Promise<FileReviewRow | null> {
  const [row] = await sql.rows<FileReviewRow>(`${LISTED} where r.workspace_id = $1 and r.id = $2`, [workspaceId, id])
  return row ?? null
}

/** The same, and nobody else concludes it or comments on it meanwhile. */
export async function lockFileReview(sql: Sql, workspaceId: number, id: number): Promise<FileReviewRow | null> {
  await sql.rows('select from file_reviews where workspace_id = $1 and id = $2 for update', [workspaceId, id])
  return await fileReviewById(sql, workspaceId, id)
}

/** Null where one of this version is open. */
export async function insertFileReview(
  sql: Sql,
  given: {
    readonly tenantId: number
    readonly workspaceId: number
    readonly fileId: number
    readonly version: number
    readonly description: string
    readonly requestedBy: number
  },
): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into file_reviews (tenant_id, workspace_id, file_id, version, description, requested_by) values ($1, $2, $3, $4, $5, $6)
     on conflict (file_id, version) where state = 'open' do nothing returning id`,
    [given.tenantId, given.workspaceId, given.fileId, given.version, given.description, given.requestedBy],
  )
  return row?.id ?? null
}

export async function concludeFileReview(
  sql: Sql,
  id: number,
  end: { readonly state: ReviewState; readonly userId: number; readonly comment: string; readonly at: Date },
): Promise<void> {
  await sql.rows(
    'update file_reviews set state = $2, concluded_by = $3, conclusion = $4, concluded_at = $5 where id = $1',
    [id, end.state, end.userId, end.comment, end.at],
  )
}

export type FileReviewCommentRow = {
  id: number
  line: number | null
  text: string
  user_id: number
  user_name: string
  at: Date
}

export async function fileReviewComments(sql: Sql, reviewId: number): Promise<FileReviewCommentRow[]> {
  return await sql.rows<FileReviewCommentRow>(
    `select c.id, c.line, c.text, c.user_id, u.name as user_name, c.at from file_review_comments c join users u on u.id = c.user_id
     where c.review_id = $1 order by c.id`,
    [reviewId],
  )
}

export async function countFileReviewComments(sql: Sql, reviewId: number): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    'select count(*) as count from file_review_comments where review_id = $1',
    [reviewId],
  )
  return row!.count
}

export async function insertFileReviewComment(
  sql: Sql,
  given: {
    readonly reviewId: number
    readonly line: number | null
    readonly text: string
    readonly userId: number
    readonly at: Date
  },
): Promise<void> {
  await sql.rows('insert into file_review_comments (review_id, line, text, user_id, at) values ($1, $2, $3, $4, $5)', [
    given.reviewId,
    given.line,
    given.text,
    given.userId,
    given.at,
  ])
}
