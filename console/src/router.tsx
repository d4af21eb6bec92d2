import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { Broken } from './pages/broken.tsx'
import { developmentRoutes } from './routes/development.ts'
import { extensionRoutes } from './routes/extensions.ts'
import { integrationRoutes } from './routes/integration.ts'
import { openEventRoutes } from './routes/openevent.ts'
import { operationCenterRoutes } from './routes/operation-center.ts'
import { organisationRoutes } from './routes/organisation.ts'
import { qualityRoutes } from './routes/quality.ts'
import { root, signedIn, signIn } from './routes/root.ts'

const tree = root.addChildren([
  signIn,
  signedIn.addChildren([
    ...organisationRoutes,
    ...extensionRoutes,
    ...openEventRoutes,
    ...operationCenterRoutes,
    ...developmentRoutes,
    ...integrationRoutes,
    ...qualityRoutes,
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
