/** Files of Data Development: what is written, and its versions. */
import { FILE_KINDS, type FileBody, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { parseSql } from '../../modules/data-development/parse-sql.ts'
import { createFile, saveFile, takeFileBack } from '../../modules/data-development/write-file.ts'
import type { Platform } from '../../platform.ts'
import * as store from '../../store/files.ts'
import type { Caller } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import {
  FileDetail,
  FileSave,
  FileSummary,
  FileVersion,
  NewFile,
  SqlParsed,
  SqlParsing,
} from '../development-shapes.ts'
import { fileVersionView, viewFile, viewFiles } from '../development-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const fileParams = workspaceParams.extend({ fileId: queryId })

export const fileRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/files',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'The files of a workspace, or those in its recycle bin',
    params: workspaceParams,
    query: pageQuery.extend({
      folderId: queryId.optional(),
      name: z.string().max(256).optional().describe('Part of the name'),
      kind: z.enum(FILE_KINDS).optional(),
      state: z
        .enum(store.FILE_STATES)
        .optional()
        .describe('changed: since the newest version. committed: what could be deployed. deleted: in the recycle bin'),
    }),
    answer: pageOf(FileSummary),
    async run({ platform, caller, workspace, query }) {
      const { cursor, limit, ...filter } = query
      const rows = await store.filesOf(
        platform.db,
        { ...filter, workspaceId: workspace.id, name: filter.name || undefined },
        { afterId: afterId(cursor), limit: limit + 1 },
      )
      const { items, nextCursor } = page(
        rows,
        limit,
        (row) => String(row.id),
        (row) => row,
      )
      return { items: await viewFiles(platform.db, caller, workspace, items), nextCursor }
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/files',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Write a new file; whoever does owns it',
    status: 201,
    params: workspaceParams,
    body: NewFile,
    answer: FileDetail,
    async run({ platform, caller, workspace, body }) {
      const file = { ...body, body: body.body as FileBody, ownerId: caller.userId }
      const { id } = await createFile(platform, caller, workspace, file)
      return await detail(platform, caller, workspace, id)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/files/:fileId',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'One file with its draft',
    params: fileParams,
    answer: FileDetail,
    run: async ({ platform, caller, workspace, params }) => await detail(platform, caller, workspace, params.fileId),
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/files/:fileId',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Change the draft of a file, its name or its folder; refused where somebody has changed it meanwhile',
    params: fileParams,
    body: FileSave,
    answer: FileDetail,
    async run({ platform, caller, workspace, params, body: { body, revision, name, folderId } }) {
      const { id } = await saveFile(platform, caller, workspace, {
        fileId: params.fileId,
        revision,
        ...(name !== undefined && { name }),
        ...(folderId !== undefined && { folderId }),
        ...(body !== undefined && { body: body as FileBody }),
      })
      return await detail(platform, caller, workspace, id)
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/files/:fileId/restore',
    access: 'file.write',
    tag: 'Data Development',
    summary: 'Take a file out of the recycle bin',
    params: fileParams,
    answer: FileDetail,
    async run({ platform, caller, workspace, params }) {
      const { id } = await takeFileBack(platform, caller, workspace, params.fileId)
      return await detail(platform, caller, workspace, id)
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/files/:fileId/versions',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'The committed versions of a file, newest first',
    params: fileParams,
    // Bodies may be large.
    query: pageQuery.extend({ limit: z.coerce.number().int().min(1).max(20).default(10) }),
    answer: pageOf(FileVersion),
    async run({ platform, workspace, params, query }) {
      const file = await listed(platform, workspace, params.fileId)
      const rows = await store.fileVersionsOf(platform.db, file.id, {
        before: query.cursor === undefined ? null : afterId(query.cursor),
        limit: query.limit + 1,
      })
      return page(
        rows,
        query.limit,
        (row) => String(row.number),
        (row) => fileVersionView(row, file.deployed_version),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/sql-parsings',
    access: 'file.read',
    tag: 'Data Development',
    summary: 'What SQL reads and makes, and where it does not parse; nothing is kept',
    params: workspaceParams,
    body: SqlParsing,
    answer: SqlParsed,
    async run({ workspace, body }) {
      const { inputs, outputs, problems } = await parseSql(body.content, body.programType, workspace)
      return { inputs: [...inputs], outputs: [...outputs], problems: [...problems] }
    },
  }),
]

async function listed({ db }: Pick<Platform, 'db'>, workspace: WorkspaceRow, id: number): Promise<store.FileListRow> {
  const row = await store.listedFile(db, workspace.id, id)
  if (row === null) throw new Refusal('FILE_NOT_FOUND', { id })
  return row
}

async function detail(platform: Pick<Platform, 'db'>, caller: Caller, workspace: WorkspaceRow, id: number) {
  return await viewFile(platform.db, caller, workspace, await listed(platform, workspace, id))
}
