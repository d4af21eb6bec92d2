import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { BackfillState, DagKind, DagStatus, Environment, InstanceStatus, Recurrence } from '../api/shapes.ts'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { day, number, oneOf, type Search, text, yes } from './search.ts'

const ENVIRONMENTS: readonly Environment[] = ['PROD', 'DEV']
const BACKFILL_STATES: readonly BackfillState[] = [
  'creating',
  'failed-to-create',
  'waiting-to-start',
  'running',
  'paused',
  'cancelled',
  'failed',
  'succeeded',
]
const RECURRENCES: readonly Recurrence[] = ['normal', 'pause', 'skip']
const INSTANCE_STATUSES: readonly InstanceStatus[] = [
  'not-run',
  'waiting-for-time',
  'waiting-for-resources',
  'running',
  'failed',
  'succeeded',
  'checking-quality',
  'checking-condition',
]
const DAG_KINDS: readonly DagKind[] = [
  'scheduled',
  'manual',
  'smoke-test',
  'backfill',
  'temporary-workflow',
  'manual-workflow',
]
const DAG_STATUSES: readonly DagStatus[] = ['not-run', 'running', 'failed', 'succeeded']

const nodes = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/nodes',
  validateSearch: (
    search: Search,
  ): { environment?: Environment; name?: string; recurrence?: Recurrence; programType?: string; cursor?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    name: text(search.name),
    recurrence: oneOf(RECURRENCES, search.recurrence),
    programType: text(search.programType),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => import('../pages/workspaces/nodes.tsx'), 'NodesPage'),
})

const node = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/nodes/$nodeId',
  validateSearch: (search: Search): { environment?: Environment; tab?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    tab: text(search.tab),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/workspaces/node.tsx')),
    'NodePage',
  ),
})

const instances = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/instances',
  validateSearch: (
    search: Search,
  ): {
    environment?: Environment
    bizdate?: string
    status?: InstanceStatus
    kind?: DagKind
    frozen?: 'true' | 'false'
    name?: string
    nodeId?: number
    dagId?: number
    cursor?: string
  } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    bizdate: day(search.bizdate),
    status: oneOf(INSTANCE_STATUSES, search.status),
    kind: oneOf(DAG_KINDS, search.kind),
    frozen: oneOf(['true', 'false'] as const, search.frozen),
    name: text(search.name),
    nodeId: number(search.nodeId),
    dagId: number(search.dagId),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/instances/list.tsx')),
    'InstancesPage',
  ),
})

const instance = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/instances/$instanceId',
  validateSearch: (search: Search): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/instances/instance.tsx')),
    'InstancePage',
  ),
})

const runs = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/runs',
  validateSearch: (
    search: Search,
  ): { environment?: Environment; bizdate?: string; status?: DagStatus; kind?: DagKind; cursor?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    bizdate: day(search.bizdate),
    status: oneOf(DAG_STATUSES, search.status),
    kind: oneOf(DAG_KINDS, search.kind),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/instances/runs.tsx')),
    'RunsPage',
  ),
})

const run = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/runs/$dagId',
  component: lazyRouteComponent(() => withTextsOf('operationCenter', import('../pages/instances/run.tsx')), 'RunPage'),
})

const backfills = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/backfills',
  validateSearch: (
    search: Search,
  ): { environment?: Environment; name?: string; state?: BackfillState; mine?: true; cursor?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    name: text(search.name),
    state: oneOf(BACKFILL_STATES, search.state),
    mine: yes(search.mine),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/backfills/index.tsx')),
    'BackfillsPage',
  ),
})

const newBackfill = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/backfills/new',
  validateSearch: (search: Search): { environment?: Environment; nodes?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    nodes: /^\d{1,16}(,\d{1,16}){0,99}$/.test(String(search.nodes)) ? String(search.nodes) : undefined,
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/backfills/new.tsx')),
    'NewBackfillPage',
  ),
})

const backfill = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/backfills/$backfillId',
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/backfills/backfill.tsx')),
    'BackfillPage',
  ),
})

const dataSources = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/data-sources',
  validateSearch: (search: Search): { environment?: Environment } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/workspaces/data-sources.tsx')),
    'DataSourcesPage',
  ),
})

const resourceGroups = createRoute({
  getParentRoute: () => signedIn,
  path: '/resource-groups',
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/resource-groups.tsx')),
    'ResourceGroupsPage',
  ),
})

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/alerts',
  validateSearch: (search: Search): { rule?: number; cursor?: string } => ({
    rule: number(search.rule),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('../pages/alerts/index.tsx')),
    'AlertsPage',
  ),
})

export const operationCenterRoutes = [
  nodes,
  node,
  instances,
  instance,
  runs,
  run,
  backfills,
  newBackfill,
  backfill,
  dataSources,
  resourceGroups,
  alerts,
] as const
