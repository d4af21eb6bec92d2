import type { Action } from '../action.ts'
import { callbackActions } from './callbacks.ts'
import { dagActions } from './dags.ts'
import { deploymentActions } from './deployments.ts'
import { diJobActions } from './di-jobs.ts'
import { diSyncTaskActions } from './di-sync-tasks.ts'
import { enabledExtensionActions } from './enabled-extensions.ts'
import { extensionActions } from './extensions.ts'
import { fileActions } from './files.ts'
import { folderActions } from './folders.ts'
import { instanceActions } from './instances.ts'
import { memberActions } from './members.ts'
import { nodeActions } from './nodes.ts'
import { qualityActions } from './quality.ts'
import { qualityRuleActions } from './quality-rules.ts'
import { runActions } from './runs.ts'
import { tableActions } from './tables.ts'
import { taskInstanceActions } from './task-instances.ts'
import { taskActions } from './tasks.ts'
import { workspaceActions } from './workspaces.ts'

/** Every action of the DataWorks dialect that is answered here. */
export const ACTIONS: readonly Action[] = [
  ...callbackActions,
  ...extensionActions,
  ...enabledExtensionActions,
  ...nodeActions,
  ...instanceActions,
  ...dagActions,
  ...runActions,
  ...taskActions,
  ...taskInstanceActions,
  ...fileActions,
  ...folderActions,
  ...deploymentActions,
  ...tableActions,
  ...diSyncTaskActions,
  ...diJobActions,
  ...qualityActions,
  ...qualityRuleActions,
  ...workspaceActions,
  ...memberActions,
]
