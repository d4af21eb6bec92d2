/** A door before a server that can be shut: connections through it are cut, and new ones refused, until it is opened again. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Door = {
  readonly url: string
  /** Where it leads from now on. */
  leadTo(port: number): void
  shut(): Promise<void>
  open(): Promise<void>
}

export async function startDoor(first: number): Promise<Door> {
  let behind = first
  const sockets = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(behind, '127.0.0.1')
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    leadTo(next) {
      behind = next
    },
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const one of sockets) one.destroy()
      }),
    open: async () => void (await once(server.listen(port, '127.0.0.1'), 'listening')),
  }
}
