import { Refusal } from '@holdpoint/core'
import { createFolder, moveFolder, removeFolder } from '../../modules/data-development/write-folder.ts'
import type { Platform } from '../../platform.ts'
import { type FolderRow, foldersAmong, foldersOf } from '../../store/folders.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { action } from '../action.ts'
import { ANSWERED, folderAt, projectFor } from '../development.ts'
import * as contracts from '../schemas/folders.ts'

export const folderActions = [
  action<typeof contracts.CREATE_FOLDER, contracts.CreateFolderResponse>(
    contracts.CREATE_FOLDER,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.write')
      const row = await createFolder(platform, caller, workspace, parameters.FolderPath)
      return { ...ANSWERED, Data: String(row.id) }
    },
  ),

  action<typeof contracts.GET_FOLDER, contracts.GetFolderResponse>(
    contracts.GET_FOLDER,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const { FolderId, FolderPath } = parameters
      if (FolderId === undefined && FolderPath === undefined)
        throw new Refusal('PARAMETER_MISSING', { parameter: 'FolderId' })
      const row =
        FolderId === undefined
          ? await folderAt(platform, workspace, FolderPath!)
          : await folderFor(platform, workspace, FolderId)
      if (row === null) throw new Refusal('NOT_FOUND', { thing: 'folder', id: FolderPath! })
      return { ...ANSWERED, Data: folderOf(row) }
    },
  ),

  action<typeof contracts.LIST_FOLDERS, contracts.ListFoldersResponse>(
    contracts.LIST_FOLDERS,
    { whereFound: 'file.read' },
    async ({ platform, caller, parameters }) => {
      const { PageNumber, PageSize, ParentFolderPath } = parameters
      const workspace = await projectFor(platform, caller, parameters, 'file.read')
      const parent = await folderAt(platform, workspace, ParentFolderPath)
      const start = parent === null ? '' : `${parent.path}/`
      const within = (await foldersOf(platform.db, workspace.id)).filter(
        ({ path }) => path.startsWith(start) && !path.slice(start.length).includes('/'),
      )
      const Folders = within.slice((PageNumber - 1) * PageSize, PageNumber * PageSize).map(folderOf)
      return { ...ANSWERED, Data: { PageNumber, PageSize, TotalCount: within.length, Folders } }
    },
  ),

  action<typeof contracts.UPDATE_FOLDER, contracts.UpdateFolderResponse>(
    contracts.UPDATE_FOLDER,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.write')
      const { FolderId, FolderName } = parameters
      if (FolderName.includes('/'))
        throw new Refusal('PARAMETER_INVALID', { parameter: 'FolderName', problem: 'it contains a slash' })
      const { id, path } = await folderFor(platform, workspace, FolderId)
      await moveFolder(
        platform,
        caller,
        workspace,
        id,
        path.replace(/[^/]+$/, () => FolderName),
      )
      return ANSWERED
    },
  ),

  action<typeof contracts.DELETE_FOLDER, contracts.DeleteFolderResponse>(
    contracts.DELETE_FOLDER,
    { whereFound: 'file.write' },
    async ({ platform, caller, parameters }) => {
      const workspace = await projectFor(platform, caller, parameters, 'file.write')
      const { id } = await folderFor(platform, workspace, parameters.FolderId)
      await removeFolder(platform, caller, workspace, id)
      return ANSWERED
    },
  ),
]

async function folderFor({ db }: Platform, { id: workspaceId }: WorkspaceRow, id: string): Promise<FolderRow> {
  const [row] = /^\d{1,15}$/.test(id) ? await foldersAmong(db, workspaceId, { ids: [Number(id)] }) : []
  if (row === undefined) throw new Refusal('NOT_FOUND', { thing: 'folder', id })
  return row
}

const folderOf = (row: FolderRow): contracts.Folder => ({ FolderId: String(row.id), FolderPath: row.path })
