/**
 * Connections to brokers: one link for each target, opened at its first message, shared by its attempts, ended when idle, when the target
 * changes and at the first fault.
 *
 * Nothing reconnects by itself: a link that failed is gone, and the next attempt, which the dispatcher plans, opens another. So there is one
 * place that retries, and every try is an attempt that people can read.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AttemptResult, Outgoing, Sender, Target } from './target.ts'

/** Answers what became of the message; throws where the link is of no use any more. */
export type Link = (outgoing: Outgoing) => Promise<AttemptResult>

/** Opens a link. Whatever it opens ends with `life`, which the link itself ends when the broker is lost. */
export type OpenLink = (target: Target, life: AbortController) => Promise<Link>

export type LinkLimits = {
  /** The whole attempt, from resolving names to the broker's confirmation. */
  readonly attemptMs: number
  readonly connectMs: number
  readonly idleMs: number
  readonly most: number
  readonly mostPerTenant: number
}

export const LINK_LIMITS: LinkLimits = {
  attemptMs: 15_000,
  connectMs: 5_000,
  idleMs: 60_000,
  most: 64,
  mostPerTenant: 16,
}

type Kept = {
  readonly target: Target
  readonly life: AbortController
  readonly link: Promise<Link>
  using: number
  /** Ends it when nobody uses it any more. */
  retired: boolean
  idle: NodeJS.Timeout | null
}

export const failure = (error: string): AttemptResult => ({ status: null, error, responseBody: null })

/** `explain` makes of whatever a link threw one sentence that says what to mend. */
export function linkSender(
  open: OpenLink,
  explain: (error: unknown, target: Target) => string,
  limits: LinkLimits,
): Sender {
  const links = new Map<number, Kept>()
  /** Those too that are retired and still used. */
  const all = new Set<Kept>()

  function take(target: Target): Kept | null {
    const found = links.get(target.id)
    if (found !== undefined && same(found.target, target)) return found
    if (found !== undefined) retire(found)
    if (!makeRoom(target.tenantId)) return null
    const life = new AbortController()
    const link = open(target, life)
    const kept: Kept = { target, life, link, using: 0, retired: false, idle: null }
    links.set(target.id, kept)
    all.add(kept)
    life.signal.addEventListener('abort', () => {
      if (kept.idle !== null) clearTimeout(kept.idle)
      if (links.get(target.id) === kept) links.delete(target.id)
      all.delete(kept)
    })
    return kept
  }

  function makeRoom(tenantId: number): boolean {
    const ofTenant = [...all].filter((one) => one.target.tenantId === tenantId)
    const unused = (ofTenant.length >= limits.mostPerTenant ? ofTenant : [...all]).find((one) => one.using === 0)
    if (ofTenant.length < limits.mostPerTenant && all.size < limits.most) return true
    unused?.life.abort(new Error('the connection made room for another'))
    return unused !== undefined
  }

  function retire(kept: Kept): void {
    links.delete(kept.target.id)
    kept.retired = true
    if (kept.using === 0) kept.life.abort(new Error('the target has changed'))
  }

  function release(kept: Kept): void {
    kept.using--
    if (kept.using > 0 || kept.life.signal.aborted) return
    if (kept.retired) kept.life.abort(new Error('the target has changed'))
    else kept.idle = setTimeout(() => kept.life.abort(new Error('the connection was idle')), limits.idleMs).unref()
  }

  function cut(): void {
    for (const kept of [...all]) kept.life.abort(new Error('the server stops'))
  }

  return {
    async send(target, outgoing) {
      const kept = take(target)
      if (kept === null) return failure('all connections to brokers that this server may keep are in use')
      if (kept.idle !== null) clearTimeout(kept.idle)
      kept.idle = null
      kept.using++
      try {
        return await within(
          limits.attemptMs,
          kept.life,
          kept.link.then((send) => send(outgoing)),
        )
      } catch (error) {
        kept.life.abort(error)
        return failure(explain(error, target))
      } finally {
        release(kept)
      }
    },
    forget(targetId) {
      const kept = links.get(targetId)
      if (kept !== undefined) retire(kept)
    },
    cut,
    close: async () => cut(),
  }
}

const same = (a: Target, b: Target) =>
  a.tenantId === b.tenantId && isDeepStrictEqual([a.settings, a.credentials], [b.settings, b.credentials])

/** What the work comes to, unless the link ends before or the time is up; what becomes of the work then is not looked at. */
async function within<T>(ms: number, life: AbortController, work: Promise<T>): Promise<T> {
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(life.signal.reason)
  const timer = setTimeout(() => ended.reject(new Error(`no answer within ${ms / 1000} seconds`)), ms)
  life.signal.addEventListener('abort', end)
  if (life.signal.aborted) end()
  try {
    return await Promise.race([work, ended.promise])
  } finally {
    clearTimeout(timer)
    life.signal.removeEventListener('abort', end)
  }
}

/** The error and what it was caused by, from the outside in; bounded, whatever the errors hold. */
export function causesOf(error: unknown): Error[] {
  const found: Error[] = []
  const waiting: unknown[] = [error]
  while (waiting.length > 0 && found.length < 50) {
    const one = waiting.shift()
    if (!(one instanceof Error) || found.includes(one)) continue
    found.push(one)
    waiting.push(...((one as AggregateError).errors ?? []), one.cause)
  }
  return found
}

/** What is said the same of every broker that could not be reached or trusted; null where it is something else. */
export function explainConnection(causes: readonly Error[], tls: boolean): string | null {
  if (causes.some((one) => one.name === 'ZodError')) return 'the settings of the target are not valid'
  for (const cause of causes) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    if (code === 'ERR_ADDRESS_REFUSED') return message
    if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no address for the broker’s name (${code})`
    if (/^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/.test(code))
      return `the broker’s certificate is not trusted: ${message}`.slice(0, 500)
    if (code === 'EPROTO' || code.startsWith('ERR_SSL') || /secure TLS connection was established/.test(message))
      return 'the TLS handshake failed; does the broker expect TLS on this port?'
    if (/^Connection to .* timed out/.test(message)) return 'cannot connect: the broker does not answer'
    if (/^E(CONNREFUSED|HOSTUNREACH|NETUNREACH|TIMEDOUT)$/.test(code)) return `cannot connect: ${message}`
    if (code === 'ECONNRESET' || code === 'EPIPE')
      return `the broker closed the connection (${code})${tls ? '' : '; does it expect TLS on this port?'}`
  }
  return null
}
