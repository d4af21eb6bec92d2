import { REFUSALS, Refusal, type RefusalCode, type RefusalText } from '@holdpoint/core/refusal'
import { describe, expect, test } from 'vitest'
import { type ErrorBody, errorAnswer, refusalLogFields, requestId, successAnswer } from './errors.ts'

const answer = (error: unknown) => {
  const { status, headers, body } = errorAnswer(error, 'ID-1', 'dataworks.example')
  return { status, headers, body: JSON.parse(body) as ErrorBody }
}

test('a refusal is answered with its own status, code and sentence in the vendor’s shape', () => {
  const { status, headers, body } = answer(new Refusal('PARAMETER_MISSING', { parameter: 'NodeId' }))
  expect(status).toBe(400)
  expect(headers).toEqual({ 'content-type': 'application/json;charset=utf-8' })
  expect(body).toEqual({
    RequestId: 'ID-1',
    HostId: 'dataworks.example',
    Code: 'MissingNodeId',
    Message: 'NodeId is mandatory for this action.',
    Recommend: '',
  })
})

test.each(Object.keys(REFUSALS) as RefusalCode[])('%s has every member that clients read', (code) => {
  const details = { parameter: 'P', thing: 'T', processId: 'p1', messageId: 'm1' }
  const { status, body } = answer(new Refusal(code, details))
  const text: RefusalText = REFUSALS[code]
  expect(status).toBe(text.dataworksStatus ?? text.status)
  expect(status).toBeGreaterThanOrEqual(400)
  for (const member of ['RequestId', 'HostId', 'Code', 'Message'] as const) expect(body[member]).toMatch(/./)
  expect(body.Code).not.toMatch(/[{}\s]/)
  expect(typeof body.Recommend).toBe('string')
  expect('Data' in body).toBe(code === 'OPERATION_HELD' || code === 'OPERATION_REFUSED')
})

test('a held or refused operation says where to follow it', () => {
  const details = { processId: 'p1', messageId: 'm1', reason: 'no' }
  expect(answer(new Refusal('OPERATION_HELD', details)).body.Data).toEqual({
    ProcessId: 'p1',
    MessageId: 'm1',
    Status: 'CHECKING',
  })
  expect(answer(new Refusal('OPERATION_REFUSED', details)).body.Data).toEqual({
    ProcessId: 'p1',
    MessageId: 'm1',
    Status: 'BLOCKED',
  })
  expect(answer(new Refusal('OPERATION_REFUSED', { processId: 'p1', reason: 'no' })).body.Data).toEqual({
    ProcessId: 'p1',
    Status: 'BLOCKED',
  })
})

describe('a fault', () => {
  test('is answered with nothing but the request id', () => {
    for (const error of [new Error('password=hunter2 at db.internal'), 'text', undefined, null, { message: 'x' }]) {
      const { status, headers, body } = answer(error)
      expect(status).toBe(500)
      expect(headers['content-type']).toBe('application/json;charset=utf-8')
      expect(body.Code).toBe('InternalError.System')
      expect(body.Message).toContain('ID-1')
      expect(JSON.stringify(body)).not.toMatch(/hunter2|db\.internal|undefined/)
    }
  })
})

test('a throttled caller is told how long to wait, in milliseconds and in whole seconds', () => {
  const { status, headers } = answer(new Refusal('SIGN_IN_THROTTLED', { seconds: 2.5 }))
  expect(status).toBe(429)
  expect(headers).toMatchObject({ 'x-acs-retry-after': '2500', 'retry-after': '3' })
})

test('what a signature mismatch repeats of the request reaches the caller, and no log', () => {
  const details = { stringToSign: 'GET&%2F&secret', canonicalRequest: 'x-acs-security-token:secret' }
  for (const code of ['SIGNATURE_MISMATCH_V1', 'SIGNATURE_MISMATCH_V3'] as const) {
    const refusal = new Refusal(code, details)
    expect(answer(refusal).body.Message).toContain('secret')
    expect(refusalLogFields(refusal)).toEqual({ refusal: code })
  }
  const other = new Refusal('NODE_NOT_FOUND', { id: 7 })
  expect(refusalLogFields(other)).toEqual({ refusal: 'NODE_NOT_FOUND', message: other.message })
})

test('request ids are UUIDs in capitals, each a new one', () => {
  expect(requestId()).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/)
  expect(requestId()).not.toBe(requestId())
})

test('a success is JSON without a code', () => {
  const { status, headers, body } = successAnswer({ RequestId: 'ID-1', Success: true })
  expect([status, headers['content-type']]).toEqual([200, 'application/json;charset=utf-8'])
  expect(JSON.parse(body)).toEqual({ RequestId: 'ID-1', Success: true })
  // @ts-expect-error one client takes any `Code` for a failure
  successAnswer({ RequestId: 'ID-1', Code: '200' })
})
