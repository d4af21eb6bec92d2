/** Files and deployments as the native API answers them. */
import { fileTypeOfBody, may } from '@holdpoint/core'
import type { z } from 'zod'
import { rightOf } from '../modules/data-development/ask-deployment.ts'
import type { Sql } from '../store/database.ts'
import { deliveryStandsOf } from '../store/deliveries.ts'
import * as deployments from '../store/deployment-reading.ts'
import type { FileListRow, FileVersionListRow } from '../store/files.ts'
import { checksWithExtensions } from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import type { WorkspaceRow } from '../store/workspaces.ts'
import type * as shapes from './development-shapes.ts'
import { checkStateOf, person, serves } from './views.ts'

type Reads = Pick<Sql, 'rows'>
type Verb = z.input<typeof shapes.FileSummary>['may'][number]

/** The files, each with what is held on it now. */
export async function viewFiles(
  sql: Reads,
  caller: Caller,
  workspace: WorkspaceRow,
  rows: readonly FileListRow[],
): Promise<z.input<typeof shapes.FileSummary>[]> {
  const ids = rows.map((row) => row.id)
  const held = await deployments.heldOnFiles(sql, caller.tenantId, workspace.id, ids)
  return rows.map((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    folderId: row.folder_id,
    kind: row.kind,
    name: row.name,
    fileType: fileTypeOfBody(row.body),
    programType: row.body.kind === 'node' ? row.body.definition.programType : null,
    owner: row.owner_id === null ? null : person(row.owner_id, row.owner_name ?? ''),
    revision: row.revision,
    version: row.version,
    isChanged: row.committed_revision !== row.revision,
    deployedVersion: row.deployed_version,
    nodeId: row.node_id,
    modifiedAt: row.modified_at.toISOString(),
    modifiedBy: row.modified_by === null ? null : person(row.modified_by, row.modified_by_name ?? ''),
    deletedAt: row.deleted_at?.toISOString() ?? null,
    heldBy: held
      .filter((one) => one.file_id === row.id)
      .map((one) => ({ operationId: one.id, eventCode: one.event_code, deploymentId: one.deployment_id })),
    may: verbsOf(caller, workspace, row),
  }))
}

/** What the caller may do with a file that could be done with it as it stands. */
function verbsOf(caller: Caller, workspace: WorkspaceRow, row: FileListRow): Verb[] {
  const { mode } = workspace
  const isThere = row.deleted_at === null
  const hasNews = isThere ? row.version > 0 && row.deployed_version !== row.version : row.deployed_version !== null
  const verbs: readonly (readonly [Verb, Parameters<typeof may>[1], boolean])[] = [
    ['save', 'file.write', isThere],
    ['commit', rightOf('commit', mode), isThere && (row.version === 0 || row.committed_revision !== row.revision)],
    ['deploy', 'file.deploy', hasNews],
    ['delete', 'file.write', isThere],
    ['run', 'file.run', isThere && row.kind === 'node'],
    ['restore', 'file.write', !isThere],
    ['review', 'file.review', isThere && row.version > 0],
  ]
  return verbs.flatMap(([verb, right, isPossible]) => (isPossible && may(caller, right, workspace.id) ? [verb] : []))
}

export async function viewFile(
  sql: Reads,
  caller: Caller,
  workspace: WorkspaceRow,
  row: FileListRow,
): Promise<z.input<typeof shapes.FileDetail>> {
  const [view] = await viewFiles(sql, caller, workspace, [row])
  return { ...view!, body: mutable(row.body), createdAt: row.created_at.toISOString() }
}

export function fileVersionView(
  row: FileVersionListRow,
  deployedVersion: number | null,
): z.input<typeof shapes.FileVersion> {
  return {
    number: row.number,
    name: row.name,
    comment: row.comment,
    committedBy: row.committed_by === null ? null : person(row.committed_by, row.committed_by_name ?? ''),
    committedAt: row.committed_at.toISOString(),
    operationId: row.operation_id,
    isDeployed: row.number === deployedVersion,
    body: mutable(row.body),
  }
}

/** A body is answered as it is kept; that its members are not written to is all that the shape does not say. */
const mutable = (body: FileListRow['body']) => body as z.input<typeof shapes.FileBodyShape>

export function deploymentView({
  deployment,
  state,
  counts,
}: Pick<deployments.CountedDeployment, 'deployment' | 'state' | 'counts'>): z.input<typeof shapes.DeploymentSummary> {
  return {
    id: deployment.id,
    workspaceId: deployment.workspace_id,
    kind: deployment.kind,
    name: deployment.name,
    comment: deployment.comment,
    imported: deployment.imported,
    state,
    counts: { ...NO_COUNTS, ...counts },
    createdBy: person(deployment.created_by, deployment.created_by_name),
    createdAt: deployment.created_at.toISOString(),
  }
}

const NO_COUNTS: z.input<typeof shapes.DeploymentSummary>['counts'] = {
  checking: 0,
  passed: 0,
  applying: 0,
  done: 0,
  refused: 0,
  withdrawn: 0,
  stale: 0,
  failed: 0,
  'left-out': 0,
}

/** Everything about one deployment of the workspace; null where there is none. */
export async function readDeployment(
  sql: Reads,
  workspaceId: number,
  id: number,
): Promise<z.input<typeof shapes.DeploymentDetail> | null> {
  const found = await deployments.deploymentWithItems(sql, id)
  if (found === null || found.deployment.workspace_id !== workspaceId) return null
  const { deployment, state, items } = found
  const operationIds = items.flatMap((item) => item.operation_id ?? [])
  const checks = Map.groupBy(await checksWithExtensions(sql, operationIds), (check) => check.operation_id)
  const asking = items.flatMap((item) => (item.operation_state === 'held' ? (item.message_id ?? []) : []))
  const stands = Map.groupBy(asking.length === 0 ? [] : await deliveryStandsOf(sql, asking), (one) => one.message_id)
  const counts: Partial<Record<deployments.StandingItem['state'], number>> = {}
  for (const item of items) counts[item.state] = (counts[item.state] ?? 0) + 1
  const names = new Map(items.map((item) => [item.file_id, item.file_name]))
  const done = new Set(items.flatMap((item) => (item.state === 'done' ? [item.file_id] : [])))
  const byFile = Map.groupBy(items, (item) => item.file_id)
  return {
    ...deploymentView({ deployment, state, counts }),
    items: items.map((item) => {
      // A file waits for what it depends on, and each of its parts for the others.
      const awaited = item.waits_for.filter((fileId) => !done.has(fileId)).map((fileId) => names.get(fileId) ?? '')
      const others = byFile
        .get(item.file_id)!
        .filter((one) => one !== item && one.passed_at === null)
        .map((one) => one.name)
      const waitsFor = item.state === 'done' ? [] : [...new Set([...awaited, ...others])]
      return {
        fileId: item.file_id,
        name: item.name,
        innerKey: item.inner_key,
        version: item.version,
        change: item.change,
        state: item.state,
        waitsFor,
        operationId: item.operation_id,
        doneAt: item.done_at?.toISOString() ?? null,
        reasons: reasonsOf(item, waitsFor),
        checks: (checks.get(item.operation_id ?? '') ?? []).map((check) => ({
          extensionName: check.name,
          state: checkStateOf(
            check,
            (stands.get(item.message_id ?? '') ?? []).filter((one) => serves(one, check)),
          ),
          comment: check.comment,
        })),
      }
    }),
  }
}

function reasonsOf(item: deployments.StandingItem, dependencies: readonly string[]) {
  if (item.state === 'left-out') return [{ code: 'DEPENDENCY_FAILED', details: { dependencies: [...dependencies] } }]
  return [...(item.reason === null ? [] : [item.reason]), ...(item.operation_why ?? [])].map(({ code, details }) => ({
    code,
    details: { ...details },
  }))
}
