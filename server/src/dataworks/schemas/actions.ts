/** Every action whose parameters are described, by module. */
import type { Action } from './action.ts'
import * as deployments from './deployments.ts'
import * as diJobs from './di-jobs.ts'
import * as diSyncTasks from './di-sync-tasks.ts'
import * as extensions from './extensions.ts'
import * as files from './files.ts'
import * as folders from './folders.ts'
import * as instances from './instances.ts'
import * as members from './members.ts'
import * as operationCenter from './operation-center.ts'
import * as quality from './quality.ts'
import * as qualityRules from './quality-rules.ts'
import * as runs from './runs.ts'
import * as tables from './tables.ts'
import * as taskInstances from './task-instances.ts'
import * as tasks from './tasks.ts'
import * as workspaces from './workspaces.ts'

export const ACTIONS: readonly Action[] = [
  ...Object.values(extensions),
  ...Object.values(operationCenter),
  ...Object.values(instances),
  ...Object.values(runs),
  ...Object.values(tasks),
  ...Object.values(taskInstances),
  ...Object.values(files),
  ...Object.values(folders),
  ...Object.values(deployments),
  ...Object.values(tables),
  ...Object.values(diSyncTasks),
  ...Object.values(diJobs),
  ...Object.values(quality),
  ...Object.values(qualityRules),
  ...Object.values(workspaces),
  ...Object.values(members),
]
