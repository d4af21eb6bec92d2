/** The trace of a request, and its span. */
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Begun, begin, type Trace, traceOfRequest } from '../watch/trace.ts'
import { placeOf } from './metrics.ts'

const begun = new WeakMap<FastifyRequest, Begun>()

export function beginRequest(request: FastifyRequest): void {
  const header = request.headers.traceparent
  const attributes = { 'http.request.method': request.method, 'url.path': request.url.split('?', 1)[0] }
  const of = traceOfRequest(typeof header === 'string' ? header : undefined)
  begun.set(request, begin(request.method, of, SpanKind.SERVER, attributes))
}

/** A request that was refused before it was looked at has none. */
export const traceOfThe = (request: FastifyRequest): Trace => begun.get(request)?.trace ?? ROOT_CONTEXT

export function endRequest(request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode } = reply
  begun.get(request)?.end(statusCode < 500 ? null : `HTTP ${statusCode}`, {
    'http.response.status_code': statusCode,
    'http.route': placeOf(request).route,
  })
}
