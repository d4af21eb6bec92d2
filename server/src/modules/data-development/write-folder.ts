/** Folders: where files are found. Nothing else follows from them. */
import { checkedFolderPath, MAX_FOLDER_DEPTH, Refusal } from '@holdpoint/core'
import type { Live } from '../../live.ts'
import type { Database, Transaction } from '../../store/database.ts'
import * as store from '../../store/folders.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { noteChange } from './note-change.ts'

const MOST_FOLDERS = 10_000

type Parts = { readonly db: Database; readonly live: Live }

/** The folder and those around it; one that is there is answered as it is. */
export async function createFolder(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  text: string,
): Promise<store.FolderRow> {
  const path = checkedFolderPath(text)
  return await db.transaction(async (tx) => {
    store.lockFolders(tx, workspace.id)
    const row = await put(tx, caller, workspace, path)
    noteChange(live, tx, caller, row, 'folder.create', { path })
    return row
  })
}

/** The folder lies elsewhere from then on, with all that lies within. */
export async function moveFolder(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  id: number,
  text: string,
): Promise<store.FolderRow> {
  const path = checkedFolderPath(text)
  return await db.transaction(async (tx) => {
    store.lockFolders(tx, workspace.id)
    const before = await found(tx, workspace.id, id)
    if (path === before.path) return before
    const refuse = (problem: string) => new Refusal('FOLDER_PATH_INVALID', { path, problem })
    if (path.startsWith(`${before.path}/`)) throw refuse('it lies within itself')
    const all = await store.foldersOf(tx, workspace.id)
    if (all.some((one) => one.path === path)) throw new Refusal('NAME_TAKEN', { thing: 'folder', name: path })
    const depth = Math.max(
      ...all.flatMap((one) =>
        one.path === before.path || one.path.startsWith(`${before.path}/`)
          ? [`${path}${one.path.slice(before.path.length)}`.split('/').length]
          : [],
      ),
    )
    if (depth > MAX_FOLDER_DEPTH) throw refuse(`folders lie at most ${MAX_FOLDER_DEPTH} deep`)
    const around = path.split('/').slice(0, -1).join('/')
    if (around !== '') await put(tx, caller, workspace, around)
    await store.moveFolder(tx, before, path)
    noteChange(live, tx, caller, before, 'folder.move', { path, from: before.path })
    return { ...before, path }
  })
}

/** Of files in the recycle bin the folder is forgotten. */
export async function removeFolder(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  id: number,
): Promise<void> {
  await db.transaction(async (tx) => {
    store.lockFolders(tx, workspace.id)
    const row = await found(tx, workspace.id, id)
    if (!(await store.isEmptyFolder(tx, row))) throw new Refusal('FOLDER_NOT_EMPTY', { path: row.path })
    store.deleteFolder(tx, id)
    noteChange(live, tx, caller, row, 'folder.delete', { path: row.path })
  })
}

async function found(tx: Transaction, workspaceId: number, id: number): Promise<store.FolderRow> {
  const row = await store.lockFolder(tx, workspaceId, id, 'update')
  if (row === null) throw new Refusal('NOT_FOUND', { thing: 'folder', id })
  return row
}

/** The folder of this path, with those around it. */
async function put(tx: Transaction, caller: Caller, workspace: WorkspaceRow, path: string): Promise<store.FolderRow> {
  const parts = path.split('/')
  const paths = parts.map((_part, at) => parts.slice(0, at + 1).join('/'))
  const place = { tenantId: caller.tenantId, workspaceId: workspace.id, createdBy: caller.userId }
  const rows = await store.putFolders(tx, place, paths)
  if ((await store.countFolders(tx, workspace.id)) > MOST_FOLDERS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_FOLDERS, things: 'folders of a workspace' })
  return rows.find((row) => row.path === path)!
}
