import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { instant, number, type Search, text } from './search.ts'

const channel = createRoute({
  getParentRoute: () => signedIn,
  path: '/workspaces/$workspaceId/channel',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('../pages/workspaces/channel.tsx')),
    'ChannelPage',
  ),
})

const tenantChannel = createRoute({
  getParentRoute: () => signedIn,
  path: '/tenant-channel',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('../pages/workspaces/channel.tsx')),
    'TenantChannelPage',
  ),
})

const eventBuses = createRoute({
  getParentRoute: () => signedIn,
  path: '/event-buses',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('../pages/event-buses/index.tsx')),
    'EventBusesPage',
  ),
})

const eventBus = createRoute({
  getParentRoute: () => signedIn,
  path: '/event-buses/$busId',
  component: lazyRouteComponent(
    () => withTextsOf('openevent', import('../pages/event-buses/event-bus.tsx')),
    'EventBusPage',
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
    () => withTextsOf('openevent', import('../pages/dead-letters/index.tsx')),
    'DeadLettersPage',
  ),
})

export const openEventRoutes = [channel, tenantChannel, eventBuses, eventBus, deadLetters] as const
