/** The certificates with which receivers check signatures made as EventBridge makes them: for everybody, without signing in. */
import { Refusal } from '@holdpoint/core'
import type { FastifyInstance } from 'fastify'
import { certificatePath } from '../openevent/eventbridge-key.ts'
import type { Platform } from '../platform.ts'
import { publishedCertificate } from '../store/signing.ts'

/** What lies at an address never changes; that it is gone, after a key was withdrawn, is noticed within this time. */
const CACHE_CONTROL = 'public, max-age=3600'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function publishCertificates(app: FastifyInstance, platform: Platform): void {
  app.get<{ Params: { id: string } }>(certificatePath(':id'), { schema: { hide: true } }, async (request, reply) => {
    const { id } = request.params
    const certificate = UUID.test(id) ? await publishedCertificate(platform.db, id) : null
    if (certificate === null) throw new Refusal('NOT_FOUND', { thing: 'certificate', id })
    return reply.header('cache-control', CACHE_CONTROL).type('application/x-pem-file').send(certificate)
  })
}
