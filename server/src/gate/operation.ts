/**
 * What a module says about one of its operations, so that the gate can hold it without knowing what it is.
 *
 * Adding an extension point is writing one of these and putting it into the module's table.
 */
import type { Action, ExtensionPointCode, Refusal } from '@holdpoint/core'
import type { Transaction } from '../store/database.ts'
import type { OperationChange, OperationObject } from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'

export type Description<Snapshot> = {
  /** What the operation is on; two requests on the same objects are the same request (rule 24). */
  readonly objects: readonly OperationObject[]
  /** All that makes two requests the same, where that is more than their objects. */
  readonly requestKey?: string
  /** One line for lists, e.g. the node's name. */
  readonly objectName: string
  readonly changes: readonly OperationChange[]
  /** Kept with the operation: what `staleness` and `apply` need when it runs. */
  readonly snapshot: Snapshot
  /** The event body without the members that the gate itself knows (extensionBizId, eventCode, tenantId, operator, blockBusiness). */
  readonly body: Readonly<Record<string, unknown>>
  /** False where the rules exempt the operation from checks, e.g. in the development environment (rule 4). */
  readonly triggers: boolean
  /** The numeric code type, for operations on files. */
  readonly fileType: string | null
}

export type OperationKind<Request, Snapshot> = {
  readonly point: ExtensionPointCode
  /** What the person who asked must be allowed to do, when they ask and when it takes effect. */
  readonly action: Action
  /** What they must be allowed besides when it takes effect, where that is more. */
  allows?(requester: Caller, snapshot: Snapshot): boolean
  /** Where the request is for; null for the tenant as a whole. */
  workspaceOf(request: Request): number | null
  /** Reads what would change, locks it, and refuses (throws a Refusal) what cannot be done today anyway. */
  describe(tx: Transaction, request: Request): Promise<Description<Snapshot>>
  /** Notes in the same transaction which operation the request has become, if it is written at all (rule 24). */
  asked?(tx: Transaction, snapshot: Snapshot, operationId: string): void
  /** Rule 15: locks what would change and says what has changed since the snapshot in a way that matters; nothing when nothing has. */
  staleness(tx: Transaction, snapshot: Snapshot): Promise<readonly Refusal[]>
  /** The effect, in the same transaction as its record. It may publish regular events. */
  apply(tx: Transaction, snapshot: Snapshot, effect: Effect): Promise<void>
}

export type Effect = {
  readonly operationId: string
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly requestedBy: number
  /** Whether a regular event could reach anybody. What would be read only to tell it need not be when it could not. */
  mayReach(eventCode: string): Promise<boolean>
  /** After the commit, tells whoever watches a workspace that something of it has changed, and the scheduler that it may have work. */
  changed(kind: 'node' | 'instance' | 'backfill' | 'quality', workspaceId: number): void
  /** Tells a regular event (rules 5 and 26). */
  publish(eventCode: string, body: Readonly<Record<string, unknown>>): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: the table holds operations of every request and snapshot type
export type OperationTable = Readonly<Partial<Record<ExtensionPointCode, OperationKind<any, any>>>>
