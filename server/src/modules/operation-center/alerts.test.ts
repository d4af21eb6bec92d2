// Rule 42: what is told of, once, to whom, and again; with real receivers and a real mail server. Instances stand in the tables as the engine leaves them.
import { type NewAlertRuleInput, verifyWebhook } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MailServer, mailCertificate, SMTP_LOGIN, startMailServer } from '../../../../test/smtp.ts'
import {
  PATIENCE,
  type Person,
  type Receiver,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let nodes: Readonly<Record<'a' | 'b', number>>
let mail: MailServer
beforeAll(async () => {
  const { certFile, cert, key } = await mailCertificate()
  mail = await startMailServer({ cert, key, authOptional: false })
  world = await startWorld({
    outboundCa: certFile,
    smtpUrl: { host: 'localhost', port: mail.port, tls: 'starttls', login: SMTP_LOGIN },
    smtpFrom: 'holdpoint@example.com',
  })
  // Two of them look at once.
  await world.replica()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  nodes = await tenant.nodes(workspace, { a: [], b: ['a'] })
})
afterAll(async () => {
  await world?.stop()
  await mail?.stop()
})

async function rule(body: Omit<NewAlertRuleInput, 'name'>, place = workspace) {
  return await owner.api.call('POST /workspaces/{workspaceId}/alert-rules', {
    params: { workspaceId: place.id },
    body: { name: `rule-${Math.random().toString(36).slice(2)}`, ...body },
  })
}

let serial = 0
/** An instance as it stands when it is in this status; a scheduled one in production unless something else is said. */
async function instance(
  nodeId: number,
  status: number,
  more: { kind?: number; environment?: 'PROD' | 'DEV'; set?: string; bizdate?: string } = {},
): Promise<number> {
  const { kind = 0, environment = 'PROD', bizdate = '2020-01-01' } = more
  const [row] = await world.db.rows<{ id: number }>(
    `insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at,
       status, has_work, priority, resource_group_id, run_number, started_at, finished_at)
     select tenant_id, workspace_id, $3, id, version, 1, $4, $5::date, $6, now(), now(), $2::smallint, true, 1, 1, 1, now(),
       case when $2::smallint in (5, 6) then now() end from nodes where id = $1 returning id`,
    [nodeId, status, environment, kind, bizdate, ++serial],
  )
  if (more.set !== undefined) await world.sql(`update instances set ${more.set} where id = ${row!.id}`)
  return row!.id
}

async function alertsOf(alertRuleId: number, who = owner, place = workspace) {
  const { items } = await who.api.call('GET /workspaces/{workspaceId}/alerts', {
    params: { workspaceId: place.id },
    query: { alertRuleId },
  })
  return items
}
const jsonOf = (receiver: Receiver, n = 1) => receiver.nth(n).then(({ body }) => JSON.parse(body))

describe('Rule 42: an alert is raised once for each rule, instance and run', () => {
  test('of a failed instance, by webhook, signed, and by mail over TLS with a password', async () => {
    const receiver = await world.receiver()
    const { id } = await rule({
      watch: { kind: 'ERROR', nodeIds: [nodes.a] },
      webhook: receiver.url,
      emails: ['one@example.com'],
    })
    const failed = await instance(nodes.a, 5)
    const received = await receiver.nth(1)
    expect(JSON.parse(received.body)).toMatchObject({
      type: 'alert',
      kind: 'ERROR',
      count: 1,
      number: 1,
      rule: { id },
      workspace: { id: workspace.id },
      objects: [{ id: failed, nodeId: nodes.a, name: 'a', run: 1, bizdate: '2020-01-01' }],
      text: expect.stringContaining('a has failed'),
    })
    const { secret } = await owner.api.call('GET /workspaces/{workspaceId}/alert-rules/{alertRuleId}/signing-secret', {
      params: { workspaceId: workspace.id, alertRuleId: id },
    })
    expect(() => verifyWebhook(received.headers as Record<string, string>, received.body, secret)).not.toThrow()
    await expect.poll(() => mail.mails.filter((one) => one.to.includes('one@example.com')), PATIENCE).toHaveLength(1)
    const sent = mail.mails.find((one) => one.to.includes('one@example.com'))!
    expect(sent).toMatchObject({ secure: true, user: SMTP_LOGIN.user })
    expect(sent.text).toContain('Subject: [Holdpoint]')
    expect(sent.text).toContain(String(failed))
    await expect
      .poll(async () => (await alertsOf(id))[0]?.notices.map((one) => one.state), PATIENCE)
      .toEqual(['sent', 'sent'])
    // Run again and failed again it is told of again, and only then.
    await world.sql(`update instances set run_number = 2, finished_at = now() where id = ${failed}`)
    expect((await jsonOf(receiver, 2)).objects).toMatchObject([{ id: failed, run: 2 }])
  })

  test('those of the same moment are one alert', async () => {
    const receiver = await world.receiver()
    const place = await tenant.workspace()
    const many = await tenant.nodes(place, { x: [], y: [], z: [] })
    await rule({ watch: { kind: 'ERROR', nodeIds: null }, webhook: receiver.url }, place)
    await world.sql(`insert into instances (tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number,
        cycle_at, due_at, status, has_work, priority, resource_group_id, run_number, finished_at)
      select tenant_id, workspace_id, 'PROD', id, version, 1, 0, '2020-01-01', 1, now(), now(), 5, true, 1, 1, 1, now() from nodes
      where workspace_id = ${place.id} and not is_root`)
    const body = await jsonOf(receiver)
    expect(body).toMatchObject({ count: 3, text: expect.stringContaining('3 instances have failed') })
    expect(body.objects.map((one: { nodeId: number }) => one.nodeId).toSorted()).toEqual(Object.values(many).toSorted())
  })

  test('nothing of the development environment, of backfills, smoke tests and manual runs, of other nodes, or of before the rule', async () => {
    const place = await tenant.workspace()
    const { m, n } = await tenant.nodes(place, { m: [], n: [] })
    await instance(n, 5)
    const { id } = await rule({ watch: { kind: 'ERROR', nodeIds: [n] } }, place)
    for (const kind of [1, 2, 3]) await instance(n, 5, { kind })
    await instance(n, 5, { environment: 'DEV' })
    await instance(m, 5)
    await instance(n, 6)
    const last = await instance(n, 5)
    const told = async () => (await alertsOf(id, owner, place)).flatMap((one) => one.objects.map((object) => object.id))
    await expect.poll(told, PATIENCE).toEqual([last])
  })

  test('of one that runs for too long, that has not finished in time, whose cycle has not, and that has finished', async () => {
    const place = await tenant.workspace()
    const { n, m } = await tenant.nodes(place, { n: [], m: [] })
    const late = await rule({ watch: { kind: 'TIMEOUT', nodeIds: null, minutes: 30 } }, place)
    const finished = await rule({ watch: { kind: 'FINISHED', nodeIds: [m] } }, place)
    const cycle = await rule({ watch: { kind: 'CYCLE_UNFINISHED', nodeIds: [n], minutes: 10 } }, place)
    const unfinished = await rule({ watch: { kind: 'UNFINISHED', nodeIds: null, by: '00:00' } }, place)
    const running = { set: `replica_id = gen_random_uuid(), started_at = now() - interval '31 minutes'` }
    const slow = await instance(n, 4, running)
    await instance(n, 4, { set: `replica_id = gen_random_uuid(), started_at = now() - interval '29 minutes'` })
    const done = await instance(m, 6)
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const open = await instance(n, 3, { bizdate: yesterday, set: `cycle_at = now() - interval '11 minutes'` })
    // The rules were there when the time came.
    await world.sql(
      `update alert_rules set effective_at = now() - interval '2 days' where id in (${cycle.id}, ${unfinished.id})`,
    )
    const toldOf = async ({ id }: { id: number }) =>
      (await alertsOf(id, owner, place)).flatMap((one) => one.objects.map((object) => object.id))
    await expect.poll(() => toldOf(late), PATIENCE).toEqual([slow])
    await expect.poll(() => toldOf(finished), PATIENCE).toEqual([done])
    await expect.poll(() => toldOf(cycle), PATIENCE).toEqual([open])
    await expect.poll(() => toldOf(unfinished), PATIENCE).toEqual([open])
  })

  test('of a backfill that has ended: by its rules, and to who asked for it where it says so', async () => {
    const place = await tenant.workspace()
    const { n } = await tenant.nodes(place, { n: [] })
    const failure = await rule({ watch: { kind: 'BACKFILL', ends: 'Failure' } }, place)
    const both = await rule({ watch: { kind: 'BACKFILL', ends: 'SuccessFailure' } }, place)
    const asker = await tenant.person([], { [place.id]: ['operator'] })
    await world.sql(`update users set email = 'asker@example.com' where id = ${asker.id}`)
    const backfill = async (state: string, alert: string | null) =>
      (
        await world.db.rows<{ id: number }>(
          `insert into backfills (tenant_id, workspace_id, environment, name, mode, request, node_ids, state, created_by, finished_at)
           values ($1, $2, 'PROD', $3, 'current', $4, $5, $6, $7, now()) returning id`,
          [tenant.id, place.id, `fill ${state}`, JSON.stringify({ alert }), [n], state, asker.id],
        )
      )[0]!.id
    const good = await backfill('succeeded', null)
    const bad = await backfill('failed', 'Failure')
    await backfill('cancelled', 'SuccessFailure')
    const toldOf = async ({ id }: { id: number }) =>
      (await alertsOf(id, owner, place)).map((one) => one.backfillId).toSorted()
    await expect.poll(() => toldOf(both), PATIENCE).toEqual([good, bad])
    await expect.poll(() => toldOf(failure), PATIENCE).toEqual([bad])
    await expect.poll(() => mail.mails.filter((one) => one.to.includes('asker@example.com')), PATIENCE).toHaveLength(1)
    expect(mail.mails.find((one) => one.to.includes('asker@example.com'))!.text).toContain('has failed')
  })
})

test('the monitor event is published with every alert, as the catalogue has it', async () => {
  const bus = await world.receiver()
  const place = await tenant.workspace()
  const { n } = await tenant.nodes(place, { n: [] })
  await tenant.route(place, bus.url, { pattern: { data: { eventCode: ['workbench-monitor-alert'] } } })
  const { id, name } = await rule({ watch: { kind: 'ERROR', nodeIds: [n] } }, place)
  const failed = await instance(n, 5)
  expect((await jsonOf(bus)).data).toMatchObject({
    alarmType: 'REMIND_ALERT',
    eventCode: 'workbench-monitor-alert',
    nodeIds: String(n),
    projectId: place.id,
    remindId: id,
    remindName: name,
    remindType: 'ERROR',
    remindUnit: 'NODE',
    taskIds: String(failed),
    tenantId: tenant.id,
  })
})

test('Rule 42: it is told again as often as its rule says, and only while it holds', async () => {
  const receiver = await world.receiver()
  const place = await tenant.workspace()
  const { n } = await tenant.nodes(place, { n: [] })
  const { id } = await rule({ watch: { kind: 'ERROR', nodeIds: [n] }, webhook: receiver.url, mostRepeats: 2 }, place)
  const overdue = () =>
    world.sql(`update alerts set tell_again_at = now() where rule_id = ${id} and tell_again_at is not null`)
  const told = async () => (await alertsOf(id, owner, place)).map((one) => [one.told, one.tellAgainAt !== null])
  await instance(n, 5)
  await expect.poll(told, PATIENCE).toEqual([[1, true]])
  await overdue()
  expect((await jsonOf(receiver, 2)).text).toContain('(still)')
  await expect.poll(told, PATIENCE).toEqual([[2, true]])
  await overdue()
  await expect.poll(told, PATIENCE).toEqual([[3, false]])
  // Another one, which is mended before it is told again.
  const mended = await instance(n, 5)
  await expect.poll(told, PATIENCE).toEqual([
    [1, true],
    [3, false],
  ])
  await world.sql(`update instances set status = 6 where id = ${mended}`)
  await overdue()
  await expect.poll(told, PATIENCE).toEqual([
    [1, false],
    [3, false],
  ])
})

describe('what is not taken is tried again, at most four times, and every try is shown', () => {
  test('by a webhook that fails, and by one that leads elsewhere', async () => {
    const receiver = await world.receiver((_received, n) =>
      n === 1 ? { status: 503, body: 'later' } : { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
    )
    const { id } = await rule({ watch: { kind: 'ERROR', nodeIds: [nodes.b] }, webhook: receiver.url })
    await instance(nodes.b, 5)
    const notice = async () => (await alertsOf(id)).at(-1)?.notices[0]
    await expect.poll(async () => (await notice())?.attempts.length, PATIENCE).toBe(1)
    expect(await notice()).toMatchObject({ state: 'pending', attempts: [{ number: 1, status: 503, answer: 'later' }] })
    for (let n = 2; n <= 5; n++) {
      await world.sql(
        `update alert_notices set next_try_at = now() where state = 'pending' and receiver = '${receiver.url}'`,
      )
      await expect.poll(async () => (await notice())?.attempts.length, PATIENCE).toBe(n)
    }
    expect(await notice()).toMatchObject({ state: 'failed', nextTryAt: null })
    expect((await notice())!.attempts[4]).toMatchObject({ status: 302, error: 'answered 302' })
  })

  test('by a mailbox that is not there', async () => {
    mail.refuse('nobody@example.com')
    const { id } = await rule({ watch: { kind: 'ERROR', nodeIds: [nodes.b] }, emails: ['nobody@example.com'] })
    await instance(nodes.b, 5)
    const errors = async () => (await alertsOf(id)).at(-1)?.notices[0]?.attempts.map((one) => one.error)
    await expect.poll(errors, PATIENCE).toEqual([expect.stringContaining('no such mailbox')])
    expect(world.logged.join('\n')).not.toContain(SMTP_LOGIN.pass)
  })
})

describe('rules', () => {
  test('a test goes to every receiver and stands among the alerts', async () => {
    const receiver = await world.receiver()
    const { id } = await rule({ watch: { kind: 'ERROR', nodeIds: null }, webhook: receiver.url })
    const params = { workspaceId: workspace.id, alertRuleId: id }
    const made = await owner.api.call('POST /workspaces/{workspaceId}/alert-rules/{alertRuleId}/test', { params })
    expect(made).toMatchObject({ test: true, notices: [{ channel: 'webhook' }] })
    expect(await jsonOf(receiver)).toMatchObject({ test: true, text: expect.stringContaining('test') })
  })

  test('what could never be told is refused beside its field', async () => {
    const watch = { kind: 'ERROR', nodeIds: null } as const
    expect(await refusalCode(rule({ watch, webhook: 'http://10.0.0.1/' }))).toBe('ALERT_WEBHOOK_REFUSED')
    expect(await refusalCode(rule({ watch, webhook: 'https://user:secret@example.com/' }))).toBe(
      'ALERT_WEBHOOK_REFUSED',
    )
    expect(await refusalCode(rule({ watch: { kind: 'ERROR', nodeIds: [1] } }))).toBe('ALERT_NODES_UNKNOWN')
    expect(await refusalCode(rule({ watch, emails: ['nobody'] }))).toBe('REQUEST_INVALID')
    expect(await refusalCode(rule({ watch: { kind: 'UNFINISHED', nodeIds: null, by: '48:00' } }))).toBe(
      'REQUEST_INVALID',
    )
    const { name } = await rule({ watch })
    expect(await refusalCode(rule({ watch, name } as never))).toBe('NAME_TAKEN')
  })

  test('whoever may not change them sees no receivers', async () => {
    const { id } = await rule({
      watch: { kind: 'ERROR', nodeIds: [nodes.b] },
      webhook: 'https://chat.example.com/secret-path',
      emails: ['one@example.com'],
    })
    const visitor = await tenant.person([], { [workspace.id]: ['visitor'] })
    const { items } = await visitor.api.call('GET /workspaces/{workspaceId}/alert-rules', {
      params: { workspaceId: workspace.id },
      query: { limit: 200 },
    })
    const seen = items.find((one) => one.id === id)!
    expect(seen).toMatchObject({ webhook: 'https://chat.example.com', emails: [], receiverCount: 2 })
    expect(JSON.stringify(items)).not.toContain('secret-path')
  })
})
