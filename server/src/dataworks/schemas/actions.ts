/** Every action whose parameters are described, by module. */
import type { Action } from './action.ts'
import * as extensions from './extensions.ts'
import * as operationCenter from './operation-center.ts'
import * as workspaces from './workspaces.ts'

export const ACTIONS: readonly Action[] = [
  ...Object.values(extensions),
  ...Object.values(operationCenter),
  ...Object.values(workspaces),
]
