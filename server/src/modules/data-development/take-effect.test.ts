// Rules 14 and 46: each file takes effect exactly once, with the last thing that it waits for, however answers arrive and whoever takes them.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { development, statesOf } from '../../../../test/deployments.ts'
import { nodeBody } from '../../../../test/files.ts'
import { callBack, type Person, startWorld, type Tenant, type World } from '../../../../test/world.ts'
import type { Server } from '../../server.ts'
import { insertDeployment } from '../../store/deployments.ts'
import { askUnasked } from './ask-deployment.ts'

let world: World
let second: Server
let tenant: Tenant
let owner: Person
beforeAll(async () => {
  world = await startWorld()
  second = await world.replica()
  tenant = await world.tenant()
  owner = tenant.owner
})
afterAll(() => world?.stop())

async function place(points: readonly string[], mode: 'basic' | 'standard' = 'standard') {
  const workspace = await tenant.workspace(mode)
  const here = development(world, owner, workspace)
  const extension = await tenant.extension({ points })
  const enable = async (enabled: boolean) =>
    await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code: extension.code },
      body: { enabled },
    })
  const of = (name: string) => `${workspace.identifier}.${name}`
  return { workspace, extension, enable, of, ...here }
}
const messagesOf = async (deploymentId: number) =>
  (
    await world.db.rows<{ id: string }>(
      `select m.id from deployment_items i join messages m on m.operation_id = i.operation_id where i.deployment_id = $1 order by random()`,
      [deploymentId],
    )
  ).map((row) => row.id)

const LAYERS = 4
const WIDTH = 8
/** Files in layers, each of which waits for two of the layer before. */
const layered = (of: (name: string) => string) =>
  Object.fromEntries(
    Array.from({ length: LAYERS * WIDTH }, (_, at) => {
      const [layer, column] = [Math.floor(at / WIDTH), at % WIDTH]
      const upstream = layer === 0 ? [] : [column, (column + 1) % WIDTH].map((one) => of(`n${layer - 1}_${one}`))
      return [`n${layer}_${column}`, { upstream, inner: at % 5 === 0 ? [`inner_${at}`] : [] }]
    }),
  )

test.each(['standard', 'basic'] as const)(
  'of files that wait for each other, answered at the same moment at two replicas and twice each, every one takes effect once (%s mode)',
  async (mode) => {
    const at = await place(['deploy-file'], mode)
    const files = layered(at.of)
    const ids: number[] = []
    if (mode === 'standard') ids.push(...Object.values(await at.committed(files)))
    else for (const [name, given] of Object.entries(files)) ids.push((await at.write(name, given)).id)
    await at.enable(true)
    const asked = await at.ask(mode === 'standard' ? 'deploy' : 'commit', ids.toReversed())
    const messages = await messagesOf(asked.id)
    expect(messages).toHaveLength(asked.items.length)
    const answers = await Promise.all(
      messages.flatMap((id, one) =>
        [world.server, second].map((server, two) =>
          callBack((one + two) % 2 === 0 ? server : second, at.extension, id, 'OK', 'UpdateIDEEventResult'),
        ),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const ended = await at.deployment(asked.id)
    expect([ended.state, ended.counts.done]).toEqual(['succeeded', asked.items.length])
    const nodes = await world.db.rows<{ version: number; versions: number; created: number }>(
      `select n.version, (select count(*) from node_versions v where v.node_id = n.id) as versions,
         (select count(*) from object_log l where l.object_kind = 'node' and l.object_id = n.id) as created
       from nodes n where n.workspace_id = $1 and n.unpublished_at is null and not n.is_root`,
      [at.workspace.id],
    )
    expect(nodes).toEqual(ids.map(() => ({ version: 1, versions: 1, created: 1 })))
    const [edges] = await world.db.rows<{ n: number }>(
      `select count(*) as n from node_edges e join nodes n on n.id = e.to_id join nodes f on f.id = e.from_id
       where n.workspace_id = $1 and not f.is_root`,
      [at.workspace.id],
    )
    expect(edges!.n).toBe((LAYERS - 1) * WIDTH * 2)
    const versions = await world.db.rows(
      'select 1 from file_versions v join files f on f.id = v.file_id where f.workspace_id = $1',
      [at.workspace.id],
    )
    expect(versions).toHaveLength(ids.length)
  },
)

test('with nobody to ask, the parts of a file that pass at the same moment do not miss each other', async () => {
  const at = await place(['deploy-file'])
  const inner = Array.from({ length: 40 }, (_, one) => `inner_${one}`)
  const ids: number[] = []
  for (let one = 0; one < 6; one++) ids.push((await at.write(`loop_${one}`, { inner })).id)
  const asked = await at.ask('commit', ids)
  expect([asked.state, asked.counts.done]).toEqual(['succeeded', 6 * 41])
})

test('what a node waits for does not go away in the moment in which that is deployed', async () => {
  const at = await place(['deploy-file'])
  const ids = await at.committed({ raw: {}, clean: { upstream: [at.of('raw')] } })
  const [raw, clean] = [ids.raw!, ids.clean!]
  const { nodeId } = await at.file(raw)
  const there = async () => (await at.nodeNames()).filter((name) => name === 'raw' || name === 'clean').toSorted()
  for (let round = 0; round < 8; round++) {
    if (!(await there()).includes('raw')) await at.ask('deploy', [raw])
    await Promise.allSettled([
      at.ask('deploy', [clean]),
      owner.at(round % 2 === 0 ? second : world.server).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: at.workspace.id },
        body: { point: 'undeploy-node', nodeIds: [nodeId] },
      }),
    ])
    expect([[], ['clean', 'raw']]).toContainEqual(await there())
    if ((await there()).includes('clean'))
      await owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: at.workspace.id },
        body: { point: 'undeploy-node', nodeIds: [(await at.file(clean)).nodeId] },
      })
  }
})

test('what was let pass before and cannot be by then stands in nobody’s way, and says why', async () => {
  const at = await place(['deploy-file'])
  const ids = await at.committed({
    raw: {},
    gone: { upstream: [at.of('raw')] },
    stays: { upstream: [at.of('raw')] },
    last: { upstream: [at.of('gone')] },
  })
  await at.enable(true)
  const asked = await at.ask('deploy', Object.values(ids))
  for (const name of ['gone', 'stays', 'last']) await at.answer(at.extension, asked, name, 'OK')
  await at.ask('delete', [ids.gone!])
  const ended = await at.answer(at.extension, asked, 'raw', 'OK')
  expect([ended.state, statesOf(ended)]).toEqual([
    'failed',
    { raw: 'done', gone: 'failed', stays: 'done', last: 'left-out' },
  ])
  expect(ended.items.map((item) => item.reasons.map(({ code }) => code))).toEqual([
    [],
    ['FILES_GONE'],
    [],
    ['DEPENDENCY_FAILED'],
  ])
  expect((await at.nodeNames()).toSorted()).toEqual([`${at.workspace.identifier}_root`, 'raw', 'stays'].toSorted())
})

test('what cannot be by itself when its last answer comes has failed, and changes nothing', async () => {
  const at = await place(['deploy-file'])
  const ids = await at.committed({ raw: {}, clean: { upstream: [at.of('raw')] } })
  await at.ask('deploy', [ids.raw!])
  await at.enable(true)
  const asked = await at.ask('deploy', [ids.clean!])
  // What it waits for goes away meanwhile.
  await at.enable(false)
  await owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
    params: { workspaceId: at.workspace.id },
    body: { point: 'undeploy-node', nodeIds: [(await at.file(ids.raw!)).nodeId] },
  })
  const ended = await at.answer(at.extension, asked, 'clean', 'OK')
  expect(ended.items).toMatchObject([{ state: 'failed', reasons: [{ code: 'DEPENDENCY_NOT_DEPLOYED' }] }])
  expect(await at.file(ids.clean!)).toMatchObject({ deployedVersion: null })
  expect(await at.nodeNames()).toEqual([`${at.workspace.identifier}_root`])
})

test('rule 15: who asked and may no longer deploy has nothing deployed', async () => {
  const at = await place(['deploy-file'])
  const { a } = await at.committed({ a: {} })
  await at.enable(true)
  const deployer = await tenant.person([], { [at.workspace.id]: ['deployer'] })
  const asked = await at.ask('deploy', [a!], deployer)
  await world.db.rows('delete from members where workspace_id = $1 and user_id = $2', [at.workspace.id, deployer.id])
  const ended = await at.answer(at.extension, asked, 'a', 'OK')
  expect(ended.items).toMatchObject([{ state: 'refused', reasons: [{ code: 'REQUESTER_NOT_ALLOWED' }] }])
  expect(await at.nodeNames()).toHaveLength(1)
})

test('what somebody has begun to ask for who is gone is asked for by whoever comes next, once', async () => {
  const at = await place(['commit-file'])
  await at.enable(true)
  const [one, two] = [await at.write('one'), await at.write('two')]
  const items = [one, two].map(({ id }) => ({
    fileId: id,
    innerKey: null,
    version: 1,
    change: 'create' as const,
    body: nodeBody({ content: 'select 1' }),
    waitsFor: [],
  }))
  const id = await insertDeployment(
    world.db,
    {
      ...{ tenant_id: tenant.id, workspace_id: at.workspace.id, kind: 'commit', name: 'one +1', comment: '' },
      ...{ imported: false, created_by: owner.id },
    },
    items,
  )
  expect(statesOf(await at.deployment(id))).toEqual({ one: 'checking', two: 'checking' })
  // Whoever asked just now may still be at it.
  await askUnasked(world.server.platform)
  expect((await at.deployment(id)).items.map((item) => item.operationId)).toEqual([null, null])
  await world.db.rows(`update deployments set created_at = now() - interval '2 minutes' where id = $1`, [id])
  await Promise.all([world.server, second].map(({ platform }) => askUnasked(platform)))
  const operations = await world.db.rows(
    `select 1 from operations where workspace_id = $1 and event_code = 'commit-file'`,
    [at.workspace.id],
  )
  expect(operations).toHaveLength(2)
  await at.answer(at.extension, { id }, 'one', 'OK')
  expect(await at.answer(at.extension, { id }, 'two', 'OK')).toMatchObject({ state: 'succeeded' })
  // The draft is another one than what was committed.
  expect(await at.file(one.id)).toMatchObject({ version: 1, isChanged: true })
})
