// An extension speaks with AccessKey pairs of its own: they answer for it, read what is its own, and do nothing else, in every dialect.
import { createClient } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callAction, dialectParameters } from '../../../test/dialect-calls.ts'
import { putQuality, putTableOperation } from '../../../test/estate.ts'
import { putBackfill, putRun } from '../../../test/instances.ts'
import { syncOf } from '../../../test/syncs.ts'
import {
  ask,
  dialect,
  type Extension,
  http,
  NODE_POINTS,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { ACTIONS } from '../dataworks/actions/index.ts'
import { ROUTES } from './routes/index.ts'

type Service = { readonly key: { readonly id: string; readonly secret: string }; readonly api: Person['api'] }

let world: World
let tenant: Tenant
let workspace: Workspace
let extension: Extension
let other: Extension
let service: Service
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  extension = await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  other = await tenant.extension({ points: NODE_POINTS, enabledIn: [workspace] })
  service = await credentials(extension.author, extension.code)
})
afterAll(() => world?.stop())

async function credentials({ api }: Person, code: string): Promise<Service> {
  const key = await api.call('POST /extensions/{code}/credentials', { params: { code } })
  const client = createClient({ endpoint: urlOf(world.server), accessKeyId: key.id, accessKeySecret: key.secret })
  return { key, api: client }
}

let serial = 0
async function held() {
  const name = `node_${++serial}`
  const ids = await tenant.nodes(workspace, { [name]: [] })
  return await ask(tenant.owner, workspace, 'freeze-node', [ids[name]!])
}
const answer = (by: { key: Service['key'] }, messageId: string, code: string, result = 'OK') =>
  dialect(world.server, by, 'UpdateWorkbenchEventResult', {
    MessageId: messageId,
    ExtensionCode: code,
    CheckResult: result,
  })
const code = ({ status, body }: Awaited<ReturnType<typeof dialect>>) => (status === 200 ? 'answered' : body.Code)

describe('the pairs of an extension', () => {
  test('answer for it, as its own user, on record', async () => {
    const { id, messageId } = await held()
    expect(code(await answer(service, messageId!, extension.code))).toBe('answered')
    const [entry] = await world.db.rows<{ name: string; service_of: number | null }>(
      `select u.name, u.service_of from audit_entries a join users u on u.id = a.user_id
       where a.action = 'check.answer' and a.object = $1`,
      [id],
    )
    expect(entry).toMatchObject({ name: `extension-${extension.code}` })
    expect(entry!.service_of).not.toBeNull()
  })

  test('answer for no other extension, although its owner may', async () => {
    const { messageId } = await held()
    expect(code(await answer(service, messageId!, other.code))).toBe('Forbidden.Access')
    expect(code(await answer(other.author, messageId!, extension.code))).toBe('Forbidden.Access')
    expect(code(await answer(other.author, messageId!, other.code))).toBe('answered')
  })

  test('read what is the extension’s own, and of no other', async () => {
    const read = (action: string, extensionCode: string) =>
      dialect(world.server, service, action, { ExtensionCode: extensionCode, ProjectId: workspace.id })
    for (const action of ['GetExtension', 'GetOptionValueForProject']) {
      expect(code(await read(action, extension.code)), action).toBe('answered')
      expect(code(await read(action, other.code)), action).toBe('InvalidExtensionCode.NotFound')
    }
  })

  test('do nothing else in the dialect', async () => {
    const { upstream, leaf } = await tenant.nodes(workspace, { upstream: [], leaf: ['upstream'] })
    const message = (await ask(tenant.owner, workspace, 'freeze-node', [upstream])).messageId!
    const run = await putRun(world, { tenant, workspace, instances: [{ nodeId: leaf }] })
    const job = await tenant.owner.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
      params: { workspaceId: workspace.id },
      body: { name: 'a job', definition: syncOf('full', [{ from: 'nowhere' }]) as never },
    })
    const place = {
      ids: {
        ...(await putQuality(world, { tenant, workspace, word: 'service' })),
        ...{ syncJobId: job.id, workspaceIdentifier: workspace.identifier },
        nodeId: leaf,
        messageId: message,
        extensionCode: extension.code,
        instanceId: run.ids[0]!,
        dagId: run.dagId,
        backfillId: await putBackfill(world, { tenant, workspace, name: 'backfill' }),
        ...{ fileId: 1, folderId: 1, deploymentId: 1, userId: tenant.owner.id },
        taskId: await putTableOperation(world, { workspaceId: workspace.id, tableId: 1 }),
      },
      workspaceId: workspace.id,
    }
    const refused: Record<string, unknown> = {}
    for (const { access, contract } of ACTIONS) {
      if (access === 'answer' || (typeof access === 'object' && access.orItself)) continue
      const { action } = contract
      refused[action] = code(await callAction(world, service, action, dialectParameters(action, place)))
    }
    const { ListProjects, ...others } = refused
    // What it may read of workspaces is none.
    expect(ListProjects).toBe('answered')
    const { body } = await dialect(world.server, service, 'ListProjects', {})
    expect(body.PageResult).toMatchObject({ TotalCount: 0 })
    expect(new Set(Object.values(others)), JSON.stringify(others)).toEqual(new Set(['Forbidden.Access']))
  })

  test('do nothing at all in the native API', async () => {
    const person = { key: service.key } as Person
    const { signedHeaders } = await import('../../../test/world.ts')
    const known = { workspaceId: workspace.id, code: extension.code, extensionCode: extension.code }
    for (const { method, path, access } of [
      ...ROUTES,
      { method: 'GET', path: '/stream', access: 'own' },
      { method: 'GET', path: '/openapi.json', access: 'own' },
      { method: 'GET', path: '/audit/export', access: 'own' },
    ]) {
      // Where only what is found decides, what is not there is said so.
      if (access === 'anyone' || typeof access === 'object') continue
      const address = path.replace(/:(\w+)/g, (_, name: string) => String((known as never)[name] ?? 1))
      const headers = signedHeaders(world.server, person, method, `/api/v1${address}`)
      const { status, body } = await http(world.server, method, address, { headers })
      expect({ status, code: body.code }, `${method} ${address}`).toEqual({ status: 403, code: 'FORBIDDEN' })
    }
  })

  test('let into a workspace as a visitor it reads what visitors read there; it cannot be more', async () => {
    const { user } = await extension.author.api.call('GET /extensions/{code}/credentials', {
      params: { code: extension.code },
    })
    const put = (roles: ('visitor' | 'operator' | 'administrator')[]) =>
      tenant.owner.api.call('PUT /workspaces/{workspaceId}/members/{userId}', {
        params: { workspaceId: workspace.id, userId: Number(user!.id) },
        body: { roles },
      })
    expect(await refusalCode(put(['operator']))).toBe('SERVICE_USER')
    expect(await refusalCode(put(['visitor', 'administrator']))).toBe('SERVICE_USER')
    await put(['visitor'])
    const { node } = await tenant.nodes(workspace, { node: [] })
    const get = { NodeId: node, ProjectEnv: 'PROD' }
    expect(code(await dialect(world.server, service, 'GetNode', get))).toBe('answered')
    expect(code(await dialect(world.server, service, 'UpdateNodeRunMode', { ...get, SchedulerType: 2 }))).toBe(
      'Forbidden.Access',
    )
    expect(await refusalCode(service.api.call('GET /extensions'))).toBe('FORBIDDEN')
    // What was chosen for other extensions stands there.
    const params = { workspaceId: workspace.id }
    for (const row of ['extensions', 'nodes', 'members'] as const)
      expect(await refusalCode(service.api.call(`GET /workspaces/{workspaceId}/${row}`, { params }))).toBe('FORBIDDEN')
    await tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: workspace.id, userId: Number(user!.id) },
    })
    expect(code(await dialect(world.server, service, 'GetNode', get))).toBe('Forbidden.Access')
  })
})

describe('who makes them', () => {
  const make = (by: Person, of: string) =>
    refusalCode(by.api.call('POST /extensions/{code}/credentials', { params: { code: of } }))

  test('is the owner of the extension and who has full power; nobody else sees them either', async () => {
    const { author, code } = await tenant.extension()
    const look = (by: Person) => refusalCode(by.api.call('GET /extensions/{code}/credentials', { params: { code } }))
    for (const person of [
      await tenant.person(['open-platform-administrator']),
      await tenant.person(['tenant-administrator']),
      await tenant.person([], { [workspace.id]: ['administrator'] }),
    ]) {
      expect(await make(person, code)).toBe('FORBIDDEN')
      expect(await look(person)).toBe('FORBIDDEN')
    }
    expect(await make(author, code)).toBe('it was not refused')
    expect(await make(tenant.owner, code)).toBe('it was not refused')
    expect(await look(tenant.owner)).toBe('it was not refused')
  })

  test('to another tenant there is no such extension', async () => {
    const stranger = (await world.tenant()).owner
    expect(await make(stranger, extension.code)).toBe('EXTENSION_UNKNOWN')
  })

  test('two are active at most, so that one replaces the other without a gap; of several at once no more than two', async () => {
    const { author, code } = await tenant.extension()
    const made = await Promise.all([1, 2, 3, 4].map(() => make(author, code)))
    expect(made.toSorted()).toEqual([
      'ACCESS_KEYS_FULL',
      'ACCESS_KEYS_FULL',
      'it was not refused',
      'it was not refused',
    ])
    const { accessKeys } = await author.api.call('GET /extensions/{code}/credentials', { params: { code } })
    expect(accessKeys).toHaveLength(2)
    const params = { code, accessKeyId: accessKeys[0]!.id }
    await author.api.call('PATCH /extensions/{code}/credentials/{accessKeyId}', { params, body: { active: false } })
    expect(await make(author, code)).toBe('it was not refused')
    await author.api.call('DELETE /extensions/{code}/credentials/{accessKeyId}', { params })
    expect(await refusalCode(author.api.call('DELETE /extensions/{code}/credentials/{accessKeyId}', { params }))).toBe(
      'NOT_FOUND',
    )
  })
})

describe('Rule 20: when the extension gets another owner', () => {
  const patch = (by: Person, of: string, accessKeyId: string, active: boolean) =>
    by.api.call('PATCH /extensions/{code}/credentials/{accessKeyId}', {
      params: { code: of, accessKeyId },
      body: { active },
    })
  const own = (by: Person, of: string, person: Person) =>
    by.api.call('PUT /extensions/{code}/owner', { params: { code: of }, body: { ownerId: String(person.id) } })

  test('what answered for it is deactivated in the same step, on record; its new owner makes others', async () => {
    const { author, ...its } = await tenant.extension({ publish: false })
    const pair = await credentials(author, its.code)
    const next = await tenant.person(['open-platform-administrator'])
    const knocks = async (by: Service) =>
      code(await dialect(world.server, by, 'GetExtension', { ExtensionCode: its.code }))
    await own(author, its.code, author)
    expect(await knocks(pair)).toBe('answered')
    await own(author, its.code, next)
    expect(await knocks(pair)).toBe('InvalidAccessKeyId.Inactive')
    const written = await world.db.rows<{ action: string; xmin: string }>(
      `select action, xmin::text as xmin from audit_entries
       where action = 'access-key.deactivate' and object = $1 or action = 'extension.change-owner' and object = $2 order by id desc limit 2`,
      [pair.key.id, its.code],
    )
    expect(written.map((one) => one.action).toSorted()).toEqual(['access-key.deactivate', 'extension.change-owner'])
    expect(new Set(written.map((one) => one.xmin)).size).toBe(1)
    expect(await refusalCode(patch(author, its.code, pair.key.id, true))).toBe('FORBIDDEN')
    // Whoever looks after users gives nobody a voice for an extension.
    const administrator = await tenant.person(['tenant-administrator'])
    const { user } = await next.api.call('GET /extensions/{code}/credentials', { params: { code: its.code } })
    const around = administrator.api.call('PATCH /users/{userId}/access-keys/{accessKeyId}', {
      params: { userId: Number(user!.id), accessKeyId: pair.key.id },
      body: { active: true },
    })
    expect(await refusalCode(around)).toBe('FORBIDDEN')
    expect(await knocks(await credentials(next, its.code))).toBe('answered')
  })

  test('a pair that full power deactivated is not activated by the owner', async () => {
    const { author, ...its } = await tenant.extension({ publish: false })
    const { key } = await credentials(author, its.code)
    await patch(tenant.owner, its.code, key.id, false)
    expect(await refusalCode(patch(author, its.code, key.id, true))).toBe('ACCESS_KEY_KEPT_INACTIVE')
    await patch(tenant.owner, its.code, key.id, true)
    await patch(author, its.code, key.id, false)
    expect(await patch(author, its.code, key.id, true)).toMatchObject({ active: true })
  })
})

describe('a service user', () => {
  const user = async () => {
    const { items } = await tenant.owner.api.call('GET /users', { query: { limit: 200 } })
    return items.find((one) => one.serviceOf === extension.code)!
  }

  test('is listed as that, has no password and no roles, and gets none', async () => {
    const { id, ...shown } = await user()
    expect(shown).toMatchObject({ tenantRoles: [], signIn: { hasPassword: false, atProvider: false, email: null } })
    const params = { userId: Number(id) }
    const { api } = tenant.owner
    expect(await refusalCode(api.call('POST /users/{userId}/reset-password', { params }))).toBe('SERVICE_USER')
    for (const body of [{ tenantRoles: ['full-access' as const] }, { email: 'it@example.com' }])
      expect(await refusalCode(api.call('PATCH /users/{userId}', { params, body }))).toBe('SERVICE_USER')
    const owner = { code: extension.code, ownerId: id }
    expect(
      await refusalCode(
        api.call('PUT /extensions/{code}/owner', { params: { code: owner.code }, body: { ownerId: id } as never }),
      ),
    ).toBe('NOT_FOUND')
  })

  test('reads no operation of the tenant, which every person of it may', async () => {
    const { author, ...its } = await tenant.extension({ points: ['download-resources'], publish: false })
    const { id } = await author.api.call('POST /extensions/{code}/trials', {
      params: { code: its.code },
      body: { eventCode: 'download-resources' },
    })
    const read = ({ api }: Pick<Person, 'api'>) =>
      api.call('GET /operations/{operationId}', { params: { operationId: id } })
    expect(await refusalCode(read(service))).toBe('FORBIDDEN')
    expect((await read(await tenant.person())).id).toBe(id)
  })

  test('that is disabled answers nothing from that moment on, at every replica; nor does that of a deleted extension', async () => {
    const replica = await world.replica()
    const doomed = await tenant.extension({ publish: false })
    const pair = await credentials(doomed.author, doomed.code)
    const knocks = (by: Service) =>
      dialect(replica, by, 'GetExtension', { ExtensionCode: doomed.code }).then(({ body }) => body.Code ?? 'answered')
    expect(await knocks(pair)).toBe('answered')
    await doomed.author.api.call('DELETE /extensions/{code}', { params: { code: doomed.code } })
    expect(await knocks(pair)).toBe('InvalidAccessKeyId.Inactive')

    const { messageId } = await held()
    const params = { userId: Number((await user()).id) }
    await tenant.owner.api.call('PATCH /users/{userId}', { params, body: { disabled: true } })
    expect(code(await answer(service, messageId!, extension.code))).toBe('InvalidAccessKeyId.Inactive')
    await tenant.owner.api.call('PATCH /users/{userId}', { params, body: { disabled: false } })
    expect(code(await answer(service, messageId!, extension.code))).toBe('answered')
  })
})
