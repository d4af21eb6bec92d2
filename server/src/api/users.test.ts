import { TENANT_ROLES } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, refusalCode, startWorld, type World } from '../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

const change = (
  by: Person,
  of: Person,
  body: { tenantRoles?: readonly string[]; disabled?: boolean; email?: string; displayName?: string },
) => by.api.call('PATCH /users/{userId}', { params: { userId: of.id }, body: body as never })
const owners = (tenantId: number) =>
  world.db.rows(
    `select id from users where tenant_id = $1 and disabled_at is null and tenant_roles && '{account-owner,full-access}'`,
    [tenantId],
  )
let serial = 0
const newUser = () => ({ name: `new-user-${++serial}`, password: 'long enough' })

describe('somebody remains who can administer a tenant', () => {
  test.each([{ disabled: true }, { tenantRoles: [] }, { tenantRoles: ['tenant-administrator'] }])(
    'the last one keeps their power: %j is refused',
    async (body) => {
      const { id, owner } = await world.tenant()
      expect(await refusalCode(change(owner, owner, body))).toBe('LAST_ADMINISTRATOR')
      expect(await owners(id)).toEqual([{ id: owner.id }])
    },
  )

  test('with a second one, one of them may go, and the other is then the last', async () => {
    const tenant = await world.tenant()
    const second = await tenant.person(['full-access'])
    await change(second, tenant.owner, { disabled: true })
    expect(await refusalCode(change(second, second, { disabled: true }))).toBe('LAST_ADMINISTRATOR')
    expect(await owners(tenant.id)).toEqual([{ id: second.id }])
  })

  test('two who take the power from each other at the same time do not both succeed', async () => {
    const other = await world.replica()
    for (let round = 0; round < 8; round++) {
      const tenant = await world.tenant()
      const second = await tenant.person(['account-owner'])
      await Promise.allSettled([
        change(tenant.owner, second, { disabled: true }),
        second
          .at(other)
          .call('PATCH /users/{userId}', { params: { userId: tenant.owner.id }, body: { tenantRoles: [] } }),
      ])
      expect(await owners(tenant.id)).toHaveLength(1)
    }
  })

  test('a workspace keeps an owner or administrator as well', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const params = { workspaceId: workspace.id, userId: tenant.owner.id }
    const put = (userId: number, roles: ('owner' | 'visitor' | 'administrator')[]) =>
      tenant.owner.api.call('PUT /workspaces/{workspaceId}/members/{userId}', {
        params: { ...params, userId },
        body: { roles },
      })
    const leave = (userId: number) =>
      tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', { params: { ...params, userId } })
    expect(await refusalCode(put(tenant.owner.id, ['visitor']))).toBe('LAST_ADMINISTRATOR')
    expect(await refusalCode(leave(tenant.owner.id))).toBe('LAST_ADMINISTRATOR')
    const second = await tenant.person()
    await put(second.id, ['administrator'])
    // Both at the same time: one of them stays.
    await Promise.allSettled([leave(tenant.owner.id), leave(second.id)])
    const { items } = await tenant.owner.api.call('GET /workspaces/{workspaceId}/members', {
      params: { workspaceId: workspace.id },
    })
    expect(items).toHaveLength(1)
  })
})

describe('full power is given and changed only by who has it', () => {
  test('a tenant administrator cannot make somebody an account owner, nor themselves', async () => {
    const tenant = await world.tenant()
    const administrator = await tenant.person(['tenant-administrator'])
    const somebody = await tenant.person()
    for (const role of ['account-owner', 'full-access'] as const) {
      expect(await refusalCode(change(administrator, somebody, { tenantRoles: [role] }))).toBe('FORBIDDEN')
      expect(
        await refusalCode(change(administrator, administrator, { tenantRoles: ['tenant-administrator', role] })),
      ).toBe('FORBIDDEN')
      expect(
        await refusalCode(administrator.api.call('POST /users', { body: { ...newUser(), tenantRoles: [role] } })),
      ).toBe('FORBIDDEN')
    }
    expect(await owners(tenant.id)).toEqual([{ id: tenant.owner.id }])
  })

  test('nor take it away, disable who has it, or give them another password', async () => {
    const tenant = await world.tenant()
    const administrator = await tenant.person(['tenant-administrator'])
    for (const body of [
      { tenantRoles: [] },
      { disabled: true },
      { email: 'mine@example.com' },
      { displayName: 'Nobody' },
    ])
      expect(await refusalCode(change(administrator, tenant.owner, body))).toBe('FORBIDDEN')
    const params = { userId: tenant.owner.id, accessKeyId: tenant.owner.key.id }
    const { api } = administrator
    for (const refused of [
      () => api.call('POST /users/{userId}/reset-password', { params }),
      () => api.call('POST /users/{userId}/unlink', { params }),
      () => api.call('DELETE /users/{userId}/sessions', { params }),
      () => api.call('GET /users/{userId}/access-keys', { params }),
      () => api.call('PATCH /users/{userId}/access-keys/{accessKeyId}', { params, body: { active: false } }),
      () => api.call('DELETE /users/{userId}/access-keys/{accessKeyId}', { params }),
    ])
      expect(await refusalCode(refused())).toBe('FORBIDDEN')
    expect(await owners(tenant.id)).toEqual([{ id: tenant.owner.id }])
  })

  test('every other role may be given by a tenant administrator', async () => {
    const tenant = await world.tenant()
    const administrator = await tenant.person(['tenant-administrator'])
    const roles = TENANT_ROLES.filter((role) => role !== 'account-owner' && role !== 'full-access')
    const made = await administrator.api.call('POST /users', { body: { ...newUser(), tenantRoles: roles } })
    expect(made.tenantRoles).toEqual(roles)
  })
})

describe('everybody may change their own name, and nothing else of themselves without the right to', () => {
  test('without any role', async () => {
    const tenant = await world.tenant()
    const person = await tenant.person()
    expect((await person.api.call('PATCH /session', { body: { displayName: 'Me' } })).user.displayName).toBe('Me')
    for (const body of [
      { tenantRoles: ['account-owner'] },
      { tenantRoles: [] },
      { disabled: true },
      { email: 'a@b.example' },
    ])
      expect(await refusalCode(change(person, person, body))).toBe('FORBIDDEN')
    expect(await refusalCode(change(person, tenant.owner, { displayName: 'You' }))).toBe('FORBIDDEN')
  })
})

describe('nobody raises their own rights', () => {
  test('a tenant administrator gives themselves no further role, but may give one up', async () => {
    const tenant = await world.tenant()
    const administrator = await tenant.person(['tenant-administrator', 'open-platform-administrator'])
    const roles = ['tenant-administrator', 'tenant-security-administrator']
    expect(await refusalCode(change(administrator, administrator, { tenantRoles: roles }))).toBe('OWN_RIGHTS')
    await change(administrator, administrator, { tenantRoles: ['tenant-administrator'] })
    const back = { tenantRoles: ['tenant-administrator', 'open-platform-administrator'] }
    expect(await refusalCode(change(administrator, administrator, back))).toBe('OWN_RIGHTS')
    await change(tenant.owner, administrator, back)
  })

  test('nor do the administrators of a workspace and of the tenant in a workspace', async () => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace()
    const put = (by: Person, of: Person, roles: ('owner' | 'administrator' | 'operator' | 'visitor')[]) =>
      by.api.call('PUT /workspaces/{workspaceId}/members/{userId}', {
        params: { workspaceId: workspace.id, userId: of.id },
        body: { roles },
      })
    const local = await tenant.person([], { [workspace.id]: ['administrator'] })
    const wide = await tenant.person(['tenant-administrator'])
    expect(await refusalCode(put(local, local, ['administrator', 'operator']))).toBe('OWN_RIGHTS')
    expect(await refusalCode(put(wide, wide, ['operator']))).toBe('OWN_RIGHTS')
    // Owners of the workspace are made by its owners and by who administers the tenant.
    const somebody = await tenant.person()
    expect(await refusalCode(put(local, somebody, ['owner']))).toBe('FORBIDDEN')
    expect(await refusalCode(put(local, tenant.owner, ['visitor']))).toBe('FORBIDDEN')
    await put(local, somebody, ['administrator'])
    await put(wide, somebody, ['owner'])
    // To go is no raising.
    await local.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: workspace.id, userId: local.id },
    })
  })
})

describe('the AccessKey pairs of a user', () => {
  test('are seen, switched off and deleted by an administrator, who never sees a secret', async () => {
    const tenant = await world.tenant()
    const person = await tenant.person()
    const params = { userId: person.id, accessKeyId: person.key.id }
    const { items } = await tenant.owner.api.call('GET /users/{userId}/access-keys', { params })
    expect(items).toMatchObject([{ id: person.key.id, active: true }])
    expect(JSON.stringify(items)).not.toContain(person.key.secret)
    await tenant.owner.api.call('PATCH /users/{userId}/access-keys/{accessKeyId}', { params, body: { active: false } })
    expect(await refusalCode(person.api.call('GET /session'))).toBe('ACCESS_KEY_INACTIVE')
    await tenant.owner.api.call('DELETE /users/{userId}/access-keys/{accessKeyId}', { params })
    expect(await refusalCode(person.api.call('GET /session'))).toBe('ACCESS_KEY_UNKNOWN')
    expect(
      await refusalCode(
        tenant.owner.api.call('DELETE /users/{userId}/access-keys/{accessKeyId}', {
          params: { userId: person.id, accessKeyId: tenant.owner.key.id },
        }),
      ),
    ).toBe('NOT_FOUND')
  })
})

describe('a new user', () => {
  test('signs in with the password that was given, which no answer and no audit entry repeats', async () => {
    const tenant = await world.tenant()
    const given = { ...newUser(), password: 'a password to look for' }
    const made = await tenant.owner.api.call('POST /users', { body: given })
    const audit = await world.db.rows<{ whole: string }>(
      'select a::text as whole from audit_entries a where tenant_id = $1',
      [tenant.id],
    )
    const everything = JSON.stringify([made, audit, world.logged])
    expect(everything).not.toMatch(/to look for/)
    const [row] = await world.db.rows<{ password_hash: string }>('select password_hash from users where id = $1', [
      Number(made.id),
    ])
    expect(row!.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('has a name of its own, also when two are made at the same time', async () => {
    const tenant = await world.tenant()
    const given = newUser()
    const codes = await Promise.all(
      [1, 2, 3].map(() => refusalCode(tenant.owner.api.call('POST /users', { body: given }))),
    )
    expect(codes.toSorted()).toEqual(['NAME_TAKEN', 'NAME_TAKEN', 'it was not refused'])
  })

  test('how it signs in is told to who looks after users alone', async () => {
    const tenant = await world.tenant()
    await tenant.owner.api.call('POST /users', { body: { ...newUser(), email: 'private@example.com' } })
    for (const person of [await tenant.person(), await tenant.person(['open-platform-administrator'])]) {
      const { items } = await person.api.call('GET /users')
      expect(items.length).toBeGreaterThan(1)
      for (const one of items) expect(one.signIn).toBeNull()
      expect(JSON.stringify(items)).not.toContain('private@example.com')
    }
  })

  test('has an e-mail address of its own in the tenant', async () => {
    const tenant = await world.tenant()
    const made = await tenant.owner.api.call('POST /users', { body: { ...newUser(), email: 'Who@Example.com' } })
    expect(made.signIn!.email).toBe('Who@Example.com')
    const again = { ...newUser(), email: 'who@example.com' }
    expect(await refusalCode(tenant.owner.api.call('POST /users', { body: again }))).toBe('NAME_TAKEN')
    const other = await tenant.person()
    expect(await refusalCode(change(tenant.owner, other, { email: 'who@example.COM' }))).toBe('NAME_TAKEN')
    await (await world.tenant()).owner.api.call('POST /users', { body: again })
  })

  test.each([
    { name: 'Upper' },
    { name: 'a b' },
    { name: 'x' },
    { password: 'short' },
    { tenantRoles: ['root'] },
    { displayName: ' ' },
    { email: 'nobody' },
  ])('%j is refused', async (fault) => {
    const { owner } = await world.tenant()
    expect(await refusalCode(owner.api.call('POST /users', { body: { ...newUser(), ...fault } as never }))).toBe(
      'REQUEST_INVALID',
    )
  })
})
