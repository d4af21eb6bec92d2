/** The calls of Data Quality, apart from the others: only its pages load them. */
import type { QualityMonitor, QualityRule, QualityStatus, QualityTarget, Subscription } from '@holdpoint/core'
import { type Page, type Query, request } from './client.ts'
import type {
  AskedQuality,
  NewQualityMonitor,
  NewQualityRules,
  QualityMonitorDetail,
  QualityMonitorSummary,
  QualityPoint,
  QualityResult,
  QualityRuleView,
  QualityRunDetail,
  QualityRunSummary,
  QualityTemplate,
} from './quality-shapes.ts'
import type { AlertSecret } from './shapes.ts'

type ListQuery = { readonly limit?: number; readonly cursor?: string | undefined }
export type QualityRulesQuery = ListQuery & {
  readonly monitorId?: number | undefined
  readonly table?: string | undefined
  readonly name?: string | undefined
}
export type QualityMonitorsQuery = ListQuery & {
  readonly table?: string | undefined
  readonly name?: string | undefined
  readonly nodeId?: number | undefined
}
export type QualityRunsQuery = ListQuery & {
  readonly monitorId?: number | undefined
  readonly instanceId?: number | undefined
  readonly status?: QualityStatus | undefined
}
export type QualityResultsQuery = ListQuery & {
  readonly ruleId?: number | undefined
  readonly status?: QualityStatus | undefined
}

const at = (workspaceId: number, path: string) => `/workspaces/${workspaceId}/quality-${path}`
const get = <T>(path: string, query?: Query) => request<T>('GET', path, undefined, query)
const post = <T>(path: string, body?: unknown) => request<T>('POST', path, body)
const patch = <T>(path: string, body: unknown) => request<T>('PATCH', path, body)

export const qualityCalls = {
  templates: (workspace: number) => get<readonly QualityTemplate[]>(at(workspace, 'templates')),
  rules: (workspace: number, query: QualityRulesQuery) => get<Page<QualityRuleView>>(at(workspace, 'rules'), query),
  rule: (workspace: number, id: number) => get<QualityRuleView>(at(workspace, `rules/${id}`)),
  createRules: (workspace: number, body: NewQualityRules) => post<AskedQuality>(at(workspace, 'rules'), body),
  saveRule: (workspace: number, id: number, body: { readonly revision: number; readonly rule: QualityRule }) =>
    patch<AskedQuality>(at(workspace, `rules/${id}`), body),
  saveRules: (
    workspace: number,
    rules: readonly { readonly id: number; readonly revision: number; readonly rule: QualityRule }[],
  ) => post<AskedQuality>(at(workspace, 'rule-updates'), { rules }),
  deleteRules: (workspace: number, ids: readonly number[]) =>
    post<AskedQuality>(at(workspace, 'rule-deletions'), { ids }),
  history: (workspace: number, id: number, days: number) =>
    get<readonly QualityPoint[]>(at(workspace, `rules/${id}/history`), { days }),

  monitors: (workspace: number, query: QualityMonitorsQuery) =>
    get<Page<QualityMonitorSummary>>(at(workspace, 'monitors'), query),
  monitor: (workspace: number, id: number) => get<QualityMonitorDetail>(at(workspace, `monitors/${id}`)),
  createMonitor: (workspace: number, body: NewQualityMonitor) => post<AskedQuality>(at(workspace, 'monitors'), body),
  saveMonitor: (workspace: number, id: number, body: { readonly revision: number; readonly monitor: QualityMonitor }) =>
    patch<AskedQuality>(at(workspace, `monitors/${id}`), body),
  cloneMonitor: (workspace: number, id: number, targets: readonly QualityTarget[]) =>
    post<AskedQuality>(at(workspace, `monitors/${id}/clone`), { targets }),
  deleteMonitors: (workspace: number, ids: readonly number[]) =>
    post<AskedQuality>(at(workspace, 'monitor-deletions'), { ids }),

  subscribe: (workspace: number, monitorId: number, body: Subscription) =>
    post<AskedQuality>(at(workspace, `monitors/${monitorId}/subscriptions`), body),
  changeSubscription: (workspace: number, id: number, body: Subscription) =>
    patch<AskedQuality>(at(workspace, `subscriptions/${id}`), body),
  endSubscription: (workspace: number, id: number) =>
    request<AskedQuality>('DELETE', at(workspace, `subscriptions/${id}`)),
  subscriptionSecret: (workspace: number, id: number) =>
    get<AlertSecret>(at(workspace, `subscriptions/${id}/signing-secret`)),

  check: (workspace: number, monitorId: number, bizdate: string | undefined) =>
    post<QualityRunSummary>(at(workspace, `monitors/${monitorId}/runs`), bizdate === undefined ? {} : { bizdate }),
  runs: (workspace: number, query: QualityRunsQuery) => get<Page<QualityRunSummary>>(at(workspace, 'runs'), query),
  run: (workspace: number, id: number) => get<QualityRunDetail>(at(workspace, `runs/${id}`)),
  results: (workspace: number, query: QualityResultsQuery) => get<Page<QualityResult>>(at(workspace, 'results'), query),
  giveFeedback: (workspace: number, resultId: number, text: string) =>
    post<QualityResult>(at(workspace, `results/${resultId}/feedback`), { text }),
}
