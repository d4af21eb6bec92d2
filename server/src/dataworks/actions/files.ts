/**
 * Files of Data Development. What is asked for (submitting, deploying, deleting) is answered with the id of its deployment, which says that it was asked for
 * and no more: how it stands is read with GetDeployment.
 */
import { contentOf, type DeploymentKind, fileTypeOfBody, Refusal, type RefusalCode, useTypeOf } from '@holdpoint/core'
import { askDeployment } from '../../modules/data-development/ask-deployment.ts'
import { createFile, saveFile } from '../../modules/data-development/write-file.ts'
import { createFolder } from '../../modules/data-development/write-folder.ts'
import type { Platform } from '../../platform.ts'
import { resourceGroupId } from '../../store/backfills.ts'
import * as files from '../../store/files.ts'
import { foldersAmong } from '../../store/folders.ts'
import { producersOf } from '../../store/nodes.ts'
import type { Caller } from '../../store/principals.ts'
import { resourceGroupById } from '../../store/resource-groups.ts'
import { action } from '../action.ts'
import { ANSWERED, fileFor, folderAt, projectFor } from '../development.ts'
import {
  bodyWith,
  configurationOf,
  connectionNameOf,
  emptyBody,
  type GivenFile,
  type NamedByNumber,
} from '../file-bodies.ts'
import * as operating from '../operating.ts'
import * as contracts from '../schemas/files.ts'

const USE_TYPES = {
  NORMAL: 'NORMAL',
  MANUAL: 'MANUAL',
  SKIP: 'SKIP',
  MANUAL_BIZ: 'none',
  ADHOCQUERY: 'none',
  COMPONENT: 'none',
} as const

export const fileActions = [
  action<typeof contracts.CREATE_FILE, contracts.CreateFileResponse>(
    contracts.CREATE_FILE,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.write')
      const { FileName, FileType, FileFolderPath, CreateFolderIfNotExists, Owner } = parameters
      const empty = emptyBody(FileType)
      const body = bodyWith(empty, parameters, await namedByNumber(platform, caller, parameters), platform.timeZone)
      const folder =
        FileFolderPath === undefined
          ? null
          : CreateFolderIfNotExists
            ? await createFolder(platform, caller, workspace, FileFolderPath)
            : await folderAt(platform, workspace, FileFolderPath)
      const ownerId = Owner === undefined ? caller.userId : operating.userIdOf(Owner)
      const row = await createFile(platform, caller, workspace, {
        name: FileName,
        folderId: folder?.id ?? null,
        ownerId,
        body,
      })
      return { ...ANSWERED, Data: row.id }
    },
  ),

  action<typeof contracts.UPDATE_FILE, contracts.UpdateFileResponse>(
    contracts.UPDATE_FILE,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.write')
      const { FileName, FileFolderPath, Owner } = parameters
      const folder = FileFolderPath === undefined ? undefined : await folderAt(platform, workspace, FileFolderPath)
      const named = await namedByNumber(platform, caller, parameters)
      await again('FILE_CHANGED', async () => {
        const row = await fileFor(platform, workspace, parameters)
        await saveFile(platform, caller, workspace, {
          fileId: row.id,
          revision: row.revision,
          body: bodyWith(row.body, parameters, named, platform.timeZone),
          ...(FileName !== undefined && { name: FileName }),
          ...(folder !== undefined && { folderId: folder?.id ?? null }),
          ...(Owner !== undefined && { ownerId: operating.userIdOf(Owner) }),
        })
      })
      return ANSWERED
    },
  ),

  action<typeof contracts.GET_FILE, contracts.GetFileResponse>(
    contracts.GET_FILE,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const row = await fileFor(platform, workspace, parameters)
      const { body } = row
      return {
        ...ANSWERED,
        Data: {
          File: {
            ...fileOf(row),
            Content: contentOf(body),
            DeletedStatus: row.deleted_at === null ? 'NORMAL' : 'RECYCLE_BIN',
          },
          ...(body.kind === 'node' && {
            NodeConfiguration: configurationOf(body, await numbersOf(platform, row), platform.timeZone),
          }),
        },
      }
    },
  ),

  action<typeof contracts.LIST_FILES, contracts.ListFilesResponse>(
    contracts.LIST_FILES,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const { PageNumber, PageSize, FileFolderPath, Owner, LastEditUser, CommitStatus, NeedContent } = parameters
      const filter: files.FileFilter = {
        workspaceId: workspace.id,
        folderId:
          FileFolderPath === undefined
            ? undefined
            : ((await folderAt(platform, workspace, FileFolderPath))?.id ?? null),
        name: parameters.Keyword,
        exactName: parameters.ExactFileName,
        fileTypes: listed(parameters.FileTypes),
        ids: listed(parameters.FileIdIn),
        nodeId: parameters.NodeId,
        ownerId: Owner === undefined ? undefined : operating.userIdOf(Owner),
        modifiedBy: LastEditUser === undefined ? undefined : operating.userIdOf(LastEditUser),
        useType: parameters.UseType && USE_TYPES[parameters.UseType],
        isCommitted: CommitStatus === undefined ? undefined : CommitStatus === 1,
      }
      const [rows, TotalCount] = await Promise.all([
        files.filesOf(platform.db, filter, { afterId: 0, limit: PageSize, offset: (PageNumber - 1) * PageSize }),
        files.countFiles(platform.db, filter),
      ])
      const contents = NeedContent
        ? new Map(
            (
              await files.filesByIds(
                platform.db,
                caller.tenantId,
                rows.map(({ id }) => id),
              )
            ).map(({ id, body }) => [id, contentOf(body)]),
          )
        : null
      const paths = new Map<number, string>()
      if (parameters.NeedAbsoluteFolderPath) {
        const ids = rows.flatMap(({ folder_id }) => folder_id ?? [])
        for (const { id, path } of await foldersAmong(platform.db, workspace.id, { ids })) paths.set(id, path)
      }
      return {
        ...ANSWERED,
        Data: {
          PageNumber,
          PageSize,
          TotalCount,
          Files: rows.map((row) => ({
            ...fileOf(row),
            ...(contents && { Content: contents.get(row.id) ?? '' }),
            ...(parameters.NeedAbsoluteFolderPath && { AbsoluteFolderPath: paths.get(row.folder_id ?? 0) ?? '' }),
          })),
        },
      }
    },
  ),

  action<typeof contracts.LIST_FILE_VERSIONS, contracts.ListFileVersionsResponse>(
    contracts.LIST_FILE_VERSIONS,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const { PageNumber, PageSize } = parameters
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const file = await fileFor(platform, workspace, parameters)
      const page = { before: null, limit: PageSize, offset: (PageNumber - 1) * PageSize }
      const rows = await files.fileVersionsOf(platform.db, file.id, page)
      // Versions are numbered from 1 without a gap.
      return {
        ...ANSWERED,
        Data: { PageNumber, PageSize, TotalCount: file.version, FileVersions: rows.map((row) => versionOf(file, row)) },
      }
    },
  ),

  action<typeof contracts.GET_FILE_VERSION, contracts.GetFileVersionResponse>(
    contracts.GET_FILE_VERSION,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const file = await fileFor(platform, workspace, parameters)
      const row = await files.fileVersion(platform.db, file.id, parameters.FileVersion)
      if (row === null) throw new Refusal('NOT_FOUND', { thing: 'version', id: parameters.FileVersion })
      return { ...ANSWERED, Data: versionOf(file, row) }
    },
  ),

  action<typeof contracts.SUBMIT_FILE, contracts.SubmitFileResponse>(
    contracts.SUBMIT_FILE,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      return { ...ANSWERED, Data: await asked(platform, caller, 'commit', parameters) }
    },
  ),

  action<typeof contracts.DEPLOY_FILE, contracts.DeployFileResponse>(
    contracts.DEPLOY_FILE,
    { whereFound: 'file.deploy' },
    async ({ platform, caller, parameters }) => {
      return { ...ANSWERED, Data: await asked(platform, caller, 'deploy', parameters) }
    },
  ),

  action<typeof contracts.DELETE_FILE, contracts.DeleteFileResponse>(
    contracts.DELETE_FILE,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      return { ...ANSWERED, DeploymentId: await asked(platform, caller, 'delete', parameters) }
    },
  ),
]

type Asking = {
  readonly ProjectId?: number
  readonly ProjectIdentifier?: string
  readonly FileId?: number
  readonly NodeId?: number
  readonly Comment?: string
}

/** The id of the deployment. Who may read files and not do this is refused by the deployment itself, which knows what it takes. */
async function asked(platform: Platform, caller: Caller, kind: DeploymentKind, parameters: Asking): Promise<number> {
  const workspace = await projectFor(platform, caller, parameters, kind === 'deploy' ? 'file.deploy' : 'file.write')
  const file = await fileFor(platform, workspace, parameters)
  const { id } = await askDeployment(platform, caller, workspace, {
    kind,
    files: [{ fileId: file.id, ...(kind !== 'deploy' && { revision: null }) }],
    comment: parameters.Comment ?? '',
  })
  return id
}

const MOST_TRIES = 5

/** Somebody else may change the draft between its being read and changed. */
async function again(code: RefusalCode, work: () => Promise<void>): Promise<void> {
  for (let left = MOST_TRIES; ; left--) {
    try {
      return await work()
    } catch (error) {
      if (left === 1 || !(error instanceof Refusal && error.code === code)) throw error
    }
  }
}

async function namedByNumber(
  { db }: Platform,
  { tenantId }: Caller,
  { ResourceGroupId, ResourceGroupIdentifier, DependentNodeIdList }: GivenFile,
): Promise<NamedByNumber> {
  const group = ResourceGroupId === undefined ? null : await resourceGroupById(db, tenantId, ResourceGroupId)
  if (ResourceGroupId !== undefined && group === null)
    throw new Refusal('NOT_FOUND', { thing: 'resource group', id: ResourceGroupId })
  const before: string[] = []
  for (const text of DependentNodeIdList?.split(',') ?? []) {
    const row = await files.fileOfNode(db, tenantId, operating.userIdOf(text.trim()))
    if (row?.body.kind !== 'node') throw new Refusal('NODE_NOT_FOUND', { id: text.trim() })
    before.push(row.body.definition.outputs[0]!.output)
  }
  return {
    resourceGroup: group?.identifier ?? ResourceGroupIdentifier,
    before: DependentNodeIdList === undefined ? undefined : before,
  }
}

async function numbersOf({ db }: Platform, { tenant_id: tenantId, body }: files.FileRow) {
  const definition = body.kind === 'node' ? body.definition : null
  const outputs = definition?.inputs.flatMap(({ output, type }) => (type === 'normal' ? [] : output)) ?? []
  const [producers, groupId] = await Promise.all([
    outputs.length === 0 ? [] : producersOf(db, tenantId, 'PROD', outputs),
    definition?.resourceGroup ? resourceGroupId(db, tenantId, definition.resourceGroup) : null,
  ])
  return { producers: new Map(producers.map((one) => [one.output, one.node_id])), resourceGroupId: groupId }
}

const listed = <Item>(items: readonly Item[] = []) => (items.length > 0 ? items : undefined)

function fileOf(row: files.FileRow): contracts.File {
  const { body } = row
  return {
    FileId: row.id,
    FileName: row.name,
    FileType: fileTypeOfBody(body),
    FileDescription: body.kind === 'node' ? body.definition.description : '',
    FileFolderId: String(row.folder_id ?? ''),
    UseType: useTypeOf(body),
    Owner: String(row.owner_id ?? ''),
    NodeId: row.node_id,
    ConnectionName: connectionNameOf(body),
    AutoParsing: body.kind === 'node' && body.parsing.on,
    CommitStatus: row.committed_revision === row.revision ? 1 : 0,
    CurrentVersion: row.version,
    IsMaxCompute: false,
    CreateTime: row.created_at.getTime(),
    CreateUser: String(row.created_by ?? ''),
    LastEditTime: row.modified_at.getTime(),
    LastEditUser: String(row.modified_by ?? ''),
  }
}

function versionOf(file: files.FileRow, row: files.FileVersionRow): contracts.FileVersion {
  const { body } = row
  const isCurrent = file.deployed_version === row.number
  return {
    FileVersion: row.number,
    FileName: row.name,
    FileContent: contentOf(body),
    FilePropertyContent: JSON.stringify({
      fileName: row.name,
      fileType: fileTypeOfBody(body),
      dataSourceName: connectionNameOf(body),
      owner: String(file.owner_id ?? ''),
    }),
    NodeContent: JSON.stringify(
      body.kind === 'node'
        ? {
            cycleType: body.definition.cycle,
            cronExpress: body.definition.cron,
            programType: body.definition.programType,
          }
        : {},
    ),
    NodeId: file.node_id,
    UseType: useTypeOf(body),
    ChangeType: row.number === 1 ? 'CREATE' : 'UPDATE',
    Comment: row.comment,
    CommitUser: String(row.committed_by ?? ''),
    CommitTime: row.committed_at.getTime(),
    Status: isCurrent ? 'DEPLOYED' : 'COMMITTED',
    IsCurrentProd: isCurrent,
  }
}
