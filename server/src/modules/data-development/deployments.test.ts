// Rules 43 to 48: files are committed, deployed and deleted by operations that extensions let pass or refuse, and what became of them is read elsewhere.
import { Refusal } from '@holdpoint/core'
import { HoldpointError } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { development, statesOf } from '../../../../test/deployments.ts'
import { nodeBody } from '../../../../test/files.ts'
import {
  ask as askOnNodes,
  PATIENCE,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type World,
} from '../../../../test/world.ts'
import { generateDays } from '../operation-center/generate-day.ts'

let world: World
let tenant: Tenant
let owner: Person
beforeAll(async () => {
  world = await startWorld({ scheduler: 'on' })
  tenant = await world.tenant()
  owner = tenant.owner
})
afterAll(() => world?.stop())

type Point = 'commit-file' | 'deploy-file' | 'delete-file'
/** A workspace in which an extension watches these points, and what its owner does there. */
async function place(points: readonly Point[] = [], mode: 'basic' | 'standard' = 'standard') {
  const workspace = await tenant.workspace(mode)
  const here = development(world, owner, workspace)
  const enable = async (enabled: boolean) =>
    await owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code: extension.code },
      body: { enabled },
    })
  const extension = await tenant.extension({
    points: points.length > 0 ? points : ['run-file'],
    enabledIn: [workspace],
  })
  return { workspace, extension, enable, ...here }
}

const detailsOf = async (work: Promise<unknown>) =>
  await work.then(
    () => null,
    (error) => {
      if (error instanceof HoldpointError) return error.problem
      throw error
    },
  )
const rows = (table: string) => world.db.rows<{ n: number }>(`select count(*) as n from ${table}`)

describe('committing', () => {
  test('rule 44: what an extension lets pass becomes the next version as it was checked, and what it refuses becomes none', async () => {
    const at = await place(['commit-file'])
    const good = await at.write('good', { content: 'select 1' })
    const bad = await at.write('bad', { content: 'drop table everything' })
    const asked = await at.ask('commit', [good.id, bad.id])
    expect([asked.state, statesOf(asked)]).toEqual(['open', { good: 'checking', bad: 'checking' }])
    expect((await at.file(good.id)).heldBy).toMatchObject([{ eventCode: 'commit-file', deploymentId: asked.id }])
    // The draft goes on meanwhile.
    await at.save(good.id, { revision: 1, body: nodeBody({ content: 'select 2' }) })
    await at.answer(at.extension, asked, 'good', 'OK')
    const ended = await at.answer(at.extension, asked, 'bad', 'FAIL')
    expect([ended.state, statesOf(ended)]).toEqual(['failed', { good: 'done', bad: 'refused' }])
    expect(await at.versions(good.id)).toMatchObject([
      { number: 1, body: { definition: { script: { content: 'select 1' } } }, isDeployed: false },
    ])
    expect(await at.file(good.id)).toMatchObject({ version: 1, revision: 2, isChanged: true })
    expect(await at.versions(bad.id)).toEqual([])
    expect(await at.file(bad.id)).toMatchObject({ version: 0, isChanged: true })
    // Nothing of either is in the Operation Center.
    expect(await at.nodeNames()).toEqual([`${at.workspace.identifier}_root`])
  })

  test('is stale when the file is gone or another version has been committed since', async () => {
    const at = await place(['commit-file'])
    const other = await tenant.person([], { [at.workspace.id]: ['developer'] })
    const [gone, ahead] = [await at.write('gone'), await at.write('ahead')]
    const asked = await at.ask('commit', [gone.id, ahead.id])
    const meanwhile = await at.ask('commit', [ahead.id], other)
    expect(meanwhile.id).not.toBe(asked.id)
    await at.answer(at.extension, meanwhile, 'ahead', 'OK')
    await at.ask('delete', [gone.id])
    await at.answer(at.extension, asked, 'gone', 'OK')
    const ended = await at.answer(at.extension, asked, 'ahead', 'OK')
    expect(statesOf(ended)).toEqual({ gone: 'stale', ahead: 'stale' })
    expect(ended.items.map((item) => item.reasons[0]!.code)).toEqual(['FILES_GONE', 'FILES_VERSION_CHANGED'])
    expect(await at.versions(ahead.id)).toHaveLength(1)
  })

  test('another revision, nothing new, SQL that does not parse and a schedule that never runs are refused, and nothing is asked', async () => {
    const at = await place()
    const good = await at.write('good')
    const before = await rows('deployments')
    const broken = await at.write('broken', { content: 'select *\nform raw', parsing: true })
    const why = await detailsOf(at.ask('commit', [good.id, broken.id]))
    expect(why).toMatchObject({ code: 'SQL_UNPARSEABLE', details: { name: 'broken', line: 2 } })
    await at.save(broken.id, { revision: 1, body: nodeBody({ content: 'select *\nform raw', parsing: false }) })
    const never = await at.write('never', { cron: '00 00 00 31 01 ?' })
    const body = nodeBody({ cron: '00 00 00 31 01 ?' })
    const ended = { ...body, definition: { ...body.definition, endAt: '2001-01-01 00:00:00' } }
    await at.save(never.id, { revision: 1, body: ended })
    expect(await refusalCode(at.ask('commit', [never.id]))).toBe('FILE_BODY_INVALID')
    const changed = await detailsOf(at.ask('commit', [{ fileId: good.id, revision: 7 }]))
    expect(changed).toMatchObject({ code: 'FILE_CHANGED', details: { revision: 1, named: 7 } })
    expect(await rows('deployments')).toEqual(before)
    expect((await at.ask('commit', [good.id, broken.id])).state).toBe('succeeded')
    expect(await refusalCode(at.ask('commit', [good.id]))).toBe('FILE_UNCHANGED')
  })

  test('a file that somebody has changed meanwhile is not overwritten, and who did is named', async () => {
    const at = await place()
    const file = await at.write('shared')
    const other = await tenant.person([], { [at.workspace.id]: ['developer'] })
    const theirs = development(world, other, at.workspace)
    await theirs.save(file.id, { revision: 1, body: nodeBody({ content: 'select 2' }) })
    const why = await detailsOf(at.save(file.id, { revision: 1, body: nodeBody({ content: 'select 3' }) }))
    expect(why).toMatchObject({
      code: 'FILE_CHANGED',
      details: { by: `The ${other.name}`, revision: 2, named: 1 },
    })
    expect(await at.file(file.id)).toMatchObject({ body: { definition: { script: { content: 'select 2' } } } })
  })

  test('rule 24: who asks again for the same gets the open deployment, and is told of it when it is not quite the same', async () => {
    const at = await place(['commit-file'])
    const [one, two] = [await at.write('one'), await at.write('two')]
    const asked = await at.ask('commit', [one.id, two.id])
    expect((await at.ask('commit', [two.id, one.id])).id).toBe(asked.id)
    expect(await detailsOf(at.ask('commit', [one.id]))).toMatchObject({
      code: 'FILE_UNDER_CHECK',
      details: { deploymentId: asked.id, files: ['one'] },
    })
    const withdrawn = await owner.api.call('POST /workspaces/{workspaceId}/deployments/{deploymentId}/withdraw', {
      params: { workspaceId: at.workspace.id, deploymentId: asked.id },
    })
    expect([withdrawn.state, statesOf(withdrawn)]).toEqual(['failed', { one: 'withdrawn', two: 'withdrawn' }])
    expect((await at.ask('commit', [one.id])).id).not.toBe(asked.id)
  })

  test('rule 13: nobody withdraws what somebody else has asked for', async () => {
    const at = await place(['commit-file'])
    const asked = await at.ask('commit', [(await at.write('mine')).id])
    const other = await tenant.person([], { [at.workspace.id]: ['owner'] })
    const params = { workspaceId: at.workspace.id, deploymentId: asked.id }
    const withdrawing = other.api.call('POST /workspaces/{workspaceId}/deployments/{deploymentId}/withdraw', { params })
    expect(await refusalCode(withdrawing)).toBe('OPERATION_NOT_YOURS')
    expect((await at.deployment(asked.id)).state).toBe('open')
  })

  test('rule 46: a node with nodes inside is as many checks, and becomes a version when all of them pass', async () => {
    const at = await place(['commit-file'])
    const [loop, other] = [
      await at.write('loop', { programType: 'CONTROLLER_CYCLE', inner: ['first', 'second'] }),
      await at.write('other', { programType: 'CONTROLLER_CYCLE', inner: ['third'] }),
    ]
    const asked = await at.ask('commit', [loop.id, other.id])
    expect(statesOf(asked)).toEqual({
      ...{ loop: 'checking', first: 'checking', second: 'checking' },
      ...{ other: 'checking', third: 'checking' },
    })
    await at.answer(at.extension, asked, 'second', 'OK')
    const waiting = await at.answer(at.extension, asked, 'loop', 'OK')
    expect(waiting.items.find((item) => item.name === 'loop')).toMatchObject({ state: 'passed', waitsFor: ['first'] })
    expect(await at.versions(loop.id)).toEqual([])
    const passed = await at.answer(at.extension, asked, 'first', 'WARN')
    expect(statesOf(passed)).toMatchObject({ loop: 'done', first: 'done', second: 'done' })
    expect(await at.versions(loop.id)).toHaveLength(1)
    await at.answer(at.extension, asked, 'other', 'OK')
    const ended = await at.answer(at.extension, asked, 'third', 'FAIL')
    expect(statesOf(ended)).toMatchObject({ other: 'left-out', third: 'refused' })
    expect(ended.items.find((item) => item.name === 'other')!.reasons).toEqual([
      { code: 'DEPENDENCY_FAILED', details: { dependencies: ['third'] } },
    ])
    expect(await at.versions(other.id)).toEqual([])
  })
})

describe('deploying', () => {
  test('rule 45: what an extension lets pass is the node of the Operation Center, of which instances come; what it refuses is not there', async () => {
    const at = await place(['deploy-file'])
    const ids = await at.committed({ good: { cron: '00 30 03 * * ?' }, bad: {} })
    const asked = await at.ask('deploy', [ids.good!, ids.bad!])
    expect(asked.state).toBe('open')
    const { nodeId } = await at.file(ids.good!)
    await at.answer(at.extension, asked, 'good', 'OK')
    const ended = await at.answer(at.extension, asked, 'bad', 'FAIL')
    expect([ended.state, statesOf(ended)]).toEqual(['failed', { good: 'done', bad: 'refused' }])
    expect(await at.node(nodeId)).toMatchObject({ name: 'good', cron: '00 30 03 * * ?', recurrence: 'normal' })
    expect(await at.nodeNames()).not.toContain('bad')
    expect(await at.file(ids.good!)).toMatchObject({ deployedVersion: 1 })
    expect(await at.file(ids.bad!)).toMatchObject({ deployedVersion: null, may: expect.arrayContaining(['deploy']) })
    const noonIn4Days = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 4.5 * 86_400_000
    await generateDays({ db: world.db, timeZone: 'UTC' }, noonIn4Days)
    const made = await world.db.rows<{ node_id: number }>(
      'select node_id from instances where workspace_id = $1 and node_version = 1 and node_id = any($2)',
      [at.workspace.id, [nodeId, (await at.file(ids.bad!)).nodeId]],
    )
    expect(made.map((one) => one.node_id)).toEqual([nodeId])
  })

  test('another version of it is the next version of its node, under whatever name it has by then', async () => {
    const at = await place()
    const { a } = await at.committed({ a: { content: 'select 1' } })
    await at.ask('deploy', [a!])
    await at.save(a!, { revision: 1, name: 'renamed', body: nodeBody({ content: 'select 2' }) })
    await at.ask('commit', [a!])
    const { nodeId } = await at.file(a!)
    expect(await at.node(nodeId)).toMatchObject({ name: 'a' })
    expect((await at.ask('deploy', [a!])).state).toBe('succeeded')
    expect(await at.node(nodeId)).toMatchObject({ name: 'renamed' })
    const params = { workspaceId: at.workspace.id, nodeId }
    const versions = await owner.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}/versions', { params })
    expect(versions.items.map((one) => one.version)).toEqual([2, 1])
    expect(await refusalCode(at.ask('deploy', [a!]))).toBe('FILE_DEPLOYED')
    // Back to the one before.
    expect((await at.ask('deploy', [{ fileId: a!, version: 1 }])).state).toBe('succeeded')
    expect(await at.node(nodeId)).toMatchObject({ name: 'a' })
    expect((await at.versions(a!)).map((one) => one.isDeployed)).toEqual([false, true])
  })

  test('rule 45: with a dependency that is neither deployed nor in the deployment it is refused, and nothing of it is asked', async () => {
    const at = await place(['deploy-file'])
    const raw = `${at.workspace.identifier}.raw`
    const ids = await at.committed({ raw: {}, clean: { upstream: [raw] }, alone: {} })
    const before = await rows('deployments')
    const why = await detailsOf(at.ask('deploy', [ids.alone!, ids.clean!]))
    expect(why).toMatchObject({ code: 'DEPENDENCY_NOT_DEPLOYED', details: { dependencies: [raw] } })
    expect(await rows('deployments')).toEqual(before)
    const asked = await at.ask('deploy', [ids.raw!])
    await at.answer(at.extension, asked, 'raw', 'OK')
    expect((await at.ask('deploy', [ids.clean!])).state).toBe('open')
  })

  test.each([[['raw', 'clean', 'mart']], [['mart', 'clean', 'raw']], [['clean', 'mart', 'raw']]])(
    'rule 46: whatever the order of the answers (%j), each takes effect with the last thing that it waits for',
    async (order) => {
      const at = await place(['deploy-file'])
      const of = (name: string) => `${at.workspace.identifier}.${name}`
      const ids = await at.committed({ mart: { upstream: [of('clean')] }, clean: { upstream: [of('raw')] }, raw: {} })
      const asked = await at.ask('deploy', Object.values(ids))
      expect(asked.items.map((item) => [item.name, item.waitsFor])).toEqual([
        ['mart', ['clean']],
        ['clean', ['raw']],
        ['raw', []],
      ])
      const passed = new Set<string>()
      for (const name of order) {
        passed.add(name)
        const states = statesOf(await at.answer(at.extension, asked, name, 'OK'))
        const isDone = (one: string): boolean =>
          passed.has(one) && (one === 'raw' || isDone(one === 'mart' ? 'clean' : 'raw'))
        for (const one of ['raw', 'clean', 'mart'])
          expect([one, states[one]]).toEqual([one, isDone(one) ? 'done' : passed.has(one) ? 'passed' : 'checking'])
        const there = await at.nodeNames()
        for (const one of ['raw', 'clean', 'mart']) expect(there.includes(one)).toBe(isDone(one))
      }
      const mart = await at.node((await at.file(ids.mart!)).nodeId)
      expect(mart.upstream.map((one) => one.name)).toEqual(['clean'])
    },
  )

  test('what was let pass and waits for something that is refused is left out, and says for what', async () => {
    const at = await place(['deploy-file'])
    const ids = await at.committed({ raw: {}, clean: { upstream: [`${at.workspace.identifier}.raw`] } })
    const asked = await at.ask('deploy', Object.values(ids))
    await at.answer(at.extension, asked, 'clean', 'OK')
    const ended = await at.answer(at.extension, asked, 'raw', 'FAIL')
    expect([ended.state, statesOf(ended)]).toEqual(['failed', { raw: 'refused', clean: 'left-out' }])
    expect(ended.items.find((item) => item.name === 'clean')!.reasons).toEqual([
      { code: 'DEPENDENCY_FAILED', details: { dependencies: ['raw'] } },
    ])
    expect(await at.nodeNames()).toHaveLength(1)
    // Nothing of it stands in the way of asking again.
    expect((await at.ask('deploy', Object.values(ids))).id).not.toBe(asked.id)
  })

  test('it is stale when production has another version by then', async () => {
    const at = await place(['deploy-file'])
    const { a } = await at.committed({ a: {} })
    const other = await tenant.person([], { [at.workspace.id]: ['deployer'] })
    const [first, second] = [await at.ask('deploy', [a!]), await at.ask('deploy', [a!], other)]
    await at.answer(at.extension, second, 'a', 'OK')
    const ended = await at.answer(at.extension, first, 'a', 'OK')
    expect(ended.items).toMatchObject([{ state: 'stale', reasons: [{ code: 'FILES_VERSION_CHANGED' }] }])
    expect(
      await world.db.rows('select version from node_versions where node_id = $1', [(await at.file(a!)).nodeId]),
    ).toHaveLength(1)
  })

  test('an output or a name that another node has, and a circle, are refused', async () => {
    const at = await place()
    const of = (name: string) => `${at.workspace.identifier}.${name}`
    await tenant.nodes(at.workspace, { there: [] })
    const { taken, gone, one, two } = await at.committed({
      taken: { outputs: [of('there')] },
      gone: {},
      one: { upstream: [of('two')] },
      two: { upstream: [of('one')] },
    })
    expect(await detailsOf(at.ask('deploy', [taken!]))).toMatchObject({
      code: 'NAME_TAKEN',
      details: { name: of('there') },
    })
    // Production still has the node of a file in the recycle bin.
    await at.ask('deploy', [gone!])
    await at.ask('delete', [gone!])
    const { gone: again } = await at.committed({ gone: { outputs: [of('again')] } })
    expect(await refusalCode(at.ask('deploy', [again!]))).toBe('FILE_IN_PRODUCTION')
    expect((await at.ask('deploy', [gone!, again!])).state).toBe('succeeded')
    expect(await refusalCode(at.ask('deploy', [one!, two!]))).toBe('FLOWSPEC_CYCLE')
    // Through what is there already.
    const { up, down } = await at.committed({ up: {}, down: { upstream: [of('up')] } })
    await at.ask('deploy', [up!, down!])
    await at.save(up!, { revision: 1, body: nodeBody({ outputs: [of('up')], upstream: [of('down')] }) })
    await at.ask('commit', [up!])
    expect(await refusalCode(at.ask('deploy', [up!]))).toBe('FLOWSPEC_CYCLE')
  })

  test('rule 48: what is unpublished in the Operation Center is not deployed any more, and comes back under its number', async () => {
    const at = await place()
    const { a } = await at.committed({ a: {} })
    await at.ask('deploy', [a!])
    const { nodeId } = await at.file(a!)
    await askOnNodes(owner, at.workspace, 'undeploy-node', [nodeId])
    expect(await at.file(a!)).toMatchObject({ deployedVersion: null, version: 1 })
    expect(await refusalCode(at.node(nodeId))).toBe('NODE_NOT_FOUND')
    expect((await at.ask('deploy', [a!])).state).toBe('succeeded')
    expect(await at.node(nodeId)).toMatchObject({ name: 'a' })
  })

  test('what it did to nodes is told after the fact, with who asked for it', async () => {
    const at = await place()
    const receiver = await world.receiver()
    await tenant.route(at.workspace, receiver.url, {
      pattern: { data: { eventCode: [{ prefix: 'node-change' }] } },
    })
    const { a } = await at.committed({ a: {} })
    await at.ask('deploy', [a!])
    await at.save(a!, { revision: 1, body: nodeBody({ content: 'select 2' }) })
    await at.ask('commit', [a!])
    await at.ask('deploy', [a!])
    await at.ask('delete', [a!])
    await at.ask('deploy', [a!])
    await receiver.nth(3)
    const { nodeId } = await at.file(a!)
    const told = receiver.received.map(({ body }) => JSON.parse(body).data)
    expect(told.map((one) => [one.eventCode, one.nodeId, one.operator]).toSorted()).toEqual(
      ['created', 'deleted', 'updated'].map((what) => [`node-change-${what}`, nodeId, String(owner.id)]),
    )
  })

  test('rule 20: who writes commits and deletes, who publishes deploys, and nobody else asks for either', async () => {
    const at = await place()
    const { a, b } = await at.committed({ a: {}, b: {} })
    const draft = await at.write('draft')
    const inRole = async (role: 'developer' | 'deployer' | 'visitor') =>
      await tenant.person([], { [at.workspace.id]: [role] })
    const [developer, deployer, visitor] = [
      await inRole('developer'),
      await inRole('deployer'),
      await inRole('visitor'),
    ]
    for (const person of [deployer, visitor]) {
      expect(await refusalCode(at.ask('commit', [draft.id], person))).toBe('FORBIDDEN')
      expect(await refusalCode(at.ask('delete', [b!], person))).toBe('FORBIDDEN')
    }
    for (const person of [developer, visitor])
      expect(await refusalCode(at.ask('deploy', [a!], person))).toBe('FORBIDDEN')
    expect((await at.ask('commit', [draft.id], developer)).state).toBe('succeeded')
    expect((await at.ask('delete', [b!], developer)).state).toBe('succeeded')
    expect((await at.ask('deploy', [a!], deployer)).state).toBe('succeeded')
  })

  test('a frozen node stays frozen', async () => {
    const at = await place()
    const { a } = await at.committed({ a: { content: 'select 1' } })
    await at.ask('deploy', [a!])
    const { nodeId } = await at.file(a!)
    await askOnNodes(owner, at.workspace, 'freeze-node', [nodeId])
    await at.save(a!, { revision: 1, body: nodeBody({ content: 'select 2' }) })
    await at.ask('commit', [a!])
    await at.ask('deploy', [a!])
    expect(await at.node(nodeId)).toMatchObject({ recurrence: 'pause' })
  })

  test('a function is made on production’s data source by a run, and is deployed when that has succeeded', async () => {
    const at = await place(['deploy-file'])
    const body = (content: string) => ({ kind: 'function', dataSource: null, content }) as const
    const twice = await at.write('twice', body('create or replace macro twice(x) as x * 2'))
    const wrong = await at.write('wrong', body('create macro wrong(x) as no_such_function(x, y)'))
    await at.ask('commit', [twice.id, wrong.id])
    const use = await at.committed({ use: { content: 'select twice(21) as answer' } })
    const asked = await at.ask('deploy', [twice.id, wrong.id, use.use!])
    for (const name of ['twice', 'wrong', 'use']) await at.answer(at.extension, asked, name, 'OK')
    const ended = await vi.waitUntil(async () => {
      const found = await at.deployment(asked.id)
      return found.state === 'open' ? null : found
    }, PATIENCE)
    expect(statesOf(ended)).toEqual({ twice: 'done', wrong: 'failed', use: 'done' })
    expect(await at.file(twice.id)).toMatchObject({ deployedVersion: 1 })
    expect(await at.file(wrong.id)).toMatchObject({ deployedVersion: null })
    const params = { workspaceId: at.workspace.id }
    const tried = await owner.api.call('POST /workspaces/{workspaceId}/smoke-tests', {
      params,
      body: { nodeId: (await at.file(use.use!)).nodeId, bizdate: '2026-01-01' },
    })
    const log = await vi.waitUntil(async () => {
      const [row] = await world.db.rows<{ id: number }>(
        'select id from instances where dag_id = $1 and status in (5, 6)',
        [tried.dagId],
      )
      if (row === undefined) return null
      const of = { params: { ...params, instanceId: row.id } }
      return (await owner.api.call('GET /workspaces/{workspaceId}/instances/{instanceId}/log', of)).text
    }, PATIENCE)
    expect(log).toContain('42')
  })
})

describe('deleting', () => {
  test('what an extension lets pass is in the recycle bin, and what it refuses stays; it comes back as it was', async () => {
    const at = await place(['delete-file'])
    const [good, bad] = [await at.write('good'), await at.write('bad')]
    const asked = await at.ask('delete', [good.id, bad.id])
    expect(statesOf(asked)).toEqual({ good: 'checking', bad: 'checking' })
    await at.answer(at.extension, asked, 'good', 'OK')
    await at.answer(at.extension, asked, 'bad', 'FAIL')
    const params = { workspaceId: at.workspace.id }
    const names = async (state?: 'deleted') =>
      (
        await owner.api.call('GET /workspaces/{workspaceId}/files', { params, query: state ? { state } : {} })
      ).items.map((one) => one.name)
    expect([await names(), await names('deleted')]).toEqual([['bad'], ['good']])
    expect(await refusalCode(at.save(good.id, { revision: 1, name: 'other' }))).toBe('FILE_NOT_FOUND')
    expect(await refusalCode(at.ask('commit', [good.id]))).toBe('FILE_NOT_FOUND')
    const back = await owner.api.call('POST /workspaces/{workspaceId}/files/{fileId}/restore', {
      params: { ...params, fileId: good.id },
    })
    expect(back).toMatchObject({ name: 'good', revision: 1, deletedAt: null })
    expect([await names(), await names('deleted')]).toEqual([['good', 'bad'], []])
  })

  test('a name is free while what had it is in the recycle bin, from where that then does not come back', async () => {
    const at = await place()
    const first = await at.write('name')
    expect(await refusalCode(at.write('name'))).toBe('NAME_TAKEN')
    await at.ask('delete', [first.id])
    await at.write('name')
    const params = { workspaceId: at.workspace.id, fileId: first.id }
    const back = owner.api.call('POST /workspaces/{workspaceId}/files/{fileId}/restore', { params })
    expect(await refusalCode(back)).toBe('NAME_TAKEN')
  })

  test('rule 45: production keeps its node until the deletion is deployed, and that is refused while others wait for it', async () => {
    const at = await place(['deploy-file'])
    await at.enable(false)
    const ids = await at.committed({ raw: {}, clean: { upstream: [`${at.workspace.identifier}.raw`] } })
    await at.ask('deploy', Object.values(ids))
    await at.ask('delete', [ids.raw!])
    expect(await at.nodeNames()).toContain('raw')
    expect(await detailsOf(at.ask('deploy', [ids.raw!]))).toMatchObject({
      code: 'FILE_USED',
      details: { files: ['clean'] },
    })
    await at.ask('delete', [ids.clean!])
    await at.enable(true)
    const asked = await at.ask('deploy', Object.values(ids))
    expect(asked.items.map((item) => [item.name, item.change, item.waitsFor])).toEqual([
      ['raw', 'delete', ['clean']],
      ['clean', 'delete', []],
    ])
    expect(statesOf(await at.answer(at.extension, asked, 'raw', 'OK'))).toMatchObject({ raw: 'passed' })
    const ended = await at.answer(at.extension, asked, 'clean', 'OK')
    expect(ended.state).toBe('succeeded')
    expect(await at.nodeNames()).toEqual([`${at.workspace.identifier}_root`])
    expect(await refusalCode(at.ask('deploy', [ids.raw!]))).toBe('FILE_NOT_FOUND')
  })
})

describe('rule 47: in basic mode', () => {
  test('submitting is publishing: it needs the right to publish, asks deploy-file alone, and makes version and node together', async () => {
    const at = await place(['commit-file', 'deploy-file'], 'basic')
    const [good, bad] = [await at.write('good'), await at.write('bad')]
    const developer = await tenant.person([], { [at.workspace.id]: ['developer'] })
    expect(await refusalCode(at.ask('commit', [good.id], developer))).toBe('FORBIDDEN')
    const asked = await at.ask('commit', [good.id, bad.id])
    expect((await at.file(good.id)).heldBy).toMatchObject([{ eventCode: 'deploy-file' }])
    await at.answer(at.extension, asked, 'good', 'OK')
    const ended = await at.answer(at.extension, asked, 'bad', 'FAIL')
    expect(statesOf(ended)).toEqual({ good: 'done', bad: 'refused' })
    expect(await at.file(good.id)).toMatchObject({ version: 1, deployedVersion: 1, isChanged: false })
    expect(await at.file(bad.id)).toMatchObject({ version: 0, deployedVersion: null })
    expect(await at.nodeNames()).toEqual([`${at.workspace.identifier}_root`, 'good'])
  })

  test('deleting takes the node out of production too, and is refused while others wait for it', async () => {
    const at = await place(['delete-file'], 'basic')
    const [raw, clean] = [
      await at.write('raw'),
      await at.write('clean', { upstream: [`${at.workspace.identifier}.raw`] }),
    ]
    await at.ask('commit', [raw.id, clean.id])
    expect(await at.nodeNames()).toHaveLength(3)
    expect(await refusalCode(at.ask('delete', [raw.id]))).toBe('FILE_USED')
    const asked = await at.ask('delete', [clean.id])
    expect(await at.nodeNames()).toContain('clean')
    await at.answer(at.extension, asked, 'clean', 'OK')
    expect(await at.nodeNames()).not.toContain('clean')
    expect(await at.file(clean.id)).toMatchObject({ deployedVersion: null, deletedAt: expect.any(String) })
  })
})

describe('rule 43: what is found in SQL', () => {
  test('is what a file waits for and makes when it is saved; what was left out by hand stays out', async () => {
    const at = await place()
    const of = (name: string) => `${at.workspace.identifier}.${name}`
    const content = 'insert into orders select * from raw_orders join dim using (id)'
    const file = await at.write('orders', { content, parsing: true, outputs: [of('orders_done')] })
    const outputsOf = (list: readonly { output: string }[]) => list.map(({ output }) => output)
    if (file.body.kind !== 'node') throw new Refusal('FILE_NOT_RUN', { name: 'orders' })
    expect(outputsOf(file.body.definition.outputs)).toEqual([of('orders_done'), of('orders')])
    expect(outputsOf(file.body.definition.inputs)).toEqual([of('raw_orders'), of('dim')])
    const parsing = { ...file.body.parsing, ignored: [of('dim')] }
    const next = await at.save(file.id, { revision: 1, body: { ...file.body, parsing } })
    if (next.body.kind !== 'node') throw new Refusal('FILE_NOT_RUN', { name: 'orders' })
    expect(outputsOf(next.body.definition.inputs)).toEqual([of('raw_orders')])
  })

  test('SQL that does not parse is kept, with what was found before', async () => {
    const at = await place()
    const file = await at.write('orders', { content: 'select * from raw_orders', parsing: true })
    const broken = await at.save(file.id, {
      revision: 1,
      body: nodeBody({ content: 'select * form raw', parsing: true }),
    })
    expect(broken).toMatchObject({
      revision: 2,
      body: { parsing: { inputs: [`${at.workspace.identifier}.raw_orders`] } },
    })
  })
})
