import type { QualityStatus } from '@holdpoint/core'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { number, oneOf, type Search, text } from './search.ts'

const STATUSES: readonly QualityStatus[] = ['Passed', 'Warned', 'Critical', 'Error', 'Skipped']
const HERE = '/workspaces/$workspaceId/quality'

/** Nodes and data sources have their words in the Operation Center. */
const withTexts = <P>(page: Promise<P>) => withTextsOf('operationCenter', withTextsOf('quality', page))

const monitors = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/monitors`,
  validateSearch: (search: Search): { name?: string; table?: string; nodeId?: number; cursor?: string } => ({
    name: text(search.name),
    table: text(search.table),
    nodeId: number(search.nodeId),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/monitors.tsx')), 'QualityMonitorsPage'),
})
const newMonitor = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/monitors/new`,
  validateSearch: (search: Search): { nodeId?: number } => ({ nodeId: number(search.nodeId) }),
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/edit-monitor.tsx')), 'NewQualityMonitorPage'),
})
const monitor = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/monitors/$monitorId`,
  validateSearch: (search: Search): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/monitor.tsx')), 'QualityMonitorPage'),
})
const editMonitor = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/monitors/$monitorId/edit`,
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/edit-monitor.tsx')), 'EditQualityMonitorPage'),
})
const rules = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/rules`,
  validateSearch: (search: Search): { name?: string; table?: string; cursor?: string } => ({
    name: text(search.name),
    table: text(search.table),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/rules.tsx')), 'QualityRulesPage'),
})
const rule = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/rules/$ruleId`,
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/rule.tsx')), 'QualityRulePage'),
})
const runs = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/runs`,
  validateSearch: (search: Search): { monitorId?: number; status?: QualityStatus; cursor?: string } => ({
    monitorId: number(search.monitorId),
    status: oneOf(STATUSES, search.status),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/runs.tsx')), 'QualityRunsPage'),
})
const run = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/runs/$runId`,
  component: lazyRouteComponent(() => withTexts(import('../pages/quality/run.tsx')), 'QualityRunPage'),
})

export const qualityRoutes = [monitors, newMonitor, monitor, editMonitor, rules, rule, runs, run] as const
