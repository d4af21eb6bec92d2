/** One row of the dialect's table: the published contract of an action and what it does here. */
import type { Platform } from '../platform.ts'
import type { Caller, Entering } from '../store/principals.ts'
import type { Action as Contract } from './schemas/action.ts'
import type { Bound } from './schemas/binding.ts'

export type ActionInput<C extends Contract> = {
  readonly platform: Platform
  readonly caller: Caller
  readonly parameters: Bound<C['parameters']>
}

/** Before it is known whether the caller may enter; it may read meanwhile what is the caller's tenant's, and must not do anything. */
export type EarlyInput<C extends Contract> = Omit<ActionInput<C>, 'caller'> & { readonly entering: Entering }

export type Action = {
  readonly contract: Contract
  /** Whether it is run while the caller is still at the door. */
  readonly early: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the table holds actions of every contract; `action` checks each of them
  run(input: any): Promise<Readonly<Record<string, unknown>>>
}

/** `run` answers the response without its RequestId. */
export function action<C extends Contract, Response extends { readonly RequestId: string }>(
  contract: C,
  run: (input: ActionInput<C>) => Promise<Omit<Response, 'RequestId'>>,
): Action {
  return { contract, early: false, run: run as Action['run'] }
}

/** For what comes often: it waits for the caller by itself. */
export function earlyAction<C extends Contract, Response extends { readonly RequestId: string }>(
  contract: C,
  run: (input: EarlyInput<C>) => Promise<Omit<Response, 'RequestId'>>,
): Action {
  return { contract, early: true, run: run as Action['run'] }
}
