// Each action on folders, files, deployments and tables, once in each version that has it, in a workspace that nobody watches: what is asked for is done at once.
import assert from 'node:assert/strict'
import type { Answer, Parameters } from './every-action.ts'
import type { Place } from './place.ts'

type CallVersion = (action: string, parameters: Parameters) => Promise<Answer>

/** Its answers differ in their types from client to client, so that texts are compared. */
const same = (found: unknown, expected: unknown) => assert.equal(String(found), String(expected))
const done = (answer: Answer) => same(answer.Success, true)

/** Made before: not every package knows how to ask for it together with a file. */
export const FOLDER = 'reports/daily'
const CODE = "-- 中文 & + %\nselect 1 as one, 'a=b' as two\n"

/** From an empty file to a node of production, its unpublishing, and the recycle bin. */
export async function checkFiles(
  call: CallVersion,
  { projectId: ProjectId }: Place,
  names: { readonly file: string; readonly get: string; readonly list: string },
): Promise<number> {
  const { Data: FileId } = await call('CreateFile', {
    ...{ ProjectId, FileName: names.file, FileType: 10, Content: 'select 0', FileDescription: '日报' },
    ...{ CronExpress: '00 30 02 * * ?', CycleType: 'DAY', RerunMode: 'FAILURE_ALLOWED', AutoRerunTimes: 2 },
    ...{ ParaValue: 'day=$bizdate', FileFolderPath: FOLDER },
  })
  done(await call('UpdateFile', { ProjectId, FileId, Content: CODE, AutoRerunIntervalMillis: 120_000 }))
  const { File, NodeConfiguration } = (await call('GetFile', { ProjectId, FileId })).Data
  assert.deepEqual([File.FileName, File.Content, File.FileDescription], [names.file, CODE, '日报'])
  same(File.CommitStatus, 0)
  same(NodeConfiguration.AutoRerunIntervalMillis, 120_000)
  assert.deepEqual([NodeConfiguration.CronExpress, NodeConfiguration.ParaValue], ['00 30 02 * * ?', 'day=$bizdate'])
  const page = (await call('ListFiles', { ProjectId, Keyword: names.file, PageSize: 10 })).Data
  same(page.TotalCount, 1)
  same(page.Files[0].FileId, FileId)

  const stands = async (DeploymentId: number) => {
    const { Deployment, DeployedItems } = (await call(names.get, { ProjectId, DeploymentId })).Data
    // Some packages leave the files out.
    if (DeployedItems) same(DeployedItems[0].FileId, FileId)
    return Number(Deployment.Status)
  }
  // In basic mode submitting is publishing.
  const submitted = (await call('SubmitFile', { ProjectId, FileId, Comment: 'first' })).Data
  assert.equal(await stands(submitted), 1)
  const listed = (await call(names.list, { ProjectId, PageSize: 100 })).Data.Deployments
  assert.ok(listed.some((one: Answer) => String(one.Id) === String(submitted)))
  return Number(FileId)
}

/** What is left of it: out of the scheduler, there again, and deleted. */
export async function checkEndOfFile(
  call: CallVersion,
  { projectId: ProjectId }: Place,
  FileId: number,
  unpublish: (nodeId: number) => Promise<unknown>,
  get: string,
): Promise<void> {
  const file = async () => (await call('GetFile', { ProjectId, FileId })).Data.File
  await unpublish(Number((await file()).NodeId))
  for (const asked of [
    (await call('DeployFile', { ProjectId, FileId, Comment: 'again' })).Data,
    (await call('DeleteFile', { ProjectId, FileId })).DeploymentId,
  ])
    same((await call(get, { ProjectId, DeploymentId: asked })).Data.Deployment.Status, 1)
  assert.equal((await file()).DeletedStatus, 'RECYCLE_BIN')
}

/** Of the older version only. */
export async function checkVersionsAndFolders(
  call: CallVersion,
  { projectId: ProjectId }: Place,
  FileId: number,
): Promise<void> {
  const versions = (await call('ListFileVersions', { ProjectId, FileId, PageSize: 10 })).Data
  same(versions.TotalCount, 1)
  const version = (await call('GetFileVersion', { ProjectId, FileId, FileVersion: 1 })).Data
  assert.deepEqual([version.FileContent, version.Comment], [CODE, 'first'])
  same(version.IsCurrentProd, true)

  const FolderId = (await call('CreateFolder', { ProjectId, FolderPath: 'sources/raw' })).Data
  same((await call('GetFolder', { ProjectId, FolderPath: 'sources/raw' })).Data.FolderId, FolderId)
  done(await call('UpdateFolder', { ProjectId, FolderId, FolderName: '原始' }))
  const paging = { PageNumber: 1, PageSize: 10 }
  const folders = (await call('ListFolders', { ProjectId, ParentFolderPath: 'sources', ...paging })).Data
  same(folders.TotalCount, 1)
  assert.equal(folders.Folders[0].FolderPath, 'sources/原始')
  done(await call('DeleteFolder', { ProjectId, FolderId }))
}

/** Nothing is run meanwhile, so that a submission stays under way until it is said to have ended. */
export async function checkTables(call: CallVersion, place: Place): Promise<void> {
  const table = { ProjectId: place.projectId, TableName: 'daily_orders' }
  const column = (ColumnName: string, ColumnType: string) => ({ ColumnName, ColumnType, Comment: '列' })
  const Columns = [column('id', 'bigint'), column('amount', 'DECIMAL(18,2)')]
  const { TaskInfo } = await call('CreateTable', { ...table, Columns, Comment: '订单', LifeCycle: 30 })
  assert.equal(TaskInfo.Status, 'operating')
  await place.endSubmissions()
  const status = (await call('GetDDLJobStatus', { TaskId: TaskInfo.TaskId })).Data
  assert.equal(status.Status, 'success')
  const more = [...Columns, { ...column('dt', 'string'), IsPartitionCol: true }]
  const changed = await call('UpdateTable', { ...table, Columns: more })
  assert.equal(changed.TaskInfo.Status, 'operating')
  await place.endSubmissions()
}
