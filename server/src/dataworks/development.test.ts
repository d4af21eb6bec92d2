// Data Development through the dialect: from an empty file to a node of production, held where somebody watches, and what is refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callBack,
  dialect,
  type Extension,
  PATIENCE,
  type Person,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

type Parameters = Readonly<Record<string, string | number>>
// biome-ignore lint/suspicious/noExplicitAny: answers as they come over the wire
type Body = Record<string, any>

let world: World
let tenant: Tenant
let owner: Person
let watched: Workspace
let extension: Extension
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
  watched = await tenant.workspace()
  extension = await tenant.extension({
    points: ['commit-file', 'deploy-file', 'delete-file', 'commit-table'],
    enabledIn: [watched],
  })
})
afterAll(() => world?.stop())

const call = async (action: string, parameters: Parameters, version?: string, person = owner): Promise<Body> => {
  const { status, body } = await dialect(world.server, person, action, parameters, version)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}
const refused = async (action: string, parameters: Parameters, version?: string, person = owner): Promise<string> => {
  const { status, body } = await dialect(world.server, person, action, parameters, version)
  return status === 200 ? 'answered' : (body.Code as string)
}
let count = 0
const fresh = (word = 'file') => `${word}_${++count}`
const newFile = async ({ id: ProjectId }: Workspace, more: Parameters = {}): Promise<number> =>
  (await call('CreateFile', { ProjectId, FileName: fresh(), FileType: 10, Content: 'select 1', ...more })).Data
const fileOf = async ({ id: ProjectId }: Workspace, FileId: number) =>
  (await call('GetFile', { ProjectId, FileId })).Data as Body
const standing = async ({ id: ProjectId }: Workspace, DeploymentId: number) =>
  (await call('GetDeployment', { ProjectId, DeploymentId })).Data as Body
const submit = async ({ id: ProjectId }: Workspace, FileId: number) =>
  (await call('SubmitFile', { ProjectId, FileId })).Data
const deploy = async ({ id: ProjectId }: Workspace, FileId: number) =>
  (await call('DeployFile', { ProjectId, FileId })).Data
/** The message that asks about an item of the deployment. */
async function messageOf(deploymentId: number): Promise<string> {
  const [row] = await world.db.rows<{ id: string }>(
    'select m.id from messages m join deployment_items i on i.operation_id = m.operation_id where i.deployment_id = $1',
    [deploymentId],
  )
  return row!.id
}
const answer = (messageId: string, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, messageId, result, 'UpdateIDEEventResult')

describe('a file', () => {
  let free: Workspace
  beforeAll(async () => {
    free = await tenant.workspace()
  })

  test('is created with all that is said of it, and read back so', async () => {
    const upstream = await newFile(free, { OutputList: 'shop.raw' })
    const { NodeId } = (await fileOf(free, upstream)).File
    const id = await newFile(free, {
      Content: 'select * from orders',
      FileDescription: 'the day',
      FileFolderPath: 'reports/daily/',
      CreateFolderIfNotExists: 'true',
      ParaValue: 'day=$[yyyymmdd-1] region=cn',
      CronExpress: '00 30 02 * * ?',
      CycleType: 'DAY',
      StartEffectDate: Date.parse('2026-01-01T00:00:00Z'),
      AutoRerunTimes: 3,
      AutoRerunIntervalMillis: 60_000,
      RerunMode: 'FAILURE_ALLOWED',
      Timeout: 2,
      AutoParsing: 'false',
      InputList: 'shop.raw, shop.dim',
      OutputList: 'shop.daily',
      DependentType: 'USER_DEFINE_AND_SELF',
      DependentNodeIdList: String(NodeId),
      SchedulerType: 'SKIP',
      ApplyScheduleImmediately: 'true',
    })
    const { File, NodeConfiguration } = await fileOf(free, id)
    expect(File).toMatchObject({
      FileId: id,
      FileType: 10,
      Content: 'select * from orders',
      FileDescription: 'the day',
      UseType: 'SKIP',
      Owner: String(owner.id),
      AutoParsing: false,
      CommitStatus: 0,
      CurrentVersion: 0,
      DeletedStatus: 'NORMAL',
    })
    expect(NodeConfiguration).toMatchObject({
      SchedulerType: 'SKIP',
      Stop: false,
      CronExpress: '00 30 02 * * ?',
      CycleType: 'DAY',
      StartEffectDate: Date.parse('2026-01-01T00:00:00Z'),
      ApplyScheduleImmediately: 'true',
      AutoRerunTimes: 3,
      AutoRerunIntervalMillis: 60_000,
      RerunMode: 'FAILURE_ALLOWED',
      Timeout: 2,
      ParaValue: 'day=$[yyyymmdd-1] region=cn',
      DependentType: 'USER_DEFINE',
      InputList: [
        { Input: 'shop.raw', ParseType: 'MANUAL' },
        { Input: 'shop.dim', ParseType: 'MANUAL' },
      ],
      OutputList: [{ Output: 'shop.daily' }],
    })
    expect((await call('GetFolder', { ProjectId: free.id, FolderPath: 'reports/daily' })).Data.FolderId).toBe(
      File.FileFolderId,
    )
  })

  test('is changed in what is given, and what is not given stays', async () => {
    const id = await newFile(free, { CronExpress: '00 30 02 * * ?', ParaValue: 'a=1', InputList: 'shop.x' })
    await call('UpdateFile', { ProjectId: free.id, FileId: id, Content: 'select 2', Stop: 'true', FileName: 'renamed' })
    const { File, NodeConfiguration } = await fileOf(free, id)
    expect([File.Content, File.FileName]).toEqual(['select 2', 'renamed'])
    expect(NodeConfiguration).toMatchObject({
      Stop: true,
      SchedulerType: 'PAUSE',
      ParaValue: 'a=1',
      CronExpress: '00 30 02 * * ?',
      InputList: [{ Input: 'shop.x' }],
    })
    const name = { ProjectIdentifier: free.identifier, ExactFileName: 'renamed' }
    expect((await call('ListFiles', name)).Data).toMatchObject({ TotalCount: 1, Files: [{ FileId: id }] })
  })

  test('is a resource or a function by its type, and has no schedule then', async () => {
    const resource = await newFile(free, { FileType: 12, FileName: 'lib.py', Content: 'x = 1' })
    expect(await fileOf(free, resource)).toMatchObject({ File: { FileType: 12, Content: 'x = 1' } })
    expect(await fileOf(free, resource)).not.toHaveProperty('NodeConfiguration')
    const code = await refused('UpdateFile', { ProjectId: free.id, FileId: resource, CronExpress: '00 30 02 * * ?' })
    expect(code).toBe('InvalidCronExpress')
    expect(await refused('CreateFile', { ProjectId: free.id, FileName: 'x', FileType: 5 })).toBe('InvalidFileType')
  })

  test('is listed by everything that lists are narrowed to', async () => {
    const place = await tenant.workspace()
    const other = await tenant.person([], { [place.id]: ['developer'] })
    const sql = await newFile(place, { FileName: 'orders_daily', FileFolderPath: 'a', CreateFolderIfNotExists: 'true' })
    const shell = await newFile(place, { FileName: 'orders_copy', FileType: 6, SchedulerType: 'MANUAL' })
    const resource = await newFile(place, { FileName: 'orders.py', FileType: 12, Owner: other.id })
    await submit(place, shell)
    const nodeId = (await fileOf(place, sql)).File.NodeId
    const list = async (more: Parameters) =>
      (await call('ListFiles', { ProjectId: place.id, ...more })).Data.Files.map((one: Body) => one.FileId)
    expect(await list({})).toEqual([sql, shell, resource])
    expect(await list({ Keyword: 'DAILY' })).toEqual([sql])
    expect(await list({ FileTypes: '6,12' })).toEqual([shell, resource])
    expect(await list({ FileIdIn: `${sql},${resource}` })).toEqual([sql, resource])
    expect(await list({ FileFolderPath: 'a' })).toEqual([sql])
    expect(await list({ FileFolderPath: '/' })).toEqual([shell, resource])
    expect(await list({ NodeId: nodeId })).toEqual([sql])
    expect(await list({ Owner: other.id })).toEqual([resource])
    expect(await list({ LastEditUser: owner.id })).toEqual([sql, shell, resource])
    expect(await list({ UseType: 'MANUAL' })).toEqual([shell])
    expect(await list({ UseType: 'NORMAL' })).toEqual([sql, resource])
    expect(await list({ UseType: 'ADHOCQUERY' })).toEqual([])
    expect(await list({ CommitStatus: 1 })).toEqual([shell])
    expect(await list({ CommitStatus: 0 })).toEqual([sql, resource])
    expect(await list({ PageSize: 1, PageNumber: 2 })).toEqual([shell])
    const whole = await call('ListFiles', {
      ...{ ProjectId: place.id, PageSize: 1, NeedContent: 'true', NeedAbsoluteFolderPath: 'true' },
    })
    expect(whole.Data).toMatchObject({ TotalCount: 3, Files: [{ Content: 'select 1', AbsoluteFolderPath: 'a' }] })
  })

  test('refuses what is wrong by its parameter', async () => {
    const { id: ProjectId } = free
    const asked = (more: Parameters) => refused('CreateFile', { ProjectId, FileName: fresh(), FileType: 10, ...more })
    expect(await asked({ CronExpress: '00 30 02 * * ?', CycleType: 'NOT_DAY' })).toBe('InvalidCycleType')
    expect(await asked({ CronExpress: 'often' })).toBe('Invalid.File.Content')
    expect(await asked({ FileFolderPath: 'nowhere' })).toBe('NotFound.folder')
    expect(await asked({ DependentType: 'USER_DEFINE' })).toBe('MissingDependentNodeIdList')
    expect(await asked({ DependentNodeIdList: '1', DependentType: 'USER_DEFINE' })).toBe('Invalid.Wkbench.NodeNotExist')
    expect(await asked({ AdvancedSettings: '{"a":1}' })).toBe('InvalidAdvancedSettings')
    expect(await asked({ Owner: '1' })).toBe('NotFound.user')
    expect(await refused('CreateFile', { FileName: 'x', FileType: 10 })).toBe('MissingProjectId')
    expect(await refused('GetFile', { ProjectId })).toBe('MissingFileId')
    expect(await refused('GetFile', { ProjectId, FileId: 1 })).toBe('Invalid.File.NotExist')
    expect(await refused('SubmitFile', { ProjectId, FileId: 1, SkipAllDeployFileExtensions: 'true' })).toBe(
      'InvalidSkipAllDeployFileExtensions',
    )
  })
})

describe('Rule 16: what is asked for on files is answered as asked for, and how it stands as it stands', () => {
  test('a commit waits for its check, is let pass and published, and is a node then', async () => {
    const FileId = await newFile(watched)
    const committing = await submit(watched, FileId)
    expect(await standing(watched, committing)).toMatchObject({
      Deployment: { Status: 0, CheckingStatus: 8, FromEnvironment: 0, ToEnvironment: 1, CreatorId: String(owner.id) },
      DeployedItems: [{ FileId, FileVersion: 1, Status: 0 }],
    })
    // Asking again is asking for the same.
    expect(await submit(watched, FileId)).toBe(committing)
    const MessageId = await messageOf(committing)
    const detail = await call('GetIDEEventDetail', { MessageId, ProjectId: watched.id }, undefined, extension.author)
    expect(detail.EventDetail.CommittedFile).toMatchObject({ FileId, Content: 'select 1', ChangeType: 'CREATE' })
    await answer(MessageId, 'OK')
    const done = await standing(watched, committing)
    expect(done).toMatchObject({ Deployment: { Status: 1, ExecuteTime: expect.any(Number) } })
    expect(done.Deployment).not.toHaveProperty('CheckingStatus')

    const deploying = await deploy(watched, FileId)
    expect((await standing(watched, deploying)).Deployment).toMatchObject({ CheckingStatus: 8, ToEnvironment: 2 })
    const { NodeId } = (await fileOf(watched, FileId)).File
    expect(await refused('GetNode', { NodeId, ProjectEnv: 'PROD' })).toBe('Invalid.Wkbench.NodeNotExist')
    await answer(await messageOf(deploying), 'OK')
    expect((await call('GetNode', { NodeId, ProjectEnv: 'PROD' })).Data.ProjectId).toBe(watched.id)
    const versions = await call('ListFileVersions', { ProjectId: watched.id, FileId })
    expect(versions.Data).toMatchObject({
      TotalCount: 1,
      FileVersions: [{ FileVersion: 1, Status: 'DEPLOYED', IsCurrentProd: true, ChangeType: 'CREATE' }],
    })
  })

  test('a commit that a check fails has failed, and there is no version', async () => {
    const FileId = await newFile(watched)
    const committing = await submit(watched, FileId)
    await answer(await messageOf(committing), 'FAIL')
    expect(await standing(watched, committing)).toMatchObject({
      Deployment: { Status: 2, CheckingStatus: 7, ErrorMessage: expect.stringContaining('refused') },
      DeployedItems: [{ Status: 6 }],
    })
    expect((await fileOf(watched, FileId)).File).toMatchObject({ CurrentVersion: 0, CommitStatus: 0 })
    const { id: ProjectId } = watched
    const list = async (more: Parameters) =>
      (await call('ListDeployments', { ProjectId, PageSize: 100, ...more })).Data.Deployments.map((one: Body) => one.Id)
    expect(await list({ Status: 2 })).toContain(committing)
    expect(await list({ Status: 1 })).not.toContain(committing)
    expect(await list({ Status: 6 })).toEqual([])
    expect(await list({ Creator: '1' })).toEqual([])
    expect(await list({ Creator: owner.id, Executor: owner.id })).toContain(committing)
    expect(await list({ EndCreateTime: 1 })).toEqual([])
    const newer = await call('ListDeploymentPackages', { ProjectId, PageSize: 1 }, '2024-05-18')
    expect(newer.Data.Deployments).toHaveLength(1)
    expect(newer.Data.TotalCount).toBeGreaterThan(1)
  })

  test('a deletion waits too, and the file is in the recycle bin after it', async () => {
    const FileId = await newFile(watched)
    const { DeploymentId } = await call('DeleteFile', { ProjectId: watched.id, FileId })
    expect((await fileOf(watched, FileId)).File.DeletedStatus).toBe('NORMAL')
    await answer(await messageOf(DeploymentId), 'OK')
    expect((await fileOf(watched, FileId)).File.DeletedStatus).toBe('RECYCLE_BIN')
  })

  test('what cannot be is refused with the code that says so', async () => {
    const { id: ProjectId } = await tenant.workspace()
    const FileId = await newFile({ id: ProjectId, identifier: '' })
    expect(await refused('DeployFile', { ProjectId, FileId })).toBe('Invalid.File.NotCommitted')
    await call('SubmitFile', { ProjectId, FileId })
    expect(await refused('SubmitFile', { ProjectId, FileId })).toBe('Invalid.File.Unchanged')
    await call('DeployFile', { ProjectId, FileId })
    expect(await refused('DeployFile', { ProjectId, FileId })).toBe('Invalid.File.Deployed')
    await call('UpdateFile', { ProjectId, FileId, InputList: 'nobody.makes_this' })
    await call('SubmitFile', { ProjectId, FileId })
    expect(await refused('DeployFile', { ProjectId, FileId })).toBe('Invalid.File.DependencyNotDeployed')
    await call('UpdateFile', { ProjectId, FileId, Content: 'select * from (' })
    expect(await refused('SubmitFile', { ProjectId, FileId })).toBe('Invalid.File.Sql')
    expect(await refused('GetDeployment', { ProjectId, DeploymentId: 1 })).toBe('NotFound.deployment')
  })
})

test('folders are made with those around them, renamed, listed level by level, and deleted when they are empty', async () => {
  const { id: ProjectId } = await tenant.workspace()
  const { Data: FolderId } = await call('CreateFolder', { ProjectId, FolderPath: '/a/b/c/' })
  await call('CreateFolder', { ProjectId, FolderPath: 'a/d' })
  const paths = async (ParentFolderPath: string) =>
    (await call('ListFolders', { ProjectId, ParentFolderPath, PageNumber: 1, PageSize: 10 })).Data.Folders.map(
      (one: Body) => one.FolderPath,
    )
  expect(await paths('/')).toEqual(['a'])
  expect(await paths('a')).toEqual(['a/b', 'a/d'])
  await call('UpdateFolder', { ProjectId, FolderId, FolderName: 'e' })
  expect((await call('GetFolder', { ProjectId, FolderId })).Data).toEqual({ FolderId, FolderPath: 'a/b/e' })
  const { FolderId: above } = (await call('GetFolder', { ProjectId, FolderPath: 'a/b' })).Data
  expect(await refused('DeleteFolder', { ProjectId, FolderId: above })).toBe('Invalid.Folder.NotEmpty')
  await call('DeleteFolder', { ProjectId, FolderId })
  expect(await refused('GetFolder', { ProjectId, FolderId })).toBe('NotFound.folder')
  expect(await paths('a/b')).toEqual([])
})

describe('a table', () => {
  const columns = (...given: readonly (readonly [string, string, boolean?])[]) =>
    Object.fromEntries(
      given.flatMap(([name, type, isPartition = false], at) => [
        [`Columns.${at + 1}.ColumnName`, name],
        [`Columns.${at + 1}.ColumnType`, type],
        [`Columns.${at + 1}.IsPartitionCol`, String(isPartition)],
      ]),
    )
  const ends = async (TaskId: string): Promise<Body> => {
    let found: Body = {}
    await expect
      .poll(async () => {
        found = (await call('GetDDLJobStatus', { TaskId })).Data
        return found.Status
      }, PATIENCE)
      .not.toBe('operating')
    return found
  }

  test('is designed and submitted to development, then to production, and changed', async () => {
    const { id: ProjectId } = await tenant.workspace()
    const table = { ProjectId, TableName: 'orders', Comment: 'all', LifeCycle: 30 }
    const design = columns(['dt', 'string', true], ['id', 'BIGINT'], ['amount', 'decimal(18, 2)'])
    expect(await refused('CreateTable', { ...table, ...design, EnvType: 1 })).toBe('Invalid.Table.NotInDevelopment')
    const created = (await call('CreateTable', { ...table, ...design, EnvType: 0 })).TaskInfo
    expect(created.Status).toBe('operating')
    expect(await ends(created.TaskId)).toMatchObject({ Status: 'success', Content: 'success' })
    const published = (await call('CreateTable', { ...table, ...design, EnvType: 1 })).TaskInfo
    expect(await ends(published.TaskId)).toMatchObject({ Status: 'success' })
    expect(await refused('CreateTable', { ...table, ...columns(['id', 'bigint']) })).toMatch(/NameTaken|Conflict/)

    const less = columns(['id', 'bigint'], ['dt', 'string', true])
    expect(await refused('UpdateTable', { ...table, ...less })).toBe('Invalid.Table.LosesData')
    const more = columns(['id', 'bigint'], ['amount', 'decimal(18,2)'], ['paid', 'boolean'], ['dt', 'string', true])
    const changed = (await call('UpdateTable', { ...table, ...more })).TaskInfo
    expect(await ends(changed.TaskId)).toMatchObject({ Status: 'success' })
    expect(await refused('UpdateTable', { ...table, ...more })).toBe('Invalid.Table.Unchanged')
    expect(await refused('UpdateTable', { ...table, TableName: 'nobody' })).toBe('Invalid.Table.NotExist')
  })

  test('is under way while it is checked, and has failed where the check fails', async () => {
    const table = { AppGuid: `odps.${watched.identifier}`, TableName: fresh('table'), ...columns(['id', 'bigint']) }
    const { TaskInfo } = await call('CreateTable', table)
    expect(TaskInfo).toMatchObject({ Status: 'operating', Content: 'checking' })
    const [row] = await world.db.rows<{ id: string }>('select id from messages where operation_id = $1', [
      TaskInfo.TaskId,
    ])
    await answer(row!.id, 'FAIL')
    expect((await call('GetDDLJobStatus', { TaskId: TaskInfo.TaskId })).Data.Status).toBe('failure')
  })
})

describe('Rule 48: a task of production that is changed beyond its recurrence', () => {
  const task = async (Id: number) => (await call('GetTask', { Id }, '2024-05-18')).Task as Body
  const update = (parameters: Parameters, person = owner) => refused('UpdateTask', parameters, '2024-05-18', person)

  test('is changed at once where nobody watches, and its file has a version of it', async () => {
    const place = await tenant.workspace()
    const { first, second } = await tenant.nodes(place, { first: [], second: [] })
    expect(
      await update({
        Id: second,
        Description: 'by the day',
        Trigger: JSON.stringify({ Type: 'Scheduler', Recurrence: 'Normal', Cron: '00 15 03 * * ?' }),
        Script: JSON.stringify({ Content: 'select 2', Parameters: 'a=1' }),
        RerunMode: 'AllDenied',
        RerunTimes: 2,
        RerunInterval: 60,
        Timeout: 600,
        Dependencies: JSON.stringify([{ Type: 'Normal', UpstreamTaskId: first }, { Type: 'CrossCycleDependsOnSelf' }]),
      }),
    ).toBe('answered')
    expect(await task(second)).toMatchObject({
      Description: 'by the day',
      Trigger: { Cron: '00 15 03 * * ?', Recurrence: 'Normal' },
      Script: { Content: 'select 2', Parameters: 'a=1' },
      RerunMode: 'AllDenied',
      RerunTimes: 2,
      RerunInterval: 60,
      Timeout: 600,
      Dependencies: [{ Type: 'Normal', UpstreamTaskId: String(first) }, { Type: 'CrossCycleDependsOnSelf' }],
    })
    const file = (await call('GetFile', { ProjectId: place.id, NodeId: second })).Data
    expect(file.File).toMatchObject({ Content: 'select 2', CurrentVersion: 2, CommitStatus: 1 })
    // What is so already is done.
    expect(await update({ Id: second, Description: 'by the day' })).toBe('answered')
    expect((await call('GetFile', { ProjectId: place.id, NodeId: second })).Data.File.CurrentVersion).toBe(2)
  })

  test('is held as deploy-file where somebody watches, and changed when it is let pass', async () => {
    const place = await tenant.workspace()
    const { leaf } = await tenant.nodes(place, { leaf: [] })
    const guard = await tenant.extension({ points: ['deploy-file'], enabledIn: [place] })
    const asked = await dialect(
      world.server,
      owner,
      'BatchUpdateTasks',
      { Tasks: JSON.stringify([{ Id: leaf, Description: 'another' }]) },
      '2024-05-18',
    )
    const info = (asked.body.SuccessInfo as Body)[leaf]
    expect(info.Success).toBe(false)
    const [, messageId] = /message ([0-9a-f-]{36})/.exec(info.Message)!
    expect((await task(leaf)).Description).toBe('')
    await callBack(world.server, guard, messageId!, 'OK', 'UpdateIDEEventResult')
    expect((await task(leaf)).Description).toBe('another')
  })

  test('is refused by what is wrong: both at once, in development, without the right to deploy, what nobody makes', async () => {
    const place = await tenant.workspace()
    const { leaf } = await tenant.nodes(place, { leaf: [] })
    const inDev = await tenant.nodes(place, { leaf: [] }, { environment: 'DEV' })
    const paused = { Trigger: JSON.stringify({ Recurrence: 'Pause' }) }
    expect(await update({ Id: leaf, Description: 'x', ...paused })).toBe('InvalidTrigger')
    expect(await update({ Id: inDev.leaf, EnvType: 'Dev', Description: 'x' })).toBe('InvalidEnvType')
    expect(await update({ Id: leaf, Name: 'other' })).toBe('InvalidName')
    const nowhere = JSON.stringify([{ Type: 'Normal', UpstreamOutput: 'nobody.makes_this' }])
    expect(await update({ Id: leaf, Dependencies: nowhere })).toBe('Invalid.File.DependencyNotDeployed')
    const developer = await tenant.person([], { [place.id]: ['developer'] })
    expect(await update({ Id: leaf, Description: 'x' }, developer)).toBe('Forbidden.Access')
    expect(await task(leaf)).toMatchObject({ Description: '', Trigger: { Recurrence: 'Normal' } })
  })
})
