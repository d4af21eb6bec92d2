// Rules 17, 18 and 22 through the API and the gate: versions, reviews, history, owners and deletion.
import { readFile } from 'node:fs/promises'
import { EXTENSION_TRANSITIONS, type ExtensionVerb, VERSION_STATUSES, type VersionStatus } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  callBack,
  detailOf,
  dialect,
  http,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'

let world: World
let tenant: Tenant
let reviewer: Person
let workspace: Workspace
let nodes: Readonly<Record<string, number>>
beforeAll(async () => {
  world = await startWorld({ timeZone: 'Asia/Shanghai' })
  tenant = await world.tenant()
  reviewer = await tenant.person(['tenant-administrator'])
  workspace = await tenant.workspace()
  nodes = await tenant.nodes(workspace, { a: [], b: [], c: [], d: [], e: [], f: [], g: [], h: [] })
})
afterAll(() => world?.stop())

type Decision = { reason?: string; version?: number; revision?: number }
const move = (who: Person, code: string, verb: ExtensionVerb, body: Decision = {}) =>
  who.api.call(`POST /extensions/{code}/${verb}`, { params: { code }, body })
const read = (code: string, who = tenant.owner) => who.api.call('GET /extensions/{code}', { params: { code } })
const change = (who: Person, code: string, body: object) =>
  who.api.call('PATCH /extensions/{code}', { params: { code }, body })
const versionsOf = async (code: string) =>
  (await tenant.owner.api.call('GET /extensions/{code}/versions', { params: { code } })).items
const standing = async (code: string) => (await versionsOf(code)).map((one) => [one.version, one.status])
const historyOf = async (code: string) =>
  (await tenant.owner.api.call('GET /extensions/{code}/history', { params: { code } })).items

async function registered(content: object = {}) {
  const { testWorkspaceId } = content as { readonly testWorkspaceId?: number }
  const places = [workspace.id, ...(testWorkspaceId ? [testWorkspaceId] : [])]
  const author = await tenant.person(
    ['open-platform-administrator'],
    Object.fromEntries(places.map((id) => [id, ['developer'] as const])),
  )
  const made = await author.api.call('POST /extensions', {
    body: { name: 'Careful', points: ['freeze-node'], ...content },
  })
  return { author, code: made.code }
}
/** The version on its way is led through its review; published unless it says otherwise. */
async function reviewed({ author, code }: { author: Person; code: string }, publish = true) {
  await move(author, code, 'submit')
  await move(reviewer, code, 'approve')
  if (publish) await move(author, code, 'publish')
}
async function published(content: object = {}) {
  const one = await registered(content)
  await reviewed(one)
  return one
}
const enable = (code: string, place = workspace, enabled = true) =>
  tenant.owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { workspaceId: place.id, code },
    body: { enabled },
  })

describe('Rule 17: every step from every status', () => {
  /** A version in each status, beside others that its extension needs to have it. */
  const MADE: Readonly<Record<VersionStatus, () => Promise<{ author: Person; code: string; version: number }>>> = {
    testing: async () => ({ ...(await registered()), version: 1 }),
    async 'in-review'() {
      const one = await registered()
      await move(one.author, one.code, 'submit')
      return { ...one, version: 1 }
    },
    async approved() {
      const one = await registered()
      await reviewed(one, false)
      return { ...one, version: 1 }
    },
    async rejected() {
      const one = await registered()
      await move(one.author, one.code, 'submit')
      await move(reviewer, one.code, 'reject', { reason: 'no' })
      return { ...one, version: 1 }
    },
    published: async () => ({ ...(await published()), version: 1 }),
    async disabled() {
      const one = await published()
      await move(one.author, one.code, 'disable')
      return { ...one, version: 1 }
    },
    async superseded() {
      const one = await published()
      await change(one.author, one.code, { name: 'Next' })
      await reviewed(one)
      return { ...one, version: 1 }
    },
    async discarded() {
      const one = await published()
      await change(one.author, one.code, { name: 'Next' })
      await move(one.author, one.code, 'discard')
      return { ...one, version: 2 }
    },
  }
  const VERBS = Object.keys(EXTENSION_TRANSITIONS) as ExtensionVerb[]

  test.each(VERSION_STATUSES.flatMap((status) => VERBS.map((verb) => [status, verb] as const)))(
    'a version that is %s: %s',
    async (status, verb) => {
      const { author, code, version } = await MADE[status]()
      const before = await standing(code)
      const who = verb === 'approve' || verb === 'reject' ? reviewer : author
      const { from, to } = EXTENSION_TRANSITIONS[verb]
      const step = move(who, code, verb, { version, reason: 'because' })
      if (!(from as readonly VersionStatus[]).includes(status)) {
        expect(await refusalCode(step)).toBe('EXTENSION_TRANSITION')
        expect(await standing(code)).toEqual(before)
      } else if (verb === 'discard') {
        expect(await refusalCode(step)).toBe('EXTENSION_ONLY_VERSION')
        expect(await standing(code)).toEqual(before)
      } else {
        await step
        expect(await standing(code)).toEqual([[version, to]])
        const [last] = await historyOf(code)
        expect(last).toMatchObject({
          version,
          step: verb,
          from: status,
          to,
          note: 'because',
          user: { id: String(who.id) },
        })
      }
    },
  )

  test('at any time one version at most is worked on and one at most stands, also when many begin one at once', async () => {
    const { author, code } = await published()
    const people = [author, tenant.owner, reviewer]
    await Promise.all(people.map((one, i) => change(one, code, { description: `of ${i}` })))
    expect(await standing(code)).toEqual([
      [2, 'testing'],
      [1, 'published'],
    ])
  })
})

describe('Rule 18: what runs is a version', () => {
  test('editing one that is published makes a new version, and what runs goes on as it is', async () => {
    const one = await published({ description: 'as it was' })
    const after = await change(one.author, one.code, { description: 'as it will be' })
    expect(after).toMatchObject({
      version: 1,
      status: 'published',
      description: 'as it was',
      next: { version: 2, status: 'testing' },
    })
    expect((await versionsOf(one.code)).map((version) => [version.version, version.description])).toEqual([
      [2, 'as it will be'],
      [1, 'as it was'],
    ])
    await change(one.author, one.code, { name: 'Again' })
    await reviewed(one)
    expect(await read(one.code)).toMatchObject({ version: 2, name: 'Again', description: 'as it will be', next: null })
    expect(await standing(one.code)).toEqual([
      [2, 'published'],
      [1, 'superseded'],
    ])
  })

  test('the version under test holds what is asked for in its test workspace, the published one everywhere else, then the new one everywhere', async () => {
    const elsewhere = await tenant.workspace()
    const there = await tenant.nodes(elsewhere, { x: [], y: [] })
    const one = await published()
    for (const place of [workspace, elsewhere]) await enable(one.code, place)
    await change(one.author, one.code, { testWorkspaceId: workspace.id })
    const asked = async (place: Workspace, node: number) =>
      (await ask(tenant.owner, place, 'freeze-node', [node])).checks.map((check) => [
        check.extensionCode,
        check.version,
      ])
    expect(await asked(workspace, nodes.a!)).toEqual([[one.code, 2]])
    expect(await asked(elsewhere, there.x!)).toEqual([[one.code, 1]])
    await move(one.author, one.code, 'submit')
    // What is in review is not under test any more: the one that is published is asked again.
    expect(await asked(workspace, nodes.b!)).toEqual([[one.code, 1]])
    await move(reviewer, one.code, 'approve')
    await move(one.author, one.code, 'publish')
    expect(await asked(elsewhere, there.y!)).toEqual([[one.code, 2]])
    await enable(one.code, workspace, false)
    await enable(one.code, elsewhere, false)
  })

  test('a check keeps the version that was asked, which answers it although a newer one has been published', async () => {
    const one = await published()
    await enable(one.code)
    const held = await ask(tenant.owner, workspace, 'freeze-node', [nodes.c!])
    await change(one.author, one.code, { name: 'Newer' })
    await reviewed(one)
    expect((await callBack(world.server, one, held.messageId, 'OK')).status).toBe(200)
    const ended = await detailOf(tenant.owner, held.id)
    expect(ended).toMatchObject({ state: 'done', checks: [{ version: 1, extensionName: 'Careful', result: 'OK' }] })
    await enable(one.code, workspace, false)
  })

  test('a discarded version leaves its number, and the next edit begins with what runs', async () => {
    const one = await published({ description: 'as it was' })
    await change(one.author, one.code, { description: 'a mistake' })
    expect(await move(one.author, one.code, 'discard')).toMatchObject({ version: 1, next: null })
    await change(one.author, one.code, { name: 'Third' })
    expect(
      (await versionsOf(one.code)).map((version) => [version.version, version.status, version.description]),
    ).toEqual([
      [3, 'testing', 'as it was'],
      [2, 'discarded', 'a mistake'],
      [1, 'published', 'as it was'],
    ])
  })

  test('an approved version that was never published ends when a newer one is', async () => {
    const one = await registered()
    await reviewed(one, false)
    await change(one.author, one.code, { name: 'Second' })
    await reviewed(one)
    expect(await standing(one.code)).toEqual([
      [2, 'published'],
      [1, 'superseded'],
    ])
  })

  test('nobody overwrites or approves what they have not seen', async () => {
    const { author, code } = await registered()
    const seen = await read(code)
    await change(author, code, { name: 'Other' })
    expect(await refusalCode(change(author, code, { name: 'Mine', revision: seen.revision }))).toBe('EXTENSION_CHANGED')
    const { revision } = await read(code)
    await move(author, code, 'submit')
    await move(author, code, 'withdraw')
    await change(author, code, { parameters: 'extension.manualPass.enabled=true' })
    await move(author, code, 'submit')
    expect(await refusalCode(move(reviewer, code, 'approve', { revision }))).toBe('EXTENSION_CHANGED')
    await move(reviewer, code, 'approve', { revision: revision + 1 })
  })

  test('one that has been published keeps its level; before that it may be chosen anew', async () => {
    const fresh = await registered()
    expect((await change(fresh.author, fresh.code, { points: ['upload-data-to-table'] })).level).toBe('tenant')
    await reviewed(fresh, false)
    expect((await change(fresh.author, fresh.code, { points: ['freeze-node'] })).level).toBe('workspace')
    const one = await published()
    expect(await refusalCode(change(one.author, one.code, { points: ['upload-data-to-table'] }))).toBe(
      'EXTENSION_LEVEL_KEPT',
    )
    expect(await standing(one.code)).toEqual([[1, 'published']])
  })

  test('the DataWorks dialect shows what runs, whatever is being worked on', async () => {
    const one = await published()
    await change(one.author, one.code, { name: 'Not yet' })
    const get = await dialect(world.server, tenant.owner, 'GetExtension', { ExtensionCode: one.code })
    expect(get.body.Extension).toMatchObject({ ExtensionName: 'Careful', Status: 1 })
    const list = (await dialect(world.server, tenant.owner, 'ListExtensions', { PageSize: 100 })).body as {
      PagingInfo: { Extensions: { ExtensionCode: string; Status: number; ExtensionName: string }[] }
    }
    expect(list.PagingInfo.Extensions.filter((row) => row.ExtensionCode === one.code)).toMatchObject([
      { Status: 1, ExtensionName: 'Careful' },
    ])
    await move(one.author, one.code, 'disable')
    const disabled = await dialect(world.server, tenant.owner, 'GetExtension', { ExtensionCode: one.code })
    expect(disabled.body.Extension).toMatchObject({ Status: 3 })
  })
})

describe('Rule 17: review', () => {
  test('what was handed in waits in the queue with the day it is due, and whoever may decide is told so', async () => {
    const one = await registered()
    await move(one.author, one.code, 'submit')
    // A Thursday evening in Shanghai: due at the end of Tuesday there.
    await world.db.rows(
      `update extension_versions set submitted_at = '2026-03-05T15:00:00Z' where extension_id = (select id from extensions where code = $1)`,
      [one.code],
    )
    const queue = async (who: Person) =>
      (await who.api.call('GET /reviews', { query: { limit: 200 } })).items.find((row) => row.code === one.code)
    expect(await queue(reviewer)).toMatchObject({
      version: 1,
      submittedBy: { id: String(one.author.id) },
      dueAt: '2026-03-10T16:00:00.000Z',
      may: ['withdraw', 'approve', 'reject'],
    })
    expect((await queue(one.author))?.may).toEqual(['withdraw'])
    expect((await queue(await tenant.person()))?.may).toEqual([])
    // Signed requests have a time of their own; a session has none.
    const cookie = await reviewer.cookie()
    const overdueAt = async (at: string) => {
      const nowMs = world.server.platform.nowMs
      Object.assign(world.server.platform, { nowMs: () => Date.parse(at) })
      try {
        const { body } = await http(world.server, 'GET', '/reviews?limit=200', { cookie })
        return (body.items as { code: string; overdue: boolean }[]).find((row) => row.code === one.code)?.overdue
      } finally {
        Object.assign(world.server.platform, { nowMs })
      }
    }
    expect(await overdueAt('2026-03-10T15:59:59Z')).toBe(false)
    expect(await overdueAt('2026-03-10T16:00:00Z')).toBe(true)
    await move(reviewer, one.code, 'approve')
    expect(await queue(reviewer)).toBeUndefined()
  })

  test('the queue is paged, the one that waits longest first, and holds nothing of another tenant', async () => {
    const other = await world.tenant()
    const codes: string[] = []
    for (let i = 0; i < 3; i++) {
      const author = await other.person(['open-platform-administrator'])
      const { code } = await author.api.call('POST /extensions', { body: { name: `n${i}`, points: ['freeze-node'] } })
      await move(author, code, 'submit')
      codes.push(code)
    }
    const first = await other.owner.api.call('GET /reviews', { query: { limit: 2 } })
    const second = await other.owner.api.call('GET /reviews', { query: { limit: 2, cursor: first.nextCursor! } })
    expect([...first.items, ...second.items].map((row) => row.code)).toEqual(codes)
    expect(second.nextCursor).toBeNull()
    for (const cursor of ['', 'x', '1-', '-1', '99999999999999999-1'].slice(1))
      expect(await refusalCode(other.owner.api.call('GET /reviews', { query: { cursor } }))).toBe('REQUEST_INVALID')
  })

  test('four eyes: whoever registered, changed, owns or handed in a version does not decide it', async () => {
    const one = await registered()
    const editor = await tenant.person(['open-platform-administrator'])
    const submitter = await tenant.person(['open-platform-administrator'])
    const next = await tenant.person(['open-platform-administrator'])
    await change(editor, one.code, { description: 'edited' })
    await one.author.api.call('PUT /extensions/{code}/owner', {
      params: { code: one.code },
      body: { ownerId: String(next.id) },
    })
    await move(submitter, one.code, 'submit')
    for (const who of [one.author, editor, submitter, next]) {
      expect(await refusalCode(move(who, one.code, 'approve'))).toBe('EXTENSION_SELF_REVIEW')
      expect(await refusalCode(move(who, one.code, 'reject', { reason: 'x' }))).toBe('EXTENSION_SELF_REVIEW')
    }
    expect((await move(reviewer, one.code, 'approve')).status).toBe('approved')
  })

  test('a submission is withdrawn, and handed in again; the next version’s reviewer may have written the one before', async () => {
    const one = await registered()
    await move(one.author, one.code, 'submit')
    expect((await move(one.author, one.code, 'withdraw', { reason: 'a slip' })).status).toBe('testing')
    await reviewed(one)
    await change(reviewer, one.code, { description: 'by the reviewer' })
    await move(reviewer, one.code, 'submit')
    expect(await refusalCode(move(reviewer, one.code, 'approve'))).toBe('EXTENSION_SELF_REVIEW')
    await move(tenant.owner, one.code, 'approve')
  })

  test('what people say about a submission stands with it, in the order in which it was said', async () => {
    const one = await registered()
    await move(one.author, one.code, 'submit')
    const say = (who: Person, text: string) =>
      who.api.call('POST /extensions/{code}/comments', { params: { code: one.code }, body: { text } })
    await say(reviewer, 'Why 2?')
    await say(one.author, 'There are two.')
    const reader = await tenant.person()
    expect(await refusalCode(say(reader, 'me too'))).toBe('FORBIDDEN')
    expect(await refusalCode(say(reviewer, '   '))).toBe('REQUEST_INVALID')
    expect(await refusalCode(say(reviewer, 'x'.repeat(4001)))).toBe('REQUEST_INVALID')
    expect((await historyOf(one.code)).map((entry) => [entry.step, entry.note])).toEqual([
      ['comment', 'There are two.'],
      ['comment', 'Why 2?'],
      ['submit', ''],
      ['register', ''],
    ])
  })

  test('the reviewer sees what differs from the version that runs, and can compare with any other', async () => {
    const one = await published({ parameters: 'a=1', points: ['freeze-node'] })
    await change(one.author, one.code, { parameters: 'a=2', points: ['freeze-node', 'unfreeze-node'] })
    const detail = (version: number, against?: number) =>
      reviewer.api.call('GET /extensions/{code}/versions/{version}', {
        params: { code: one.code, version },
        query: against === undefined ? {} : { against },
      })
    const differences = [
      { field: 'points', before: 'freeze-node', after: 'freeze-node\nunfreeze-node' },
      { field: 'parameters', before: 'a=1', after: 'a=2' },
    ]
    expect(await detail(2)).toMatchObject({ against: 1, differences })
    await reviewed(one)
    // What it replaced it is still compared with.
    expect(await detail(2)).toMatchObject({ against: 1, differences })
    expect(await detail(1)).toMatchObject({ against: null, status: 'superseded' })
    expect((await detail(1, 2)).differences).toContainEqual({ field: 'parameters', before: 'a=2', after: 'a=1' })
    expect(await refusalCode(detail(3))).toBe('NOT_FOUND')
    expect(await refusalCode(detail(1, 9))).toBe('NOT_FOUND')
  })
})

describe('the history of an extension', () => {
  test('has every step with who, when, why and what was changed, of all versions or of one, in pages', async () => {
    const one = await registered()
    await change(one.author, one.code, { name: 'Other', parameters: 'a=1' })
    await move(one.author, one.code, 'submit')
    await move(reviewer, one.code, 'reject', { reason: 'not a=1' })
    await change(one.author, one.code, { parameters: '' })
    await reviewed(one)
    await change(one.author, one.code, { name: 'Third' })
    await reviewed(one)
    const steps = (await historyOf(one.code)).toReversed()
    expect(steps.map((entry) => [entry.version, entry.step, entry.from, entry.to])).toEqual([
      [1, 'register', null, 'testing'],
      [1, 'change', 'testing', 'testing'],
      [1, 'submit', 'testing', 'in-review'],
      [1, 'reject', 'in-review', 'rejected'],
      [1, 'change', 'rejected', 'testing'],
      [1, 'submit', 'testing', 'in-review'],
      [1, 'approve', 'in-review', 'approved'],
      [1, 'publish', 'approved', 'published'],
      [2, 'new-version', null, 'testing'],
      [2, 'change', 'testing', 'testing'],
      [2, 'submit', 'testing', 'in-review'],
      [2, 'approve', 'in-review', 'approved'],
      [1, 'supersede', 'published', 'superseded'],
      [2, 'publish', 'approved', 'published'],
    ])
    expect(steps[1]).toMatchObject({ fields: ['name', 'parameters'], user: { id: String(one.author.id) } })
    expect(steps[3]).toMatchObject({ note: 'not a=1', user: { id: String(reviewer.id) } })
    const page = await tenant.owner.api.call('GET /extensions/{code}/history', {
      params: { code: one.code },
      query: { version: 2, limit: 3 },
    })
    const rest = await tenant.owner.api.call('GET /extensions/{code}/history', {
      params: { code: one.code },
      query: { version: 2, limit: 3, cursor: page.nextCursor! },
    })
    expect([...page.items, ...rest.items].map((entry) => entry.step)).toEqual([
      'publish',
      'approve',
      'submit',
      'change',
      'new-version',
    ])
    expect(rest.nextCursor).toBeNull()
  })
})

describe('an extension that was there before its history was', () => {
  test('has the steps that the audit trail kept', async () => {
    const one = await registered()
    await change(one.author, one.code, { name: 'Other' })
    await move(one.author, one.code, 'submit')
    await move(reviewer, one.code, 'reject', { reason: 'no' })
    await move(one.author, one.code, 'submit')
    await move(reviewer, one.code, 'approve')
    await move(one.author, one.code, 'publish')
    const told = async () =>
      (await historyOf(one.code)).map(({ version, step, user, from, to, note }) => [
        version,
        step,
        user,
        from,
        to,
        note,
      ])
    const kept = await told()
    const [copying] = /insert into extension_history[^;]*;/.exec(
      await readFile(new URL('../store/migrations/0015_versions.sql', import.meta.url), 'utf8'),
    )!
    await world.sql(`delete from extension_history; ${copying}`)
    expect(await told()).toEqual(kept)
  })
})

describe('disabling', () => {
  test('Rule 22: new operations are not held by it, open checks stay answerable; published again it is enabled where it was', async () => {
    const one = await published()
    await enable(one.code)
    const held = await ask(tenant.owner, workspace, 'freeze-node', [nodes.d!])
    await move(one.author, one.code, 'disable')
    expect((await ask(tenant.owner, workspace, 'freeze-node', [nodes.e!])).state).toBe('done')
    expect((await callBack(world.server, one, held.messageId, 'OK')).status).toBe(200)
    expect((await detailOf(tenant.owner, held.id)).state).toBe('done')
    await move(one.author, one.code, 'publish')
    expect((await ask(tenant.owner, workspace, 'freeze-node', [nodes.f!])).checks).toMatchObject([
      { extensionCode: one.code },
    ])
    await enable(one.code, workspace, false)
  })
})

describe('Rule 22: deleting an extension', () => {
  const remove = (who: Person, code: string) => who.api.call('DELETE /extensions/{code}', { params: { code } })

  test('is refused while it is published, and while a held operation waits for it; then nobody finds it, and what was asked keeps its name', async () => {
    const one = await published()
    await enable(one.code)
    const held = await ask(tenant.owner, workspace, 'freeze-node', [nodes.g!])
    expect(await refusalCode(remove(one.author, one.code))).toBe('EXTENSION_TRANSITION')
    await move(one.author, one.code, 'disable')
    expect(await refusalCode(remove(one.author, one.code))).toBe('EXTENSION_OPEN_CHECKS')
    await callBack(world.server, one, held.messageId, 'FAIL')
    await remove(one.author, one.code)

    expect(await refusalCode(read(one.code))).toBe('EXTENSION_UNKNOWN')
    expect(await refusalCode(change(one.author, one.code, { name: 'x' }))).toBe('EXTENSION_UNKNOWN')
    expect(await refusalCode(move(one.author, one.code, 'publish'))).toBe('EXTENSION_UNKNOWN')
    expect(await refusalCode(remove(one.author, one.code))).toBe('EXTENSION_UNKNOWN')
    expect((await tenant.owner.api.call('GET /extensions', { query: { search: one.code } })).items).toEqual([])
    const found = await dialect(world.server, tenant.owner, 'GetExtension', { ExtensionCode: one.code })
    expect(found.body.Code).toBe('InvalidExtensionCode.NotFound')
    expect((await detailOf(tenant.owner, held.id)).checks).toMatchObject([
      { extensionCode: one.code, extensionName: 'Careful', result: 'FAIL' },
    ])
    expect((await ask(tenant.owner, workspace, 'freeze-node', [nodes.g!])).state).toBe('done')
  })

  test('one in testing holds nothing any more', async () => {
    const place = await tenant.workspace()
    const { n } = await tenant.nodes(place, { n: [] })
    const one = await registered({ testWorkspaceId: place.id })
    await remove(one.author, one.code)
    expect((await ask(tenant.owner, place, 'freeze-node', [n])).state).toBe('done')
  })

  test('a FAIL that may be passed by hand still can be, after its extension has been deleted', async () => {
    const place = await tenant.workspace()
    const { n } = await tenant.nodes(place, { n: [] })
    const operator = await tenant.person([], { [place.id]: ['operator'] })
    const one = await published({ parameters: 'extension.manualPass.enabled=true' })
    await enable(one.code, place)
    const held = await ask(operator, place, 'freeze-node', [n])
    await callBack(world.server, one, held.messageId, 'FAIL')
    await move(one.author, one.code, 'disable')
    await remove(one.author, one.code)
    await tenant.owner.api.call('POST /operations/{operationId}/checks/{extensionCode}/pass', {
      params: { operationId: held.id, extensionCode: one.code },
      body: { reason: 'it is gone' },
    })
    expect((await detailOf(tenant.owner, held.id)).state).toBe('done')
  })
})

describe('the owner of an extension', () => {
  const own = (who: Person, code: string, ownerId: string) =>
    who.api.call('PUT /extensions/{code}/owner', { params: { code }, body: { ownerId } })

  test('may be somebody else of the tenant from the start, and answers for it from then on', async () => {
    const next = await tenant.person()
    const place = await tenant.workspace()
    const { n, m } = await tenant.nodes(place, { n: [], m: [] })
    const one = await registered({ testWorkspaceId: place.id, ownerId: String(next.id) })
    expect((await read(one.code)).owner.id).toBe(String(next.id))
    const held = await ask(tenant.owner, place, 'freeze-node', [n])
    expect((await callBack(world.server, one, held.messageId, 'OK')).status).not.toBe(200)
    expect((await callBack(world.server, { code: one.code, author: next }, held.messageId, 'OK')).status).toBe(200)
    await own(tenant.owner, one.code, String(one.author.id))
    const again = await ask(tenant.owner, place, 'freeze-node', [m])
    expect((await callBack(world.server, one, again.messageId, 'OK')).status).toBe(200)
  })

  test('is nobody who made themselves so: who owns an extension answers for it', async () => {
    const one = await registered()
    for (const role of ['tenant-administrator', 'open-platform-administrator'] as const) {
      const taker = await tenant.person([role])
      expect(await refusalCode(own(taker, one.code, String(taker.id)))).toBe('OWN_RIGHTS')
    }
    expect((await read(one.code)).owner.id).toBe(String(one.author.id))
    await own(one.author, one.code, String(one.author.id))
    await own(tenant.owner, one.code, String(tenant.owner.id))
    expect((await read(one.code)).owner.id).toBe(String(tenant.owner.id))
  })

  test('is nobody of another tenant, nobody who is disabled and nobody who does not exist', async () => {
    const { author, code } = await registered()
    const gone = await tenant.person()
    await tenant.owner.api.call('PATCH /users/{userId}', { params: { userId: gone.id }, body: { disabled: true } })
    const stranger = (await world.tenant()).owner
    for (const id of [gone.id, stranger.id, 1, '9999999999999999999'])
      expect(await refusalCode(own(author, code, String(id)))).toBe('NOT_FOUND')
    expect(await refusalCode(registered({ ownerId: String(stranger.id) }))).toBe('NOT_FOUND')
  })
})

describe('what is wrong is said beside its field', () => {
  test.each([
    ['points', { points: ['freeze-node', 'upload-data-to-table'] }],
    ['points', { points: ['no-such-event'] }],
    ['testWorkspaceId', { testWorkspaceId: 1 }],
    ['ownerId', { ownerId: '1' }],
    ['options', { options: '{"type":"object"' }],
    ['parameters', { parameters: 'no equals sign' }],
    ['detailUrl', { detailUrl: 'ftp://example.com/' }],
    ['detailUrl', { detailUrl: 'https://user:secret@example.com/' }],
    ['helpDocUrl', { helpDocUrl: 'javascript:alert(1)' }],
    ['helpDocUrl', { helpDocUrl: 'https://secret@example.com/' }],
    ['name', { name: '' }],
    ['deployment', { deployment: 'elsewhere' }],
  ])('%s: %j', async (field, wrong) => {
    const cookie = await tenant.owner.cookie()
    const { status, body } = await http(world.server, 'POST', '/extensions', {
      cookie,
      json: { name: 'x', points: ['freeze-node'], ...wrong },
    })
    expect([400, 404, 422]).toContain(status)
    expect((body.errors as { path: string }[]).map((one) => one.path.split('.').slice(0, 2).join('.'))).toContain(
      `body.${field}`,
    )
  })
})

describe('the list of extensions', () => {
  test('is narrowed by name or code, status of any version, level, point, module and owner', async () => {
    const other = await world.tenant()
    const author = await other.person(['open-platform-administrator'])
    const make = async (name: string, points: string[]) =>
      (await author.api.call('POST /extensions', { body: { name, points } })).code
    const night = await make('Night watch', ['freeze-node', 'undeploy-node'])
    const table = await make('Table guard', ['upload-data-to-table'])
    await move(author, night, 'submit')
    const found = async (query: object) =>
      (await other.owner.api.call('GET /extensions', { query })).items.map((row) => row.code)
    expect(await found({})).toEqual([night, table])
    expect(await found({ search: 'NIGHT' })).toEqual([night])
    expect(await found({ search: table })).toEqual([table])
    expect(await found({ search: '%' })).toEqual([])
    expect(await found({ status: 'in-review' })).toEqual([night])
    expect(await found({ level: 'tenant' })).toEqual([table])
    expect(await found({ point: 'undeploy-node' })).toEqual([night])
    expect(await found({ point: 'nothing' })).toEqual([])
    expect(await found({ module: (await read(night, other.owner)).modules[0]! })).toEqual([night])
    expect(await found({ owner: author.id })).toEqual([night, table])
    expect(await found({ owner: other.owner.id })).toEqual([])
  })
})
