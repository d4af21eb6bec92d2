import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  ask,
  detailOf,
  PATIENCE,
  type Person,
  type Receiver,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

let world: World
let tenant: Tenant
let receiver: Receiver
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())
beforeEach(async () => {
  tenant = await world.tenant()
  // Gone for good: no further try is made.
  receiver = await world.receiver(() => ({ status: 410, body: 'not here' }))
})

type Query = {
  busId?: number
  targetId?: number
  workspaceId?: number
  eventCode?: string
  extension?: string
  from?: string
  to?: string
}
const list = async (query: Query & { limit?: number; cursor?: string } = {}, by: Person = tenant.owner) =>
  (await by.api.call('GET /dead-letters', { query })).items
const replay = (ids: number[], by: Person = tenant.owner) => by.api.call('POST /dead-letters/replay', { body: { ids } })
const drop = (ids: number[], by: Person = tenant.owner) => by.api.call('POST /dead-letters/drop', { body: { ids } })
const dead = (count: number) =>
  vi.waitFor(async () => {
    const found = await list()
    expect(found).toHaveLength(count)
    return found
  }, PATIENCE)

/** A workspace whose events all go to the receiver, and a node for each of the names. */
async function setting(...names: string[]): Promise<{ workspace: Workspace; ids: Record<string, number> }> {
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, Object.fromEntries(names.map((name) => [name, []])))
  await tenant.route(workspace, receiver.url)
  return { workspace, ids }
}

/** Freezes these nodes one by one, each being held, so that each has a dead letter; the newest comes first. */
async function frozen(...names: string[]) {
  const { workspace, ids } = await setting(...names)
  const extension = await tenant.extension({ enabledIn: [workspace] })
  const operations = []
  for (const [i, name] of names.entries()) {
    operations.push(await ask(tenant.owner, workspace, 'freeze-node', [ids[name]!]))
    await dead(i + 1)
  }
  return { workspace, extension, operations, letters: await list() }
}

describe('the list of dead letters', () => {
  test('each says what it was about, how often it was tried, how the last try ended and until when it can be replayed', async () => {
    const { workspace, operations, letters } = await frozen('a')
    const detail = await detailOf(tenant.owner, operations[0]!.id)
    expect(letters).toEqual([
      {
        id: Number(detail.deliveries[0]!.id),
        messageId: operations[0]!.messageId,
        eventCode: 'freeze-node',
        workspaceId: workspace.id,
        operationId: operations[0]!.id,
        busName: expect.any(String),
        target: { id: expect.any(Number), name: detail.deliveries[0]!.targetName, endpoint: receiver.url },
        attempts: 1,
        lastAttempt: { at: detail.deliveries[0]!.attempts[0]!.at, status: 410, error: 'answered 410' },
        diedAt: expect.any(String),
        expiresAt: detail.message!.expiresAt,
        refusal: null,
      },
    ])
    await tenant.owner.api.call('POST /operations/{operationId}/withdraw', {
      params: { operationId: operations[0]!.id },
    })
    expect(await list()).toMatchObject([{ operationId: null }])
  })

  test('comes newest first, page by page, and none is missed or twice', async () => {
    const { letters } = await frozen('a', 'b', 'c')
    // Those that lost their target at once died in the same moment.
    await world.db.rows('update deliveries set ended_at = $1 where id = any($2)', [
      letters[0]!.diedAt,
      letters.slice(0, 2).map((one) => one.id),
    ])
    const found: number[] = []
    let cursor: string | undefined
    do {
      const page = await tenant.owner.api.call('GET /dead-letters', {
        query: { limit: 1, ...(cursor === undefined ? {} : { cursor }) },
      })
      found.push(...page.items.map((one) => one.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(found).toEqual(letters.map((one) => one.id))
    expect(await refusalCode(list({ cursor: 'made-up' }))).toBe('REQUEST_INVALID')
  })

  test('is narrowed by bus, target, workspace, event, extension and time', async () => {
    const { workspace, extension, letters } = await frozen('a', 'b')
    const [newest, oldest] = letters
    const other = await tenant.workspace()
    const [bus] = (await tenant.owner.api.call('GET /event-buses')).items
    const empty = await tenant.owner.api.call('POST /event-buses', { body: { name: 'empty' } })
    for (const [query, count] of [
      [{ busId: bus!.id }, 2],
      [{ busId: empty.id }, 0],
      [{ targetId: newest!.target.id! }, 2],
      [{ targetId: 999_999 }, 0],
      [{ workspaceId: workspace.id }, 2],
      [{ workspaceId: other.id }, 0],
      [{ eventCode: 'freeze-node' }, 2],
      [{ eventCode: 'commit-file' }, 0],
      [{ extension: extension.code }, 2],
      [{ extension: (await tenant.extension()).code }, 0],
      [{ from: newest!.diedAt }, 1],
      [{ to: oldest!.diedAt }, 0],
    ] as const)
      expect(await list(query), JSON.stringify(query)).toHaveLength(count)
  })

  test('holds what its reader may read: of their workspaces only', async () => {
    const { workspace, letters } = await frozen('a')
    const ids = letters.map((one) => one.id)
    const outsider = await tenant.person(['open-platform-administrator'])
    expect(await list({}, outsider)).toEqual([])
    expect(await refusalCode(list({ workspaceId: workspace.id }, outsider))).toBe('FORBIDDEN')
    expect(await replay(ids, outsider)).toMatchObject({ done: 0, refused: [{ reason: 'NOT_DEAD' }] })
    const member = await tenant.person([], { [workspace.id]: ['visitor'] })
    expect(await list({}, member)).toHaveLength(1)
    expect(await refusalCode(replay(ids, member))).toBe('FORBIDDEN')
    expect(await refusalCode(drop(ids, member))).toBe('FORBIDDEN')
    const stranger = (await world.tenant()).owner
    expect(await list({}, stranger)).toEqual([])
    for (const act of [replay, drop])
      expect(await act(ids, stranger)).toEqual({
        done: 0,
        refused: [{ id: ids[0], reason: 'NOT_DEAD' }],
        nextCursor: null,
      })
    expect(await list()).toEqual(letters)
  })
})

describe('replaying', () => {
  test('sends the same message again; once it has arrived it is no dead letter any more', async () => {
    const { operations, letters } = await frozen('a')
    receiver.answer(() => ({ status: 200 }))
    expect(await replay([letters[0]!.id])).toEqual({ done: 1, refused: [], nextCursor: null })
    const again = await receiver.nth(receiver.received.length + 1)
    expect(JSON.parse(again.body).id).toBe(operations[0]!.messageId)
    expect(await list()).toEqual([])
    expect(await replay([letters[0]!.id])).toMatchObject({ done: 0, refused: [{ reason: 'NOT_DEAD' }] })
  })

  test('what expired, lost its target or is none is refused, each with its reason, and the others are sent', async () => {
    const { letters } = await frozen('a', 'b', 'c')
    const [expired, gone, good] = letters.map((one) => one.id)
    await world.db.rows(
      `update messages set expires_at = now() where id = (select message_id from deliveries where id = $1)`,
      [expired],
    )
    await world.db.rows('update deliveries set target_id = null where id = $1', [gone])
    expect((await list()).map((one) => one.refusal)).toEqual(['EXPIRED', 'TARGET_GONE', null])
    receiver.answer(() => ({ status: 200 }))
    const before = receiver.received.length
    expect(await replay([good!, expired!, gone!, 999_999_999])).toEqual({
      done: 1,
      refused: [
        { id: expired, reason: 'EXPIRED' },
        { id: gone, reason: 'TARGET_GONE' },
        { id: 999_999_999, reason: 'NOT_DEAD' },
      ],
      nextCursor: null,
    })
    await receiver.nth(before + 1)
    expect((await list()).map((one) => one.id)).toEqual([expired, gone])
    const again = tenant.owner.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId: gone! } })
    expect(await refusalCode(again)).toBe('NOT_FOUND')
    const [audited] = await world.db.rows<{ details: unknown }>(
      `select details from audit_entries where tenant_id = $1 and action = 'dead-letter.replay'`,
      [tenant.id],
    )
    expect(audited!.details).toEqual({ ids: [good] })
  })

  test('all that fit a filter are taken, and what does not fit stays', async () => {
    const { workspace } = await frozen('a', 'b')
    const elsewhere = await setting('c')
    await ask(tenant.owner, elsewhere.workspace, 'freeze-node', [elsewhere.ids.c!])
    await dead(3 + 1)
    receiver.answer(() => ({ status: 200 }))
    const before = receiver.received.length
    const filter = { workspaceId: workspace.id }
    expect(await tenant.owner.api.call('POST /dead-letters/replay', { body: { filter } })).toEqual({
      done: 2,
      refused: [],
      nextCursor: null,
    })
    await receiver.nth(before + 2)
    expect((await list()).map((one) => one.workspaceId)).toEqual([elsewhere.workspace.id, elsewhere.workspace.id])
  })

  test('at most a thousand are taken by one request, which says where to go on', async () => {
    const { letters } = await frozen('a')
    await world.db.rows(
      `insert into deliveries (message_id, target_name, bus_name, endpoint, state, next_attempt_at, ended_at)
       select $1, 't', 'b', 'http://example.com/', 'dead', now(), now() - i * interval '1 second' from generate_series(1, 1000) i`,
      [letters[0]!.messageId],
    )
    const take = (cursor?: string) =>
      tenant.owner.api.call('POST /dead-letters/drop', { body: { filter: {}, ...(cursor ? { cursor } : {}) } })
    const first = await take()
    expect(first.done).toBe(1_000)
    expect(await take(first.nextCursor!)).toEqual({ done: 1, refused: [], nextCursor: null })
    expect(await list()).toEqual([])
  })
})

test('what is dropped leaves the list for good and stays where its message is shown; sent again from there and dead again, it is back', async () => {
  const { operations, letters } = await frozen('a')
  expect(await drop([letters[0]!.id])).toEqual({ done: 1, refused: [], nextCursor: null })
  expect(await list()).toEqual([])
  expect((await detailOf(tenant.owner, operations[0]!.id)).deliveries).toMatchObject([{ state: 'dead' }])
  await tenant.owner.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId: letters[0]!.id } })
  expect(await dead(1)).toMatchObject([{ id: letters[0]!.id, attempts: 2 }])
})

describe('a target that a dead letter keeps blocked', () => {
  async function blocked(...names: string[]) {
    const given = await frozen(...names)
    const ids = given.letters.map((one) => one.id)
    const targetId = given.letters[0]!.target.id!
    await world.db.rows(
      `update event_targets set errors_tolerance = 'NONE', blocked_at = (select min(ended_at) from deliveries where id = any($2)) where id = $1`,
      [targetId, ids],
    )
    const blockedAt = async () =>
      (
        await world.db.rows<{ blocked_at: Date | null }>('select blocked_at from event_targets where id = $1', [
          targetId,
        ])
      )[0]!.blocked_at
    return { ids, blockedAt }
  }

  test('goes on when the last of them has been replayed or dropped', async () => {
    const { ids, blockedAt } = await blocked('a', 'b')
    await drop([ids[0]!])
    expect(await blockedAt()).not.toBeNull()
    await replay([ids[1]!])
    expect(await blockedAt()).toBeNull()
  })

  test('goes on as well when the delivery is made again from where its message is shown', async () => {
    const { ids, blockedAt } = await blocked('a')
    await tenant.owner.api.call('POST /deliveries/{deliveryId}/redeliver', { params: { deliveryId: ids[0]! } })
    await vi.waitFor(async () => expect(await list()).toMatchObject([{ attempts: 2 }]), PATIENCE)
    // It died again, which blocks it anew.
    expect(await blockedAt()).not.toBeNull()
  })

  test('shows so on its rule, and goes on when it is told to or tolerates errors', async () => {
    const { blockedAt } = await blocked('a')
    const { api } = tenant.owner
    const [bus] = (await api.call('GET /event-buses')).items
    const read = async () =>
      (await api.call('GET /event-buses/{busId}/rules', { params: { busId: bus!.id } })).items[0]!
    const rule = await read()
    const [target] = rule.targets
    expect(target).toMatchObject({ errorsTolerance: 'NONE', blockedAt: expect.any(String) })
    const params = { busId: bus!.id, ruleId: rule.id, name: target!.name }
    await api.call('POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/unblock', { params })
    expect(await blockedAt()).toBeNull()
    await world.db.rows('update event_targets set blocked_at = now() where id = $1', [target!.id])
    await api.call('PUT /event-buses/{busId}/rules/{ruleId}', {
      params,
      body: { name: rule.name, targets: [{ name: target!.name, endpoint: target!.endpoint, errorsTolerance: 'NONE' }] },
    })
    expect(await blockedAt()).not.toBeNull()
    await api.call('PUT /event-buses/{busId}/rules/{ruleId}', {
      params,
      body: { name: rule.name, targets: [{ name: target!.name, endpoint: target!.endpoint }] },
    })
    expect(await blockedAt()).toBeNull()
  })
})
