import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  type Extension,
  PATIENCE,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

async function held(endpoint: string | null, parameters = '') {
  const workspace = await tenant.workspace()
  const { a } = await tenant.nodes(workspace, { a: [] })
  const extension = await tenant.extension({ enabledIn: [workspace], parameters })
  if (endpoint !== null) await tenant.route(workspace, endpoint)
  return { workspace, extension, operation: await ask(tenant.owner, workspace, 'freeze-node', [a]) }
}
const checkOf = async (operationId: string) => (await detailOf(tenant.owner, operationId)).checks[0]!

describe('while an operation is held it says whom it waits for, why, and since when', () => {
  test('whose extension it is and which version of it was asked', async () => {
    const { extension, operation } = await held(null)
    expect(await checkOf(operation.id)).toMatchObject({
      extensionCode: extension.code,
      version: 1,
      owner: { id: String(extension.author.id), name: `The ${extension.author.name}` },
      waitsFor: 'not-routed',
      waitsSince: operation.requestedAt,
      nextAttemptAt: null,
      onUnanswered: 'block',
      expiresAt: expect.any(String),
    })
  })

  test('its receiver is away: each attempt is there as it is made, and when the next one will be', async () => {
    const { operation } = await held((await world.receiver(() => ({ status: 503, body: 'away' }))).url)
    await expect
      .poll(async () => (await detailOf(tenant.owner, operation.id)).deliveries[0]?.attempts.length, PATIENCE)
      .toBeGreaterThan(1)
    const { checks, deliveries } = await detailOf(tenant.owner, operation.id)
    const [delivery] = deliveries
    expect(delivery!.attempts[0]).toEqual({
      number: 1,
      at: expect.any(String),
      durationMs: expect.any(Number),
      status: 503,
      error: 'answered 503',
      responseBody: 'away',
    })
    expect(delivery!.attemptCount).toBe(delivery!.attempts.length)
    expect(checks[0]).toMatchObject({ waitsFor: 'sending', sentAt: delivery!.attempts[0]!.at, acceptedAt: null })
    expect(checks[0]!.nextAttemptAt).toBe(delivery!.nextAttemptAt)
  })

  test('its receiver is gone for good: undelivered', async () => {
    const { operation } = await held((await world.receiver(() => ({ status: 410 }))).url)
    await expect.poll(async () => (await checkOf(operation.id)).waitsFor, PATIENCE).toBe('undelivered')
    expect((await checkOf(operation.id)).nextAttemptAt).toBeNull()
  })

  test('its receiver has it: waiting for the answer, since it was accepted', async () => {
    const { operation } = await held((await world.receiver()).url)
    await expect.poll(async () => (await checkOf(operation.id)).waitsFor, PATIENCE).toBe('waiting-for-answer')
    const check = await checkOf(operation.id)
    expect(check.waitsSince).toBe(check.acceptedAt)
  })

  test('it said FAIL and may be passed by hand: waiting for a person, since then', async () => {
    const { extension, operation } = await held((await world.receiver()).url, 'extension.manualPass.enabled=true')
    await callBack(world.server, extension, operation.messageId, 'FAIL')
    const check = await checkOf(operation.id)
    expect(check).toMatchObject({ waitsFor: 'waiting-for-person', waitsSince: check.answeredAt })
  })

  test('its target takes nothing because of an earlier delivery: blocked, since then', async () => {
    const { operation } = await held((await world.receiver(() => ({ status: 503 }))).url)
    await world.sql(`update event_targets set blocked_at = now() where id in (
      select target_id from deliveries where message_id = '${operation.messageId}')`)
    expect(await checkOf(operation.id)).toMatchObject({ waitsFor: 'target-blocked', nextAttemptAt: null })
  })

  test('one that has ended waits for nobody', async () => {
    const { extension, operation } = await held((await world.receiver()).url)
    await callBack(world.server, extension, operation.messageId, 'OK')
    expect(await checkOf(operation.id)).toMatchObject({ waitsFor: null, waitsSince: null })
  })
})

test('the message is shown byte for byte as it is sent', async () => {
  const receiver = await world.receiver()
  const { operation } = await held(receiver.url)
  const received = await receiver.nth(1)
  const { message, deliveries } = await detailOf(tenant.owner, operation.id)
  expect(message!.envelopes).toEqual([{ busName: deliveries[0]!.busName, text: received.body }])
  expect(received.headers.traceparent).toBe(message!.traceparent)
})

test('lists do not carry what receivers answered', async () => {
  const { operation, workspace } = await held((await world.receiver(() => ({ status: 503, body: 'x-secret-x' }))).url)
  await expect.poll(async () => (await checkOf(operation.id)).sentAt, PATIENCE).not.toBeNull()
  const page = await tenant.owner.api.call('GET /operations', { query: { workspaceId: workspace.id } })
  expect(page.items[0]).toMatchObject({ id: operation.id, checks: [{ waitsFor: 'sending' }] })
  expect(JSON.stringify(page)).not.toContain('x-secret-x')
})

describe('who holds what right now', () => {
  const nowOf = (person: Tenant['owner']) => person.api.call('GET /held-operations')
  const listOf = (person: Tenant['owner'], extension: Extension) =>
    person.api.call('GET /operations', { query: { extension: extension.code, state: 'held' } })

  test('each extension with how many wait for it, why and since when, and the operations themselves', async () => {
    const { extension, operation } = await held(null)
    const items = async () => (await nowOf(tenant.owner)).items.filter((one) => one.extensionCode === extension.code)
    await expect.poll(items, PATIENCE).toHaveLength(1)
    const [item] = await items()
    expect(item).toMatchObject({ waitsFor: 'not-routed', count: 1, owner: { id: String(extension.author.id) } })
    expect(Date.parse(item!.oldestSince)).toBeLessThanOrEqual(Date.now())
    expect((await listOf(tenant.owner, extension)).items.map((one) => one.id)).toEqual([operation.id])
  })

  test('Rule 21: nobody sees of it what is not theirs to read', async () => {
    const { extension, workspace } = await held(null)
    const items = async (person: Tenant['owner']) =>
      (await nowOf(person)).items.filter((one) => one.extensionCode === extension.code)
    await expect.poll(() => items(tenant.owner), PATIENCE).toHaveLength(1)
    const member = await tenant.person([], { [workspace.id]: ['operator'] })
    expect(await items(member)).toHaveLength(1)
    const elsewhere: Workspace = await tenant.workspace()
    expect(await items(await tenant.person([], { [elsewhere.id]: ['operator'] }))).toEqual([])
    const stranger = (await world.tenant()).owner
    expect(await items(stranger)).toEqual([])
    expect((await listOf(stranger, extension)).items).toEqual([])
    expect(await refusalCode(nowOf(stranger))).toBe('it was not refused')
  })
})
