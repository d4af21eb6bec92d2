/** startDevelopmentRun: has something run on a data source outside the schedule, in the transaction of what asked for it. */
import { fileTypeOf, type NodeDefinition } from '@holdpoint/core'
import type { Transaction } from '../../store/database.ts'
import { insertDevelopmentRun } from '../../store/development-runs.ts'
import type { DevelopmentRunPlan } from './requests.ts'

/** Answers the instance. Nobody runs it again by hand: whatever is to run is asked for anew, and checked. */
export async function startDevelopmentRun(tx: Transaction, plan: DevelopmentRunPlan): Promise<number> {
  return await insertDevelopmentRun(tx, { ...plan, definition: runDefinition(plan) })
}

/** A node that waits for nothing and runs once. */
export const runDefinition = (
  plan: Pick<
    DevelopmentRunPlan,
    'name' | 'requestedBy' | 'programType' | 'content' | 'resourceGroup' | 'dataSourceName' | 'retries'
  >,
): NodeDefinition => ({
  key: plan.name,
  name: plan.name,
  owner: String(plan.requestedBy),
  description: '',
  programType: plan.programType,
  fileType: fileTypeOf(plan.programType),
  script: { path: null, language: null, content: plan.content },
  parameters: [],
  resourceGroup: plan.resourceGroup,
  dataSource: plan.dataSourceName === null ? null : { name: plan.dataSourceName, type: null },
  inputs: [],
  outputs: [],
  workflowKey: null,
  isRoot: false,
  trigger: 'manual',
  recurrence: 'normal',
  cron: null,
  cycle: null,
  startAt: null,
  endAt: null,
  timezone: null,
  // One whose replica is lost runs again only where it finds out by itself what has been done; one that fails stays so.
  rerunMode: plan.retries > 0 ? 'failure-allowed' : 'all-denied',
  rerunTimes: 0,
  rerunIntervalMs: 0,
  timeoutSeconds: null,
  priority: 1,
  instanceMode: 't+1',
  crossCycle: { self: false, children: false },
  innerNodes: [],
})
