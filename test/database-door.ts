/** A TCP port that leads to the PostgreSQL of the tests, as long as it is open; what is said to it can be listened to, and cut off. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type pg from 'pg'

/** `before`: what is being said is not said any more; `after`: it is, and the answer is never heard; `stall`: it is held up for good. */
export type Cut = 'before' | 'after' | 'stall' | null

export type DatabaseDoor = {
  readonly port: number
  /** Asked of all that is said to the database from now on. */
  listen(cut: (said: string) => Cut): void
  /** Whoever is connected is no longer. */
  cut(): void
  /** Nobody comes in any more. */
  close(): void
}

export async function openDatabaseDoor(config: pg.PoolConfig): Promise<DatabaseDoor> {
  const sockets = new Set<Socket>()
  const url = config.connectionString === undefined ? null : new URL(config.connectionString)
  let cutting: (said: string) => Cut = () => null
  const server = createServer((from) => {
    const to =
      url === null ? connect(`${config.host}/.s.PGSQL.${config.port}`) : connect(Number(url.port || 5432), url.hostname)
    let deaf = false
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    from.on('close', () => {
      sockets.delete(from)
      if (!deaf) to.destroy()
    })
    to.on('close', () => {
      sockets.delete(to)
      from.destroy()
    })
    to.pipe(from)
    from.on('data', (said: Buffer) => {
      const cut = deaf ? 'before' : cutting(said.toString('latin1'))
      if (cut === 'stall') return
      if (cut !== 'before') to.write(said)
      if (cut === null) return
      deaf = true
      // What was said is still carried out.
      if (cut === 'after') to.end()
      else to.destroy()
      from.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    listen(cut) {
      cutting = cut
    },
    cut,
    close() {
      cut()
      server.close()
    },
  }
}
