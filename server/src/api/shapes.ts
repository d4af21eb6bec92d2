/**
 * The shapes of the native API, as schemas: what comes in is checked by them, what goes out is described by them, and the OpenAPI
 * document and the client's types are generated from them.
 *
 * Ids of workspaces, nodes, tenants and the like are integers below 2^53. A user's id is a string of digits (UID). Instants are RFC 3339 in UTC.
 */
import { DEPLOYMENTS, TENANT_ROLES, WAITS, WORKSPACE_ROLES } from '@holdpoint/core'
import { z } from 'zod'

export const id = z.int().positive()
export const uid = z.string().regex(/^\d{1,19}$/)
export const instant = z.iso.datetime()
/** A name people give: no control characters, no blanks at the ends. */
export const label = z
  .string()
  .trim()
  .min(1)
  .max(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not contain control characters')
export { url } from '../openevent/bus-shapes.ts'

export const Problem = z
  .object({
    type: z.string().describe('Always about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('One of the closed list of refusals, e.g. NODE_ALREADY_FROZEN'),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), problem: z.string() }))
      .optional()
      .describe('Every fault of the request, each with its place'),
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details after RFC 9457' })

// Users, sign-in, AccessKey pairs

export const TenantRoleShape = z.enum(TENANT_ROLES).meta({ id: 'TenantRole' })
export const WorkspaceRoleShape = z.enum(WORKSPACE_ROLES).meta({ id: 'WorkspaceRole' })
export const Person = z.object({ id: uid, name: z.string() }).meta({ id: 'Person' })
export const Me = z
  .object({
    user: z.object({ id: uid, name: z.string(), displayName: z.string() }),
    tenant: z.object({ id, name: z.string(), editionExpiresAt: instant.nullable() }),
    tenantRoles: z.array(TenantRoleShape),
    workspaces: z.array(
      z.object({
        id,
        name: z.string(),
        identifier: z.string(),
        mode: z.enum(['basic', 'standard']),
        roles: z.array(WorkspaceRoleShape),
      }),
    ),
    region: z.string(),
    mayChangePassword: z.boolean(),
    provider: z
      .object({ label: z.string(), linked: z.boolean() })
      .nullable()
      .describe('The OpenID Connect provider, and whether the caller signs in there'),
  })
  .meta({ id: 'Me', description: 'Who is signed in, in which tenant, with which roles' })

// Workspaces

export const Workspace = z
  .object({
    id,
    name: z.string(),
    identifier: z.string(),
    description: z.string(),
    mode: z.enum(['basic', 'standard']),
    environments: z.array(z.enum(['DEV', 'PROD'])),
    createdAt: instant,
  })
  .meta({ id: 'Workspace' })
export const NewWorkspace = z
  .strictObject({
    identifier: z
      .string()
      .regex(/^[a-zA-Z][a-zA-Z0-9_]{2,63}$/, 'a letter, then letters, digits and underscores; 3 to 64 characters'),
    name: label,
    description: z.string().max(1024).default(''),
    mode: z.enum(['basic', 'standard']).default('standard'),
  })
  .meta({ id: 'NewWorkspace' })
export const Member = z.object({ user: Person, roles: z.array(WorkspaceRoleShape) }).meta({ id: 'Member' })
export const MemberRoles = z.strictObject({ roles: z.array(WorkspaceRoleShape).min(1) }).meta({ id: 'MemberRoles' })

// Nodes

export const Environment = z.enum(['PROD', 'DEV'])
export const Recurrence = z.enum(['normal', 'pause', 'skip'])
export const NodeOperationPoint = z.enum(['freeze-node', 'unfreeze-node', 'undeploy-node'])
export const NodeSummary = z
  .object({
    id,
    workspaceId: id,
    environment: Environment,
    name: z.string(),
    programType: z.string(),
    owner: Person.nullable(),
    ownerName: z.string().nullable().describe('As the imported file names the owner, when no user here has that id'),
    recurrence: Recurrence.describe('pause is frozen, skip is dry run'),
    trigger: z.enum(['scheduler', 'manual']).describe('manual: it runs only when somebody starts it'),
    cron: z.string().nullable(),
    priority: z.int(),
    isRoot: z.boolean(),
    version: z.int(),
    modifiedAt: instant,
    heldBy: z
      .array(z.object({ operationId: z.uuid(), eventCode: z.string() }))
      .describe('Operations on this node that are held now'),
    may: z.array(NodeOperationPoint).describe('What the caller may ask for on this node in its present state'),
  })
  .meta({ id: 'NodeSummary' })
export const NodeRelative = z
  .object({
    id,
    name: z.string(),
    programType: z.string(),
    workspaceId: id,
    recurrence: Recurrence,
    dependency: z.enum(['normal', 'cross-cycle']),
  })
  .meta({ id: 'NodeRelative' })
export const NodeDetail = NodeSummary.extend({
  description: z.string(),
  parameters: z.string(),
  script: z.object({ path: z.string().nullable(), language: z.string().nullable(), content: z.string().nullable() }),
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
  unresolvedInputs: z.array(z.string()).describe('Outputs this node waits for that no node here produces'),
  timeZone: z.string().describe('In which its schedule is meant'),
  startAt: z.string().nullable().describe('From when on it is scheduled, in that zone'),
  endAt: z.string().nullable(),
  nextRunsAt: z.array(instant).describe('The next five times of its schedule; empty where it has none'),
  crossCycle: z
    .object({ self: z.boolean(), children: z.boolean() })
    .describe('Whether it waits for its own cycle before, and for those of its direct descendants'),
  rerunMode: z.enum(['all-allowed', 'failure-allowed', 'all-denied']),
  rerunTimes: z.int().describe('Automatic retries after a failure'),
  timeoutSeconds: z.number().nullable(),
  instanceMode: z.enum(['t+1', 'immediately']),
  resourceGroup: z.string().nullable(),
  dataSource: z.string().nullable(),
  upstream: z.array(NodeRelative),
  downstream: z.array(NodeRelative),
}).meta({ id: 'NodeDetail' })
export const NodeVersion = z
  .object({
    version: z.int(),
    madeAt: instant.nullable().describe('Null where it came to be before this was kept'),
    madeBy: Person.nullable().describe('Who imported it'),
    definition: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'NodeVersion' })
export const NodeOperation = z
  .strictObject({
    point: NodeOperationPoint,
    environment: Environment.default('PROD'),
    nodeIds: z.array(id).min(1).max(1000),
  })
  .meta({ id: 'NodeOperation', description: 'One operation on one or many nodes of a workspace; all of them or none' })
export const FlowSpecImport = z
  .strictObject({
    environment: Environment.default('PROD'),
    flowspec: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe('The FlowSpec, as text or as the JSON object itself'),
  })
  .meta({ id: 'FlowSpecImport' })
export const FlowSpecImported = z
  .object({
    created: z.array(z.object({ id, name: z.string() })),
    updated: z.array(z.object({ id, name: z.string() })),
    deploymentId: id
      .nullable()
      .describe('Where extensions are asked about it: the deployment whose files become nodes as each is let pass'),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'FlowSpecImported' })

// Operations and their checks

export const OperationState = z.enum(['held', 'done', 'refused', 'withdrawn', 'stale', 'failed'])
export const ProcessStatus = z.enum(['CHECKING', 'PASSED', 'BLOCKED'])
export const CheckState = z
  .enum(['waiting', 'not-routed', 'undelivered', 'OK', 'WARN', 'FAIL', 'passed-by-hand', 'expired', 'function-failed'])
  .meta({ id: 'CheckState' })
export const CheckView = z
  .object({
    extensionCode: z.string(),
    extensionName: z.string(),
    version: z.int().describe('Which version of it was asked'),
    deployment: z.enum(DEPLOYMENTS),
    owner: Person.describe('Whom to ask about it'),
    state: CheckState,
    waitsFor: z
      .enum(WAITS)
      .nullable()
      .describe('Why the held operation does not move on because of this check; null where it does not wait for it'),
    waitsSince: instant.nullable(),
    nextAttemptAt: instant.nullable().describe('When its message is tried again'),
    result: z.enum(['OK', 'WARN', 'FAIL']).nullable(),
    comment: z.string().nullable().describe('What the extension says, Markdown'),
    functionFailure: z
      .string()
      .nullable()
      .describe('Why its function was given up after its retries; the check then counts as declared'),
    mayReadInvocations: z.boolean().describe('Whether the caller may read what its function did and logged'),
    detailUrl: z.string().nullable(),
    helpDocUrl: z.string().nullable(),
    sentAt: instant.nullable().describe('First attempt to deliver the message to it'),
    acceptedAt: instant.nullable().describe('When its receiver accepted the message'),
    answeredAt: instant.nullable(),
    expiresAt: instant,
    onUnanswered: z.enum(['block', 'pass']),
    passedBy: Person.nullable(),
    passedReason: z.string().nullable(),
    mayPass: z.boolean().describe('Whether the caller may mark this check as passed now'),
  })
  .meta({ id: 'CheckView' })
export const OperationView = z
  .object({
    id: z.uuid().describe('The process id; the extensionBizId of the message'),
    workspaceId: id.nullable(),
    eventCode: z.string(),
    state: OperationState,
    status: ProcessStatus.nullable().describe('null where no extension applied'),
    objectName: z.string(),
    objects: z.array(z.object({ id: z.string(), name: z.string() })),
    requestedBy: Person,
    requestedAt: instant,
    endedAt: instant.nullable(),
    expiresAt: instant.nullable(),
    reason: z.string().nullable().describe('Why it was refused, is stale or failed, where its checks do not say it'),
    reasons: z
      .array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) }))
      .describe(
        'The same for those who word it themselves: codes of the closed list of refusals, and what fills their sentences',
      ),
    messageId: z.string().nullable(),
    mayWithdraw: z.boolean(),
    trial: z
      .boolean()
      .describe(
        'Sent by hand to an extension under test; nobody asked for it, and nothing happens whatever the verdict',
      ),
    checks: z.array(CheckView),
  })
  .meta({ id: 'OperationView' })
export const AttemptView = z
  .object({
    number: z.int(),
    at: instant,
    durationMs: z.number(),
    status: z.int().nullable().describe('HTTP status of the answer; null when there was none'),
    error: z.string().nullable(),
    responseBody: z.string().nullable().describe('At most the first 2,048 characters; of the latest ten attempts'),
  })
  .meta({ id: 'AttemptView' })
export const DeliveryView = z
  .object({
    id: z.string(),
    targetName: z.string(),
    endpoint: z.string(),
    busName: z.string().describe('Empty where it goes straight to a function'),
    state: z.enum(['pending', 'delivered', 'dead']),
    blockedAt: instant
      .nullable()
      .describe('Since when its target takes nothing, because an earlier delivery has used up its retries'),
    nextAttemptAt: instant.nullable(),
    attemptCount: z.int(),
    attempts: z.array(AttemptView).describe('The latest 500'),
    mayRedeliver: z.boolean(),
  })
  .meta({ id: 'DeliveryView' })
export const OperationDetail = OperationView.extend({
  changes: z
    .array(
      z.object({ objectId: z.string(), objectName: z.string(), field: z.string(), from: z.string(), to: z.string() }),
    )
    .describe('What the operation would change, as it was when it was asked for'),
  message: z
    .object({
      id: z.string(),
      type: z.string(),
      body: z.record(z.string(), z.unknown()),
      envelopes: z
        .array(z.object({ busName: z.string(), text: z.string() }))
        .describe(
          'What is sent, byte for byte; it differs by the name of the bus alone, which is empty for what functions are given',
        ),
      traceparent: z.string().nullable().describe('The W3C trace context in which it was asked for'),
      createdAt: instant,
      expiresAt: instant,
    })
    .nullable(),
  deliveries: z.array(DeliveryView),
}).meta({ id: 'OperationDetail' })
export const HeldNow = z
  .object({
    at: instant
      .nullable()
      .describe(
        'When this was so: it is looked up again at a pace that its cost allows; null where it is not known yet',
      ),
    items: z.array(
      z.object({
        extensionCode: z.string(),
        extensionName: z.string(),
        owner: Person,
        waitsFor: z.enum(WAITS),
        count: z.int(),
        oldestSince: instant,
      }),
    ),
  })
  .meta({
    id: 'HeldNow',
    description: 'Which extensions hold operations up now, and why; of workspaces that the caller may read',
  })
export const PassReason = z.strictObject({ reason: z.string().trim().min(3).max(1000) }).meta({ id: 'PassReason' })

// OpenEvent

export const SigningSecrets = z
  .object({
    secrets: z
      .array(
        z.object({
          secret: z.string().describe('`whsec_` and base64: the key of Standard Webhooks'),
          createdAt: instant,
          retiresAt: instant.nullable().describe('When it signs no more; null for the newest'),
        }),
      )
      .describe('All that sign now, the newest first'),
  })
  .meta({ id: 'SigningSecrets', description: 'The secrets with which deliveries to a target are signed' })
export const SigningSecretRotation = z
  .strictObject({
    overlapHours: z
      .int()
      .min(0)
      .max(720)
      .default(24)
      .describe('How long the secrets before go on signing beside the new one; 0 ends them at once'),
  })
  .meta({ id: 'SigningSecretRotation' })

// Trials

export const Tryable = z
  .object({
    version: z.int().nullable().describe('The version under test; null where there is none that the caller may try'),
    workspaceId: id.nullable().describe('Where a trial happens; null for tenant-level extensions'),
    problem: z.object({ code: z.string(), detail: z.string() }).nullable().describe('Why it cannot be tried'),
    events: z.array(
      z.object({
        eventCode: z.string(),
        kind: z.enum(['extension-point', 'regular']),
        body: z.record(z.string(), z.unknown()).describe('A sample body, to be edited'),
        setHere: z.array(z.string()).describe('Members that are set by the server, whatever stands there'),
      }),
    ),
  })
  .meta({ id: 'Tryable' })
export const NewTrial = z
  .strictObject({
    eventCode: z.string().max(128),
    body: z
      .record(z.string(), z.unknown())
      .nullable()
      .default(null)
      .describe('The body of the event; the sample where there is none'),
    fromMessageId: z.uuid().nullable().default(null).describe('The body of an earlier message instead'),
    snapshot: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('What GetIDEEventDetail answers about the object, for example {"CommittedFile": {"Content": "…"}}'),
  })
  .meta({ id: 'NewTrial' })

export const Description = z
  .strictObject({
    extension: z.record(z.string(), z.unknown()).describe('What registering an extension takes'),
    source: z.string().max(262_144).nullable().default(null).describe('The code of a function'),
    language: z.enum(['typescript', 'javascript']).default('javascript'),
  })
  .meta({ id: 'Description' })
const Found = z.array(z.object({ path: z.string(), problem: z.string() }))
export const DescriptionFound = z
  .object({
    problems: Found.describe('Why it cannot be registered'),
    remarks: Found.describe('What can be, and has no effect or another than it seems'),
  })
  .meta({ id: 'DescriptionFound' })
export const DevConnection = z
  .object({
    connection: z
      .object({
        machine: z.string(),
        user: Person,
        connectedAt: instant,
        seenAt: instant.describe('When the machine last said that it is there'),
        attached: z.boolean().describe('Whether trials go to it: until ten minutes after it was last heard of'),
      })
      .nullable(),
  })
  .meta({ id: 'DevConnection' })
export const DevConnectionId = z.strictObject({ connection: z.uuid() }).meta({ id: 'DevConnectionId' })
export const DevAttempt = z
  .strictObject({
    connection: z.uuid(),
    deliveryId: id,
    attempt: id.describe('Its number, as it was handed over'),
    status: z.int().min(100).max(599).nullable().describe('Of the HTTP answer; null when there was none'),
    error: z.string().max(500).nullable().describe('Why it was not accepted, in one sentence; null: it was'),
    responseBody: z.string().max(2048).nullable(),
    durationMs: z.number().min(0).max(600_000),
  })
  .meta({ id: 'DevAttempt' })

// The audit trail

export const AuditEntry = z
  .object({
    id: z.number().int(),
    at: instant,
    action: z.string(),
    object: z.string().describe('What it was done to: the id of an operation, the code of an extension, a name'),
    user: Person.nullable().describe('Who did it; null for what Holdpoint does by itself'),
    workspace: z.object({ id, name: z.string() }).nullable(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' })

export const AuditSealStanding = z
  .object({
    number: z.number().int().describe('Of the newest seal; 0 when there is none yet'),
    hash: z.string().describe('The head of the chain'),
    lastId: z.number().int().describe('Entries up to this one are sealed'),
    sealedAt: instant.nullable(),
    waiting: z.number().int().describe('Entries of the tenant that are not sealed yet'),
    waitsSince: instant.nullable().describe('When the oldest of them was written'),
  })
  .meta({ id: 'AuditSealStanding' })
