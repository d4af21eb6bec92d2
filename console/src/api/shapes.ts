/** The shapes of the native API. The one place that says where they come from. */
import type { NodeSummary, OperationView } from '@holdpoint/sdk'

export type {
  AccessKey,
  Channel,
  ChannelChangeInput as ChannelChange,
  CheckState,
  CheckView,
  DeliveryView,
  EventBus,
  EventRule,
  ExtensionChange,
  ExtensionDecisionInput as ExtensionDecision,
  ExtensionStatus,
  ExtensionView,
  FlowSpecImported,
  FlowSpecImportInput as FlowSpecImport,
  HeldNow,
  Me,
  Member,
  MemberRoles,
  NewAccessKey,
  NewEventBusInput as NewEventBus,
  NewEventRuleInput as NewEventRule,
  NewExtensionInput as NewExtension,
  NewUserInput as NewUser,
  NewWorkspaceInput as NewWorkspace,
  NodeDetail,
  NodeOperationInput as NodeOperation,
  NodeRelative,
  NodeSummary,
  OperationDetail,
  OperationView,
  PassReason,
  Person,
  Problem,
  SignIn,
  SigningSecretRotation,
  SigningSecrets,
  Target,
  User,
  UserChange,
  Workspace,
  WorkspaceExtension,
  WorkspaceExtensionChange,
} from '@holdpoint/sdk'

export type Environment = NodeSummary['environment']
export type Recurrence = NodeSummary['recurrence']
export type NodeOperationPoint = NodeSummary['may'][number]
export type OperationState = OperationView['state']
export type ProcessStatus = NonNullable<OperationView['status']>
