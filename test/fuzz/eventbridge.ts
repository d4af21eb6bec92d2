// Requests of EventBridge's dialect as chance makes them: signed as its client signs or not, with JSON of every kind for every member, and then, often,
// spoiled. Its signature leaves the body out, so what is spoiled there is read.
import { hash } from 'node:crypto'
import { ACTIONS } from '../../server/src/eventbridge/actions.ts'
import type { Chance } from '../chaos/chance.ts'
import type { Key } from '../conformance/raw-request.ts'
import { signedEventBridge } from '../eventbridge-requests.ts'
import { NAMES, TEXTS } from './requests.ts'
import { type Made, nonceFor, spoiled, timeFor, VERBS } from './spoils.ts'

/** What a tenant has from the beginning, which stays: a channel leads to the bus. */
export type EventBridgePlace = {
  readonly tenantId: number
  readonly bus: string
  readonly rule: string
  /** Where what is put on a bus of this tenant may arrive, and nothing of another. */
  readonly endpoint: string
  /** By which what it describes would be recognised elsewhere. */
  readonly word: string
}

export type EventBridgeSource = {
  readonly key: Key
  readonly own: EventBridgePlace
  readonly others: readonly EventBridgePlace[]
}

/** Few, so that what is asked for is often there. */
const BUSES = ['fuzz-a', 'fuzz-b', 'fuzz-c']
const RULES = ['r1', 'r2', 'r3']
const TARGETS = ['t1', 't2', 't3', 't4', 't5', 't6']
const PATTERNS = [
  '{}',
  '{"source":["fuzz"]}',
  '{"data":{"n":[1,{"numeric":[">",2]}]}}',
  '{"subject":[{"prefix":"a"},{"anything-but":["b"]}]}',
  '{"data":{"a":[{"exists":false}]}}',
]

// Newer than the types: a number as it is written.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
const VALUES: readonly unknown[] = [
  ...TEXTS,
  ...PATTERNS,
  ...['9007199254740993', '-9223372036854775809', '1e999', '-0', '1.10', '1E2', '0.1e-400'].map(rawJSON),
  ...[0, -1, 1, 101, 2 ** 31, 2 ** 53, 1e300, true, false, null, [], {}, [null], [[]], { a: { b: [] } }],
  '\ud800',
  '{"source":["\\ud800"]}',
  '{"source":[{"prefix":"\\u0000"}]}',
  '{"__proto__":["polluted"]}',
  'http://[::1]/',
  'http://\u0000/',
  'https://u:p@example.com/',
  'acs:eventbridge:::eventbus/fuzz-a',
  'acs:eventbridge:x:1:eventbus/__proto__',
  Array.from({ length: 200 }, () => ({})),
  ['__proto__'],
]
/** In place of the whole body. */
const BODIES = [
  '',
  '[]',
  'null',
  '"text"',
  '[]'.repeat(2),
  '['.repeat(100_000),
  '{"a":'.repeat(2_000),
  '{"EventBusName":"a","EventBusName":"b"}',
  '\ufeff{}',
  Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  `[${'{},'.repeat(2_000)}{}]`,
  `[{"id":"${'x'.repeat(70_000)}"}]`,
]

export function makeEventBridgeRequest(chance: Chance, source: EventBridgeSource, nowMs: number): Made {
  const { name } = chance.pick(ACTIONS)
  // What is taken away as often as it is made is seldom there.
  const listed = name.startsWith('delete') && chance.happens(0.8) ? 'putEvents' : name
  const action = chance.happens(0.02)
    ? chance.pick(['createEventStreaming', '__proto__', 'x'.repeat(200), '', '%2e%2e'])
    : listed
  const forged = chance.happens(0.05)
  const { key } = source
  const body = bodyOf(chance, source, listed)
  const raw = signedEventBridge(forged ? { ...key, secret: `${key.secret}x` } : key, {
    path: `/openapi/${action}${chance.happens(0.01) ? '?Limit=1' : ''}`,
    method: chance.happens(0.03) ? chance.pick(VERBS) : 'POST',
    body,
    headers: {
      date: new Date(timeFor(chance, nowMs)).toUTCString(),
      'x-acs-signature-nonce': nonceFor(chance),
      ...(chance.happens(0.2) && { 'content-md5': hash('md5', body, 'base64') }),
      ...(chance.happens(0.02) && { 'x-acs-security-token': 'token' }),
    },
  })
  return spoiled(chance, { raw, action: `eventbridge ${action}`, how: forged ? 'forged' : 'signed', forged })
}

function bodyOf(chance: Chance, source: EventBridgeSource, action: string): string | Buffer {
  if (chance.happens(0.03)) return chance.pick(BODIES)
  const plain = action === 'putEvents' ? eventsOf(chance, source) : membersOf(chance, source, action)
  const changes = chance.happens(0.5) ? 0 : chance.between(1, 3)
  let body: unknown = plain
  for (let change = 0; change < changes; change++) body = changed(chance, body)
  return JSON.stringify(body)
}

/** What any action but one takes; what it does not know it does not look at. Nothing is called what another tenant's is called. */
function membersOf(chance: Chance, source: EventBridgeSource, action: string): unknown {
  const { word } = source.own
  const isNamed = action === 'createEventBus' || action === 'createRule'
  return {
    EventBusName: isNamed ? chance.pick(BUSES) : busOf(chance, source),
    RuleName: !isNamed && chance.happens(0.1) ? chance.pick([source.own, ...source.others]).rule : chance.pick(RULES),
    Description: word,
    ...(chance.happens(0.5) && { Status: chance.pick(['ENABLE', 'disable', 'Enable']) }),
    ...(chance.happens(0.5) && { FilterPattern: chance.pick(PATTERNS) }),
    Targets: Array.from({ length: chance.between(1, 2) }, () => targetOf(chance, source)),
    TargetIds: [chance.pick(TARGETS)],
    EventPattern: chance.pick(PATTERNS),
    Event: '{"source":"fuzz","subject":"a/1","data":{"n":3}}',
    ...(chance.happens(0.3) && { Limit: chance.between(1, 3) }),
    ...(chance.happens(0.2) && { NextToken: String(chance.between(0, 100)) }),
  }
}

const busOf = (chance: Chance, { own, others }: EventBridgeSource): string =>
  chance.happens(0.1) ? chance.pick([own, ...others]).bus : chance.pick(BUSES)

function targetOf(chance: Chance, source: EventBridgeSource): unknown {
  const Id = chance.pick(TARGETS)
  if (chance.happens(0.2)) {
    const { tenantId } = chance.pick([source.own, source.own, ...source.others])
    return { Id, Type: 'acs.eventbridge', Endpoint: `acs:eventbridge:x:${tenantId}:eventbus/${busOf(chance, source)}` }
  }
  return {
    Id,
    Type: chance.pick(['http', 'https', 'HTTP']),
    Endpoint: source.own.endpoint,
    PushRetryStrategy: 'BACKOFF_RETRY',
    ...(chance.happens(0.3) && {
      ParamList: [
        { ResourceKey: 'Body', Form: 'ORIGINAL' },
        { ResourceKey: 'Token', Form: 'CONSTANT', Value: source.own.word },
      ],
    }),
  }
}

const eventsOf = (chance: Chance, source: EventBridgeSource): unknown =>
  Array.from({ length: chance.happens(0.02) ? 17 : chance.between(1, 3) }, (_, n) => ({
    id: `${n}`,
    source: 'fuzz',
    type: 'fuzz:Put',
    specversion: '1.0',
    aliyuneventbusname: busOf(chance, source),
    subject: chance.pick(['a/1', 'b', 'c']),
    data: { n: chance.between(0, 5), of: source.own.word },
    ...(chance.happens(0.1) && { data_base64: 'YQ==' }),
    ...(chance.happens(0.1) && { aliyunaccountid: '1', more: 9 }),
  }))

/** One thing anywhere in it is another, is gone, or has come in addition. */
function changed(chance: Chance, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || chance.happens(0.15)) return chance.pick(VALUES)
  const entries = Object.entries(value)
  if (entries.length === 0 || chance.happens(0.15)) {
    if (Array.isArray(value)) return [...value, chance.pick(VALUES)]
    return { ...value, [chance.pick(NAMES)]: chance.pick(VALUES) }
  }
  const [name, member] = chance.pick(entries)
  if (Array.isArray(value)) return value.with(Number(name), changed(chance, member))
  if (chance.happens(0.15)) return Object.fromEntries(entries.filter(([other]) => other !== name))
  return { ...value, [name]: changed(chance, member) }
}
