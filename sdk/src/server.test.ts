import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Door, startDoor } from '../../test/door.ts'
import { detailOf, PATIENCE, startWorld, type Tenant, urlOf, type Workspace, type World } from '../../test/world.ts'
import { type Extension, type ExtensionSettings, serveExtension, signWebhook, webhookKey } from './index.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Served = {
  readonly service: Extension
  readonly url: string
  readonly secret: string
  readonly said: string[]
  /** Asks the extension, and answers how to look at what became of it. */
  ask(point?: string): Promise<{ readonly id: string; readonly messageId: string; look(): ReturnType<typeof detailOf> }>
}

/** An extension under test whose service runs here. */
async function serve(
  handlers: ExtensionSettings['handlers'],
  more: Partial<ExtensionSettings> = {},
  points: readonly string[] = ['freeze-node'],
): Promise<Served> {
  const workspace: Workspace = await tenant.workspace()
  const { code, author } = await tenant.extension({ points: points as never, testWorkspace: workspace, publish: false })
  // Somebody else's first: the address has to be known before the secret can be.
  const said: string[] = []
  let secret = `whsec_${Buffer.alloc(32).toString('base64')}`
  const secrets = [secret]
  const service = serveExtension({
    endpoint: urlOf(world.server),
    accessKeyId: author.key.id,
    accessKeySecret: author.key.secret,
    extensionCode: code,
    secrets,
    handlers,
    log: (sentence) => said.push(sentence),
    ...more,
  })
  const { port } = await service.listen(0)
  closing.push(() => service.close(0))
  const url = `http://127.0.0.1:${port}/`
  await tenant.route(workspace, url)
  const [rule] = await world.db.rows<{ rule_id: number; bus_id: number; name: string }>(
    `select t.rule_id, r.bus_id, t.name from event_targets t join event_rules r on r.id = t.rule_id where t.endpoint = $1`,
    [url],
  )
  const { secrets: given } = await tenant.owner.api.call(
    'GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets',
    { params: { busId: rule!.bus_id, ruleId: rule!.rule_id, name: rule!.name } },
  )
  secret = given[0]!.secret
  secrets[0] = secret
  return {
    service,
    url,
    secret,
    said,
    async ask(point = 'freeze-node') {
      const { id, messageId } = await author.api.call('POST /extensions/{code}/trials', {
        params: { code },
        body: { eventCode: point },
      })
      return { id, messageId: messageId!, look: () => detailOf(author, id) }
    },
  }
}

const ended = { state: expect.stringMatching(/^(done|refused)$/) }

describe('whatever the author’s code does, the check gets a result', () => {
  test('the handler’s result, with its message, by the action that its event asks for', async () => {
    const known = ['freeze-node', 'commit-file', 'approval-change-before-create']
    const served = await serve(
      Object.fromEntries(known.map((point) => [point, () => ({ result: 'WARN' as const, message: `about ${point}` })])),
      {},
      known,
    )
    for (const point of known) {
      const asked = await served.ask(point)
      await expect
        .poll(asked.look, PATIENCE)
        .toMatchObject({ ...ended, checks: [{ result: 'WARN', comment: `about ${point}` }] })
    }
    expect(served.said).toEqual([])
  })

  test('a handler knows a trial from an operation that somebody asked for', async () => {
    const seen: boolean[] = []
    const served = await serve({
      'freeze-node': (_event, { trial }) => {
        seen.push(trial)
        return { result: 'OK' }
      },
    })
    const asked = await served.ask()
    await expect.poll(asked.look, PATIENCE).toMatchObject({ state: 'done' })
    const body = JSON.stringify({ id: 'm', type: 't', data: { eventCode: 'freeze-node', blockBusiness: false } })
    const seconds = Math.floor(Date.now() / 1000)
    const headers = {
      'webhook-id': 'm',
      'webhook-timestamp': String(seconds),
      'webhook-signature': signWebhook([webhookKey(served.secret)], 'm', seconds, body),
    }
    expect((await fetch(served.url, { method: 'POST', headers, body })).status).toBe(200)
    await expect.poll(() => seen, PATIENCE).toEqual([true, false])
  })

  test('a handler that throws: the declared fallback', async () => {
    const served = await serve(
      {
        'freeze-node': () => {
          throw new Error('a mistake')
        },
      },
      { fallback: { result: 'WARN', message: 'could not look' } },
    )
    const asked = await served.ask()
    await expect.poll(asked.look, PATIENCE).toMatchObject({ checks: [{ result: 'WARN', comment: 'could not look' }] })
    expect(served.said.join()).toContain('a mistake')
  })

  test('a handler that overruns: the fallback, and its signal says that it is over', async () => {
    let aborted = false
    const served = await serve(
      {
        'freeze-node': (_event, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
          }),
      },
      { timeoutMs: 20 },
    )
    const asked = await served.ask()
    await expect.poll(asked.look, PATIENCE).toMatchObject({ state: 'refused', checks: [{ result: 'FAIL' }] })
    expect(aborted).toBe(true)
  })

  test('no handler, or one that returns something else: the fallback', async () => {
    const served = await serve({ 'freeze-node': () => ({ result: 'MAYBE' }) as never }, {}, [
      'freeze-node',
      'unfreeze-node',
    ])
    for (const point of ['freeze-node', 'unfreeze-node']) {
      const asked = await served.ask(point)
      await expect.poll(asked.look, PATIENCE).toMatchObject({ state: 'refused', checks: [{ result: 'FAIL' }] })
    }
  })

  test('while Holdpoint is away its result is kept and returned again, until it is taken', async () => {
    const door: Door = await startDoor(world.server.port)
    const decide = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const served = await serve(
      {
        'freeze-node': async () => {
          begun.resolve()
          await decide.promise
          return { result: 'OK' }
        },
      },
      { endpoint: door.url },
    )
    const asked = await served.ask()
    await begun.promise
    await door.shut()
    decide.resolve()
    await expect.poll(() => served.said.join(), PATIENCE).toContain('trying again')
    await door.open()
    closing.push(() => door.shut())
    await expect.poll(asked.look, PATIENCE).toMatchObject({ state: 'done', checks: [{ result: 'OK' }] })
  })

  test('closing answers what is under way first, and takes nothing more', async () => {
    const decide = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const served = await serve({
      'freeze-node': async () => {
        begun.resolve()
        await decide.promise
        return { result: 'OK' }
      },
    })
    const asked = await served.ask()
    await begun.promise
    const closed = served.service.close()
    decide.resolve()
    await closed
    expect(await asked.look()).toMatchObject({ state: 'done' })
  })
})

describe('what arrives', () => {
  const envelope = (id: string) =>
    JSON.stringify({
      id,
      type: 'dataworks:NodeChange:FreezeNode',
      data: { eventCode: 'freeze-node', blockBusiness: false },
    })
  const signed = (secret: string, id: string, body: string) => {
    const seconds = Math.floor(Date.now() / 1000)
    return {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signWebhook([webhookKey(secret)], id, seconds, body),
    }
  }

  test('a delivery that Holdpoint did not sign is turned away, and not handled', async () => {
    let handled = 0
    const served = await serve({ 'freeze-node': () => void handled++ as never })
    const id = randomUUID()
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    for (const headers of [{}, signed(other, id, envelope(id))]) {
      const response = await fetch(served.url, { method: 'POST', headers, body: envelope(id) })
      expect(response.status).toBe(401)
    }
    expect(handled).toBe(0)
  })

  test('a message is handled once, however often it is delivered; the web’s Request is taken as well', async () => {
    let handled = 0
    const served = await serve({ 'freeze-node': () => void handled++ as never })
    const id = randomUUID()
    const post = () => ({ method: 'POST', headers: signed(served.secret, id, envelope(id)), body: envelope(id) })
    expect((await fetch(served.url, post())).status).toBe(200)
    expect((await fetch(served.url, post())).status).toBe(200)
    expect((await served.service.fetch(new Request(served.url, post()))).status).toBe(200)
    expect(handled).toBe(1)
  })

  test('no event is no event, and too much is not read', async () => {
    const served = await serve({})
    const post = (body: string) =>
      fetch(served.url, { method: 'POST', headers: signed(served.secret, 'x', body), body })
    expect((await post('[]')).status).toBe(400)
    expect((await post('nonsense')).status).toBe(400)
    expect((await post('x'.repeat(2 << 20))).status).toBe(413)
  })

  test('beyond what may wait it is not accepted, so that it comes again', async () => {
    const release = Promise.withResolvers<void>()
    const served = await serve(
      { 'freeze-node': async () => void (await release.promise) as never },
      { mostConcurrent: 1, mostWaiting: 1 },
    )
    const statuses = []
    for (let i = 0; i < 3; i++) {
      const id = randomUUID()
      const body = envelope(id)
      statuses.push(
        (await fetch(served.url, { method: 'POST', headers: signed(served.secret, id, body), body })).status,
      )
    }
    expect(statuses).toEqual([200, 200, 503])
    release.resolve()
  })
})
