/** What the pages read, each under a key that begins with the kind of thing it shows: live changes refetch by that kind. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import {
  type AuditQuery,
  type BackfillsQuery,
  calls,
  type DeadLettersFilter,
  type ExtensionsQuery,
  type InstancesQuery,
  type InvocationsQuery,
  type ListQuery,
  type NodesQuery,
  type OperationsQuery,
  type RunsQuery,
} from './calls.ts'
import type { Page } from './client.ts'
import type { Environment, NewBackfill } from './shapes.ts'

/** Lists that are shown whole (the extensions of a workspace, the buses of a tenant) are read to their end, within this bound. */
const MOST_PAGES = 10
const LARGEST_PAGE = 200
const DAY_MS = 86_400_000
/** As far as the server goes. */
const MOST_LEVELS = 10
const HELD_EVERY_MS = 3_000
const SEALED_EVERY_MS = 5_000

async function all<T>(read: (query: ListQuery) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await read(cursor === undefined ? { limit: LARGEST_PAGE } : { limit: LARGEST_PAGE, cursor })
    items.push(...answer.items)
    if (answer.nextCursor === null) break
    cursor = answer.nextCursor
  }
  return items
}

export const queries = {
  me: () => queryOptions({ queryKey: ['session'], queryFn: calls.me, staleTime: 60_000, retry: false }),
  signInOptions: () => queryOptions({ queryKey: ['sign-in-options'], queryFn: calls.signInOptions, staleTime: 60_000 }),
  sessions: () => queryOptions({ queryKey: ['sessions'], queryFn: calls.sessions }),
  userKeys: (id: string) => queryOptions({ queryKey: ['users', 'keys', id], queryFn: () => calls.userKeys(id) }),
  credentials: (code: string) =>
    queryOptions({ queryKey: ['credentials', code], queryFn: () => calls.credentials(code), retry: false }),
  accessKeys: () => queryOptions({ queryKey: ['access-keys'], queryFn: calls.accessKeys }),
  users: (query: ListQuery) => queryOptions({ queryKey: ['users', query], queryFn: () => calls.users(query) }),
  everyUser: () => queryOptions({ queryKey: ['users', 'all'], queryFn: () => all(calls.users) }),
  workspaces: (query: ListQuery) =>
    queryOptions({ queryKey: ['workspaces', query], queryFn: () => calls.workspaces(query) }),
  workspace: (id: number) => queryOptions({ queryKey: ['workspaces', id], queryFn: () => calls.workspace(id) }),
  members: (id: number) =>
    queryOptions({ queryKey: ['members', id], queryFn: () => all((query) => calls.members(id, query)) }),

  nodes: (workspaceId: number, query: NodesQuery) =>
    queryOptions({ queryKey: ['nodes', workspaceId, query], queryFn: () => calls.nodes(workspaceId, query) }),
  node: (workspaceId: number, nodeId: number, environment: Environment) =>
    queryOptions({
      queryKey: ['nodes', workspaceId, 'one', nodeId, environment],
      queryFn: () => calls.node(workspaceId, nodeId, environment),
    }),

  dataSources: (workspaceId: number, environment: Environment) =>
    queryOptions({
      queryKey: ['data-sources', workspaceId, environment],
      queryFn: () => calls.dataSources(workspaceId, environment).then(({ items }) => items),
    }),
  resourceGroups: () =>
    queryOptions({ queryKey: ['resource-groups'], queryFn: () => calls.resourceGroups().then(({ items }) => items) }),
  backfills: (workspaceId: number, query: BackfillsQuery) =>
    queryOptions({ queryKey: ['backfills', workspaceId, query], queryFn: () => calls.backfills(workspaceId, query) }),
  backfill: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['backfills', workspaceId, 'one', id], queryFn: () => calls.backfill(workspaceId, id) }),
  /** Of a request as JSON text, which says by itself whether it is still the same. */
  backfillPreview: (workspaceId: number, request: string) =>
    queryOptions({
      queryKey: ['backfill-preview', workspaceId, request],
      queryFn: () => calls.previewBackfill(workspaceId, JSON.parse(request) as NewBackfill),
    }),
  /** All that would run if a node were backfilled with everything below it, for any one day. */
  descendants: (workspaceId: number, nodeId: number, environment: Environment) =>
    queryOptions({
      queryKey: ['nodes', workspaceId, 'descendants', nodeId, environment],
      queryFn: async () => {
        const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
        const dates = [{ start: yesterday, end: yesterday }]
        const request = { environment, name: '-', mode: 'massive', rootNodeIds: [nodeId], dates } as const
        const preview = await calls.previewBackfill(workspaceId, { ...request, rootNodeIds: [nodeId] })
        const nodes = preview.nodes.filter((node) => node.id !== nodeId)
        return { nodes, more: preview.nodes.length < preview.nodeCount + preview.dryRunCount }
      },
    }),

  /** The newest so many. */
  nodeVersions: (workspaceId: number, nodeId: number) =>
    queryOptions({
      queryKey: ['nodes', workspaceId, 'versions', nodeId],
      queryFn: () => calls.nodeVersions(workspaceId, nodeId, { limit: 20 }),
    }),
  nodeLogOfOperations: (workspaceId: number, nodeId: number) =>
    queryOptions({
      queryKey: ['nodes', workspaceId, 'log-of-operations', nodeId],
      queryFn: () => calls.nodeLogOfOperations(workspaceId, nodeId, { limit: LARGEST_PAGE }),
    }),

  instances: (workspaceId: number, query: InstancesQuery) =>
    queryOptions({
      queryKey: ['instances', workspaceId, query],
      queryFn: () => calls.instances(workspaceId, query),
    }),
  instance: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['instances', workspaceId, 'one', id],
      queryFn: () => calls.instance(workspaceId, id),
    }),
  /** What follows an instance, as far as it can be chosen by hand. */
  instanceDescendants: (workspaceId: number, instanceId: number) =>
    queryOptions({
      queryKey: ['instances', workspaceId, 'descendants', instanceId],
      queryFn: () => calls.instanceGraph(workspaceId, { instanceId, up: 0, down: MOST_LEVELS }),
    }),
  /** The newest so many. */
  instanceLogOfOperations: (workspaceId: number, id: number) =>
    queryOptions({
      queryKey: ['instances', workspaceId, 'log-of-operations', id],
      queryFn: () => calls.instanceLogOfOperations(workspaceId, id, { limit: LARGEST_PAGE }),
    }),
  runs: (workspaceId: number, query: RunsQuery) =>
    queryOptions({ queryKey: ['runs', workspaceId, query], queryFn: () => calls.runs(workspaceId, query) }),
  run: (workspaceId: number, id: number) =>
    queryOptions({ queryKey: ['runs', workspaceId, 'one', id], queryFn: () => calls.run(workspaceId, id) }),
  alertRules: (workspaceId: number) =>
    queryOptions({
      queryKey: ['alerts', workspaceId, 'rules'],
      queryFn: async () => {
        let canSendMail = false
        const rules = await all(async (query) => {
          const page = await calls.alertRules(workspaceId, query)
          canSendMail = page.canSendMail
          return page
        })
        return { rules, canSendMail }
      },
    }),
  alerts: (workspaceId: number, query: ListQuery & { readonly alertRuleId?: number }) =>
    queryOptions({ queryKey: ['alerts', workspaceId, 'told', query], queryFn: () => calls.alerts(workspaceId, query) }),

  operations: (query: OperationsQuery) =>
    queryOptions({ queryKey: ['operations', query], queryFn: () => calls.operations(query) }),
  audit: (query: AuditQuery) => queryOptions({ queryKey: ['audit', query], queryFn: () => calls.audit(query) }),
  auditSeal: () =>
    queryOptions({ queryKey: ['audit', 'seal'], queryFn: calls.auditSeal, refetchInterval: SEALED_EVERY_MS }),
  /** The server looks again at its own pace, so that it is asked again even where no change was heard of. */
  heldNow: () =>
    queryOptions({ queryKey: ['operations', 'held-now'], queryFn: calls.heldNow, refetchInterval: HELD_EVERY_MS }),
  operation: (id: string) => queryOptions({ queryKey: ['operations', 'one', id], queryFn: () => calls.operation(id) }),

  extensions: () => queryOptions({ queryKey: ['extensions'], queryFn: () => all(calls.extensions) }),
  extension: (code: string) =>
    queryOptions({ queryKey: ['extensions', 'one', code], queryFn: () => calls.extension(code) }),
  extensionList: (query: ExtensionsQuery) =>
    queryOptions({ queryKey: ['extensions', 'list', query], queryFn: () => calls.extensions(query) }),
  tryable: (code: string) =>
    queryOptions({ queryKey: ['extensions', 'tryable', code], queryFn: () => calls.tryable(code) }),
  /** The machine says every few seconds that it is there; nobody is told of each time. */
  devConnection: (code: string) =>
    queryOptions({
      queryKey: ['extensions', 'machine', code],
      queryFn: () => calls.devConnection(code),
      refetchInterval: SEALED_EVERY_MS,
    }),
  extensionVersions: (code: string) =>
    queryOptions({
      queryKey: ['extensions', 'versions', code],
      queryFn: () => all((query) => calls.extensionVersions(code, query)),
    }),
  extensionVersion: (code: string, version: number, against?: number) =>
    queryOptions({
      queryKey: ['extensions', 'version', code, version, against],
      queryFn: () => calls.extensionVersion(code, version, against),
    }),
  /** The newest so many; the history begins with its end. */
  extensionHistory: (code: string, version: number | undefined, limit: number) =>
    queryOptions({
      queryKey: ['extensions', 'history', code, version, limit],
      queryFn: () => calls.extensionHistory(code, { version, limit }),
      placeholderData: keepPreviousData,
    }),
  function: (code: string) =>
    queryOptions({ queryKey: ['extensions', 'function', code], queryFn: () => calls.function(code) }),
  invocations: (code: string, query: InvocationsQuery) =>
    queryOptions({
      queryKey: ['extensions', 'invocations', code, query],
      queryFn: () => calls.invocations(code, query),
    }),
  invocation: (code: string, id: number) =>
    queryOptions({ queryKey: ['extensions', 'invocation', code, id], queryFn: () => calls.invocation(code, id) }),
  functionUsage: (code: string) =>
    queryOptions({ queryKey: ['extensions', 'invocations', code, 'usage'], queryFn: () => calls.functionUsage(code) }),
  reviews: (query: ListQuery) =>
    queryOptions({ queryKey: ['extensions', 'reviews', query], queryFn: () => calls.reviews(query) }),
  workspaceExtensions: (workspaceId: number) =>
    queryOptions({
      queryKey: ['extensions', 'of-workspace', workspaceId],
      queryFn: () => all((query) => calls.workspaceExtensions(workspaceId, query)),
    }),

  tenantExtensions: () =>
    queryOptions({ queryKey: ['extensions', 'of-tenant'], queryFn: () => all(calls.tenantExtensions) }),
  parameterLint: (parameters: string, points: readonly string[]) =>
    queryOptions({
      queryKey: ['parameter-lint', parameters, points],
      queryFn: () => calls.lintParameters({ parameters, points: [...points] }),
    }),

  eventBuses: () => queryOptions({ queryKey: ['event-buses'], queryFn: () => all(calls.eventBuses) }),
  eventRules: (busId: number) =>
    queryOptions({
      queryKey: ['event-buses', busId, 'rules'],
      queryFn: () => all((query) => calls.eventRules(busId, query)),
    }),
  eventSample: (eventCode: string, busId: number) =>
    queryOptions({
      queryKey: ['event-samples', busId, eventCode],
      queryFn: () => calls.eventSamples(eventCode, busId).then(({ items }) => items[0]!),
      staleTime: Number.POSITIVE_INFINITY,
    }),
  patternVerdict: (pattern: object | null, event: object | null) =>
    queryOptions({
      queryKey: ['event-patterns', JSON.stringify(pattern), JSON.stringify(event)],
      queryFn: () => calls.tryPattern(pattern ?? {}, event ?? {}),
      enabled: pattern !== null && event !== null,
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  /** null: of tenant-level events. */
  channel: (workspaceId: number | null) =>
    queryOptions({ queryKey: ['channel', workspaceId], queryFn: () => calls.channel(workspaceId) }),
  routing: (workspaceId: number | null) =>
    queryOptions({ queryKey: ['routing', workspaceId], queryFn: () => calls.routing(workspaceId) }),
  deadLetters: (query: ListQuery & DeadLettersFilter) =>
    queryOptions({ queryKey: ['dead-letters', query], queryFn: () => calls.deadLetters(query) }),
}
