import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { NotThere } from '../pages/broken.tsx'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { day, number, type Search, text } from './search.ts'

const home = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/home.tsx'), 'HomePage'),
})

const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  validateSearch: (search: Search): { refused?: string } => ({ refused: text(search.refused) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('../pages/account.tsx')), 'AccountPage'),
})

const users = createRoute({
  getParentRoute: () => signedIn,
  path: '/users',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('../pages/users.tsx')), 'UsersPage'),
})

const workspaces = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces',
  validateSearch: (search: Search): { cursor?: string } => ({ cursor: text(search.cursor) }),
  component: lazyRouteComponent(() => withTextsOf('people', import('../pages/workspaces/index.tsx')), 'WorkspacesPage'),
})

const members = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/members',
  component: lazyRouteComponent(() => withTextsOf('people', import('../pages/workspaces/members.tsx')), 'MembersPage'),
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
  component: lazyRouteComponent(() => withTextsOf('audit', import('../pages/audit/index.tsx')), 'AuditPage'),
})

const elsewhere = createRoute({ getParentRoute: () => signedIn, path: '$', component: NotThere })

export const organisationRoutes = [home, account, users, workspaces, members, audit, elsewhere] as const
