/** Deployments: what somebody asked for at once on files. Times in milliseconds since 1970. */
import { type Action, PAGING, type Page, TIME } from './action.ts'
import type { Schema } from './binding.ts'
import { type Answered, PROJECT } from './development.ts'

const ONE = {
  ...PROJECT,
  DeploymentId: {
    kind: 'int64',
    required: true,
    doc: 'Id of the deployment, as SubmitFile, DeployFile and DeleteFile answer it.',
  },
} as const satisfies Schema

const MANY = {
  ...PROJECT,
  Keyword: { kind: 'string', maxLength: 256, doc: 'Only those whose name contains this text.' },
  Creator: { kind: 'string', maxLength: 128, doc: 'Only what the user with this id asked for.' },
  Executor: { kind: 'string', maxLength: 128, doc: 'The same: who asks for a deployment carries it out.' },
  Status: {
    kind: 'int32',
    values: [0, 1, 2, 6],
    doc: 'Only those under way (0), that succeeded (1) or failed (2); 6 matches none.',
  },
  EndCreateTime: { ...TIME, doc: 'Only those asked for until then.' },
  EndExecuteTime: { ...TIME, doc: 'Only those of which something took effect until then.' },
  ...PAGING,
} as const satisfies Schema

export const GET_DEPLOYMENT = {
  action: 'GetDeployment',
  versions: ['2020-05-18'],
  doc: 'Reads how a deployment stands, file by file.',
  parameters: ONE,
} as const satisfies Action

export const GET_DEPLOYMENT_PACKAGE = {
  action: 'GetDeploymentPackage',
  versions: ['2024-05-18'],
  doc: 'The same in the newer version.',
  parameters: ONE,
} as const satisfies Action

export type GetDeploymentResponse = Answered & {
  readonly Data: {
    readonly Deployment: {
      readonly Name: string
      /** 0: under way, 1: succeeded, 2: failed. */
      readonly Status: 0 | 1 | 2
      /** 7: a check has failed a file of it, 8: one is being checked. */
      readonly CheckingStatus?: 7 | 8
      readonly CreatorId: string
      readonly HandlerId: string
      readonly CreateTime: number
      /** When something of it took effect last. */
      readonly ExecuteTime?: number
      readonly ErrorMessage?: string
      /** 0: what is written, 1: development. */
      readonly FromEnvironment: 0 | 1
      /** 1: development, 2: production. */
      readonly ToEnvironment: 1 | 2
    }
    readonly DeployedItems: readonly {
      readonly FileId: number
      readonly FileVersion: number
      /** 0: not yet, 1: done, 2: failed, 6: a check has failed it. */
      readonly Status: 0 | 1 | 2 | 6
    }[]
  }
}

export const LIST_DEPLOYMENTS = {
  action: 'ListDeployments',
  versions: ['2020-05-18'],
  doc: 'Lists the deployments of a workspace, the newest first.',
  differs: 'commits and deletions stand among them',
  parameters: MANY,
} as const satisfies Action

export const LIST_DEPLOYMENT_PACKAGES = {
  action: 'ListDeploymentPackages',
  versions: ['2024-05-18'],
  doc: 'The same in the newer version.',
  differs: 'commits and deletions stand among them',
  parameters: MANY,
} as const satisfies Action

export type ListDeploymentsResponse = {
  readonly RequestId: string
  readonly Data: Page & {
    readonly Deployments: readonly {
      readonly Id: number
      readonly Name: string
      readonly Status: 0 | 1 | 2
      readonly Creator: string
      readonly Executor: string
      readonly CreateTime: number
      readonly ExecuteTime?: number
      readonly ErrorMessage?: string
    }[]
  }
}
