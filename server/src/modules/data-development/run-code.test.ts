// Rule 49: running code of a file really executes on the data source, with log and result; what an extension refuses does not.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { putFile } from '../../../../test/files.ts'
import {
  callBack,
  detailOf,
  type Extension,
  PATIENCE,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'
import { workspaceById } from '../../store/workspaces.ts'
import { askDeployment } from './ask-deployment.ts'
import { createFile, saveFile } from './write-file.ts'

let world: World
let tenant: Tenant
let owner: Person
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
})
afterAll(() => world?.stop())

let serial = 0
type Given = { readonly content: string; readonly programType?: string; readonly parameters?: string }

async function file(workspace: Workspace, given: Given) {
  const { id } = await putFile(world, { tenant, workspace, name: `file_${++serial}`, by: owner, ...given })
  return { workspaceId: workspace.id, fileId: id }
}

type File = Awaited<ReturnType<typeof file>>
const run = (params: File, body: { content?: string; parameters?: string; bizdate?: string; revision?: number } = {}) =>
  owner.api.call('POST /workspaces/{workspaceId}/files/{fileId}/runs', { params, body: { revision: 1, ...body } })
const runsOf = async (params: File) =>
  (await owner.api.call('GET /workspaces/{workspaceId}/files/{fileId}/runs', { params })).items
const ended = (params: File) =>
  vi.waitUntil(async () => (await runsOf(params)).find((one) => one.state !== 'running'), PATIENCE)
const logOf = async ({ workspaceId }: File, instanceId: number) =>
  (
    await owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}/log', {
      params: { workspaceId, instanceId },
    })
  ).text

describe('with nobody to ask', () => {
  test('code runs at once on development’s data source, and its log says what came of it', async () => {
    const workspace = await tenant.workspace()
    const of = await file(workspace, { content: "create table seen as select 'a' as letter;\nselect * from seen" })
    const { operation, run: started } = await run(of)
    expect(operation.state).toBe('done')
    expect(started).toMatchObject({ kind: 'code', environment: 'DEV', state: 'running', operationId: operation.id })
    expect(await ended(of)).toMatchObject({ state: 'succeeded', reasons: [], instanceId: started!.instanceId })
    expect(await logOf(of, started!.instanceId)).toContain('letter\n------\na\n')
    const elsewhere = await file(workspace, { content: 'select count(*) as many from seen' })
    await run(elsewhere)
    expect(await ended(elsewhere)).toMatchObject({ state: 'succeeded' })
  })

  test('in basic mode it runs in production, of which the tables are its own', async () => {
    const of = await file(await tenant.workspace('basic'), { content: 'select 1' })
    expect((await run(of)).run).toMatchObject({ environment: 'PROD' })
    expect(await ended(of)).toMatchObject({ state: 'succeeded' })
  })

  test('a part of it runs with the parameters and the date that were given', async () => {
    const of = await file(await tenant.workspace(), { content: 'select nothing', parameters: 'own' })
    const content = `select '\${wanted}' as w, '\${day}' as d`
    const { run: started } = await run(of, {
      content,
      parameters: 'wanted=given day=$[yyyymmdd-1]',
      bizdate: '2026-03-01',
    })
    await ended(of)
    expect(await logOf(of, started!.instanceId)).toContain('given | 2')
    const own = await file(await tenant.workspace(), { content, parameters: 'own' })
    const { run: second } = await run(own)
    await ended(own)
    expect(await logOf(own, second!.instanceId)).toContain('own | ')
  })

  test('what fails says why, and is not run again by hand elsewhere', async () => {
    const of = await file(await tenant.workspace(), { content: 'select * from nothing_there' })
    const { run: started } = await run(of)
    const end = await ended(of)
    expect(end).toMatchObject({ state: 'failed', reasons: [{ code: 'STATEMENT_FAILED' }] })
    const again = owner.api.call('POST /workspaces/{workspaceId}/instance-operations', {
      params: of,
      body: { operation: 'rerun', instanceIds: [started!.instanceId] },
    } as never)
    expect(await refusalCode(again)).toBe('INSTANCE_TEMPORARY')
  })

  test('whoever may run it stops it, once, and its program ends', async () => {
    const workspace = await tenant.workspace()
    const developer = await tenant.person([], { [workspace.id]: ['developer'] })
    const of = await file(workspace, { content: 'select count(*) from range(100000000) a, range(100000000) b' })
    const { run: started } = await run(of)
    const params = { ...of, instanceId: started!.instanceId }
    await vi.waitUntil(async () => (await logOf(of, params.instanceId)) !== '', PATIENCE)
    const stop = (instanceId = params.instanceId) =>
      developer.api.call('POST /workspaces/{workspaceId}/files/{fileId}/runs/{instanceId}/stop', {
        params: { ...params, instanceId },
      })
    expect(await refusalCode(stop(1))).toBe('INSTANCE_NOT_FOUND')
    await stop()
    expect(await ended(of)).toMatchObject({ state: 'failed', reasons: [{ code: 'RUN_TERMINATED' }] })
    expect(await refusalCode(stop())).toBe('INSTANCE_NOT_TERMINABLE')
    const next = await file(workspace, { content: 'select 1' })
    await run(next)
    expect(await ended(next)).toMatchObject({ state: 'succeeded' })
  })

  test('a program that names a resource that there is not does not start', async () => {
    const workspace = await tenant.workspace()
    await world.sql(`update resource_groups set allows_shell = true where tenant_id = ${tenant.id} and is_default`)
    const of = await file(workspace, {
      content: '##@resource_reference{"rates.csv"}\ncat rates.csv',
      programType: 'DIDE_SHELL',
    })
    await run(of)
    const end = await ended(of)
    expect(end).toMatchObject({ state: 'failed', reasons: [{ code: 'PROGRAM_NOT_RUN' }] })
    expect(JSON.stringify(end!.reasons)).toContain('rates.csv')
  })

  test('a program reads the newest committed version of a resource that it names, as the file of its name', async () => {
    const fenced = /^programs of nodes run in namespaces/.test(await world.server.platform.runners.fence())
    const workspace = await tenant.workspace()
    const { platform } = world.server
    const place = (await workspaceById(world.db, tenant.id, workspace.id))!
    const caller = await owner.caller()
    const body = { kind: 'resource', resourceType: 'file', encoding: 'text', content: 'EUR,7.5' } as const
    const { id } = await createFile(platform, caller, place, {
      name: 'rates.csv',
      folderId: null,
      ownerId: owner.id,
      body,
    })
    await askDeployment(platform, caller, place, { kind: 'commit', files: [{ fileId: id }], comment: '' })
    const later = { fileId: id, revision: 1, body: { ...body, content: 'EUR,8' } }
    await saveFile(platform, caller, place, later)
    const content = '##@resource_reference{"rates.csv"}\ncat rates.csv'
    const of = await file(workspace, { content, programType: 'DIDE_SHELL' })
    const { run: started } = await run(of)
    const end = await ended(of)
    if (!fenced) return expect(end).toMatchObject({ reasons: [{ code: 'PROGRAM_NOT_RUN' }] })
    expect(end).toMatchObject({ state: 'succeeded' })
    expect(await logOf(of, started!.instanceId)).toBe('EUR,7.5')
  })

  test('another revision, what is no program of ours, and a data source that there is not are refused', async () => {
    const workspace = await tenant.workspace()
    const of = await file(workspace, { content: 'select 1' })
    expect(await refusalCode(run(of, { revision: 2 }))).toBe('FILE_CHANGED')
    expect(await refusalCode(run({ ...of, fileId: 1 }))).toBe('FILE_NOT_FOUND')
    const neighbour = await tenant.workspace()
    expect(await refusalCode(run({ ...of, workspaceId: neighbour.id }))).toBe('FILE_NOT_FOUND')
    for (const programType of ['VIRTUAL', 'RI', 'CONTROLLER_BRANCH'])
      expect(await refusalCode(run(await file(workspace, { content: '', programType })))).toBe('PROGRAM_NOT_RUN')
    await world.sql(`delete from data_sources where workspace_id = ${workspace.id} and environment = 'DEV'`)
    expect(await refusalCode(run(of))).toBe('DATA_SOURCE_MISSING')
    expect(await runsOf(of)).toEqual([])
  })
})

const answer = (extension: Extension, messageId: string | null, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, messageId, result, 'UpdateIDEEventResult')

describe('with an extension that watches', () => {
  test('one that is a function reads the code, and decides what of it runs', async () => {
    const workspace = await tenant.workspace()
    await tenant.extension({
      points: ['run-file'],
      enabledIn: [workspace],
      source: `export default (request: unknown, { snapshot }: any) =>
        ({ checkResult: /drop table/.test(snapshot.FileExecutionCommand.Content) ? 'FAIL' : 'OK' })`,
    })
    const making = await file(workspace, { content: 'create table kept as select 7 as seven' })
    await run(making)
    expect(await ended(making)).toMatchObject({ state: 'succeeded' })
    const dropping = await file(workspace, { content: 'drop table kept' })
    const { operation } = await run(dropping)
    const state = async () => (await detailOf(owner, operation.id)).state
    await expect.poll(state, PATIENCE).toBe('refused')
    expect(await runsOf(dropping)).toEqual([])
    const looking = await file(workspace, { content: 'select seven from kept' })
    await run(looking)
    const seen = await ended(looking)
    expect(await logOf(looking, seen!.instanceId)).toContain('seven\n-----\n7\n')
  })

  test('what it lets pass runs as it was asked for, and what it refuses leaves no trace on the data source', async () => {
    const workspace = await tenant.workspace()
    const extension = await tenant.extension({ points: ['run-file'], enabledIn: [workspace] })
    const good = await file(workspace, { content: 'create table passed (i int)' })
    const bad = await file(workspace, { content: 'create table refused (i int)' })
    const [first, second] = [await run(good), await run(bad)]
    for (const one of [first, second]) {
      expect(one.operation.state).toBe('held')
      expect(one.run).toBeNull()
    }
    // Whatever becomes of the draft: what runs is what was asked about.
    await world.sql(
      `update files set revision = 2, body = '{"kind": "resource", "content": ""}' where id = ${good.fileId}`,
    )
    await answer(extension, first.operation.messageId, 'OK')
    await answer(extension, second.operation.messageId, 'FAIL')
    expect(await ended(good)).toMatchObject({ state: 'succeeded', operationId: first.operation.id })
    expect(await runsOf(bad)).toEqual([])
    await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code: extension.code },
      body: { enabled: false },
    })
    const look = await file(workspace, { content: 'select table_name from duckdb_tables()' })
    const { run: looked } = await run(look)
    await ended(look)
    const log = await logOf(look, looked!.instanceId)
    expect(log).toContain('passed')
    expect(log).not.toContain('refused')
  })

  test('it is stale when the file is gone or the data source is another one by then', async () => {
    const workspace = await tenant.workspace()
    const extension = await tenant.extension({ points: ['run-file'], enabledIn: [workspace] })
    const [gone, moved] = [
      await file(workspace, { content: 'select 1' }),
      await file(workspace, { content: 'select 2' }),
    ]
    const [first, second] = [await run(gone), await run(moved)]
    await world.sql(`update files set deleted_at = now() where id = ${gone.fileId}`)
    await answer(extension, first.operation.messageId, 'OK')
    await world.sql(`delete from data_sources where workspace_id = ${workspace.id} and environment = 'DEV'`)
    await answer(extension, second.operation.messageId, 'OK')
    const stateOf = async (operationId: string) =>
      await owner.api.call('GET /operations/{operationId}', { params: { operationId } })
    expect(await stateOf(first.operation.id)).toMatchObject({ state: 'stale', reasons: [{ code: 'FILES_GONE' }] })
    expect(await stateOf(second.operation.id)).toMatchObject({
      state: 'stale',
      reasons: [{ code: 'RUN_SOURCE_CHANGED' }],
    })
    expect(await runsOf(gone)).toEqual([])
  })
})
