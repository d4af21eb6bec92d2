/** Rows of the store as the shapes that the native API answers. */
import { checkDelivery, may, parameterText, type Wait, waitOf } from '@holdpoint/core'
import type { z } from 'zod'
import { mayNotPass } from '../gate/pass-check.ts'
import { checkOf } from '../gate/release.ts'
import type { DeliveryRow, DeliveryStandRow } from '../store/deliveries.ts'
import type { NodeListRow, NodeVersionRow, RelativeRow } from '../store/nodes.ts'
import type { CheckListRow, OperationListRow } from '../store/operations.ts'
import type { Caller } from '../store/principals.ts'
import type { ListedUserRow } from '../store/users.ts'
import type { WorkspaceRow } from '../store/workspaces.ts'
import type { User } from './access-shapes.ts'
import type * as shapes from './shapes.ts'

export const person = (id: number, name: string) => ({ id: String(id), name })
const at = (date: Date) => date.toISOString()
const atOrNull = (date: Date | null) => date?.toISOString() ?? null

/** How somebody signs in is the business of who looks after users. */
export function userView(caller: Caller, row: ListedUserRow): z.input<typeof User> {
  return {
    id: String(row.id),
    name: row.name,
    displayName: row.display_name,
    tenantRoles: row.tenant_roles,
    disabled: row.disabled_at !== null,
    signIn: may(caller, 'user.write')
      ? {
          email: row.email,
          hasPassword: row.password_hash !== null,
          oneTimeUntil: atOrNull(row.one_time_until),
          atProvider: row.at_provider,
          lockedUntil: atOrNull(row.locked_until),
        }
      : null,
    serviceOf: row.service_of_code,
    createdAt: at(row.created_at),
  }
}

export function workspaceView(row: WorkspaceRow): z.input<typeof shapes.Workspace> {
  return {
    id: row.id,
    name: row.name,
    identifier: row.identifier,
    description: row.description,
    mode: row.mode,
    environments: row.mode === 'standard' ? ['DEV', 'PROD'] : ['PROD'],
    createdAt: at(row.created_at),
  }
}

export type HeldObjects = readonly {
  readonly id: string
  readonly event_code: string
  readonly objects: readonly { readonly id: string }[]
}[]

export function nodeView(caller: Caller, row: NodeListRow, held: HeldObjects): z.input<typeof shapes.NodeSummary> {
  const operable = may(caller, 'node.operate', row.workspace_id)
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    environment: row.environment,
    name: row.name,
    programType: row.program_type,
    owner: row.owner_id === null || row.owner_name === null ? null : person(row.owner_id, row.owner_name),
    ownerName: row.owner_id === null ? row.definition.owner : null,
    recurrence: row.recurrence,
    trigger: row.trigger,
    cron: row.cron,
    priority: row.priority,
    isRoot: row.is_root,
    version: row.version,
    modifiedAt: at(row.modified_at),
    heldBy: held
      .filter((operation) => operation.objects.some((object) => object.id === String(row.id)))
      .map((operation) => ({ operationId: operation.id, eventCode: operation.event_code })),
    may: operable
      ? [
          row.recurrence === 'pause' ? ('unfreeze-node' as const) : ('freeze-node' as const),
          ...(row.is_root ? [] : (['undeploy-node'] as const)),
        ]
      : [],
  }
}

export function nodeVersionView(row: NodeVersionRow): z.input<typeof shapes.NodeVersion> {
  return {
    version: row.version,
    madeAt: row.made_at?.toISOString() ?? null,
    madeBy: row.made_by === null ? null : person(row.made_by, row.made_by_name ?? ''),
    definition: row.definition,
  }
}

export function nodeDetailView(
  caller: Caller,
  row: NodeListRow,
  around: {
    held: HeldObjects
    upstream: readonly RelativeRow[]
    downstream: readonly RelativeRow[]
    unresolved: readonly string[]
    nextRunsMs: readonly number[]
    /** The server's. */
    timeZone: string
  },
): z.input<typeof shapes.NodeDetail> {
  const summary = nodeView(caller, row, around.held)
  const { definition } = row
  return {
    ...summary,
    may: around.downstream.length > 0 ? summary.may.filter((point) => point !== 'undeploy-node') : summary.may,
    description: definition.description,
    parameters: parameterText(definition.parameters),
    script: definition.script ?? { path: null, language: null, content: null },
    inputs: definition.inputs.map((input) => input.output),
    outputs: definition.outputs.map((output) => output.output),
    unresolvedInputs: [...around.unresolved],
    timeZone: definition.timezone ?? around.timeZone,
    startAt: definition.startAt,
    endAt: definition.endAt,
    nextRunsAt: around.nextRunsMs.map((ms) => new Date(ms).toISOString()),
    crossCycle: definition.crossCycle,
    rerunMode: definition.rerunMode,
    rerunTimes: definition.rerunTimes,
    timeoutSeconds: definition.timeoutSeconds,
    instanceMode: definition.instanceMode,
    resourceGroup: definition.resourceGroup,
    dataSource: definition.dataSource?.name ?? null,
    upstream: around.upstream.map(relativeView),
    downstream: around.downstream.map(relativeView),
  }
}

const relativeView = (row: RelativeRow): z.input<typeof shapes.NodeRelative> => ({
  id: row.id,
  name: row.name,
  programType: row.program_type,
  workspaceId: row.workspace_id,
  recurrence: row.recurrence,
  dependency: row.dependency_type === 'normal' ? 'normal' : 'cross-cycle',
})

export function operationView(
  caller: Caller,
  row: OperationListRow,
  checks: readonly CheckListRow[],
  deliveries: readonly DeliveryStandRow[],
): z.input<typeof shapes.OperationView> {
  const mine = checks.filter((check) => check.operation_id === row.id)
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    eventCode: row.event_code,
    state: row.state,
    status: row.status,
    objectName: row.object_name,
    objects: row.objects.map(({ id, name }) => ({ id, name })),
    requestedBy: person(row.requested_by, row.requested_by_name),
    requestedAt: at(row.requested_at),
    endedAt: atOrNull(row.ended_at),
    expiresAt: mine.length === 0 ? null : atOrNull(row.message_expires_at),
    reason: row.reason,
    reasons: (row.why ?? []).map(({ code, details }) => ({ code, details: { ...details } })),
    messageId: row.message_id,
    mayWithdraw: row.state === 'held' && row.requested_by === caller.userId,
    trial: row.trial,
    checks: mine.map((check) => checkView(caller, row, check, deliveries)),
  }
}

function checkView(
  caller: Caller,
  operation: OperationListRow,
  check: CheckListRow,
  deliveries: readonly DeliveryStandRow[],
): z.input<typeof shapes.CheckView> {
  const serving = deliveries.filter((one) => one.message_id === operation.message_id && serves(one, check))
  const wait =
    operation.state === 'held'
      ? waitOf(
          checkOf(check),
          serving.map((one) => ({ state: one.state, targetBlocked: one.blocked_at !== null })),
        )
      : null
  const earliest = (instants: readonly (Date | null)[]) =>
    instants.reduce((first, one) => (one !== null && (first === null || one < first) ? one : first), null)
  const sentAt = earliest(serving.map((one) => one.first_attempt_at))
  const acceptedAt = earliest(serving.map((one) => one.accepted_at))
  const pending = serving.filter((one) => one.state === 'pending' && one.blocked_at === null)
  return {
    extensionCode: check.code,
    extensionName: check.name,
    version: check.version,
    deployment: check.deployment,
    owner: person(check.owner_id, check.owner_name),
    state: checkStateOf(check, serving),
    result: check.result,
    comment: check.comment,
    functionFailure: check.function_failure,
    mayReadInvocations: check.deployment === 'function' && mayReadInvocations(caller, check),
    detailUrl: check.detail_url,
    helpDocUrl: check.help_doc_url,
    waitsFor: wait,
    waitsSince: wait === null ? null : at(waitsSince(wait, operation, check, serving, acceptedAt)),
    nextAttemptAt: wait === null ? null : atOrNull(earliest(pending.map((one) => one.next_attempt_at))),
    sentAt: atOrNull(sentAt),
    acceptedAt: atOrNull(acceptedAt),
    answeredAt: atOrNull(check.answered_at),
    expiresAt: at(operation.message_expires_at!),
    onUnanswered: check.on_unanswered,
    passedBy: check.passed_by === null ? null : person(check.passed_by, check.passed_by_name ?? ''),
    passedReason: check.passed_reason,
    mayPass: mayNotPass(caller, operation, check) === null,
  }
}

/** How a check stands, by the deliveries that serve its extension. */
export function checkStateOf(
  check: CheckListRow,
  serving: readonly DeliveryStandRow[],
): z.input<typeof shapes.CheckState> {
  const waiting = {
    'not-routed': 'not-routed',
    undelivered: 'undelivered',
    sending: 'waiting',
    delivered: 'waiting',
  } as const
  const ended = check.function_failure === null ? 'expired' : 'function-failed'
  if (check.passed_at !== null) return 'passed-by-hand'
  return check.result ?? (check.expired_at !== null ? ended : waiting[checkDelivery(check.code, serving)])
}

/** Rule 25; a function is served by what goes straight to it alone. */
export function serves({ serves, bus_name }: DeliveryStandRow, { code, deployment }: CheckListRow): boolean {
  if (deployment === 'function' && bus_name !== '') return false
  return serves === null || serves.includes(code)
}

/** Since when it is as it is. */
function waitsSince(
  wait: Wait,
  operation: OperationListRow,
  check: CheckListRow,
  serving: readonly DeliveryStandRow[],
  acceptedAt: Date | null,
): Date {
  const latest = (instants: readonly (Date | null)[]) =>
    instants.reduce((last, one) => (one !== null && (last === null || one > last) ? one : last), null)
  const since: Readonly<Record<Wait, Date | null>> = {
    'not-routed': null,
    sending: null,
    undelivered: latest(serving.map((one) => one.ended_at)),
    'target-blocked': latest(serving.map((one) => one.blocked_at)),
    'waiting-for-answer': acceptedAt,
    'waiting-for-person': check.answered_at,
  }
  return since[wait] ?? operation.requested_at
}

export function deliveryView(caller: Caller, row: DeliveryRow): z.input<typeof shapes.DeliveryView> {
  return {
    id: String(row.id),
    targetName: row.target_name,
    endpoint: row.endpoint,
    state: row.state,
    busName: row.bus_name,
    blockedAt: row.state === 'pending' ? atOrNull(row.blocked_at) : null,
    nextAttemptAt: row.state === 'pending' && row.blocked_at === null ? at(row.next_attempt_at) : null,
    attemptCount: row.attempts,
    attempts: row.tries.map((attempt) => ({
      number: attempt.number,
      at: new Date(attempt.at).toISOString(),
      durationMs: attempt.duration_ms,
      status: attempt.status,
      error: attempt.error,
      responseBody: attempt.response_body,
    })),
    mayRedeliver: row.state !== 'pending' && may(caller, 'delivery.redeliver'),
  }
}

/** What a function did and logged is read by its owner and by those who write extensions. */
export function mayReadInvocations(caller: Caller, { owner_id }: { readonly owner_id: number }): boolean {
  return owner_id === caller.userId || may(caller, 'extension.write')
}
