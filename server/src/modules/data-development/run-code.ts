/** Running the code of a file (rule 49): held as `run-file`, and then an instance on the data source, with its log and its result. */
import {
  contentOf,
  fileTypeOfBody,
  MAX_FILE_BYTES,
  parameterText,
  Refusal,
  type RunSnapshot,
  runnerKindOf,
  whyNotRun,
} from '@holdpoint/core'
import type { Gate } from '../../gate/gate.ts'
import { type Held, hold } from '../../gate/hold.ts'
import type { OperationKind } from '../../gate/operation.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import { fileById } from '../../store/files.ts'
import { type Caller, entered } from '../../store/principals.ts'
import { userOfTenant } from '../../store/users.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { fileMembers } from './file-body.ts'
import type { CodeRunRequest } from './requests.ts'
import { startDevelopmentRun } from './start-run.ts'

type Request = CodeRunRequest & {
  readonly workspace: Pick<WorkspaceRow, 'id' | 'tenant_id' | 'mode'>
  readonly timeZone: string
}

export async function askRun(
  platform: Gate & { readonly timeZone: string },
  caller: Caller,
  workspace: WorkspaceRow,
  request: CodeRunRequest,
): Promise<Held> {
  return await hold(platform, entered(caller), runCode, { ...request, workspace, timeZone: platform.timeZone })
}

export const runCode: OperationKind<Request, RunSnapshot> = {
  point: 'run-file',
  action: 'file.run',
  workspaceOf: (request) => request.workspace.id,

  async describe(tx, { workspace, fileId, revision, bizdate, timeZone, ...given }) {
    const file = await fileById(tx, workspace.tenant_id, fileId)
    if (file === null || file.workspace_id !== workspace.id || file.deleted_at !== null)
      throw new Refusal('FILE_NOT_FOUND', { id: fileId })
    const { body, name } = file
    if (body.kind !== 'node') throw new Refusal('FILE_NOT_RUN', { name })
    if (revision !== null && revision !== file.revision) {
      const by = file.modified_by === null ? null : await userOfTenant(tx, workspace.tenant_id, file.modified_by)
      throw new Refusal('FILE_CHANGED', { name, by: by?.display_name ?? '', revision: file.revision, named: revision })
    }
    const { definition } = body
    const problem = whyNotRun(definition) ?? (runs(definition.programType) ? null : 'there is nothing in it to run')
    if (problem !== null) throw new Refusal('PROGRAM_NOT_RUN', { problem })
    const content = given.content ?? contentOf(body)
    if (Buffer.byteLength(content) > MAX_FILE_BYTES) throw new Refusal('FILE_TOO_LARGE', { limitBytes: MAX_FILE_BYTES })
    const environment = workspace.mode === 'standard' ? 'DEV' : 'PROD'
    const place = { workspaceId: workspace.id, environment } as const
    const dataSource = await dataSourceFor(tx, place, definition.programType, definition.dataSource?.name ?? null)
    const parameters = given.parameters ?? (parameterText(definition.parameters) || null)
    const change = (field: string, to: string) => ({
      ...{ objectId: String(fileId), objectName: name },
      ...{ field, from: '', to },
    })
    return {
      objects: [{ id: String(fileId), name }],
      requestKey: JSON.stringify([fileId, content, bizdate, parameters]),
      objectName: name,
      changes: [
        change('environment', environment),
        ...(dataSource === null ? [] : [change('dataSource', dataSource.name)]),
        change('bizdate', bizdate),
      ],
      snapshot: {
        ...{ tenantId: file.tenant_id, workspaceId: file.workspace_id, fileId, name, environment },
        dataSourceId: dataSource?.id ?? null,
        dataSourceName: dataSource?.name ?? '',
        programType: definition.programType,
        resourceGroup: definition.resourceGroup,
        fileType: fileTypeOfBody(body),
        nodeId: file.node_id,
        ...{ content, bizdate, parameters },
      },
      body: { ...fileMembers(file, timeZone), nodeId: file.node_id },
      triggers: true,
      fileType: String(fileTypeOfBody(body)),
    }
  },

  async staleness(tx, snapshot) {
    const file = await fileById(tx, snapshot.tenantId, snapshot.fileId)
    if (file === null || file.deleted_at !== null) return [new Refusal('FILES_GONE', { files: [snapshot.name] })]
    if (snapshot.dataSourceId === null) return []
    const today = await dataSourceOfNode(tx, { ...snapshot, name: snapshot.dataSourceName })
    return today?.id === snapshot.dataSourceId
      ? []
      : [new Refusal('RUN_SOURCE_CHANGED', { name: snapshot.dataSourceName })]
  },

  async apply(tx, snapshot, effect) {
    await startDevelopmentRun(tx, {
      tenantId: snapshot.tenantId,
      workspaceId: snapshot.workspaceId,
      environment: snapshot.environment,
      kind: 'code',
      fileId: snapshot.fileId,
      tableId: null,
      operationId: effect.operationId,
      requestedBy: effect.requestedBy,
      name: snapshot.name,
      programType: snapshot.programType,
      content: snapshot.content,
      dataSourceName: snapshot.dataSourceId === null ? null : snapshot.dataSourceName,
      resourceGroup: snapshot.resourceGroup,
      bizdate: snapshot.bizdate,
      parameters: snapshot.parameters,
      retries: 0,
    })
    effect.changed('instance', snapshot.workspaceId)
  },
}

/** A branch only chooses between what waits for it. */
const runs = (programType: string) => !['none', 'branch'].includes(runnerKindOf(programType) ?? 'none')

/** What the program runs on; null where it runs on none. */
async function dataSourceFor(
  sql: Sql,
  place: { readonly workspaceId: number; readonly environment: 'PROD' | 'DEV' },
  programType: string,
  name: string | null,
) {
  const kind = runnerKindOf(programType)
  if (kind !== 'sql' && kind !== 'postgresql') return null
  const dataSource = await dataSourceOfNode(sql, { ...place, name })
  if (dataSource === null) throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
  return dataSource
}
