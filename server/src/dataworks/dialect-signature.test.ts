// Signatures over real HTTP: a request that is not signed as published is refused with a code of its own and leaves nothing behind.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  FORM,
  instant,
  type Key,
  type Parameters,
  type Raw,
  replaced,
  send,
  signedV1,
  signedV3,
  withHeader,
  without,
} from '../../../test/conformance/raw-request.ts'
import { expectRefusal, type Refusals, refusalsOf } from '../../../test/conformance/refusals.ts'
import { type Person, startWorld, type Tenant, type Workspace, type World } from '../../../test/world.ts'
import { generateAccessKey } from '../credentials.ts'
import { setAccessKeyActive, updateUser } from '../store/users.ts'

const MINUTE_MS = 60_000

let world: World
let tenant: Tenant
let workspace: Workspace
let ids: Readonly<Record<'upstream' | 'leaf', number>>
let owner: Person
let port: number
let host: string
let refusals: Refusals

beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  ids = await tenant.nodes(workspace, { upstream: [], leaf: ['upstream'] })
  port = world.server.port
  host = `127.0.0.1:${port}`
  refusals = refusalsOf(world)
})
afterAll(() => world?.stop())

/** A request that would change something if it were let through. */
const freezeOf = (): Parameters => ({ NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 2 })
const v1 = (parameters: Parameters = freezeOf(), how = {}, key: Key = owner.key) =>
  signedV1(key, 'UpdateNodeRunMode', parameters, how)
const v3 = (parameters: Parameters = freezeOf(), how = {}, key: Key = owner.key) =>
  signedV3(host, key, 'UpdateNodeRunMode', parameters, how)
const SIGNERS = [
  ['V1', v1],
  ['V3', v3],
] as const

const refused: Refusals['refused'] = (...given) => refusals.refused(...given)
const refusedUnsigned: Refusals['refusedUnsigned'] = (...given) => refusals.refusedUnsigned(...given)

test('a request that is not signed is refused', async () => {
  const target = '/?Action=UpdateNodeRunMode&Version=2020-05-18'
  await refusedUnsigned({ method: 'POST', target, headers: [] }, 400, 'IncompleteSignature')
  await refusedUnsigned({ method: 'GET', target, headers: [] }, 400, 'IncompleteSignature')
  const { target: query } = v3()
  const named = [['x-acs-action', 'UpdateNodeRunMode'] as const, ['x-acs-version', '2020-05-18'] as const]
  await refusedUnsigned({ method: 'POST', target: query, headers: named }, 400, 'IncompleteSignature')
})

test.each(SIGNERS)('%s: a wrong signature is refused, and its nonce stays unused', async (_, sign) => {
  const nonce = randomUUID()
  const wrong = sign(freezeOf(), { nonce }, { id: owner.key.id, secret: `${owner.key.secret}x` })
  const { body } = await refusedUnsigned(wrong, 400, 'SignatureDoesNotMatch')
  expect(body.Message).toContain('UpdateNodeRunMode')
  // What was refused can be signed rightly and sent with the same nonce.
  const read = { NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 }
  expect(await send(port, sign(read, { nonce }))).toMatchObject({ status: 200, body: { Success: true } })
})

test('whatever is changed after signing makes the signature wrong', async () => {
  const spoilt: readonly Raw[] = [
    replaced(v1(), 'SchedulerType=2', 'SchedulerType=0'),
    replaced(v1(), 'ProjectEnv=PROD', 'ProjectEnv=DEV'),
    replaced(v1(), /$/, '&Owner=somebody'),
    { ...v1(), method: 'GET' },
    { ...v1(freezeOf(), { place: 'form' }), target: '/?Owner=somebody' },
    replaced(v3(), 'SchedulerType=2', 'SchedulerType=0'),
    replaced(v3(), /$/, '&Owner=somebody'),
    { ...v3(), method: 'GET' },
    { ...v3(), headers: [...v3().headers, FORM], body: 'Owner=somebody' },
    { ...v3(freezeOf(), { place: 'form' }), body: 'NodeId=1' },
    withHeader(v3(), 'x-acs-action', () => 'OfflineNode'),
    withHeader(v3(), 'x-acs-signature-nonce', () => randomUUID()),
    withHeader(v3(), 'x-acs-date', () => instant(Date.now() - MINUTE_MS)),
    withHeader(v3(), 'x-acs-content-sha256', (sha) => sha.replace(/./g, '0')),
    withHeader(v3(), 'host', () => 'another.example'),
  ]
  const before = [await refusals.stored(), await refusals.nonces()]
  for (const raw of spoilt) {
    const answered = await send(port, raw)
    expect([answered.status, answered.body?.Code, raw.target]).toEqual([400, 'SignatureDoesNotMatch', raw.target])
  }
  expect([await refusals.stored(), await refusals.nonces()]).toEqual(before)
})

test.each(SIGNERS)('%s: an unknown key is refused', async (_, sign) => {
  await refusedUnsigned(sign(freezeOf(), {}, generateAccessKey()), 404, 'InvalidAccessKeyId.NotFound')
})

test.each(SIGNERS)('%s: a deactivated key, and the key of a disabled user, are refused', async (_, sign) => {
  const inactive = await tenant.person([], { [workspace.id]: ['operator'] })
  await setAccessKeyActive(world.db, inactive.key.id, false)
  await refused(sign(freezeOf(), {}, inactive.key), 400, 'InvalidAccessKeyId.Inactive')
  const disabled = await tenant.person([], { [workspace.id]: ['operator'] })
  const read = { NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 }
  expect((await send(port, sign(read, {}, disabled.key))).status).toBe(200)
  // Also when the key was in use a moment ago.
  await updateUser(world.db, disabled.id, { disabled: true })
  await refused(sign(freezeOf(), {}, disabled.key), 400, 'InvalidAccessKeyId.Inactive')
})

test('a key that was deleted is unknown, also when it was in use a moment ago', async () => {
  const person = await tenant.person([], { [workspace.id]: ['operator'] })
  const read = { NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 }
  expect((await send(port, v1(read, {}, person.key))).status).toBe(200)
  await world.db.rows('delete from access_keys where id = $1', [person.key.id])
  await refused(v1(freezeOf(), {}, person.key), 404, 'InvalidAccessKeyId.NotFound')
  await refused(v3(freezeOf(), {}, person.key), 404, 'InvalidAccessKeyId.NotFound')
})

test.each(SIGNERS)('%s: a time too far from now is refused, in either direction', async (_, sign) => {
  for (const minutes of [-16, 16, -60 * 24, 60 * 24 * 365])
    await refusedUnsigned(sign(freezeOf(), { atMs: Date.now() + minutes * MINUTE_MS }), 400, 'InvalidTimeStamp.Expired')
})

test('a time that is not written as it must be is refused', async () => {
  for (const time of ['now', '2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '1790000000', '2026-01-01 00:00:00'])
    await refusedUnsigned(v1({ ...freezeOf(), Timestamp: time }), 400, 'InvalidTimeStamp.Format')
  await refusedUnsigned(
    withHeader(v3(), 'x-acs-date', () => 'Sat, 21 Nov 2026 04:00:00 GMT'),
    400,
    'InvalidTimeStamp.Format',
  )
})

test.each(SIGNERS)('%s: a nonce passes once', async (_, sign) => {
  const once = sign({ NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 })
  expect((await send(port, once)).status).toBe(200)
  await refused(once, 400, 'SignatureNonceUsed')
  await refused(once, 400, 'SignatureNonceUsed')
})

test.each(SIGNERS)('%s: of many requests with one nonce at the same time, exactly one passes', async (_, sign) => {
  for (let i = 0; i < 20; i++) {
    const once = sign({ NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 })
    const answers = await Promise.all(Array.from({ length: 24 }, () => send(port, once)))
    expect(answers.filter((one) => one.status === 200)).toHaveLength(1)
    for (const answer of answers.filter((one) => one.status !== 200))
      expectRefusal(answer, host, 400, 'SignatureNonceUsed')
  }
})

test('a nonce of one key may be that of another', async () => {
  const nonce = randomUUID()
  const read = { NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0 }
  const other = await tenant.person(['full-access'])
  expect((await send(port, v3(read, { nonce }))).status).toBe(200)
  expect((await send(port, v3(read, { nonce }, other.key))).status).toBe(200)
})

test('what is missing in a signature is named', async () => {
  for (const name of ['SignatureNonce', 'Timestamp', 'AccessKeyId', 'SignatureMethod', 'SignatureVersion'])
    await refusedUnsigned(v1({ ...freezeOf(), [name]: '' }), 400, `Missing${name}`)
  await refusedUnsigned(replaced(v1(), /&Signature=[^&]*/, ''), 400, 'IncompleteSignature')
  for (const name of ['x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256']) {
    await refusedUnsigned(without(v3(), name), 400, 'IncompleteSignature')
    const uncovered = withHeader(v3(), 'authorization', (value) =>
      value.replace(`${name};`, '').replace(`;${name},`, ','),
    )
    const { body } = await refusedUnsigned(uncovered, 400, 'IncompleteSignature')
    expect(body.Message).toContain(name)
  }
  for (const field of ['Credential', 'SignedHeaders', 'Signature'])
    await refusedUnsigned(
      withHeader(v3(), 'authorization', (value) => value.replace(new RegExp(`${field}=[^,]*`), `${field}=`)),
      400,
      'IncompleteSignature',
    )
  await refusedUnsigned(
    withHeader(v3(), 'authorization', () => 'ACS3-HMAC-SHA256 nonsense'),
    400,
    'IncompleteSignature',
  )
})

test('other ways of signing are refused by their name', async () => {
  await refusedUnsigned(v1({ ...freezeOf(), SignatureMethod: 'HMAC-SHA256' }), 400, 'InvalidSignatureMethod')
  await refusedUnsigned(v1({ ...freezeOf(), SignatureVersion: '2.0' }), 400, 'InvalidSignatureMethod')
  await refusedUnsigned(v1({ ...freezeOf(), SignatureType: 'BEARERTOKEN' }), 400, 'InvalidSignatureMethod')
  for (const authorization of [
    'ACS3-HMAC-SM3 Credential=a',
    'ACS3-RSA-SHA256 Credential=a',
    'Basic YTpi',
    'Bearer abc',
  ]) {
    const { body } = await refusedUnsigned(
      withHeader(v3(), 'authorization', () => authorization),
      400,
      'InvalidSignatureMethod',
    )
    expect(body.Message).not.toMatch(/YTpi|abc/)
  }
})

test('a security token belongs to no key here', async () => {
  await refusedUnsigned(v1({ ...freezeOf(), SecurityToken: 'CAIS' }), 400, 'InvalidSecurityToken.MismatchWithAccessKey')
})

test('neither secrets nor signed texts reach the log', async () => {
  const tip = 'whispered-to-the-server-only'
  await refusedUnsigned(
    v1({ ...freezeOf(), Tip: tip }, {}, { id: owner.key.id, secret: 'x' }),
    400,
    'SignatureDoesNotMatch',
  )
  await refusedUnsigned(
    v3({ ...freezeOf(), Tip: tip }, {}, { id: owner.key.id, secret: 'x' }),
    400,
    'SignatureDoesNotMatch',
  )
  const log = world.logged.join('')
  expect(log).toContain('SIGNATURE_MISMATCH_V1')
  expect(log).toContain('SIGNATURE_MISMATCH_V3')
  for (const secret of [tip, owner.key.secret, 'server string to sign']) expect(log).not.toContain(secret)
})
