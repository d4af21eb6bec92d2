/** Targets as the native API shows them. */
import { EVENTS, Refusal } from '@holdpoint/core'
import type * as openevent from '../../store/openevent.ts'

export const knownEvent = (code: string) => {
  const event = EVENTS.find((one) => one.eventCode === code)
  if (!event) throw new Refusal('NOT_FOUND', { thing: 'event', id: code })
  return event
}

export const targetView = (row: openevent.TargetRow) => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  endpoint: row.endpoint,
  settings: row.settings,
  hasCredentials: row.has_credentials,
  serves: row.serves,
  retryPolicy: row.retry_policy,
  errorsTolerance: row.errors_tolerance,
  maxConcurrency: row.most_concurrent,
  blockedAt: row.blocked_at === null ? null : new Date(row.blocked_at).toISOString(),
})
