/** The shapes of instances, runs and graphs. */
import { DAG_KINDS, INSTANCE_OPERATIONS, INSTANCE_STATUSES, INSTANCE_WAITS, TASK_TYPES } from '@holdpoint/core'
import { z } from 'zod'
import { Environment, id, instant, OperationView, Person, Recurrence } from './shapes.ts'

export const date = z.iso
  .date()
  .refine((text) => text >= '1970', 'is before 1970')
  .describe('yyyy-mm-dd')
export const InstanceStatusShape = z.enum(INSTANCE_STATUSES).meta({ id: 'InstanceStatus' })
export const DagKindShape = z.enum(DAG_KINDS).meta({ id: 'DagKind' })
export const TaskTypeShape = z.enum(TASK_TYPES).meta({ id: 'TaskType' })
export const InstanceOperationShape = z.enum(INSTANCE_OPERATIONS).meta({ id: 'InstanceOperationName' })
const NodeOfInstance = z.object({ id, name: z.string(), programType: z.string(), isRoot: z.boolean() })

export const InstanceSummary = z
  .object({
    id,
    workspaceId: id,
    environment: Environment,
    node: NodeOfInstance,
    nodeVersion: z.int().describe('Which version of the node’s definition it runs'),
    owner: Person.nullable(),
    dagId: id,
    backfillId: id.nullable(),
    kind: DagKindShape,
    bizdate: date.describe('Business date'),
    periodNumber: z.int().describe('The nth of its business date, from 1'),
    cycleAt: instant.describe('When the schedule has it run'),
    dueAt: instant.describe('Before this it does not start: its cycle, or the next retry'),
    status: InstanceStatusShape,
    taskType: TaskTypeShape.describe('How the schedule means it; skip and what follows are dry runs'),
    frozen: z.boolean(),
    priority: z.int(),
    runNumber: z.int().describe('Grows with every start'),
    retries: z.int().describe('Automatic retries since it was last started by schedule or by hand'),
    rerunMode: z.enum(['all-allowed', 'failure-allowed', 'all-denied']),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    createdAt: instant,
    modifiedAt: instant,
    heldBy: z
      .array(z.object({ operationId: z.uuid(), eventCode: z.string() }))
      .describe('Operations on this instance that are held now'),
    may: z.array(InstanceOperationShape).describe('What the caller may ask for on this instance in its present state'),
  })
  .meta({ id: 'InstanceSummary' })

export const InstanceRelative = z
  .object({
    id,
    node: z.object({ id, name: z.string(), programType: z.string() }),
    workspaceId: id,
    bizdate: date,
    periodNumber: z.int(),
    cycleAt: instant,
    status: InstanceStatusShape,
    taskType: TaskTypeShape,
    frozen: z.boolean(),
  })
  .meta({ id: 'InstanceRelative' })

export const InstanceRun = z
  .object({
    runNumber: z.int(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    status: InstanceStatusShape.describe('running, or how it ended'),
    reason: z
      .object({ code: z.string(), details: z.record(z.string(), z.unknown()), sentence: z.string() })
      .nullable()
      .describe('Why it ended as it did, where that is more than success'),
  })
  .meta({ id: 'InstanceRun' })

export const InstanceDetail = InstanceSummary.extend({
  dag: z.object({ id, name: z.string(), status: InstanceStatusShape, paused: z.boolean(), outsideWindow: z.boolean() }),
  script: z
    .object({ path: z.string().nullable(), language: z.string().nullable(), content: z.string().nullable() })
    .describe('Of the version of the node that it runs'),
  parameters: z.array(
    z.object({
      name: z.string().nullable(),
      value: z.string().describe('As the node has it, or as the run was given it instead'),
      resolved: z.string().describe('What it stands for in this instance'),
    }),
  ),
  cron: z.string().nullable(),
  dataSource: z.string().nullable(),
  rerunTimes: z.int().describe('Automatic retries after a failure'),
  rerunIntervalMs: z.number(),
  timeoutSeconds: z.number().nullable(),
  resourceGroup: z.object({ id, name: z.string(), slots: z.int(), slotsTaken: z.int() }).nullable(),
  waitingForTimeAt: instant.nullable().describe('Since when it waits or waited for its time'),
  waitingForResourcesAt: instant.nullable().describe('Since when it waits or waited for resources'),
  waits: z
    .array(z.enum(INSTANCE_WAITS))
    .describe('Every condition to run that it does not meet now; empty where it has started, or starts any moment'),
  upstreamCount: z.int(),
  upstreamWaitingCount: z.int().describe('Of these, how many have not succeeded'),
  downstreamCount: z.int(),
  upstream: z.array(InstanceRelative).describe('The first 200 that it waits for directly'),
  downstream: z.array(InstanceRelative).describe('The first 200 that wait for it directly'),
  runs: z.array(InstanceRun).describe('The latest 100, the newest first'),
}).meta({ id: 'InstanceDetail' })

export const InstanceLog = z
  .object({
    runNumber: z.int().describe('0 where nothing has run yet'),
    text: z.string(),
    after: z.int().describe('Goes into the next request’s `after`, to read on'),
    more: z.boolean().describe('Whether there is more to read already'),
    running: z.boolean().describe('Whether more may come'),
  })
  .meta({ id: 'InstanceLog' })

export const ObjectLogEntry = z
  .object({
    id,
    at: instant,
    user: Person.nullable().describe('Null for what is done by itself'),
    action: z.string().describe('What was done, e.g. freeze, rerun, import'),
    details: z.record(z.string(), z.unknown()),
    operationId: z.uuid().nullable().describe('The operation that it was the effect of'),
  })
  .meta({ id: 'ObjectLogEntry' })

export const DagStatus = z.enum(['not-run', 'running', 'failed', 'succeeded'])
export const InstanceCounts = z
  .object({
    notRun: z.int(),
    waiting: z.int().describe('For their time or for resources'),
    running: z.int(),
    failed: z.int(),
    succeeded: z.int(),
    frozen: z.int().describe('Of all but the succeeded ones'),
  })
  .describe('Instances by status')

const dag = {
  id,
  workspaceId: id,
  environment: Environment,
  kind: DagKindShape,
  name: z.string(),
  bizdate: date,
  status: DagStatus,
  backfillId: id.nullable(),
  line: z.int().nullable().describe('Runs of one line come one after the other'),
  position: z.int().nullable(),
  paused: z.boolean(),
  outsideWindow: z.boolean().describe('Whether it stands still until its run window opens'),
  createdBy: Person.nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
}
export const DagSummary = z
  .object({
    ...dag,
    progress: InstanceCounts.nullable().describe(
      'How far its instances have come; null where there are more than 10,000',
    ),
  })
  .meta({ id: 'DagSummary' })
export const DagDetail = z
  .object({
    ...dag,
    counts: z.array(
      z.object({
        status: InstanceStatusShape,
        count: z.int(),
        frozen: z.int().describe('How many of these are frozen'),
      }),
    ),
  })
  .meta({ id: 'DagDetail' })

const level = z.int().describe('How far from where the reading started: negative upstream, positive downstream')
const moreUpstream = z.int().describe('How many more it waits for directly that are not shown; counted as far as 1,000')
const moreDownstream = z
  .int()
  .describe('How many more wait for it directly that are not shown; counted as far as 1,000')
export const NodeGraph = z
  .object({
    nodes: z.array(
      z.object({
        id,
        workspaceId: id,
        name: z.string(),
        programType: z.string(),
        recurrence: Recurrence,
        isRoot: z.boolean(),
        owner: Person.nullable(),
        level,
        moreUpstream,
        moreDownstream,
      }),
    ),
    edges: z.array(z.object({ from: id, to: id, dependency: z.enum(['normal', 'cross-cycle']) })),
    isCut: z.boolean().describe('Whether the levels that were asked for hold more than is shown'),
  })
  .meta({ id: 'NodeGraph' })
export const InstanceGraph = z
  .object({
    instances: z.array(InstanceRelative.extend({ level, moreUpstream, moreDownstream })),
    edges: z.array(z.object({ from: id, to: id })),
    isCut: z.boolean().describe('Whether the levels that were asked for hold more than is shown'),
  })
  .meta({ id: 'InstanceGraph' })

// Asking

const instanceIds = z.array(id).min(1).max(1000)
export const InstanceOperation = z
  .strictObject({
    operation: InstanceOperationShape,
    environment: Environment.optional().describe('Where it is given, instances of the other one are not found'),
    instanceIds: instanceIds.describe('To rerun an instance with descendants of it, name these as well'),
    force: z
      .enum(['no', 'this-one', 'with-downstream'])
      .default('no')
      .describe(
        'Of a rerun: whatever its status; or with all that follows it, for administrators, for the two business dates before today',
      ),
    latest: z.boolean().default(false).describe('Of a rerun: it runs the definition that the node has by then'),
  })
  .meta({ id: 'InstanceOperation', description: 'One operation on one or many instances of a workspace' })
export const InstanceResults = z
  .object({
    operation: OperationView.nullable().describe('On those for which it can be done; null where there are none'),
    results: z.array(
      z.object({
        instanceId: id,
        state: z.enum(['done', 'held', 'refused']),
        operationId: z.uuid().nullable(),
        refusal: z.object({ code: z.string(), sentence: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'InstanceResults' })
export const UpstreamInstances = z.strictObject({ upstreamInstanceIds: instanceIds }).meta({ id: 'UpstreamInstances' })
export const InstanceChange = z
  .strictObject({
    instanceIds,
    priority: z.int().optional().describe('1, 3, 5, 7 or 8; higher runs first'),
    resourceGroupId: id.optional(),
  })
  .meta({ id: 'InstanceChange' })
export const NodeRun = z
  .strictObject({
    environment: Environment.default('PROD'),
    nodeId: id,
    bizdate: date,
    parameters: z
      .string()
      .max(4096)
      .nullable()
      .default(null)
      .describe('Instead of those of the node: name=value name=value'),
  })
  .meta({ id: 'NodeRun' })
export const StartedNodeRun = z.object({ dagId: id, instanceIds: z.array(id) }).meta({ id: 'StartedNodeRun' })
