/**
 * askDeployment: somebody asks for something on files, each of which is an operation of its own, and so is each node inside a node (rule 46).
 *
 * First all of it is looked at and written down, or refused as a whole; then each item is asked for by itself. Where whoever asks is gone before the last one, another
 * replica goes on (askUnasked).
 */
import {
  type Action,
  contentOf,
  type DeploymentKind,
  dataSourceNameOf,
  FILE_CHANGE_NUMBERS,
  type FileBody,
  type FilePart,
  fileTypeOfPart,
  MAX_DEPLOYED_FILES,
  may,
  partsOf,
  Refusal,
} from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { hold } from '../../gate/hold.ts'
import { writeAudit } from '../../store/audit.ts'
import { dataSourcesOf, USUAL_DATA_SOURCE } from '../../store/data-sources.ts'
import type { Sql, Transaction } from '../../store/database.ts'
import { deploymentWithItems } from '../../store/deployment-reading.ts'
import * as store from '../../store/deployments.ts'
import { filesByIds } from '../../store/files.ts'
import { type Caller, callerById, entered } from '../../store/principals.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { fileMembers } from './file-body.ts'
import { FILE_POINTS, type ItemRequest } from './file-operation.ts'
import { parseSql } from './parse-sql.ts'
import { type PlannedFile, planDeployment } from './plan-deployment.ts'
import type { AskedDeployment, DeploymentRequest } from './requests.ts'
import { isParsed } from './write-file.ts'

/** Items that are asked for at the same moment. */
const MOST_AT_ONCE = 128
const UNASKED_AFTER_SECONDS = 60
const MOST_UNASKED = 10
/** Times that a commit begins anew because somebody saves meanwhile. */
const MOST_RUNS = 10

type Parts = Gate & { readonly timeZone: string }

/** Rule 47: what asks for it, and the right that it needs. In basic mode submitting is publishing. */
export function pointOf(kind: DeploymentKind, mode: WorkspaceRow['mode']): (typeof FILE_POINTS)[DeploymentKind] {
  return kind === 'commit' && mode === 'basic' ? FILE_POINTS.deploy : FILE_POINTS[kind]
}
export const rightOf = (kind: DeploymentKind, mode: WorkspaceRow['mode']): Action =>
  pointOf(kind, mode) === 'deploy-file' ? 'file.deploy' : 'file.write'

export async function askDeployment(
  gate: Parts,
  caller: Caller,
  workspace: WorkspaceRow,
  request: DeploymentRequest,
): Promise<AskedDeployment> {
  const { kind } = request
  const right = rightOf(kind, workspace.mode)
  if (!may(caller, right, workspace.id)) throw new Refusal('FORBIDDEN', { action: right })
  const fileIds = [...new Set(request.files.map(({ fileId }) => fileId))]
  if (fileIds.length === 0) throw new Refusal('FILES_EMPTY')
  if (fileIds.length > MAX_DEPLOYED_FILES) throw new Refusal('FILES_TOO_MANY', { limit: MAX_DEPLOYED_FILES })
  const once = { ...request, files: fileIds.map((id) => request.files.find(({ fileId }) => fileId === id)!) }
  // Parsing takes its time, and nothing is locked meanwhile; what is saved after it is parsed again.
  const parsed = kind === 'commit' ? await parseAll(gate.db, workspace, fileIds) : new Map<number, FileBody>()
  for (let run = 1; ; run++) {
    const written = await gate.db.transaction(async (tx) => {
      const planned = await planDeployment(tx, workspace, once, false)
      const unparsed = planned.find(({ row, body }) => kind === 'commit' && !isSame(parsed.get(row.id), body))
      if (unparsed !== undefined) return { unparsed }
      const open = await openOne(tx, caller, kind, planned)
      return { id: open ?? (await write(tx, caller, workspace, once, planned, false)), isNew: open === null }
    })
    if (written.unparsed === undefined) {
      if (written.isNew) await askItems(gate, caller, written.id)
      const { state } = (await deploymentWithItems(gate.db, written.id))!
      return { id: written.id, state }
    }
    const { id, name } = written.unparsed.row
    if (run >= MOST_RUNS) throw new Error(`${name} is saved again and again while it is being committed`)
    for (const [fileId, body] of await parseAll(gate.db, workspace, [id])) parsed.set(fileId, body)
  }
}

/**
 * Deploying what the same transaction has just committed, as an import does: looked at and written down or refused with it. `askItems` asks for it after the
 * commit.
 */
export async function writeImport(
  tx: Transaction,
  caller: Caller,
  workspace: WorkspaceRow,
  fileIds: readonly number[],
  comment: string,
): Promise<number> {
  if (fileIds.length > MAX_DEPLOYED_FILES) throw new Refusal('FILES_TOO_MANY', { limit: MAX_DEPLOYED_FILES })
  const request = { kind: 'deploy' as const, files: fileIds.map((fileId) => ({ fileId })), comment }
  const planned = await planDeployment(tx, workspace, request, true)
  return (await openOne(tx, caller, 'deploy', planned)) ?? (await write(tx, caller, workspace, request, planned, true))
}

const isSame = (a: FileBody | undefined, b: FileBody) => JSON.stringify(a) === JSON.stringify(b)

/** The drafts as they were parsed. Rule 43: what does not parse is not committed. */
async function parseAll(sql: Sql, workspace: WorkspaceRow, ids: readonly number[]): Promise<Map<number, FileBody>> {
  const parsed = new Map<number, FileBody>()
  for (const { id, name, body, workspace_id } of await filesByIds(sql, workspace.tenant_id, ids)) {
    parsed.set(id, body)
    if (workspace_id !== workspace.id || !isParsed(body)) continue
    const { problems } = await parseSql(contentOf(body), body.definition.programType, workspace)
    if (problems[0] !== undefined) throw new Refusal('SQL_UNPARSEABLE', { name, ...problems[0] })
  }
  return parsed
}

/** Rule 24: the same person asking again for the same gets the open one; null where there is none. */
async function openOne(
  sql: Sql,
  caller: Caller,
  kind: DeploymentKind,
  planned: readonly PlannedFile[],
): Promise<number | null> {
  const versions = new Map(planned.map(({ row, version }) => [row.id, version]))
  const open = await store.openItems(sql, { kind, userId: caller.userId, fileIds: [...versions.keys()] })
  const [first] = open
  if (first === undefined) return null
  const same = open.filter(
    (one) =>
      one.deployment_id === first.deployment_id &&
      one.is_same &&
      one.version === versions.get(one.file_id) &&
      one.file_count === planned.length,
  )
  if (same.length === planned.length) return first.deployment_id
  throw new Refusal('FILE_UNDER_CHECK', {
    deploymentId: first.deployment_id,
    files: [...new Set(open.map((one) => one.name))],
  })
}

async function write(
  tx: Transaction,
  caller: Caller,
  workspace: WorkspaceRow,
  { kind, comment }: DeploymentRequest,
  planned: readonly PlannedFile[],
  imported: boolean,
): Promise<number> {
  const first = planned[0]!.name
  const name = planned.length === 1 ? first : `${first} +${planned.length - 1}`
  const items = planned.flatMap((file) =>
    partsOf(file.body).map(({ innerKey }) => ({
      fileId: file.row.id,
      innerKey,
      version: file.version,
      change: file.change,
      body: innerKey === null && kind !== 'deploy' ? file.body : null,
      waitsFor: innerKey === null ? file.waitsFor : [],
    })),
  )
  const id = await store.insertDeployment(
    tx,
    {
      ...{ tenant_id: caller.tenantId, workspace_id: workspace.id, kind, name, comment, imported },
      created_by: caller.userId,
    },
    items,
  )
  writeAudit(tx, {
    tenantId: caller.tenantId,
    workspaceId: workspace.id,
    userId: caller.userId,
    action: 'deployment.create',
    object: String(id),
    details: { kind, name, files: planned.length, items: items.length, imported },
  })
  return id
}

/** Asks for what of a deployment has not been asked for. What is refused meanwhile ends with its reason. */
export async function askItems(gate: Parts, caller: Caller, deploymentId: number): Promise<void> {
  const unasked = await store.unaskedItems(gate.db, deploymentId)
  if (unasked === null) return
  const { deployment } = unasked
  const point = pointOf(deployment.kind, unasked.deployment.mode)
  const kind = gate.operations[point]
  if (kind === undefined) throw new Error(`nothing is known of ${point}`)
  const requests = await itemRequests(gate, unasked)
  const left = requests.values()
  const askNext = async () => {
    for (const { itemId, request } of left) {
      try {
        await hold(gate, entered(caller), kind, request)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        // Somebody else has asked for it by now, and it goes on.
        if (error.code !== 'FILE_UNDER_CHECK')
          await store.failUnasked(gate.db, itemId, { code: error.code, details: error.details })
      }
    }
  }
  const results = await Promise.allSettled(Array.from({ length: MOST_AT_ONCE }, askNext))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Goes on with what somebody has begun to ask for who is gone. Answers how many deployments were looked at. */
export async function askUnasked(gate: Parts): Promise<number> {
  const ids = await store.unaskedDeployments(gate.db, UNASKED_AFTER_SECONDS, MOST_UNASKED)
  for (const id of ids) {
    const unasked = await store.unaskedItems(gate.db, id)
    const caller = unasked && (await callerById(gate.db, unasked.deployment.created_by))
    if (caller) await askItems(gate, caller, id)
    else
      for (const { item_id } of unasked?.items ?? [])
        await store.failUnasked(gate.db, item_id, { code: 'REQUESTER_NOT_ALLOWED', details: {} })
  }
  return ids.length
}

async function itemRequests(
  { db, timeZone }: Parts,
  { deployment, items, files }: store.Unasked,
): Promise<readonly { readonly itemId: number; readonly request: ItemRequest }[]> {
  const { kind, mode, workspace_id: workspaceId } = deployment
  const environment = mode === 'basic' || kind === 'deploy' ? 'PROD' : 'DEV'
  const sources = await dataSourcesOf(db, workspaceId, environment)
  const usual = sources.find((one) => one.is_default)?.name ?? ''
  const sourceOf = (body: FileBody) => {
    const name = dataSourceNameOf(body)
    return name === null || (name === USUAL_DATA_SOURCE && !sources.some((one) => one.name === name)) ? usual : name
  }
  return items.map((item) => {
    const file = files.get(item.file_id)!
    const body = file.frozen
    const part = partsOf(body).find(({ innerKey }) => innerKey === item.inner_key)!
    const { name, fileType } = toldOf(part, file, kind)
    const { change, version } = item
    const of = { objectId: String(file.id), objectName: name }
    const members = { ...fileMembers(file, timeZone), fileName: name, fileType, nodeId: file.node_id }
    const before = kind === 'deploy' || mode === 'basic' ? file.deployed_version : file.version || null
    return {
      itemId: item.item_id,
      request: {
        workspaceId,
        description: {
          objects: [{ id: of.objectId, name }],
          requestKey: `item ${item.item_id}`,
          objectName: name,
          changes: [
            change === 'delete'
              ? { ...of, field: 'deleted', from: 'false', to: 'true' }
              : { ...of, field: 'version', from: String(before ?? ''), to: String(version) },
          ],
          snapshot: {
            tenantId: deployment.tenant_id,
            workspaceId,
            deploymentId: deployment.id,
            itemId: item.item_id,
            fileId: file.id,
            kind: file.kind,
            name,
            innerKey: item.inner_key,
            change,
            version,
            newestVersion: kind === 'commit' ? version - 1 : file.version,
            deployedVersion: file.deployed_version,
            // A draft that has been changed since is ahead of what is committed.
            revision: kind !== 'commit' ? null : file.is_same ? file.revision : file.revision - 1,
            reachesProduction:
              kind === 'deploy' || (mode === 'basic' && (kind === 'commit' || file.deployed_version !== null)),
            isInBin: kind === 'deploy' && change === 'delete',
            awaitedBy: file.awaited_by,
          },
          body:
            kind === 'delete'
              ? members
              : {
                  ...members,
                  fileVersion: version,
                  changeType: FILE_CHANGE_NUMBERS[change],
                  dataSourceName: sourceOf(body),
                },
          triggers: true,
          fileType: String(fileType),
        },
      },
    }
  })
}

/** By what name and type a part is told. */
function toldOf(part: FilePart, file: store.AskedFileRow, kind: DeploymentKind): { name: string; fileType: number } {
  const { frozen } = file
  const fileType = fileTypeOfPart(frozen, part)
  if (part.innerKey !== null) return { name: part.program.name, fileType }
  // A node is called in production as its version is; others by what they are called now.
  return { name: kind === 'deploy' && frozen.kind === 'node' ? frozen.definition.name : file.name, fileType }
}
