import { createClient } from '@holdpoint/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  callBack,
  dialect,
  http,
  type Person,
  refusalCode,
  signedHeaders,
  startWorld,
  type Tenant,
  urlOf,
  type World,
} from '../../../test/world.ts'
import { decryptSecret, encryptSecret } from '../credentials.ts'
import type { Server } from '../server.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

type Pair = { readonly id: string; readonly secret: string }
const client = (pair: Pair, server: Server = world.server) =>
  createClient({ endpoint: urlOf(server), accessKeyId: pair.id, accessKeySecret: pair.secret })
const keys = async (person: Person) => (await person.api.call('GET /access-keys')).items
const make = (person: Person) => person.api.call('POST /access-keys')
const setActive = (person: Person, accessKeyId: string, active: boolean) =>
  person.api.call('PATCH /access-keys/{accessKeyId}', { params: { accessKeyId }, body: { active } })
const remove = (person: Person, accessKeyId: string) =>
  person.api.call('DELETE /access-keys/{accessKeyId}', { params: { accessKeyId } })
/** In which way a signed request with the pair is refused, at the native API and in the dialect. */
const refusals = async (pair: Pair, server: Server = world.server) => ({
  native: await refusalCode(client(pair, server).call('GET /session')),
  dialect: (await dialect(server, { key: pair }, 'ListProjects', {})).body.Code ?? 'it was not refused',
})
const TAKEN = { native: 'it was not refused', dialect: 'it was not refused' }

describe('AccessKey pairs', () => {
  test('a pair has the vendor’s form, and signs at once for who made it, at every replica', async () => {
    const person = await tenant.person()
    const pair = await make(person)
    expect(pair.id).toMatch(/^LTAI5t[A-Za-z0-9]{18}$/)
    expect(pair.secret).toMatch(/^[A-Za-z0-9]{30}$/)
    const other = await world.replica()
    for (const server of [world.server, other]) {
      expect((await client(pair, server).call('GET /session')).user.id).toBe(String(person.id))
      expect(await refusals(pair, server)).toEqual(TAKEN)
    }
  })

  test('the secret is shown once: no later answer has it', async () => {
    const person = await tenant.person()
    const pair = await make(person)
    const listed = await http(world.server, 'GET', '/access-keys', { cookie: await person.cookie() })
    expect(listed.text).toContain(pair.id)
    expect(listed.text).not.toContain(pair.secret)
    expect(JSON.stringify(await setActive(person, pair.id, true))).not.toContain(pair.secret)
  })

  test('a user has at most two active ones; a third can be made when one was deactivated or deleted', async () => {
    const person = await tenant.person()
    const second = await make(person)
    expect(await refusalCode(make(person))).toBe('ACCESS_KEYS_FULL')
    await setActive(person, second.id, false)
    const third = await make(person)
    expect(await refusalCode(setActive(person, second.id, true))).toBe('ACCESS_KEYS_FULL')
    await remove(person, third.id)
    expect(await setActive(person, second.id, true)).toMatchObject({ active: true })
    expect((await keys(person)).filter((key) => key.active)).toHaveLength(2)
  })

  test('at most two, although ten are asked for at the same time at two replicas', async () => {
    const other = await world.replica()
    const person = await tenant.person()
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        refusalCode(person.at(i % 2 ? other : world.server).call('POST /access-keys')),
      ),
    )
    expect(codes.filter((code) => code === 'it was not refused')).toHaveLength(1)
    expect(codes.filter((code) => code === 'ACCESS_KEYS_FULL')).toHaveLength(9)
    expect((await keys(person)).filter((key) => key.active)).toHaveLength(2)
  })

  test('at most two, although inactive ones are activated at the same time', async () => {
    const person = await tenant.person()
    const spare: string[] = []
    for (let i = 0; i < 4; i++) {
      const { id } = await make(person)
      await setActive(person, id, false)
      spare.push(id)
    }
    const codes = await Promise.all(spare.map((id) => refusalCode(setActive(person, id, true))))
    expect(codes.filter((code) => code === 'it was not refused')).toHaveLength(1)
    expect((await keys(person)).filter((key) => key.active)).toHaveLength(2)
  })

  test('a deactivated one signs nothing any more, one that is activated again does, at every replica at once', async () => {
    const other = await world.replica()
    const person = await tenant.person()
    const pair = await make(person)
    const inactive = { native: 'ACCESS_KEY_INACTIVE', dialect: 'InvalidAccessKeyId.Inactive' }
    for (const server of [world.server, other]) expect(await refusals(pair, server)).toEqual(TAKEN)
    await setActive(person, pair.id, false)
    for (const server of [world.server, other]) expect(await refusals(pair, server)).toEqual(inactive)
    await setActive(person, pair.id, true)
    for (const server of [world.server, other]) expect(await refusals(pair, server)).toEqual(TAKEN)
  })

  test('Rule 20: one that an administrator deactivated is activated by an administrator, and not by whose it is', async () => {
    const [person, administrator] = [await tenant.person(), await tenant.person(['tenant-administrator'])]
    const pair = await make(person)
    const administer = (by: Person, of: Person, id: string, active: boolean) =>
      by.api.call('PATCH /users/{userId}/access-keys/{accessKeyId}', {
        params: { userId: of.id, accessKeyId: id },
        body: { active },
      })
    expect(await administer(administrator, person, pair.id, false)).toMatchObject({ deactivatedByAdministrator: true })
    // To deactivate it once more does not make it one’s own.
    await setActive(person, pair.id, false)
    expect(await refusalCode(setActive(person, pair.id, true))).toBe('ACCESS_KEY_KEPT_INACTIVE')
    expect((await keys(person)).find((key) => key.id === pair.id)).toMatchObject({
      active: false,
      deactivatedByAdministrator: true,
    })
    expect(await administer(tenant.owner, person, pair.id, true)).toMatchObject({ deactivatedByAdministrator: false })
    await setActive(person, pair.id, false)
    await setActive(person, pair.id, true)
    expect(await refusals(pair)).toEqual(TAKEN)

    // Over one’s own pairs nobody is an administrator.
    const own = await make(administrator)
    await administer(tenant.owner, administrator, own.id, false)
    expect(await refusalCode(setActive(administrator, own.id, true))).toBe('ACCESS_KEY_KEPT_INACTIVE')
    expect(await refusalCode(administer(administrator, administrator, own.id, true))).toBe('ACCESS_KEY_KEPT_INACTIVE')
  })

  test('a deleted one is unknown, at every replica at once', async () => {
    const other = await world.replica()
    const person = await tenant.person()
    const pair = await make(person)
    for (const server of [world.server, other]) expect(await refusals(pair, server)).toEqual(TAKEN)
    await remove(person, pair.id)
    for (const server of [world.server, other])
      expect(await refusals(pair, server)).toEqual({
        native: 'ACCESS_KEY_UNKNOWN',
        dialect: 'InvalidAccessKeyId.NotFound',
      })
  })

  test('the pair of a disabled user signs nothing, and does again when the user is enabled', async () => {
    const person = await tenant.person()
    const change = (disabled: boolean) =>
      tenant.owner.api.call('PATCH /users/{userId}', { params: { userId: person.id }, body: { disabled } })
    await change(true)
    expect(await refusals(person.key)).toEqual({
      native: 'ACCESS_KEY_INACTIVE',
      dialect: 'InvalidAccessKeyId.Inactive',
    })
    await change(false)
    expect(await refusals(person.key)).toEqual(TAKEN)
  })

  test('a role that was taken away is gone with the next request', async () => {
    const person = await tenant.person(['tenant-administrator'])
    await person.api.call('POST /event-buses', { body: { name: 'before' } })
    await tenant.owner.api.call('PATCH /users/{userId}', { params: { userId: person.id }, body: { tenantRoles: [] } })
    expect(await refusalCode(person.api.call('POST /event-buses', { body: { name: 'after' } }))).toBe('FORBIDDEN')
  })

  test('nobody activates, deactivates or deletes a pair of somebody else, not even the account owner', async () => {
    const person = await tenant.person()
    for (const by of [tenant.owner, await tenant.person()]) {
      expect(await refusalCode(setActive(by, person.key.id, false))).toBe('NOT_FOUND')
      expect(await refusalCode(remove(by, person.key.id))).toBe('NOT_FOUND')
    }
    expect(await refusals(person.key)).toEqual(TAKEN)
  })

  test('a signed request is good for once, although it arrives three times at once', async () => {
    const headers = signedHeaders(world.server, tenant.owner, 'GET', '/api/v1/session')
    const send = () => http(world.server, 'GET', '/session', { headers })
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map((answer) => answer.body.code ?? 'taken').toSorted()).toEqual([
      'SIGNATURE_NONCE_USED',
      'SIGNATURE_NONCE_USED',
      'taken',
    ])
  })
})

describe('secrets', () => {
  test('are encrypted at rest: the stored bytes have nothing of the secret, and the same secret never looks the same', async () => {
    const person = await tenant.person()
    const pair = await make(person)
    const [row] = await world.db.rows<{ secret: Buffer; whole: string }>(
      'select secret, k::text as whole from access_keys k where id = $1',
      [pair.id],
    )
    for (const form of [
      pair.secret,
      Buffer.from(pair.secret).toString('hex'),
      Buffer.from(pair.secret).toString('base64'),
    ]) {
      expect(row!.whole).not.toContain(form)
      expect(row!.secret.toString('latin1')).not.toContain(form)
    }
    expect(decryptSecret(world.secretKey, row!.secret, pair.id)).toBe(pair.secret)
    expect(encryptSecret(world.secretKey, pair.secret, pair.id)).not.toEqual(row!.secret)
  })

  test('moved to another pair they are good for nothing', async () => {
    const [one, two] = [await tenant.person(), await tenant.person()]
    await world.db.rows(
      'update access_keys set secret = (select secret from access_keys where id = $2) where id = $1',
      [one.key.id, two.key.id],
    )
    const forged = await client({ id: one.key.id, secret: two.key.secret })
      .call('GET /session')
      .then(
        () => 'it was taken',
        (error) => error.code,
      )
    expect(forged).not.toBe('it was taken')
  })

  test('are in no table and no line of the log, after everything that can be done with them', async () => {
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const extension = await tenant.extension({ enabledIn: [workspace] })
    const held = await tenant.owner.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: { workspaceId: workspace.id },
      body: { point: 'freeze-node', nodeIds: [ids.a] },
    })
    await callBack(world.server, extension, held.messageId, 'OK')
    const pair = await make(await tenant.person())
    await refusals({ ...pair, secret: `${pair.secret.slice(1)}x` })
    await refusals(pair)
    const secrets = [pair.secret, tenant.owner.key.secret, extension.author.key.secret]
    expect(world.logged.length).toBeGreaterThan(0)
    const log = world.logged.join('\n')
    for (const secret of secrets) expect(log).not.toContain(secret)
    const tables = await world.db.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'`,
    )
    for (const { name } of tables) {
      const rows = (await world.db.pool.query(`select t::text as whole from ${name} t`)).rows
        .map((row) => row.whole)
        .join('\n')
      for (const secret of secrets) expect(rows, name).not.toContain(secret)
    }
  })
})
