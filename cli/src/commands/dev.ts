import { hostname } from 'node:os'
import colors from 'picocolors'
import type { Context } from '../context.ts'
import { Failure } from '../exit.ts'
import { forward } from '../forward.ts'
import { codeGiven, readProject } from '../project.ts'

export async function dev(
  { say, client }: Context,
  given: { extension?: string; url?: string; machine?: string; giveUpAfter: string },
): Promise<void> {
  const code = codeGiven(given.extension)
  const url = given.url ?? readProject().url ?? 'http://127.0.0.1:4191/'
  if (!URL.canParse(url)) throw new Failure(`${url} is no address.`)
  const giveUpAfterMs = Number(given.giveUpAfter) * 1000
  if (!(giveUpAfterMs >= 0)) throw new Failure(`${given.giveUpAfter} is no number of seconds.`)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

  const startedMs = Date.now()
  let heardMs = Date.now()
  let isConnected = false
  const counts = { forwarded: 0, accepted: 0 }
  const age = (ms: number) => `${Math.round((Date.now() - ms) / 1000)} s`
  const status = setInterval(() => {
    if (isConnected)
      say.status(
        `connected for ${age(startedMs)} · last heartbeat ${age(heardMs)} ago · ${counts.forwarded} forwarded, ${counts.accepted} accepted`,
      )
  }, 1_000)
  try {
    await forward({
      client: client(),
      code,
      url,
      machine: given.machine ?? hostname(),
      giveUpAfterMs,
      signal: stopping.signal,
      watch: {
        connected({ extension, secret }, again) {
          isConnected = true
          heardMs = Date.now()
          say.data(
            { event: 'connected', again, extension, url, secret },
            again
              ? `${colors.green('Connected again.')}`
              : `${colors.green('Connected.')} What asks ${extension.name}, version ${extension.version}, goes to ${url}\nDeliveries are signed with ${secret}`,
          )
        },
        broken(reason, againInMs) {
          isConnected = false
          say.warn(`The connection is broken: ${reason} Trying again in ${(againInMs / 1000).toFixed(1)} s.`)
          say.data({ event: 'broken', reason }, 'Not connected.')
        },
        beat() {
          heardMs = Date.now()
        },
        forwarded(attempt) {
          counts.forwarded++
          if (attempt.error === null) counts.accepted++
          const { eventCode, messageId, error, durationMs } = attempt
          const outcome = error === null ? colors.green(String(attempt.status)) : colors.red(error)
          say.data(
            { event: 'forwarded', ...attempt },
            `${new Date().toISOString()}  ${eventCode}  ${messageId}  attempt ${attempt.attempt}: ${outcome} (${Math.round(durationMs)} ms)`,
          )
        },
      },
    })
    say.data({ event: 'ended' }, 'Ended.')
  } finally {
    clearInterval(status)
  }
}
