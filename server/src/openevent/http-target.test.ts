import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type Behaviour, outgoing, type Receiver, startReceiver, targetAt } from '../../../test/world.ts'
import { outboundPolicy } from './guard.ts'
import { httpSender } from './http-target.ts'

const unsigned = async () => ({})
const sender = httpSender(outboundPolicy(['127.0.0.1']), unsigned)
afterAll(() => sender.close())

const receivers: Receiver[] = []
afterEach(async () => {
  for (const one of receivers.splice(0)) await one.stop()
})
async function answering(behaviour: Behaviour): Promise<Receiver> {
  const receiver = await startReceiver(behaviour)
  receivers.push(receiver)
  return receiver
}

/** A receiver that says exactly these bytes once it is spoken to, and then nothing more. */
async function saying(bytes: string): Promise<{ url: string; close(): void }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write(bytes))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

describe('an attempt to hand over a message', () => {
  test('posts exactly the given text, as JSON in UTF-8', async () => {
    const receiver = await answering(() => ({ body: 'thanks' }))
    const body = '{"name":"冻结节点", "n":1.0}'
    expect(await sender.send(targetAt(`${receiver.url}consumer?x=1`), outgoing(body))).toEqual({
      status: 200,
      error: null,
      responseBody: 'thanks',
    })
    expect(receiver.received[0]).toMatchObject({
      path: '/consumer?x=1',
      body,
      headers: { 'content-type': 'application/json;charset=utf-8' },
    })
  })

  test.each([200, 201, 202, 204, 299])('%i accepts the message', async (status) => {
    const receiver = await answering(() => ({ status }))
    expect(await sender.send(targetAt(receiver.url), outgoing('{}'))).toEqual({
      status,
      error: null,
      responseBody: null,
    })
  })

  test.each([301, 304, 400, 401, 404, 410, 429, 500, 502, 503])('%i does not', async (status) => {
    const receiver = await answering(() => ({ status }))
    expect(await sender.send(targetAt(receiver.url), outgoing('{}'))).toEqual({
      status,
      error: `answered ${status}`,
      responseBody: null,
    })
  })

  test.each([301, 302, 303, 307, 308])('a redirect by %i is not followed', async (status) => {
    const elsewhere = await answering(() => ({}))
    const receiver = await answering(() => ({ status, headers: { location: elsewhere.url } }))
    expect(await sender.send(targetAt(receiver.url), outgoing('{}'))).toMatchObject({
      status,
      error: `answered ${status}`,
    })
    expect(elsewhere.received).toHaveLength(0)
  })

  test('of a long answer the beginning is kept', async () => {
    const receiver = await answering(() => ({ status: 500, body: `>${'x'.repeat(3_000_000)}` }))
    const { responseBody } = await sender.send(targetAt(receiver.url), outgoing('{}'))
    expect(responseBody).toBe(`>${'x'.repeat(2_047)}`)
  })

  test('a receiver that is not there is said to be so', async () => {
    const receiver = await answering(() => ({}))
    await receiver.deafen()
    const result = await sender.send(targetAt(receiver.url), outgoing('{}'))
    expect(result).toMatchObject({ status: null, responseBody: null })
    expect(result.error).toMatch(/ECONNREFUSED/)
  })

  test.each([
    ['hangs up without an answer', 'hangs up'],
    ['answers what is not HTTP', 'no HTTP at all\r\n\r\n'],
    ['announces more than it says', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
  ])('a receiver that %s has not accepted the message', async (_what, bytes) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(bytes === 'hangs up' ? '' : bytes))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const result = await sender.send(targetAt(`http://127.0.0.1:${port}/`), outgoing('{}'))
    expect(result.status).toBeNull()
    expect(result.error).toEqual(expect.any(String))
    server.close()
  })

  test.each([
    ['never answers', ''],
    ['never ends its answer', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
  ])('a receiver that %s is given up', async (_what, bytes) => {
    const impatient = httpSender(outboundPolicy(['127.0.0.1']), unsigned, 250)
    const silent = await saying(bytes)
    expect(await impatient.send(targetAt(silent.url), outgoing('{}'))).toMatchObject({
      status: null,
      error: 'no answer within 0.25 seconds',
    })
    await impatient.close()
    silent.close()
  })
})
