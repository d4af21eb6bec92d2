import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Refusal, type RefusalCode } from '@holdpoint/core/refusal'
import { describe, expect, test } from 'vitest'
import { encodeQuery, type SignRequest, signV3 } from '../../../sdk/src/sign.ts'
import { decodeRequest, NO_PARAMETERS, type ReceivedRequest } from './parameters.ts'
import { readSignature, SIGNATURE_SKEW_MS, stringToSignV1, verifySignature } from './signature.ts'

type Capture = {
  client: string
  method: string
  url: string
  headers: [string, string][]
  body: string
  signature: 'V1' | 'V3'
  secret: string
  expect: 'valid'
  stringToSign: string
  canonicalRequest?: string
}

const captures = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/dataworks/signature-vectors.json', import.meta.url), 'utf8'),
) as Capture[]

const receivedFrom = (capture: Capture): ReceivedRequest => {
  const [path = '', rawQuery = ''] = capture.url.split('?')
  return { method: capture.method, path, rawQuery, headers: capture.headers, body: Buffer.from(capture.body) }
}

/** Reads and verifies at the time of signing, or the given one. */
const verify = (request: ReceivedRequest, secret: string, nowMs?: number) => {
  const parameters = decodeRequest(request)
  const claim = readSignature(request, parameters)
  verifySignature(claim, request, parameters, secret, nowMs ?? claim.signedAtMs)
  return claim
}

const refusalOf = (attempt: () => unknown): Refusal => {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('it was not refused')
}
const codeOf = (attempt: () => unknown): RefusalCode => refusalOf(attempt).code

const captureOf = (client: string): Capture => {
  const found = captures.find((capture) => capture.client === client)
  if (!found) throw new Error(`no capture of ${client}`)
  return found
}
const POP_GET = captureOf('A1 pop-core RPCClient default (GET)')
const POP_POST = captureOf('A4 pop-core POST, array + nested + empty + number + bool')
const V3_FORM = captureOf('B openapi-client V3 default, form body (CallbackExtension)')
const V3_QUERY = captureOf('B openapi-client V3 default, query params (UpdateWorkbenchEventResult)')

describe('requests captured from real clients', () => {
  test('there are captures of both versions, and all are meant to verify', () => {
    expect(captures.length).toBe(41)
    expect(new Set(captures.map((capture) => capture.signature))).toEqual(new Set(['V1', 'V3']))
    expect(captures.every((capture) => capture.expect === 'valid')).toBe(true)
  })

  test.each(captures)('verifies: $client', (capture) => {
    const claim = verify(receivedFrom(capture), capture.secret)
    expect(claim.version).toBe(capture.signature)
    expect(claim.accessKeyId).toBe('LTAItestAccessKeyId')
    expect(claim.securityToken).toBe(capture.client.includes('STS') ? 'CAIStoken+/==' : undefined)
  })

  test.each(captures)('is refused with another secret, showing what was to be signed: $client', (capture) => {
    const refusal = refusalOf(() => verify(receivedFrom(capture), `${capture.secret}x`))
    expect(refusal.code).toBe(`SIGNATURE_MISMATCH_${capture.signature}`)
    expect(refusal.details.stringToSign).toBe(capture.stringToSign)
    expect(refusal.details.canonicalRequest).toBe(capture.canonicalRequest)
  })

  test.each(captures)('is refused when verb, query, body or action is changed: $client', (capture) => {
    const request = receivedFrom(capture)
    const { rawQuery, body } = request
    const mismatch = `SIGNATURE_MISMATCH_${capture.signature}`
    expect(codeOf(() => verify({ ...request, method: 'PUT' }, capture.secret))).toBe(mismatch)
    expect(codeOf(() => verify({ ...request, rawQuery: `${rawQuery}&Added=1` }, capture.secret))).toBe(mismatch)
    for (const [place, text] of [
      ['rawQuery', rawQuery],
      ['body', body.toString()],
    ] as const) {
      const changed = text.replace(/(ProjectId|MessageId|PageNumber|CheckResultTip|Comment|Name|Version)=/, '$1=0')
      if (text === changed) continue
      const tampered = { ...request, [place]: place === 'body' ? Buffer.from(changed) : changed }
      expect(codeOf(() => verify(tampered, capture.secret))).toBe(mismatch)
    }
    if (capture.signature === 'V3') {
      expect(codeOf(() => verify({ ...request, body: Buffer.from('A=1') }, capture.secret))).toMatch(
        /SIGNATURE_MISMATCH_V3|CONTENT_TYPE_UNSUPPORTED/,
      )
      for (const [header] of capture.headers.filter(([name]) => /^(host|content-type|x-acs-action)$/i.test(name))) {
        const headers = capture.headers.map(([name, value]): [string, string] => [
          name,
          name === header ? value.replace(/\w/, 'Z') : value,
        ])
        expect(codeOf(() => verify({ ...request, headers }, capture.secret))).toMatch(
          /SIGNATURE_MISMATCH_V3|CONTENT_TYPE_UNSUPPORTED/,
        )
      }
    }
  })
})

describe('V1', () => {
  test('the worked example has the published signature', () => {
    const parameters = decodeRequest(receivedFrom(POP_GET))
    const stringToSign = stringToSignV1('GET', parameters, 'included')
    expect(stringToSign).toBe(
      'GET&%2F&AccessKeyId%3DLTAItestAccessKeyId%26Action%3DUpdateWorkbenchEventResult%26CheckResult%3DFAIL%26CheckResultTip%3DSQL%2520is%2520too%2520long%253A%2520a%252Bb%252Ac%2520~%2520%2528x%2529%2521%2520%2527q%2527%2520%25E4%25B8%25AD%25E6%2596%2587%26ExtensionCode%3D58e95e2acd6f408e8707f1bf2591f9e9%26Format%3DJSON%26MessageId%3D03400b03-b721-4c34-8727-2%252A%252A%252A%252A1%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dc71432510bc9fff7c50e5080f17d54e1%26SignatureVersion%3D1.0%26Timestamp%3D2026-11-20T19%253A45%253A18Z%26Version%3D2020-05-18',
    )
    const signature = createHmac('sha1', `${POP_GET.secret}&`).update(stringToSign).digest('base64')
    expect(encodeURIComponent(signature)).toBe('VvMJ5wqSJf050ADuUQumXepNzdY%3D')
    expect(parameters.get('Signature')).toBe(signature)
  })

  test('a client that splits the message at its only colon finds the string to sign behind it', () => {
    for (const capture of captures.filter((one) => one.signature === 'V1')) {
      const { message } = refusalOf(() => verify(receivedFrom(capture), 'another secret'))
      expect(message.split(':')).toHaveLength(2)
      expect(message.split(':')[1]).toBe(capture.stringToSign)
    }
  })

  test('a client that sends empty parameters without signing them is accepted', () => {
    const parameters = new Map(decodeRequest(receivedFrom(POP_POST)))
    parameters.delete('Signature')
    expect(parameters.get('Empty')).toBe('')
    const sign = (empties: 'included' | 'left out') =>
      createHmac('sha1', 'the secret&')
        .update(stringToSignV1('POST', parameters, empties))
        .digest('base64')
    expect(sign('included')).not.toBe(sign('left out'))
    for (const empties of ['included', 'left out'] as const) {
      const body = new URLSearchParams([...parameters, ['Signature', sign(empties)]]).toString()
      const request = { ...receivedFrom(POP_POST), body: Buffer.from(body) }
      expect(verify(request, 'the secret').version).toBe('V1')
    }
  })

  test('it does not matter which characters are escaped, whether + or %20 is sent, and in which place', () => {
    const text = POP_GET.url.slice(2)
    const request = receivedFrom(POP_GET)
    const loose = text.replaceAll('%20', '+').replaceAll('%2A', '*').replace('~', '%7e').replace('%28x%29', '(x)')
    expect(loose).not.toBe(text)
    expect(verify({ ...request, rawQuery: loose }, POP_GET.secret).version).toBe('V1')
    const [first, second] = [text.split('&').slice(0, 5).join('&'), text.split('&').slice(5).join('&')]
    const headers = [...request.headers, ['Content-Type', 'application/x-www-form-urlencoded']] as const
    const split = { ...request, rawQuery: first, headers, body: Buffer.from(second) }
    expect(verify(split, POP_GET.secret).version).toBe('V1')
  })

  test('unsupported methods are refused by name', () => {
    const withParameter = (name: string, value: string) => {
      const query = new URLSearchParams(POP_GET.url.slice(2))
      query.set(name, value)
      return { ...receivedFrom(POP_GET), rawQuery: query.toString() }
    }
    for (const [name, value] of [
      ['SignatureMethod', 'SHA256withRSA'],
      ['SignatureMethod', 'HMAC-SHA256'],
      ['SignatureVersion', '2.0'],
      ['SignatureType', 'BEARERTOKEN'],
      ['SignatureType', 'PRIVATEKEY'],
    ] as const) {
      const refusal = refusalOf(() => verify(withParameter(name, value), POP_GET.secret))
      expect(refusal.code).toBe('SIGNATURE_METHOD_UNSUPPORTED')
      expect(refusal.details.method).toBe(value)
    }
    expect(verify(withParameter('SignatureType', ''), POP_GET.secret, undefined).accessKeyId).toBeTruthy()
  })

  test('every part of the signature must be given', () => {
    const without = (name: string) => {
      const query = new URLSearchParams(POP_GET.url.slice(2))
      query.delete(name)
      return () => verify({ ...receivedFrom(POP_GET), rawQuery: query.toString() }, POP_GET.secret)
    }
    for (const name of ['AccessKeyId', 'SignatureMethod', 'SignatureVersion', 'SignatureNonce', 'Timestamp']) {
      const refusal = refusalOf(without(name))
      expect([refusal.code, refusal.details.parameter]).toEqual(['PARAMETER_MISSING', name])
    }
    expect(codeOf(without('Signature'))).toBe('SIGNATURE_MISSING')
    // The headers x-acs-action and x-acs-version are in this request, but V1 does not cover them.
    expect(codeOf(without('Action'))).toBe('ACTION_MISSING')
    expect(codeOf(without('Version'))).toBe('VERSION_MISSING')
  })

  test('it is refused on any path but the one of the dialect', () => {
    const request = { ...receivedFrom(POP_GET), path: '/api/nodes' }
    expect(codeOf(() => verify(request, POP_GET.secret))).toBe('SIGNATURE_METHOD_UNSUPPORTED')
    const native = receivedFrom(POP_GET)
    expect(codeOf(() => readSignature(native, decodeRequest(native), { requireAction: false }))).toBe(
      'SIGNATURE_METHOD_UNSUPPORTED',
    )
  })
})

describe('V3', () => {
  const withAuthorization = (capture: Capture, change: (value: string) => string): ReceivedRequest => ({
    ...receivedFrom(capture),
    headers: capture.headers.map(([name, value]) => [name, name === 'Authorization' ? change(value) : value]),
  })

  test('the worked example has the published signature', () => {
    const headers = signV3({
      method: 'POST',
      path: '/',
      headers: V3_FORM.headers.filter(([name]) =>
        /^(host|content-type|x-acs-(action|version|credentials-provider))$/.test(name),
      ),
      body: V3_FORM.body,
      accessKeyId: 'LTAItestAccessKeyId',
      secret: V3_FORM.secret,
      nowMs: Date.UTC(2026, 10, 20, 19, 45, 19),
      nonce: '5f29dd4c6a9fd2b2da9129309efd2165',
    })
    const authorization = headers.find(([name]) => name === 'authorization')?.[1]
    expect(authorization).toBe(V3_FORM.headers.find(([name]) => name === 'Authorization')?.[1])
    expect(authorization).toContain('Signature=85df9bb6e3cd6048eac87630208c8e82d164824f93626aa80aa0367c67ad98f6')
  })

  test('the fields of the authorization may come in any order', () => {
    const shuffled = withAuthorization(V3_FORM, (value) => {
      const [credential, signedHeaders, signature] = value.slice('ACS3-HMAC-SHA256 '.length).split(',')
      return `ACS3-HMAC-SHA256 ${credential},${signature}, ${signedHeaders}`
    })
    expect(verify(shuffled, V3_FORM.secret).version).toBe('V3')
  })

  test('an authorization that is not whole is refused', () => {
    const cut = (pattern: RegExp | string) =>
      codeOf(() =>
        verify(
          withAuthorization(V3_FORM, (value) => value.replace(pattern, '')),
          V3_FORM.secret,
        ),
      )
    expect(cut(/Credential=[^,]*,/)).toBe('SIGNATURE_MISSING')
    expect(cut(/SignedHeaders=[^,]*,/)).toBe('SIGNATURE_MISSING')
    expect(cut(/,Signature=.*/)).toBe('SIGNATURE_MISSING')
    expect(cut(/=LTAI/)).toBe('SIGNATURE_MISSING')
    const repeated = withAuthorization(V3_FORM, (value) => `${value},Signature=00`)
    expect(codeOf(() => verify(repeated, V3_FORM.secret))).toBe('SIGNATURE_MISSING')
  })

  test('other schemes are refused by name, and what follows the name is not repeated', () => {
    for (const [authorization, method] of [
      ['ACS3-HMAC-SM3 Credential=a,SignedHeaders=b,Signature=c', 'ACS3-HMAC-SM3'],
      ['ACS3-RSA-SHA256 Credential=a,SignedHeaders=b,Signature=c', 'ACS3-RSA-SHA256'],
      ['Bearer secret-token', 'Bearer'],
      ['secret-token', 'in header Authorization'],
    ] as const) {
      const refusal = refusalOf(() =>
        verify(
          withAuthorization(V3_FORM, () => authorization),
          V3_FORM.secret,
        ),
      )
      expect(refusal.code).toBe('SIGNATURE_METHOD_UNSUPPORTED')
      expect(refusal.details.method).toBe(method)
      expect(refusal.message).not.toContain('secret-token')
    }
    const bearer = { ...receivedFrom(V3_FORM), headers: [['x-acs-bearer-token', 'secret-token']] as const }
    expect(codeOf(() => readSignature(bearer, NO_PARAMETERS))).toBe('SIGNATURE_METHOD_UNSUPPORTED')
  })

  test('each header of the least set must be there, and be signed', () => {
    const needed = ['action', 'version', 'date', 'signature-nonce', 'content-sha256'].map((name) => `x-acs-${name}`)
    const expected: Record<string, RefusalCode> = {
      'x-acs-action': 'ACTION_MISSING',
      'x-acs-version': 'VERSION_MISSING',
    }
    for (const needless of needed) {
      const request = receivedFrom(V3_QUERY)
      const absent = { ...request, headers: request.headers.filter(([name]) => name !== needless) }
      expect(codeOf(() => verify(absent, V3_QUERY.secret))).toBe(expected[needless] ?? 'SIGNATURE_MISSING')
      const unsigned = withAuthorization(V3_QUERY, (value) => value.replace(new RegExp(`;${needless}(?=[;,])`), ''))
      const refusal = refusalOf(() => verify(unsigned, V3_QUERY.secret))
      expect([refusal.code, refusal.details.problem]).toEqual([
        'SIGNATURE_MISSING',
        `header ${needless} is not among the signed headers`,
      ])
    }
  })

  test('a security token that is not signed is refused', () => {
    const request = receivedFrom(V3_QUERY)
    const added = { ...request, headers: [...request.headers, ['x-acs-security-token', 'token'] as const] }
    expect(codeOf(() => verify(added, V3_QUERY.secret))).toBe('SIGNATURE_MISSING')
  })

  test('a content hash that is not the one of the body is refused, even when it was signed so', () => {
    const signed = received({ ...BASE, body: 'A=1' })
    expect(codeOf(() => verify({ ...signed, body: Buffer.from('A=2') }, BASE.secret))).toBe('SIGNATURE_MISMATCH_V3')
    const headers = signed.headers.map(([name, value]): [string, string] => [
      name,
      name === 'x-acs-content-sha256' ? '0'.repeat(64) : value,
    ])
    expect(codeOf(() => verify(resigned({ ...signed, headers }, ''), BASE.secret))).toBe('SIGNATURE_MISMATCH_V3')
    expect(verify(resigned(signed, ''), BASE.secret).version).toBe('V3')
  })

  test('a header loses the spaces around it, and no byte of a character', () => {
    const bytes = Buffer.from('voilà').toString('latin1')
    expect(bytes.endsWith('\xa0')).toBe(true)
    const request = received({ ...BASE, headers: [...BASE.headers, ['x-acs-tag', ` ${bytes}`]] })
    expect(verify(request, BASE.secret).version).toBe('V3')
    const refusal = refusalOf(() => verify(request, 'another'))
    expect(refusal.details.canonicalRequest).toContain(`\nx-acs-tag:${bytes}\n`)
  })

  test('repeated headers are signed as one, their values sorted', () => {
    const headers = [...(BASE.headers ?? []), ['x-acs-tag', ' b '], ['X-Acs-Tag', 'a']] as const
    const request = received({ ...BASE, headers })
    expect(verify(request, BASE.secret).version).toBe('V3')
    const refusal = refusalOf(() => verify(request, 'another'))
    expect(refusal.details.canonicalRequest).toContain('\nx-acs-tag:a,b\n')
  })

  test('a header that decides something may be given once only', () => {
    const request = receivedFrom(V3_FORM)
    for (const name of [
      'x-acs-date',
      'x-acs-signature-nonce',
      'x-acs-content-sha256',
      'authorization',
      'content-type',
    ]) {
      const value = request.headers.find(([given]) => given.toLowerCase() === name)?.[1] ?? ''
      const twice = { ...request, headers: [...request.headers, [name.toUpperCase(), value] as const] }
      expect(codeOf(() => verify(twice, V3_FORM.secret))).toBe('REQUEST_INVALID')
    }
  })

  test('names of query parameters may be signed as they are, unless they could pass for another query', () => {
    const query = [
      ['Tag.#3#key', 'a b'],
      ['中', '1'],
    ] as const
    const rawNames = (pairs: typeof query | readonly (readonly [string, string])[]) => {
      const lines = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
      return resigned(received({ ...BASE, query: [...pairs] }), lines)
    }
    expect(verify(rawNames(query), BASE.secret).version).toBe('V3')
    // Signed as a=1&b=2, sent as one parameter whose name is `a=1&b`.
    expect(codeOf(() => verify(rawNames([['a=1&b', '2']]), BASE.secret))).toBe('SIGNATURE_MISMATCH_V3')
    expect(codeOf(() => verify(rawNames([['a%3Db', '2']]), BASE.secret))).toBe('SIGNATURE_MISMATCH_V3')
  })

  test('it covers a JSON body on any path, without an action, for the native API', () => {
    const request = received({
      ...BASE,
      path: '/api/workspaces/1/nodes%20x',
      headers: [['content-type', 'application/json']],
      body: '{"a":"中"}',
    })
    const read = (one: ReceivedRequest) => readSignature(one, NO_PARAMETERS, { requireAction: false })
    const check = (one: ReceivedRequest) => verifySignature(read(one), one, NO_PARAMETERS, BASE.secret, BASE.nowMs)
    check(request)
    expect(codeOf(() => check({ ...request, path: '/api/workspaces/2/nodes%20x' }))).toBe('SIGNATURE_MISMATCH_V3')
    expect(codeOf(() => check({ ...request, body: Buffer.from('{"a":"国"}') }))).toBe('SIGNATURE_MISMATCH_V3')
    expect(codeOf(() => readSignature(request, NO_PARAMETERS))).toBe('ACTION_MISSING')
  })
})

describe('both', () => {
  test('a request without a signature is refused as such', () => {
    const bare: ReceivedRequest = { method: 'GET', path: '/', rawQuery: 'Action=X', headers: [], body: Buffer.alloc(0) }
    expect(codeOf(() => verify(bare, 's'))).toBe('SIGNATURE_MISSING')
  })

  test.each([POP_GET, V3_FORM])('it may be 15 minutes old or early, and not a second more: $client', (capture) => {
    const request = receivedFrom(capture)
    const signedAtMs = verify(request, capture.secret).signedAtMs
    for (const sign of [-1, 1]) {
      verify(request, capture.secret, signedAtMs + sign * SIGNATURE_SKEW_MS)
      const late = () => verify(request, capture.secret, signedAtMs + sign * (SIGNATURE_SKEW_MS + 1_000))
      expect(codeOf(late)).toBe('TIMESTAMP_EXPIRED')
    }
  })

  test('a time that is not a UTC second of the calendar is refused', () => {
    for (const time of [
      '2026-11-20 19:45:19',
      '2026-11-20T19:45:19',
      '2026-11-20T19:45:19.000Z',
      '2026-11-20T19:45:19+08:00',
      '2026-02-30T00:00:00Z',
      '2026-13-01T00:00:00Z',
      '2026-11-20T25:00:00Z',
      '1795203919',
      'now',
    ]) {
      const headers = V3_FORM.headers.map(([name, value]): [string, string] => [
        name,
        name === 'x-acs-date' ? time : value,
      ])
      expect(codeOf(() => verify({ ...receivedFrom(V3_FORM), headers }, V3_FORM.secret))).toBe('TIMESTAMP_MALFORMED')
      const query = new URLSearchParams(POP_GET.url.slice(2))
      query.set('Timestamp', time)
      const request = { ...receivedFrom(POP_GET), rawQuery: query.toString() }
      expect(codeOf(() => verify(request, POP_GET.secret))).toBe('TIMESTAMP_MALFORMED')
    }
  })

  test('key id, nonce and token are printable and short before anything looks them up', () => {
    for (const [name, value] of [
      ['AccessKeyId', 'a\0b'],
      ['SignatureNonce', 'x'.repeat(257)],
      ['SignatureNonce', '中'],
      ['SecurityToken', 'a b'],
    ] as const) {
      const query = new URLSearchParams(POP_GET.url.slice(2))
      query.set(name, value)
      const request = { ...receivedFrom(POP_GET), rawQuery: query.toString() }
      const refusal = refusalOf(() => verify(request, POP_GET.secret))
      expect([refusal.code, refusal.details.parameter]).toEqual(['PARAMETER_INVALID', name])
    }
  })
})

// ---- Requests signed by the SDK

const BASE = {
  method: 'POST',
  path: '/',
  headers: [
    ['host', '127.0.0.1:18080'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['x-acs-action', 'ListNodes'],
    ['x-acs-version', '2020-05-18'],
  ],
  accessKeyId: 'LTAIkey',
  secret: 'the secret',
  nowMs: Date.UTC(2026, 10, 20),
  nonce: 'n1',
} satisfies SignRequest

function received(request: SignRequest): ReceivedRequest {
  return {
    method: request.method,
    path: request.path,
    rawQuery: encodeQuery(request.query ?? []),
    headers: [...(request.headers ?? []), ...signV3(request)],
    body: Buffer.from(request.body ?? ''),
  }
}

/** The same request, signed over another canonical query, as clients with other rules do. */
function resigned(request: ReceivedRequest, canonicalQuery: string): ReceivedRequest {
  const refusal = refusalOf(() => verify(request, 'another secret'))
  const lines = String(refusal.details.canonicalRequest).split('\n')
  lines[2] = canonicalQuery
  const digest = createHash('sha256').update(lines.join('\n')).digest('hex')
  const signature = createHmac('sha256', BASE.secret).update(`ACS3-HMAC-SHA256\n${digest}`).digest('hex')
  const headers = request.headers.map(([name, value]): [string, string] => [
    name,
    name === 'authorization' ? value.replace(/Signature=.*/, `Signature=${signature}`) : value,
  ])
  return { ...request, headers }
}
