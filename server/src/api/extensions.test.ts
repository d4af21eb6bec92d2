import { WORKSPACE_ROLES } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
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
let workspace: Workspace
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
})
afterAll(() => world?.stop())

const CONTENT = {
  name: 'Careful',
  description: 'Looks twice.',
  points: ['freeze-node', 'unfreeze-node'],
  testWorkspaceId: null,
  detailUrl: 'https://example.com/careful',
  helpDocUrl: 'https://example.com/help',
  parameters: 'extension.manualPass.enabled=true',
  options: '{"type":"object","properties":{}}',
  onUnanswered: 'pass' as const,
}
const verb = (
  person: Tenant['owner'],
  code: string,
  word: 'submit' | 'approve' | 'reject' | 'publish' | 'disable',
  reason = '',
) => person.api.call(`POST /extensions/{code}/${word}`, { params: { code }, body: { reason } })

async function registered() {
  const author = await tenant.person(['open-platform-administrator'], { [workspace.id]: ['developer'] })
  const made = await author.api.call('POST /extensions', { body: { ...CONTENT, points: [...CONTENT.points] } })
  return {
    author,
    made,
    code: made.code,
    patch: (body: object) => author.api.call('PATCH /extensions/{code}', { params: { code: made.code }, body }),
  }
}

describe('registering an extension', () => {
  test('it starts in testing, in version 1, with a code of its own and what its author said', async () => {
    const { author, made } = await registered()
    expect(made).toMatchObject({
      ...CONTENT,
      status: 'testing',
      version: 1,
      level: 'workspace',
      owner: { id: String(author.id) },
      submittedBy: null,
      may: ['edit', 'comment', 'change-owner', 'delete', 'submit'],
    })
    expect(made.code).toMatch(/^[0-9a-f]{32}$/)
    expect((await registered()).code).not.toBe(made.code)
  })

  test('points that are named twice are watched once', async () => {
    const made = await tenant.owner.api.call('POST /extensions', {
      body: { name: 'Twice', points: ['freeze-node', 'freeze-node'] },
    })
    expect(made.points).toEqual(['freeze-node'])
  })

  test.each([
    ['of two levels', ['freeze-node', 'upload-data-to-table'], 'EXTENSION_LEVELS_MIXED'],
    ['that nobody knows', ['no-such-event'], 'EXTENSION_POINT_UNKNOWN'],
    ['that are only told', ['node-change-created'], 'EXTENSION_POINT_UNKNOWN'],
    ['that are none', [], 'REQUEST_INVALID'],
  ])('points %s are refused, when it is registered and when it is changed', async (_what, points, code) => {
    expect(await refusalCode(tenant.owner.api.call('POST /extensions', { body: { name: 'x', points } }))).toBe(code)
    const { patch, author, code: extension } = await registered()
    expect(await refusalCode(patch({ points }))).toBe(code)
    expect((await author.api.call('GET /extensions/{code}', { params: { code: extension } })).points).toEqual(
      CONTENT.points,
    )
  })

  test('a test workspace that does not exist is refused', async () => {
    expect(
      await refusalCode(
        tenant.owner.api.call('POST /extensions', { body: { name: 'x', points: ['freeze-node'], testWorkspaceId: 1 } }),
      ),
    ).toBe('WORKSPACE_NOT_FOUND')
  })
})

describe('Rule 20: only who may test in a workspace makes it a test workspace', () => {
  const AUTHOR = ['open-platform-administrator'] as const
  const naming = (author: Person, testWorkspaceId: number) =>
    author.api.call('POST /extensions', { body: { name: 'x', points: ['freeze-node'], testWorkspaceId } })
  const changing = (author: Person, code: string, body: object) =>
    author.api.call('PATCH /extensions/{code}', { params: { code }, body })

  test('not an Open Platform administrator without a role there: what they register holds no operation of it', async () => {
    const { n } = await tenant.nodes(workspace, { n: [] })
    const author = await tenant.person(AUTHOR)
    const { status, body } = await http(world.server, 'POST', '/extensions', {
      cookie: await author.cookie(),
      json: { name: 'x', points: ['freeze-node'], testWorkspaceId: workspace.id },
    })
    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'FORBIDDEN', details: { action: 'extension.test', field: 'testWorkspaceId' } })
    const { code } = await author.api.call('POST /extensions', { body: { name: 'x', points: ['freeze-node'] } })
    expect(await refusalCode(changing(author, code, { testWorkspaceId: workspace.id }))).toBe('FORBIDDEN')
    expect((await ask(tenant.owner, workspace, 'freeze-node', [n])).state).toBe('done')
  })

  test('in a workspace, each role may what the table says', async () => {
    for (const role of WORKSPACE_ROLES) {
      const author = await tenant.person(AUTHOR, { [workspace.id]: [role] })
      const found = await refusalCode(naming(author, workspace.id))
      expect(found, role).toBe(
        ['owner', 'administrator', 'developer'].includes(role) ? 'it was not refused' : 'FORBIDDEN',
      )
    }
    const elsewhere = await tenant.person(AUTHOR, { [(await tenant.workspace()).id]: ['owner'] })
    expect(await refusalCode(naming(elsewhere, workspace.id))).toBe('FORBIDDEN')
    for (const role of ['account-owner', 'full-access', 'tenant-administrator'] as const)
      expect(await refusalCode(naming(await tenant.person([role]), workspace.id)), role).toBe('it was not refused')
  })

  test('its name is told to its people and to reviewers, and to nobody else', async () => {
    const { code } = await tenant.extension({ testWorkspace: workspace, publish: false })
    const told = async (person: Person) => {
      const params = { code }
      return (await person.api.call('GET /extensions/{code}', { params })).testWorkspaceName
    }
    expect(await told(await tenant.person(AUTHOR))).toBe(workspace.identifier)
    expect(await told(await tenant.person([], { [workspace.id]: ['visitor'] }))).toBe(workspace.identifier)
    expect(await told(await tenant.person())).toBeNull()
  })

  test('and changes or tries what is tested there; who may not can take it out of the workspace', async () => {
    const { code } = await tenant.extension({ testWorkspace: workspace, publish: false })
    const other = await tenant.person(AUTHOR)
    expect(await refusalCode(changing(other, code, { name: 'Other' }))).toBe('FORBIDDEN')
    const tried = other.api.call('POST /extensions/{code}/trials', {
      params: { code },
      body: { eventCode: 'freeze-node' },
    })
    expect(await refusalCode(tried)).toBe('FORBIDDEN')
    expect(await changing(other, code, { testWorkspaceId: null })).toMatchObject({ testWorkspaceId: null })
    expect(await refusalCode(changing(other, code, { testWorkspaceId: workspace.id }))).toBe('FORBIDDEN')
  })

  test('a description that names it is checked the same way', async () => {
    const author = await tenant.person(AUTHOR)
    const { problems } = await author.api.call('POST /extension-descriptions', {
      body: { extension: { name: 'x', points: ['freeze-node'], testWorkspaceId: workspace.id } },
    })
    expect(problems.map((one) => one.path)).toEqual(['testWorkspaceId'])
  })
})

describe('changing an extension', () => {
  test.each(Object.keys(CONTENT) as (keyof typeof CONTENT)[])(
    'what is not named stays as it was: %s',
    async (member) => {
      const { patch } = await registered()
      const changed = member === 'name' ? { description: 'new' } : { name: 'New' }
      expect((await patch(changed))[member]).toEqual(CONTENT[member])
    },
  )

  test('what is named is changed, also to nothing', async () => {
    const { patch } = await registered()
    const change = {
      description: '',
      detailUrl: null,
      parameters: '',
      onUnanswered: 'block' as const,
      testWorkspaceId: workspace.id,
    }
    expect(await patch(change)).toMatchObject({ ...CONTENT, ...change })
  })

  test('Rule 18: what was handed in for review is frozen until it is rejected', async () => {
    const { author, code, patch } = await registered()
    await verb(author, code, 'submit')
    expect(await refusalCode(patch({ name: 'Other' }))).toBe('EXTENSION_TRANSITION')
    await verb(tenant.owner, code, 'reject', 'not yet')
    expect(await patch({ name: 'Other' })).toMatchObject({ name: 'Other', status: 'testing' })
  })
})

describe('Rule 17: the life of an extension', () => {
  test('testing → in review → approved → published → disabled → published, each step in the audit trail', async () => {
    const { author, code } = await registered()
    const steps = [
      [author, 'submit', 'in-review'],
      [tenant.owner, 'approve', 'approved'],
      [author, 'publish', 'published'],
      [author, 'disable', 'disabled'],
      [author, 'publish', 'published'],
    ] as const
    for (const [who, word, status] of steps) expect((await verb(who, code, word, 'because')).status).toBe(status)
    const audit = await world.db.rows<{ action: string; user_id: number }>(
      'select action, user_id from audit_entries where object = $1 order by id',
      [code],
    )
    expect(audit).toEqual([
      { action: 'extension.register', user_id: author.id },
      ...steps.map(([who, word]) => ({ action: `extension.${word}`, user_id: who.id })),
    ])
  })

  test('the author cannot review their own submission, nor somebody who handed it in for them', async () => {
    const { author, code } = await registered()
    await verb(author, code, 'submit')
    expect(await refusalCode(verb(author, code, 'approve'))).toBe('EXTENSION_SELF_REVIEW')
    expect(await refusalCode(verb(author, code, 'reject', 'x'))).toBe('EXTENSION_SELF_REVIEW')
    const other = await registered()
    await verb(tenant.owner, other.code, 'submit')
    expect(await refusalCode(verb(tenant.owner, other.code, 'approve'))).toBe('EXTENSION_SELF_REVIEW')
  })

  test('a rejection needs a reason', async () => {
    const { author, code } = await registered()
    await verb(author, code, 'submit')
    expect(await refusalCode(verb(tenant.owner, code, 'reject', '  '))).toBe('REQUEST_INVALID')
    expect((await verb(tenant.owner, code, 'reject', 'it does not answer')).status).toBe('rejected')
    expect((await author.api.call('GET /extensions/{code}', { params: { code } })).rejection).toEqual({
      by: { id: String(tenant.owner.id), name: `The ${tenant.owner.name}` },
      at: expect.any(String),
      reason: 'it does not answer',
    })
  })

  test('two reviewers at the same time: one decision stands', async () => {
    const { author, code } = await registered()
    await verb(author, code, 'submit')
    const other = await tenant.person(['tenant-administrator'])
    const codes = await Promise.all([
      refusalCode(verb(tenant.owner, code, 'approve')),
      refusalCode(verb(other, code, 'reject', 'no')),
    ])
    expect(codes.toSorted()).toEqual(['EXTENSION_TRANSITION', 'it was not refused'])
  })

  test('what may be done is what is offered', async () => {
    const { author, code } = await registered()
    const read = (person: Tenant['owner']) => person.api.call('GET /extensions/{code}', { params: { code } })
    const reader = await tenant.person()
    expect((await read(reader)).may).toEqual([])
    await verb(author, code, 'submit')
    expect((await read(author)).may).toEqual(['comment', 'change-owner', 'delete', 'withdraw'])
    expect((await read(tenant.owner)).may).toEqual([
      'comment',
      'change-owner',
      'delete',
      'withdraw',
      'approve',
      'reject',
    ])
  })
})

describe('Rule 19: a workspace administrator enables a workspace-level extension', () => {
  const enable = (person: Tenant['owner'], code: string, enabled = true) =>
    person.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code },
      body: { enabled },
    })

  test('once it is published, and not before', async () => {
    const { author, code } = await registered()
    const administrator = await tenant.person([], { [workspace.id]: ['administrator'] })
    expect(await refusalCode(enable(administrator, code))).toBe('EXTENSION_NOT_PUBLISHED')
    await verb(author, code, 'submit')
    await verb(tenant.owner, code, 'approve')
    expect(await refusalCode(enable(administrator, code))).toBe('EXTENSION_NOT_PUBLISHED')
    await verb(author, code, 'publish')
    expect(await enable(administrator, code)).toMatchObject({
      enabled: true,
      modifiedBy: { id: String(administrator.id) },
    })
  })

  test('one that was disabled meanwhile can still be switched off', async () => {
    const { author, code } = await tenant.extension({ enabledIn: [workspace] })
    await verb(author, code, 'disable')
    expect(await enable(tenant.owner, code, false)).toMatchObject({ enabled: false })
    expect(await refusalCode(enable(tenant.owner, code))).toBe('EXTENSION_NOT_PUBLISHED')
  })

  test('a tenant-level one is none of a workspace’s business', async () => {
    const { code } = await tenant.extension({ points: ['upload-data-to-table'] })
    expect(await refusalCode(enable(tenant.owner, code))).toBe('EXTENSION_LEVELS_MIXED')
    const { items } = await tenant.owner.api.call('GET /workspaces/{workspaceId}/extensions', {
      params: { workspaceId: workspace.id },
    })
    expect(items.map((one) => one.code)).not.toContain(code)
  })
})
