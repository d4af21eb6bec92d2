/**
 * One connection to a Kafka broker, which is trusted with nothing: whatever it says ends at most its own connection.
 *
 * The library reads answers inside the socket's events, where an error would end the whole process; it keeps an answer until it is whole,
 * however long it says it is; and it spends as much work on a password as the broker asks for. So what happens in the socket's events is
 * caught, lengths are checked before the library sees them, and the work is bounded.
 */
import { isIP, type Socket } from 'node:net'
import type { Connection, SASLOptions } from '@platformatic/kafka'
import type { KafkaSettings } from './target-settings.ts'

type Library = typeof import('@platformatic/kafka')

export const CLIENT_ID = 'holdpoint'
/** What a producer is answered is short, but for the list of a cluster's brokers. */
const MOST_ANSWER_BYTES = 8 << 20
/** Kafka asks for 4096 unless told otherwise, and accepts 16384 at most. */
const MOST_SCRAM_ITERATIONS = 50_000
/** Longer than any attempt: it is the attempt that gives up. */
const REQUEST_MS = 30_000

export function connectKafka(
  kafka: Library,
  to: Pick<KafkaSettings, 'tls' | 'sasl'> & {
    /** What the broker is called: the certificate must be for it, not for the address that the name led to. */
    readonly host: string
    readonly address: string
    readonly port: number
    readonly username: string
    readonly password: string
    readonly connectMs: number
  },
  life: AbortController,
): { readonly connection: Connection; readonly connected: unknown } {
  const connection = new kafka.Connection(CLIENT_ID, {
    connectTimeout: to.connectMs,
    requestTimeout: REQUEST_MS,
    maxInflights: 16,
    ...(to.tls && { tls: isIP(to.host) ? {} : { servername: to.host } }),
    ...(to.sasl !== null && { sasl: saslOptions(kafka, to.sasl, to.username, to.password) }),
  })
  // An error that nobody listens to would end the process; each reaches who waits for the connection.
  connection.on('error', () => {})
  const connected = connection.connect(to.address, to.port)
  contain(connection.socket, life)
  return { connection, connected }
}

function saslOptions(
  { saslScramSha: scram }: Library,
  mechanism: NonNullable<KafkaSettings['sasl']>,
  username: string,
  password: string,
): SASLOptions {
  if (mechanism === 'PLAIN') return { mechanism, username, password }
  const algorithm = mechanism === 'SCRAM-SHA-256' ? 'SHA-256' : 'SHA-512'
  const hi: typeof scram.hi = async (definition, secret, salt, iterations) => {
    if (!(iterations <= MOST_SCRAM_ITERATIONS)) throw new Error(`the broker asks for ${iterations} iterations of SCRAM`)
    return await scram.hi(definition, secret, salt, iterations)
  }
  return {
    mechanism,
    username,
    password,
    authenticate: (_mechanism, connection, api, _username, _password, _token, callback) =>
      scram.authenticate(api, connection, algorithm, username, password, { ...scram.defaultCrypto, hi }, callback),
  }
}

/** Runs what may throw because of what a broker said. */
export function containing(life: AbortController, run: () => unknown): void {
  try {
    run()
  } catch (error) {
    life.abort(error)
  }
}

function contain(socket: Socket, life: AbortController): void {
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean
  const check = answerLengths()
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    try {
      if (event === 'data') check(args[0] as Buffer)
      return emit(event, ...args)
    } catch (error) {
      socket.destroy()
      life.abort(error)
      return false
    }
  }
}

/** Follows the answers of a broker, each led by its length, and throws at one that no broker would give. */
export function answerLengths(): (chunk: Buffer) => void {
  let head = Buffer.alloc(0)
  let left = 0
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - at)
        left -= taken
        at += taken
        continue
      }
      const taken = Math.min(4 - head.length, chunk.length - at)
      head = Buffer.concat([head, chunk.subarray(at, at + taken)])
      at += taken
      if (head.length < 4) return
      left = head.readInt32BE()
      head = Buffer.alloc(0)
      // Each begins with the number of its request, four bytes.
      if (left < 5 || left > MOST_ANSWER_BYTES)
        throw Object.assign(new Error('not an answer of Kafka'), { code: 'NOT_KAFKA' })
    }
  }
}
