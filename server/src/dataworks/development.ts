/** What the actions of Data Development do alike: finding the workspace, the file and the folder that are named. */
import { type Action, checkedFolderPath, Refusal } from '@holdpoint/core'
import { workspaceFor } from '../access.ts'
import type { Platform } from '../platform.ts'
import { type FileRow, fileById, fileOfNode } from '../store/files.ts'
import { type FolderRow, foldersAmong } from '../store/folders.ts'
import type { Caller } from '../store/principals.ts'
import { type WorkspaceRow, workspaceByIdentifier } from '../store/workspaces.ts'

export const ANSWERED = { HttpStatusCode: 200, Success: true } as const

type Project = { readonly ProjectId?: number; readonly ProjectIdentifier?: string }

/** The workspace by its id or its identifier; where both are given they are of the same. */
export async function projectFor(
  { db }: Platform,
  caller: Caller,
  { ProjectId, ProjectIdentifier }: Project,
  action: Action,
): Promise<WorkspaceRow> {
  if (ProjectIdentifier === undefined) {
    if (ProjectId === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'ProjectId' })
    return await workspaceFor(db, caller, ProjectId, action)
  }
  const found = await workspaceByIdentifier(db, caller.tenantId, ProjectIdentifier)
  if (found === null || (ProjectId ?? found.id) !== found.id)
    throw new Refusal('WORKSPACE_NOT_FOUND', { id: ProjectIdentifier })
  return await workspaceFor(db, caller, found.id, action)
}

/** A file of the workspace by its id or that of its node; also one in the recycle bin. */
export async function fileFor(
  { db }: Platform,
  workspace: WorkspaceRow,
  { FileId, NodeId }: { readonly FileId?: number; readonly NodeId?: number },
): Promise<FileRow> {
  if (FileId === undefined && NodeId === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'FileId' })
  const { tenant_id: tenantId } = workspace
  const row = FileId === undefined ? await fileOfNode(db, tenantId, NodeId!) : await fileById(db, tenantId, FileId)
  if (row?.workspace_id !== workspace.id || (NodeId ?? row.node_id) !== row.node_id)
    throw new Refusal('FILE_NOT_FOUND', { id: FileId ?? NodeId! })
  return row
}

/** The folder with this path, null at the top; it is there. */
export async function folderAt({ db }: Platform, workspace: WorkspaceRow, path: string): Promise<FolderRow | null> {
  if (/^\/*$/.test(path)) return null
  const [row] = await foldersAmong(db, workspace.id, { paths: [checkedFolderPath(path)] })
  if (row === undefined) throw new Refusal('NOT_FOUND', { thing: 'folder', id: path })
  return row
}
