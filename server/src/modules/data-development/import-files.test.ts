// Rule 48: importing a FlowSpec file into production is a publish of its files, at once with nobody to ask, and as a deployment otherwise.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  callBack,
  type Extension,
  flowSpec,
  PATIENCE,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

const importing = (workspace: Workspace, needs: Record<string, string[]>, content?: string) =>
  tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: { environment: 'PROD', flowspec: flowSpec(workspace, needs, content) as never },
  })
const nodeNames = async (workspace: Workspace) =>
  (
    await tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes', {
      params: { workspaceId: workspace.id },
      query: { environment: 'PROD', limit: 200 },
    })
  ).items
    .filter((node) => !node.isRoot)
    .map((node) => node.name)
const filesOf = (workspace: Workspace) =>
  world.db.rows<{ name: string; version: number; deployed: number | null; is_changed: boolean; has_node: boolean }>(
    `select f.name, f.version, f.deployed_version as deployed, f.committed_revision is distinct from f.revision as is_changed,
       exists (select from nodes n where n.id = f.node_id and n.name = f.name and n.unpublished_at is null) as has_node
     from files f where f.workspace_id = $1 order by f.name`,
    [workspace.id],
  )
const versionCount = async (workspace: Workspace) =>
  (
    await world.db.rows<{ n: number }>(
      'select count(*)::int as n from file_versions v join files f on f.id = v.file_id where f.workspace_id = $1',
      [workspace.id],
    )
  )[0]!.n

/** What is held, by the name of the file that it is about. */
async function heldMessages(workspace: Workspace): Promise<Readonly<Record<string, string>>> {
  const rows = await world.db.rows<{ object_name: string; message_id: string }>(
    `select o.object_name, m.id as message_id from operations o join messages m on m.operation_id = o.id
     where o.workspace_id = $1 and o.state = 'held' and o.event_code = 'deploy-file'`,
    [workspace.id],
  )
  return Object.fromEntries(rows.map((row) => [row.object_name, row.message_id]))
}
const answer = (extension: Extension, messageId: string, result: 'OK' | 'FAIL') =>
  callBack(world.server, extension, messageId, result, 'UpdateIDEEventResult')

describe('with nobody to ask', () => {
  test('every node has a file of its own with the version that production has', async () => {
    const workspace = await tenant.workspace()
    expect((await importing(workspace, { a: [], b: ['a'] })).deploymentId).toBeNull()
    const file = { version: 1, deployed: 1, is_changed: false, has_node: true }
    expect(await filesOf(workspace)).toEqual([
      { name: 'a', ...file },
      { name: 'b', ...file },
    ])
    expect(await world.db.rows('select id from deployments where workspace_id = $1', [workspace.id])).toEqual([])
  })

  test('what is imported again makes a version of what is another than before, and of nothing else', async () => {
    const workspace = await tenant.workspace()
    await importing(workspace, { a: [], b: [] })
    await importing(workspace, { a: [], b: [] })
    expect(await versionCount(workspace)).toBe(2)
    await importing(workspace, { a: [], b: ['a'] })
    expect((await filesOf(workspace)).map(({ version, deployed }) => [version, deployed])).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  test('a draft that somebody has gone on with stays, ahead of what was imported', async () => {
    const workspace = await tenant.workspace()
    await importing(workspace, { a: [] })
    const draft = `jsonb_set(body, '{definition,priority}', '8')`
    await world.sql(`update files set body = ${draft}, revision = revision + 1 where workspace_id = ${workspace.id}`)
    await importing(workspace, { a: [], b: ['a'] }, 'select 2')
    expect((await filesOf(workspace))[0]).toMatchObject({ name: 'a', version: 2, deployed: 2, is_changed: true })
    const [row] = await world.db.rows<{ draft: string; deployed: string }>(
      `select f.body->'definition'->>'priority' as draft, v.body->'definition'->>'priority' as deployed from files f
       join file_versions v on v.file_id = f.id and v.number = 2 where f.workspace_id = $1 and f.name = 'a'`,
      [workspace.id],
    )
    expect(row).toEqual({ draft: '8', deployed: '1' })
  })
})

describe('with an extension that watches', () => {
  test('each file is checked on its own: what passes is in production, what is refused and what waits for it is not', async () => {
    const workspace = await tenant.workspace()
    const extension = await tenant.extension({ points: ['deploy-file'], enabledIn: [workspace] })
    const imported = await importing(workspace, { a: [], b: ['a'], c: [] })
    expect(imported).toMatchObject({ created: [], updated: [], deploymentId: expect.any(Number) })
    expect(await nodeNames(workspace)).toEqual([])
    const messages = await heldMessages(workspace)
    expect(Object.keys(messages).sort()).toEqual(['a', 'b', 'c'])
    await answer(extension, messages.b!, 'OK')
    await answer(extension, messages.c!, 'OK')
    expect(await nodeNames(workspace)).toEqual(['c'])
    await answer(extension, messages.a!, 'FAIL')
    await vi.waitFor(async () => expect(await heldMessages(workspace)).toEqual({}), PATIENCE)
    expect(await nodeNames(workspace)).toEqual(['c'])
    expect((await filesOf(workspace)).map(({ name, version, deployed }) => [name, version, deployed])).toEqual([
      ['a', 1, null],
      ['b', 1, null],
      ['c', 1, 1],
    ])
    // The same file again asks about what is missing only, and now all of it may go.
    await importing(workspace, { a: [], b: ['a'], c: [] })
    const again = await heldMessages(workspace)
    expect(Object.keys(again).sort()).toEqual(['a', 'b'])
    await answer(extension, again.b!, 'OK')
    expect(await nodeNames(workspace)).toEqual(['c'])
    await answer(extension, again.a!, 'OK')
    expect((await nodeNames(workspace)).sort()).toEqual(['a', 'b', 'c'])
  })

  test('it watches only the types that it names, and nothing is asked into development', async () => {
    const workspace = await tenant.workspace()
    await tenant.extension({
      points: ['deploy-file'],
      enabledIn: [workspace],
      parameters: 'extension.fileType.6.deploy-file.enabled=true',
    })
    expect((await importing(workspace, { a: [] })).deploymentId).toBeNull()
    expect(await nodeNames(workspace)).toEqual(['a'])
  })

  test('what cannot be is refused as a whole, and leaves no file behind', async () => {
    const workspace = await tenant.workspace()
    await tenant.extension({ points: ['deploy-file'], enabledIn: [workspace] })
    expect(await refusalCode(importing(workspace, { a: ['b'], b: ['a'] }))).toBe('FLOWSPEC_CYCLE')
    expect(await filesOf(workspace)).toEqual([])
    expect(await heldMessages(workspace)).toEqual({})
  })
})
