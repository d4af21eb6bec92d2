import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, callBack, PATIENCE, startWorld, type Tenant, urlOf, type World } from '../../../test/world.ts'
import type { Server } from '../server.ts'
import { METRICS } from '../watch/metrics.ts'

const TOKEN = 'a-token-for-metrics'
let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld({ metricsToken: TOKEN })
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

const get = (authorization?: string, server = world.server) =>
  fetch(`${urlOf(server)}/metrics`, authorization === undefined ? {} : { headers: { authorization } })

/** Every sample of the page by its name and labels, as they stand there. */
async function samples(server = world.server): Promise<ReadonlyMap<string, number>> {
  const lines = (await (await get(`Bearer ${TOKEN}`, server)).text()).split('\n')
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

describe('nothing is open', () => {
  test('without a token in the settings there are no metrics, and it says what to set', async () => {
    const closed = await startWorld()
    for (const authorization of [undefined, 'Bearer ', 'Bearer null', 'Bearer undefined']) {
      const answer = await get(authorization, closed.server)
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({
        code: 'METRICS_OFF',
        detail: expect.stringContaining('HOLDPOINT_METRICS_TOKEN'),
      })
    }
    await closed.stop()
  })

  test.each([undefined, 'Bearer', 'Bearer wrong', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN} x`])(
    'with %s there are none either',
    async (authorization) => {
      const answer = await get(authorization)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      const text = await answer.text()
      expect(text).toContain('HOLDPOINT_METRICS_TOKEN')
      expect(text).not.toContain('holdpoint_')
    },
  )

  test('a session opens nothing', async () => {
    const answer = await fetch(`${urlOf(world.server)}/metrics`, { headers: { cookie: await tenant.owner.cookie() } })
    expect(answer.status).toBe(401)
  })
})

test('the page holds exactly what is documented, beside what every Node process has', async () => {
  const answer = await get(`Bearer ${TOKEN}`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  const types = [...text.matchAll(/^# TYPE (holdpoint_\w+) (\w+)$/gm)].map((match) => `${match[1]} ${match[2]}`)
  expect(types.toSorted()).toEqual(
    Object.values(METRICS)
      .map((row) => `${row.name} ${row.type}`)
      .toSorted(),
  )
  expect(text).toContain('process_cpu_seconds_total')
})

/** An operation that is held for an extension of its own, whose messages go to the endpoint, if there is one. */
async function held(endpoint: string | null, parameters = '') {
  const workspace = await tenant.workspace()
  const { a } = await tenant.nodes(workspace, { a: [] })
  const extension = await tenant.extension({ enabledIn: [workspace], parameters })
  if (endpoint !== null) await tenant.route(workspace, endpoint)
  return { extension, operation: await ask(tenant.owner, workspace, 'freeze-node', [a]) }
}

test('each held operation is there with whom it waits for and why, while it waits and at every replica', async () => {
  const receiver = await world.receiver()
  const gone = await world.receiver(() => ({ status: 410 }))
  const unrouted = await held(null)
  const waiting = await held(receiver.url)
  const undelivered = await held(gone.url)
  const passable = await held(receiver.url, 'extension.manualPass.enabled=true')
  await callBack(world.server, passable.extension, passable.operation.messageId, 'FAIL')
  const replica = await world.replica()
  const reasons = async (server: Server) => {
    const page = await samples(server)
    return [unrouted, waiting, undelivered, passable].map(({ extension }) => {
      const labels = `{tenant="${tenant.id}",extension="${extension.code}",reason="`
      const keys = [...page.keys()].filter((key) => key.startsWith(`holdpoint_held_operations${labels}`))
      for (const key of keys) {
        expect(page.get(key)).toBe(1)
        expect(page.get(key.replace('operations', 'oldest_age_seconds'))).toBeGreaterThan(0)
      }
      return keys.map((key) => /reason="([\w-]+)"/.exec(key)![1]).join()
    })
  }
  const expected = ['not-routed', 'waiting-for-answer', 'undelivered', 'waiting-for-person']
  await expect.poll(() => reasons(world.server), PATIENCE).toEqual(expected)
  await expect.poll(() => reasons(replica), PATIENCE).toEqual(expected)
  await callBack(world.server, waiting.extension, waiting.operation.messageId, 'OK')
  await expect.poll(async () => (await reasons(world.server))[1], PATIENCE).toBe('')
})

test('attempts and requests are counted in words of ours only, whatever callers write', async () => {
  await fetch(`${urlOf(world.server)}/api/v1/made/up?by=caller`)
  await fetch(`${urlOf(world.server)}/?Action=MadeUp&Version=2020-05-18`)
  const page = await samples()
  expect(page.get('holdpoint_delivery_attempts_total{kind="http",outcome="accepted"}')).toBeGreaterThan(0)
  expect(page.get('holdpoint_delivery_attempts_total{kind="http",outcome="refused"}')).toBeGreaterThan(0)
  expect(page.get('holdpoint_http_requests_total{interface="native",route="none",status="404"}')).toBeGreaterThan(0)
  expect(page.get('holdpoint_http_requests_total{interface="dataworks",route="none",status="404"}')).toBe(1)
  expect(
    page.get('holdpoint_http_requests_total{interface="dataworks",route="UpdateWorkbenchEventResult",status="200"}'),
  ).toBe(2)
  expect([...page.keys()].filter((key) => /made|up=|MadeUp/i.test(key))).toEqual([])
})

test('an operation is counted when it is asked for, answered and ended, once each, with how long it was held', async () => {
  const of = async (name: string) => (await samples()).get(`holdpoint_${name}`) ?? 0
  const names = [
    'operations_asked_total{point="undeploy-node",held="true"}',
    'operations_ended_total{point="undeploy-node",state="done"}',
    'hold_duration_seconds_count{state="done"}',
    'answers_total{result="WARN"}',
    'answer_to_effect_seconds_count',
  ]
  const before = await Promise.all(names.map(of))
  const workspace = await tenant.workspace()
  const { a } = await tenant.nodes(workspace, { a: [] })
  const extension = await tenant.extension({ enabledIn: [workspace], points: ['undeploy-node'] })
  const operation = await ask(tenant.owner, workspace, 'undeploy-node', [a])
  // The same request again is the same operation.
  expect((await ask(tenant.owner, workspace, 'undeploy-node', [a])).id).toBe(operation.id)
  for (const _ of [1, 2]) await callBack(world.server, extension, operation.messageId, 'WARN')
  expect(await Promise.all(names.map(of))).toEqual(before.map((count) => count + 1))
})
