import type { Action } from '../action.ts'
import { callbackActions } from './callbacks.ts'
import { enabledExtensionActions } from './enabled-extensions.ts'
import { extensionActions } from './extensions.ts'
import { nodeActions } from './nodes.ts'
import { workspaceActions } from './workspaces.ts'

/** Every action of the DataWorks dialect that is answered here. */
export const ACTIONS: readonly Action[] = [
  ...callbackActions,
  ...extensionActions,
  ...enabledExtensionActions,
  ...nodeActions,
  ...workspaceActions,
]
