/** Writing files (rule 43): what whoever may write them does to drafts, held by nothing. */
import {
  checkedBody,
  checkFileName,
  contentOf,
  type FileBody,
  type NodeBody,
  Refusal,
  runnerKindOf,
  withParsed,
} from '@holdpoint/core'
import type { Live } from '../../live.ts'
import { type Database, isUniqueViolation, type Sql } from '../../store/database.ts'
import * as store from '../../store/files.ts'
import { lockFolder } from '../../store/folders.ts'
import type { Caller } from '../../store/principals.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { hasUnknownZone } from '../operation-center/publish-nodes.ts'
import { noteChange } from './note-change.ts'
import { parseSql } from './parse-sql.ts'
import type { FileSave, NewFile } from './requests.ts'

type Parts = { readonly db: Database; readonly live: Live }

export async function createFile(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  file: NewFile,
): Promise<store.FileRow> {
  const { kind } = file.body
  checkFileName(kind, file.name)
  const body = await keptBody(owned(file.body, file.ownerId), file.name, workspace)
  return await nameTaken(file.name, () =>
    db.transaction(async (tx) => {
      await ensureFolder(tx, workspace.id, file.folderId)
      await ensureOwner(tx, caller, file.ownerId)
      const row = await store.insertFile(tx, {
        tenant_id: caller.tenantId,
        workspace_id: workspace.id,
        folder_id: file.folderId,
        kind,
        name: file.name,
        owner_id: file.ownerId,
        body,
        created_by: caller.userId,
      })
      noteChange(live, tx, caller, row, 'file.create', { name: row.name })
      return row
    }),
  )
}

/** Rule 43: whoever saves names the revision that they saw, and is refused when it is another one by now. */
export async function saveFile(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  save: FileSave,
): Promise<store.FileRow> {
  const seen = await store.fileById(db, caller.tenantId, save.fileId)
  ensureThere(seen, workspace, save.fileId)
  if (save.name !== undefined) checkFileName(seen.kind, save.name)
  if (save.body !== undefined && save.body.kind !== seen.kind)
    throw new Refusal('FILE_BODY_INVALID', { path: 'body.kind', problem: `the file is a ${seen.kind}` })
  // Parsing takes its time, and nothing is locked meanwhile.
  const given = save.body && (await keptBody(save.body, save.name ?? seen.name, workspace, seen.body))
  return await nameTaken(save.name ?? seen.name, () =>
    db.transaction(async (tx) => {
      const [before] = await store.lockFiles(tx, caller.tenantId, [save.fileId])
      ensureThere(before ?? null, workspace, save.fileId)
      if (save.revision !== null) await ensureRevision(tx, before!, save.revision)
      const folderId = save.folderId === undefined ? before!.folder_id : save.folderId
      if (folderId !== before!.folder_id) await ensureFolder(tx, workspace.id, folderId)
      const ownerId = save.ownerId ?? before!.owner_id
      if (ownerId !== before!.owner_id) await ensureOwner(tx, caller, ownerId)
      const name = save.name ?? before!.name
      const body = owned(named(given ?? before!.body, name), ownerId === before!.owner_id ? null : ownerId)
      const row = await store.updateFile(
        tx,
        before!.id,
        { folder_id: folderId, name, owner_id: ownerId, body },
        caller.userId,
      )
      const changed = {
        ...(name !== before!.name && { from: before!.name }),
        ...(folderId !== before!.folder_id && { folderId }),
        ...(ownerId !== before!.owner_id && { ownerId }),
      }
      noteChange(live, tx, caller, row, 'file.change', { name, revision: row.revision, ...changed })
      return row
    }),
  )
}

/** Out of the recycle bin, as it was. */
export async function takeFileBack(
  { db, live }: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  fileId: number,
): Promise<store.FileRow> {
  const seen = await store.fileById(db, caller.tenantId, fileId)
  if (seen?.workspace_id !== workspace.id) throw new Refusal('FILE_NOT_FOUND', { id: fileId })
  return await nameTaken(seen.name, () =>
    db.transaction(async (tx) => {
      const [before] = await store.lockFiles(tx, caller.tenantId, [fileId])
      if (before?.deleted_at == null) return before ?? seen
      const row = await store.restoreFile(tx, fileId, caller.userId)
      noteChange(live, tx, caller, row, 'file.restore', { name: row.name })
      return row
    }),
  )
}

export async function ensureRevision(sql: Sql, row: store.FileRow, named: number): Promise<void> {
  if (row.revision === named) return
  const by = row.modified_by === null ? null : await userOfTenant(sql, row.tenant_id, row.modified_by)
  const { name, revision } = row
  throw new Refusal('FILE_CHANGED', { name, by: by?.display_name ?? '', revision, named })
}

/** Whether anybody asks if the content of the file parses. */
export function isParsed(body: FileBody): body is NodeBody {
  return body.kind === 'node' && body.parsing.on && PARSED.includes(String(runnerKindOf(body.definition.programType)))
}
const PARSED = ['sql', 'postgresql']

/**
 * The body as it is kept. Of SQL, what it reads and makes is found; what a request says about what was found is not looked at. SQL that does not parse is kept,
 * with what was found before.
 */
async function keptBody(
  given: FileBody,
  name: string,
  workspace: WorkspaceRow,
  before: FileBody | null = null,
): Promise<FileBody> {
  const body = checkedBody(withFound(given, before), name, `${workspace.identifier}.${name}`)
  if (body.kind !== 'node') return body
  if (hasUnknownZone(body.definition))
    throw new Refusal('FILE_BODY_INVALID', {
      path: 'definition.timezone',
      problem: `the time zone ${body.definition.timezone} is not known`,
    })
  if (!isParsed(body)) return body
  const found = await parseSql(contentOf(body), body.definition.programType, workspace)
  return found.problems.length > 0 ? body : withParsed(body, found)
}

function withFound(given: FileBody, before: FileBody | null): FileBody {
  if (given.kind !== 'node') return given
  const { inputs, outputs } = before?.kind === 'node' ? before.parsing : { inputs: [], outputs: [] }
  return { ...given, parsing: { ...given.parsing, inputs, outputs } }
}

function named(body: FileBody, name: string): FileBody {
  return body.kind === 'node' && body.definition.name !== name
    ? { ...body, definition: { ...body.definition, name } }
    : body
}

/** The owner of a node is the file's. */
function owned(body: FileBody, ownerId: number | null): FileBody {
  return body.kind === 'node' && ownerId !== null
    ? { ...body, definition: { ...body.definition, owner: String(ownerId) } }
    : body
}

function ensureThere(row: store.FileRow | null, workspace: WorkspaceRow, id: number): asserts row is store.FileRow {
  if (row === null || row.workspace_id !== workspace.id || row.deleted_at !== null)
    throw new Refusal('FILE_NOT_FOUND', { id })
}

async function ensureFolder(sql: Sql, workspaceId: number, id: number | null): Promise<void> {
  if (id !== null && (await lockFolder(sql, workspaceId, id, 'key share')) === null)
    throw new Refusal('NOT_FOUND', { thing: 'folder', id })
}

async function ensureOwner(sql: Sql, caller: Caller, id: number | null): Promise<void> {
  if (id !== null && id !== caller.userId && (await userOfTenant(sql, caller.tenantId, id)) === null)
    throw new Refusal('NOT_FOUND', { thing: 'user', id })
}

async function nameTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isUniqueViolation(error, 'files_name')) throw new Refusal('NAME_TAKEN', { thing: 'file', name })
    throw error
  }
}
