/** The shapes of the native API. The one place that says where they come from. */
import type { z } from 'zod'
import type * as shapes from '../../../server/src/api/shapes.ts'

export type Problem = z.infer<typeof shapes.Problem>

export type Person = z.infer<typeof shapes.Person>
export type Me = z.infer<typeof shapes.Me>
export type SignIn = z.input<typeof shapes.SignIn>
export type User = z.infer<typeof shapes.User>
export type NewUser = z.input<typeof shapes.NewUser>
export type UserChange = z.input<typeof shapes.UserChange>
export type AccessKey = z.infer<typeof shapes.AccessKey>
export type NewAccessKey = z.infer<typeof shapes.NewAccessKey>

export type Workspace = z.infer<typeof shapes.Workspace>
export type NewWorkspace = z.input<typeof shapes.NewWorkspace>
export type Member = z.infer<typeof shapes.Member>
export type MemberRoles = z.input<typeof shapes.MemberRoles>

export type Environment = z.infer<typeof shapes.Environment>
export type Recurrence = z.infer<typeof shapes.Recurrence>
export type NodeOperationPoint = z.infer<typeof shapes.NodeOperationPoint>
export type NodeSummary = z.infer<typeof shapes.NodeSummary>
export type NodeRelative = z.infer<typeof shapes.NodeRelative>
export type NodeDetail = z.infer<typeof shapes.NodeDetail>
export type NodeOperation = z.input<typeof shapes.NodeOperation>
export type FlowSpecImport = z.input<typeof shapes.FlowSpecImport>
export type FlowSpecImported = z.infer<typeof shapes.FlowSpecImported>

export type OperationState = z.infer<typeof shapes.OperationState>
export type ProcessStatus = z.infer<typeof shapes.ProcessStatus>
export type CheckState = z.infer<typeof shapes.CheckState>
export type CheckView = z.infer<typeof shapes.CheckView>
export type OperationView = z.infer<typeof shapes.OperationView>
export type OperationDetail = z.infer<typeof shapes.OperationDetail>
export type DeliveryView = z.infer<typeof shapes.DeliveryView>
export type PassReason = z.input<typeof shapes.PassReason>

export type ExtensionStatus = z.infer<typeof shapes.ExtensionStatusShape>
export type ExtensionView = z.infer<typeof shapes.ExtensionView>
export type NewExtension = z.input<typeof shapes.NewExtension>
export type ExtensionChange = z.input<typeof shapes.ExtensionChange>
export type ExtensionDecision = z.input<typeof shapes.ExtensionDecision>
export type WorkspaceExtension = z.infer<typeof shapes.WorkspaceExtension>
export type WorkspaceExtensionChange = z.input<typeof shapes.WorkspaceExtensionChange>

export type EventBus = z.infer<typeof shapes.EventBus>
export type NewEventBus = z.input<typeof shapes.NewEventBus>
export type Channel = z.infer<typeof shapes.Channel>
export type ChannelChange = z.input<typeof shapes.ChannelChange>
export type Target = z.infer<typeof shapes.Target>
export type EventRule = z.infer<typeof shapes.EventRule>
export type NewEventRule = z.input<typeof shapes.NewEventRule>
