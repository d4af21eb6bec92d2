// Deliveries as a receiver sees them: genuine ones are believed by the official library and by the client's functions, through every change of
// secrets and keys; anything else is not.
import { randomUUID, X509Certificate } from 'node:crypto'
import { certificatesOf, SignatureError, verifyEventBridge, verifyWebhook } from '@holdpoint/sdk'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  http,
  PATIENCE,
  type Received,
  type Receiver,
  refusalCode,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { eventBridgeKeys, replaceEventBridgeKey } from './eventbridge-key.ts'

let world: World
let tenant: Tenant
let certificateFor: ReturnType<typeof certificatesOf>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  certificateFor = certificatesOf(urlOf(world.server))
})
afterAll(() => world?.stop())

type At = { readonly busId: number; readonly ruleId: number; readonly name: string }
type Signed = {
  readonly receiver: Receiver
  readonly at: At
  readonly workspace: Workspace
  /** Something happens; answers what the receiver is sent of it. */
  happen(): Promise<Received>
}

/** A receiver that is told, with its target and a way to have it told something. */
async function signedReceiver(owner: Tenant = tenant): Promise<Signed> {
  const receiver = await world.receiver()
  const workspace = await owner.workspace()
  const extension = await owner.extension({ points: ['freeze-node'], enabledIn: [workspace] })
  await owner.route(workspace, `${receiver.url}consumer?of=${extension.code}`, {
    name: 'signed',
    pattern: { data: { eventCode: ['freeze-node'] } },
  })
  const [at] = await world.db.rows<At>(
    `select r.bus_id as "busId", r.id as "ruleId", t.name as "name" from event_targets t join event_rules r on r.id = t.rule_id
     join channels c on c.bus_id = r.bus_id where c.workspace_id = $1`,
    [workspace.id],
  )
  let asked = 0
  return {
    receiver,
    at: at!,
    workspace,
    async happen() {
      const name = `node_${++asked}`
      const nodes = await owner.nodes(workspace, { [name]: [] })
      const before = receiver.received.length
      await ask(owner.owner, workspace, 'freeze-node', [nodes[name]!])
      return await receiver.nth(before + 1)
    },
  }
}

const secretsOf = async (at: At, person = tenant.owner) =>
  (
    await person.api.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
      params: at,
    })
  ).secrets
const secretOf = async (at: At) => (await secretsOf(at))[0]!.secret
const rotate = async (at: At, overlapHours?: number, person = tenant.owner) =>
  (
    await person.api.call('POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets/rotate', {
      params: at,
      body: { overlapHours },
    })
  ).secrets

const webhookHeaders = ({ headers }: Received) => ({
  'webhook-id': String(headers['webhook-id']),
  'webhook-timestamp': String(headers['webhook-timestamp']),
  'webhook-signature': String(headers['webhook-signature']),
})
const addressOf = (receiver: Receiver, received: Received) => new URL(received.path, receiver.url).href

async function problemOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof SignatureError) return error.problem
    throw error
  }
  return 'none'
}

describe('a delivery over HTTP', () => {
  test('is believed by the official library and by the client, and names the message it delivers', async () => {
    const { receiver, at, happen } = await signedReceiver()
    const received = await happen()
    const secret = await secretOf(at)
    const event = JSON.parse(received.body)
    expect(new Webhook(secret).verify(received.body, webhookHeaders(received))).toEqual(event)
    expect(verifyWebhook(received.headers, received.body, secret).id).toBe(event.id)
    const certificate = await certificateFor(received.headers)
    verifyEventBridge(received.headers, received.body, { url: addressOf(receiver, received), certificate })
    expect(received.headers['x-eventbridge-signature-v2']).toBeUndefined()
  })

  test('that was forged, altered, sent to another address or sent again too late is refused', async () => {
    const [one, other] = [await signedReceiver(), await signedReceiver()]
    const received = await one.happen()
    const [secret, foreign] = [await secretOf(one.at), await secretOf(other.at)]
    const certificate = await certificateFor(received.headers)
    const url = addressOf(one.receiver, received)
    const { headers, body } = received
    const altered = body.replace('freeze', 'unfreeze')
    expect(altered).not.toBe(body)
    const late = { nowMs: Date.now() + 3_600_000 }

    expect(await problemOf(() => verifyWebhook(headers, altered, secret))).toBe('mismatch')
    expect(await problemOf(() => verifyWebhook(headers, body, foreign))).toBe('mismatch')
    expect(await problemOf(() => verifyWebhook({ ...headers, 'webhook-id': randomUUID() }, body, secret))).toBe(
      'mismatch',
    )
    expect(await problemOf(() => verifyWebhook(headers, body, secret, late))).toBe('stale')
    expect(
      await problemOf(() =>
        verifyWebhook({ ...headers, 'webhook-timestamp': String(Math.floor(late.nowMs / 1000)) }, body, secret, late),
      ),
    ).toBe('mismatch')
    expect(() => new Webhook(secret).verify(altered, webhookHeaders(received))).toThrow()

    expect(await problemOf(() => verifyEventBridge(headers, altered, { url, certificate }))).toBe('mismatch')
    expect(await problemOf(() => verifyEventBridge(headers, body, { url: other.receiver.url, certificate }))).toBe(
      'mismatch',
    )
    expect(await problemOf(() => verifyEventBridge(headers, body, { url, certificate, ...late }))).toBe('stale')
    expect(await problemOf(() => verifyEventBridge({}, body, { url, certificate }))).toBe('missing')
  })

  test('is signed anew at every attempt, under the same id', async () => {
    const { receiver, at, happen } = await signedReceiver()
    const secret = await secretOf(at)
    receiver.answer((_received, n) => ({ status: n === 1 ? 503 : 200 }))
    const first = await happen()
    await world.sql(`update deliveries set next_attempt_at = now() where state = 'pending'`)
    world.server.platform.wakeDispatcher()
    const second = await receiver.nth(2)
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    for (const one of [first, second]) verifyWebhook(one.headers, one.body, secret)
  })

  test('has an RSA signature of its own, and carries a word, where the target asks for it', async () => {
    const { receiver, at, happen } = await signedReceiver()
    const settings = { signatureV2: true, signatureToken: 't0ken' }
    await tenant.owner.api.call('PUT /event-buses/{busId}/rules/{ruleId}', {
      params: at,
      body: {
        name: 'signed',
        pattern: { data: { eventCode: ['freeze-node'] } },
        targets: [{ name: at.name, endpoint: `${receiver.url}moved`, settings }],
      },
    })
    const { headers, body, path } = await happen()
    const given = { url: new URL(path, receiver.url).href, certificate: await certificateFor(headers), token: 't0ken' }
    expect(headers['x-eventbridge-signature-v2']).toBeDefined()
    verifyEventBridge(headers, body, given)
    expect(await problemOf(() => verifyEventBridge(headers, `${body} `, given))).toBe('mismatch')
  })
})

describe('secrets of a target', () => {
  test('are replaced without a refused delivery, as long as the receiver learns the new one within the overlap', async () => {
    const { receiver, at, happen } = await signedReceiver()
    const old = await secretOf(at)
    let known = old
    const believed = (received: Received, secret = known) => {
      try {
        new Webhook(secret).verify(received.body, webhookHeaders(received))
        return verifyWebhook(received.headers, received.body, secret).id !== ''
      } catch {
        return false
      }
    }
    receiver.answer((received) => ({ status: believed(received) ? 200 : 401 }))
    await happen()

    const rotated = await rotate(at)
    const fresh = rotated[0]!.secret
    expect(rotated.map((one) => [one.secret, one.retiresAt === null])).toEqual([
      [fresh, true],
      [old, false],
    ])
    expect(Date.parse(rotated[1]!.retiresAt!) - Date.parse(rotated[0]!.createdAt)).toBe(24 * 3_600_000)
    await expect.poll(async () => believed(await happen(), fresh), PATIENCE).toBe(true)
    known = fresh
    await happen()
    await world.sql('update target_signing_secrets set retires_at = now() where retires_at is not null')
    expect((await secretsOf(at)).map((one) => one.secret)).toEqual([fresh])
    await expect.poll(async () => believed(await happen(), old), PATIENCE).toBe(false)

    const statuses = () =>
      world.db.rows<{ status: number }>(
        `select a.status from attempts a join deliveries d on d.id = a.delivery_id join event_targets t on t.id = d.target_id
         where t.rule_id = $1`,
        [at.ruleId],
      )
    await expect.poll(async () => (await statuses()).length, PATIENCE).toBe(receiver.received.length)
    expect(new Set((await statuses()).map((one) => one.status))).toEqual(new Set([200]))
  })

  test('that leaked are ended at once by a rotation without overlap, those that were ending anyhow among them', async () => {
    const { at } = await signedReceiver()
    const old = await secretOf(at)
    const second = (await rotate(at, 48))[0]!.secret
    const [fresh, ...none] = await rotate(at, 0)
    expect(none).toEqual([])
    expect([old, second]).not.toContain(fresh!.secret)
  })

  test('are at most four at a time', async () => {
    const { at } = await signedReceiver()
    await secretsOf(at)
    for (let n = 0; n < 3; n++) await rotate(at)
    expect(await refusalCode(rotate(at))).toBe('LIMIT_REACHED')
    expect(await secretsOf(at)).toHaveLength(4)
    expect(await rotate(at, 0)).toHaveLength(1)
  })

  test('are one from the start, however many ask for it first', async () => {
    const { at } = await signedReceiver()
    const asked = await Promise.all([1, 2, 3, 4].map(() => secretsOf(at)))
    expect(new Set(asked.flat().map((one) => one.secret)).size).toBe(1)
    expect(asked[0]![0]!.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  test('are read and replaced by those who may write targets, on record, and by nobody of another tenant', async () => {
    const { at } = await signedReceiver()
    const reader = await tenant.person()
    expect(await refusalCode(secretsOf(at, reader))).toBe('FORBIDDEN')
    expect(await refusalCode(rotate(at, 1, reader))).toBe('FORBIDDEN')
    const stranger = (await world.tenant()).owner
    expect(await refusalCode(secretsOf(at, stranger))).toBe('NOT_FOUND')
    expect(await refusalCode(rotate(at, 1, stranger))).toBe('NOT_FOUND')
    expect(await refusalCode(secretsOf({ ...at, name: 'other' }))).toBe('NOT_FOUND')

    const writer = await tenant.person(['open-platform-administrator'])
    await secretsOf(at, writer)
    await rotate(at, 1, writer)
    const entries = await world.db.rows(
      'select action, object, details from audit_entries where user_id = $1 order by id',
      [writer.id],
    )
    expect(entries).toEqual([
      { action: 'signing-secret.read', object: 'signed', details: {} },
      { action: 'signing-secret.rotate', object: 'signed', details: { overlapHours: 1 } },
    ])
  })

  test('belong to HTTP targets only', async () => {
    const { at } = await signedReceiver()
    await world.sql(`update event_targets set kind = 'kafka' where rule_id = ${at.ruleId}`)
    expect(await refusalCode(secretsOf(at))).toBe('TARGET_REFUSED')
  })

  test('are nowhere in clear but where they are asked for', async () => {
    const { at, happen } = await signedReceiver()
    await happen()
    const secrets = [...(await secretsOf(at)), ...(await rotate(at))].map((one) => one.secret.slice('whsec_'.length))
    const rows = await world.db.rows<{ text: string }>(
      `select encode(secret, 'escape') as text from target_signing_secrets union all select row_to_json(t)::text from event_targets t
       union all select row_to_json(d)::text from deliveries d union all select row_to_json(a)::text from attempts a
       union all select row_to_json(e)::text from audit_entries e`,
    )
    const everything = [...rows.map((row) => row.text), ...world.logged].join('\n')
    for (const secret of secrets) expect(everything).not.toContain(secret)
  })
})

describe('the key of the installation', () => {
  const published = (certificateUrl: string) => fetch(certificateUrl)

  test('is the same for all replicas, however many need it first; its certificate is published to everybody and may be kept', async () => {
    const { receiver, happen } = await signedReceiver()
    const { headers } = await happen()
    const replica = await world.replica()
    const address = new URL(String(headers['x-eventbridge-signature-url']))
    expect(address.origin).toBe(urlOf(world.server))
    for (const server of [world.server, replica]) {
      const answer = await published(`${urlOf(server)}${address.pathname}`)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=3600')
      expect(answer.headers.get('content-type')).toMatch('application/x-pem-file')
      expect(new X509Certificate(await answer.text()).subject).toBe('CN=Holdpoint')
    }
    expect(await world.db.rows('select 1 from eventbridge_keys where retires_at is null')).toHaveLength(1)
    expect(receiver.received.length).toBeGreaterThan(0)
    for (const unknown of [randomUUID(), 'x', '..%2f..%2flivez'])
      expect((await published(`${urlOf(world.server)}/eventbridge-certificates/${unknown}.pem`)).status).toBe(404)
    expect((await http(world.server, 'GET', '/eventbridge-certificates/x.pem')).status).toBe(404)
  })

  test('is replaced by hand: what the one before signed is still verified, unless its certificate is withdrawn', async () => {
    const { happen } = await signedReceiver()
    const before = await happen()
    const oldUrl = String(before.headers['x-eventbridge-signature-url'])
    const { db, secretKey } = world
    const second = await replaceEventBridgeKey(db, secretKey, Date.now(), { withdraw: false })
    expect((await published(oldUrl)).status).toBe(200)
    expect(await db.rows('select 1 from eventbridge_keys where private_key is not null')).toHaveLength(1)
    const third = await replaceEventBridgeKey(db, secretKey, Date.now(), { withdraw: true })
    for (const gone of [oldUrl, oldUrl.replace(/[^/]+\.pem$/, `${second}.pem`)])
      expect((await published(gone)).status).toBe(404)
    expect((await published(oldUrl.replace(/[^/]+\.pem$/, `${third}.pem`))).status).toBe(200)
  })

  test('is looked up again after a minute, and replaced by itself after ninety days', async () => {
    const { db, secretKey } = world
    let nowMs = Date.now()
    const logFault = (error: unknown) => expect.unreachable(String(error))
    const key = eventBridgeKeys({ db, secretKey, nowMs: () => nowMs, logFault })
    const first = await key()
    expect(key()).toBe(first)
    const second = await replaceEventBridgeKey(db, secretKey, nowMs, { withdraw: false })
    expect(key()).toBe(first)
    nowMs += 61_000
    await expect.poll(async () => (await key()).id, PATIENCE).toBe(second)

    await world.sql(`update eventbridge_keys set created_at = now() - interval '91 days' where retires_at is null`)
    nowMs += 61_000
    await expect.poll(async () => [first.id, second].includes((await key()).id), PATIENCE).toBe(false)
    expect(await db.rows('select 1 from eventbridge_keys where retires_at is null')).toHaveLength(1)
  })
})
