/** Every call of the native API that the console makes, one line each. */
import { addressOf, type Page, type Query, request } from './client.ts'
import type {
  AccessKey,
  Alert,
  AlertRule,
  AlertSecret,
  AuditEntry,
  AuditSealStanding,
  BackfillAsked,
  BackfillDetail,
  BackfillDone,
  BackfillPreview,
  BackfillState,
  BackfillSummary,
  BackfillVerb,
  Channel,
  ChannelChange,
  ConfigurationChange,
  DagDetail,
  DagKind,
  DagStatus,
  DagSummary,
  DataSource,
  DataSourceChange,
  DataSourceTest,
  DeadLetter,
  DeadLetterSelection,
  DeadLettersDone,
  DeliveryView,
  DevConnection,
  Environment,
  EventBus,
  EventRule,
  EventSample,
  ExtensionChange,
  ExtensionCredentials,
  ExtensionDecision,
  ExtensionHistoryEntry,
  ExtensionStatus,
  ExtensionVersion,
  ExtensionVersionDetail,
  ExtensionView,
  FlowSpecImport,
  FlowSpecImported,
  FunctionChange,
  FunctionDeliveryChange,
  FunctionTestRan,
  FunctionTestRun,
  FunctionUsage,
  FunctionView,
  HeldNow,
  InstanceChange,
  InstanceDetail,
  InstanceGraph,
  InstanceLog,
  InstanceOperation,
  InstanceStatus,
  InstanceSummary,
  InvocationDetail,
  InvocationView,
  LintedParameters,
  Me,
  Member,
  MemberRoles,
  NewAccessKey,
  NewAlertRule,
  NewBackfill,
  NewDataSource,
  NewEventBus,
  NewEventRule,
  NewExtension,
  NewResourceGroup,
  NewTrial,
  NewUser,
  NewWorkspace,
  NodeDetail,
  NodeGraph,
  NodeOperation,
  NodeRun,
  NodeSummary,
  NodeVersion,
  ObjectLogEntry,
  OperationDetail,
  OperationState,
  OperationView,
  ParameterText,
  PassReason,
  PasswordChange,
  PatternVerdict,
  ProcessStatus,
  ProviderLink,
  Recurrence,
  ResourceGroup,
  ResourceGroupChange,
  Routing,
  Session,
  SignedOut,
  SignIn,
  SignInOptions,
  SigningSecretRotation,
  SigningSecrets,
  StartedNodeRun,
  TargetTested,
  TenantExtension,
  TestingChange,
  Tryable,
  User,
  UserChange,
  UserMade,
  Workspace,
  WorkspaceExtension,
} from './shapes.ts'

export type ListQuery = { readonly limit?: number; readonly cursor?: string }
export type InvocationsQuery = ListQuery & {
  readonly failed?: boolean
  readonly tests?: boolean
  readonly messageId?: string
}
export type NodesQuery = ListQuery & {
  readonly environment: Environment
  readonly name?: string
  readonly recurrence?: Recurrence
  readonly programType?: string
}
export type BackfillsQuery = ListQuery & {
  readonly environment: Environment
  readonly name?: string
  readonly state?: BackfillState
  readonly operationId?: string
  readonly mine?: true
}
export type InstancesQuery = ListQuery & {
  readonly environment: Environment
  readonly bizdate?: string
  readonly status?: InstanceStatus
  readonly kind?: DagKind
  readonly frozen?: 'true' | 'false'
  readonly name?: string
  readonly nodeId?: number
  readonly dagId?: number
}
export type RunsQuery = ListQuery & {
  readonly environment: Environment
  readonly bizdate?: string
  readonly status?: DagStatus
  readonly kind?: DagKind
}
export type GraphReach = { readonly up: number; readonly down: number }
export type OperationsQuery = ListQuery & {
  readonly workspaceId?: number
  readonly state?: OperationState
  readonly status?: ProcessStatus
  readonly eventCode?: string
  readonly extension?: string
  readonly mine?: true
  readonly checked?: true
  readonly trials?: true
}
export type AuditQuery = ListQuery & {
  readonly workspaceId?: number | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly userId?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}
export type DeadLettersFilter = {
  readonly busId?: number
  readonly targetId?: number
  readonly workspaceId?: number
  readonly eventCode?: string
  readonly extension?: string
  readonly from?: string
  readonly to?: string
}
export type ExtensionVerb = 'submit' | 'withdraw' | 'approve' | 'reject' | 'publish' | 'disable' | 'discard'
export type ExtensionsQuery = ListQuery & {
  readonly search?: string | undefined
  readonly status?: ExtensionStatus | undefined
  readonly level?: 'workspace' | 'tenant' | undefined
  readonly point?: string | undefined
  readonly module?: string | undefined
  readonly owner?: string | undefined
}

const get = <T>(path: string, query?: Query) => request<T>('GET', path, undefined, query)
const post = <T>(path: string, body?: unknown) => request<T>('POST', path, body)
const put = <T>(path: string, body: unknown) => request<T>('PUT', path, body)
const patch = <T>(path: string, body: unknown) => request<T>('PATCH', path, body)
const remove = (path: string) => request<void>('DELETE', path)
const of = encodeURIComponent
/** One business date is asked for as the range that it is. */
const oneDay = <Q extends { readonly bizdate?: string | undefined }>({ bizdate, ...query }: Q) => ({
  ...query,
  bizdateFrom: bizdate,
  bizdateTo: bizdate,
})
const channelPath = (workspaceId: number | null) =>
  workspaceId === null ? '/tenant-channel' : `/workspaces/${workspaceId}/channel`

/** Where the browser itself fetches an export from. */
export const auditExportAddress = (query: Query): string => addressOf('/audit/export', query)

export const calls = {
  me: () => get<Me>('/session'),
  signIn: (body: SignIn) => post<Me>('/session', body),
  signInOptions: () => get<SignInOptions>('/sign-in-options'),
  signOut: () => request<SignedOut>('DELETE', '/session'),
  changeOwnName: (displayName: string) => patch<Me>('/session', { displayName }),
  changePassword: (body: PasswordChange) => post<void>('/session/password', body),
  linkProvider: () => post<ProviderLink>('/session/openid/link'),
  sessions: () => get<Page<Session>>('/sessions'),
  endSession: (id: string) => remove(`/sessions/${of(id)}`),
  endOtherSessions: () => remove('/sessions'),

  accessKeys: () => get<Page<AccessKey>>('/access-keys'),
  createAccessKey: () => post<NewAccessKey>('/access-keys'),
  setAccessKeyActive: (id: string, active: boolean) => patch<AccessKey>(`/access-keys/${of(id)}`, { active }),
  deleteAccessKey: (id: string) => remove(`/access-keys/${of(id)}`),

  users: (query: ListQuery) => get<Page<User>>('/users', query),
  createUser: (body: NewUser) => post<UserMade>('/users', body),
  changeUser: (id: string, body: UserChange) => patch<User>(`/users/${of(id)}`, body),
  resetPassword: (id: string) => post<UserMade>(`/users/${of(id)}/reset-password`),
  unlockUser: (id: string) => post<User>(`/users/${of(id)}/unlock`),
  unlinkUser: (id: string) => post<User>(`/users/${of(id)}/unlink`),
  endUserSessions: (id: string) => remove(`/users/${of(id)}/sessions`),
  userKeys: (id: string) => get<Page<AccessKey>>(`/users/${of(id)}/access-keys`),
  setUserKeyActive: (id: string, key: string, active: boolean) =>
    patch<AccessKey>(`/users/${of(id)}/access-keys/${of(key)}`, { active }),
  deleteUserKey: (id: string, key: string) => remove(`/users/${of(id)}/access-keys/${of(key)}`),

  workspaces: (query: ListQuery) => get<Page<Workspace>>('/workspaces', query),
  workspace: (id: number) => get<Workspace>(`/workspaces/${id}`),
  createWorkspace: (body: NewWorkspace) => post<Workspace>('/workspaces', body),
  members: (id: number, query: ListQuery) => get<Page<Member>>(`/workspaces/${id}/members`, query),
  setMember: (id: number, userId: string, body: MemberRoles) =>
    put<Member>(`/workspaces/${id}/members/${of(userId)}`, body),
  removeMember: (id: number, userId: string) => remove(`/workspaces/${id}/members/${of(userId)}`),

  nodes: (workspaceId: number, query: NodesQuery) => get<Page<NodeSummary>>(`/workspaces/${workspaceId}/nodes`, query),
  node: (workspaceId: number, nodeId: number, environment: Environment) =>
    get<NodeDetail>(`/workspaces/${workspaceId}/nodes/${nodeId}`, { environment }),
  operateNodes: (workspaceId: number, body: NodeOperation) =>
    post<OperationView>(`/workspaces/${workspaceId}/node-operations`, body),
  importFlowSpec: (workspaceId: number, body: FlowSpecImport) =>
    post<FlowSpecImported>(`/workspaces/${workspaceId}/flowspec-imports`, body),

  resourceGroups: () => get<Page<ResourceGroup>>('/resource-groups'),
  createResourceGroup: (body: NewResourceGroup) => post<ResourceGroup>('/resource-groups', body),
  changeResourceGroup: (id: number, body: ResourceGroupChange) => patch<ResourceGroup>(`/resource-groups/${id}`, body),
  deleteResourceGroup: (id: number) => remove(`/resource-groups/${id}`),
  dataSources: (workspaceId: number, environment: Environment) =>
    get<Page<DataSource>>(`/workspaces/${workspaceId}/data-sources`, { environment }),
  createDataSource: (workspaceId: number, body: NewDataSource) =>
    post<DataSource>(`/workspaces/${workspaceId}/data-sources`, body),
  changeDataSource: (workspaceId: number, id: number, body: DataSourceChange) =>
    patch<DataSource>(`/workspaces/${workspaceId}/data-sources/${id}`, body),
  deleteDataSource: (workspaceId: number, id: number) => remove(`/workspaces/${workspaceId}/data-sources/${id}`),
  testDataSource: (workspaceId: number, id: number) =>
    post<DataSourceTest>(`/workspaces/${workspaceId}/data-sources/${id}/test`),
  backfills: (workspaceId: number, query: BackfillsQuery) =>
    get<Page<BackfillSummary>>(`/workspaces/${workspaceId}/backfills`, query),
  backfill: (workspaceId: number, id: number) => get<BackfillDetail>(`/workspaces/${workspaceId}/backfills/${id}`),
  previewBackfill: (workspaceId: number, body: NewBackfill) =>
    post<BackfillPreview>(`/workspaces/${workspaceId}/backfill-previews`, body),
  createBackfill: (workspaceId: number, body: NewBackfill) =>
    post<BackfillAsked>(`/workspaces/${workspaceId}/backfills`, body),
  operateBackfill: (workspaceId: number, id: number, verb: BackfillVerb) =>
    post<BackfillDone>(`/workspaces/${workspaceId}/backfills/${id}/${verb}`),
  nodeVersions: (workspaceId: number, nodeId: number, query: ListQuery) =>
    get<Page<NodeVersion>>(`/workspaces/${workspaceId}/nodes/${nodeId}/versions`, query),
  nodeLogOfOperations: (workspaceId: number, nodeId: number, query: ListQuery) =>
    get<Page<ObjectLogEntry>>(`/workspaces/${workspaceId}/nodes/${nodeId}/operation-log`, query),
  nodeGraph: (workspaceId: number, query: GraphReach & { environment: Environment; nodeId: number }) =>
    get<NodeGraph>(`/workspaces/${workspaceId}/node-graph`, query),

  instances: (workspaceId: number, query: InstancesQuery) =>
    get<Page<InstanceSummary>>(`/workspaces/${workspaceId}/instances`, oneDay(query)),
  instance: (workspaceId: number, id: number) => get<InstanceDetail>(`/workspaces/${workspaceId}/instances/${id}`),
  instanceLog: (workspaceId: number, id: number, query: { run: number | undefined; after: number }) =>
    get<InstanceLog>(`/workspaces/${workspaceId}/instances/${id}/log`, query),
  instanceLogOfOperations: (workspaceId: number, id: number, query: ListQuery) =>
    get<Page<ObjectLogEntry>>(`/workspaces/${workspaceId}/instances/${id}/operation-log`, query),
  instanceGraph: (workspaceId: number, query: GraphReach & { instanceId?: number; dagId?: number }) =>
    get<InstanceGraph>(`/workspaces/${workspaceId}/instance-graph`, query),
  operateInstances: (workspaceId: number, body: InstanceOperation) =>
    post<OperationView>(`/workspaces/${workspaceId}/instance-operations`, body),
  changeInstances: (workspaceId: number, change: InstanceChange) =>
    post<void>(`/workspaces/${workspaceId}/instance-changes`, change),
  removeDependencies: (workspaceId: number, id: number, upstreamInstanceIds: readonly number[]) =>
    post<void>(`/workspaces/${workspaceId}/instances/${id}/remove-dependencies`, { upstreamInstanceIds }),
  /** A test of a node, or a start of a manual one. */
  runNode: (workspaceId: number, kind: 'smoke-test' | 'manual', body: NodeRun) =>
    post<StartedNodeRun>(`/workspaces/${workspaceId}/${kind === 'manual' ? 'manual-runs' : 'smoke-tests'}`, body),
  runs: (workspaceId: number, query: RunsQuery) =>
    get<Page<DagSummary>>(`/workspaces/${workspaceId}/dags`, oneDay(query)),
  run: (workspaceId: number, id: number) => get<DagDetail>(`/workspaces/${workspaceId}/dags/${id}`),
  alertRules: (workspaceId: number, query: ListQuery) =>
    get<Page<AlertRule> & { readonly canSendMail: boolean }>(`/workspaces/${workspaceId}/alert-rules`, query),
  createAlertRule: (workspaceId: number, body: NewAlertRule) =>
    post<AlertRule>(`/workspaces/${workspaceId}/alert-rules`, body),
  changeAlertRule: (workspaceId: number, id: number, body: NewAlertRule) =>
    put<AlertRule>(`/workspaces/${workspaceId}/alert-rules/${id}`, body),
  deleteAlertRule: (workspaceId: number, id: number) => remove(`/workspaces/${workspaceId}/alert-rules/${id}`),
  testAlertRule: (workspaceId: number, id: number) => post<Alert>(`/workspaces/${workspaceId}/alert-rules/${id}/test`),
  alertSecret: (workspaceId: number, id: number) =>
    get<AlertSecret>(`/workspaces/${workspaceId}/alert-rules/${id}/signing-secret`),
  alerts: (workspaceId: number, query: ListQuery & { readonly alertRuleId?: number }) =>
    get<Page<Alert>>(`/workspaces/${workspaceId}/alerts`, query),

  operations: (query: OperationsQuery) => get<Page<OperationView>>('/operations', query),
  audit: (query: AuditQuery) => get<Page<AuditEntry>>('/audit', query),
  auditSeal: () => get<AuditSealStanding>('/audit/seal'),
  heldNow: () => get<HeldNow>('/held-operations'),
  operation: (id: string) => get<OperationDetail>(`/operations/${of(id)}`),
  withdraw: (id: string) => post<OperationView>(`/operations/${of(id)}/withdraw`),
  passCheck: (id: string, extensionCode: string, body: PassReason) =>
    post<OperationView>(`/operations/${of(id)}/checks/${of(extensionCode)}/pass`, body),
  redeliver: (deliveryId: string) => post<DeliveryView>(`/deliveries/${of(deliveryId)}/redeliver`),

  extensions: (query: ExtensionsQuery) => get<Page<ExtensionView>>('/extensions', query),
  extension: (code: string) => get<ExtensionView>(`/extensions/${of(code)}`),
  tryable: (code: string) => get<Tryable>(`/extensions/${of(code)}/trial-events`),
  sendTrial: (code: string, body: NewTrial) => post<OperationDetail>(`/extensions/${of(code)}/trials`, body),
  devConnection: (code: string) => get<DevConnection>(`/extensions/${of(code)}/dev-connection`),
  registerExtension: (body: NewExtension) => post<ExtensionView>('/extensions', body),
  changeExtension: (code: string, body: ExtensionChange) => patch<ExtensionView>(`/extensions/${of(code)}`, body),
  moveExtension: (code: string, verb: ExtensionVerb, body: ExtensionDecision = {}) =>
    post<ExtensionView>(`/extensions/${of(code)}/${verb}`, body),
  deleteExtension: (code: string) => remove(`/extensions/${of(code)}`),
  changeExtensionOwner: (code: string, ownerId: string) =>
    put<ExtensionView>(`/extensions/${of(code)}/owner`, { ownerId }),
  extensionVersions: (code: string, query: ListQuery) =>
    get<Page<ExtensionVersion>>(`/extensions/${of(code)}/versions`, query),
  extensionVersion: (code: string, version: number, against?: number) =>
    get<ExtensionVersionDetail>(`/extensions/${of(code)}/versions/${version}`, { against }),
  extensionHistory: (code: string, query: ListQuery & { version?: number | undefined }) =>
    get<Page<ExtensionHistoryEntry>>(`/extensions/${of(code)}/history`, query),
  commentExtension: (code: string, text: string, version: number) =>
    post<ExtensionHistoryEntry>(`/extensions/${of(code)}/comments`, { text, version }),
  function: (code: string) => get<FunctionView>(`/extensions/${of(code)}/function`),
  changeFunction: (code: string, body: FunctionChange) => patch<FunctionView>(`/extensions/${of(code)}/function`, body),
  changeFunctionDelivery: (code: string, body: FunctionDeliveryChange) =>
    patch<FunctionView>(`/extensions/${of(code)}/function/delivery`, body),
  runFunction: (code: string, body: FunctionTestRun) =>
    post<FunctionTestRan>(`/extensions/${of(code)}/function/test-runs`, body),
  invocations: (code: string, query: InvocationsQuery) =>
    get<Page<InvocationView>>(`/extensions/${of(code)}/function/invocations`, query),
  invocation: (code: string, id: number) => get<InvocationDetail>(`/extensions/${of(code)}/function/invocations/${id}`),
  functionUsage: (code: string) => get<FunctionUsage>(`/extensions/${of(code)}/function/usage`),
  reviews: (query: ListQuery) => get<Page<ExtensionVersion>>('/reviews', query),
  credentials: (code: string) => get<ExtensionCredentials>(`/extensions/${of(code)}/credentials`),
  createCredentials: (code: string) => post<NewAccessKey>(`/extensions/${of(code)}/credentials`),
  setCredentialsActive: (code: string, key: string, active: boolean) =>
    patch<AccessKey>(`/extensions/${of(code)}/credentials/${of(key)}`, { active }),
  deleteCredentials: (code: string, key: string) => remove(`/extensions/${of(code)}/credentials/${of(key)}`),
  workspaceExtensions: (workspaceId: number, query: ListQuery) =>
    get<Page<WorkspaceExtension>>(`/workspaces/${workspaceId}/extensions`, query),
  setWorkspaceExtension: (workspaceId: number, code: string, body: ConfigurationChange) =>
    put<WorkspaceExtension>(`/workspaces/${workspaceId}/extensions/${of(code)}`, body),

  tenantExtensions: (query: ListQuery) => get<Page<TenantExtension>>('/tenant-extensions', query),
  setTenantExtension: (code: string, body: ConfigurationChange) =>
    put<TenantExtension>(`/tenant-extensions/${of(code)}`, body),
  setTenantTesting: (code: string, body: TestingChange) =>
    put<TenantExtension>(`/tenant-extensions/${of(code)}/testing`, body),
  lintParameters: (body: ParameterText) => post<LintedParameters>('/parameter-lint', body),

  eventBuses: (query: ListQuery) => get<Page<EventBus>>('/event-buses', query),
  createEventBus: (body: NewEventBus) => post<EventBus>('/event-buses', body),
  changeEventBus: (busId: number, description: string) => patch<EventBus>(`/event-buses/${busId}`, { description }),
  deleteEventBus: (busId: number) => remove(`/event-buses/${busId}`),
  eventRules: (busId: number, query: ListQuery) => get<Page<EventRule>>(`/event-buses/${busId}/rules`, query),
  createEventRule: (busId: number, body: NewEventRule) => post<EventRule>(`/event-buses/${busId}/rules`, body),
  changeEventRule: (busId: number, ruleId: number, body: NewEventRule) =>
    put<EventRule>(`/event-buses/${busId}/rules/${ruleId}`, body),
  deleteEventRule: (busId: number, ruleId: number) => remove(`/event-buses/${busId}/rules/${ruleId}`),
  signingSecrets: (busId: number, ruleId: number, target: string) =>
    get<SigningSecrets>(`/event-buses/${busId}/rules/${ruleId}/targets/${of(target)}/signing-secrets`),
  rotateSigningSecret: (busId: number, ruleId: number, target: string, body: SigningSecretRotation) =>
    post<SigningSecrets>(`/event-buses/${busId}/rules/${ruleId}/targets/${of(target)}/signing-secrets/rotate`, body),
  testTarget: (busId: number, ruleId: number, name: string, eventCode: string) =>
    post<TargetTested>(`/event-buses/${busId}/rules/${ruleId}/targets/${of(name)}/test`, { eventCode }),
  unblockTarget: (busId: number, ruleId: number, name: string) =>
    post<void>(`/event-buses/${busId}/rules/${ruleId}/targets/${of(name)}/unblock`),
  tryPattern: (pattern: object, event: object) => post<PatternVerdict>('/event-patterns/try', { pattern, event }),
  eventSamples: (eventCode: string, busId: number) =>
    get<{ items: EventSample[] }>('/event-samples', { eventCode, busId }),
  /** null: of tenant-level events. */
  channel: (workspaceId: number | null) => get<Channel>(channelPath(workspaceId)),
  setChannel: (workspaceId: number | null, body: ChannelChange) => put<Channel>(channelPath(workspaceId), body),
  routing: (workspaceId: number | null) =>
    get<Routing>(workspaceId === null ? '/tenant-routing' : `/workspaces/${workspaceId}/routing`),
  deadLetters: (query: ListQuery & DeadLettersFilter) => get<Page<DeadLetter>>('/dead-letters', query),
  endDeadLetters: (verb: 'replay' | 'drop', body: DeadLetterSelection) =>
    post<DeadLettersDone>(`/dead-letters/${verb}`, body),
}
