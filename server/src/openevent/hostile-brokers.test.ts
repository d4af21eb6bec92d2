// Brokers are other people's: what they say must not harm the server. An error that nothing catches fails the run by itself.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { LINK_LIMITS } from './broker-links.ts'
import { outboundPolicy } from './guard.ts'
import { answerLengths } from './kafka-connection.ts'
import { kafkaSender } from './kafka-target.ts'
import { rabbitmqSender } from './rabbitmq-target.ts'
import type { Outgoing, Sender, Target } from './target.ts'

const policy = outboundPolicy(['127.0.0.1'])
const IMPATIENT = { ...LINK_LIMITS, attemptMs: 1_000, connectMs: 500 }
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

type Peer = { readonly port: number; connections(): number }

async function peer(speak: (socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.resume()
    speak(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  open.push(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.size }
}

const target = (kind: 'kafka' | 'rabbitmq', id: number, settings: Record<string, unknown>): Target => ({
  id,
  tenantId: 1,
  kind,
  endpoint: '',
  settings,
  credentials: { username: 'user', password: 'secret' },
  retryPolicy: 'BACKOFF_RETRY',
  errorsTolerance: 'ALL',
  mostConcurrent: 16,
  signingSecrets: [],
})
const kafkaAt = (port: number, more = {}, id = 1) =>
  target('kafka', id, { brokers: [`127.0.0.1:${port}`], topic: 't', tls: false, sasl: null, ...more })
const rabbitmqAt = (port: number, more = {}, id = 1) =>
  target('rabbitmq', id, { host: '127.0.0.1', port, vhost: '/', tls: false, exchange: '', routingKey: 'q', ...more })

const outgoing: Outgoing = {
  messageId: 'm',
  deliveryId: 1,
  attempt: 1,
  envelope: '{"id":"m","data":{}}',
  traceparent: null,
  trial: false,
  eventCode: 'freeze-node',
  publishedAtMs: 0,
}

function sender(make: typeof kafkaSender, limits = IMPATIENT): Sender {
  const made = make(policy, limits)
  open.push(() => made.close())
  return made
}

const KINDS = [
  ['Kafka', kafkaSender, kafkaAt],
  ['RabbitMQ', rabbitmqSender, rabbitmqAt],
] as const

describe.each(KINDS)('%s: a broker that does not behave costs one attempt and nothing else', (_name, make, at) => {
  test.each([{ tls: false }, { tls: true }])('one that accepts the connection and never answers: %o', async (more) => {
    const silent = await peer(() => {})
    const { error } = await sender(make).send(at(silent.port, more), outgoing)
    expect(error).toMatch(/does not answer|no answer within 1 seconds/)
    await expect.poll(silent.connections).toBe(0)
  })

  test('one that hangs up at once', async () => {
    const rude = await peer((socket) => socket.end())
    const { error } = await sender(make).send(at(rude.port), outgoing)
    expect(error).toEqual(expect.any(String))
  })

  test('one that dribbles for ever', async () => {
    const slow = await peer((socket) => {
      const timer = setInterval(() => socket.write('\u0000'), 20)
      socket.on('close', () => clearInterval(timer))
    })
    const { error } = await sender(make).send(at(slow.port), outgoing)
    expect(error).toEqual(expect.any(String))
    await expect.poll(slow.connections).toBe(0)
  })

  test('one that floods', async () => {
    let sent = 0
    const flood = await peer((socket) => {
      const pour = () => {
        while (!socket.destroyed && sent < 1e9) {
          sent += 65_536
          if (!socket.write(Buffer.alloc(65_536, 1))) return
        }
      }
      socket.on('drain', pour)
      pour()
    })
    const { error } = await sender(make).send(at(flood.port), outgoing)
    expect(error).toEqual(expect.any(String))
    await expect.poll(flood.connections).toBe(0)
    expect(sent).toBeLessThan(100e6)
  })

  test('one that is not there, by the address and by the name', async () => {
    const gone = await peer(() => {})
    await open.pop()!()
    expect((await sender(make).send(at(gone.port), outgoing)).error).toMatch(/^cannot connect: .*ECONNREFUSED/)
  })

  test('an address that the configuration does not allow is not connected to', async () => {
    let connected = false
    const listening = await peer(() => {
      connected = true
    })
    const strict = make(outboundPolicy([]), IMPATIENT)
    const { error } = await strict.send(at(listening.port), outgoing)
    expect(error).toMatch(/127\.0\.0\.1 is a private or special address/)
    expect(connected).toBe(false)
    await strict.close()
  })

  test('settings that nobody checked', async () => {
    const { error } = await sender(make).send({ ...at(1), settings: { nothing: true } }, outgoing)
    expect(error).toBe('the settings of the target are not valid')
  })

  test('the password is in no sentence', async () => {
    const echo = await peer((socket) => socket.pipe(socket))
    const { error } = await sender(make).send(at(echo.port, make === kafkaSender ? { sasl: 'PLAIN' } : {}), outgoing)
    expect(error).not.toContain('secret')
  })
})

describe.each(KINDS)('%s: connections are few, shared and not kept for nothing', (_name, make, at) => {
  test('attempts of one target share a connection; a full house refuses, and an unused connection makes room', async () => {
    const silent = await peer(() => {})
    const few = sender(make, { ...IMPATIENT, most: 2 })
    const sends = [1, 1, 1, 2, 3].map((id) => few.send(at(silent.port, {}, id), outgoing))
    const errors = (await Promise.all(sends)).map(({ error }) => error)
    expect(errors.filter((error) => error?.startsWith('all connections to brokers'))).toHaveLength(1)
    const again = await few.send(at(silent.port, {}, 3), outgoing)
    expect(again.error).toMatch(/does not answer|no answer/)
  })

  test('a target that changed gets a new connection, and what is forgotten ends', async () => {
    const silent = await peer(() => {})
    const patient = sender(make, { ...LINK_LIMITS, attemptMs: 20_000, connectMs: 20_000 })
    const first = patient.send(at(silent.port), outgoing)
    await expect.poll(silent.connections).toBe(1)
    const second = patient.send({ ...at(silent.port), credentials: { username: 'other', password: 'x' } }, outgoing)
    await expect.poll(silent.connections).toBe(2)
    patient.forget!(1)
    patient.cut!()
    expect((await first).error).toEqual(expect.any(String))
    expect((await second).error).toEqual(expect.any(String))
    await expect.poll(silent.connections).toBe(0)
  })
})

describe('Kafka: answers that mean nothing', () => {
  /** Answers every request with its number and bytes that nobody can foresee, now and then with the beginning of a good answer. */
  const nonsense = (length: () => number) => (socket: Socket) => {
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE()) {
        const body = randomBytes(length())
        // No error, so that the reader goes on.
        if (body.length >= 2 && body[body.length - 1]! < 128) body.fill(0, 0, 2)
        const head = Buffer.alloc(8)
        head.writeInt32BE(4 + body.length, 0)
        rest.copy(head, 4, 8, 12)
        socket.write(Buffer.concat([head, body]))
        rest = rest.subarray(4 + rest.readInt32BE())
      }
    })
  }

  test.each([null, 'PLAIN', 'SCRAM-SHA-512'])('are failed attempts, with SASL %s', async (sasl) => {
    const mad = await peer(nonsense(() => Math.floor(Math.random() ** 3 * 2_000)))
    const kafka = sender(kafkaSender)
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => kafka.send(kafkaAt(mad.port, { sasl }, n % 10), outgoing)),
    )
    expect(results.filter(({ error }) => error === null)).toEqual([])
  })

  test.each([
    ['longer than any', [0x7f, 0xff, 0xff, 0xff]],
    ['shorter than its number', [0, 0, 0, 2]],
    ['of less than nothing', [0xff, 0xff, 0xff, 0xf0]],
  ])('one %s ends the connection', async (_what, head) => {
    const broken = await peer((socket) =>
      socket.once('data', () => socket.write(Buffer.from([...head, 1, 2, 3, 4, 5]))),
    )
    const { error } = await sender(kafkaSender).send(kafkaAt(broken.port), outgoing)
    expect(error).toMatch(/no Kafka broker/)
  })

  test('lengths are followed however the answers are cut into pieces', () => {
    const answers = Buffer.concat(
      [5, 300, 6].map((length) => {
        const answer = Buffer.alloc(4 + length, 0xff)
        answer.writeInt32BE(length)
        return answer
      }),
    )
    for (let size = 1; size < answers.length; size++) {
      const check = answerLengths()
      for (let at = 0; at < answers.length; at += size) check(answers.subarray(at, at + size))
      expect(() => check(Buffer.from([0, 0, 0, 0]))).toThrow()
    }
  })
})

describe('RabbitMQ: frames that mean nothing', () => {
  const frame = (type: number, channel: number, payload: Buffer) => {
    const head = Buffer.alloc(7)
    head.writeUInt8(type, 0)
    head.writeUInt16BE(channel, 1)
    head.writeUInt32BE(payload.length, 3)
    return Buffer.concat([head, payload, Buffer.from([0xce])])
  }
  const method = (classId: number, methodId: number, fields: Buffer | string = '') => {
    const ids = Buffer.alloc(4)
    ids.writeUInt16BE(classId, 0)
    ids.writeUInt16BE(methodId, 2)
    return Buffer.concat([ids, Buffer.from(fields)])
  }
  const START = frame(
    1,
    0,
    method(10, 10, '\u0000\u0009\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0005PLAIN\u0000\u0000\u0000\u0005en_US'),
  )
  const TUNE = frame(1, 0, method(10, 30, '\u0000\u0000\u0000\u0002\u0000\u0000\u0000\u0000'))
  const OPENED = frame(1, 0, method(10, 41, '\u0000'))
  const CHANNEL = frame(1, 1, method(20, 11, '\u0000\u0000\u0000\u0000'))
  const CONFIRMING = frame(1, 1, method(85, 11))
  const IDS = [10, 20, 40, 50, 60, 85]

  const wild = () =>
    frame(
      1 + Math.floor(Math.random() * 4),
      Math.floor(Math.random() * 3),
      Math.random() < 0.8
        ? method(
            IDS[Math.floor(Math.random() * 6)]!,
            Math.floor(Math.random() * 12) * 10 + Math.floor(Math.random() * 2),
            randomBytes(Math.floor(Math.random() * 40)),
          )
        : randomBytes(Math.floor(Math.random() * 60)),
    )

  test.each([0, 1, 2, 3, 4, 5])('are failed attempts, after %i steps of a good beginning', async (steps) => {
    const mad = await peer((socket) => {
      let step = 0
      socket.on('data', () => {
        const good = [START, TUNE, OPENED, CHANNEL, CONFIRMING].slice(0, steps)[step++]
        if (good !== undefined) socket.write(good)
        else for (let n = 0; n < 20; n++) socket.write(wild())
      })
    })
    const rabbitmq = sender(rabbitmqSender)
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, n) => rabbitmq.send(rabbitmqAt(mad.port, {}, n % 10), outgoing)),
    )
    // Whoever guesses the confirmation has confirmed.
    if (steps < 5) expect(results.filter(({ error }) => error === null)).toEqual([])
  })
})
