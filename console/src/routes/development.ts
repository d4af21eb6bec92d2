import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { FileState } from '../api/development-calls.ts'
import type { DeploymentKind, FileKind, ReviewState } from '../api/development-shapes.ts'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { number, oneOf, type Search, text } from './search.ts'

const FILE_KINDS: readonly FileKind[] = ['node', 'resource', 'function']
const FILE_STATES: readonly FileState[] = ['changed', 'committed', 'deployed', 'deleted']
const DEPLOYMENT_KINDS: readonly DeploymentKind[] = ['commit', 'deploy', 'delete']
const REVIEW_STATES: readonly ReviewState[] = ['open', 'approved', 'rejected', 'withdrawn']

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
    () => withTextsOf('development', import('../pages/development/index.tsx')),
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
    () => withTextsOf('operationCenter', withTextsOf('development', import('../pages/development/file.tsx'))),
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
    () => withTextsOf('development', import('../pages/development/deployments.tsx')),
    'DeploymentsPage',
  ),
})

const deployment = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/deployments/$deploymentId',
  component: lazyRouteComponent(
    () => withTextsOf('development', import('../pages/development/deployment.tsx')),
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
    () => withTextsOf('development', import('../pages/development/publish.tsx')),
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
    () => withTextsOf('development', import('../pages/development/tables.tsx')),
    'TablesPage',
  ),
})

const table = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/tables/$tableId',
  component: lazyRouteComponent(
    () => withTextsOf('development', import('../pages/development/table.tsx')),
    'TablePage',
  ),
})

const fileReviews = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/reviews',
  validateSearch: (search: Search): { state?: ReviewState; cursor?: string } => ({
    state: oneOf(REVIEW_STATES, search.state),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(
    () => withTextsOf('development', import('../pages/development/reviews.tsx')),
    'FileReviewsPage',
  ),
})

const fileReview = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/development/reviews/$reviewId',
  component: lazyRouteComponent(
    () => withTextsOf('development', import('../pages/development/review.tsx')),
    'FileReviewPage',
  ),
})

export const developmentRoutes = [
  development,
  file,
  deployments,
  deployment,
  publish,
  tables,
  table,
  fileReviews,
  fileReview,
] as const
