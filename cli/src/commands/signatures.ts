import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SignatureError, signWebhook, verifyWebhook, webhookKey } from '@holdpoint/sdk'
import type { Context } from '../context.ts'
import { EXIT, Failure } from '../exit.ts'
import { secretGiven } from '../settings.ts'

/** Several, with spaces between them, while one replaces the other. */
function secrets(): string[] {
  const given = secretGiven('HOLDPOINT_WEBHOOK_SECRET')?.split(' ').filter(Boolean) ?? []
  if (given.length === 0) throw new Failure('Give the signing secret in HOLDPOINT_WEBHOOK_SECRET.', EXIT.access)
  return given
}

const bodyOf = (file: string) => readFileSync(file === '-' ? 0 : file)

export async function sign({ say }: Context, given: { file: string; id?: string }): Promise<void> {
  const body = bodyOf(given.file)
  const id = given.id ?? randomUUID()
  const seconds = Math.floor(Date.now() / 1000)
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signWebhook(secrets().map(webhookKey), id, seconds, body),
  }
  say.data(
    headers,
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  )
}

export async function verify(
  { say }: Context,
  given: { file: string; header: readonly string[]; at?: string },
): Promise<number> {
  const headers = Object.fromEntries(
    given.header.map((one) => {
      const at = one.indexOf(':')
      if (at < 1) throw new Failure(`${one} is no header: it has the form name: value.`)
      return [one.slice(0, at).trim(), one.slice(at + 1).trim()]
    }),
  )
  const nowMs = given.at === undefined ? Date.now() : Date.parse(given.at)
  if (Number.isNaN(nowMs)) throw new Failure(`${given.at} is no instant.`)
  try {
    const { id, sentMs } = verifyWebhook(headers, bodyOf(given.file), secrets(), { nowMs })
    const sentAt = new Date(sentMs).toISOString()
    say.data({ genuine: true, id, sentAt }, `genuine: message ${id}, sent ${sentAt}`)
    return EXIT.done
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error
    say.data({ genuine: false, problem: error.problem, detail: error.message }, error.message)
    return EXIT.failed
  }
}
