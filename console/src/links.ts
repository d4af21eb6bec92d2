/** Every address of the console, built here and nowhere else. */
import { linkOptions } from '@tanstack/react-router'
import type { Environment } from './api/shapes.ts'

export type OperationsFilter = {
  readonly workspaceId?: number
  readonly state?: string
  readonly eventCode?: string
  readonly extension?: string
  readonly mine?: boolean
}

export type InstancesFilter = {
  readonly environment?: Environment
  readonly bizdate?: string
  readonly status?: string
  readonly nodeId?: number
  readonly dagId?: number
}

export type DeadLettersFilter = {
  readonly busId?: number
  readonly targetId?: number
  readonly workspaceId?: number
  readonly extension?: string
}

export const links = {
  home: () => linkOptions({ to: '/' }),
  /** `next` is the address to go to afterwards. */
  signIn: (next?: string) =>
    linkOptions({ to: '/sign-in', search: next === undefined || next === '/' ? {} : { next } }),
  account: () => linkOptions({ to: '/account' }),
  users: () => linkOptions({ to: '/users' }),
  audit: () => linkOptions({ to: '/audit' }),

  workspaces: () => linkOptions({ to: '/workspaces' }),
  nodes: (workspaceId: number, environment?: Environment) =>
    linkOptions({
      to: '/workspaces/$workspaceId/nodes',
      params: { workspaceId: String(workspaceId) },
      search: environment === 'DEV' ? { environment } : {},
    }),
  node: (workspaceId: number, nodeId: number | string, environment?: Environment, tab?: string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/nodes/$nodeId',
      params: { workspaceId: String(workspaceId), nodeId: String(nodeId) },
      search: { ...(environment === 'DEV' ? { environment } : {}), ...(tab === undefined ? {} : { tab }) },
    }),
  dataSources: (workspaceId: number, environment?: Environment) =>
    linkOptions({
      to: '/workspaces/$workspaceId/data-sources',
      params: { workspaceId: String(workspaceId) },
      search: environment === 'DEV' ? { environment } : {},
    }),
  resourceGroups: () => linkOptions({ to: '/resource-groups' }),
  instances: (workspaceId: number, filter: InstancesFilter = {}) =>
    linkOptions({
      to: '/workspaces/$workspaceId/instances',
      params: { workspaceId: String(workspaceId) },
      search: filter as object,
    }),
  instance: (workspaceId: number, instanceId: number | string, tab?: string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/instances/$instanceId',
      params: { workspaceId: String(workspaceId), instanceId: String(instanceId) },
      search: tab === undefined ? {} : { tab },
    }),
  runs: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/runs', params: { workspaceId: String(workspaceId) } }),
  run: (workspaceId: number, dagId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/runs/$dagId',
      params: { workspaceId: String(workspaceId), dagId: String(dagId) },
    }),
  backfills: (workspaceId: number, environment?: Environment) =>
    linkOptions({
      to: '/workspaces/$workspaceId/backfills',
      params: { workspaceId: String(workspaceId) },
      search: environment === 'DEV' ? { environment } : {},
    }),
  backfill: (workspaceId: number, backfillId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/backfills/$backfillId',
      params: { workspaceId: String(workspaceId), backfillId: String(backfillId) },
    }),
  /** The form, with these nodes in it. */
  newBackfill: (workspaceId: number, environment?: Environment, nodeIds: readonly number[] = []) =>
    linkOptions({
      to: '/workspaces/$workspaceId/backfills/new',
      params: { workspaceId: String(workspaceId) },
      search: {
        ...(environment === 'DEV' && { environment }),
        ...(nodeIds.length > 0 && { nodes: nodeIds.join(',') }),
      },
    }),
  /** The list, with the panel of the operation that is held over it. */
  heldBackfill: (workspaceId: number, environment: Environment, operation: string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/backfills',
      params: { workspaceId: String(workspaceId) },
      search: { ...(environment === 'DEV' && { environment }), operation },
    }),
  workspaceExtensions: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/extensions', params: { workspaceId: String(workspaceId) } }),
  tenantExtensions: () => linkOptions({ to: '/tenant-extensions' }),
  members: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/members', params: { workspaceId: String(workspaceId) } }),
  channel: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/channel', params: { workspaceId: String(workspaceId) } }),

  alerts: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/alerts', params: { workspaceId: String(workspaceId) } }),

  tenantChannel: () => linkOptions({ to: '/tenant-channel' }),
  deadLetters: (filter: DeadLettersFilter = {}) => linkOptions({ to: '/dead-letters', search: filter }),

  development: (workspaceId: number, filter: { readonly folder?: number; readonly state?: string } = {}) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development',
      params: { workspaceId: String(workspaceId) },
      search: filter as object,
    }),
  file: (workspaceId: number, fileId: number | string, search: { readonly tab?: string; readonly run?: string } = {}) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development/files/$fileId',
      params: { workspaceId: String(workspaceId), fileId: String(fileId) },
      search,
    }),
  deployments: (workspaceId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development/deployments',
      params: { workspaceId: String(workspaceId) },
    }),
  deployment: (workspaceId: number, deploymentId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development/deployments/$deploymentId',
      params: { workspaceId: String(workspaceId), deploymentId: String(deploymentId) },
    }),
  publish: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/development/publish', params: { workspaceId: String(workspaceId) } }),
  tables: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/development/tables', params: { workspaceId: String(workspaceId) } }),
  table: (workspaceId: number, tableId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development/tables/$tableId',
      params: { workspaceId: String(workspaceId), tableId: String(tableId) },
    }),
  fileReviews: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/development/reviews', params: { workspaceId: String(workspaceId) } }),
  fileReview: (workspaceId: number, reviewId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/development/reviews/$reviewId',
      params: { workspaceId: String(workspaceId), reviewId: String(reviewId) },
    }),

  syncJobs: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/integration/jobs', params: { workspaceId: String(workspaceId) } }),
  newSyncJob: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/integration/jobs/new', params: { workspaceId: String(workspaceId) } }),
  syncJob: (workspaceId: number, jobId: number | string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/integration/jobs/$jobId',
      params: { workspaceId: String(workspaceId), jobId: String(jobId) },
    }),
  editSyncJob: (workspaceId: number, jobId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/integration/jobs/$jobId/edit',
      params: { workspaceId: String(workspaceId), jobId: String(jobId) },
    }),

  qualityMonitors: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/quality/monitors', params: { workspaceId: String(workspaceId) } }),
  newQualityMonitor: (workspaceId: number, nodeId?: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/quality/monitors/new',
      params: { workspaceId: String(workspaceId) },
      search: nodeId === undefined ? {} : { nodeId },
    }),
  qualityMonitor: (workspaceId: number, monitorId: number | string, tab?: string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/quality/monitors/$monitorId',
      params: { workspaceId: String(workspaceId), monitorId: String(monitorId) },
      search: tab === undefined ? {} : { tab },
    }),
  editQualityMonitor: (workspaceId: number, monitorId: number) =>
    linkOptions({
      to: '/workspaces/$workspaceId/quality/monitors/$monitorId/edit',
      params: { workspaceId: String(workspaceId), monitorId: String(monitorId) },
    }),
  qualityRules: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/quality/rules', params: { workspaceId: String(workspaceId) } }),
  qualityRule: (workspaceId: number, ruleId: number | string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/quality/rules/$ruleId',
      params: { workspaceId: String(workspaceId), ruleId: String(ruleId) },
    }),
  qualityRuns: (workspaceId: number) =>
    linkOptions({ to: '/workspaces/$workspaceId/quality/runs', params: { workspaceId: String(workspaceId) } }),
  qualityRun: (workspaceId: number, runId: number | string) =>
    linkOptions({
      to: '/workspaces/$workspaceId/quality/runs/$runId',
      params: { workspaceId: String(workspaceId), runId: String(runId) },
    }),

  operations: (filter: OperationsFilter = {}) => linkOptions({ to: '/operations', search: filter as object }),
  operation: (operationId: string) => linkOptions({ to: '/operations/$operationId', params: { operationId } }),
  heldNow: () => linkOptions({ to: '/held' }),
  /** The panel of an operation, over the page that is shown. */
  operationHere: (operationId: string | undefined) =>
    linkOptions({ to: '.', search: (now: object) => ({ ...now, operation: operationId }), state: true }),

  extensions: () => linkOptions({ to: '/extensions' }),
  registerExtension: () => linkOptions({ to: '/extensions/register' }),
  extension: (code: string, tab?: string, version?: number) =>
    linkOptions({
      to: '/extensions/$code',
      params: { code },
      search: { ...(tab === undefined ? {} : { tab }), ...(version === undefined ? {} : { version }) },
    }),
  reviews: () => linkOptions({ to: '/reviews' }),
  editExtension: (code: string) => linkOptions({ to: '/extensions/$code/edit', params: { code } }),

  eventBuses: () => linkOptions({ to: '/event-buses' }),
  eventBus: (busId: number) => linkOptions({ to: '/event-buses/$busId', params: { busId: String(busId) } }),
}
