/** One row of the dialect's table: the published contract of an action and what it does here. */
import type { Action as AccessAction } from '@holdpoint/core'
import type { Platform } from '../platform.ts'
import type { Caller, Entering } from '../store/principals.ts'
import type { Action as Contract } from './schemas/action.ts'
import type { Bound } from './schemas/binding.ts'

export type ActionInput<C extends Contract> = {
  readonly platform: Platform
  readonly caller: Caller
  readonly parameters: Bound<C['parameters']>
}

/** Before it is known whether the caller may enter: whatever is done passes the door within its own transaction. */
export type EarlyInput<C extends Contract> = Omit<ActionInput<C>, 'caller'> & { readonly entering: Entering }

/**
 * Rule 20: who may. An action of the table of access for the whole tenant is asked for before anything else; where only what is found, or named by a
 * parameter, says in which workspace, the action asks itself (`whereFound`); with `orItself` also whoever speaks for the extension that is named.
 * `own`: lists that show what each may read. `answer`: only who speaks for the extension.
 */
export type ActionAccess =
  | AccessAction
  | { readonly whereFound: AccessAction; readonly orItself?: true }
  | 'own'
  | 'answer'

export type Action = {
  readonly contract: Contract
  readonly access: ActionAccess
  /** Whether the caller passes the door within what it does. */
  readonly early: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the table holds actions of every contract; `action` checks each of them
  run(input: any): Promise<Readonly<Record<string, unknown>>>
}

/** `run` answers the response without its RequestId. */
export function action<C extends Contract, Response extends { readonly RequestId: string }>(
  contract: C,
  access: ActionAccess,
  run: (input: ActionInput<C>) => Promise<Omit<Response, 'RequestId'>>,
): Action {
  return { contract, access, early: false, run: run as Action['run'] }
}

/** For what comes often: it lets the caller in by itself, whatever it answers, and so asks itself what they may. */
export function earlyAction<C extends Contract, Response extends { readonly RequestId: string }>(
  contract: C,
  access: Exclude<ActionAccess, AccessAction>,
  run: (input: EarlyInput<C>) => Promise<Omit<Response, 'RequestId'>>,
): Action {
  return { contract, access, early: true, run: run as Action['run'] }
}
