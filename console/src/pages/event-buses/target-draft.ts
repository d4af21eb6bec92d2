/** A target while it is being filled in: every field of every kind, so that changing the kind loses nothing, and what is sent of it. */
import type { NewTarget, Target } from '../../api/shapes.ts'

export type TargetKind = Target['kind']
export type Sasl = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** `key` only tells the rows of the form apart. */
export type TargetDraft = {
  readonly key: number
  readonly name: string
  readonly kind: TargetKind
  readonly endpoint: string
  /** One `host:port` per line. */
  readonly brokers: string
  readonly topic: string
  readonly tls: boolean
  readonly sasl: Sasl | null
  readonly host: string
  readonly port: number
  readonly vhost: string
  readonly exchange: string
  readonly routingKey: string
  readonly busId: number | null
  readonly extensionCode: string | null
  /** The server keeps some; they are never shown. */
  readonly hasCredentials: boolean
  readonly username: string
  readonly password: string
  readonly serves: string[] | null
  readonly retryPolicy: Target['retryPolicy']
  readonly errorsTolerance: Target['errorsTolerance']
  readonly maxConcurrency: number
}

export const emptyTarget = (key: number, name: string): TargetDraft => ({
  key,
  name,
  kind: 'http',
  endpoint: '',
  brokers: '',
  topic: '',
  tls: true,
  sasl: null,
  host: '',
  port: 5671,
  vhost: '/',
  exchange: '',
  routingKey: '',
  busId: null,
  extensionCode: null,
  hasCredentials: false,
  username: '',
  password: '',
  serves: null,
  retryPolicy: 'EXPONENTIAL_DECAY_RETRY',
  errorsTolerance: 'ALL',
  maxConcurrency: 16,
})

export function draftOf(target: Target, key: number): TargetDraft {
  const { brokers, ...settings } = target.settings as Partial<TargetDraft> & { brokers?: readonly string[] }
  return {
    ...emptyTarget(key, target.name),
    ...settings,
    ...(brokers !== undefined && { brokers: brokers.join('\n') }),
    kind: target.kind,
    endpoint: target.kind === 'http' ? target.endpoint : '',
    hasCredentials: target.hasCredentials,
    serves: target.serves,
    retryPolicy: target.retryPolicy,
    errorsTolerance: target.errorsTolerance,
    maxConcurrency: target.maxConcurrency,
  }
}

export function targetOf(draft: TargetDraft): NewTarget {
  const { name, serves, retryPolicy, errorsTolerance, maxConcurrency, tls } = draft
  const common = { name, serves, retryPolicy, errorsTolerance, maxConcurrency }
  // Left blank, the ones that are kept stay.
  const { username, password } = draft
  const credentials =
    username !== '' || password !== '' ? { username, password } : draft.hasCredentials ? undefined : null
  switch (draft.kind) {
    case 'http':
      return { ...common, kind: 'http', endpoint: draft.endpoint.trim() }
    case 'kafka': {
      const brokers = draft.brokers.split(/[\s,]+/).filter((one) => one !== '')
      const settings = { brokers, topic: draft.topic.trim(), tls, sasl: draft.sasl }
      return { ...common, kind: 'kafka', settings, credentials: draft.sasl === null ? null : credentials }
    }
    case 'rabbitmq': {
      const { port, vhost, exchange, routingKey } = draft
      return {
        ...common,
        kind: 'rabbitmq',
        settings: { host: draft.host.trim(), port, vhost, tls, exchange, routingKey },
        credentials,
      }
    }
    case 'bus':
      return { ...common, kind: 'bus', settings: { busId: draft.busId ?? 0 } }
    case 'function':
      return { ...common, kind: 'function', settings: { extensionCode: draft.extensionCode ?? '' } }
  }
}

/** Whether enough is filled in to be sent; what is wrong with it the server says. */
export function isFilledIn(draft: TargetDraft): boolean {
  if (draft.name.trim() === '') return false
  switch (draft.kind) {
    case 'http':
      return draft.endpoint.trim() !== ''
    case 'kafka':
      return draft.brokers.trim() !== '' && draft.topic.trim() !== ''
    case 'rabbitmq':
      return draft.host.trim() !== ''
    case 'bus':
      return draft.busId !== null
    case 'function':
      return draft.extensionCode !== null
  }
}
