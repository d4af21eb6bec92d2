/** Where a message is handed over, and what every kind of handing over has in common. */
import type { ErrorsTolerance, RetryPolicy } from '@holdpoint/core'

export type TargetKind = 'http' | 'kafka' | 'rabbitmq' | 'bus' | 'function' | 'dev'

export type Target = {
  readonly id: number
  readonly tenantId: number
  readonly kind: TargetKind
  /** As people read it: a URL, `kafka://broker:port/topic`, `amqps://host:port/vhost`, the name of another bus, or the code of a function. */
  readonly endpoint: string
  /** What the kind needs besides; no secret is among it. */
  readonly settings: Readonly<Record<string, unknown>>
  /** In clear; they are never logged and never answered. */
  readonly credentials: Readonly<Record<string, string>> | null
  readonly retryPolicy: RetryPolicy
  readonly errorsTolerance: ErrorsTolerance
  readonly mostConcurrent: number
  /** In clear, the newest first. */
  readonly signingSecrets: readonly string[]
}

/** One attempt's worth of a message. */
export type Outgoing = {
  readonly messageId: string
  readonly deliveryId: number
  /** Counted from 1. */
  readonly attempt: number
  /** The whole event as CloudEvents JSON: the same text at every attempt. */
  readonly envelope: string
  readonly traceparent: string | null
  /** About an operation that nobody asked for. */
  readonly trial: boolean
  readonly eventCode: string
  readonly publishedAtMs: number
}

export type AttemptResult = {
  /** Of an HTTP answer; null where there was none. */
  readonly status: number | null
  /** Why the message is not accepted, in one sentence; null: it is. */
  readonly error: string | null
  /** The beginning of what the receiver said. */
  readonly responseBody: string | null
  /** How long the receiver asks to be left alone. */
  readonly retryAfterMs?: number
  /** What belongs to the attempt could not be written down: it is as if it had not been made, and it is made again. */
  readonly notMade?: boolean
}

/** Hands messages over to targets of one kind. */
export type Sender = {
  /** Always answers, within the time limit of an attempt; never throws. */
  send(target: Target, outgoing: Outgoing): Promise<AttemptResult>
  /** Whatever is kept for this target (a connection) is not needed any more, or is out of date. */
  forget?(targetId: number): void
  /** Ends everything under way at once, as far as that is possible; what `send` answers then is not looked at. */
  cut?(): void
  close(): Promise<void>
}

export type Senders = Readonly<Record<TargetKind, Sender>>

/** What is told beside the envelope, whose members are EventBridge's. No signature covers these headers. */
export const headersBeside = ({ traceparent, trial }: Pick<Outgoing, 'traceparent' | 'trial'>) => ({
  ...(traceparent !== null && { traceparent }),
  ...(trial && { 'holdpoint-trial': 'true' }),
})
