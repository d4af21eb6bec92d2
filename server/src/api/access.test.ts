import { type Action, may, type Principal, TENANT_ROLES, WORKSPACE_ROLES } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  flowSpec,
  NODE_POINTS,
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
/** A user for each role alone, one with none, and a member of another workspace. */
const people: { readonly as: string; readonly person: Person }[] = []
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  const elsewhere = await tenant.workspace()
  people.push({ as: 'nobody in particular', person: await tenant.person() })
  for (const role of TENANT_ROLES) people.push({ as: role, person: await tenant.person([role]) })
  for (const role of WORKSPACE_ROLES)
    people.push({ as: `${role} here`, person: await tenant.person([], { [workspace.id]: [role] }) })
  people.push({ as: 'owner elsewhere', person: await tenant.person([], { [elsewhere.id]: ['owner'] }) })
})
afterAll(() => world?.stop())

let serial = 0
const fresh = (word: string) => `${word}-${++serial}`
const params = () => ({ workspaceId: workspace.id })
const extensionInReview = async () => {
  const { code, author } = await tenant.extension({ publish: false })
  await author.api.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
  return code
}
const bus = async () => (await tenant.owner.api.call('POST /event-buses', { body: { name: fresh('bus') } })).id

/** What each route is for, and a request of it that nothing but a missing role stands in the way of. */
const REQUESTS: readonly (readonly [string, Action, 'tenant' | 'workspace', (person: Person) => Promise<unknown>])[] = [
  ['list users', 'user.read', 'tenant', ({ api }) => api.call('GET /users')],
  [
    'add a user',
    'user.write',
    'tenant',
    ({ api }) => api.call('POST /users', { body: { name: fresh('new'), password: 'long enough' } }),
  ],
  [
    'create a workspace',
    'workspace.create',
    'tenant',
    ({ api }) =>
      api.call('POST /workspaces', { body: { identifier: fresh('w').replace('-', '_').padEnd(4, 'x'), name: 'w' } }),
  ],
  ['list extensions', 'extension.read', 'tenant', ({ api }) => api.call('GET /extensions')],
  [
    'register an extension',
    'extension.write',
    'tenant',
    ({ api }) => api.call('POST /extensions', { body: { name: 'x', points: ['freeze-node'] } }),
  ],
  [
    'approve an extension',
    'extension.review',
    'tenant',
    async ({ api }) =>
      api.call('POST /extensions/{code}/approve', { params: { code: await extensionInReview() }, body: {} }),
  ],
  ['list event buses', 'openevent.read', 'tenant', ({ api }) => api.call('GET /event-buses')],
  [
    'create an event bus',
    'openevent.write',
    'tenant',
    ({ api }) => api.call('POST /event-buses', { body: { name: fresh('bus') } }),
  ],
  [
    'create a rule',
    'openevent.write',
    'tenant',
    async ({ api }) =>
      api.call('POST /event-buses/{busId}/rules', { params: { busId: await bus() }, body: { name: 'rule' } }),
  ],
  [
    'set the channel of a workspace',
    'openevent.write',
    'tenant',
    async ({ api }) =>
      api.call('PUT /workspaces/{workspaceId}/channel', { params: params(), body: { busId: await bus() } }),
  ],
  [
    'send a sample event to a target',
    'openevent.write',
    'tenant',
    async ({ api }) => {
      const busId = await bus()
      const targets = [{ name: 't', endpoint: 'http://127.0.0.1:9/' }]
      const rule = await tenant.owner.api.call('POST /event-buses/{busId}/rules', {
        params: { busId },
        body: { name: 'rule', targets },
      })
      return await api.call('POST /event-buses/{busId}/rules/{ruleId}/targets/{name}/test', {
        params: { busId, ruleId: rule.id, name: 't' },
        body: {},
      })
    },
  ],
  [
    'set the channel of tenant-level events',
    'openevent.write',
    'tenant',
    async ({ api }) => api.call('PUT /tenant-channel', { body: { busId: await bus() } }),
  ],
  [
    'replay dead letters',
    'delivery.redeliver',
    'tenant',
    ({ api }) => api.call('POST /dead-letters/replay', { body: { ids: [1] } }),
  ],
  [
    'drop dead letters',
    'delivery.redeliver',
    'tenant',
    ({ api }) => api.call('POST /dead-letters/drop', { body: { ids: [1] } }),
  ],
  ['list dead letters', 'openevent.read', 'tenant', ({ api }) => api.call('GET /dead-letters')],
  [
    'see what reaches whom in a workspace',
    'workspace.read',
    'workspace',
    ({ api }) => api.call('GET /workspaces/{workspaceId}/routing', { params: params() }),
  ],
  [
    'read a workspace',
    'workspace.read',
    'workspace',
    ({ api }) => api.call('GET /workspaces/{workspaceId}', { params: params() }),
  ],
  [
    'list members',
    'workspace.read',
    'workspace',
    ({ api }) => api.call('GET /workspaces/{workspaceId}/members', { params: params() }),
  ],
  [
    'make somebody a member',
    'member.write',
    'workspace',
    async ({ api }) =>
      api.call('PUT /workspaces/{workspaceId}/members/{userId}', {
        params: { ...params(), userId: (await tenant.person()).id },
        body: { roles: ['visitor'] },
      }),
  ],
  [
    'enable an extension',
    'extension.enable',
    'workspace',
    async ({ api }) =>
      api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
        params: { ...params(), code: (await tenant.extension({ points: ['commit-file'] })).code },
        body: { enabled: true },
      }),
  ],
  [
    'list nodes',
    'node.read',
    'workspace',
    ({ api }) => api.call('GET /workspaces/{workspaceId}/nodes', { params: params() }),
  ],
  [
    'import nodes',
    'node.import',
    'workspace',
    ({ api }) =>
      api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
        params: params(),
        body: { flowspec: flowSpec(workspace, { [fresh('n')]: [] }) },
      }),
  ],
  [
    'freeze a node',
    'node.operate',
    'workspace',
    async ({ api }) =>
      api.call('POST /workspaces/{workspaceId}/node-operations', {
        params: params(),
        body: {
          point: 'freeze-node',
          nodeIds: Object.values(await tenant.nodes(workspace, { [fresh('n')]: [] })) as number[],
        },
      }),
  ],
  [
    'list the operations of a workspace',
    'operation.read',
    'workspace',
    ({ api }) => api.call('GET /operations', { query: { workspaceId: workspace.id } }),
  ],
]

describe('Rule 20: one table decides everywhere; over HTTP each role may do what the table says and nothing else', () => {
  test.each(REQUESTS)('%s', async (_what, action, scope, request) => {
    for (const { as, person } of people) {
      const caller: Principal = await person.caller()
      const allowed = may(caller, action, scope === 'workspace' ? workspace.id : undefined)
      expect(await refusalCode(request(person)), as).toBe(allowed ? 'it was not refused' : 'FORBIDDEN')
    }
  })

  test('the table is asked about actions that are neither all allowed nor all forbidden', async () => {
    for (const [what, action, scope] of REQUESTS.filter(
      ([, action]) => !['user.read', 'extension.read', 'openevent.read'].includes(action),
    )) {
      const answers = new Set<boolean>()
      for (const { person } of people)
        answers.add(may(await person.caller(), action, scope === 'workspace' ? workspace.id : undefined))
      expect(answers.size, what).toBe(2)
    }
  })
})

describe('what a list shows is what its reader may read', () => {
  test('workspaces', async () => {
    for (const { as, person } of people) {
      const { items } = await person.api.call('GET /workspaces', { query: { limit: 200 } })
      const caller = await person.caller()
      for (const one of items) expect(may(caller, 'workspace.read', one.id), as).toBe(true)
      expect(
        items.some((one) => one.id === workspace.id),
        as,
      ).toBe(may(caller, 'workspace.read', workspace.id))
    }
  })

  test('operations: those of the workspaces one may read, and one’s own', async () => {
    await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
    const ids = await tenant.nodes(workspace, { shown: [] })
    const operator = await tenant.person([], { [workspace.id]: ['operator'] })
    const held = await operator.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: params(),
      body: { point: 'freeze-node', nodeIds: [ids.shown] },
    })
    const sees = async (person: Person, mine = false) =>
      (await person.api.call('GET /operations', { query: { limit: 200, mine: mine ? 'true' : 'false' } })).items.some(
        (one) => one.id === held.id,
      )
    for (const { as, person } of people) {
      const allowed = may(await person.caller(), 'operation.read', workspace.id)
      expect(await sees(person), as).toBe(allowed)
      expect(await sees(person, true), as).toBe(false)
      expect(
        await refusalCode(person.api.call('GET /operations/{operationId}', { params: { operationId: held.id } })),
        as,
      ).toBe(allowed ? 'it was not refused' : 'FORBIDDEN')
    }
    // Whoever asked for it goes on seeing it, also when they are no member any more.
    await tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { ...params(), userId: operator.id },
    })
    expect(await sees(operator, true)).toBe(true)
    expect(
      (await operator.api.call('GET /operations/{operationId}', { params: { operationId: held.id } })).mayWithdraw,
    ).toBe(true)
  })

  test('what a node offers is what its reader may ask for', async () => {
    const ids = await tenant.nodes(workspace, { offered: [] })
    for (const { as, person } of people) {
      const caller = await person.caller()
      if (!may(caller, 'node.read', workspace.id)) continue
      const node = await person.api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}', {
        params: { ...params(), nodeId: ids.offered },
      })
      expect(node.may, as).toEqual(may(caller, 'node.operate', workspace.id) ? ['freeze-node', 'undeploy-node'] : [])
    }
  })
})
