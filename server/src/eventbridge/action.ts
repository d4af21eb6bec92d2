/** One row of the dialect's table: an action, what it takes, who may, and what it does here. */
import type { Action as AccessAction } from '@holdpoint/core'
import { Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import type { Platform } from '../platform.ts'
import type { Caller } from '../store/principals.ts'

export type Action = {
  readonly name: string
  readonly access: AccessAction
  readonly takes: z.ZodType
  // biome-ignore lint/suspicious/noExplicitAny: the table holds actions of every shape; `action` checks each of them
  run(input: any): Promise<Readonly<Record<string, unknown>>>
}

/** `run` answers without what every answer has. */
export function action<Shape extends z.ZodType>(
  name: string,
  access: AccessAction,
  takes: Shape,
  run: (input: {
    readonly platform: Platform
    readonly caller: Caller
    readonly given: z.output<Shape>
  }) => Promise<Readonly<Record<string, unknown>>>,
): Action {
  return { name, access, takes, run }
}

/** What an action takes, or the first thing that is wrong with it. */
export function bound<Shape extends z.ZodType>(shape: Shape, given: unknown): z.output<Shape> {
  const read = shape.safeParse(given)
  if (read.success) return read.data
  const [{ path, message, code, input } = { path: [], message: '', code: 'custom', input: null }] = read.error.issues
  const parameter = path.join('.') || 'body'
  if (code === 'invalid_type' && input === undefined && lacks(given, path))
    throw new Refusal('PARAMETER_MISSING', { parameter })
  throw new Refusal('PARAMETER_INVALID', { parameter, problem: message })
}

function lacks(given: unknown, path: readonly PropertyKey[]): boolean {
  let at: unknown = given
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return true
    at = (at as Record<PropertyKey, unknown>)[step]
  }
  return at === null || at === undefined
}
