/** One row of the dialect's table: the published contract of an action and what it does here. */
import type { Platform } from '../platform.ts'
import type { Caller } from '../store/principals.ts'
import type { Action as Contract } from './schemas/action.ts'
import type { Bound } from './schemas/binding.ts'

export type ActionInput<C extends Contract> = {
  readonly platform: Platform
  readonly caller: Caller
  readonly parameters: Bound<C['parameters']>
}

export type Action = {
  readonly contract: Contract
  // biome-ignore lint/suspicious/noExplicitAny: the table holds actions of every contract; `action` checks each of them
  run(input: any): Promise<Readonly<Record<string, unknown>>>
}

/** `run` answers the response without its RequestId. */
export function action<C extends Contract, Response extends { readonly RequestId: string }>(
  contract: C,
  run: (input: ActionInput<C>) => Promise<Omit<Response, 'RequestId'>>,
): Action {
  return { contract, run: run as Action['run'] }
}
