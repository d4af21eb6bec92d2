import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { http, PATIENCE, type Person, startWorld, urlOf, type World } from '../../../test/world.ts'
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
/** Each call comes from a network of its own unless told otherwise. */
const signIn = (name: string, password = PASSWORD, headers: Record<string, string> = {}, more: object = {}) =>
  http(world.server, 'POST', '/session', {
    json: { name, password, ...more },
    headers: { 'x-forwarded-for': `2001:db8:0:${(++serial).toString(16)}::1`, ...headers },
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

  test('where people come by HTTPS the cookie goes over HTTPS only, whatever stands between', async () => {
    const { name } = await user()
    const secure = await world.replica({ publicUrl: 'https://holdpoint.example', publicUrlDerived: false })
    const { headers } = await http(secure, 'POST', '/session', { json: { name, password: PASSWORD } })
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

describe('how people sign in here', () => {
  test('is told to everybody', async () => {
    const { body } = await http(world.server, 'GET', '/sign-in-options')
    expect(body).toEqual({ localPasswords: 'everyone', provider: null })
  })
})

describe('a session ends', () => {
  test('by signing out, which takes the cookie away', async () => {
    const { name } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const out = await http(world.server, 'DELETE', '/session', { cookie })
    expect(out.body).toEqual({ continueAt: null })
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

  test('when it is not used for two hours, and goes on while it is', async () => {
    const { name, id } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const unused = (minutes: number) =>
      world.db.rows('update sessions set seen_at = seen_at - make_interval(mins => $2) where user_id = $1', [
        id,
        minutes,
      ])
    await unused(119)
    expect((await me(cookie)).status).toBe(200)
    await unused(119)
    expect((await me(cookie)).status).toBe(200)
    await unused(121)
    expect((await me(cookie)).body.code).toBe('SIGN_IN_REQUIRED')
  })

  test('when an administrator disables its user, gives them a one-time password or ends it, at once at every replica', async () => {
    const other = await world.replica()
    for (const [method, path, json] of [
      ['PATCH', '', { disabled: true }],
      ['POST', '/reset-password', {}],
      ['DELETE', '/sessions', {}],
      ['POST', '/unlink', {}],
    ] as const) {
      const { name, id } = await user()
      const cookie = sessionOf((await signIn(name)).headers)
      expect((await http(other, 'GET', '/session', { headers: { cookie } })).status).toBe(200)
      const answer = await http(world.server, method, `/users/${id}${path}`, { cookie: await owner.cookie(), json })
      expect(answer.status, answer.text).toBeLessThan(300)
      expect((await me(cookie)).status).toBe(401)
      expect((await http(other, 'GET', '/session', { headers: { cookie } })).status).toBe(401)
    }
  })

  test('with it what is still open on the strength of it: the stream of live updates, at every replica', async () => {
    const other = await world.replica()
    const { name } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const stream = await fetch(`${urlOf(other)}/api/v1/stream`, { headers: { cookie } })
    const ended = (async () => {
      for await (const _ of stream.body!);
    })()
    await http(world.server, 'DELETE', '/session', { cookie })
    await ended
  })
})

describe('one’s own sessions', () => {
  type Listed = { id: string; current: boolean; address: string; agent: string; way: string }
  const listed = async (cookie: string) =>
    (await http(world.server, 'GET', '/sessions', { cookie })).body.items as Listed[]

  test('are listed with where and with what they were started, and none of somebody else’s', async () => {
    const { name } = await user()
    await signIn((await user()).name)
    const phone = sessionOf((await signIn(name, PASSWORD, { 'user-agent': 'Phone/1.0' })).headers)
    const desk = sessionOf(
      (await signIn(name, PASSWORD, { 'user-agent': 'Desk/2.0', 'x-forwarded-for': '192.0.2.77' })).headers,
    )
    const items = await listed(desk)
    expect(items).toHaveLength(2)
    expect(items.find((one) => one.current)).toMatchObject({
      address: '192.0.2.77',
      agent: 'Desk/2.0',
      way: 'password',
    })
    expect((await listed(phone)).find((one) => one.current)).toMatchObject({ agent: 'Phone/1.0' })
    expect(JSON.stringify(items)).not.toContain(desk.split('=')[1])
  })

  test('end one by one or all but this one', async () => {
    const { name } = await user()
    const [one, two, three] = [
      sessionOf((await signIn(name)).headers),
      sessionOf((await signIn(name)).headers),
      sessionOf((await signIn(name)).headers),
    ]
    const { id } = (await listed(two)).find((session) => session.current)!
    expect((await http(world.server, 'DELETE', `/sessions/${id}`, { cookie: one })).status).toBe(204)
    expect((await me(two)).status).toBe(401)
    expect((await http(world.server, 'DELETE', `/sessions/${id}`, { cookie: one })).status).toBe(404)
    expect((await http(world.server, 'DELETE', '/sessions', { cookie: one })).status).toBe(204)
    expect((await me(three)).status).toBe(401)
    expect((await me(one)).status).toBe(200)
  })

  test('signing in in a browser that is signed in ends what was there: the cookie is always a new one', async () => {
    const { name } = await user()
    const before = sessionOf((await signIn(name)).headers)
    const after = sessionOf((await signIn(name, PASSWORD, { cookie: before })).headers)
    expect(after).not.toBe(before)
    expect((await me(before)).status).toBe(401)
    expect((await me(after)).status).toBe(200)
  })
})

describe('changing one’s password', () => {
  const change = (cookie: string, password: string, newPassword: string) =>
    http(world.server, 'POST', '/session/password', {
      cookie,
      json: { password, newPassword },
      headers: { 'x-forwarded-for': `2001:db8:1:${(++serial).toString(16)}::1` },
    })

  test('needs the present one, gives this session a new cookie and ends all others', async () => {
    const { name } = await user()
    const here = sessionOf((await signIn(name)).headers)
    const elsewhere = sessionOf((await signIn(name)).headers)
    expect((await change(here, 'wrong password', 'a brand new one')).body.code).toBe('PASSWORD_WRONG')
    const done = await change(here, PASSWORD, 'a brand new one')
    expect(done.status).toBe(204)
    expect((await me(here)).status).toBe(401)
    expect((await me(elsewhere)).status).toBe(401)
    expect((await me(sessionOf(done.headers))).status).toBe(200)
    expect((await signIn(name)).status).toBe(401)
    expect((await signIn(name, 'a brand new one')).status).toBe(200)
  })

  test.each([
    ['too short', 'short', 'REQUEST_INVALID'],
    ['the same', PASSWORD, 'PASSWORD_UNFIT'],
    ['hardly more than the name', 'long-user-name-1', 'PASSWORD_UNFIT'],
  ])('to one that is %s is refused', async (_what, wanted, code) => {
    const { name } = await user(wanted.startsWith('long') ? 'long-user-name' : undefined)
    const cookie = sessionOf((await signIn(name)).headers)
    expect((await change(cookie, PASSWORD, wanted)).body.code).toBe(code)
    expect((await me(cookie)).status).toBe(200)
  })

  test('guessing it from a session that was left open is guessing, and counts as that', async () => {
    const { name } = await user()
    const cookie = sessionOf((await signIn(name)).headers)
    const from = { 'x-forwarded-for': '192.0.2.200' }
    const guess = () =>
      http(world.server, 'POST', '/session/password', {
        cookie,
        json: { password: 'a wrong guess', newPassword: 'a brand new one' },
        headers: from,
      })
    for (let i = 0; i < 10; i++) expect((await guess()).body.code).toBe('PASSWORD_WRONG')
    expect((await guess()).body.code).toBe('SIGN_IN_THROTTLED')
    expect((await signIn(name, PASSWORD, from)).body.code).toBe('SIGN_IN_THROTTLED')
  })
})

test('a password that is reset while it is being checked starts no session', async () => {
  const { id, name } = await user()
  const waits = () =>
    world.db.rows(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from users where id = $1 for update'`,
    )
  const hash = await hashPassword('chosen by an administrator')
  let answering: ReturnType<typeof signIn> | undefined
  await world.db.transaction(async (tx) => {
    await updateUser(tx, id, { password: { hash, oneTimeUntil: null } })
    answering = signIn(name)
    await expect.poll(waits, PATIENCE).toHaveLength(1)
  })
  expect((await answering)!.body.code).toBe('SIGN_IN_FAILED')
  expect(await world.db.rows('select 1 from sessions where user_id = $1', [id])).toEqual([])
})

describe('a one-time password', () => {
  const reset = async (id: number) =>
    (await owner.api.call('POST /users/{userId}/reset-password', { params: { userId: id } })).oneTimePassword!

  test('signs in only to be replaced, and once', async () => {
    const { id, name } = await user()
    const given = await reset(id)
    expect((await signIn(name)).body.code).toBe('SIGN_IN_FAILED')
    const asked = await signIn(name, given)
    expect({ code: asked.body.code, cookies: asked.headers.getSetCookie() }).toEqual({
      code: 'PASSWORD_CHANGE_REQUIRED',
      cookies: [],
    })
    expect((await signIn(name, given, {}, { newPassword: given })).body.code).toBe('PASSWORD_UNFIT')
    const done = await signIn(name, given, {}, { newPassword: 'my own choice now' })
    expect(done.status, done.text).toBe(200)
    expect((await signIn(name, given)).body.code).toBe('SIGN_IN_FAILED')
    expect((await signIn(name, 'my own choice now')).status).toBe(200)
    expect(world.logged.join('\n')).not.toContain(given)
  })

  test('is worth nothing after three days', async () => {
    const { id, name } = await user()
    const given = await reset(id)
    await world.db.rows(`update users set one_time_until = now() - interval '1 second' where id = $1`, [id])
    const answer = await signIn(name, given, {}, { newPassword: 'my own choice now' })
    expect(answer.body.code).toBe('ONE_TIME_PASSWORD_EXPIRED')
    await reset(id)
    const [row] = await world.db.rows<{ hours: number }>(
      `select extract(epoch from one_time_until - now())::float / 3600 as hours from users where id = $1`,
      [id],
    )
    expect(row!.hours).toBeGreaterThan(71)
    expect(row!.hours).toBeLessThan(73)
  })

  test('a new user without a password gets one', async () => {
    const made = await owner.api.call('POST /users', { body: { name: `made-${++serial}` } })
    expect(made.signIn!.oneTimeUntil).not.toBeNull()
    expect((await signIn(made.name, made.oneTimePassword!)).body.code).toBe('PASSWORD_CHANGE_REQUIRED')
    const [shown] = await world.db.rows<{ found: boolean }>(
      'select exists (select from audit_entries a where position($1 in a::text) > 0) as found',
      [made.oneTimePassword],
    )
    expect(shown!.found).toBe(false)
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

  test('it counts at every replica together, goes on after their end, and an administrator lets the user in again', async () => {
    const { id, name } = await user()
    const from = { 'x-forwarded-for': '198.51.100.77' }
    const other = await world.replica()
    const at = (server: typeof other, password: string) =>
      http(server, 'POST', '/session', { json: { name, password }, headers: from })
    for (let i = 0; i < 10; i++) expect((await at(i % 2 ? other : world.server, 'wrong password')).status).toBe(401)
    await other.stop()
    const later = await world.replica()
    expect((await at(later, PASSWORD)).body.code).toBe('SIGN_IN_THROTTLED')
    const listed = await owner.api.call('GET /users', { query: { limit: 200 } })
    expect(listed.items.find((one) => one.id === String(id))!.signIn!.lockedUntil).not.toBeNull()
    const unlocked = await owner.api.call('POST /users/{userId}/unlock', { params: { userId: id } })
    expect(unlocked.signIn!.lockedUntil).toBeNull()
    expect((await at(later, PASSWORD)).status).toBe(200)
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
