/**
 * Takes what asks an extension under test from Holdpoint to a program on this machine.
 *
 * The connection goes out from here. When it breaks it is opened again with the same id, and what came meanwhile comes then; whoever connects for the
 * same extension from elsewhere takes over, and this ends. Each message is posted with the headers that an HTTP target gets, and Holdpoint is told what
 * came of it.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@holdpoint/sdk'
import { HoldpointError } from '@holdpoint/sdk'
import { eventsIn } from './events.ts'
import { ACCESS, EXIT, Failure, failureOf, unreachableReason } from './exit.ts'

const BEAT_EVERY_MS = 3_000
/** Holdpoint is heard of every two seconds. */
const SILENT_MS = 12_000
const FIRST_DELAY_MS = 300
const LONGEST_DELAY_MS = 5_000
const POST_TIMEOUT_MS = 15_000
const MOST_ANSWERED = 2_048
const TELL_AGAIN_MS = 500
const MOST_TELLS = 20

type Forwarded = {
  readonly deliveryId: number
  readonly attempt: number
  readonly messageId: string
  readonly eventCode: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type Welcome = {
  readonly extension: { readonly code: string; readonly name: string; readonly version: number }
  readonly workspaceId: number | null
  readonly secret: string
}
export type Attempt = {
  readonly messageId: string
  readonly eventCode: string
  readonly attempt: number
  readonly status: number | null
  readonly error: string | null
  readonly durationMs: number
}

export type Watch = {
  connected(welcome: Welcome, again: boolean): void
  broken(reason: string, againInMs: number): void
  beat(): void
  forwarded(attempt: Attempt): void
}

/** Goes on until it is aborted, which is its orderly end, or fails with a Failure when it cannot go on. */
export async function forward(given: {
  readonly client: Client
  readonly code: string
  readonly url: string
  readonly machine: string
  /** How long it tries to get a broken connection back. */
  readonly giveUpAfterMs: number
  readonly signal: AbortSignal
  readonly watch: Watch
}): Promise<void> {
  const { client, code, watch, signal } = given
  const connection = randomUUID()
  const underway = new Set<Promise<void>>()
  let welcomed = false
  let delayMs = FIRST_DELAY_MS
  let brokenSinceMs: number | null = null

  while (!signal.aborted) {
    let reason: string
    try {
      reason = await connected()
    } catch (error) {
      if (signal.aborted) break
      if (error instanceof Failure) throw error
      const failure = failureOf(error)
      // What never worked is not waited for, and a refusal does not change by asking again.
      const passing = unreachableReason(error) !== null || failure.exitCode === EXIT.unreachable
      if (!welcomed || !passing) throw failure
      reason = failure.message
    }
    if (signal.aborted) break
    const nowMs = performance.now()
    brokenSinceMs ??= nowMs
    if (nowMs - brokenSinceMs > given.giveUpAfterMs)
      throw new Failure(`The connection could not be opened again: ${reason}`, EXIT.unreachable)
    watch.broken(reason, delayMs)
    await sleep(delayMs, undefined, { signal }).catch(() => {})
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }
  await Promise.all(underway)
  await client
    .call('POST /extensions/{code}/dev-connection/end', { params: { code }, body: { connection } })
    .catch(() => {})

  /** One connection, until it breaks; answers why. */
  async function connected(): Promise<string> {
    const cut = new AbortController()
    const stop = () => cut.abort()
    signal.addEventListener('abort', stop, { once: true })
    let heardMs = performance.now()
    let ended: unknown = null
    const beats = setInterval(() => {
      if (performance.now() - heardMs > SILENT_MS) return cut.abort()
      client
        .call('POST /extensions/{code}/dev-connection/beats', { params: { code }, body: { connection } })
        .catch((error) => {
          // That nothing answers shows by itself; that another has taken over is said here first.
          if (!(error instanceof HoldpointError) || error.status >= 500) return
          ended = error
          cut.abort()
        })
    }, BEAT_EVERY_MS)
    try {
      const query = { connection, machine: given.machine, url: given.url, resume: String(welcomed) }
      const response = await client.open(`/extensions/${encodeURIComponent(code)}/dev-stream`, query, cut.signal)
      for await (const { event, data } of eventsIn(response.body!)) {
        heardMs = performance.now()
        if (event === 'welcome') {
          watch.connected(data as Welcome, welcomed)
          welcomed = true
          brokenSinceMs = null
          delayMs = FIRST_DELAY_MS
        } else if (event === 'beat') watch.beat()
        else if (event === 'delivery') {
          const work: Promise<void> = hand(data as Forwarded).finally(() => underway.delete(work))
          underway.add(work)
        } else if (event === 'end') {
          const { code: why, detail } = data as { code: string; detail: string }
          throw new Failure(
            detail,
            why === 'DEV_TAKEN_OVER' ? EXIT.takenOver : ACCESS.test(why) ? EXIT.access : EXIT.refused,
          )
        }
      }
      return 'Holdpoint ended the connection.'
    } catch (error) {
      if (ended !== null) throw failureOf(ended)
      if (cut.signal.aborted && !signal.aborted)
        return `nothing was heard of Holdpoint for ${SILENT_MS / 1000} seconds.`
      throw error
    } finally {
      clearInterval(beats)
      signal.removeEventListener('abort', stop)
      cut.abort()
    }
  }

  async function hand(one: Forwarded): Promise<void> {
    const startedMs = performance.now()
    const result = await post(given.url, one)
    const durationMs = performance.now() - startedMs
    watch.forwarded({ messageId: one.messageId, eventCode: one.eventCode, attempt: one.attempt, ...result, durationMs })
    const { deliveryId, attempt } = one
    for (let tells = 1; tells <= MOST_TELLS && !signal.aborted; tells++)
      try {
        await client.call('POST /extensions/{code}/dev-connection/attempts', {
          params: { code },
          body: { connection, deliveryId, attempt, durationMs, ...result },
        })
        return
      } catch (error) {
        // Untold it is handed over again; told twice it stands once.
        if (error instanceof HoldpointError && error.status < 500) return
        await sleep(TELL_AGAIN_MS)
      }
  }
}

async function post(
  url: string,
  one: Forwarded,
): Promise<{ status: number | null; error: string | null; responseBody: string | null }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: one.headers,
      body: one.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    })
    const { status } = response
    const text = (await response.text()).slice(0, MOST_ANSWERED)
    return { status, error: response.ok ? null : `answered ${status}`, responseBody: text === '' ? null : text }
  } catch (error) {
    const reason = unreachableReason(error) ?? (error as Error).message
    return {
      status: null,
      error: `the program on the machine does not answer: ${reason}`.slice(0, 500),
      responseBody: null,
    }
  }
}
