/** Data Integration in the older version of the API: tasks, which are files of the type DI and synchronisation jobs. */
import type { Action } from './action.ts'
import type { Parameter, Schema } from './binding.ts'

const PROJECT = { kind: 'int64', required: true, doc: 'Id of the workspace.' } as const satisfies Parameter
const UNREAD = { kind: 'string', maxLength: 1024, doc: 'Is not looked at.' } as const satisfies Parameter
const CONTENT = { kind: 'string', maxLength: 1_000_000 } as const satisfies Parameter

const ANY_TYPE = {
  kind: 'enum',
  values: ['DI_OFFLINE', 'DI_REALTIME', 'DI_SOLUTION'],
  required: true,
  doc: 'DI_OFFLINE: a file of the type DI. DI_REALTIME and DI_SOLUTION: a synchronisation job.',
} as const satisfies Parameter
const JOB_TYPE = {
  kind: 'enum',
  values: ['DI_REALTIME', 'DI_SOLUTION'],
  required: true,
  doc: 'Both are a synchronisation job.',
} as const satisfies Parameter

const ANY_TASK = {
  ProjectId: PROJECT,
  TaskType: ANY_TYPE,
  FileId: { kind: 'int64', required: true, doc: 'Id of the file or of the job, as TaskType says.' },
} as const satisfies Schema
const JOB = {
  ProjectId: PROJECT,
  TaskType: JOB_TYPE,
  FileId: { kind: 'int64', required: true, doc: 'Id of the job.' },
} as const satisfies Schema

/** `fail`: with the problem in `Message`, and nothing has been kept. */
export type TaskOutcome = { readonly Status: 'success' | 'fail'; readonly Message?: string }
export type TaskOutcomeResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: TaskOutcome
}

export const CREATE_DI_SYNC_TASK = {
  action: 'CreateDISyncTask',
  versions: ['2020-05-18'],
  doc: 'Makes a file of the type DI, or a synchronisation job. What is wrong with its content is answered as `Status` `fail`.',
  differs: 'a solution is `full`, or follows a change column where its content says `realtime`',
  parameters: {
    ProjectId: PROJECT,
    TaskType: ANY_TYPE,
    TaskName: { kind: 'string', maxLength: 128, doc: 'Its name; without it the one that the content has.' },
    TaskContent: {
      ...CONTENT,
      required: true,
      doc: 'JSON with a reader and a writer. A real-time one follows the reader’s changeColumn, else its splitPk.',
    },
    TaskParam: {
      kind: 'string',
      maxLength: 65_536,
      doc: 'JSON: FileFolderPath, where the file is; ResourceGroup, in which it runs.',
    },
    ClientToken: UNREAD,
  },
} as const satisfies Action

export type CreateDISyncTaskResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: TaskOutcome & { readonly FileId?: number }
}

export const UPDATE_DI_SYNC_TASK = {
  action: 'UpdateDISyncTask',
  versions: ['2020-05-18'],
  doc: 'Changes the content or the resource group of a file of the type DI, or of a job. What is wrong is answered as `Status` `fail`.',
  parameters: {
    ...ANY_TASK,
    TaskContent: { ...CONTENT, doc: 'As in CreateDISyncTask; without it what is there stays.' },
    TaskParam: { kind: 'string', maxLength: 65_536, doc: 'JSON: ResourceGroup.' },
  },
} as const satisfies Action

export type UpdateDISyncTaskResponse = TaskOutcomeResponse

export const GENERATE_DI_SYNC_TASK_CONFIG_FOR_CREATING = {
  action: 'GenerateDISyncTaskConfigForCreating',
  versions: ['2020-05-18'],
  doc: 'Makes the content that CreateDISyncTask takes; QueryDISyncTaskConfigProcessResult answers it for a day.',
  parameters: {
    ProjectId: PROJECT,
    TaskType: ANY_TYPE,
    TaskParam: { ...CONTENT, required: true, doc: 'JSON with the steps, as the content has them.' },
    ClientToken: UNREAD,
  },
} as const satisfies Action

export type GenerateDISyncTaskConfigForCreatingResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: TaskOutcome & {
    /** What QueryDISyncTaskConfigProcessResult is asked with. */
    readonly ProcessId: number
  }
}

export const GENERATE_DI_SYNC_TASK_CONFIG_FOR_UPDATING = {
  action: 'GenerateDISyncTaskConfigForUpdating',
  versions: ['2020-05-18'],
  doc: 'Makes the content that UpdateDISyncTask takes, from the one that is there and what TaskParam changes of its steps.',
  parameters: {
    ProjectId: PROJECT,
    TaskType: ANY_TYPE,
    TaskId: { kind: 'int64', required: true, doc: 'Id of the file or of the job, as TaskType says.' },
    TaskParam: { ...CONTENT, required: true, doc: 'JSON: of steps, by their category, the parameters that change.' },
    ClientToken: UNREAD,
  },
} as const satisfies Action

export type GenerateDISyncTaskConfigForUpdatingResponse = GenerateDISyncTaskConfigForCreatingResponse

export const QUERY_DI_SYNC_TASK_CONFIG_PROCESS_RESULT = {
  action: 'QueryDISyncTaskConfigProcessResult',
  versions: ['2020-05-18'],
  doc: 'Reads a content that was made within the last day.',
  parameters: {
    ProjectId: PROJECT,
    TaskType: ANY_TYPE,
    AsyncProcessId: { kind: 'int64', required: true, doc: 'The `ProcessId` that was answered.' },
  },
} as const satisfies Action

export type QueryDISyncTaskConfigProcessResultResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: TaskOutcome & { readonly TaskContent?: string }
}

export const GET_DI_SYNC_TASK = {
  action: 'GetDISyncTask',
  versions: ['2020-05-18'],
  doc: 'Reads a job as a content.',
  differs: 'without alarms; `SolutionDetail` of DI_SOLUTION has what there is',
  parameters: JOB,
} as const satisfies Action

export type GetDISyncTaskResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: TaskOutcome & {
    readonly Code: string
    readonly SolutionDetail?: {
      readonly Id: number
      readonly Name: string
      readonly ProjectId: number
      readonly CreatorName: string
      readonly ProcessContent: string
      readonly SourceType: string
      readonly Type: string
    }
  }
}

export const START_DI_SYNC_INSTANCE = {
  action: 'StartDISyncInstance',
  versions: ['2020-05-18'],
  doc: 'Starts a job. While it is held the answer is an error, like that of every held operation.',
  parameters: {
    ...JOB,
    StartParam: {
      kind: 'string',
      maxLength: 65_536,
      doc: 'JSON: startDateTime, yyyy-MM-dd HH:mm:ss, where it starts instead of where it ended the last time; timeZone, of that, UTC without it. The rest is not looked at.',
    },
  },
} as const satisfies Action

export type StartDISyncInstanceResponse = TaskOutcomeResponse

export const STOP_DI_SYNC_INSTANCE = {
  action: 'StopDISyncInstance',
  versions: ['2020-05-18'],
  doc: 'Stops a job that is under way.',
  parameters: JOB,
} as const satisfies Action

export type StopDISyncInstanceResponse = TaskOutcomeResponse

export const TERMINATE_DI_SYNC_INSTANCE = {
  action: 'TerminateDISyncInstance',
  versions: ['2020-05-18'],
  doc: 'Stops a job that is under way, as StopDISyncInstance does.',
  parameters: JOB,
} as const satisfies Action

export type TerminateDISyncInstanceResponse = TaskOutcomeResponse

export const GET_DI_SYNC_INSTANCE_INFO = {
  action: 'GetDISyncInstanceInfo',
  versions: ['2020-05-18'],
  doc: 'Reads how a job stands.',
  differs: 'a solution has no steps',
  parameters: JOB,
} as const satisfies Action

export type GetDISyncInstanceInfoResponse = {
  readonly RequestId: string
  readonly Success: true
  readonly Data: {
    readonly Name: string
    /** NORUN: never, or it has ended by itself. PAUSE: it was stopped. WAIT: for a slot. */
    readonly Status: 'NORUN' | 'WAIT' | 'RUN' | 'PAUSE'
    /** Why it has failed, or is being tried again. */
    readonly Message?: string
    readonly SolutionInfo?: {
      readonly Id: number
      readonly CreatorName: string
      readonly Status: string
      readonly StepDetail: readonly []
    }
  }
}

export const DEPLOY_DI_SYNC_TASK = {
  action: 'DeployDISyncTask',
  versions: ['2020-05-18'],
  doc: 'Jobs are in production as they are saved: answered for one that is there.',
  parameters: JOB,
} as const satisfies Action

export type DeployDISyncTaskResponse = TaskOutcomeResponse

export const DELETE_DI_SYNC_TASK = {
  action: 'DeleteDISyncTask',
  versions: ['2020-05-18'],
  doc: 'Deletes a job that is not under way, or asks for the deletion of a file, which may be held.',
  parameters: ANY_TASK,
} as const satisfies Action

export type DeleteDISyncTaskResponse = TaskOutcomeResponse
