// What is done to a request after it was made, in either dialect: nothing, or one thing that no client does.
import type { Chance } from '../chaos/chance.ts'
import { also, FORM, type Raw, withHeader, without } from '../conformance/raw-request.ts'

export type Made = {
  readonly raw: Raw
  readonly action: string
  /** What was done to it, in a few words. */
  readonly how: string
  /** Signed with a secret that is not the key's: whatever else it is, it must not be answered. */
  readonly forged: boolean
}

export const VERBS = ['GET', 'POST', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']
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
  'acs:',
  'acs::',
  'acs:a:b',
  `acs:${'a'.repeat(5_000)}:b`,
  '__proto__',
]
const MINUTE_MS = 60_000

/** The nonces of the last requests, some of which come again. */
const nonces: string[] = []

export function nonceFor(chance: Chance): string {
  const nonce = chance.happens(0.02) && nonces.length > 0 ? chance.pick(nonces) : nonceOf(chance)
  nonces[chance.between(0, 99)] = nonce
  return nonce
}

/** Now, or so far from it that it must be refused. */
export const timeFor = (chance: Chance, nowMs: number): number =>
  nowMs + (chance.happens(0.03) ? chance.pick([-61, -16, 16, 61, 5_000_000]) * MINUTE_MS : 0)

const nonceOf = (chance: Chance) =>
  Array.from({ length: 4 }, () => chance.between(0, 0xffff_ffff).toString(16).padStart(8, '0')).join('')

const withChunks = (chance: Chance, raw: Raw): Raw =>
  raw.body !== undefined && chance.happens(0.2) ? { ...raw, chunked: true } : raw

/** As it is sent: a good half as it was made. */
export function spoiled(chance: Chance, { raw, how, ...made }: Made): Made {
  if (chance.happens(0.55)) return { ...made, how, raw: withChunks(chance, raw) }
  const [name, spoil] = chance.pick(SPOILS)
  return { ...made, how: `${how}, ${name}`, raw: withChunks(chance, spoil(raw, chance)) }
}

type Spoil = (raw: Raw, chance: Chance) => Raw

const inText = (text: string, chance: Chance, change: (at: number) => string) =>
  change(chance.between(Math.min(1, text.length), text.length)) || '/'

/** Changes the body of what has one, and the query of what has none. */
function elsewhere(raw: Raw, change: (text: string) => string): Raw {
  return typeof raw.body === 'string' && raw.body !== ''
    ? { ...raw, body: change(raw.body) }
    : { ...raw, target: change(raw.target) }
}

/** The name of one that it has; a signature in parameters needs none. */
const headerOf = (raw: Raw, chance: Chance) => chance.pick(raw.headers.length > 0 ? raw.headers : [FORM])[0]

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
  ['a header less', (raw, chance) => without(raw, headerOf(raw, chance))],
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
      withHeader(raw, headerOf(raw, chance), (value) =>
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
