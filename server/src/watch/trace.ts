/**
 * Rule 32: one trace from the request over the message and its deliveries to the answer and the effect.
 *
 * The context is W3C's traceparent. It travels in headers and with the message, never in an envelope. Spans exist only where the operator has loaded an
 * OpenTelemetry SDK into the process (docs/traces.md); the trace id is there without one, so that logs of all sides can be joined.
 *
 * Work of several requests may share a transaction, and then runs in the context of any of them: whoever begins such work takes its own context
 * with it (`currentTrace`) and gives it on by hand.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

export type Trace = Context

const here = new AsyncLocalStorage<Context>()
const tracer = trace.getTracer('holdpoint')

/** The trace of whatever is being done now. */
export function currentTrace(): Trace {
  return here.getStore() ?? context.active()
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The trace that a header names; what is no valid traceparent begins none. Later versions may have more at the end. */
export function traceOf(traceparent: string | null | undefined): Trace {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined || version === 'ff' || (version === '00' && more !== undefined))
    return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags!, 16) & TraceFlags.SAMPLED
  const remote = { traceId, spanId, traceFlags, isRemote: true }
  return isSpanContextValid(remote) ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
}

/** The trace of a request: the one that an instrumentation of the process has begun for it, else the one its header names. */
export function traceOfRequest(traceparent: string | undefined): Trace {
  const begun = context.active()
  return trace.getSpanContext(begun) === undefined ? traceOf(traceparent) : begun
}

/** As it goes into a header; null where there is no trace. */
export function traceparentOf(of: Trace): string | null {
  const span = trace.getSpanContext(of)
  if (span === undefined || !isSpanContextValid(span)) return null
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`
}

/** What a log line says of it. */
export function traceIdOf(of: Trace): string | undefined {
  return trace.getSpanContext(of)?.traceId
}

/** Runs the work as part of the trace. */
export function within<T>(of: Trace, work: () => T): T {
  return here.run(of, () => context.with(of, work))
}

export type Begun = { readonly trace: Trace; end(error: unknown, attributes?: Attributes): void }

/** Begins a span of the trace; without an SDK it is nothing but the trace, which is begun where there is none. */
export function begin(name: string, of: Trace, kind: SpanKind = SpanKind.INTERNAL, attributes: Attributes = {}): Begun {
  const span = tracer.startSpan(name, { kind, attributes }, of)
  const begun = isSpanContextValid(span.spanContext()) ? trace.setSpan(of, span) : traceOf(newTraceparent())
  return {
    trace: begun,
    end(error, more) {
      if (!span.isRecording()) return
      if (more !== undefined) span.setAttributes(more)
      if (error !== null) fail(span, error)
      span.end()
    },
  }
}

/** The work as a span of the trace: it gets the trace to give on, and a failure is the span's. */
export async function spanned<T>(
  name: string,
  of: Trace,
  attributes: Attributes,
  work: (trace: Trace) => Promise<T>,
): Promise<T> {
  const begun = begin(name, of, SpanKind.INTERNAL, attributes)
  try {
    const value = await within(begun.trace, () => work(begun.trace))
    begun.end(null)
    return value
  } catch (error) {
    begun.end(error)
    throw error
  }
}

function fail(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

const hex = () => randomUUID().replaceAll('-', '')

/** It says that it is recorded: a receiver that follows what it is told would not record its part otherwise. */
const newTraceparent = (): string => {
  // UUIDs, because those are drawn from random bytes that are fetched many at a time.
  return `00-${hex()}-${hex().slice(0, 16)}-01`
}
