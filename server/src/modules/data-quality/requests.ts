/** What is asked of Data Quality, whoever asks: the native API or the DataWorks dialect. Each is one operation at the gate. */
import type { QualityMonitor, QualityRule, QualityTarget, Subscription } from '@holdpoint/core'

/** In `revision`, null is whatever there is, for interfaces that know no revisions. */
export type RulesRequest =
  | {
      readonly kind: 'create'
      readonly monitorId: number | null
      readonly target: QualityTarget | null
      readonly rules: readonly QualityRule[]
    }
  | {
      readonly kind: 'update'
      /** One is update-data-quality-rule, unless it is asked for as a batch. */
      readonly isBatch: boolean
      readonly rules: readonly { readonly id: number; readonly revision: number | null; readonly rule: QualityRule }[]
    }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }

export type MonitorRequest =
  | {
      readonly kind: 'create'
      readonly monitor: QualityMonitor
      readonly rules: readonly (QualityRule | { readonly id: number })[]
      readonly subscriptions: readonly Subscription[]
    }
  | {
      readonly kind: 'update'
      readonly id: number
      readonly revision: number | null
      readonly monitor: QualityMonitor
    }
  | { readonly kind: 'clone'; readonly id: number; readonly targets: readonly QualityTarget[] }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }

export type SubscriptionRequest =
  | { readonly kind: 'create'; readonly monitorId: number; readonly then: Subscription }
  | { readonly kind: 'update'; readonly id: number; readonly then: Subscription }
  | { readonly kind: 'delete'; readonly id: number }
