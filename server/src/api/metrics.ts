/** /metrics: for whoever holds the token, and for nobody as long as none is set. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WithAction } from '../dataworks/dialect.ts'
import { EVENTBRIDGE_PATH, type WithEventBridgeAction } from '../eventbridge/dialect.ts'
import type { Platform } from '../platform.ts'

export function serveMetrics(app: FastifyInstance, { metrics, metricsToken, db }: Platform): void {
  const digest = metricsToken === null ? null : digestOf(metricsToken)
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (digest === null) throw new Refusal('METRICS_OFF')
    const [, given] = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '') ?? []
    // Digests are of one length, so that the time it takes tells nothing about the token.
    if (given === undefined || !timingSafeEqual(digestOf(given), digest)) {
      reply.header('www-authenticate', 'Bearer')
      throw new Refusal('METRICS_TOKEN_WRONG')
    }
    const { contentType, text } = await metrics.page()
    return reply.type(contentType).send(text)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { via, route } = placeOf(request)
    metrics.requests.inc({ interface: via, route, status: reply.statusCode })
    if (route !== STREAM) metrics.requestDuration.observe({ interface: via, route }, reply.elapsedTime / 1000)
    done()
  })
  metrics.beforeScrape(() => {
    const { totalCount, idleCount, waitingCount } = db.pool
    metrics.databaseConnections.set({ state: 'idle' }, idleCount)
    metrics.databaseConnections.set({ state: 'busy' }, totalCount - idleCount)
    metrics.databaseWaiting.set(waitingCount)
  })
}

const digestOf = (token: string) => createHash('sha256').update(token).digest()

const NATIVE = '/api/v1'
const STREAM = '/stream'

/** Where a request went, in words of ours only: an address that leads nowhere is `none`, however it is spelt. */
export function placeOf(request: FastifyRequest): { via: string; route: string } {
  const url = request.routeOptions.url ?? null
  if (url === '/') return { via: 'dataworks', route: (request as WithAction).dialectAction ?? 'none' }
  if (url === null) return { via: request.url.startsWith(`${NATIVE}/`) ? 'native' : 'console', route: 'none' }
  if (url.startsWith(EVENTBRIDGE_PATH))
    return { via: 'eventbridge', route: (request as WithEventBridgeAction).eventBridgeAction ?? 'none' }
  if (url.startsWith(NATIVE)) return { via: 'native', route: url.slice(NATIVE.length) }
  if (url.startsWith('/console')) return { via: 'console', route: url.startsWith('/console/assets') ? 'asset' : 'page' }
  return { via: 'health', route: url }
}
