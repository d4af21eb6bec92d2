import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ProblemError } from './api/client.ts'
import type { FileState } from './api/development-calls.ts'
import type { DeploymentKind, FileKind, ReviewState } from './api/development-shapes.ts'
import { queries } from './api/queries.ts'
import type {
  BackfillState,
  DagKind,
  DagStatus,
  Environment,
  ExtensionStatus,
  InstanceStatus,
  OperationState,
  ProcessStatus,
  Recurrence,
} from './api/shapes.ts'
import { links } from './links.ts'
import { Broken, NotThere } from './pages/broken.tsx'
import { withTextsOf } from './text/index.ts'

/** What stands after the `?` is plain text, one value per name; each route takes what it knows and drops the rest. */
type Search = Readonly<Record<string, unknown>>
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const number = (value: unknown): number | undefined => (/^\d{1,16}$/.test(String(value)) ? Number(value) : undefined)
const instant = (value: unknown): string | undefined =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined
const day = (value: unknown): string | undefined => {
  const given = text(value)
  return given !== undefined && /^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(Date.parse(given)) ? given : undefined
}
const yes = (value: unknown): true | undefined => (value === 'true' || value === true ? true : undefined)
function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value)
}

const STATES: readonly OperationState[] = ['held', 'done', 'refused', 'withdrawn', 'stale', 'failed']
const EXTENSION_STATUSES: readonly ExtensionStatus[] = [
  'testing',
  'in-review',
  'approved',
  'rejected',
  'published',
  'disabled',
]
const STATUSES: readonly ProcessStatus[] = ['CHECKING', 'PASSED', 'BLOCKED']
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
const FILE_KINDS: readonly FileKind[] = ['node', 'resource', 'function']
const FILE_STATES: readonly FileState[] = ['changed', 'committed', 'deployed', 'deleted']
const DEPLOYMENT_KINDS: readonly DeploymentKind[] = ['commit', 'deploy', 'delete']
const REVIEW_STATES: readonly ReviewState[] = ['open', 'approved', 'rejected', 'withdrawn']
const DAG_STATUSES: readonly DagStatus[] = ['not-run', 'running', 'failed', 'succeeded']

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Outlet,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search): { next?: string; refused?: string } => ({
    next: text(search.next),
    refused: text(search.refused),
  }),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  validateSearch: (search: Search): { operation?: string } => ({ operation: text(search.operation) }),
  beforeLoad: async ({ context, location }) => {
    await context.client.ensureQueryData(queries.me()).catch((error: unknown) => {
      if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error
      throw redirect(links.signIn(location.href))
    })
  },
  component: lazyRouteComponent(() => import('./pages/shell.tsx'), 'Shell'),
})

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'HomePage'),
})
const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  validateSearch: (search: Search): { refused?: string } => ({ refused: text(search.refused) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('./pages/account.tsx')), 'AccountPage'),
})
const users = createRoute({
  getParentRoute: () => signedIn,
  path: '/users',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('./pages/users.tsx')), 'UsersPage'),
})

const audit = createRoute({
  getParentRoute: () => signedIn,
  path: '/audit',
  validateSearch: (
    search: Search,
  ): {
    workspaceId?: number
    action?: string
    object?: string
    userId?: number
    from?: string
    to?: string
    cursor?: string
  } => ({
    workspaceId: number(search.workspaceId),
    action: text(search.action),
    object: text(search.object),
    userId: number(search.userId),
    from: day(search.from),
    to: day(search.to),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTextsOf('audit', import('./pages/audit/index.tsx')), 'AuditPage'),
})

const workspaces = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('./pages/workspaces/index.tsx')), 'WorkspacesPage'),
})
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
  component: lazyRouteComponent(() => import('./pages/workspaces/nodes.tsx'), 'NodesPage'),
})
const node = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/nodes/$nodeId',
  validateSearch: (search: Search): { environment?: Environment; tab?: string } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
    tab: text(search.tab),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('./pages/workspaces/node.tsx')),
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
    () => withTextsOf('operationCenter', import('./pages/instances/list.tsx')),
    'InstancesPage',
  ),
})
const instance = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/instances/$instanceId',
  validateSearch: (search: Search): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('./pages/instances/instance.tsx')),
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
  component: lazyRouteComponent(() => withTextsOf('operationCenter', import('./pages/instances/runs.tsx')), 'RunsPage'),
})
const run = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/runs/$dagId',
  component: lazyRouteComponent(() => withTextsOf('operationCenter', import('./pages/instances/run.tsx')), 'RunPage'),
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
    () => withTextsOf('operationCenter', import('./pages/backfills/index.tsx')),
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
    () => withTextsOf('operationCenter', import('./pages/backfills/new.tsx')),
    'NewBackfillPage',
  ),
})
const backfill = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/backfills/$backfillId',
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('./pages/backfills/backfill.tsx')),
    'BackfillPage',
  ),
})
const workspaceExtensions = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/extensions',
  component: lazyRouteComponent(() => import('./pages/management/workspace.tsx'), 'WorkspaceExtensionsPage'),
})
const tenantExtensions = createRoute({
  getParentRoute: () => signedIn,
  path: '/tenant-extensions',
  component: lazyRouteComponent(() => import('./pages/management/tenant.tsx'), 'TenantExtensionsPage'),
})
const dataSources = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/data-sources',
  validateSearch: (search: Search): { environment?: Environment } => ({
    environment: oneOf(ENVIRONMENTS, search.environment),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('./pages/workspaces/data-sources.tsx')),
    'DataSourcesPage',
  ),
})
const resourceGroups = createRoute({
  getParentRoute: () => signedIn,
  path: '/resource-groups',
  component: lazyRouteComponent(
    () => withTextsOf('operationCenter', import('./pages/resource-groups.tsx')),
    'ResourceGroupsPage',
  ),
})
const members = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/members',
  component: lazyRouteComponent(() => withTextsOf('people', import('./pages/workspaces/members.tsx')), 'MembersPage'),
})
const channel = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/channel',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/workspaces/channel.tsx')),
    'ChannelPage',
  ),
})

const alerts = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/alerts',
  validateSearch: (search: Search): { rule?: number; cursor?: string } => ({
    rule: number(search.rule),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTextsOf('operationCenter', import('./pages/alerts/index.tsx')), 'AlertsPage'),
})

const development = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development',
  validateSearch: (
    search: Search,
  ): {
    folder?: number
    name?: string
    kind?: FileKind
    state?: FileState
    cursor?: string
  } => ({
    folder: number(search.folder),
    name: text(search.name),
    kind: oneOf(FILE_KINDS, search.kind),
    state: oneOf(FILE_STATES, search.state),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/index.tsx')),
    'DevelopmentPage',
  ),
})
const file = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/files/$fileId',
  validateSearch: (search: Search): { tab?: string; run?: string } => ({
    tab: text(search.tab),
    run: text(search.run),
  }),
  component: lazyRouteComponent(
    // The log of a run is that of its instance.
    () => withTextsOf('operationCenter', withTextsOf('development', import('./pages/development/file.tsx'))),
    'FilePage',
  ),
})
const deployments = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/deployments',
  validateSearch: (search: Search): { kind?: DeploymentKind; cursor?: string } => ({
    kind: oneOf(DEPLOYMENT_KINDS, search.kind),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/deployments.tsx')),
    'DeploymentsPage',
  ),
})
const deployment = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/deployments/$deploymentId',
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/deployment.tsx')),
    'DeploymentPage',
  ),
})
const publish = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/publish',
  validateSearch: (search: Search): { name?: string; kind?: FileKind; cursor?: string } => ({
    name: text(search.name),
    kind: oneOf(FILE_KINDS, search.kind),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/publish.tsx')),
    'PublishPage',
  ),
})
const tables = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/tables',
  validateSearch: (search: Search): { name?: string; cursor?: string } => ({
    name: text(search.name),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/tables.tsx')),
    'TablesPage',
  ),
})
const table = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/tables/$tableId',
  component: lazyRouteComponent(() => withTextsOf('development', import('./pages/development/table.tsx')), 'TablePage'),
})
const fileReviews = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/reviews',
  validateSearch: (search: Search): { state?: ReviewState; cursor?: string } => ({
    state: oneOf(REVIEW_STATES, search.state),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/reviews.tsx')),
    'FileReviewsPage',
  ),
})
const fileReview = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/reviews/$reviewId',
  component: lazyRouteComponent(
    () => withTextsOf('development', import('./pages/development/review.tsx')),
    'FileReviewPage',
  ),
})

const operations = createRoute({
  getParentRoute: () => signedIn,
  path: '/operations',
  validateSearch: (
    search: Search,
  ): {
    workspaceId?: number
    state?: OperationState
    status?: ProcessStatus
    eventCode?: string
    extension?: string
    mine?: true
    all?: true
    cursor?: string
  } => ({
    workspaceId: number(search.workspaceId),
    state: oneOf(STATES, search.state),
    status: oneOf(STATUSES, search.status),
    eventCode: text(search.eventCode),
    extension: text(search.extension),
    mine: yes(search.mine),
    all: yes(search.all),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => import('./pages/operations/index.tsx'), 'OperationsPage'),
})
const heldNow = createRoute({
  getParentRoute: () => signedIn,
  path: '/held',
  component: lazyRouteComponent(() => import('./pages/operations/held.tsx'), 'HeldPage'),
})
const operation = createRoute({
  getParentRoute: () => signedIn,
  path: '/operations/$operationId',
  component: lazyRouteComponent(() => import('./pages/operations/operation.tsx'), 'OperationPage'),
})

const extensions = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions',
  validateSearch: (
    search: Search,
  ): {
    search?: string
    status?: ExtensionStatus
    level?: 'workspace' | 'tenant'
    point?: string
    module?: string
    owner?: string
    cursor?: string
  } => ({
    search: text(search.search),
    status: oneOf(EXTENSION_STATUSES, search.status),
    level: oneOf(['workspace', 'tenant'] as const, search.level),
    point: text(search.point),
    module: text(search.module),
    owner: text(search.owner),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => import('./pages/extensions/index.tsx'), 'ExtensionsPage'),
})
const registerExtension = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions/register',
  component: lazyRouteComponent(() => import('./pages/extensions/register.tsx'), 'RegisterExtensionPage'),
})
const extension = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions/$code',
  validateSearch: (search: Search): { tab?: string; version?: number; state?: OperationState; cursor?: string } => ({
    tab: text(search.tab),
    version: number(search.version),
    state: oneOf(STATES, search.state),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/extensions/extension.tsx')),
    'ExtensionPage',
  ),
})
const editExtension = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions/$code/edit',
  component: lazyRouteComponent(() => import('./pages/extensions/edit.tsx'), 'EditExtensionPage'),
})

const reviews = createRoute({
  getParentRoute: () => signedIn,
  path: '/reviews',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => import('./pages/extensions/reviews.tsx'), 'ReviewsPage'),
})

const eventBuses = createRoute({
  getParentRoute: () => signedIn,
  path: '/event-buses',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/event-buses/index.tsx')),
    'EventBusesPage',
  ),
})
const eventBus = createRoute({
  getParentRoute: () => signedIn,
  path: '/event-buses/$busId',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/event-buses/event-bus.tsx')),
    'EventBusPage',
  ),
})

const tenantChannel = createRoute({
  getParentRoute: () => signedIn,
  path: '/tenant-channel',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/workspaces/channel.tsx')),
    'TenantChannelPage',
  ),
})
const deadLetters = createRoute({
  getParentRoute: () => signedIn,
  path: '/dead-letters',
  validateSearch: (
    search: Search,
  ): {
    busId?: number
    targetId?: number
    workspaceId?: number
    eventCode?: string
    extension?: string
    from?: string
    to?: string
    cursor?: string
  } => ({
    busId: number(search.busId),
    targetId: number(search.targetId),
    workspaceId: number(search.workspaceId),
    eventCode: text(search.eventCode),
    extension: text(search.extension),
    from: instant(search.from),
    to: instant(search.to),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('./pages/dead-letters/index.tsx')),
    'DeadLettersPage',
  ),
})

const elsewhere = createRoute({ getParentRoute: () => signedIn, path: '$', component: NotThere })

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([
    home,
    account,
    users,
    audit,
    workspaces,
    nodes,
    node,
    instances,
    instance,
    runs,
    run,
    backfills,
    newBackfill,
    backfill,
    workspaceExtensions,
    tenantExtensions,
    dataSources,
    resourceGroups,
    members,
    channel,
    alerts,
    development,
    file,
    deployments,
    deployment,
    publish,
    tables,
    table,
    fileReviews,
    fileReview,
    operations,
    heldNow,
    operation,
    extensions,
    registerExtension,
    extension,
    editExtension,
    reviews,
    eventBuses,
    eventBus,
    tenantChannel,
    deadLetters,
    elsewhere,
  ]),
])

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree: tree,
    basepath: '/console',
    context: { client },
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
      const written = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
      return written.size > 0 ? `?${written}` : ''
    },
    defaultPreload: 'intent',
    defaultErrorComponent: ({ error }) => <Broken error={error as Error} />,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
