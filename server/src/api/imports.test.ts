import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  flowSpec,
  http,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

const importing = (given: unknown, environment: 'PROD' | 'DEV' = 'PROD', at: Workspace = workspace) =>
  tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: at.id },
    body: { environment, flowspec: given as string },
  })
const nodesOf = async (at: Workspace = workspace, environment: 'PROD' | 'DEV' = 'PROD') =>
  (
    await tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes', {
      params: { workspaceId: at.id },
      query: { environment, limit: 200 },
    })
  ).items
const detail = (nodeId: number, at: Workspace = workspace) =>
  tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}', { params: { workspaceId: at.id, nodeId } })
const fresh = async () => {
  workspace = await tenant.workspace()
  return workspace
}

describe('importing a FlowSpec file', () => {
  test('makes its nodes, with their dependencies by output; what waits for nothing waits for the workspace’s root', async () => {
    await fresh()
    const { created, updated } = await importing(flowSpec(workspace, { a: [], b: ['a'], c: ['a', 'b'] }))
    expect(updated).toEqual([])
    const ids = Object.fromEntries(created.map((node) => [node.name, node.id]))
    const root = (await nodesOf()).find((node) => node.isRoot)!
    const upstream = async (name: string) => (await detail(ids[name]!)).upstream.map((node) => node.id)
    expect(await upstream('a')).toEqual([root.id])
    expect(await upstream('b')).toEqual([ids.a])
    expect(await upstream('c')).toEqual([ids.a, ids.b])
    expect((await detail(ids.a!)).downstream.map((node) => node.name)).toEqual(['b', 'c'])
  })

  test('as text or as the object itself is the same', async () => {
    await fresh()
    const file = flowSpec(workspace, { a: [], b: ['a'] })
    const first = await importing(JSON.stringify(file))
    expect(first.created).toHaveLength(2)
    expect(await importing(file)).toMatchObject({ created: [], updated: [] })
  })

  test('again: the same changes nothing, a changed node gets a new version and keeps its id, others stay', async () => {
    await fresh()
    await importing(flowSpec(workspace, { a: [], b: ['a'] }))
    const before = await nodesOf()
    const { created, updated } = await importing(flowSpec(workspace, { b: ['a'], c: ['b'] }, 'select 2'))
    expect(created.map((node) => node.name)).toEqual(['c'])
    expect(updated.map((node) => node.name)).toEqual(['b'])
    const versions = Object.fromEntries((await nodesOf()).map((node) => [node.name, [node.id, node.version]]))
    for (const node of before) expect(versions[node.name]).toEqual([node.id, node.name === 'b' ? 2 : 1])
  })

  test('keeps every version of a node, with what it said, when it came to be and by whom', async () => {
    await fresh()
    const { created } = await importing(flowSpec(workspace, { a: [] }))
    for (const content of ['select 2', 'select 3']) await importing(flowSpec(workspace, { a: [] }, content))
    const params = { workspaceId: workspace.id, nodeId: created[0]!.id }
    const read = (query: { limit: number; cursor?: string }) =>
      tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}/versions', { params, query })
    const first = await read({ limit: 2 })
    const rest = await read({ limit: 2, cursor: first.nextCursor! })
    const said = ({ version, definition }: (typeof first.items)[number]) => [
      version,
      (definition.script as { content: string }).content,
    ]
    expect([...first.items, ...rest.items].map(said)).toEqual([
      [3, 'select 3'],
      [2, 'select 2'],
      [1, 'select 1'],
    ])
    for (const one of first.items)
      expect(one).toMatchObject({ madeAt: expect.any(String), madeBy: { id: String(tenant.owner.id) } })
    const elsewhere = await tenant.workspace()
    const foreign = tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}/versions', {
      params: { ...params, workspaceId: elsewhere.id },
      query: {},
    })
    expect(await refusalCode(foreign)).toBe('NODE_NOT_FOUND')
  })

  test('freezes and unfreezes nothing that is there already, and says what it left', async () => {
    await fresh()
    const pausing = (recurrence: string) => {
      const file = flowSpec(workspace, { a: [], b: [] }) as { spec: { nodes: { name: string; recurrence: string }[] } }
      for (const node of file.spec.nodes) if (node.name === 'a') node.recurrence = recurrence
      return file
    }
    const { created } = await importing(pausing('Normal'))
    const recurrence = async () => (await nodesOf()).filter((node) => !node.isRoot).map((node) => node.recurrence)
    const { warnings } = await importing(pausing('Pause'))
    expect(warnings.join(' ')).toContain('a keeps its recurrence')
    expect(await recurrence()).toEqual(['normal', 'normal'])
    await ask(tenant.owner, workspace, 'freeze-node', [created.find((node) => node.name === 'b')!.id])
    await importing(pausing('Normal'))
    expect(await recurrence()).toEqual(['normal', 'pause'])
    await fresh()
    await importing(pausing('Pause'))
    expect(await recurrence()).toEqual(['pause', 'normal'])
  })

  test('into development does not touch production; a workspace in basic mode has none', async () => {
    await fresh()
    await importing(flowSpec(workspace, { a: [] }), 'DEV')
    expect((await nodesOf()).filter((node) => !node.isRoot)).toEqual([])
    expect((await nodesOf(workspace, 'DEV')).map((node) => node.name)).toContain('a')
    const basic = await tenant.workspace('basic')
    expect(await refusalCode(importing(flowSpec(basic, { a: [] }), 'DEV', basic))).toBe('ENVIRONMENT_ABSENT')
  })

  test('what nothing produces is said, and found as soon as something does', async () => {
    await fresh()
    const { created, warnings } = await importing(flowSpec(workspace, { b: ['a'] }))
    expect(warnings.join(' ')).toContain(`Nothing produces ${workspace.identifier}.a`)
    const [b] = created
    expect((await detail(b!.id)).unresolvedInputs).toEqual([`${workspace.identifier}.a`])
    const { created: later } = await importing(flowSpec(workspace, { a: [] }))
    expect(await detail(b!.id)).toMatchObject({ unresolvedInputs: [], upstream: [{ id: later[0]!.id }] })
  })

  test('a node may wait for one of another workspace of the tenant', async () => {
    const one = await fresh()
    const { created } = await importing(flowSpec(one, { a: [] }))
    await fresh()
    const file = flowSpec(workspace, { b: [] }) as { spec: { nodes: { inputs: { nodeOutputs: unknown[] } }[] } }
    file.spec.nodes[0]!.inputs.nodeOutputs.push({ data: `${one.identifier}.a`, artifactType: 'NodeOutput' })
    const { created: here } = await importing(file)
    expect((await detail(here[0]!.id)).upstream.map((node) => node.id)).toEqual([created[0]!.id])
    expect(await refusalCode(ask(tenant.owner, one, 'undeploy-node', [created[0]!.id]))).toBe('NODE_HAS_DESCENDANTS')
  })
})

describe('a file that cannot be imported names the fault and imports nothing', () => {
  const without = async (work: () => Promise<unknown>, code: string) => {
    const before = await nodesOf()
    const messages = () => world.db.rows('select count(*) from messages where workspace_id = $1', [workspace.id])
    const told = await messages()
    expect(await refusalCode(work())).toBe(code)
    expect(await nodesOf()).toEqual(before)
    expect(await messages()).toEqual(told)
  }

  test.each([
    ['no JSON', 'nothing', 'FLOWSPEC_MALFORMED'],
    ['a broken file', '{"version": "1.1.0", "kind": "CycleWorkflow", "spec": {"nodes": [}', 'FLOWSPEC_MALFORMED'],
    ['no specification', '{}', 'FLOWSPEC_MALFORMED'],
    [
      'a member twice',
      '{"version":"1.1.0","version":"1.1.0","kind":"CycleWorkflow","spec":{"nodes":[]}}',
      'FLOWSPEC_MALFORMED',
    ],
    ['an event-triggered workflow', '{"version":"1.1.0","kind":"TriggerWorkflow","spec":{}}', 'FLOWSPEC_UNSUPPORTED'],
    [
      'a time zone that is not known',
      '{"version":"1.1.0","kind":"CycleWorkflow","spec":{"nodes":[{"id":"a","trigger":{"cron":"0 0 0 * * ?","timezone":"Mars/Olympus"}}]}}',
      'FLOWSPEC_UNSUPPORTED',
    ],
    [
      'a schedule that never runs',
      '{"version":"1.1.0","kind":"CycleWorkflow","spec":{"nodes":[{"id":"a","trigger":{"cron":"0 0 0 30 2 ?"}}]}}',
      'SCHEDULE_NEVER_RUNS',
    ],
  ])('%s', async (_what, text, code) => {
    await fresh()
    await without(() => importing(text), code)
  })

  test('a cycle within the file', async () => {
    await fresh()
    await without(() => importing(flowSpec(workspace, { a: ['b'], b: ['a'], c: [] })), 'FLOWSPEC_CYCLE')
  })

  test('a cycle that it closes with nodes that are here already', async () => {
    await fresh()
    await importing(flowSpec(workspace, { a: [], b: ['a'], c: ['b'] }))
    await without(() => importing(flowSpec(workspace, { a: ['c'] })), 'FLOWSPEC_CYCLE')
  })

  test('two imports at the same time do not close a cycle together', async () => {
    for (let round = 0; round < 5; round++) {
      await fresh()
      await importing(flowSpec(workspace, { a: [], b: [] }))
      const codes = await Promise.all([
        refusalCode(importing(flowSpec(workspace, { a: ['b'] }))),
        refusalCode(importing(flowSpec(workspace, { b: ['a'] }))),
      ])
      expect(codes.toSorted()).toEqual(['FLOWSPEC_CYCLE', 'it was not refused'])
    }
  })

  test('an output that another node produces already', async () => {
    const one = await fresh()
    await importing(flowSpec(one, { a: [] }))
    await fresh()
    await without(() => importing(flowSpec(one, { thief: [], a: [] })), 'NAME_TAKEN')
  })

  test('an object that is nested without end', async () => {
    await fresh()
    const cookie = await tenant.owner.cookie()
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    const imported = async (flowspec: string) => {
      const { status, body } = await http(world.server, 'POST', `/workspaces/${workspace.id}/flowspec-imports`, {
        cookie,
        body: `{"flowspec":${flowspec}}`,
        headers: { 'content-type': 'application/json' },
      })
      return { status, code: body.code }
    }
    expect(await imported(deep)).toEqual({ status: 400, code: 'BODY_MALFORMED' })
    expect(await imported(JSON.stringify(deep))).toEqual({ status: 422, code: 'FLOWSPEC_MALFORMED' })
  })

  test('when the database breaks off half-way', async () => {
    await fresh()
    await world.sql(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
      create trigger broken before insert on node_inputs for each row execute function broken()`)
    try {
      await without(() => importing(flowSpec(workspace, { a: [], b: ['a'] })), 'FAULT')
    } finally {
      await world.sql('drop trigger broken on node_inputs; drop function broken')
    }
  })
})
