/** Code reviews as the native API answers them. */
import { may, Refusal, type ReviewVerb, reviewStateAfter } from '@holdpoint/core'
import type { z } from 'zod'
import type { FileReviewCommentRow, FileReviewRow } from '../store/file-reviews.ts'
import type { Caller } from '../store/principals.ts'
import type * as shapes from './development-shapes.ts'
import { person } from './views.ts'

const VERBS: readonly ReviewVerb[] = ['approve', 'reject', 'withdraw']

export function fileReviewView(caller: Caller, row: FileReviewRow): z.input<typeof shapes.FileReviewSummary> {
  const reviews = row.state === 'open' && may(caller, 'file.review', row.workspace_id)
  return {
    id: row.id,
    fileId: row.file_id,
    fileName: row.file_name,
    version: row.version,
    description: row.description,
    state: row.state,
    requestedBy: person(row.requested_by, row.requested_by_name),
    requestedAt: row.requested_at.toISOString(),
    concludedBy: row.concluded_by === null ? null : person(row.concluded_by, row.concluded_by_name ?? ''),
    concludedAt: row.concluded_at?.toISOString() ?? null,
    conclusion: row.conclusion,
    may: reviews ? [...VERBS.filter((verb) => couldBe(verb, row, caller)), 'comment'] : [],
  }
}

export function fileReviewDetailView(
  caller: Caller,
  row: FileReviewRow,
  comments: readonly FileReviewCommentRow[],
): z.input<typeof shapes.FileReviewDetail> {
  return {
    ...fileReviewView(caller, row),
    comments: comments.map((one) => ({
      id: one.id,
      line: one.line,
      text: one.text,
      by: person(one.user_id, one.user_name),
      at: one.at.toISOString(),
    })),
  }
}

function couldBe(verb: ReviewVerb, row: FileReviewRow, caller: Caller): boolean {
  const { state, requested_by: requestedBy, committed_by: committedBy } = row
  try {
    reviewStateAfter(verb, { state, requestedBy, committedBy }, caller)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}
