import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { http, type Person, startWorld, type World } from '../../../test/world.ts'
import { hashPassword } from '../credentials.ts'
import { insertUser, updateUser } from '../store/users.ts'

let world: World
let tenantId: number
let owner: Person
beforeAll(async () => {
  // Behind a proxy, so that the tests can come from many addresses.
  world = await startWorld({ trustProxy: true })
  const tenant = await world.tenant()
  tenantId = tenant.id
  owner = tenant.owner
})
afterAll(() => world?.stop())

const PASSWORD = 'correct horse battery'
let serial = 0
async function user(name = `someone-${++serial}`): Promise<{ id: number; name: string }> {
  return await insertUser(world.db, {
    tenantId,
    name,
    displayName: name,
    passwordHash: await hashPassword(PASSWORD),
    tenantRoles: [],
  })
}
/** Each call comes from an address of its own unless told otherwise. */
const signIn = (name: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  http(world.server, 'POST', '/session', {
    json: { name, password },
    headers: { 'x-forwarded-for': `2001:db8::${(++serial).toString(16)}`, ...headers },
  })
const cookieOf = (headers: Headers) => headers.getSetCookie()[0]!
const sessionOf = (headers: Headers) => cookieOf(headers).split(';')[0]!
const me = (cookie: string) => http(world.server, 'GET', '/session', { headers: { cookie } })

describe('signing in', () => {
  test('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    const { name, id } = await user()
    const answer = await signIn(name)
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      user: { id: String(id), name },
      tenant: { id: tenantId },
      tenantRoles: [],
      workspaces: [],
    })
    const flags = cookieOf(answer.headers).split('; ').slice(1).toSorted()
    expect(flags).toEqual(['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict'])
    expect((await me(sessionOf(answer.headers))).body).toEqual(answer.body)
  })

  test('over HTTPS the cookie goes over HTTPS only', async () => {
    const { name } = await user()
    const { headers } = await signIn(name, PASSWORD, { 'x-forwarded-proto': 'https' })
    expect(cookieOf(headers).split('; ')).toContain('Secure')
  })

  test('without a trusted proxy nobody’s word for the protocol is taken', async () => {
    const direct = await startWorld()
    const { id } = await direct.tenant()
    await insertUser(direct.db, {
      tenantId: id,
      name: 'direct',
      displayName: 'd',
      passwordHash: await hashPassword(PASSWORD),
      tenantRoles: [],
    })
    const { headers } = await http(direct.server, 'POST', '/session', {
      json: { name: 'direct', password: PASSWORD },
      headers: { 'x-forwarded-proto': 'https' },
    })
    expect(cookieOf(headers).split('; ')).not.toContain('Secure')
    await direct.stop()
  })

  test('the database keeps only the hash of the cookie, and the log nothing of it', async () => {
    const { name, id } = await user()
    const token = sessionOf((await signIn(name)).headers).split('=')[1]!
    const [row] = await world.db.rows<{ token_hash: Buffer; whole: string }>(
      'select token_hash, s::text as whole from sessions s where user_id = $1',
      [id],
    )
    expect(row!.token_hash).toHaveLength(32)
    expect(row!.whole).not.toContain(token)
    expect(row!.token_hash.toString('latin1')).not.toContain(token)
    expect(world.logged.join('\n')).not.toContain(token)
    expect(world.logged.join('\n')).not.toContain(PASSWORD)
  })

  test('each time gives another session, and a new one does not end the others', async () => {
    const { name } = await user()
    const [one, two] = [sessionOf((await signIn(name)).headers), sessionOf((await signIn(name)).headers)]
    expect(one).not.toBe(two)
    expect((await me(one)).status).toBe(200)
  })

  test('an unknown name, a wrong password, a disabled user and one without a password get the same answer', async () => {
    const { name } = await user()
    const disabled = await user()
    await updateUser(world.db, disabled.id, { disabled: true })
    const answers = [
      await signIn('nobody'),
      await signIn(name, 'wrong password'),
      await signIn(disabled.name),
      await signIn(owner.name),
    ]
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401)
      expect({ ...body, requestId: null }).toEqual({ ...answers[0]!.body, requestId: null })
      expect(headers.getSetCookie()).toEqual([])
    }
  })

  test.each([
    {},
    { name: 'x' },
    { name: '', password: 'x' },
    { name: 'x', password: 'x'.repeat(1025) },
    { name: ['x'], password: 'x' },
  ])('%j is no sign-in', async (json) => {
    expect((await http(world.server, 'POST', '/session', { json })).body.code).toBe('REQUEST_INVALID')
  })
})

describe('a session ends', () => {
  test('by signing out, which takes the cookie away', async () => {
    const { name } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const out = await http(world.server, 'DELETE', '/session', { cookie })
    expect(out.status).toBe(204)
    expect(cookieOf(out.headers)).toMatch(/^holdpoint_session=;.*Max-Age=0/)
    expect((await me(cookie)).body.code).toBe('SIGN_IN_REQUIRED')
  })

  test('by itself after twelve hours', async () => {
    const { name, id } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const [row] = await world.db.rows<{ hours: number }>(
      'select extract(epoch from expires_at - created_at)::float / 3600 as hours from sessions where user_id = $1',
      [id],
    )
    expect(row!.hours).toBeCloseTo(12, 3)
    await world.db.rows(`update sessions set expires_at = now() - interval '1 millisecond' where user_id = $1`, [id])
    expect((await me(cookie)).body.code).toBe('SIGN_IN_REQUIRED')
  })

  test('when its user is disabled, or gets another password, at every replica', async () => {
    const other = await world.replica()
    for (const change of [{ disabled: true }, { password: 'another password' }]) {
      const { name, id } = await user()
      const cookie = sessionOf((await signIn(name)).headers)
      expect((await http(other, 'GET', '/session', { headers: { cookie } })).status).toBe(200)
      await owner.api.call('PATCH /users/{userId}', { params: { userId: id }, body: change })
      expect((await me(cookie)).status).toBe(401)
      expect((await http(other, 'GET', '/session', { headers: { cookie } })).status).toBe(401)
    }
  })
})

describe('guessing is slowed down', () => {
  const wrong = (name: string, address: string) => signIn(name, 'wrong password', { 'x-forwarded-for': address })

  test('after ten failures under one name from one address, even the right password has to wait there, and nowhere else', async () => {
    const { name } = await user()
    const there = { 'x-forwarded-for': '198.51.100.1' }
    for (let i = 0; i < 10; i++) expect((await wrong(name, '198.51.100.1')).status).toBe(401)
    const { status, body } = await signIn(name, PASSWORD, there)
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'SIGN_IN_THROTTLED' })
    expect((body.details as { seconds: number }).seconds).toBeGreaterThan(0)
    expect((body.details as { seconds: number }).seconds).toBeLessThanOrEqual(900)
    expect((await signIn(name, PASSWORD, { 'x-forwarded-for': '198.51.100.2' })).status).toBe(200)
    const stranger = await user()
    expect((await signIn(stranger.name, PASSWORD, there)).status).toBe(200)
  })

  test('after fifty failures from one address, under whatever names; what it says of others before it counts for nothing', async () => {
    const { name } = await user()
    for (let i = 0; i < 49; i++)
      expect((await wrong(`guess-${i}`, `203.0.113.${i + 50}, 203.0.113.7`)).status).toBe(401)
    for (let i = 49; i < 50; i++) expect((await wrong(`guess-${i}`, '203.0.113.7')).status).toBe(401)
    expect((await signIn(name, PASSWORD, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(429)
    expect((await signIn(name, PASSWORD, { 'x-forwarded-for': '203.0.113.8' })).status).toBe(200)
  })

  test('signing in starts the count of its name anew', async () => {
    const { name } = await user()
    for (let round = 0; round < 2; round++) {
      const there = '198.51.100.100'
      for (let i = 0; i < 9; i++) expect((await wrong(name, there)).status).toBe(401)
      expect((await signIn(name, PASSWORD, { 'x-forwarded-for': there })).status).toBe(200)
    }
  })

  test('signing in many times rightly is no guessing', async () => {
    const { name } = await user()
    for (let i = 0; i < 12; i++)
      expect((await signIn(name, PASSWORD, { 'x-forwarded-for': '203.0.113.20' })).status).toBe(200)
  })

  test('thirty guesses at the same time are no more than ten guesses', async () => {
    const { name } = await user()
    const statuses = await Promise.all(
      Array.from({ length: 30 }, () => wrong(name, '192.0.2.1').then((answer) => answer.status)),
    )
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })
})
