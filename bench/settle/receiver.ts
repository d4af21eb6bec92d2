/**
 * A hundred extensions in one process: each has a path of its own, takes its events, and calls back for all of them once it is told to.
 *
 * It counts how many requests each path had open at the same time; an answer takes a moment, so that they can overlap at all.
 */
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pair } from '../holdpoint.ts'
import { signedCalls } from '../round/call.ts'

export type SettleSettings = {
  readonly url: string
  readonly pair: Pair
  /** Extension codes by the paths that their events come to. */
  readonly codes: Readonly<Record<string, string>>
  readonly concurrency: number
}
export type SettleTold =
  | { readonly port: number }
  | {
      readonly counted: {
        readonly received: number
        readonly answered: number
        readonly mostAtOnce: Record<string, number>
      }
    }
  | { readonly fault: string }

const ANSWER_AFTER_MS = 3

process.on('disconnect', () => process.exit(0))
const tell = (told: SettleTold) => void process.send!(told)

const waiting: { readonly path: string; readonly messageId: string }[] = []
const seen = new Set<string>()
const open: Record<string, number> = {}
const mostAtOnce: Record<string, number> = {}
let answered = 0

process.on('message', (asked: SettleSettings | 'count') => {
  if (asked === 'count') tell({ counted: { received: seen.size, answered, mostAtOnce } })
  else
    for (let one = 0; one < asked.concurrency; one++)
      void answerAll(asked).catch((error: Error) => tell({ fault: error.message }))
})

/** Goes on as long as the process lives: what is delivered later is answered as well. */
async function answerAll({ url, pair, codes, concurrency }: SettleSettings): Promise<void> {
  calls ??= signedCalls(url, pair, concurrency)
  for (;;) {
    const next = waiting.shift()
    if (next === undefined) {
      await sleep(20)
      continue
    }
    const { status, body } = await calls('UpdateWorkbenchEventResult', [
      ['MessageId', next.messageId],
      ['ExtensionCode', codes[next.path]!],
      ['CheckResult', 'OK'],
    ])
    if (status !== 200) throw new Error(`a callback was answered ${status}: ${JSON.stringify(body)}`)
    answered++
  }
}
let calls: ReturnType<typeof signedCalls> | undefined

const server = createServer((request, response) => {
  const path = (request.url ?? '').slice(1)
  open[path] = (open[path] ?? 0) + 1
  mostAtOnce[path] = Math.max(mostAtOnce[path] ?? 0, open[path])
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { id: string }
    // At least once: what comes again is acknowledged and not answered again.
    if (!seen.has(`${path} ${id}`)) waiting.push({ path, messageId: id })
    seen.add(`${path} ${id}`)
    setTimeout(() => {
      open[path]!--
      response.writeHead(200).end()
    }, ANSWER_AFTER_MS)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  tell({ port: typeof address === 'object' && address ? address.port : 0 })
})
