// Requests of the dialect as chance makes them: signed as they must be or not, with parameters of every kind in every place, and then, often, spoiled.
import { ACTIONS } from '../../server/src/dataworks/actions/index.ts'
import type { Chance } from '../chaos/chance.ts'
import {
  also,
  FORM,
  type How,
  type Key,
  type Parameters,
  type Raw,
  signedV1,
  signedV3,
  withHeader,
  without,
} from '../conformance/raw-request.ts'
import { type DialectPlace, dialectParameters } from '../dialect-calls.ts'

export type Made = {
  readonly raw: Raw
  readonly action: string
  /** What was done to it, in a few words. */
  readonly how: string
  /** Signed with a secret that is not the key's: whatever else it is, it must not be answered. */
  readonly forged: boolean
}

export type Source = {
  readonly host: string
  readonly key: Key
  /** Of the caller's own tenant, and of the others. */
  readonly places: readonly DialectPlace[]
}

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '00',
  '+7',
  '1e3',
  '0x10',
  '1.5',
  'NaN',
  '-0',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551616',
  '1'.repeat(400),
  'true',
  'True',
  'FALSE',
  'yes',
  'null',
  '[]',
  '{}',
  '[1,2]',
  '["1"]',
  '[null]',
  '[9007199254740993]',
  '[1e999]',
  '[[[[]]]]',
  '['.repeat(3_000),
  `[${'1,'.repeat(1_500)}1]`,
  '{"__proto__":{"Recurrence":"Pause"}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '[{"Id":"__proto__"},{"__proto__":null}]',
  '["\\ud800"]',
  '{"Recurrence":"\\u0000"}',
  '{"Recurrence":"Pause","Type":"Scheduler"',
  '中文',
  '😀',
  '１２',
  'a+b c%2B&=;',
  `'; drop table nodes; --`,
  '%',
  '_',
  '\\',
  '../../etc/passwd',
  '\u0000',
  'a\u0000b',
  '\ufeff',
  '\u202e',
  'x'.repeat(5_000),
  '2020-01-01',
  '2020-02-30',
  '0000-00-00',
  '9999-12-31',
  '-000001-01-01',
  '2020-01-01 00:00:00',
  '2020-01-01T00:00:00+0800',
  '8640000000000001',
  'hasOwnProperty',
]

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'constructor.prototype.polluted',
  '__proto__.polluted',
  'Ids.1',
  'Ids.2',
  'Ids.0',
  'Ids.1.1',
  'Ids.__proto__',
  'Ids.999999999',
  'Tasks.1.Id',
  'Tasks.1.Trigger.Recurrence',
  'Tasks.1.__proto__.Id',
  'Trigger.Recurrence',
  'Trigger.__proto__.Recurrence',
  'Trigger.constructor',
  'Periods.BizDates.1.StartBizDate',
  'DefaultRunProperties.RootTaskIds.1',
  'DefaultRunProperties.__proto__.Mode',
  'Tags.1.Key',
  '.',
  '..',
  'Ids.',
  '.Ids',
  'a.b.c.d.e.f.g.h.i.j',
  'n'.repeat(300),
  '名字',
  'a&b',
  'a=b',
  'a b',
  "it's(*)!~",
  'RegionId',
  'Format',
  'Action',
  'Version',
  'SecurityToken',
  'BearerToken',
  'SignatureType',
  'SignatureMethod',
  'Signature',
  'AccessKeyId',
]

const VERBS = ['GET', 'POST', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
const TYPES = [
  'application/json',
  'multipart/form-data; boundary=x',
  'text/plain',
  `${FORM[1]}; charset=utf-8`,
  `${FORM[1]};charset="UTF-8"`,
  `${FORM[1]}; charset=gbk`,
  ';',
]
const BAD_ENCODINGS = ['%', '%zz', '%ED%A0%80', '%C0%AF', '%00', '%FF', '+', '%2', '%u4e2d', '&&', '&=', '=', '&=x']
const AUTHORIZATIONS = [
  'ACS3-HMAC-SHA256',
  'ACS3-HMAC-SHA256 ',
  'ACS3-HMAC-SHA256 x',
  'ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=',
  'ACS3-HMAC-SHA256 Credential=a,Credential=b,SignedHeaders=host,Signature=0',
  `ACS3-HMAC-SHA256 Credential=a,SignedHeaders=${'x;'.repeat(3_000)},Signature=0`,
  'ACS3-HMAC-SM3 Credential=a,SignedHeaders=host,Signature=0',
  'ACS3-RSA-SHA256 Credential=a,SignedHeaders=host,Signature=0',
  'Bearer abc',
  'Basic YTpi',
  '__proto__',
]
const HEADERS = [
  'x-acs-action',
  'x-acs-version',
  'x-acs-date',
  'x-acs-signature-nonce',
  'x-acs-content-sha256',
  'authorization',
  'host',
]
const MINUTE_MS = 60_000

/** The nonces of the last requests, some of which come again. */
const nonces: string[] = []

export function makeRequest(chance: Chance, source: Source, nowMs: number): Made {
  const { contract } = chance.pick(ACTIONS)
  const unknown = chance.happens(0.02)
  const action = unknown ? chance.pick(['GetNodes', '__proto__', 'constructor', 'x'.repeat(200), '']) : contract.action
  const version = chance.happens(0.03) ? chance.pick(['2018-06-01', '', '__proto__']) : chance.pick(contract.versions)
  const parameters = parametersOf(chance, source, contract.action)

  const forged = chance.happens(0.05)
  const key = forged ? { ...source.key, secret: `${source.key.secret}x` } : source.key
  const nonce = chance.happens(0.02) && nonces.length > 0 ? chance.pick(nonces) : nonceOf(chance)
  const how: How = {
    method: chance.pick(VERBS.slice(0, chance.happens(0.1) ? VERBS.length : 2)),
    place: chance.pick(['query', 'form']),
    version,
    nonce,
    atMs: nowMs + (chance.happens(0.03) ? chance.pick([-61, -16, 16, 61, 5_000_000]) * MINUTE_MS : 0),
  }
  // A GET with a body is never sent.
  const placed: How = how.method === 'GET' ? { ...how, place: 'query' } : how
  const signature = chance.pick(['V1', 'V3'] as const)
  const signed =
    signature === 'V1'
      ? signedV1(key, action, parameters, placed)
      : signedV3(source.host, key, action, parameters, placed)
  nonces[chance.between(0, 99)] = nonce
  const described = `${signature} ${placed.method} ${placed.place}${forged ? ' forged' : ''}`
  if (chance.happens(0.55)) return { raw: withChunks(chance, signed), action, how: described, forged }
  const [name, spoil] = chance.pick(SPOILS)
  return { raw: withChunks(chance, spoil(signed, chance)), action, how: `${described}, ${name}`, forged }
}

function parametersOf(chance: Chance, { places }: Source, action: string): Parameters {
  const date = chance.happens(0.2) ? '2020-01-01' : undefined
  const given = Object.entries(dialectParameters(action, chance.pick(places), date)).filter(() => !chance.happens(0.05))
  const changes = chance.happens(0.4) ? 0 : chance.between(1, 4)
  for (let change = 0; change < changes; change++) {
    const at = chance.between(0, given.length)
    if (at < given.length && chance.happens(0.7)) given[at] = [given[at]![0], chance.pick(TEXTS)]
    else given.push([chance.pick(NAMES), chance.pick(TEXTS)])
  }
  if (chance.happens(0.005)) for (let n = 0; n < 1_100; n++) given.push([`Ids.${n + 1}`, n])
  return Object.fromEntries(given)
}

const nonceOf = (chance: Chance) =>
  Array.from({ length: 4 }, () => chance.between(0, 0xffff_ffff).toString(16).padStart(8, '0')).join('')

const withChunks = (chance: Chance, raw: Raw): Raw =>
  raw.body !== undefined && chance.happens(0.2) ? { ...raw, chunked: true } : raw

type Spoil = (raw: Raw, chance: Chance) => Raw

const inText = (text: string, chance: Chance, change: (at: number) => string) =>
  change(chance.between(Math.min(1, text.length), text.length)) || '/'

/** Changes the body of what has one, and the query of what has none. */
function elsewhere(raw: Raw, change: (text: string) => string): Raw {
  return typeof raw.body === 'string' && raw.body !== ''
    ? { ...raw, body: change(raw.body) }
    : { ...raw, target: change(raw.target) }
}

const joined = (target: string, pair: string) => `${target}${target.includes('?') ? '&' : '?'}${pair}`
const SPOILS: readonly (readonly [name: string, spoil: Spoil])[] = [
  [
    'a character more',
    (raw, chance) =>
      elsewhere(raw, (text) =>
        inText(text, chance, (at) => text.slice(0, at) + chance.pick(['x', '&', '=', '.', '%41']) + text.slice(at)),
      ),
  ],
  ['cut short', (raw, chance) => elsewhere(raw, (text) => inText(text, chance, (at) => text.slice(0, at)))],
  [
    'wrongly encoded',
    (raw, chance) =>
      elsewhere(raw, (text) =>
        inText(text, chance, (at) => text.slice(0, at) + chance.pick(BAD_ENCODINGS) + text.slice(at)),
      ),
  ],
  [
    'a parameter in query and body',
    (raw, chance) => {
      const pairs = (typeof raw.body === 'string' ? raw.body : (raw.target.split('?')[1] ?? '')).split('&')
      const pair = chance.pick(pairs)
      const other = chance.happens(0.5) ? pair : `${pair.split('=')[0]}=other`
      if (typeof raw.body === 'string') return { ...raw, target: joined(raw.target, other) }
      return { ...raw, body: other, headers: [...raw.headers, FORM] }
    },
  ],
  [
    'a parameter twice',
    (raw, chance) => elsewhere(raw, (text) => `${text}&${chance.pick(text.replace(/^\/\?/, '').split('&'))}`),
  ],
  ['a header less', (raw, chance) => without(raw, chance.pick(HEADERS.slice(0, 6)))],
  [
    'a header twice',
    (raw, chance) => {
      const [name, value] = chance.pick(raw.headers.length > 0 ? raw.headers : [FORM])
      return also(raw, name, chance.happens(0.5) ? value : 'other')
    },
  ],
  [
    'a header changed',
    (raw, chance) =>
      withHeader(raw, chance.pick(HEADERS), (value) =>
        chance.pick([
          '',
          'x',
          '__proto__',
          '\xff\xfe',
          'y'.repeat(9_000),
          `${value} `,
          value.toUpperCase(),
          'yesterday',
        ]),
      ),
  ],
  ['another type', (raw, chance) => also(without(raw, 'content-type'), 'content-type', chance.pick(TYPES))],
  ['another verb', (raw, chance) => ({ ...raw, method: chance.pick(VERBS) })],
  [
    'another authorization',
    (raw, chance) => also(without(raw, 'authorization'), 'authorization', chance.pick(AUTHORIZATIONS)),
  ],
  ['both signatures', (raw) => ({ ...raw, target: joined(raw.target, 'Signature=x&SignatureMethod=HMAC-SHA1') })],
  [
    'another body',
    (raw, chance) => ({
      ...raw,
      method: 'POST',
      headers: chance.happens(0.5) ? [...without(raw, 'content-type').headers, FORM] : raw.headers,
      body: chance.pick([
        '{"a":1}',
        '\u0000',
        '=',
        '&&&',
        'a',
        Buffer.from([0xff, 0x00, 0xc3, 0x28]),
        'z'.repeat(70_000),
      ]),
    }),
  ],
  [
    'another path',
    (raw, chance) => ({ ...raw, target: raw.target.replace(/^\//, chance.pick(['//', '/%2F', '/x', '/;'])) }),
  ],
]
