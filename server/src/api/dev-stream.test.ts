// The connection of an author's machine, and the stream of a console where it is opened with a signature: who has it, and for how long.
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  type Extension,
  http,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import type { Server } from '../server.ts'
import type { Caller } from '../store/principals.ts'
import { enterStreams, type OpenStreams } from './stream.ts'

let world: World
let tenant: Tenant
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
})
afterAll(() => world?.stop())

const opened: AbortController[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.abort()
})

const underTest = (): Promise<Extension> => tenant.extension({ testWorkspace: workspace, publish: false })
const writer = (): Promise<Person> => tenant.person(['open-platform-administrator'], { [workspace.id]: ['developer'] })

type Stream = { text(): string; readonly ended: Promise<void>; close(): void }
async function open(person: Person, path: string, query: Record<string, string>, server: Server): Promise<Stream> {
  const cut = new AbortController()
  opened.push(cut)
  const response = await person.at(server).open(path, query, cut.signal)
  let text = ''
  const decoder = new TextDecoder()
  const reads = async () => {
    for await (const chunk of response.body!) text += decoder.decode(chunk, { stream: true })
  }
  return { text: () => text, ended: reads().catch(() => {}), close: () => cut.abort() }
}
const machine = (
  person: Person,
  { code }: { code: string },
  { connection = randomUUID(), server = world.server } = {},
) => open(person, `/extensions/${code}/dev-stream`, { connection, machine: 'm', url: 'http://127.0.0.1:9/' }, server)
const refused = (person: Person, extension: Extension) => refusalCode(machine(person, extension))
const addressOf = async ({ code }: Extension) => {
  const [row] = await world.db.rows<{ endpoint: string }>(
    `select t.endpoint from event_targets t join extensions e on e.id = t.extension_id where e.code = $1 and t.kind = 'dev'`,
    [code],
  )
  return row?.endpoint
}

describe('the connection of an author’s machine', () => {
  test('is opened by signed requests alone: no page can open it with somebody’s cookie', async () => {
    const extension = await underTest()
    const path = `/extensions/${extension.code}/dev-stream?connection=${randomUUID()}&machine=m&url=http://127.0.0.1:9/`
    const cookie = await extension.author.cookie()
    expect((await http(world.server, 'GET', path, { cookie })).body.code).toBe('SIGNATURE_MISSING')
    expect((await http(world.server, 'GET', path, { headers: { cookie } })).body.code).toBe('SIGNATURE_MISSING')
    expect((await http(world.server, 'GET', path)).status).toBe(401)
    expect(await addressOf(extension)).toBeUndefined()
  })

  test('needs to see the operations of the workspace for testing, and ends when that is over', async () => {
    const extension = await underTest()
    expect(await refused(await tenant.person(['open-platform-administrator']), extension)).toBe('FORBIDDEN')
    expect(await addressOf(extension)).toBeUndefined()
    const stream = await machine(extension.author, extension)
    await tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: workspace.id, userId: extension.author.id },
    })
    await stream.ended
    expect(stream.text()).toContain('"code":"FORBIDDEN"')
  })

  test('ends when the AccessKey pair that opened it is deactivated or deleted, also by another replica', async () => {
    const replica = await world.replica()
    const params = ({ id, key }: Person) => ({ userId: id, accessKeyId: key.id })
    for (const end of [
      (person: Person) =>
        tenant.owner.api.call('PATCH /users/{userId}/access-keys/{accessKeyId}', {
          params: params(person),
          body: { active: false },
        }),
      (person: Person) =>
        tenant.owner.api.call('DELETE /users/{userId}/access-keys/{accessKeyId}', { params: params(person) }),
    ]) {
      const extension = await underTest()
      const { author } = extension
      const streams = [
        await machine(author, extension, { server: replica }),
        await open(author, '/stream', {}, replica),
      ]
      await end(author)
      await Promise.all(streams.map((one) => one.ended))
      expect(streams[0]!.text()).toContain('"code":"ACCESS_KEY_INACTIVE"')
    }
    await replica.stop()
  })

  test('is taken over by its user, by the owner of the extension, and by anybody once it was not seen for ten minutes', async () => {
    const extension = await underTest()
    const [one, other] = [await writer(), await writer()]
    const first = await machine(one, extension)
    const before = await addressOf(extension)
    expect(await refused(other, extension)).toBe('DEV_CONNECTION_HELD')
    expect(await addressOf(extension)).toBe(before)
    const second = await machine(one, extension)
    await first.ended
    expect(first.text()).toContain('"code":"DEV_TAKEN_OVER"')
    const owners = await machine(extension.author, extension)
    await second.ended
    expect(await refused(one, extension)).toBe('DEV_CONNECTION_HELD')
    await world.db.rows(`update dev_connections set seen_at = now() - interval '10 minutes'`)
    await machine(other, extension)
    await owners.ended
  })

  test('is one of eight of a user; one that comes back replaces the one that broke', async () => {
    const person = await writer()
    const connections = Array.from({ length: 8 }, () => randomUUID())
    const extensions = await Promise.all(Array.from({ length: 9 }, () => underTest()))
    const streams: Stream[] = []
    for (const [i, connection] of connections.entries())
      streams.push(await machine(person, extensions[i]!, { connection }))
    expect(await refused(person, extensions[8]!)).toBe('LIMIT_REACHED')
    expect(await addressOf(extensions[8]!)).toBeUndefined()
    await machine(person, extensions[0]!, { connection: connections[0]! })
    await streams[0]!.ended
    expect(await refused(person, extensions[8]!)).toBe('LIMIT_REACHED')
    await machine(await writer(), extensions[8]!)
  })
})

test('of the machines of a tenant sixty-four are connected at a time, and others have theirs', () => {
  const open: OpenStreams = new Set()
  const of = (tenantId: number, userId: number) => ({ tenantId, userId }) as Caller
  for (let i = 0; i < 64; i++) enterStreams(open, 'machine', of(1, i), randomUUID())
  expect(() => enterStreams(open, 'machine', of(1, 64), randomUUID())).toThrow('64 connected machines')
  enterStreams(open, 'console', of(1, 64))
  enterStreams(open, 'machine', of(2, 64), randomUUID())
})

describe('a message is delivered again for an extension', () => {
  const replayed = (person: Person, extension: Extension, messageId: string) =>
    refusalCode(
      person.api.call('POST /extensions/{code}/replays', { params: { code: extension.code }, body: { messageId } }),
    )

  test('that it asks, to whoever may read the operation', async () => {
    const place = await tenant.workspace()
    const target = await world.receiver()
    await tenant.route(place, target.url)
    const asked = await tenant.extension({ enabledIn: [place] })
    const other = await tenant.extension({ enabledIn: [] })
    const [node] = Object.values(await tenant.nodes(place, { [`node_${asked.code}`]: [] })) as [number]
    const { messageId } = await ask(tenant.owner, place, 'freeze-node', [node])
    await target.nth(1)
    expect(await replayed(tenant.owner, other, messageId!)).toBe('REPLAY_NOT_ASKED')
    const stranger = await tenant.person(['open-platform-administrator'], { [workspace.id]: ['owner'] })
    expect(await replayed(stranger, asked, messageId!)).toBe('FORBIDDEN')
    expect(await replayed(tenant.owner, asked, messageId!)).toBe('it was not refused')
    await target.nth(2)
  })
})

test('of the streams of a console a user has thirty-two, and others theirs', async () => {
  const [person, other] = [await tenant.person(), await tenant.person()]
  const streams: Stream[] = []
  for (let i = 0; i < 32; i++) streams.push(await open(person, '/stream', {}, world.server))
  expect(await refusalCode(open(person, '/stream', {}, world.server))).toBe('LIMIT_REACHED')
  await open(other, '/stream', {}, world.server)
  streams[0]!.close()
  await streams[0]!.ended
  await expect
    .poll(() => refusalCode(open(person, '/stream', {}, world.server)), { timeout: 30_000, interval: 50 })
    .toBe('it was not refused')
})
