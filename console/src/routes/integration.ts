import type { SyncKind } from '@holdpoint/core'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { JobState } from '../api/integration-shapes.ts'
import { withTextsOf } from '../text/index.ts'
import { signedIn } from './root.ts'
import { oneOf, type Search, text } from './search.ts'

const KINDS: readonly SyncKind[] = ['full', 'incremental', 'real-time']
const STATES: readonly JobState[] = ['never-run', 'waiting', 'running', 'retrying', 'succeeded', 'stopped', 'failed']
const HERE = '/workspaces/$workspaceId/integration/jobs'

/** The log of a run is that of its instance, and data sources have their words there too. */
const withTexts = <P>(page: Promise<P>) => withTextsOf('operationCenter', withTextsOf('integration', page))

const jobs = createRoute({
  getParentRoute: () => signedIn,
  path: HERE,
  validateSearch: (search: Search): { name?: string; kind?: SyncKind; state?: JobState; cursor?: string } => ({
    name: text(search.name),
    kind: oneOf(KINDS, search.kind),
    state: oneOf(STATES, search.state),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => withTexts(import('../pages/integration/index.tsx')), 'SyncJobsPage'),
})
const newJob = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/new`,
  component: lazyRouteComponent(() => withTexts(import('../pages/integration/edit.tsx')), 'NewSyncJobPage'),
})
const job = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/$jobId`,
  validateSearch: (search: Search): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => withTexts(import('../pages/integration/job.tsx')), 'SyncJobPage'),
})
const editJob = createRoute({
  getParentRoute: () => signedIn,
  path: `${HERE}/$jobId/edit`,
  component: lazyRouteComponent(() => withTexts(import('../pages/integration/edit.tsx')), 'EditSyncJobPage'),
})

export const integrationRoutes = [jobs, newJob, job, editJob] as const
