import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../../server/src/openevent/certificate.ts'
import {
  certificatesOf,
  signEventBridge,
  signEventBridgeV2,
  signedUrl,
  temporarySecret,
  verifyEventBridge,
} from './eventbridge.ts'
import { SignatureError, type SignatureProblem } from './signature-error.ts'

const URL = 'https://receiver.example.com/consumer?from=holdpoint'
const CERTIFICATE_URL = 'https://holdpoint.example.com/eventbridge-certificates/vector.pem'
const NOW_MS = 1_700_000_000_000
const BODY = '{"id":"m-1","text":"中文"}'

// Made with OpenSSL alone, from the texts as docs/signatures.md writes them.
const VECTOR = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIDBTCCAe2gAwIBAgIUVvQP7e+/3y44Uyl2JYS2tQf3Mj4wDQYJKoZIhvcNAQEL
BQAwETEPMA0GA1UEAwwGdmVjdG9yMCAXDTI2MTEyMTEzMzExMVoYDzIxMjYxMDI4
MTMzMTExWjARMQ8wDQYDVQQDDAZ2ZWN0b3IwggEiMA0GCSqGSIb3DQEBAQUAA4IB
DwAwggEKAoIBAQDDcyYYK3QXonu8LYNCrdcxHFPCs0isBx26kQJSDKIDRXuwCSXm
gjPJ7sbx3fDvJY/358E4HPJKEN8hJQ8KGedcQo0b5UMHcRv9tpH5f2EeAe1qVCoF
V9IDLYh0u53MRg3xUEn42JQbz3XDUmbkLkkhBOjEEtNgrNrtMmqCFCBD9bE9c24d
CvYuqNhAtLah833+qBIBLeKyAJqqBq91DZDA7iCs2mxXgwbRluoqk7XtgbdltMRQ
ZFDiS0U/UUO9f7BImdKQ7E7ZvqMi+xTYoQAz3CmZTaWUIPWADF+f483z53ImZcs8
gz4D/2xa5U1haND39Xo5fLaSuvS7atAntAmDAgMBAAGjUzBRMB0GA1UdDgQWBBQU
EByzGSKusIdG2lhXUslxEfi5OzAfBgNVHSMEGDAWgBQUEByzGSKusIdG2lhXUslx
Efi5OzAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQCVooXdV7o/
DEQ7lT/oDcKhb5lzZFShAbRG43NRDm+7fRckqMIiutK18Ukd3mMb4k/nT/DCIofW
hzeY2R9iV7Kvo++AfA9StyxeU9lFGOFjXsgm2sdYZnFu2Pv3NokXJagDPz3nvO6Q
Q/046ba7LzqvimuzhKxQyDpI0T2b0fCmUL/Vo6UC+s5l/cktADcaVXkbJU1aNCg9
frgpMDm3FKUYxskKcwskbKKPIMnfV5OwCWKkzoNeJGkob/kVhECfDR+ZfMNZzZ/j
xkgGgQD5dGqeLaEg3UctfQmIf4BLqj3Wpfaf5VYN1OGULfIGf+ma10pb3yhgLGbc
CK88xrxsjWWJ
-----END CERTIFICATE-----`,
  secret:
    'Ab4W/VWUs5BQL75sm9Fsj94m4EIRGPdQNU3pwAY5mEgJRERNce839hvkyhHMS2GVGpSmNxWq+6hMyH4Ch93EPjn1HdrOTXT1n7CYaMufJnT2YjRUHvYvaCsvf+7ZUKFT/LszlfSiPVXKhF+/x423odFGGqELWIv6P0qcjv1s3JkFJWAq49ct8uVUyDbbnCm/0dRv/QROIgZ1q4H1hDwWojkZIeYVkLi4HJwLspDcyGFKYW+lNuty5iRQWEJjqhp3oqTb0ZnCDYA8plFvZOsj+EPts8Lnfkuwda6nZSPBWdwgk3RqAF3VdbAiXxFCtFDjfRzBw9rkVQSqxoDUk0ahMQ==',
  signature1: 'fyb24HrqCL71lO5wFlneFK2xH1I=',
  signature2:
    'U9GVhWNdH+DcVbBxEnIRlsF67Mize5DSpHjKLdXDn/q4SOEOPyIYzT/6iAU27BtTLSk5Z/p5FFCtJHOqNol2y7p/RtpPSTPkwCHXibyYiOvjgsQ+YPgLnOlkREi1loWzyYy748zSNe+YY1FBIfu6DQ2zbhFKVN4ak251jmmDLHftz1sLuKkIF0bp9ws2E425sZtRovwq16hdmEshNHE36Uew0PN4hcwpoYPiuArexwiebofYulTYQFNB6khTVGxn2UeVVflD3mEkrqzj+ffkpw9qe+yGp10lVMNr+LcYTRpj43tsw5ds9aB1vaK6lPiK8BED0eAEik3ZVvqGvIfa1A==',
}
const VECTOR_HEADERS = {
  'x-eventbridge-signature-timestamp': String(NOW_MS),
  'x-eventbridge-signature-version': '1.0',
  'x-eventbridge-signature-url': CERTIFICATE_URL,
  'x-eventbridge-signature-token': 't0ken',
}
const VECTOR_1 = {
  ...VECTOR_HEADERS,
  'x-eventbridge-signature-method': 'HMAC-SHA1',
  'x-eventbridge-signature-secret': VECTOR.secret,
  'x-eventbridge-signature': VECTOR.signature1,
}
const VECTOR_2 = {
  ...VECTOR_HEADERS,
  'x-eventbridge-hash-method': 'SHA256',
  'x-eventbridge-signature-v2': VECTOR.signature2,
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const certificateOf = (key: typeof privateKey) =>
  selfSignedCertificate(key, 'Holdpoint', randomBytes(16), NOW_MS, NOW_MS + 86_400_000)
const certificate = certificateOf(privateKey)
const signed = { timestampMs: NOW_MS, certificateUrl: CERTIFICATE_URL, token: null as string | null }
const secretFor = (url: string, goodUntilMs = NOW_MS + 300_000) =>
  temporarySecret(privateKey, url, goodUntilMs, 'Jbqv7Q2mX9cTn4RkW8sYd3Lh')
const version1 = (url = URL, body = BODY) => signEventBridge(secretFor(url), url, signed, body)
const version2 = (url = URL, body = BODY) => signEventBridgeV2(privateKey, url, signed, body)

type Given = Parameters<typeof verifyEventBridge>[2]
function problemOf(
  headers: Readonly<Record<string, string | undefined>>,
  body: string | Uint8Array = BODY,
  given: Partial<Given> = {},
): SignatureProblem | 'none' {
  try {
    verifyEventBridge(headers, body, { url: URL, certificate, nowMs: NOW_MS, ...given })
  } catch (error) {
    if (error instanceof SignatureError) return error.problem
    throw error
  }
  return 'none'
}

describe('EventBridge', () => {
  test.each([
    ['1', VECTOR_1],
    ['2', VECTOR_2],
  ])('version %s is what OpenSSL makes of the same text', (_version, headers) => {
    const given = { certificate: VECTOR.certificate, token: 't0ken' }
    expect(problemOf(headers, BODY, given)).toBe('none')
    expect(problemOf(headers, Buffer.from(BODY), given)).toBe('none')
    expect(problemOf(headers, `${BODY} `, given)).toBe('mismatch')
  })

  test('what was signed is believed; any other address, time, body or key is not, in either version', async () => {
    const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const otherCertificate = certificateOf(otherKey)
    await fc.assert(
      fc.asyncProperty(fc.webUrl(), fc.webUrl(), fc.string(), fc.string(), async (address, address2, body, body2) => {
        const [url, url2] = [signedUrl(address), signedUrl(address2)]
        fc.pre(url !== url2 && body !== body2)
        for (const headers of [version1(url, body), await version2(url, body)]) {
          expect(problemOf(headers, body, { url: address })).toBe('none')
          expect(problemOf(headers, body, { url: url2 })).toBe('mismatch')
          expect(problemOf(headers, body2, { url })).toBe('mismatch')
          expect(problemOf(headers, body, { url, certificate: otherCertificate })).toBe('mismatch')
          const later = { ...headers, 'x-eventbridge-signature-timestamp': String(NOW_MS + 1) }
          expect(problemOf(later, body, { url })).toBe('mismatch')
        }
      }),
      { numRuns: 30 },
    )
  })

  test('a delivery is good for a minute in both directions', async () => {
    for (const headers of [version1(), await version2()])
      expect([60_000, -60_000, 60_001, -60_001].map((ms) => problemOf(headers, BODY, { nowMs: NOW_MS + ms }))).toEqual([
        'none',
        'none',
        'stale',
        'stale',
      ])
  })

  test('what a receiver was sent deceives no other one: its secret is good for its address, and for its time', () => {
    const theirs = secretFor('https://other.example.com/')
    expect(problemOf(signEventBridge(theirs, URL, signed, 'forged'), 'forged')).toBe('mismatch')
    const past = secretFor(URL, NOW_MS - 1)
    expect(problemOf(signEventBridge(past, URL, signed, 'forged'), 'forged')).toBe('stale')
  })

  test('where both versions are there the second one decides', async () => {
    const both = { ...version1(), ...(await version2()) }
    expect(problemOf(both)).toBe('none')
    expect(problemOf({ ...both, ...version1(URL, 'forged') }, 'forged')).toBe('mismatch')
  })

  test('a token is signed with the rest, and must be the chosen one where one was chosen', () => {
    const with1 = signEventBridge(secretFor(URL), URL, { ...signed, token: 't0ken' }, BODY)
    expect(problemOf(with1)).toBe('none')
    expect(problemOf(with1, BODY, { token: 't0ken' })).toBe('none')
    expect(problemOf(with1, BODY, { token: 'other' })).toBe('mismatch')
    expect(problemOf(version1(), BODY, { token: 't0ken' })).toBe('mismatch')
    expect(problemOf({ ...with1, 'x-eventbridge-signature-token': undefined })).toBe('mismatch')
  })

  test('what is missing or unknown is refused by name', async () => {
    const headers = version1()
    for (const name of Object.keys(headers)) expect(problemOf({ ...headers, [name]: undefined })).toBe('missing')
    expect(problemOf({})).toBe('missing')
    expect(problemOf({ ...headers, 'x-eventbridge-signature-method': 'none' })).toBe('malformed')
    expect(problemOf({ ...headers, 'x-eventbridge-signature-version': '9' })).toBe('malformed')
    expect(problemOf({ ...headers, 'x-eventbridge-signature-timestamp': '1e12' })).toBe('malformed')
    expect(problemOf({ ...headers, 'x-eventbridge-signature-secret': 'AAAA' })).toBe('mismatch')
    expect(problemOf({ ...(await version2()), 'x-eventbridge-hash-method': 'MD5' })).toBe('malformed')
  })

  test('an address is signed as it is on the wire: with its path, without fragment, user and the port that goes without saying', () => {
    expect(signedUrl('https://Example.com:443')).toBe('https://example.com/')
    expect(signedUrl('http://127.0.0.1:4181/a?b=c#d')).toBe('http://127.0.0.1:4181/a?b=c')
  })

  test('a certificate is read once, and only where Holdpoint publishes it', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url!)
      if (request.url!.endsWith('/moved.pem')) response.writeHead(302, { location: 'one.pem' }).end()
      else response.writeHead(request.url!.endsWith('/one.pem') ? 200 : 404).end(certificate)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const read = certificatesOf(`${here}/`)
    const from = (address: string) => read({ 'x-eventbridge-signature-url': address })
    expect(await from(`${here}/eventbridge-certificates/one.pem`)).toBe(certificate)
    expect(await from(`${here}/eventbridge-certificates/one.pem`)).toBe(certificate)
    expect(asked).toHaveLength(1)
    await expect(from(`${here}/eventbridge-certificates/two.pem`)).rejects.toMatchObject({
      problem: 'untrusted-certificate',
    })
    await expect(from(`${here}/eventbridge-certificates/moved.pem`)).rejects.toThrow()
    for (const elsewhere of [
      'https://evil.example.com/eventbridge-certificates/one.pem',
      `${here}.evil.example.com/eventbridge-certificates/one.pem`,
      `${here}/eventbridge-certificates/../one.pem`,
      `${here}/eventbridge-certificates/one.pem?x`,
      `${here}/one.pem`,
    ])
      await expect(from(elsewhere)).rejects.toMatchObject({ problem: 'untrusted-certificate' })
    expect(asked).toHaveLength(3)
  })
})
