/** The shapes of the native API. The one place that says where they come from. */
import type { BackfillDetail, BackfillSummary, DagSummary, NodeSummary, OperationView } from '@holdpoint/sdk'

export type {
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
  BackfillRequestInput as NewBackfill,
  BackfillSummary,
  Channel,
  ChannelChangeInput as ChannelChange,
  CheckState,
  CheckView,
  ConfigurationChange,
  DagDetail,
  DagKind,
  DagSummary,
  DeadLetter,
  DeadLetterSelection,
  DeadLettersDone,
  DeliveryView,
  DevConnection,
  EventBus,
  EventRule,
  EventSample,
  ExtensionChange,
  ExtensionCredentials,
  ExtensionDecisionInput as ExtensionDecision,
  ExtensionHistoryEntry,
  ExtensionStatus,
  ExtensionVersion,
  ExtensionVersionDetail,
  ExtensionView,
  FlowSpecImported,
  FlowSpecImportInput as FlowSpecImport,
  Function as FunctionView,
  FunctionChange,
  FunctionDeliveryChange,
  FunctionLogLine,
  FunctionTestRan,
  FunctionTestRun,
  FunctionUsage,
  HeldNow,
  InstanceDetail,
  InstanceGraph,
  InstanceLog,
  InstanceRelative,
  InstanceRun,
  InstanceStatus,
  InstanceSummary,
  Invocation as InvocationView,
  InvocationDetail,
  LintedParameters,
  Me,
  Member,
  MemberRoles,
  NewAccessKey,
  NewAlertRuleInput as NewAlertRule,
  NewEventBusInput as NewEventBus,
  NewEventRuleInput as NewEventRule,
  NewExtensionInput as NewExtension,
  NewTargetInput as NewTarget,
  NewTrialInput as NewTrial,
  NewUserInput as NewUser,
  NewWorkspaceInput as NewWorkspace,
  NodeDetail,
  NodeGraph,
  NodeOperationInput as NodeOperation,
  NodeRelative,
  NodeSummary,
  ObjectLogEntry,
  OperationDetail,
  OperationView,
  OptionField,
  ParameterText,
  PassReason,
  PasswordChange,
  PatternVerdict,
  Person,
  Problem,
  ProviderLink,
  ResourceGroup,
  Routing,
  Session,
  SignedOut,
  SignIn,
  SignInOptions,
  SigningSecretRotation,
  SigningSecrets,
  Target,
  TargetTested,
  TenantExtension,
  TestingChange,
  Tryable,
  User,
  UserChange,
  UserMade,
  Workspace,
  WorkspaceExtension,
} from '@holdpoint/sdk'

export type Environment = NodeSummary['environment']
export type BackfillCounts = BackfillDetail['counts']
export type BackfillState = BackfillSummary['state']
export type BackfillVerb = BackfillSummary['may'][number]
export type Recurrence = NodeSummary['recurrence']
export type NodeOperationPoint = NodeSummary['may'][number]
export type OperationState = OperationView['state']
export type ProcessStatus = NonNullable<OperationView['status']>
export type DagStatus = DagSummary['status']

export type InstanceOperation = {
  readonly operation: 'freeze' | 'unfreeze' | 'terminate' | 'rerun' | 'set-success'
  readonly instanceIds: readonly number[]
  readonly force?: 'no' | 'this-one' | 'with-downstream'
  readonly latest?: boolean
}
export type NodeRun = {
  readonly environment: Environment
  readonly nodeId: number
  readonly bizdate: string
  readonly parameters: string | null
}
export type StartedNodeRun = { readonly dagId: number; readonly instanceIds: readonly number[] }
