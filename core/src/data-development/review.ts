/** A code review of a committed version: somebody asks, others comment, one who did not ask approves or rejects. It stops nothing by itself. */
import type { Principal } from '../access.ts'
import { Refusal } from '../refusal.ts'

export const REVIEW_STATES = ['open', 'approved', 'rejected', 'withdrawn'] as const
export type ReviewState = (typeof REVIEW_STATES)[number]
export type ReviewVerb = 'approve' | 'reject' | 'withdraw'

const AFTER = { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' } as const satisfies Record<
  ReviewVerb,
  ReviewState
>

/** Rule 51: an open review is concluded once, by somebody else than who asked for it or committed the version; who asked may withdraw it. */
export function reviewStateAfter(
  verb: ReviewVerb,
  review: { readonly state: ReviewState; readonly requestedBy: number; readonly committedBy: number | null },
  { userId }: Pick<Principal, 'userId'>,
): ReviewState {
  if (review.state !== 'open') throw new Refusal('FILE_REVIEW_ENDED', { state: review.state })
  const isOwn = review.requestedBy === userId
  if (verb === 'withdraw' ? !isOwn : isOwn || review.committedBy === userId)
    throw new Refusal(verb === 'withdraw' ? 'FILE_REVIEW_OTHERS' : 'FILE_REVIEW_OWN')
  return AFTER[verb]
}
