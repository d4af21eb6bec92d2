/** Counts and times what a sender does. */
import type { Metrics } from '../watch/metrics.ts'
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
      const result = await sender.send(target, outgoing)
      metrics.attemptDuration.observe({ kind }, (performance.now() - startedMs) / 1000)
      const outcome = result.error === null ? 'accepted' : result.status === null ? 'unreached' : 'refused'
      metrics.attempts.inc({ kind, outcome })
      return result
    },
  }
}
