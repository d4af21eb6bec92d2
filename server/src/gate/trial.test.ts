import { EVENTS, EXTENSION_POINTS, trialEvents } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  detailOf,
  dialect,
  type Extension,
  PATIENCE,
  type Person,
  type Receiver,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { expire } from './expire.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
let receiver: Receiver
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  receiver = await world.receiver()
  await tenant.route(workspace, receiver.url)
})
afterAll(() => world?.stop())

const underTest = (more: Parameters<Tenant['extension']>[0] = {}) =>
  tenant.extension({ testWorkspace: workspace, publish: false, ...more })

type Body = Record<string, unknown>
const send = (person: Person, code: string, eventCode: string, body?: Body, snapshot?: Body) =>
  person.api.call('POST /extensions/{code}/trials', {
    params: { code },
    body: { eventCode, ...(body && { body }), ...(snapshot && { snapshot }) },
  })
const callbackOf = (eventCode: string) => EXTENSION_POINTS.find((one) => one.eventCode === eventCode)!.callback
const returns = (extension: Extension, eventCode: string, messageId: string, result: 'OK' | 'WARN' | 'FAIL') =>
  dialect(world.server, extension.author, callbackOf(eventCode), {
    MessageId: messageId,
    ExtensionCode: extension.code,
    CheckResult: result,
    CheckResultTip: 'seen',
    CheckMessage: 'seen',
  })

describe('Rule 33: a trial asks an extension under test about an operation that nobody asked for', () => {
  test('its message goes along the channel of the test workspace, and its check ends it without an effect', async () => {
    const extension = await underTest()
    const { a } = await tenant.nodes(workspace, { a: [] })
    const given = { nodeIds: [a!], operator: 'somebody else', tenantId: 1, projectId: 1 }
    const trial = await send(extension.author, extension.code, 'freeze-node', given)
    expect(trial).toMatchObject({ trial: true, state: 'held', status: 'CHECKING', workspaceId: workspace.id })
    expect(trial.checks).toMatchObject([{ extensionCode: extension.code, version: 1 }])
    const received = () => receiver.received.find((one) => one.headers['webhook-id'] === trial.messageId)
    await expect.poll(received, PATIENCE).toBeDefined()
    const event = JSON.parse(received()!.body)
    expect(event.data).toMatchObject({
      nodeIds: [a],
      eventCode: 'freeze-node',
      tenantId: tenant.id,
      projectId: workspace.id,
      operator: String(extension.author.id),
      extensionBizId: trial.id,
      blockBusiness: true,
    })
    expect((await returns(extension, 'freeze-node', trial.messageId!, 'OK')).status).toBe(200)
    await expect
      .poll(() => detailOf(extension.author, trial.id), PATIENCE)
      .toMatchObject({
        state: 'done',
        status: 'PASSED',
        checks: [{ result: 'OK', comment: 'seen' }],
        deliveries: [{ state: 'delivered' }],
      })
    const [node] = await world.db.rows<{ recurrence: string }>('select recurrence from nodes where id = $1', [a])
    expect(node!.recurrence).toBe('normal')
  })

  test('FAIL refuses it; a second, other result is refused as ever', async () => {
    const extension = await underTest()
    const trial = await send(extension.author, extension.code, 'freeze-node')
    expect((await returns(extension, 'freeze-node', trial.messageId!, 'FAIL')).status).toBe(200)
    expect((await returns(extension, 'freeze-node', trial.messageId!, 'OK')).body.Code).toBe('Conflict.CheckResult')
    expect(await detailOf(extension.author, trial.id)).toMatchObject({
      state: 'refused',
      status: 'BLOCKED',
      trial: true,
    })
  })

  test('it expires as an operation does, and counts as its extension declared', async () => {
    const extension = await underTest({ onUnanswered: 'pass' })
    const trial = await send(extension.author, extension.code, 'freeze-node')
    await world.sql(`update messages set expires_at = now() - interval '1 second' where operation_id = '${trial.id}';
      update operations set held_until = now() - interval '1 second' where id = '${trial.id}'`)
    await expire(world.server.platform)
    await expect
      .poll(() => detailOf(extension.author, trial.id), PATIENCE)
      .toMatchObject({ state: 'done', trial: true })
  })

  test('whoever sent it withdraws it', async () => {
    const extension = await underTest()
    const { id } = await send(extension.author, extension.code, 'freeze-node')
    await extension.author.api.call('POST /operations/{operationId}/withdraw', { params: { operationId: id } })
    expect(await detailOf(extension.author, id)).toMatchObject({ state: 'withdrawn' })
  })

  test('the same again is another trial: no open one stands in its place', async () => {
    const extension = await underTest()
    const one = await send(extension.author, extension.code, 'freeze-node')
    const other = await send(extension.author, extension.code, 'freeze-node')
    expect(other.id).not.toBe(one.id)
    expect(other.messageId).not.toBe(one.messageId)
  })

  test('no other extension is asked, and targets that serve only others hear nothing', async () => {
    const place = await tenant.workspace()
    const [mine, others] = [await world.receiver(), await world.receiver()]
    const published = await tenant.extension({ enabledIn: [place] })
    const extension = await tenant.extension({ testWorkspace: place, publish: false })
    await tenant.route(place, others.url, { serves: [published.code] })
    await tenant.route(place, mine.url, { serves: [extension.code] })
    const trial = await send(extension.author, extension.code, 'freeze-node')
    expect(trial.checks.map((one) => one.extensionCode)).toEqual([extension.code])
    await mine.nth(1)
    expect(trial.deliveries).toHaveLength(1)
    expect(others.received).toEqual([])
  })

  test('a regular event goes to targets that name the extension, and to no general one, not over another bus either', async () => {
    const place = await tenant.workspace()
    const [mine, general, beyond] = [await world.receiver(), await world.receiver(), await world.receiver()]
    const extension = await tenant.extension({ testWorkspace: place, publish: false })
    await tenant.route(place, mine.url, { serves: [extension.code] })
    await tenant.route(place, general.url)
    const { api } = tenant.owner
    const { bus } = await api.call('GET /workspaces/{workspaceId}/channel', { params: { workspaceId: place.id } })
    const further = await api.call('POST /event-buses', { body: { name: 'further' } })
    await api.call('POST /event-buses/{busId}/rules', {
      params: { busId: further.id },
      body: { name: 'all', targets: [{ name: 'beyond', endpoint: beyond.url }] },
    })
    await api.call('POST /event-buses/{busId}/rules', {
      params: { busId: bus!.id },
      body: {
        name: 'on',
        targets: [{ name: 'on', kind: 'bus', settings: { busId: further.id }, serves: [extension.code] }],
      },
    })
    const told = await send(extension.author, extension.code, 'node-change-deleted')
    expect((await mine.nth(1)).headers['webhook-id']).toBe(told.messageId)
    await expect
      .poll(() => detailOf(extension.author, told.id), PATIENCE)
      .toMatchObject({ deliveries: [{ state: 'delivered' }, { state: 'delivered' }] })
    const asked = await send(extension.author, extension.code, 'freeze-node')
    // What asks goes everywhere: it is the first thing that these hear.
    for (const one of [general, beyond]) expect((await one.nth(1)).headers['webhook-id']).toBe(asked.messageId)
  })

  test('every delivery of a trial says so in a header, also at a later attempt, and no other delivery does', async () => {
    const place = await tenant.workspace()
    const there = await world.receiver((_one, n) => ({ status: n === 1 ? 503 : 200, headers: { 'retry-after': '0' } }))
    const { x } = await tenant.nodes(place, { x: [] })
    await tenant.route(place, there.url)
    const extension = await tenant.extension({ testWorkspace: place, publish: false })
    const trial = await send(extension.author, extension.code, 'freeze-node')
    for (const n of [1, 2])
      expect((await there.nth(n)).headers).toMatchObject({ 'webhook-id': trial.messageId, 'holdpoint-trial': 'true' })
    await ask(tenant.owner, place, 'freeze-node', [x!])
    expect((await there.nth(3)).headers['holdpoint-trial']).toBeUndefined()
  })

  test('every event that there is can be tried, with its sample as it stands', async () => {
    const levels = { workspace: [] as string[], tenant: [] as string[] }
    for (const point of EXTENSION_POINTS) levels[point.scope].push(point.eventCode)
    for (const points of Object.values(levels)) {
      const extension = await underTest({ points: points as never })
      const { author, code } = extension
      const { events, problem } = await author.api.call('GET /extensions/{code}/trial-events', { params: { code } })
      expect(problem).toBeNull()
      expect(events.map((one) => one.eventCode)).toEqual(trialEvents(points).map((one) => one.eventCode))
      for (const { eventCode, kind, body } of events) {
        const trial = await send(author, code, eventCode, body as Body)
        expect(trial, eventCode).toMatchObject({ trial: true, eventCode, state: kind === 'regular' ? 'done' : 'held' })
        expect(trial.message, eventCode).not.toBeNull()
      }
    }
    expect(trialEvents(Object.values(levels).flat())).toHaveLength(EVENTS.length)
  })
})

describe('who may try what', () => {
  test('only what is under test, with its own events, by those who write in the developer backend', async () => {
    const extension = await underTest()
    const { author, code } = extension
    const stranger = await tenant.person([], { [workspace.id]: ['administrator'] })
    const foreigner = (await world.tenant()).owner
    expect(await refusalCode(send(stranger, code, 'freeze-node'))).toBe('FORBIDDEN')
    expect(await refusalCode(send(foreigner, code, 'freeze-node'))).toBe('EXTENSION_UNKNOWN')
    expect(await refusalCode(send(author, code, 'unfreeze-node'))).toBe('TRIAL_EVENT_FOREIGN')
    expect(await refusalCode(send(author, code, 'nonsense'))).toBe('TRIAL_EVENT_FOREIGN')
    const published = await tenant.extension()
    expect(await refusalCode(send(published.author, published.code, 'freeze-node'))).toBe('EXTENSION_NOT_IN_TESTING')
    const nowhere = await tenant.extension({ publish: false })
    expect(await refusalCode(send(nowhere.author, nowhere.code, 'freeze-node'))).toBe('TEST_WORKSPACE_MISSING')
    const answer = await published.author.api.call('GET /extensions/{code}/trial-events', {
      params: { code: published.code },
    })
    expect(answer).toMatchObject({ version: null, events: [], problem: { code: 'EXTENSION_NOT_IN_TESTING' } })
  })

  test('a tenant-level extension is tried by its owner alone', async () => {
    const extension = await tenant.extension({ points: ['download-resources'], publish: false })
    expect(await refusalCode(send(tenant.owner, extension.code, 'download-resources'))).toBe('TRIAL_NOT_OWNER')
    const trial = await send(extension.author, extension.code, 'download-resources')
    expect(trial).toMatchObject({ workspaceId: null, state: 'held' })
  })

  test('a body that is none of this event is refused with every fault by its place', async () => {
    const { author, code } = await underTest()
    const { events } = await author.api.call('GET /extensions/{code}/trial-events', { params: { code } })
    const { body } = events.find((one) => one.eventCode === 'freeze-node')!
    const wrong = send(author, code, 'freeze-node', { ...(body as Body), nodeIds: 'all', more: 1 })
    const problem = await wrong.then(
      () => null,
      (error) => error.problem,
    )
    expect(problem.code).toBe('TRIAL_BODY_INVALID')
    expect(problem.details.problems.join('\n')).toMatch(/nodeIds/)
    expect(problem.details.problems.join('\n')).toMatch(/more: is not a member/)
    expect(await refusalCode(send(author, code, 'freeze-node', {}))).toBe('TRIAL_BODY_INVALID')
  })

  test('an extension that its parameters keep out would not be asked, and a trial says so', async () => {
    const { author, code } = await underTest({ parameters: `extension.project.disabled=${workspace.id}` })
    expect(await refusalCode(send(author, code, 'freeze-node'))).toBe('TRIAL_LEFT_OUT')
  })
})

describe('a trial is never taken for an operation', () => {
  test('it stands in no list of operations, in no count and in no list of the dialect', async () => {
    const place = await tenant.workspace()
    const extension = await tenant.extension({ testWorkspace: place, publish: false })
    const { x } = await tenant.nodes(place, { x: [] })
    const trial = await send(extension.author, extension.code, 'freeze-node')
    const real = await ask(tenant.owner, place, 'freeze-node', [x!])
    const listed = async (trials: boolean) =>
      (
        await tenant.owner.api.call('GET /operations', {
          query: { extension: extension.code, trials: String(trials) as never },
        })
      ).items.map((one) => one.id)
    expect(await listed(false)).toEqual([real.id])
    expect(await listed(true)).toEqual([trial.id])
    // Whoever writes in the developer backend reads trials, and no operations of a workspace that is not theirs.
    const backend = await tenant.person(['open-platform-administrator'])
    expect((await detailOf(backend, trial.id)).trial).toBe(true)
    expect(await refusalCode(detailOf(backend, real.id))).toBe('FORBIDDEN')
    const theirs = await backend.api.call('GET /operations', { query: { extension: extension.code, trials: 'true' } })
    expect(theirs.items.map((one) => one.id)).toEqual([trial.id])
    const processes = await dialect(world.server, tenant.owner, 'ListCheckProcesses', {
      EventCode: 'freeze-node',
      ProjectId: place.id,
    })
    expect(JSON.stringify(processes.body)).not.toContain(trial.id)
    const metrics = await world.server.platform.metrics.page()
    expect(metrics.text).toContain(
      `holdpoint_held_operations{tenant="${tenant.id}",extension="${extension.code}",reason="not-routed"} 1`,
    )
    expect(metrics.text).toMatch(/holdpoint_trials_total\{point="freeze-node"\} [1-9]/)
  })
})

describe('what is told of the object', () => {
  test('GetIDEEventDetail answers the snapshot that was given with the trial, to the extension and to who may read there', async () => {
    const extension = await underTest({ points: ['commit-file'] })
    const snapshot = { CommittedFile: { Content: 'select MAX_PT(1)', FileId: 1 } }
    const trial = await send(extension.author, extension.code, 'commit-file', undefined, snapshot)
    const read = (person: Person, messageId: string, projectId = workspace.id) =>
      dialect(world.server, person, 'GetIDEEventDetail', { MessageId: messageId, ProjectId: projectId })
    expect((await read(extension.author, trial.messageId!)).body.EventDetail).toEqual(snapshot)
    expect((await read(tenant.owner, trial.messageId!)).body.EventDetail).toEqual(snapshot)
    const stranger = await tenant.person()
    expect((await read(stranger, trial.messageId!)).status).toBe(403)
    expect((await read(tenant.owner, trial.id)).status).toBe(404)
    const foreigner = (await world.tenant()).owner
    expect((await read(foreigner, trial.messageId!)).body.Code).toBe('Invalid.Tenant.ProjectNotExists')
    const without = await send(extension.author, extension.code, 'commit-file')
    expect((await read(extension.author, without.messageId!)).status).toBe(404)
  })
})
