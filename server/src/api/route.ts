/** One row of the native API's table of routes: what it takes, what it answers, and what it does. */
import { type Action, Refusal } from '@holdpoint/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Platform } from '../platform.ts'
import type { Caller } from '../store/principals.ts'
import type { WorkspaceRow } from '../store/workspaces.ts'

type Shape = z.ZodType

/**
 * Rule 20: who may. An action of the table of access is asked for before anything else of the request is read: in the workspace that the path
 * names, else in the tenant. Where only what is found says in which workspace, the route asks itself (`whereFound`). `own`: every user, for what is
 * theirs, and lists that show what each may read. `anyone`: no sign-in is needed.
 */
export type Access = Action | { readonly whereFound: Action } | 'own' | 'anyone'

export type RouteInput<P extends Shape, Q extends Shape, B extends Shape> = {
  readonly platform: Platform
  readonly caller: Caller
  /** The workspace that the path names, where it names one. */
  readonly workspace: WorkspaceRow
  readonly params: z.output<P>
  readonly query: z.output<Q>
  readonly body: z.output<B>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Under /api/v1. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** The status of success; 200 unless said otherwise. `run` may answer another of `alsoAnswers`. */
  readonly status: 200 | 201 | 204
  readonly alsoAnswers?: Readonly<Record<number, string>>
  readonly access: Access
  readonly params: Shape
  readonly query: Shape
  readonly body: Shape
  readonly answer: Shape
  // biome-ignore lint/suspicious/noExplicitAny: the table holds routes of every shape; `route` checks each of them
  run(input: any): Promise<unknown>
}

const nothing = z.object({})

type Written<P extends Shape, Q extends Shape, B extends Shape, A extends Shape> = {
  method: Route['method']
  path: string
  tag: string
  summary: string
  status?: Route['status']
  alsoAnswers?: Route['alsoAnswers']
  access: Access
  params?: P
  query?: Q
  body?: B
  answer?: A
  run(input: RouteInput<P, Q, B>): Promise<z.input<A>>
}

export function route<
  P extends Shape = typeof nothing,
  Q extends Shape = typeof nothing,
  B extends Shape = z.ZodUndefined,
  A extends Shape = z.ZodVoid,
>(written: Written<P, Q, B, A>): Route {
  return {
    status: 200,
    params: nothing,
    query: nothing,
    body: z.undefined(),
    answer: z.void(),
    ...written,
  }
}

/** A page of things: `nextCursor` goes into the next request's `cursor`, null after the last page. */
export const pageOf = <A extends Shape>(item: A) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
})

/** Cuts a page out of rows that were read with one row more than the limit. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
  itemOf: (row: Row) => Item,
) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(itemOf), nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}

/** Reads a cursor that is the id after which to go on. */
export function afterId(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  if (!/^\d{1,16}$/.test(cursor)) throw cursorRefusal()
  return Number(cursor)
}

/** A cursor is what an answer gave as `nextCursor`; starting over with any other would answer the first page again and again. */
export function cursorRefusal(): Refusal {
  return new Refusal('REQUEST_INVALID', { problem: 'query.cursor: is none that an answer has given' })
}
