// The far end of a delivery, in the hands of the test: a server that keeps what it gets and answers as it is told.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Message = {
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

export type Receiver = {
  readonly endpoint: string
  /** What has arrived, oldest first; the same message again when it was delivered again. */
  readonly messages: readonly Message[]
  /** 200 unless told otherwise; `never` keeps the sender waiting. */
  answer: number | 'never'
  /** Refuses connections until it is opened again. */
  close(): Promise<void>
  open(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const messages: Message[] = []
  const server: Server = createServer(async (request, response) => {
    messages.push(JSON.parse(await text(request)) as Message)
    if (receiver.answer !== 'never') response.writeHead(receiver.answer).end()
  })
  let port = 0
  const receiver = {
    messages,
    answer: 200 as Receiver['answer'],
    get endpoint() {
      return `http://127.0.0.1:${port}/`
    },
    async open() {
      await once(server.listen(port, '127.0.0.1'), 'listening')
      port = (server.address() as AddressInfo).port
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  await receiver.open()
  return receiver
}
