/** How what was asked for on files stands. */
import {
  DEPLOYMENT_STATE_NUMBERS,
  type DeploymentState,
  fill,
  type ItemState,
  REFUSALS,
  Refusal,
} from '@holdpoint/core'
import type { Platform } from '../../platform.ts'
import {
  countDeployments,
  type DeploymentFilter,
  type DeploymentWithItems,
  deploymentsOf,
  deploymentWithItems,
} from '../../store/deployment-reading.ts'
import type { Caller } from '../../store/principals.ts'
import { action } from '../action.ts'
import { ANSWERED, projectFor } from '../development.ts'
import * as operating from '../operating.ts'
import type { Bound } from '../schemas/binding.ts'
import * as contracts from '../schemas/deployments.ts'

/** Not yet, done, failed, failed by a check. */
const ITEM_NUMBERS = {
  checking: 0,
  passed: 0,
  applying: 0,
  done: 1,
  refused: 6,
  withdrawn: 2,
  stale: 2,
  failed: 2,
  'left-out': 2,
} as const satisfies Record<ItemState, number>

const STATES: readonly DeploymentState[] = ['open', 'succeeded', 'failed']

export const deploymentActions = [
  action<typeof contracts.GET_DEPLOYMENT, contracts.GetDeploymentResponse>(
    contracts.GET_DEPLOYMENT,
    { whereFound: 'file.read' },
    ({ platform, caller, parameters }) => one(platform, caller, parameters),
  ),
  action<typeof contracts.GET_DEPLOYMENT_PACKAGE, contracts.GetDeploymentResponse>(
    contracts.GET_DEPLOYMENT_PACKAGE,
    { whereFound: 'file.read' },
    ({ platform, caller, parameters }) => one(platform, caller, parameters),
  ),
  action<typeof contracts.LIST_DEPLOYMENTS, contracts.ListDeploymentsResponse>(
    contracts.LIST_DEPLOYMENTS,
    { whereFound: 'file.read' },
    ({ platform, caller, parameters }) => many(platform, caller, parameters),
  ),
  action<typeof contracts.LIST_DEPLOYMENT_PACKAGES, contracts.ListDeploymentsResponse>(
    contracts.LIST_DEPLOYMENT_PACKAGES,
    { whereFound: 'file.read' },
    ({ platform, caller, parameters }) => many(platform, caller, parameters),
  ),
]

async function one(
  platform: Platform,
  caller: Caller,
  parameters: Bound<typeof contracts.GET_DEPLOYMENT.parameters>,
): Promise<Omit<contracts.GetDeploymentResponse, 'RequestId'>> {
  const workspace = await projectFor(platform, caller, parameters, 'file.read')
  const found = await deploymentWithItems(platform.db, parameters.DeploymentId)
  if (found?.deployment.workspace_id !== workspace.id)
    throw new Refusal('NOT_FOUND', { thing: 'deployment', id: parameters.DeploymentId })
  const { deployment, state, items } = found
  const checking = checkingStatusOf(items)
  const asker = String(deployment.created_by)
  return {
    ...ANSWERED,
    Data: {
      Deployment: {
        Name: deployment.name,
        Status: DEPLOYMENT_STATE_NUMBERS[state],
        ...(checking !== null && { CheckingStatus: checking }),
        CreatorId: asker,
        HandlerId: asker,
        CreateTime: deployment.created_at.getTime(),
        ...executeTime(items.map((item) => item.done_at)),
        ...(state === 'failed' && { ErrorMessage: problemOf(items) }),
        FromEnvironment: deployment.kind === 'deploy' ? 1 : 0,
        ToEnvironment: deployment.kind === 'deploy' || workspace.mode === 'basic' ? 2 : 1,
      },
      DeployedItems: items
        .filter((item) => item.inner_key === null)
        .map((item) => ({
          FileId: item.file_id,
          FileVersion: item.version,
          Status: items.some((part) => part.file_id === item.file_id && part.state === 'refused')
            ? 6
            : ITEM_NUMBERS[item.state],
        })),
    },
  }
}

async function many(
  platform: Platform,
  caller: Caller,
  parameters: Bound<typeof contracts.LIST_DEPLOYMENTS.parameters>,
): Promise<Omit<contracts.ListDeploymentsResponse, 'RequestId'>> {
  const { PageNumber, PageSize, Creator, Executor, Status } = parameters
  const workspace = await projectFor(platform, caller, parameters, 'file.read')
  const people = [Creator, Executor].flatMap((text) => (text === undefined ? [] : operating.userIdOf(text)))
  const filter: DeploymentFilter = {
    workspaceId: workspace.id,
    name: parameters.Keyword,
    // Nobody is two people.
    createdBy: new Set(people).size > 1 ? 0 : people[0],
    state: Status === undefined ? undefined : (STATES[Status] ?? null),
    createdUntilMs: parameters.EndCreateTime,
    doneUntilMs: parameters.EndExecuteTime,
  }
  const [rows, TotalCount] = await Promise.all([
    deploymentsOf(platform.db, filter, { before: null, limit: PageSize, offset: (PageNumber - 1) * PageSize }),
    countDeployments(platform.db, filter),
  ])
  return {
    Data: {
      PageNumber,
      PageSize,
      TotalCount,
      Deployments: rows.map(({ deployment, state, doneAt }) => ({
        Id: deployment.id,
        Name: deployment.name,
        Status: DEPLOYMENT_STATE_NUMBERS[state],
        Creator: String(deployment.created_by),
        Executor: String(deployment.created_by),
        CreateTime: deployment.created_at.getTime(),
        ...executeTime([doneAt]),
      })),
    },
  }
}

type Items = DeploymentWithItems['items']

/** A check that failed a file says more than one that is under way. */
function checkingStatusOf(items: Items): 7 | 8 | null {
  if (items.some(({ state }) => state === 'refused')) return 7
  return items.some(({ state, operation_state }) => state === 'checking' && operation_state === 'held') ? 8 : null
}

function executeTime(times: readonly (Date | null)[]): { readonly ExecuteTime?: number } {
  const last = Math.max(...times.map((at) => at?.getTime() ?? 0), 0)
  return last > 0 ? { ExecuteTime: last } : {}
}

/** Why the first that failed did. */
function problemOf(items: Items): string {
  const failed = items.find(({ state }) => state !== 'done' && state !== 'left-out' && state !== 'passed')
  const why = failed?.reason ?? failed?.operation_why?.[0]
  const sentence = why === undefined || why === null ? '' : fill(REFUSALS[why.code].sentence, why.details)
  return failed === undefined ? '' : `${failed.name}: ${failed.state}${sentence && `. ${sentence}`}`
}
