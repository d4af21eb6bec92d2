import { expect, test } from 'vitest'
import { encodeQuery, type SignRequest, signV3 } from './sign.ts'

const request = {
  method: 'GET',
  path: '/',
  query: [
    ['MessageId', '03400b03-b721-4c34-8727-2****1'],
    ['ExtensionCode', '58e95e2acd6f408e8707f1bf2591f9e9'],
    ['CheckResult', 'FAIL'],
    ['CheckResultTip', "SQL is too long: a+b*c ~ (x)! 'q' 中文"],
  ],
  headers: [
    ['host', '127.0.0.1:18080'],
    ['user-agent', 'anything'],
    ['x-acs-version', '2020-05-18'],
    ['x-acs-action', 'UpdateWorkbenchEventResult'],
    ['x-acs-credentials-provider', 'static_ak'],
  ],
  accessKeyId: 'LTAItestAccessKeyId',
  secret: 'testSecretKey0123456789abcdefgh',
  nowMs: Date.UTC(2026, 10, 20, 19, 45, 19, 987),
  nonce: 'c30fd7d7dcfc5f504007ecb840b56644',
} satisfies SignRequest

test('a request is signed exactly as an official client signs it', () => {
  expect(signV3({ ...request, method: 'POST' })).toEqual([
    ['x-acs-date', '2026-11-20T19:45:19Z'],
    ['x-acs-signature-nonce', 'c30fd7d7dcfc5f504007ecb840b56644'],
    ['x-acs-content-sha256', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      'authorization',
      'ACS3-HMAC-SHA256 Credential=LTAItestAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=344b62bb118f496d24a965cb03a6e57032da2caeb7061f71a112827a3fd45c0b',
    ],
  ])
})

test('the query is sent in its own order, with everything but letters, digits and -_.~ escaped', () => {
  expect(encodeQuery(request.query)).toBe(
    'MessageId=03400b03-b721-4c34-8727-2%2A%2A%2A%2A1&ExtensionCode=58e95e2acd6f408e8707f1bf2591f9e9&CheckResult=FAIL&CheckResultTip=SQL%20is%20too%20long%3A%20a%2Bb%2Ac%20~%20%28x%29%21%20%27q%27%20%E4%B8%AD%E6%96%87',
  )
})

test('a security token is sent and signed', () => {
  const headers = signV3({ ...request, securityToken: 'token' })
  expect(headers).toContainEqual(['x-acs-security-token', 'token'])
  expect(headers.at(-1)?.[1]).toContain('x-acs-security-token;')
})

test('what cannot go onto the wire is refused before it is signed', () => {
  expect(() => signV3({ ...request, path: '/节点' })).toThrow(TypeError)
  expect(() => signV3({ ...request, path: '/a b' })).toThrow(TypeError)
  expect(() => signV3({ ...request, headers: [['x-acs-a', '中']] })).toThrow(TypeError)
  expect(() => signV3({ ...request, headers: [['x-acs-a', 'a\r\nb']] })).toThrow(TypeError)
})
