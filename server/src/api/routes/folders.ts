/** Folders of Data Development. */
import { createFolder, moveFolder, removeFolder } from '../../modules/data-development/write-folder.ts'
import { type FolderRow, foldersOf } from '../../store/folders.ts'
import { Folder, NewFolder } from '../development-shapes.ts'
import { pageOf, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const folderParams = workspaceParams.extend({ folderId: queryId })
const folderView = ({ id, path }: FolderRow) => ({ id, path })

export const folderRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/folders',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'All folders of a workspace, by path',
    params: workspaceParams,
    answer: pageOf(Folder),
    async run({ platform, workspace }) {
      return { items: (await foldersOf(platform.db, workspace.id)).map(folderView), nextCursor: null }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/folders',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Add a folder, with those around it; one that is there stays as it is',
    status: 201,
    params: workspaceParams,
    body: NewFolder,
    answer: Folder,
    run: async ({ platform, caller, workspace, body }) =>
      folderView(await createFolder(platform, caller, workspace, body.path)),
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/folders/:folderId',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Move or rename a folder, with all that lies within',
    params: folderParams,
    body: NewFolder,
    answer: Folder,
    run: async ({ platform, caller, workspace, params, body }) =>
      folderView(await moveFolder(platform, caller, workspace, params.folderId, body.path)),
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/folders/:folderId',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Remove an empty folder',
    status: 204,
    params: folderParams,
    run: async ({ platform, caller, workspace, params }) =>
      await removeFolder(platform, caller, workspace, params.folderId),
  }),
]
