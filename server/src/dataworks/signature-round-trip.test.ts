import { Refusal } from '@holdpoint/core/refusal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeQuery, type SignRequest, signV3 } from '../../../sdk/src/sign.ts'
import { decodeRequest, NO_PARAMETERS, type Pair, type ReceivedRequest } from './parameters.ts'
import { readSignature, verifySignature } from './signature.ts'

const NATIVE = { requireAction: false }

/** Names and values with everything that signers tend to get wrong. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('a', '+', ' ', '%', '&', '=', '~', '*', "'", '(', '!', '\n', '\0', '中', '😀', 'é'),
  }),
)
const name = text.filter((one) => one !== '' && one.length < 100)
const pair = fc.tuple(name, text)
/** As a header arrives: one character per byte, no line ends. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code === 0x7f ? 0x20 : code)),
})
const header = fc.tuple(fc.constantFrom('x-acs-a', 'X-Acs-B', 'content-type', 'Host'), headerText)

const unsigned = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
  path: fc.webPath().map((path) => path.replace(/[^\x21-\x7e]/g, '') || '/'),
  query: fc.array(pair, { maxLength: 6 }),
  headers: fc.array(header, { maxLength: 6 }),
  body: fc.oneof(fc.constant(''), text, fc.uint8Array({ maxLength: 64 })),
  accessKeyId: fc.stringMatching(/^LTAI[A-Za-z0-9]{4,20}$/),
  secret: fc.stringMatching(/^[!-~]{1,40}$/),
  securityToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/), { nil: undefined }),
  nowMs: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
  nonce: fc.uuid(),
})

const receivedFrom = (request: SignRequest): ReceivedRequest => ({
  method: request.method,
  path: request.path,
  rawQuery: encodeQuery(request.query ?? []),
  headers: [...(request.headers ?? []), ...signV3(request)],
  body: Buffer.from(request.body ?? ''),
})

const verify = (received: ReceivedRequest, secret: string, nowMs: number) => {
  const claim = readSignature(received, NO_PARAMETERS, NATIVE)
  verifySignature(claim, received, NO_PARAMETERS, secret, nowMs)
  return claim
}

test('what the SDK signs verifies, whatever is in it', () => {
  fc.assert(
    fc.property(unsigned, (request) => {
      const claim = verify(receivedFrom(request), request.secret, request.nowMs)
      expect(claim.accessKeyId).toBe(request.accessKeyId)
      expect(claim.nonce).toBe(request.nonce)
      expect(claim.signedAtMs).toBe(request.nowMs)
      expect(claim.securityToken).toBe(request.securityToken)
    }),
    { numRuns: 1_000 },
  )
})

test('a query verifies in any order of its names and any way of escaping it', () => {
  fc.assert(
    fc.property(unsigned, fc.array(fc.nat()), (request, picks) => {
      const byName = new Map(request.query)
      const query = [...byName]
      const received = receivedFrom({ ...request, query })
      const shuffled = query.toSorted((a, b) => (picks[query.indexOf(a)] ?? 0) - (picks[query.indexOf(b)] ?? 0))
      verify({ ...received, rawQuery: encodeQuery(shuffled) }, request.secret, request.nowMs)
      verify({ ...received, rawQuery: new URLSearchParams(shuffled).toString() }, request.secret, request.nowMs)
    }),
  )
})

test('changing any one thing of a signed request is refused', () => {
  const at = <T>(list: readonly T[], index: number, change: (one: T) => readonly T[]): T[] =>
    list.flatMap((one, i) => (i === index % list.length ? change(one) : [one]))
  const other = fc.constantFrom('x', '0', '%', '中')

  /** Each gives a request that differs in one place, or nothing where it has no such place. */
  const tamperings: Record<string, (r: SignRequest, s: ReceivedRequest, i: number, x: string) => unknown> = {
    method: (_, signed) => ({ ...signed, method: `${signed.method}X` }),
    path: (_, signed) => ({ ...signed, path: `${signed.path}/` }),
    'a value of the query': (request, signed, i, x) =>
      request.query?.length && {
        ...signed,
        rawQuery: encodeQuery(at<Pair>(request.query, i, ([n, v]) => [[n, v + x]])),
      },
    'a name of the query': (request, signed, i, x) =>
      request.query?.length && {
        ...signed,
        rawQuery: encodeQuery(at<Pair>(request.query, i, ([n, v]) => [[n + x, v]])),
      },
    'a parameter less': (request, signed, i) =>
      request.query?.length && { ...signed, rawQuery: encodeQuery(at(request.query, i, () => [])) },
    'a parameter more': (request, signed, _, x) => ({
      ...signed,
      rawQuery: encodeQuery([...(request.query ?? []), [x, '']]),
    }),
    'a parameter twice': (request, signed, i) =>
      request.query?.length && { ...signed, rawQuery: encodeQuery(at(request.query, i, (p) => [p, p])) },
    'a signed header': (_, signed, i) => ({
      ...signed,
      headers: at<Pair>(signed.headers.slice(0, -1), i, ([n, v]) => [[n, `${v}z`]]).concat(signed.headers.slice(-1)),
    }),
    'a signed header less': (_, signed, i) => {
      const kept = at(signed.headers.slice(0, -1), i, () => [])
      const lost = signed.headers[i % (signed.headers.length - 1)]
      return lost?.[1].trim() && { ...signed, headers: [...kept, ...signed.headers.slice(-1)] }
    },
    'a signed header twice': (_, signed, i) => ({
      ...signed,
      headers: at(signed.headers.slice(0, -1), i, (h) => [h, h]).concat(signed.headers.slice(-1)),
    }),
    'a byte of the body': (_, signed, i) =>
      signed.body.length && { ...signed, body: Buffer.from(at([...signed.body], i, (byte) => [byte ^ 1])) },
    'the end of the body': (_, signed) => ({ ...signed, body: Buffer.concat([signed.body, Buffer.from(' ')]) }),
    'the signature': (_, signed) => ({
      ...signed,
      headers: at<Pair>(signed.headers, signed.headers.length - 1, ([n, v]) => [
        [n, v.slice(0, -1) + (v.endsWith('0') ? '1' : '0')],
      ]),
    }),
  }
  const tampered = new Map(Object.keys(tamperings).map((kind) => [kind, 0]))
  fc.assert(
    fc.property(unsigned, fc.constantFrom(...tampered.keys()), fc.nat(), other, (request, kind, i, x) => {
      const changed = tamperings[kind]?.(request, receivedFrom(request), i, x) as ReceivedRequest | undefined
      if (!changed) return
      tampered.set(kind, (tampered.get(kind) ?? 0) + 1)
      expect(() => verify(changed, request.secret, request.nowMs)).toThrow(Refusal)
    }),
    { numRuns: 2_000 },
  )
  for (const [kind, count] of tampered) expect(count, kind).toBeGreaterThan(0)
})

test('with another secret nothing verifies', () => {
  fc.assert(
    fc.property(unsigned, fc.stringMatching(/^[!-~]{1,40}$/), (request, secret) => {
      fc.pre(secret !== request.secret)
      expect(() => verify(receivedFrom(request), secret, request.nowMs)).toThrow(Refusal)
    }),
  )
})

test('whatever arrives, reading and verifying throw nothing but refusals', () => {
  const raw = fc.string({ unit: fc.constantFrom('%', '2', 'F', 'f', '=', '&', '+', '.', '1', 'Ä', ';', ',', ' ') })
  const names = ['authorization', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-content-sha256', 'content-type']
  const authorization = fc
    .tuple(headerText, headerText, headerText)
    .map(([a, b, c]) => `ACS3-HMAC-SHA256 Credential=${a},SignedHeaders=x-acs-date;${b},Signature=${c}`)
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST'),
    path: fc.constantFrom('/', '', '/api'),
    rawQuery: fc.oneof(
      raw,
      raw.map((one) => `Signature=${one}&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&${one}`),
    ),
    headers: fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom(...names), headerText),
        fc.tuple(fc.constant('authorization'), authorization),
        fc.constant(['content-type', 'application/x-www-form-urlencoded'] as [string, string]),
      ),
    ),
    body: fc.oneof(
      raw.map((one) => Buffer.from(one)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
  })
  fc.assert(
    fc.property(request, fc.boolean(), (received, requireAction) => {
      try {
        const parameters = decodeRequest(received)
        const claim = readSignature(received, parameters, { requireAction })
        verifySignature(claim, received, parameters, 'secret', claim.signedAtMs)
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
        return
      }
      throw new Error('a forgery was accepted')
    }),
    { numRuns: 3_000 },
  )
})
