/**
 * Signing in at the OpenID Connect provider: two addresses that a browser is led through.
 *
 * What a sign-in under way has to remember (state, nonce, the verifier of PKCE, where to go on) is in a cookie of its own, encrypted, for ten minutes:
 * so it may end at another replica than it began at, and only in the browser in which it began.
 */
import { Refusal } from '@holdpoint/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { decryptSecret, encryptSecret } from '../credentials.ts'
import type { Secrets } from '../openid/provider.ts'
import type { Platform } from '../platform.ts'
import { traceIdOf } from '../watch/trace.ts'
import { linkUser, recognise } from './recognise.ts'
import { isSecure, setSessionCookie, startSession } from './start-session.ts'
import { traceOfThe } from './traced-request.ts'

const PLACE = '/api/v1/session/openid'
export const OPENID_START = `${PLACE}/start`
const CALLBACK = `${PLACE}/callback`
const FLOW_COOKIE = 'holdpoint_openid'
const FLOW_SECONDS = 600
const LONGEST_QUERY = 8_192

type Flow = Secrets & {
  /** The page of the console to go on with. */
  readonly to: string
  /** The session whose user is to be known at the provider from now on; null for signing in. */
  readonly linkFor: string | null
  readonly untilMs: number
}

export function serveOpenId(app: FastifyInstance, platform: Platform): void {
  app.get(OPENID_START, { schema: { hide: true } }, (request, reply) =>
    orSay(platform, request, reply, '/console/sign-in', async () => {
      const { to } = request.query as { to?: unknown }
      return await beginFlow(platform, request, reply, pageOf(to), null)
    }),
  )
  app.get(CALLBACK, { schema: { hide: true } }, async (request, reply) => {
    const flow = readFlow(platform, request)
    reply.clearCookie(FLOW_COOKIE, { path: PLACE })
    const linking = flow !== null && flow.linkFor !== null
    return await orSay(platform, request, reply, linking ? '/console/account' : '/console/sign-in', async () => {
      const { provider, publicUrl } = platform.signIn
      if (provider === null) throw new Refusal('OPENID_OFF')
      const query = (request.raw.url ?? '').split('?')[1] ?? ''
      if (flow === null || query.length > LONGEST_QUERY) throw new Refusal('OPENID_BEGIN_AGAIN')
      const came = new URL(`${publicUrl()}${CALLBACK}?${query}`)
      if (came.searchParams.get('state') !== flow.state) throw new Refusal('OPENID_BEGIN_AGAIN')
      const somebody = await provider.finish(came, flow)
      if (flow.linkFor !== null) await linkUser(platform, provider, flow.linkFor, somebody)
      else {
        const { token } = await platform.db.transaction(async (tx) =>
          startSession(platform, tx, request, await recognise(tx, provider, somebody), 'openid', somebody.idToken),
        )
        setSessionCookie(platform, request, reply, token)
      }
      return flow.to
    })
  })
}

/** Where the browser is to be led; keeps in it what has to be known when it comes back. */
export async function beginFlow(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  to: string,
  linkFor: string | null,
): Promise<string> {
  const { provider, publicUrl } = platform.signIn
  if (provider === null) throw new Refusal('OPENID_OFF')
  const { url, secrets } = await provider.begin(`${publicUrl()}${CALLBACK}`)
  const flow: Flow = { ...secrets, to, linkFor, untilMs: platform.nowMs() + FLOW_SECONDS * 1000 }
  const sealed = encryptSecret(platform.secretKey, JSON.stringify(flow), FLOW_COOKIE)
  reply.setCookie(FLOW_COOKIE, sealed.toString('base64url'), {
    path: PLACE,
    httpOnly: true,
    // It has to come along when the provider leads back here.
    sameSite: 'lax',
    secure: isSecure(platform.signIn, request),
    maxAge: FLOW_SECONDS,
  })
  return url
}

function readFlow({ secretKey, nowMs }: Platform, request: FastifyRequest): Flow | null {
  const sealed = request.cookies[FLOW_COOKIE]
  if (sealed === undefined) return null
  try {
    const flow = JSON.parse(decryptSecret(secretKey, Buffer.from(sealed, 'base64url'), FLOW_COOKIE)) as Flow
    return flow.untilMs > nowMs() ? flow : null
  } catch {
    return null
  }
}

/** A page of the console and nothing else, so that nobody is led from here to somewhere else. */
function pageOf(to: unknown): string {
  return typeof to === 'string' && /^\/console\/[\w\-./?=&%]*$/.test(to) && !to.includes('//') ? to : '/console/'
}

/** Leads on to where the work says; a refusal is said by the page on which the person began. */
async function orSay(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  page: string,
  work: () => Promise<string>,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer')
  try {
    return reply.redirect(await work(), 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    platform.log.info(
      {
        requestId: request.id,
        traceId: traceIdOf(traceOfThe(request)),
        refusal: error.code,
        address: request.ip,
      },
      'sign-in',
    )
    return reply.redirect(`${page}?refused=${error.code}`, 303)
  }
}
