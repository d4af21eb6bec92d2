/** /livez: the process answers. /readyz: it can do its work now, and says in one sentence why not, and what stands around functions. */
import type { FastifyInstance } from 'fastify'
import type { Platform } from '../platform.ts'
import { schemaSteps } from '../store/housekeeping.ts'
import { SCHEMA_STEPS } from '../store/migrate.ts'

/** Whoever asks usually asks again after a few seconds, and waits no longer. */
const PATIENCE_MS = 2_000

export function serveHealth(app: FastifyInstance, platform: Platform): void {
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const status = await readiness(platform)
    return reply
      .status(status === 'ok' ? 200 : 503)
      .send(JSON.stringify({ status, functions: platform.functions.isolation() }))
  })
}

async function readiness({ db, mayDeliver }: Platform): Promise<string> {
  const late = Promise.withResolvers<null>()
  const timer = setTimeout(late.resolve, PATIENCE_MS, null)
  try {
    const steps = await Promise.race([schemaSteps(db), late.promise])
    if (steps === null) return 'the database does not answer in time'
    if (steps < SCHEMA_STEPS) return 'the schema of the database is older than this server'
    return mayDeliver() ? 'ok' : 'deliveries are not being made: the heartbeats of this replica do not arrive'
  } catch {
    return 'the database does not answer'
  } finally {
    clearTimeout(timer)
  }
}
