import type { Client } from '@holdpoint/sdk'
import { HoldpointError } from '@holdpoint/sdk'
import type { Context } from '../context.ts'
import { eventsIn } from '../events.ts'
import { EXIT, Failure } from '../exit.ts'
import { line } from '../operations.ts'
import type { Say } from '../say.ts'

/** What the server ends after a while is opened again; what breaks otherwise ends the command. */
export async function tail({ say, client: make }: Context, given: { extension?: string }): Promise<void> {
  const client = make()
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())
  const shown = new Map<string, string>()
  while (!stopping.signal.aborted) {
    const response = await client.open('/stream', {}, stopping.signal)
    say.note('Watching.')
    const openedMs = performance.now()
    try {
      for await (const { event, data } of eventsIn(response.body!)) {
        const { kind, id } = data as { kind?: string; id?: string }
        if (event === 'change' && kind === 'operation' && id !== undefined)
          await show(client, say, given.extension, id, shown)
      }
    } catch (error) {
      if (stopping.signal.aborted) return
      throw error
    }
    if (performance.now() - openedMs < 1_000) throw new Failure('Holdpoint ends the stream at once.', EXIT.unreachable)
  }
}

const MOST_SHOWN = 10_000

async function show(
  client: Client,
  say: Say,
  extension: string | undefined,
  operationId: string,
  shown: Map<string, string>,
): Promise<void> {
  const one = await client.call('GET /operations/{operationId}', { params: { operationId } }).catch((error) => {
    // Something that this user does not read.
    if (error instanceof HoldpointError && error.status < 500) return null
    throw error
  })
  if (one === null || (extension !== undefined && !one.checks.some((check) => check.extensionCode === extension)))
    return
  const text = line(one)
  if (shown.get(operationId) === text) return
  if (shown.size >= MOST_SHOWN) shown.clear()
  shown.set(operationId, text)
  const { changes: _changes, message: _message, deliveries: _deliveries, ...view } = one
  say.data(view, text)
}
