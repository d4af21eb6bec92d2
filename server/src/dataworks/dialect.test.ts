// Bad input over real HTTP: every refusal has the vendor's shape and a code of its own, and leaves nothing behind.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  also,
  FORM,
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

const BODY_LIMIT_BYTES = 16_384

let world: World
let tenant: Tenant
let workspace: Workspace
let ids: Readonly<Record<'upstream' | 'leaf', number>>
let owner: Person
let port: number
let host: string
let refusals: Refusals

beforeAll(async () => {
  world = await startWorld({ bodyLimitBytes: BODY_LIMIT_BYTES })
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

describe('what is asked for', () => {
  test('an action that nobody knows, that is not here yet or that is another version’s is not found; a version that there is not is invalid', async () => {
    const unknown: readonly Raw[] = [
      signedV1(owner.key, 'FreezeNode'),
      signedV3(host, owner.key, 'FreezeNode'),
      signedV1(owner.key, 'updatenoderunmode', freezeOf()),
      signedV1(owner.key, 'UpdateNodeRunMode', freezeOf(), { version: '2024-05-18' }),
      signedV1(owner.key, 'GetMetaTableBasicInfo', { TableGuid: 'odps.shop.orders' }),
      signedV3(host, owner.key, 'GetPermissionApplyOrderDetail', { FlowId: 'x' }, { place: 'form' }),
      signedV1(owner.key, '__proto__'),
      signedV3(host, owner.key, 'constructor'),
    ]
    for (const raw of unknown) await refused(raw, 404, 'InvalidAction.NotFound')
    for (const version of ['2018-06-01', 'latest'])
      await refused(signedV1(owner.key, 'UpdateNodeRunMode', freezeOf(), { version }), 400, 'InvalidVersion')
    const elsewhere = signedV3(host, owner.key, 'GetNode', freezeOf(), { version: '2020-05-19' })
    await refused(elsewhere, 400, 'InvalidVersion')
  })

  test('action and version must be given, and only one way', async () => {
    await refusedUnsigned(v1({ ...freezeOf(), Action: '' }), 400, 'MissingAction')
    await refusedUnsigned(v1({ ...freezeOf(), Version: '' }), 400, 'MissingVersion')
    await refusedUnsigned(without(v3(), 'x-acs-version'), 400, 'MissingVersion')
    await refusedUnsigned(without(v3(), 'x-acs-action'), 400, 'MissingAction')
    await refusedUnsigned(also(v1(), 'x-acs-action', 'GetNode'), 400, 'InvalidParameter')
    await refusedUnsigned(also(v3(), 'x-acs-action', 'UpdateNodeRunMode'), 400, 'InvalidParameter')
  })

  test('an answer in XML is refused', async () => {
    await refusedUnsigned(v1({ ...freezeOf(), Format: 'XML' }), 400, 'InvalidParameter.Format')
  })

  test.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('%s does nothing', async (method) => {
    for (const raw of [v1(freezeOf(), { method }), v3(freezeOf(), { method })]) {
      const before = [await refusals.stored(), await refusals.nonces()]
      const answered = await send(port, raw)
      if (method === 'HEAD') expect({ status: answered.status, text: answered.text }).toEqual({ status: 400, text: '' })
      else expectRefusal(answered, host, 400, 'UnsupportedHTTPMethod')
      expect([await refusals.stored(), await refusals.nonces()]).toEqual(before)
    }
  })
})

describe('parameters', () => {
  const read: Parameters = { SchedulerType: 2, ProjectEnv: 'PROD' }

  test('what is missing is named, and empty means missing', async () => {
    for (const name of ['NodeId', 'ProjectEnv', 'SchedulerType']) {
      const { [name]: _, ...rest } = freezeOf()
      await refused(v1(rest), 400, `Missing${name}`)
      await refused(v3({ ...freezeOf(), [name]: '' }), 400, `Missing${name}`)
      await refused(v3({ ...freezeOf(), [name]: '' }, { place: 'form' }), 400, `Missing${name}`)
    }
  })

  test('a value that does not fit is named', async () => {
    const values: readonly (readonly [name: string, value: string | number])[] = [
      ['NodeId', 'one'],
      ['NodeId', '1.5'],
      ['NodeId', '0x10'],
      ['NodeId', '9007199254740993'],
      ['NodeId', '1e3'],
      ['SchedulerType', 1],
      ['SchedulerType', 'PAUSE'],
      ['ProjectEnv', 'prod '],
      ['ProjectEnv', 'PRODUCTION'],
    ]
    for (const [name, value] of values)
      for (const [, sign] of SIGNERS) await refused(sign({ ...freezeOf(), [name]: value }), 400, `Invalid${name}`)
  })

  test('a parameter that is given twice is refused, wherever', async () => {
    await refusedUnsigned(replaced(v1(), /$/, '&SchedulerType=2'), 400, 'InvalidParameter.Repeated')
    await refusedUnsigned(replaced(v3(), /$/, '&SchedulerType=2'), 400, 'InvalidParameter.Repeated')
    const form = v3(freezeOf(), { place: 'form' })
    await refusedUnsigned({ ...form, body: `${form.body}&NodeId=2` }, 400, 'InvalidParameter.Repeated')
    await refusedUnsigned({ ...form, target: '/?NodeId=2' }, 400, 'InvalidParameter.Repeated')
  })

  test('what cannot be decoded is refused', async () => {
    const queries: readonly (readonly [query: string, code: string])[] = [
      ['NodeName=%', 'InvalidNodeName'],
      ['NodeName=%4', 'InvalidNodeName'],
      ['NodeName=%zz', 'InvalidNodeName'],
      ['NodeName=%E4%B8', 'InvalidNodeName'],
      ['NodeName=%ED%A0%80', 'InvalidNodeName'],
      ['%zz=1', 'InvalidParameter'],
      ['=1', 'InvalidParameter'],
      [`${'a'.repeat(257)}=1`, 'InvalidParameter'],
      [Array.from({ length: 1_001 }, (_, n) => `p${n}=`).join('&'), 'InvalidParameter'],
    ]
    for (const [query, code] of queries)
      for (const [, sign] of SIGNERS) await refusedUnsigned(replaced(sign(), /$/, `&${query}`), 400, code)
    const form = v3(freezeOf(), { place: 'form' })
    for (const [body, code] of [
      ['NodeName=%E4%B8', 'InvalidNodeName'],
      ['%zz=1', 'InvalidParameter.Body'],
      ['NodeName=中', 'InvalidParameter.Body'],
      ['=1', 'InvalidParameter.Body'],
    ] as const)
      await refusedUnsigned({ ...form, body }, 400, code)
  })

  test('a character that cannot be stored is refused', async () => {
    const list = { ProjectId: workspace.id, ProjectEnv: 'PROD', NodeName: 'a\0b' }
    await refused(signedV1(owner.key, 'ListNodes', list), 400, 'InvalidNodeName')
    await refused(signedV3(host, owner.key, 'ListNodes', list), 400, 'InvalidNodeName')
  })

  test('names that reach into objects are ordinary, unknown parameters', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', '__proto__.NodeId', 'constructor.1.prototype'])
      await refused(v3({ ...read, [name]: ids.leaf }), 400, 'MissingNodeId')
  })

  test('a body of another type is refused', async () => {
    const form = v3(freezeOf(), { place: 'form' })
    for (const type of ['multipart/form-data; boundary=x', 'text/plain', 'nonsense', `${FORM[1]}; charset=gbk`])
      await refusedUnsigned(
        withHeader(form, 'content-type', () => type),
        415,
        'UnsupportedMediaType',
      )
    await refusedUnsigned(
      withHeader(form, 'content-type', () => 'application/json'),
      400,
      'InvalidParameter.Body',
    )
    await refusedUnsigned({ ...without(form, 'content-type') }, 415, 'UnsupportedMediaType')
  })

  test('a body beyond the limit is refused, told beforehand or not', async () => {
    const large = v3({ ...freezeOf(), Tip: 'x'.repeat(BODY_LIMIT_BYTES) }, { place: 'form' })
    await refusedUnsigned(large, 413, 'InvalidParameter.BodyTooLarge')
    await refusedUnsigned({ ...large, chunked: true }, 413, 'InvalidParameter.BodyTooLarge')
    const fitting = v3(
      { NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 0, Tip: 'x'.repeat(BODY_LIMIT_BYTES - 100) },
      { place: 'form' },
    )
    expect(await send(port, fitting)).toMatchObject({ status: 200 })
  })
})

describe('what clients do differently is all understood', () => {
  const list = (name: string): Parameters => ({
    ProjectId: workspace.id,
    ProjectEnv: 'PROD',
    NodeName: name,
    PageSize: 5,
  })
  const names = async (raw: Raw) => {
    const { status, body } = await send(port, raw)
    expect(status).toBe(200)
    return (body.Data.Nodes as { NodeName: string }[]).map((node) => node.NodeName)
  }
  beforeAll(async () => {
    await tenant.nodes(workspace, { 'two words': [], 'a+b': [], '50%': [], 中文节点: [] })
  })

  test('a plus is a space in query and form, and %2B is a plus', async () => {
    for (const [name, found] of [
      ['two words', ['two words']],
      ['a+b', ['a+b']],
      ['a b', []],
      ['50%', ['50%']],
      ['中文', ['中文节点']],
    ] as const)
      for (const place of ['query', 'form'] as const)
        for (const raw of [
          signedV1(owner.key, 'ListNodes', list(name), { place }),
          signedV3(host, owner.key, 'ListNodes', list(name), { place: 'query' }),
        ]) {
          expect(await names(raw)).toEqual(found)
          // Signed as decoded, so the same request may be written with plus signs.
          const again = signedV1(owner.key, 'ListNodes', list(name), { place })
          const plussed =
            place === 'query'
              ? { ...again, target: again.target.replaceAll('%20', '+') }
              : { ...again, body: String(again.body).replaceAll('%20', '+') }
          expect(await names(plussed)).toEqual(found)
        }
  })

  test('escapes that need not be are the same as the characters', async () => {
    const raw = signedV1(owner.key, 'ListNodes', list('leaf'))
    expect(await names({ ...raw, target: raw.target.replace('NodeName=leaf', 'NodeName=%6c%65%61%66') })).toEqual([
      'leaf',
    ])
    const signed = signedV3(host, owner.key, 'ListNodes', list('leaf'))
    expect(await names({ ...signed, target: signed.target.replace('NodeName=leaf', '%4eodeName=%6Ceaf') })).toEqual([
      'leaf',
    ])
  })

  test('a chunked form is a form', async () => {
    for (const raw of [
      signedV1(owner.key, 'ListNodes', list('leaf'), { place: 'form' }),
      signedV3(host, owner.key, 'ListNodes', list('leaf'), { place: 'form' }),
    ])
      expect(await names({ ...raw, chunked: true })).toEqual(['leaf'])
  })

  test('a POST without a body needs neither a type nor a length, and may have both', async () => {
    for (const raw of [
      signedV1(owner.key, 'ListNodes', list('leaf')),
      signedV3(host, owner.key, 'ListNodes', list('leaf')),
    ])
      expect(await names(raw)).toEqual(['leaf'])
    const typed = also(signedV1(owner.key, 'ListNodes', list('leaf')), ...FORM)
    expect(await names(typed)).toEqual(['leaf'])
    const counted = also(also(signedV1(owner.key, 'ListNodes', list('leaf')), ...FORM), 'content-length', '0')
    expect(await names(counted)).toEqual(['leaf'])
  })

  test('half of the parameters may be in the query and half in the form', async () => {
    const { target } = signedV1(owner.key, 'ListNodes', list('leaf'))
    const pieces = target.slice(2).split('&')
    const raw = {
      method: 'POST',
      target: `/?${pieces.slice(0, 6).join('&')}`,
      headers: [FORM],
      body: pieces.slice(6).join('&'),
    }
    expect(await names(raw)).toEqual(['leaf'])
  })

  test('empty parameters are signed by some clients and not by others', async () => {
    const full = signedV1(owner.key, 'ListNodes', { ...list('leaf'), Owner: '', SecurityToken: '' })
    expect(await names(full)).toEqual(['leaf'])
    expect(
      await names(replaced(signedV1(owner.key, 'ListNodes', list('leaf')), /$/, '&Owner=&SignatureType=')),
    ).toEqual(['leaf'])
  })

  test('a browser that comes to the address is led to the console', async () => {
    const { status, headers } = await send(port, { method: 'GET', target: '/', headers: [] })
    expect({ status, location: headers.location }).toEqual({ status: 302, location: '/console/' })
  })

  test('an address that cannot be decoded is refused in the form of the native API', async () => {
    const { status, text } = await send(port, { method: 'GET', target: '/%zz', headers: [] })
    expect({ status, ...JSON.parse(text) }).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  })
})
