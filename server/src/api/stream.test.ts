import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, callBack, http, NODE_POINTS, PATIENCE, type Person, startWorld, type World } from '../../../test/world.ts'
import type { Server } from '../server.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

type StreamEvent = {
  readonly event: string
  readonly data: { kind?: string; workspaceId?: number | null; id?: string }
}
type Stream = {
  readonly response: IncomingMessage
  readonly seen: StreamEvent[]
  /** The first event so far or from now on that is wanted. */
  event(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent>
  readonly ended: Promise<void>
  close(): void
}

/** Opens the stream as a browser does, and answers once it has been greeted. */
async function watch(server: Server, person: Person): Promise<Stream> {
  const cookie = await person.cookie()
  const seen: StreamEvent[] = []
  const waiting: { wanted: (event: StreamEvent) => boolean; resolve: (event: StreamEvent) => void }[] = []
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port: server.port, path: '/api/v1/stream', headers: { cookie } }, resolve).on(
      'error',
      reject,
    )
  })
  let buffered = ''
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    buffered += text
    const parts = buffered.split('\n\n')
    buffered = parts.pop()!
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1]
      if (event === undefined) continue
      const one = { event, data: JSON.parse(/^data: (.*)$/m.exec(part)![1]!) }
      seen.push(one)
      for (const some of waiting.filter((other) => other.wanted(one))) some.resolve(one)
    }
  })
  const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
  const stream: Stream = {
    response,
    seen,
    event: (wanted) => {
      const present = seen.find(wanted)
      return present ? Promise.resolve(present) : new Promise((resolve) => waiting.push({ wanted, resolve }))
    },
    ended,
    close: () => response.destroy(),
  }
  await stream.event((one) => one.event === 'hello')
  return stream
}

const about = (id: string) => (one: StreamEvent) => one.event === 'change' && one.data.id === id

async function shop() {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: [], c: [] })
  const extension = await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  return { tenant, workspace, ids, extension, owner: tenant.owner }
}

/** Both replicas listen: what one tells from now on, the other hears. */
async function listening(replicas: number) {
  await expect
    .poll(
      async () =>
        (
          await world.db.rows<{ count: number }>(
            `select count(*) from pg_stat_activity where datname = current_database() and query = 'listen holdpoint'`,
          )
        )[0]!.count,
      PATIENCE,
    )
    .toBe(replicas)
}

describe('live updates', () => {
  test('need a sign-in, and are a stream of events that nobody keeps', async () => {
    const stranger = await http(world.server, 'GET', '/stream')
    expect(stranger.status).toBe(401)
    const { owner } = await shop()
    const stream = await watch(world.server, owner)
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    stream.close()
  })

  test('name each change of an operation and say nothing about it', async () => {
    const { owner, workspace, ids, extension } = await shop()
    const stream = await watch(world.server, owner)
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await stream.event(about(held.id))
    const before = stream.seen.filter(about(held.id)).length
    await callBack(world.server, extension, held.messageId, 'OK')
    await expect.poll(() => stream.seen.filter(about(held.id)).length, PATIENCE).toBeGreaterThan(before)
    for (const one of stream.seen.filter(about(held.id)))
      expect(one.data).toEqual({ kind: 'operation', workspaceId: workspace.id, id: held.id })
    stream.close()
  })

  test('Rule 21: only those of one’s own tenant', async () => {
    const [mine, theirs] = [await shop(), await shop()]
    const stream = await watch(world.server, mine.owner)
    const foreign = await ask(theirs.owner, theirs.workspace, 'freeze-node', [theirs.ids.a])
    await theirs.tenant.extension({ publish: false })
    const own = await ask(mine.owner, mine.workspace, 'freeze-node', [mine.ids.a])
    await stream.event(about(own.id))
    expect(stream.seen.map((one) => one.data.id).filter((id) => id !== undefined && id !== own.id)).toEqual([])
    expect(JSON.stringify(stream.seen)).not.toContain(foreign.id)
    stream.close()
  })

  test('only those of workspaces one may read', async () => {
    const { tenant, workspace, ids, owner } = await shop()
    const elsewhere = await tenant.workspace()
    const there = await tenant.nodes(elsewhere, { x: [] })
    const member = await tenant.person([], { [elsewhere.id]: ['visitor'] })
    const stream = await watch(world.server, member)
    const hidden = await ask(owner, workspace, 'freeze-node', [ids.a])
    const shown = await ask(owner, elsewhere, 'freeze-node', [there.x])
    await stream.event(about(shown.id))
    expect(stream.seen.some(about(hidden.id))).toBe(false)
    stream.close()
  })

  test('come from other replicas too, under the same rules', async () => {
    const other = await world.replica()
    await listening(2)
    const [mine, theirs] = [await shop(), await shop()]
    const stream = await watch(other, mine.owner)
    const foreign = await ask(theirs.owner, theirs.workspace, 'freeze-node', [theirs.ids.a])
    const own = await ask(mine.owner, mine.workspace, 'freeze-node', [mine.ids.a])
    expect((await stream.event(about(own.id))).data).toEqual({
      kind: 'operation',
      workspaceId: mine.workspace.id,
      id: own.id,
    })
    expect(stream.seen.some(about(foreign.id))).toBe(false)
    stream.close()
    await other.stop()
  })

  test('end when the server stops, which does not wait for who watches', async () => {
    const other = await world.replica()
    const { owner } = await shop()
    const stream = await watch(other, owner)
    await other.stop()
    await stream.ended
  })

  test('a watcher who goes away is forgotten', async () => {
    const { owner, workspace, ids } = await shop()
    const [gone, stays] = [await watch(world.server, owner), await watch(world.server, owner)]
    gone.close()
    await gone.ended
    const held = await ask(owner, workspace, 'freeze-node', [ids.a])
    await stays.event(about(held.id))
    expect(gone.seen.some(about(held.id))).toBe(false)
    stays.close()
  })
})
