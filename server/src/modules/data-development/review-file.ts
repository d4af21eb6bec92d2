/** Rule 51: code reviews of committed versions. What they conclude is told, and holds nothing. */
import { contentOf, fileTypeOfBody, Refusal, type ReviewVerb, reviewStateAfter } from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { messageBody } from '../../openevent/publish.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Transaction } from '../../store/database.ts'
import * as reviews from '../../store/file-reviews.ts'
import { type FileRow, fileById, fileVersion } from '../../store/files.ts'
import { routesOf } from '../../store/openevent.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { currentTrace } from '../../watch/trace.ts'
import { localTime } from '../operation-center/cron-times.ts'

const MOST_COMMENTS = 1_000
type Platform = Pick<Gate, 'db' | 'publish' | 'live'> & { readonly timeZone: string }

const RESULTS = { approve: 'APPROVED', reject: 'REJECTED' } as const

/** Of the newest version where none is named. Answers its id. */
export async function askReview(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  asked: { readonly fileId: number; readonly version: number | undefined; readonly description: string },
): Promise<number> {
  return await platform.db.transaction(async (tx) => {
    const file = await fileIn(tx, workspace, asked.fileId)
    if (file.version === 0) throw new Refusal('FILE_NOT_COMMITTED', { files: file.name })
    const version = asked.version ?? file.version
    if ((await fileVersion(tx, file.id, version)) === null)
      throw new Refusal('NOT_FOUND', { thing: 'version', id: version })
    const id = await reviews.insertFileReview(tx, {
      tenantId: file.tenant_id,
      workspaceId: workspace.id,
      fileId: file.id,
      version,
      description: asked.description,
      requestedBy: caller.userId,
    })
    if (id === null) throw new Refusal('FILE_REVIEW_OPEN', { version })
    changed(platform, tx, caller, workspace, 'file-review.request', { id, on: file.name, version })
    return id
  })
}

/** As long as it is open; a line is one of the version that is reviewed. */
export async function commentReview(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  reviewId: number,
  comment: { readonly line: number | null; readonly text: string },
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const review = await locked(tx, workspace, reviewId)
    if (review.state !== 'open') throw new Refusal('FILE_REVIEW_ENDED', { state: review.state })
    if (comment.line !== null) {
      const version = await fileVersion(tx, review.file_id, review.version)
      const lines = contentOf(version!.body).split('\n').length
      if (comment.line > lines)
        throw new Refusal('REQUEST_INVALID', { problem: `body.line: the version has ${lines} lines` })
    }
    if ((await reviews.countFileReviewComments(tx, review.id)) >= MOST_COMMENTS)
      throw new Refusal('LIMIT_REACHED', { limit: MOST_COMMENTS, things: 'comments on a review' })
    await reviews.insertFileReviewComment(tx, { ...comment, reviewId: review.id, userId: caller.userId, at: tx.now })
    changed(platform, tx, caller, workspace, 'file-review.comment', { id: review.id, on: review.file_name })
  })
}

export async function concludeReview(
  platform: Platform,
  caller: Caller,
  workspace: WorkspaceRow,
  reviewId: number,
  { verb, comment }: { readonly verb: ReviewVerb; readonly comment: string },
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const review = await locked(tx, workspace, reviewId)
    const { state, requested_by: requestedBy, committed_by: committedBy } = review
    const after = reviewStateAfter(verb, { state, requestedBy, committedBy }, caller)
    await reviews.concludeFileReview(tx, review.id, { state: after, userId: caller.userId, comment, at: tx.now })
    changed(platform, tx, caller, workspace, `file-review.${verb}`, {
      id: review.id,
      on: review.file_name,
      version: review.version,
    })
    if (verb !== 'withdraw') await tell(platform, tx, caller, review, { reviewResult: RESULTS[verb], comment })
  })
}

/** The regular event `review-file`. */
async function tell(
  { publish, timeZone }: Platform,
  tx: Transaction,
  caller: Caller,
  review: reviews.FileReviewRow,
  { reviewResult, comment }: { readonly reviewResult: 'APPROVED' | 'REJECTED'; readonly comment: string },
): Promise<void> {
  const { tenant_id: tenantId, workspace_id: workspaceId } = review
  const file = (await fileById(tx, tenantId, review.file_id))!
  const version = (await fileVersion(tx, file.id, review.version))!
  publish(tx, {
    eventCode: 'review-file',
    tenantId,
    workspaceId,
    operationId: null,
    always: false,
    routes: await routesOf(tx, tenantId, workspaceId),
    trace: currentTrace(),
    requestedBy: caller.userId,
    body: messageBody('review-file', {
      tenantId,
      projectId: workspaceId,
      operator: String(caller.userId),
      fileId: file.id,
      fileName: version.name,
      fileType: fileTypeOfBody(version.body),
      fileOwner: String(file.owner_id ?? ''),
      fileCreateTime: localTime(file.created_at.getTime(), timeZone),
      nodeId: file.node_id,
      fileVersion: version.number,
      reviewResult,
      ...(comment !== '' && { comment }),
    }),
  })
}

async function fileIn(tx: Transaction, workspace: WorkspaceRow, id: number): Promise<FileRow> {
  const file = await fileById(tx, workspace.tenant_id, id)
  if (file?.workspace_id !== workspace.id || file.deleted_at !== null) throw new Refusal('FILE_NOT_FOUND', { id })
  return file
}

async function locked(tx: Transaction, workspace: WorkspaceRow, id: number): Promise<reviews.FileReviewRow> {
  const review = await reviews.lockFileReview(tx, workspace.id, id)
  if (review === null) throw new Refusal('NOT_FOUND', { thing: 'review', id })
  return review
}

function changed(
  { live }: Platform,
  tx: Transaction,
  { userId, tenantId }: Caller,
  { id: workspaceId }: WorkspaceRow,
  action: string,
  { id, ...details }: { readonly id: number; readonly on: string; readonly version?: number },
): void {
  writeAudit(tx, { tenantId, workspaceId, userId, action, object: String(id), details })
  tx.afterCommit(() => live.publish({ kind: 'file', tenantId, workspaceId, id: String(workspaceId) }))
}
