import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { ExtensionStatus, OperationState, ProcessStatus } from '../api/shapes.ts'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { number, oneOf, type Search, text, yes } from './search.ts'

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
  component: lazyRouteComponent(() => import('../pages/operations/index.tsx'), 'OperationsPage'),
})

const heldNow = createRoute({
  getParentRoute: () => signedIn,
  path: '/held',
  component: lazyRouteComponent(() => import('../pages/operations/held.tsx'), 'HeldPage'),
})

const operation = createRoute({
  getParentRoute: () => signedIn,
  path: '/operations/$operationId',
  component: lazyRouteComponent(() => import('../pages/operations/operation.tsx'), 'OperationPage'),
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
  component: lazyRouteComponent(() => import('../pages/extensions/index.tsx'), 'ExtensionsPage'),
})

const registerExtension = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions/register',
  component: lazyRouteComponent(() => import('../pages/extensions/register.tsx'), 'RegisterExtensionPage'),
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
    () => withTextsOf('openevent', import('../pages/extensions/extension.tsx')),
    'ExtensionPage',
  ),
})

const editExtension = createRoute({
  getParentRoute: () => signedIn,
  path: '/extensions/$code/edit',
  component: lazyRouteComponent(() => import('../pages/extensions/edit.tsx'), 'EditExtensionPage'),
})

const reviews = createRoute({
  getParentRoute: () => signedIn,
  path: '/reviews',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => import('../pages/extensions/reviews.tsx'), 'ReviewsPage'),
})

const workspaceExtensions = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/extensions',
  component: lazyRouteComponent(() => import('../pages/management/workspace.tsx'), 'WorkspaceExtensionsPage'),
})

const tenantExtensions = createRoute({
  getParentRoute: () => signedIn,
  path: '/tenant-extensions',
  component: lazyRouteComponent(() => import('../pages/management/tenant.tsx'), 'TenantExtensionsPage'),
})

export const extensionRoutes = [
  operations,
  heldNow,
  operation,
  extensions,
  registerExtension,
  extension,
  editExtension,
  reviews,
  workspaceExtensions,
  tenantExtensions,
] as const
