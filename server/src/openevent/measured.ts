/** Counts and times what a sender does, and makes it part of the message's trace. */
import { SpanKind } from '@opentelemetry/api'
import type { Metrics } from '../watch/metrics.ts'
import { begin, traceOf, traceparentOf, within } from '../watch/trace.ts'
import type { Sender, Senders, TargetKind } from './target.ts'

export function measured(senders: Senders, metrics: Metrics): Senders {
  const kinds = Object.entries(senders) as [TargetKind, Sender][]
  return Object.fromEntries(kinds.map(([kind, sender]) => [kind, measuredSender(kind, sender, metrics)])) as Senders
}

function measuredSender(kind: TargetKind, sender: Sender, metrics: Metrics): Sender {
  return {
    ...sender,
    async send(target, outgoing) {
      const startedMs = performance.now()
      const of = begin('deliver', traceOf(outgoing.traceparent), SpanKind.PRODUCER, {
        'holdpoint.message': outgoing.messageId,
        'holdpoint.event': outgoing.eventCode,
        'holdpoint.target': kind,
        'holdpoint.attempt': outgoing.attempt,
      })
      const result = await within(of.trace, () =>
        sender.send(target, { ...outgoing, traceparent: traceparentOf(of.trace) }),
      )
      of.end(result.error)
      metrics.attemptDuration.observe({ kind }, (performance.now() - startedMs) / 1000)
      const outcome = result.error === null ? 'accepted' : result.status === null ? 'unreached' : 'refused'
      metrics.attempts.inc({ kind, outcome })
      return result
    },
  }
}
