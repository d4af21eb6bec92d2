/**
 * What somebody asks for on files, looked at before anybody is asked: each file that could not be committed, deployed or deleted today is named, and then
 * nothing is asked for at all.
 */
import {
  contentOf,
  dropOfFunction,
  type FileBody,
  type FileChange,
  Refusal,
  type RefusalCode,
  runsWithin,
} from '@holdpoint/core'
import type { Sql } from '../../store/database.ts'
import type { FileRow } from '../../store/files.ts'
import * as store from '../../store/files.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { planProduction } from './plan-production.ts'
import type { DeploymentRequest } from './requests.ts'
import { ensureRevision } from './write-file.ts'

export type PlannedFile = {
  readonly row: FileRow
  /** As it is to be called. */
  readonly name: string
  /** What becomes the version, is deployed, or is deleted. */
  readonly body: FileBody
  readonly change: FileChange
  readonly version: number
  readonly reachesProduction: boolean
  /** Files of the deployment that have to take effect before. */
  readonly waitsFor: readonly number[]
}

type Place = Pick<WorkspaceRow, 'id' | 'tenant_id' | 'identifier' | 'mode'>

/** Locks the files. Those of a request are looked at together, so that each problem names all that have it. */
export async function planDeployment(
  sql: Sql,
  workspace: Place,
  request: DeploymentRequest,
  imported: boolean,
): Promise<readonly PlannedFile[]> {
  const ids = request.files.map(({ fileId }) => fileId)
  const rows = (await store.lockFiles(sql, workspace.tenant_id, ids)).filter((row) => row.workspace_id === workspace.id)
  const known = new Map(rows.map((row) => [row.id, row]))
  const absent = ids.filter((id) => !known.has(id) || isGone(known.get(id)!, request.kind))
  if (absent.length > 0) throw new Refusal('FILE_NOT_FOUND', { id: absent })
  const asked = request.files.map((one) => ({ ...one, row: known.get(one.fileId)! }))
  const planned = await PLANS[request.kind](sql, workspace, asked)
  return await planProduction(sql, workspace, planned, imported)
}

/** A file of which nothing is left that could be asked for. */
function isGone({ deleted_at, deployed_version }: FileRow, kind: DeploymentRequest['kind']): boolean {
  if (deleted_at === null) return false
  return kind === 'commit' || deployed_version === null
}

type Asked = DeploymentRequest['files'][number] & { readonly row: FileRow }

const PLANS: Readonly<
  Record<
    DeploymentRequest['kind'],
    (sql: Sql, workspace: Place, asked: readonly Asked[]) => Promise<readonly PlannedFile[]>
  >
> = {
  /** Rule 44: what is committed is what is there now. */
  async commit(sql, { mode }, asked) {
    for (const { row, revision } of asked) if (revision != null) await ensureRevision(sql, row, revision)
    refuseAll('FILE_UNCHANGED', asked, ({ row }) => row.version > 0 && row.committed_revision === row.revision)
    for (const { row } of asked) refuseUncommittable(row)
    return asked.map(({ row }) => ({
      row,
      name: row.name,
      body: row.body,
      // In basic mode it is production that has something of it or not.
      change: (mode === 'basic' ? row.deployed_version === null : row.version === 0) ? 'create' : 'update',
      version: row.version + 1,
      reachesProduction: mode === 'basic',
      waitsFor: [],
    }))
  },

  /** Rule 45: a version, or that the file is gone, becomes what production has. */
  async deploy(sql, _workspace, asked) {
    const wanted = asked.map(({ row, version }) => ({
      row,
      number: row.deleted_at === null ? (version ?? row.version) : row.version,
    }))
    const versions = await store.versionsOfFiles(
      sql,
      wanted.map(({ row, number }) => ({ fileId: row.id, number })),
    )
    const byFile = new Map(versions.map((one) => [one.file_id, one]))
    refuseAll('FILE_NOT_COMMITTED', wanted, ({ row }) => !byFile.has(row.id))
    refuseAll('FILE_DEPLOYED', wanted, ({ row, number }) => row.deleted_at === null && row.deployed_version === number)
    return wanted.map(({ row, number }) => {
      const { name, body } = byFile.get(row.id)!
      return {
        row,
        name,
        body,
        change: row.deleted_at !== null ? 'delete' : row.deployed_version === null ? 'create' : 'update',
        version: number,
        reachesProduction: true,
        waitsFor: [],
      }
    })
  },

  async delete(_sql, { mode }, asked) {
    refuseAll('FILE_IN_PRODUCTION', asked, ({ row }) => row.deleted_at !== null)
    return asked.map(({ row }) => ({
      row,
      name: row.name,
      body: row.body,
      change: 'delete',
      version: row.version,
      reachesProduction: mode === 'basic' && row.deployed_version !== null,
      waitsFor: [],
    }))
  },
}

function refuseAll<One extends { readonly row: FileRow }>(
  code: RefusalCode,
  all: readonly One[],
  isBroken: (one: One) => boolean,
): void {
  const broken = all.filter(isBroken)
  if (broken.length > 0) throw new Refusal(code, { files: broken.map(({ row }) => row.name) })
}

/** What can be written and not be committed, beside SQL that does not parse. */
function refuseUncommittable({ name, body }: FileRow): void {
  const refuse = (path: string, problem: string) =>
    new Refusal('FILE_BODY_INVALID', { path: `${name}: ${path}`, problem })
  if (body.kind === 'function' && dropOfFunction(contentOf(body)) === null)
    throw refuse('content', 'it is no statement that creates a function')
  if (body.kind !== 'node') return
  const { cron, startAt, endAt } = body.definition
  if (cron !== null && !runsWithin(cron, startAt, endAt))
    throw refuse('definition.cron', `${cron} never runs within its period`)
}
