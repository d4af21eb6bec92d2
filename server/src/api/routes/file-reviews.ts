/** Code reviews of committed versions. */
import { REVIEW_STATES, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { askReview, commentReview, concludeReview } from '../../modules/data-development/review-file.ts'
import * as reviews from '../../store/file-reviews.ts'
import {
  FileReviewConclusion,
  FileReviewDetail,
  FileReviewSummary,
  NewFileReview,
  NewFileReviewComment,
} from '../development-shapes.ts'
import { fileReviewDetailView, fileReviewView } from '../file-review-views.ts'
import { afterId, page, pageOf, pageQuery, type RouteInput, route } from '../route.ts'
import { workspaceParams } from './workspaces.ts'

const id = z.coerce.number().int().positive()
const reviewParams = workspaceParams.extend({ reviewId: id })

export const fileReviewRoutes = [
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/files/:fileId/reviews',
    access: 'file.review',
    tag: 'Code reviews',
    summary: 'Ask for a review of a committed version; one at a time',
    status: 201,
    params: workspaceParams.extend({ fileId: id }),
    body: NewFileReview,
    answer: FileReviewDetail,
    async run(input) {
      const { platform, caller, workspace, params, body } = input
      const { version, description } = body
      const reviewId = await askReview(platform, caller, workspace, { fileId: params.fileId, version, description })
      return await detail(input, reviewId)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/file-reviews',
    access: 'file.read',
    tag: 'Code reviews',
    summary: 'The reviews of a workspace, newest first',
    params: workspaceParams,
    query: pageQuery.extend({ fileId: id.optional(), state: z.enum(REVIEW_STATES).optional() }),
    answer: pageOf(FileReviewSummary),
    async run({ platform, caller, workspace, query }) {
      const rows = await reviews.fileReviewsOf(
        platform.db,
        { workspaceId: workspace.id, fileId: query.fileId, state: query.state },
        { before: query.cursor === undefined ? null : afterId(query.cursor), limit: query.limit + 1 },
      )
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => fileReviewView(caller, row),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/file-reviews/:reviewId',
    access: 'file.read',
    tag: 'Code reviews',
    summary: 'One review with its comments',
    params: reviewParams,
    answer: FileReviewDetail,
    run: (input) => detail(input, input.params.reviewId),
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/file-reviews/:reviewId/comments',
    access: 'file.review',
    tag: 'Code reviews',
    summary: 'Comment on the version, or on a line of it',
    status: 201,
    params: reviewParams,
    body: NewFileReviewComment,
    answer: FileReviewDetail,
    async run(input) {
      const { platform, caller, workspace, params, body } = input
      await commentReview(platform, caller, workspace, params.reviewId, body)
      return await detail(input, params.reviewId)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/file-reviews/:reviewId/conclusion',
    access: 'file.review',
    tag: 'Code reviews',
    summary: 'Approve or reject, which is told as review-file, or withdraw',
    params: reviewParams,
    body: FileReviewConclusion,
    answer: FileReviewDetail,
    async run(input) {
      const { platform, caller, workspace, params, body } = input
      await concludeReview(platform, caller, workspace, params.reviewId, body)
      return await detail(input, params.reviewId)
    },
  }),
]

async function detail(
  {
    platform,
    caller,
    workspace,
  }: Pick<RouteInput<z.ZodType, z.ZodType, z.ZodType>, 'platform' | 'caller' | 'workspace'>,
  reviewId: number,
) {
  const [row, comments] = await Promise.all([
    reviews.fileReviewById(platform.db, workspace.id, reviewId),
    reviews.fileReviewComments(platform.db, reviewId),
  ])
  if (row === null) throw new Refusal('NOT_FOUND', { thing: 'review', id: reviewId })
  return fileReviewDetailView(caller, row, comments)
}
