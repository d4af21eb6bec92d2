import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  http,
  PATIENCE,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { sealKey } from '../audit/chain.ts'
import type { Finding } from '../audit/verify.ts'
import { verifyLines } from '../audit/verify-file.ts'

let world: World
let tenant: Tenant
let owner: Person
let here: Workspace
let there: Workspace
let operationId: string
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  here = await tenant.workspace()
  there = await tenant.workspace()
  const { a } = await tenant.nodes(here, { a: [] })
  await tenant.nodes(there, { b: [] })
  const extension = await tenant.extension({ enabledIn: [here] })
  const operation = await ask(owner, here, 'freeze-node', [a])
  operationId = operation.id
  await callBack(world.server, extension, operation.messageId, 'OK')
  const stranger = await world.tenant()
  await stranger.nodes(await stranger.workspace(), { c: [] })
})
afterAll(() => world?.stop())

type Query = NonNullable<Parameters<typeof owner.api.call<'GET /audit'>>[1]>['query']
const read = (person: Person, query: Query = {}) => person.api.call('GET /audit', { query })
const actions = async (person: Person, query?: Query) => (await read(person, query)).items.map((one) => one.action)

describe('reading the audit trail', () => {
  test('newest first: who did what to what, where and when', async () => {
    const { items } = await read(owner, { object: operationId })
    expect(items.map((one) => one.action).toSorted()).toEqual(['check.answer', 'operation.end', 'operation.request'])
    expect(items.at(-1)).toMatchObject({
      action: 'operation.request',
      object: operationId,
      user: { id: String(owner.id), name: `The ${owner.name}` },
      workspace: { id: here.id },
      details: { point: 'freeze-node', on: 'a', state: 'held' },
    })
    const ids = (await read(owner)).items.map((one) => one.id)
    expect(ids).toEqual(ids.toSorted((a, b) => b - a))
  })

  test('by action, by user, by workspace and by time', async () => {
    expect(new Set(await actions(owner, { action: 'node.import' }))).toEqual(new Set(['node.import']))
    for (const { workspace } of (await read(owner, { workspaceId: there.id })).items)
      expect(workspace?.id).toBe(there.id)
    const { items } = await read(owner, { userId: owner.id })
    expect(new Set(items.map((one) => one.user?.id))).toEqual(new Set([String(owner.id)]))
    const [newest] = (await read(owner)).items
    const after = new Date(Date.parse(newest!.at) + 1).toISOString()
    expect(await actions(owner, { from: after })).toEqual([])
    expect((await read(owner, { to: after })).items[0]!.id).toBe(newest!.id)
    expect(await actions(owner, { to: '2020-01-01T00:00:00Z' })).toEqual([])
  })

  test('page by page, each entry once', async () => {
    const whole = (await read(owner, { limit: 200 })).items.map((one) => one.id)
    const paged: number[] = []
    let cursor: string | undefined
    do {
      const page = await read(owner, { limit: 2, ...(cursor !== undefined && { cursor }) })
      expect(page.items.length).toBeLessThanOrEqual(2)
      paged.push(...page.items.map((one) => one.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(paged).toEqual(whole)
  })
})

describe('Rule 30: who reads it', () => {
  test('the account owner and tenant administrators all of it, nobody anything of another tenant', async () => {
    const administrator = await tenant.person(['tenant-administrator'])
    expect(await actions(administrator, { limit: 200 })).toEqual(await actions(owner, { limit: 200 }))
    const other = await world.tenant()
    expect((await read(other.owner)).items).toEqual([])
    expect(await refusalCode(read(other.owner, { workspaceId: here.id }))).toBe('WORKSPACE_NOT_FOUND')
    expect((await read(other.owner, { userId: owner.id })).items).toEqual([])
    expect((await read(other.owner, { object: operationId })).items).toEqual([])
  })

  test('a workspace administrator what happened in their workspaces', async () => {
    const administrator = await tenant.person([], { [here.id]: ['administrator'] })
    const { items } = await read(administrator, { limit: 200 })
    expect(items.length).toBeGreaterThan(3)
    for (const { workspace } of items) expect(workspace?.id).toBe(here.id)
    expect(await refusalCode(read(administrator, { workspaceId: there.id }))).toBe('FORBIDDEN')
    expect((await read(administrator, { workspaceId: here.id, limit: 200 })).items).toEqual(items)
  })

  test('nobody else, by no way', async () => {
    const others = [
      await tenant.person(['open-platform-administrator']),
      await tenant.person(['tenant-security-administrator']),
      await tenant.person([], { [here.id]: ['operator', 'developer', 'visitor'] }),
    ]
    for (const person of others) {
      expect(await refusalCode(read(person))).toBe('FORBIDDEN')
      expect(await refusalCode(read(person, { workspaceId: here.id }))).toBe('FORBIDDEN')
      expect(await refusalCode(person.api.call('GET /audit/seal'))).toBe('FORBIDDEN')
      const cookie = await person.cookie()
      for (const query of ['', `?workspaceId=${here.id}`])
        expect((await http(world.server, 'GET', `/audit/export${query}`, { cookie })).status).toBe(403)
    }
  })
})

describe('an export', () => {
  async function verified(cookie: string, query: string) {
    const { status, text, headers } = await http(world.server, 'GET', `/audit/export${query}`, { cookie })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toContain('application/x-ndjson')
    const findings: Finding[] = []
    const lines = text.trimEnd().split('\n')
    const streamed = (async function* () {
      yield* lines
    })()
    const key = sealKey(world.secretKey)
    return { ...(await verifyLines(streamed, key, (one) => void findings.push(one))), findings, lines }
  }

  test('verifies, once all of it is sealed; and is itself an entry', async () => {
    await expect.poll(async () => (await owner.api.call('GET /audit/seal')).waiting, PATIENCE).toBe(0)
    const cookie = await owner.cookie()
    const whole = await verified(cookie, '')
    expect(whole.findings).toEqual([])
    expect(whole.entries).toBeGreaterThan(5)
    expect(whole.seals).toBeGreaterThan(0)
    expect((await actions(owner))[0]).toBe('audit.export')
    for (const line of whole.lines.filter((one) => one.startsWith('{"id"')))
      expect(JSON.parse(line).tenantId).toBe(tenant.id)
    const head = await owner.api.call('GET /audit/seal')
    expect(head).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), sealedAt: expect.any(String) })
  })

  test('of a workspace administrator has what happened there', async () => {
    const administrator = await tenant.person([], { [here.id]: ['owner'] })
    const { findings, lines, left } = await verified(await administrator.cookie(), '')
    expect(findings).toEqual([])
    for (const line of lines.filter((one) => one.startsWith('{"id"')))
      expect(JSON.parse(line).workspaceId).toBe(here.id)
    expect(left).toBeGreaterThan(0)
  })

  test('of a span that is none is refused', async () => {
    const { status } = await http(world.server, 'GET', '/audit/export?from=yesterday', { cookie: await owner.cookie() })
    expect(status).toBe(400)
  })
})

test('a page looks at so many entries and no more, and goes on with the next one', async () => {
  const other = await world.tenant()
  await other.workspace()
  // As many of another tenant in between as no page looks at.
  await world.sql(
    `insert into audit_entries (tenant_id, action, object) select -1, 'test', 'x' from generate_series(1, 60000)`,
  )
  const first = await read(other.owner)
  expect(first.items).toEqual([])
  expect(first.nextCursor).not.toBeNull()
  const second = await read(other.owner, { cursor: first.nextCursor! })
  expect(second.items.map((one) => one.action)).toEqual(['workspace.create'])
  expect(second.nextCursor).toBeNull()
})
