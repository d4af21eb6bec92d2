// An extension as a process of its own: takes deliveries, decides, and calls back until it is acknowledged, over its own end and beginning.
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { behaviourOf, type Result } from './behaviour.ts'
import { callBack } from './callback.ts'
import { openJournal } from './journal.ts'

export type ReceiverSettings = {
  readonly seed: number
  readonly name: string
  readonly port: number
  readonly journal: string
  readonly extensionCode: string
  readonly pair: { readonly id: string; readonly secret: string }
  /** Any replica takes a callback. */
  readonly replicas: readonly string[]
}

const ANSWER_WITHIN_MS = 2_500
const PAUSE_MS = 100

process.on('disconnect', () => process.exit(0))
const settings = JSON.parse(process.argv[2]!) as ReceiverSettings
const { before, journal } = openJournal(settings.journal)
const deliveries = new Map<string, number>()
/** What is answered, or being answered by this process. */
const answering = new Set<string>()
const keyOf = (messageId: string, result: Result) => `${messageId} ${result}`
let turn = settings.port

const taken: string[] = []
for (const line of before) {
  if (line.is === 'received') deliveries.set(line.messageId, (deliveries.get(line.messageId) ?? 0) + 1)
  if (line.is === 'taken') taken.push(line.messageId)
  if (line.is === 'answered') answering.add(keyOf(line.messageId, line.result))
}
for (const messageId of taken) answer(messageId, false)

const server = createServer(async (request, response) => {
  try {
    const { id } = JSON.parse(await text(request)) as { id: string }
    const nth = (deliveries.get(id) ?? 0) + 1
    deliveries.set(id, nth)
    journal.write({ is: 'received', messageId: id })
    const { manner, delayMs } = behaviourOf(settings.seed, settings.name, id)
    if (nth === 1 && manner === 'crashing') process.exit(1)
    if (nth === 1 && manner === 'refusing') {
      response.writeHead(500).end()
      return
    }
    journal.write({ is: 'taken', messageId: id })
    answer(id, manner === 'late')
    if (manner === 'slow') await sleep(delayMs)
    response.writeHead(200).end()
  } catch {
    // The sender has gone in the middle of its request.
    response.destroy()
  }
})
server.on('clientError', (_error, socket) => socket.destroy())
server.listen(settings.port, '127.0.0.1')

function answer(messageId: string, later: boolean): void {
  const { manner, results, delayMs } = behaviourOf(settings.seed, settings.name, messageId)
  for (const result of results) {
    const key = keyOf(messageId, result)
    if (answering.has(key)) continue
    answering.add(key)
    for (let times = manner === 'twice' ? 2 : 1; times > 0; times--)
      void sleep(later ? delayMs : 0).then(() => insist(messageId, result))
  }
}

/** Repeated until a server has said what became of it. */
async function insist(messageId: string, result: Result): Promise<void> {
  for (;;) {
    journal.write({ is: 'sent', messageId, result })
    const code = await callBack(
      settings.replicas[turn++ % settings.replicas.length]!,
      settings,
      messageId,
      result,
      ANSWER_WITHIN_MS,
    )
    if (code !== undefined) {
      journal.write({ is: 'answered', messageId, result, code })
      return
    }
    await sleep(PAUSE_MS)
  }
}
