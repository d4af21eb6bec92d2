/** Data Integration in the older version of the dialect. A task is a file of the type DI or a job, as its type says. */
import { contentOf, emptyNode, type FileBody, Refusal, type RefusalCode } from '@holdpoint/core'
import { workspaceFor } from '../../access.ts'
import { askDeployment } from '../../modules/data-development/ask-deployment.ts'
import { createFile, saveFile } from '../../modules/data-development/write-file.ts'
import { stateOfJob } from '../../modules/data-integration/job-state.ts'
import { askStart, placesOf } from '../../modules/data-integration/start-jobs.ts'
import { stopJob } from '../../modules/data-integration/stop-job.ts'
import { createJob, deleteJob, saveJob } from '../../modules/data-integration/write-job.ts'
import { instantOf, zoneOf } from '../../modules/operation-center/cron-times.ts'
import type { Platform } from '../../platform.ts'
import { type ListedSyncJobRow, listedSyncJob } from '../../store/sync-jobs.ts'
import * as configs from '../../store/sync-task-configs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { action } from '../action.ts'
import { fileFor, folderAt } from '../development.ts'
import * as operating from '../operating.ts'
import * as contracts from '../schemas/di-sync-tasks.ts'
import * as tasks from '../sync-tasks.ts'

const DI_FILE_TYPE = 23
/** Kept at the same time, of a tenant. */
const MOST_CONFIGS = 10_000
const DONE = { Success: true, Data: { Status: 'success' } } as const
const STATUSES = {
  'never-run': 'NORUN',
  waiting: 'WAIT',
  running: 'RUN',
  retrying: 'RUN',
  succeeded: 'NORUN',
  stopped: 'PAUSE',
  failed: 'NORUN',
} as const

export const diSyncTaskActions = [
  action<typeof contracts.CREATE_DI_SYNC_TASK, contracts.CreateDISyncTaskResponse>(
    contracts.CREATE_DI_SYNC_TASK,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters }) => {
      const { TaskType, TaskContent: content, TaskName, TaskParam, ProjectId } = parameters
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      return await answered(async () => {
        const definition = tasks.syncOfContent(TaskType, content)
        const name = TaskName ?? tasks.nameInContent(content)
        if (name === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'TaskName' })
        const { folder, resourceGroup = null } = tasks.taskParam(TaskParam)
        const ownerId = caller.userId
        if (TaskType !== 'DI_OFFLINE') {
          const job = { name, description: '', ownerId, definition, resourceGroup }
          return { FileId: (await createJob(platform, caller, workspace, job)).id }
        }
        const folderId = folder === undefined ? null : ((await folderAt(platform, workspace, folder))?.id ?? null)
        const body = bodyWith(emptyBody(), content, resourceGroup)
        return { FileId: (await createFile(platform, caller, workspace, { name, folderId, ownerId, body })).id }
      })
    },
  ),

  action<typeof contracts.UPDATE_DI_SYNC_TASK, contracts.UpdateDISyncTaskResponse>(
    contracts.UPDATE_DI_SYNC_TASK,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters }) => {
      const { TaskType, TaskContent: content, TaskParam, FileId, ProjectId } = parameters
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      if (TaskType !== 'DI_OFFLINE') await jobFor(platform, workspace, FileId)
      const file = TaskType === 'DI_OFFLINE' ? await diFileFor(platform, workspace, FileId) : null
      return await answered(async () => {
        const { resourceGroup } = tasks.taskParam(TaskParam)
        const definition = content === undefined ? undefined : tasks.syncOfContent(TaskType, content)
        if (file === null) {
          await saveJob(platform, caller, workspace, {
            ...{ jobId: FileId, revision: null },
            ...(definition !== undefined && { definition }),
            ...(resourceGroup !== undefined && { resourceGroup }),
          })
          return {}
        }
        const body = bodyWith(file.body, content ?? contentOf(file.body), resourceGroup ?? null)
        await saveFile(platform, caller, workspace, { fileId: file.id, revision: file.revision, body })
        return {}
      })
    },
  ),

  action<
    typeof contracts.GENERATE_DI_SYNC_TASK_CONFIG_FOR_CREATING,
    contracts.GenerateDISyncTaskConfigForCreatingResponse
  >(
    contracts.GENERATE_DI_SYNC_TASK_CONFIG_FOR_CREATING,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters: { TaskType, TaskParam, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      return await generated(platform, workspace, TaskType, async () => tasks.contentOfParam(TaskType, TaskParam))
    },
  ),

  action<
    typeof contracts.GENERATE_DI_SYNC_TASK_CONFIG_FOR_UPDATING,
    contracts.GenerateDISyncTaskConfigForUpdatingResponse
  >(
    contracts.GENERATE_DI_SYNC_TASK_CONFIG_FOR_UPDATING,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters: { TaskType, TaskParam, TaskId, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      const before =
        TaskType === 'DI_OFFLINE'
          ? contentOf((await diFileFor(platform, workspace, TaskId)).body)
          : await contentOfJob(platform, workspace, await jobFor(platform, workspace, TaskId))
      return await generated(platform, workspace, TaskType, async () => tasks.contentWith(before, TaskParam))
    },
  ),

  action<
    typeof contracts.QUERY_DI_SYNC_TASK_CONFIG_PROCESS_RESULT,
    contracts.QueryDISyncTaskConfigProcessResultResponse
  >(
    contracts.QUERY_DI_SYNC_TASK_CONFIG_PROCESS_RESULT,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters: { TaskType, AsyncProcessId: id, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      const row = await configs.taskConfigById(platform.db, workspace.id, id)
      if (row === null || row.task_type !== TaskType) throw new Refusal('NOT_FOUND', { thing: 'process', id })
      return {
        Success: true,
        Data:
          row.content === null
            ? { Status: 'fail', Message: row.problem ?? '' }
            : { Status: 'success', TaskContent: row.content },
      }
    },
  ),

  action<typeof contracts.GET_DI_SYNC_TASK, contracts.GetDISyncTaskResponse>(
    contracts.GET_DI_SYNC_TASK,
    { whereFound: 'sync.read' },
    async ({ platform, caller, parameters: { TaskType, FileId, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.read')
      const row = await jobFor(platform, workspace, FileId)
      const Code = await contentOfJob(platform, workspace, row)
      const { source, target } = await placesOf(platform.db, workspace.id, row.definition)
      const SolutionDetail = {
        ...{ Id: row.id, Name: row.name, ProjectId, CreatorName: row.owner_name ?? '', ProcessContent: Code },
        ...{ SourceType: source.kind, Type: target.kind },
      }
      return {
        Success: true,
        Data: { Status: 'success', Code, ...(TaskType === 'DI_SOLUTION' && { SolutionDetail }) },
      }
    },
  ),

  action<typeof contracts.START_DI_SYNC_INSTANCE, contracts.StartDISyncInstanceResponse>(
    contracts.START_DI_SYNC_INSTANCE,
    { whereFound: 'sync.operate' },
    async ({ platform, caller, parameters: { FileId, ProjectId, StartParam } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.operate')
      const startAt = startAtOf(StartParam)
      operating.ensureDone(await askStart(platform, caller, workspace, { jobIds: [FileId], isBatch: false, startAt }))
      return DONE
    },
  ),

  ...[contracts.STOP_DI_SYNC_INSTANCE, contracts.TERMINATE_DI_SYNC_INSTANCE].map((contract) =>
    action<typeof contract, contracts.StopDISyncInstanceResponse>(
      contract,
      { whereFound: 'sync.operate' },
      async ({ platform, caller, parameters: { FileId, ProjectId } }) => {
        const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.operate')
        await stopJob(platform, caller, workspace, FileId)
        return DONE
      },
    ),
  ),

  action<typeof contracts.GET_DI_SYNC_INSTANCE_INFO, contracts.GetDISyncInstanceInfoResponse>(
    contracts.GET_DI_SYNC_INSTANCE_INFO,
    { whereFound: 'sync.read' },
    async ({ platform, caller, parameters: { TaskType, FileId, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.read')
      const row = await jobFor(platform, workspace, FileId)
      const Status = STATUSES[stateOfJob(row)]
      const reason = row.run && (row.run.retries > 0 ? row.run.retrying_reason : row.run.reason)
      const SolutionInfo = {
        ...{ Id: row.id, CreatorName: row.owner_name ?? '', Status: Status.toLowerCase(), StepDetail: [] as const },
      }
      return {
        Success: true,
        Data: {
          ...{ Name: row.name, Status },
          ...(reason && { Message: tasks.sentenceOf(reason) }),
          ...(TaskType === 'DI_SOLUTION' && { SolutionInfo }),
        },
      }
    },
  ),

  action<typeof contracts.DEPLOY_DI_SYNC_TASK, contracts.DeployDISyncTaskResponse>(
    contracts.DEPLOY_DI_SYNC_TASK,
    { whereFound: 'sync.operate' },
    async ({ platform, caller, parameters: { FileId, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, 'sync.operate')
      await jobFor(platform, workspace, FileId)
      return DONE
    },
  ),

  action<typeof contracts.DELETE_DI_SYNC_TASK, contracts.DeleteDISyncTaskResponse>(
    contracts.DELETE_DI_SYNC_TASK,
    { whereFound: 'sync.write' },
    async ({ platform, caller, parameters: { TaskType, FileId, ProjectId } }) => {
      const workspace = await workspaceFor(platform.db, caller, ProjectId, rightOf(TaskType))
      if (TaskType === 'DI_OFFLINE') {
        const { id } = await diFileFor(platform, workspace, FileId)
        const files = [{ fileId: id }]
        const asked = await askDeployment(platform, caller, workspace, { kind: 'delete', files, comment: '' })
        await operating.ensureDeployed(platform, asked.id)
      } else await deleteJob(platform, caller, workspace, FileId)
      return DONE
    },
  ),
]

/** A file is written as files are. */
const rightOf = (taskType: tasks.TaskType) => (taskType === 'DI_OFFLINE' ? 'file.write' : 'sync.write')

/** What is wrong with what was given, the vendor answers with status 200; who may not, and what is not there, is an error. */
async function answered<More>(work: () => Promise<More>) {
  try {
    return { Success: true as const, Data: { Status: 'success' as const, ...(await work()) } }
  } catch (error) {
    if (!(error instanceof Refusal) || OUTSIDE.includes(error.code)) throw error
    return { Success: true as const, Data: { Status: 'fail' as const, Message: error.message } }
  }
}
const OUTSIDE: readonly RefusalCode[] = ['FORBIDDEN', 'SYNC_JOB_NOT_FOUND', 'FILE_NOT_FOUND']

/** Kept for who asks for it next, with what is wrong with it instead. */
async function generated(
  { db }: Platform,
  workspace: WorkspaceRow,
  taskType: tasks.TaskType,
  work: () => Promise<string>,
) {
  if ((await configs.countTaskConfigs(db, workspace.tenant_id)) >= MOST_CONFIGS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_CONFIGS, things: 'contents that were made within a day' })
  const made = await answered(async () => {
    const content = await work()
    tasks.syncOfContent(taskType, content)
    return { content }
  })
  const { Status } = made.Data
  const problem = 'Message' in made.Data ? made.Data.Message : null
  const ProcessId = await configs.insertTaskConfig(db, {
    ...{ tenantId: workspace.tenant_id, workspaceId: workspace.id, taskType, problem },
    content: 'content' in made.Data ? made.Data.content : null,
  })
  return { Success: true as const, Data: { Status, ProcessId, ...(problem !== null && { Message: problem }) } }
}

const emptyBody = (): FileBody => ({
  kind: 'node',
  parsing: { on: false, inputs: [], outputs: [], ignored: [] },
  definition: { ...emptyNode('DI'), fileType: DI_FILE_TYPE },
})

function bodyWith(body: FileBody, content: string, resourceGroup: string | null): FileBody {
  if (body.kind !== 'node') return body
  const { definition } = body
  const script = { ...(definition.script ?? { path: null, language: null }), content }
  return { ...body, definition: { ...definition, script, resourceGroup: resourceGroup ?? definition.resourceGroup } }
}

async function diFileFor(platform: Platform, workspace: WorkspaceRow, id: number) {
  const file = await fileFor(platform, workspace, { FileId: id })
  if (file.body.kind !== 'node' || file.body.definition.fileType !== DI_FILE_TYPE)
    throw new Refusal('FILE_NOT_FOUND', { id })
  return file
}

async function jobFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<ListedSyncJobRow> {
  const row = await listedSyncJob(db, workspace.id, id)
  if (row === null) throw new Refusal('SYNC_JOB_NOT_FOUND', { id })
  return row
}

async function contentOfJob({ db }: Platform, workspace: WorkspaceRow, row: ListedSyncJobRow): Promise<string> {
  return tasks.contentOfSync(row.name, row.definition, await placesOf(db, workspace.id, row.definition))
}

/** In UTC, as positions are. */
function startAtOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const refuse = (problem: string) => new Refusal('PARAMETER_INVALID', { parameter: 'StartParam', problem })
  let given: { readonly startDateTime?: unknown; readonly timeZone?: unknown }
  try {
    given = JSON.parse(text)
  } catch {
    throw refuse('it is not valid JSON')
  }
  const { startDateTime, timeZone = 'UTC' } = given ?? {}
  if (startDateTime === undefined || startDateTime === '') return null
  const [, day, hour, minute, second] =
    /^(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)$/.exec(typeof startDateTime === 'string' ? startDateTime : '') ?? []
  if (day === undefined || Number.isNaN(Date.parse(`${day}T${hour}:${minute}:${second}Z`)))
    throw refuse('startDateTime must be yyyy-MM-dd HH:mm:ss')
  if (typeof timeZone !== 'string' || zoneOf(timeZone, '') === '') throw refuse('timeZone is not known')
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second)
  return new Date(instantOf(day, seconds, timeZone)).toISOString().slice(0, 19).replace('T', ' ')
}
