import { createSign, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Account, browser, startProvider, type TestProvider } from '../../../test/openid-provider.ts'
import { http, type Person, startWorld, type Tenant, urlOf, type World } from '../../../test/world.ts'
import { hashPassword } from '../credentials.ts'
import type { Server } from '../server.ts'
import { insertUser, tenantByName } from '../store/users.ts'

let provider: TestProvider
let world: World
let tenant: Tenant
let tenantName: string
let owner: Person
/** Recognises by e-mail address; makes users. */
let byEmail: Server
let making: Server
beforeAll(async () => {
  provider = await startProvider()
  world = await startWorld({
    oidcIssuer: provider.issuer,
    oidcClientId: provider.clientId,
    oidcClientSecret: provider.clientSecret,
    oidcLabel: 'Example Corp',
    // Only the issuer is reached although it is private.
    outboundAllow: [],
  })
  tenant = await world.tenant()
  owner = tenant.owner
  ;[{ name: tenantName }] = (await world.db.rows<{ name: string }>('select name from tenants where id = $1', [
    tenant.id,
  ])) as [{ name: string }]
  byEmail = await world.replica({ oidcUserClaim: 'email' })
  making = await world.replica({
    oidcCreateUsers: true,
    oidcRole: 'open-platform-administrator',
    oidcTenant: tenantName,
  })
  await provider.serve([world.server, byEmail, making].map(urlOf))
})
afterAll(async () => {
  await world?.stop()
  await provider?.stop()
})

const PASSWORD = 'correct horse battery'
let serial = 0
const account = (more: Account = {}) => {
  const subject = `subject-${++serial}`
  provider.accounts.set(subject, more)
  return subject
}
const user = async (more: { email?: string; name?: string; in?: number } = {}) =>
  await insertUser(world.db, {
    tenantId: more.in ?? tenant.id,
    name: more.name ?? `user-${++serial}`,
    displayName: 'Somebody',
    passwordHash: await hashPassword(PASSWORD),
    tenantRoles: [],
    email: more.email ?? null,
  })
const startAt = (server: Server, to = '') => `${urlOf(server)}/api/v1/session/openid/start${to}`
/** Where signing in ended: the page of the console, and what it says. */
async function signIn(server: Server, subject: string | null, with_ = browser(subject)) {
  const { url } = await with_.go(startAt(server))
  const { pathname, searchParams } = new URL(url)
  return { page: pathname, refused: searchParams.get('refused'), browser: with_ }
}
const me = async (server: Server, with_: ReturnType<typeof browser>) =>
  await http(server, 'GET', '/session', { cookie: with_.cookiesFor(urlOf(server)) })
const identities = (userId: number) =>
  world.db.rows<{ issuer: string; subject: string }>('select issuer, subject from user_identities where user_id = $1', [
    userId,
  ])
/** Signed in with a password, the user links their account. */
async function linked(subject: string, userName: string, with_ = browser(subject)) {
  const { headers } = await http(world.server, 'POST', '/session', { json: { name: userName, password: PASSWORD } })
  with_.set(urlOf(world.server), headers.getSetCookie()[0]!)
  const cookie = with_.cookiesFor(urlOf(world.server))
  const begun = await http(world.server, 'POST', '/session/openid/link', { cookie })
  with_.set(urlOf(world.server), begun.headers.getSetCookie()[0]!)
  const { url } = await with_.go(begun.body.continueAt as string)
  return { page: new URL(url).pathname, refused: new URL(url).searchParams.get('refused'), browser: with_ }
}

describe('signing in at the provider', () => {
  test('how is told before anybody has signed in', async () => {
    const { body } = await http(world.server, 'GET', '/sign-in-options')
    expect(body).toEqual({
      localPasswords: 'everyone',
      provider: { label: 'Example Corp', startUrl: '/api/v1/session/openid/start' },
    })
  })

  test('somebody whom nobody here has linked is not let in, and told what to do', async () => {
    const { page, refused, browser } = await signIn(world.server, account({ email: 'x@example.com' }))
    expect({ page, refused }).toEqual({ page: '/console/sign-in', refused: 'OPENID_USER_UNKNOWN' })
    expect((await me(world.server, browser)).status).toBe(401)
  })

  test('whoever has linked their account signs in there from then on, at every replica, and signs out there too', async () => {
    const subject = account()
    const { id, name } = await user()
    expect(await linked(subject, name)).toMatchObject({ page: '/console/account', refused: null })
    expect(await identities(id)).toEqual([{ issuer: `${provider.issuer}/`, subject }])

    const { page, refused, browser } = await signIn(making, subject)
    expect({ page, refused }).toEqual({ page: '/console/', refused: null })
    const { body } = await me(making, browser)
    expect(body).toMatchObject({ user: { name }, provider: { label: 'Example Corp', linked: true } })
    const cookie = browser.cookiesFor(urlOf(making))
    expect((await http(making, 'GET', '/sessions', { cookie })).body.items).toMatchObject([
      { current: true, way: 'openid' },
      { current: false, way: 'password' },
    ])

    const { continueAt } = (await http(making, 'DELETE', '/session', { cookie })).body as { continueAt: string }
    expect(new URL(continueAt).searchParams.get('post_logout_redirect_uri')).toBe(`${urlOf(making)}/console/`)
    expect((await browser.go(continueAt)).url).toBe(`${urlOf(making)}/console/`)
    expect((await me(making, browser)).status).toBe(401)
  })

  test('goes on with the page of the console that was wanted, and never with another site', async () => {
    const subject = account()
    await linked(subject, (await user()).name)
    const at = async (to: string) =>
      (await browser(subject).go(startAt(world.server, `?to=${encodeURIComponent(to)}`))).url
    expect(await at('/console/operations?state=held')).toBe(`${urlOf(world.server)}/console/operations?state=held`)
    for (const to of [
      'https://evil.example/',
      '//evil.example/',
      '/console//evil.example',
      '/api/v1/users',
      '/console/../x\\y',
    ])
      expect(await at(to), to).toBe(`${urlOf(world.server)}/console/`)
  })

  test('may begin at one replica and end at another', async () => {
    const subject = account()
    await linked(subject, (await user()).name)
    const other = await world.replica({ publicUrl: urlOf(world.server), publicUrlDerived: false })
    const visitor = browser(subject)
    const { url } = await visitor.go(startAt(other))
    // The provider has led to the address of the first, whose cookies this browser has under the other's.
    expect(new URL(url).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
    const begun = await fetch(startAt(other), { redirect: 'manual' })
    visitor.set(urlOf(world.server), begun.headers.getSetCookie()[0]!)
    expect((await visitor.go(begun.headers.get('location')!)).url).toBe(`${urlOf(world.server)}/console/`)
  })

  test('a disabled user is not let in', async () => {
    const subject = account()
    const { id, name } = await user()
    await linked(subject, name)
    await owner.api.call('PATCH /users/{userId}', { params: { userId: id }, body: { disabled: true } })
    expect((await signIn(world.server, subject)).refused).toBe('OPENID_USER_DISABLED')
  })

  test('who turns back at the provider is told so', async () => {
    expect((await signIn(world.server, null)).refused).toBe('OPENID_DENIED')
  })

  test('who sends a made-up way back is told to begin again', async () => {
    const callback = `${urlOf(world.server)}/api/v1/session/openid/callback`
    for (const query of ['', '?code=x&state=y', `?state=${'x'.repeat(9000)}`]) {
      const { url } = await browser('x').go(`${callback}${query}`)
      expect(new URL(url).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
    }
    // With a flow of one's own, but the state of another.
    const visitor = browser('x')
    const begun = await fetch(startAt(world.server), { redirect: 'manual' })
    visitor.set(callback, begun.headers.getSetCookie()[0]!)
    const { url } = await visitor.go(`${callback}?code=x&state=of-somebody-else`)
    expect(new URL(url).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
  })

  test('what a code was given for it is good for: in another flow it signs nobody in', async () => {
    const subject = account()
    await linked(subject, (await user()).name)
    // The attacker's browser comes as far as the code, which is given to a victim with a flow of their own.
    const attacker = browser(subject)
    const stopped = await fetch(startAt(world.server), { redirect: 'manual' })
    const came = (await attacker.go(stopped.headers.get('location')!)).url
    expect(new URL(came).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
    const { headers } = await fetch(startAt(world.server), { redirect: 'manual' })
    const state = new URL(headers.get('location')!).searchParams.get('state')!
    const victim = browser('victim')
    victim.set(urlOf(world.server), headers.getSetCookie()[0]!)
    const { url } = await victim.go(`${urlOf(world.server)}/api/v1/session/openid/callback?code=made-up&state=${state}`)
    expect(new URL(url).searchParams.get('refused')).toBe('OPENID_FAILED')
    expect((await me(world.server, victim)).status).toBe(401)
  })
})

describe('who somebody is', () => {
  test('is told by issuer and subject alone: what the provider says of addresses links nobody unless the configuration says so', async () => {
    const { id } = await user({ email: 'known@example.com' })
    const subject = account({ email: 'known@example.com', email_verified: true })
    expect((await signIn(world.server, subject)).refused).toBe('OPENID_USER_UNKNOWN')
    expect(await identities(id)).toEqual([])
  })

  test('or else by a verified address that an administrator gave, once', async () => {
    const { id, name } = await user({ email: 'Verified@Example.com' })
    const subject = account({ email: 'verified@example.com', email_verified: true })
    const { refused, browser } = await signIn(byEmail, subject)
    expect(refused).toBeNull()
    expect((await me(byEmail, browser)).body).toMatchObject({ user: { name } })
    expect(await identities(id)).toMatchObject([{ subject }])
    // Whoever has the address later is somebody else.
    const later = account({ email: 'verified@example.com', email_verified: true })
    expect((await signIn(byEmail, later)).refused).toBe('OPENID_LINKED_OTHERWISE')
    // The link stays when the address changes there.
    provider.accounts.set(subject, { email: 'new@example.com', email_verified: true })
    expect((await signIn(byEmail, subject)).refused).toBeNull()
  })

  test.each([
    ['not verified', { email_verified: false }],
    ['not said to be verified', {}],
    ['said to be verified in other words', { email_verified: 'true' as never }],
  ])('an address that is %s links nobody', async (_what, more) => {
    const email = `unverified-${++serial}@example.com`
    const { id } = await user({ email })
    expect((await signIn(byEmail, account({ email, ...more }))).refused).toBe('OPENID_EMAIL_UNVERIFIED')
    expect(await identities(id)).toEqual([])
  })

  test('users of other tenants are not found, by no link and no address', async () => {
    const elsewhere = await world.tenant()
    const { id } = await user({ email: 'elsewhere@example.com', in: elsewhere.id })
    const subject = account({ email: 'elsewhere@example.com', email_verified: true })
    expect((await signIn(byEmail, subject)).refused).toBe('OPENID_USER_UNKNOWN')
    await world.db.rows('insert into user_identities (issuer, subject, user_id) values ($1, $2, $3)', [
      `${provider.issuer}/`,
      subject,
      id,
    ])
    expect((await signIn(byEmail, subject)).refused).toBe('OPENID_USER_UNKNOWN')
  })

  test('users do not give themselves an address', async () => {
    const person = await tenant.person()
    const { status } = await http(world.server, 'PATCH', '/session', {
      cookie: await person.cookie(),
      json: { displayName: 'Me', email: 'owner@example.com' },
    })
    expect(status).toBe(400)
  })

  test('is made where the configuration says so: with the role it says, without a password, on record', async () => {
    const subject = account({
      email: 'new.person@example.com',
      email_verified: true,
      name: 'New\u0000 Person',
      preferred_username: 'New Person!',
    })
    const { refused, browser } = await signIn(making, subject)
    expect(refused).toBeNull()
    const { body } = await me(making, browser)
    expect(body).toMatchObject({
      user: { name: 'new-person-', displayName: 'New Person' },
      tenant: { id: tenant.id },
      tenantRoles: ['open-platform-administrator'],
      mayChangePassword: false,
    })
    const { items } = await owner.api.call('GET /users', { query: { limit: 200 } })
    expect(items.find((one) => one.name === 'new-person-')).toMatchObject({
      signIn: { email: 'new.person@example.com', hasPassword: false, atProvider: true },
    })
    const entries = await world.db.rows<{ action: string }>(
      `select action from audit_entries where object = 'new-person-' order by id`,
    )
    expect(entries.map((one) => one.action)).toEqual(['user.create', 'user.link', 'session.start'])
    // A second one of that name has a name of their own, and an address that is taken stays where it is.
    const twin = account({ preferred_username: 'New Person!', email: 'new.person@example.com', email_verified: true })
    const second = await signIn(making, twin)
    const who = (await me(making, second.browser)).body.user as { name: string }
    expect(who.name).toMatch(/^new-person--[0-9a-f]{8}$/)
  })

  test('two who come for the first time at the same time are one user', async () => {
    const subject = account({ preferred_username: 'twice' })
    const came = await Promise.all([signIn(making, subject), signIn(making, subject)])
    expect(came.some((one) => one.refused === null)).toBe(true)
    const rows = await world.db.rows(`select id from users where name like 'twice%'`)
    expect(rows).toHaveLength(1)
  })

  test('an administrator forgets who a user is there', async () => {
    const subject = account()
    const { id, name } = await user()
    await linked(subject, name)
    await owner.api.call('POST /users/{userId}/unlink', { params: { userId: id } })
    expect(await identities(id)).toEqual([])
    expect((await signIn(world.server, subject)).refused).toBe('OPENID_USER_UNKNOWN')
  })
})

describe('linking', () => {
  test('an account that is somebody else’s here is not linked again, nor a user with a second one', async () => {
    const [first, second] = [account(), account()]
    const [one, two] = [await user(), await user()]
    await linked(first, one.name)
    expect((await linked(first, two.name)).refused).toBe('OPENID_LINKED_OTHERWISE')
    expect((await linked(second, one.name)).refused).toBe('OPENID_LINKED_OTHERWISE')
    expect(await identities(two.id)).toEqual([])
  })

  test('is begun by the user themselves: not by another site, not with an AccessKey pair', async () => {
    const cookie = await owner.cookie()
    const forged = await http(world.server, 'POST', '/session/openid/link', { headers: { cookie } })
    expect(forged.body.code).toBe('CROSS_SITE_REQUEST')
    await expect(owner.api.call('POST /session/openid/link')).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' })
  })

  test('links nobody when the session has ended meanwhile', async () => {
    const subject = account()
    const { id, name } = await user()
    const { headers } = await http(world.server, 'POST', '/session', { json: { name, password: PASSWORD } })
    const visitor = browser(subject)
    const cookie = headers.getSetCookie()[0]!.split(';')[0]!
    const begun = await http(world.server, 'POST', '/session/openid/link', { cookie })
    visitor.set(urlOf(world.server), begun.headers.getSetCookie()[0]!)
    await http(world.server, 'DELETE', '/session', { cookie })
    const { url } = await visitor.go(begun.body.continueAt as string)
    expect(new URL(url).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
    expect(await identities(id)).toEqual([])
  })
})

describe('passwords where the provider is the way in', () => {
  test('only the account owner has one', async () => {
    const strict = await world.replica({ localPasswords: 'account-owner' })
    const { name } = await user()
    const signs = (who: string, password = PASSWORD) =>
      http(strict, 'POST', '/session', { json: { name: who, password } })
    const refused = await signs(name)
    expect(refused.body).toMatchObject({ code: 'PASSWORD_SIGN_IN_OFF', details: { label: 'Example Corp' } })
    // Who does not know the password learns nothing of it.
    expect((await signs(name, 'wrong password')).body.code).toBe('SIGN_IN_FAILED')
    const boss = await user()
    await world.db.rows(`update users set tenant_roles = '{account-owner}' where id = $1`, [boss.id])
    expect((await signs(boss.name)).status).toBe(200)
    expect((await http(strict, 'GET', '/sign-in-options')).body.localPasswords).toBe('account-owner')
  })
})

test('a tenant of the configuration that is not there lets nobody in', async () => {
  const lost = await world.replica({
    oidcTenant: 'no such tenant',
    oidcCreateUsers: true,
    publicUrl: urlOf(making),
    publicUrlDerived: false,
  })
  expect(await tenantByName(world.db, 'no such tenant')).toBeNull()
  const visitor = browser(account())
  const begun = await fetch(startAt(lost), { redirect: 'manual' })
  const back = new URL(begun.headers.get('location')!)
  expect(back.origin).toBe(provider.issuer)
  visitor.set(urlOf(lost), begun.headers.getSetCookie()[0]!)
  const at = await visitor.go(begun.headers.get('location')!)
  expect(new URL(at.url).searchParams.get('refused')).toBe('OPENID_BEGIN_AGAIN')
})

describe('a provider that is not what it should be', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const another = generateKeyPairSync('rsa', { modulusLength: 2048 })
  type Lie = {
    claims?: Record<string, unknown>
    key?: typeof privateKey
    alg?: string
    discovery?: Record<string, unknown>
    token?: (response: ServerResponse) => void
  }
  let lie: Lie = {}
  let issuer: string
  let nonce = ''
  let liar: ReturnType<typeof createServer>
  let server: Server | null = null

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  function idToken(): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: 'somebody',
      aud: 'liar',
      iat: now,
      exp: now + 60,
      nonce,
      name: 'S',
      email: 'a@b.example',
    }
    const text = `${encode({ alg: lie.alg ?? 'RS256', kid: 'k' })}.${encode({ ...claims, ...lie.claims })}`
    if (lie.alg === 'none') return `${text}.`
    return `${text}.${createSign('RSA-SHA256')
      .update(text)
      .sign(lie.key ?? privateKey, 'base64url')}`
  }
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const send = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    if (request.url === '/.well-known/openid-configuration')
      return void send({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...lie.discovery,
      })
    if (request.url === '/jwks')
      return void send({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }] })
    if (request.url === '/token') {
      if (lie.token) return void lie.token(response)
      return void send({ access_token: 'a', token_type: 'bearer', id_token: idToken() })
    }
    response.writeHead(404).end()
  }
  beforeAll(async () => {
    liar = createServer(answer).listen(0, '127.0.0.1')
    await once(liar, 'listening')
    issuer = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
  })
  afterAll(() => {
    liar.closeAllConnections()
    liar.close()
  })
  const withLie = async (told: Lie) => {
    lie = told
    await server?.stop()
    server = await world.replica({
      oidcIssuer: issuer,
      oidcClientId: 'liar',
      oidcClientSecret: null,
      oidcCreateUsers: true,
    })
    const begun = await fetch(startAt(server), { redirect: 'manual' })
    const at = new URL(begun.headers.get('location')!, urlOf(server))
    if (at.searchParams.has('refused')) return at.searchParams.get('refused')
    nonce = at.searchParams.get('nonce')!
    const visitor = browser('x')
    visitor.set(urlOf(server), begun.headers.getSetCookie()[0]!)
    const callback = `${urlOf(server)}/api/v1/session/openid/callback?code=c&state=${at.searchParams.get('state')}`
    return new URL((await visitor.go(callback)).url).searchParams.get('refused')
  }

  test('when it tells the truth it is believed', async () => expect(await withLie({})).toBeNull())

  test.each<[string, Lie]>([
    ['signed with another key', { key: another.privateKey }],
    ['not signed', { alg: 'none' }],
    ['for another client', { claims: { aud: 'another' } }],
    ['of another issuer', { claims: { iss: 'https://another.example' } }],
    ['for another sign-in', { claims: { nonce: 'another' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['of yesterday', { claims: { exp: Math.floor(Date.now() / 1000) - 86_400 } }],
    ['without a subject', { claims: { sub: undefined } }],
    [
      'missing',
      {
        token: (response) =>
          response.setHeader('content-type', 'application/json').end('{"access_token":"a","token_type":"bearer"}'),
      },
    ],
    ['no JSON', { token: (response) => response.setHeader('content-type', 'application/json').end('<html>') }],
  ])('a token that is %s signs nobody in', async (_what, told) => {
    expect(await withLie(told)).toBe('OPENID_FAILED')
  })

  test.each<[string, Lie]>([
    ['that breaks off', { token: (response) => response.destroy() }],
    ['at an address that is not allowed', { discovery: { token_endpoint: 'http://127.0.0.2:4999/token' } }],
    ['at the address of a machine’s own data', { discovery: { token_endpoint: 'http://169.254.169.254/latest' } }],
  ])('a token endpoint %s is not reached', async (_what, told) => {
    expect(await withLie(told)).toBe('OPENID_UNAVAILABLE')
  })

  test.each<[string, Lie]>([
    ['says that it is another', { discovery: { issuer: 'https://another.example' } }],
    ['answers more than anybody reads', { discovery: { much: 'x'.repeat(2 << 20) } }],
  ])('one that %s is not used', async (_what, told) => {
    expect(await withLie(told)).toBe('OPENID_UNAVAILABLE')
  })

  test('one that is not there is said to be that, and used once it is there', async () => {
    const port = (liar.address() as AddressInfo).port
    liar.closeAllConnections()
    await new Promise((resolve) => liar.close(resolve))
    expect(await withLie({})).toBe('OPENID_UNAVAILABLE')
    liar = createServer(answer).listen(port, '127.0.0.1')
    await once(liar, 'listening')
    // A moment after the failure it is asked again.
    await expect
      .poll(async () => (await fetch(startAt(server!), { redirect: 'manual' })).headers.get('location'), {
        timeout: 20_000,
        interval: 100,
      })
      .toContain(`${issuer}/authorize`)
  })

  test('nothing that is secret is in the log', () => {
    const logged = world.logged.join('\n')
    expect(logged).not.toContain(provider.clientSecret)
    expect(logged).not.toContain('eyJ')
    expect(logged).not.toMatch(/code=[^"]/)
    expect(logged).not.toContain('a@b.example')
  })
})
