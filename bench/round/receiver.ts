/**
 * The extension: a process of its own that takes events, acknowledges them and calls back with the signed result that the event asks for.
 *
 * The same process serves both sides; the path of the event says whose it is. When a callback has been answered the load generator is told
 * which message it was: that answer is sent after the effect.
 */
import { createServer } from 'node:http'
import { performance } from 'node:perf_hooks'
import { eventByCode } from '@holdpoint/core'
import type { Pair } from '../holdpoint.ts'
import { type Call, inTurn, signedCalls } from './call.ts'

export type ReceiverSettings = {
  readonly connections: number
  /** By the name of the side, which is also the path its events come to. */
  readonly sides: Readonly<
    Record<string, { readonly urls: readonly string[]; readonly extensionCode: string; readonly pair: Pair }>
  >
}
/** A message whose callback has been answered, and how long that took from the callback on. */
export type Answered = { readonly messageId: string; readonly callbackMs: number }
export type Told = { readonly port: number } | { readonly answered: readonly Answered[] } | { readonly fault: string }

process.on('disconnect', () => process.exit(0))
const tell = (told: Told) => void process.send!(told)

let calls: ReadonlyMap<string, { readonly call: Call; readonly extensionCode: string }> = new Map()
process.on('message', (settings: ReceiverSettings) => {
  calls = new Map(
    Object.entries(settings.sides).map(([side, { urls, extensionCode, pair }]) => [
      side,
      { call: inTurn(urls.map((url) => signedCalls(url, pair, settings.connections))), extensionCode },
    ]),
  )
})

let answered: Answered[] = []
function tellAnswered(one: Answered): void {
  if (answered.length === 0)
    setImmediate(() => {
      tell({ answered })
      answered = []
    })
  answered.push(one)
}

async function answer(path: string, text: string): Promise<void> {
  const side = calls.get(path.slice(1))
  if (side === undefined) throw new Error(`an event came to ${path}`)
  const { id, data } = JSON.parse(text) as { id: string; data: { eventCode: string } }
  const startedMs = performance.now()
  const { status, body } = await side.call(eventByCode(data.eventCode)?.callback ?? 'UpdateWorkbenchEventResult', [
    ['MessageId', id],
    ['ExtensionCode', side.extensionCode],
    ['CheckResult', 'OK'],
    ['CheckResultTip', 'Nothing speaks against it.'],
  ])
  if (status !== 200 || body.Success === false)
    throw new Error(`a callback was answered ${status}: ${JSON.stringify(body)}`)
  tellAnswered({ messageId: id, callbackMs: performance.now() - startedMs })
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.writeHead(200).end()
    answer(request.url ?? '', Buffer.concat(chunks).toString('utf8')).catch((error: Error) =>
      tell({ fault: error.message }),
    )
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  tell({ port: typeof address === 'object' && address ? address.port : 0 })
})
