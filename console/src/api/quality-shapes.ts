/** The shapes of Data Quality. What rules and monitors say is core's own. */
import type { QualityMonitor, QualityRule, QualityTarget, Subscription } from '@holdpoint/core'
import type * as sdk from '@holdpoint/sdk'

export type {
  QualityMonitorSummary,
  QualityPoint,
  QualityResult,
  QualityRunDetail,
  QualityRunSummary,
  QualitySubscription,
  QualityTemplate,
} from '@holdpoint/sdk'

export type QualityRuleView = Omit<sdk.QualityRule, 'rule'> & { readonly rule: QualityRule }
export type QualityMonitorDetail = Omit<sdk.QualityMonitorDetail, 'ruleList'> & {
  readonly ruleList: readonly QualityRuleView[]
}
/** What came of it; empty while it is held. */
export type AskedQuality = { readonly operation: sdk.OperationView; readonly ids: readonly number[] }

export type NewQualityRules = {
  readonly monitorId: number | null
  readonly target?: QualityTarget
  readonly rules: readonly QualityRule[]
}
export type NewQualityMonitor = QualityMonitor & {
  readonly rules: readonly (QualityRule | { readonly id: number })[]
  readonly subscriptions: readonly Subscription[]
}
