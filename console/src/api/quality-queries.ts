/** What the pages of Data Quality read, under keys that begin with the kind of thing, as in queries.ts. */
import { queryOptions } from '@tanstack/react-query'
import {
  qualityCalls as calls,
  type QualityMonitorsQuery,
  type QualityRulesQuery,
  type QualityRunsQuery,
} from './quality-calls.ts'

/** A check that has not ended is looked at again at this pace. */
const LOOK_EVERY_MS = 2_000
/** Of what a page shows beside a monitor, a rule, a node or an instance. */
const NEWEST = 20
const NEWEST_RESULTS = 5

export const qualityQueries = {
  templates: (workspaceId: number) =>
    queryOptions({
      queryKey: ['quality-templates', workspaceId],
      queryFn: () => calls.templates(workspaceId),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  rules: (workspaceId: number, query: QualityRulesQuery) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'rules', query],
      queryFn: () => calls.rules(workspaceId, query),
    }),
  rule: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['quality', workspaceId, 'rule', id], queryFn: () => calls.rule(workspaceId, id) }),
  history: (workspaceId: number, id: number, days: number) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'history', id, days],
      queryFn: () => calls.history(workspaceId, id, days),
    }),
  results: (workspaceId: number, ruleId: number) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'results', ruleId],
      queryFn: () => calls.results(workspaceId, { ruleId, limit: NEWEST_RESULTS }).then(({ items }) => items),
    }),
  monitors: (workspaceId: number, query: QualityMonitorsQuery) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'monitors', query],
      queryFn: () => calls.monitors(workspaceId, query),
    }),
  monitor: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['quality', workspaceId, 'monitor', id], queryFn: () => calls.monitor(workspaceId, id) }),
  runs: (workspaceId: number, query: QualityRunsQuery) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'runs', query],
      queryFn: () => calls.runs(workspaceId, query),
      refetchInterval: ({ state }) => (state.data?.items.some((run) => run.state !== 'ended') ? LOOK_EVERY_MS : false),
    }),
  run: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'run', id],
      queryFn: () => calls.run(workspaceId, id),
      refetchInterval: ({ state }) => (state.data && state.data.state !== 'ended' ? LOOK_EVERY_MS : false),
    }),
  newestRuns: (workspaceId: number, of: { readonly monitorId?: number; readonly instanceId?: number }) =>
    queryOptions({
      queryKey: ['quality', workspaceId, 'runs', 'newest', of],
      queryFn: () => calls.runs(workspaceId, { ...of, limit: NEWEST }).then(({ items }) => items),
      refetchInterval: ({ state }) => (state.data?.some((run) => run.state !== 'ended') ? LOOK_EVERY_MS : false),
    }),
}
