import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { SignatureError, type SignatureProblem } from './signature-error.ts'
import { signWebhook, verifyWebhook, webhookKey } from './webhook.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NOW_MS = 1_700_000_000_000
const headers = (id: string, timestampSeconds: number, signature: string) => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestampSeconds),
  'webhook-signature': signature,
})
const signed = (id: string, body: string, secrets: readonly string[], atMs = NOW_MS) => {
  const seconds = Math.floor(atMs / 1000)
  return headers(id, seconds, signWebhook(secrets.map(webhookKey), id, seconds, body))
}

function problemOf(work: () => unknown): SignatureProblem | 'none' {
  try {
    work()
  } catch (error) {
    if (error instanceof SignatureError) return error.problem
    throw error
  }
  return 'none'
}

const secretOf = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`)
const idOf = fc.stringMatching(/^[\w-]{1,64}$/)

describe('Standard Webhooks', () => {
  test('a message is signed as the specification says: base64 of HMAC-SHA256 over id, time and body with points between', () => {
    const body = '{"test": 2432232314}'
    const expected = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
      .update(`msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.${body}`)
      .digest('base64')
    const signature = signWebhook([webhookKey(SECRET)], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)
    expect(signature).toBe(`v1,${expected}`)
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('what Holdpoint signs the official library accepts, and what it signs verifyWebhook accepts', () => {
    fc.assert(
      fc.property(secretOf, idOf, fc.string(), (secret, id, text) => {
        const body = JSON.stringify({ text })
        const nowMs = Date.now()
        expect(new Webhook(secret).verify(body, signed(id, body, [secret], nowMs))).toEqual({ text })
        const theirs = headers(id, Math.floor(nowMs / 1000), new Webhook(secret).sign(id, new Date(nowMs), body))
        expect(verifyWebhook(theirs, body, secret)).toMatchObject({ id })
      }),
      { numRuns: 50 },
    )
  })

  test('any other id, time, body or secret is refused', () => {
    fc.assert(
      fc.property(secretOf, secretOf, idOf, idOf, fc.string(), fc.string(), (secret, other, id, id2, body, body2) => {
        fc.pre(secret !== other && id !== id2 && body !== body2)
        const genuine = signed(id, body, [secret])
        const check = (given: object, text: string, by: string) =>
          problemOf(() => verifyWebhook({ ...genuine, ...given }, text, by, { nowMs: NOW_MS }))
        expect(check({}, body, secret)).toBe('none')
        expect(check({}, body2, secret)).toBe('mismatch')
        expect(check({}, body, other)).toBe('mismatch')
        expect(check({ 'webhook-id': id2 }, body, secret)).toBe('mismatch')
        expect(check({ 'webhook-timestamp': String(NOW_MS / 1000 + 1) }, body, secret)).toBe('mismatch')
      }),
      { numRuns: 200 },
    )
  })

  test('while a secret is replaced, whoever has the old or the new one accepts; whoever has neither does not', () => {
    const [old, fresh, foreign] = [1, 2, 3].map((n) => `whsec_${Buffer.alloc(32, n).toString('base64')}`) as [
      string,
      string,
      string,
    ]
    const genuine = signed('m-1', 'body', [fresh, old])
    for (const secrets of [old, fresh, [old], [foreign, fresh], [old, fresh]])
      expect(verifyWebhook(genuine, 'body', secrets, { nowMs: NOW_MS })).toEqual({ id: 'm-1', sentMs: NOW_MS })
    for (const secrets of [foreign, [foreign], []])
      expect(problemOf(() => verifyWebhook(genuine, 'body', secrets, { nowMs: NOW_MS }))).toBe('mismatch')
  })

  test('a delivery is good for five minutes in both directions, or as long as one says', () => {
    const genuine = signed('m-1', 'body', [SECRET])
    const after = (ms: number, toleranceMs?: number) =>
      problemOf(() =>
        verifyWebhook(genuine, 'body', SECRET, { nowMs: NOW_MS + ms, ...(toleranceMs && { toleranceMs }) }),
      )
    expect([after(300_000), after(-300_000), after(300_001), after(-300_001)]).toEqual([
      'none',
      'none',
      'stale',
      'stale',
    ])
    expect([after(1_000, 1_000), after(1_001, 1_000)]).toEqual(['none', 'stale'])
  })

  test('headers are taken as http, fetch and people write them; what is missing, malformed or too much is refused by name', () => {
    const genuine = signed('m-1', 'body', [SECRET])
    const check = (given: Record<string, string | string[] | undefined> | Headers) =>
      problemOf(() => verifyWebhook(given, Buffer.from('body'), SECRET, { nowMs: NOW_MS }))
    expect(check(new Headers(genuine))).toBe('none')
    expect(check(Object.fromEntries(Object.entries(genuine).map(([name, value]) => [name.toUpperCase(), value])))).toBe(
      'none',
    )
    for (const name of Object.keys(genuine)) {
      expect(check({ ...genuine, [name]: undefined })).toBe('missing')
      expect(check({ ...genuine, [name]: ['one', 'two'] })).toBe('missing')
    }
    for (const time of ['', ' 1', '1.5', '-1', '1e9', 'now'])
      expect(['missing', 'malformed']).toContain(check({ ...genuine, 'webhook-timestamp': time }))
    expect(check({ ...genuine, 'webhook-signature': 'v1a,AAAA v2,AAAA v1, nonsense' })).toBe('mismatch')
    expect(check({ ...genuine, 'webhook-signature': `${'v1,AAAA '.repeat(16)}${genuine['webhook-signature']}` })).toBe(
      'malformed',
    )
  })

  test('a secret that is none is a mistake of the program, and is not repeated', () => {
    for (const secret of ['', 'whsec_', 'whsec_%%%', `whsec_${'A'.repeat(20)}`, `whsec_${'A'.repeat(100)}`]) {
      const refused = expect(() => webhookKey(secret))
      refused.toThrow(TypeError)
      refused.toThrow(/^A webhook secret is whsec_ followed by/)
    }
  })
})
