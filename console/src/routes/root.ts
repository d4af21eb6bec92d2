import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { ProblemError } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { links } from '../links.ts'
import { type Search, text } from './search.ts'

export const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: Outlet,
})

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search): { next?: string; refused?: string } => ({
    next: text(search.next),
    refused: text(search.refused),
  }),
  component: lazyRouteComponent(() => import('../pages/sign-in.tsx'), 'SignInPage'),
})

export const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  validateSearch: (search: Search): { operation?: string } => ({ operation: text(search.operation) }),
  beforeLoad: async ({ context, location }) => {
    await context.client.ensureQueryData(queries.me()).catch((error: unknown) => {
      if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error
      throw redirect(links.signIn(location.href))
    })
  },
  component: lazyRouteComponent(() => import('../pages/shell.tsx'), 'Shell'),
})
