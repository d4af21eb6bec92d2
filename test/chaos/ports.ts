// Ports that stay an environment's while those who listen at them are down.
import { createServer, type Server } from 'node:net'

/** Below those that connections take by themselves. */
const FIRST = 12_000
const LAST = 31_999
const PER_ENVIRONMENT = 10

export type Ports = { next(): number; giveBack(): void }

/**
 * A row of ports that no other test takes: whoever listens at the name of a row has it, and the name, which stands in no directory, goes with
 * the process.
 */
export async function takePorts(): Promise<Ports> {
  const rows = Math.floor((LAST - FIRST + 1) / PER_ENVIRONMENT)
  for (let tries = 0; tries < rows; tries++) {
    const first = FIRST + PER_ENVIRONMENT * Math.floor(Math.random() * rows)
    const holder = await listen(`\0holdpoint-test-ports-${first}`)
    if (holder === null) continue
    const ports = Array.from({ length: PER_ENVIRONMENT }, (_, nth) => first + nth)
    if (await allFree(ports)) {
      holder.unref()
      return {
        next() {
          const port = ports.shift()
          if (port === undefined) throw new Error(`An environment has ${PER_ENVIRONMENT} ports.`)
          return port
        },
        giveBack: () => void holder.close(),
      }
    }
    holder.close()
  }
  throw new Error('There are no free ports.')
}

async function allFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const server = await listen({ port, host: '127.0.0.1' })
    if (server === null) return false
    await new Promise((resolve) => server.close(resolve))
  }
  return true
}

function listen(at: string | { readonly port: number; readonly host: string }): Promise<Server | null> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(null))
    server.listen(at as string, () => resolve(server))
  })
}
