import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { outgoing, PATIENCE, startReceiver, targetAt } from '../../../test/world.ts'
import { selfSignedCertificate } from './certificate.ts'
import { outboundPolicy, trustAlso } from './guard.ts'
import { httpSender } from './http-target.ts'

const unsigned = async () => ({})
const policy = outboundPolicy(['127.0.0.1', 'localhost'])
const sender = httpSender(policy, unsigned)
/** Gives up soon, for receivers that never end. */
const impatient = httpSender(policy, unsigned, 400)
afterAll(() => Promise.all([sender.close(), impatient.close()]))

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = []
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

/** A receiver that does with each connection what it likes, as soon as it is spoken to. */
async function receiver(talk: (socket: Socket, nth: number) => void, server = createServer()): Promise<string> {
  const sockets = new Set<Socket>()
  let count = 0
  const secure = server.listenerCount('secureConnection') > 0 || 'setSecureContext' in server
  server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
    const nth = ++count
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    socket.once('data', () => talk(socket, nth))
  })
  server.on('tlsClientError', () => {})
  open.push({ server, sockets })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http${secure ? 's' : ''}://localhost:${(server.address() as AddressInfo).port}/`
}

/** Writes for as long as the other side takes it. */
function pour(socket: Socket, chunk: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

async function send(url: string, by = sender) {
  const result = await by.send(targetAt(url), outgoing('{}'))
  // A connection may be used again one turn of the event loop after its answer has ended.
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  return result
}

describe('Rule 28: whatever a receiver does, the attempt ends, and says what was wrong', () => {
  test('an answer without end', async () => {
    const url = await receiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n')
      pour(socket, 'x'.repeat(65_536))
    })
    const before = process.memoryUsage().rss
    const results = await Promise.all(Array.from({ length: 20 }, () => send(url)))
    for (const result of results)
      expect(result).toEqual({ status: 200, error: 'the answer is longer than 1 MiB', responseBody: 'x'.repeat(2_048) })
    // Twenty answers of ten gigabytes, poured by this very process.
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000)
  })

  test('an answer in chunks without end', async () => {
    const url = await receiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      pour(socket, `10000\r\n${'x'.repeat(65_536)}\r\n`)
    })
    expect(await send(url)).toMatchObject({ status: 200, error: 'the answer is longer than 1 MiB' })
  })

  test('headers without end', async () => {
    const url = await receiver((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      pour(socket, `x-header: ${'x'.repeat(1_000)}\r\n`)
    })
    expect(await send(url)).toEqual({
      status: null,
      error: 'the headers of its answer are too long',
      responseBody: null,
    })
  })

  test.each<[string, (socket: Socket) => void]>([
    ['no answer', () => {}],
    [
      'a byte now and then',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n')
        const drip = setInterval(() => socket.write('x'), 20)
        socket.once('close', () => clearInterval(drip))
      },
    ],
    [
      'headers, a byte now and then',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx-slow: ')
        const drip = setInterval(() => socket.write('x'), 20)
        socket.once('close', () => clearInterval(drip))
      },
    ],
    [
      'early hints, again and again',
      (socket) => {
        const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), 20)
        socket.once('close', () => clearInterval(drip))
      },
    ],
    ['an answer whose end is missing', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
  ])('%s: given up when the time of an attempt is over', async (_what, talk) => {
    let closed = false
    const url = await receiver((socket) => {
      socket.once('close', () => {
        closed = true
      })
      talk(socket)
    })
    expect(await send(url, impatient)).toMatchObject({ status: null, error: 'no answer within 0.4 seconds' })
    await expect.poll(() => closed, PATIENCE).toBe(true)
  })

  test.each<[string, string, RegExp]>([
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n', /does not match the HTTP\/1.1 protocol/],
    ['binary garbage', `${randomBytes(64).toString('latin1')}\r\n\r\n`, /does not match the HTTP\/1.1 protocol/],
    [
      'chunks that are none',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nx',
      /does not match the HTTP\/1.1 protocol/,
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      /does not match content-length/,
    ],
    ['100 Continue, which nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000), /ended the connection/],
    [
      'a change to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      /./,
    ],
  ])('%s', async (_what, bytes, reason) => {
    const url = await receiver((socket) => socket.end(bytes, 'latin1'))
    const result = await send(url)
    expect(result.status).toBeNull()
    expect(result.error).toMatch(reason)
  })

  test.each([
    ['at once', '', 'it ended the connection without an answer'],
    [
      'in the middle',
      'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
      'it ended the connection in the middle of its answer',
    ],
  ])('a connection that it ends %s', async (_when, bytes, reason) => {
    let connections = 0
    const url = await receiver((socket) => {
      connections++
      socket.end(bytes)
    })
    expect((await send(url)).error).toContain(reason)
    expect(connections).toBe(1)
  })

  test('HTTP/1.0 is understood', async () => {
    const url = await receiver((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nthanks'))
    expect(await send(url)).toEqual({ status: 200, error: null, responseBody: 'thanks' })
  })

  test('Retry-After is passed on, in seconds or as an instant; what is no time is not', async () => {
    const url = await receiver((socket, nth) => {
      const says = ['120', new Date(Date.now() + 3_600_000).toUTCString(), 'later', '-5'][nth - 1]
      socket.end(`HTTP/1.1 503 Busy\r\nretry-after: ${says}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
    })
    expect((await send(url)).retryAfterMs).toBe(120_000)
    const { retryAfterMs } = await send(url)
    expect(retryAfterMs).toBeGreaterThan(3_000_000)
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000)
    expect(await send(url)).toEqual({ status: 503, error: 'answered 503', responseBody: null })
    expect(await send(url)).toEqual({ status: 503, error: 'answered 503', responseBody: null })
  })

  test('while others misbehave, the next attempts elsewhere go on', async () => {
    const silent = await receiver(() => {})
    const waiting = Array.from({ length: 100 }, () => send(silent, impatient))
    const healthy = await startReceiver()
    for (let n = 0; n < 10; n++) expect(await send(healthy.url)).toMatchObject({ status: 200 })
    for (const result of await Promise.all(waiting)) expect(result.error).toBe('no answer within 0.4 seconds')
    await healthy.stop()
  })
})

describe('a connection is used again', () => {
  test('for the next message, without another one', async () => {
    let connections = 0
    const url = await receiver((socket) => {
      connections++
      const answer = () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      answer()
      socket.on('data', answer)
    })
    for (let n = 0; n < 5; n++) expect(await send(url)).toMatchObject({ status: 200 })
    expect(connections).toBe(1)
  })

  test('when the receiver ends it just then, the message goes over a new one, and that is one attempt', async () => {
    const requests: number[] = []
    const url = await receiver((socket, nth) => {
      requests.push(nth)
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      // Its second request is what ends it.
      socket.on('data', () => {
        requests.push(nth)
        socket.destroy()
      })
    })
    for (let n = 0; n < 3; n++) expect(await send(url)).toMatchObject({ status: 200, error: null })
    expect(requests).toEqual([1, 1, 2, 3])
  })

  test('when part of an answer came, it is not asked again', async () => {
    const requests: number[] = []
    const url = await receiver((socket, nth) => {
      requests.push(nth)
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      socket.on('data', () => {
        requests.push(nth)
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')
      })
    })
    expect(await send(url)).toMatchObject({ status: 200 })
    expect((await send(url)).error).toContain('in the middle of its answer')
    expect(requests).toEqual([1, 1])
  })

  test('what is under way ends at once when it is cut, and the next attempt is made', async () => {
    const its = httpSender(policy, unsigned)
    const arrived = Promise.withResolvers<void>()
    const url = await receiver((socket, nth) => {
      if (nth === 1) arrived.resolve()
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    })
    const first = send(url, its)
    await arrived.promise
    its.cut!()
    expect((await first).error).not.toBeNull()
    expect(await send(url, its)).toMatchObject({ status: 200, error: null })
    await its.close()
  })
})

describe('TLS', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const certificate = (name: string, toMs = Date.now() + 86_400_000) =>
    selfSignedCertificate(privateKey, name, randomBytes(8), Date.now() - 2 * 86_400_000, toMs)
  const speaking = (cert: string) =>
    receiver(
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
      createTlsServer({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert }),
    )

  test('a certificate that nobody vouches for is not believed', async () => {
    const result = await send(await speaking(certificate('localhost')))
    expect(result.status).toBeNull()
    expect(result.error).toMatch(/^its certificate is not trusted: self-signed certificate/)
  })

  test('one of the configured authorities is, but not for another name, and not when its time is over', async () => {
    const own = certificate('localhost')
    const anothers = certificate('elsewhere.example')
    const past = certificate('localhost', Date.now() - 86_400_000)
    for (const one of [own, anothers, past]) trustAlso(one)
    expect(await send(await speaking(own))).toMatchObject({ status: 200, error: null })
    expect((await send(await speaking(anothers))).error).toMatch(/^its certificate is not trusted: Hostname/)
    expect((await send(await speaking(past))).error).toMatch(/^its certificate is not trusted: certificate has expired/)
  })

  test('a receiver that does not speak it says so', async () => {
    const url = (await receiver((socket) => socket.end('no TLS\r\n'))).replace('http:', 'https:')
    const result = await send(url)
    expect(result).toMatchObject({ status: null, responseBody: null })
    expect(result.error).not.toBeNull()
  })
})
