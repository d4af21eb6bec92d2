/** The shapes of data backfill. What a request may say is decided in core (backfill.ts); here is only what it is made of, and how much of it. */
import {
  BACKFILL_ENDS,
  BACKFILL_MODES,
  BACKFILL_ORDERS,
  BACKFILL_STATES,
  BACKFILL_VERBS,
  RUN_WINDOW_TYPES,
} from '@holdpoint/core'
import { z } from 'zod'
import { DagStatus, InstanceCounts, ObjectLogEntry } from './instance-shapes.ts'
import { Environment, id, instant, OperationView, Person, Recurrence } from './shapes.ts'

const MOST_IDS = 10_000
const MOST_WORKSPACES = 1_000
const MOST_PARAMETERS = 1_000

const date = z.string().max(32).describe('yyyy-mm-dd')
const time = z.string().max(32).describe('hh:mm:ss')
const ids = z.array(id).max(MOST_IDS).default([])
const workspaceIds = z.array(id).max(MOST_WORKSPACES).default([])

export const BackfillModeShape = z.enum(BACKFILL_MODES).meta({ id: 'BackfillMode' })
export const BackfillStateShape = z.enum(BACKFILL_STATES).meta({ id: 'BackfillState' })
const BackfillVerbShape = z.enum(BACKFILL_VERBS).meta({ id: 'BackfillVerb' })

export const BackfillRequest = z
  .strictObject({
    environment: Environment.default('PROD'),
    name: z.string().max(1024),
    comment: z.string().max(1024).default(''),
    mode: BackfillModeShape.default('current').describe(
      'current: one node. descendants: one, and those of its descendants in includeNodeIds. massive: one and all its descendants, by workspace. advanced: any nodes. chain: everything from rootNodeIds to includeNodeIds',
    ),
    rootNodeIds: ids.describe('Where it starts: one node, in the modes advanced and chain one or more'),
    includeNodeIds: ids.describe(
      'descendants: those that run. massive: descendants that run although their workspace is not to. chain: where it ends',
    ),
    excludeNodeIds: ids.describe('They get dry runs, so that what waits for them goes on'),
    includeWorkspaceIds: workspaceIds.describe('massive: only descendants in these workspaces run; none: in all'),
    excludeWorkspaceIds: workspaceIds.describe('massive: descendants in these workspaces do not run'),
    dates: z
      .array(z.strictObject({ start: date, end: date }))
      .max(100)
      .describe('One to seven ranges of business dates, both ends included; past or future'),
    window: z
      .strictObject({ startTime: time.nullable().default(null), endTime: time.nullable().default(null) })
      .default({ startTime: null, endTime: null })
      .describe('The part of the day of which hourly and minute nodes have instances; both or none'),
    order: z.enum(BACKFILL_ORDERS).default('asc').describe('Of the business dates'),
    groups: z.number().default(1).describe('How many business dates run at the same time, 1 to 10'),
    startsFutureNow: z.boolean().default(false).describe('Instances of a future time run at once'),
    runWindow: z
      .strictObject({ type: z.enum(RUN_WINDOW_TYPES), startTime: time, endTime: time })
      .nullable()
      .default(null)
      .describe('When its instances may start; over midnight where it ends before it starts'),
    resourceGroup: z
      .string()
      .max(128)
      .nullable()
      .default(null)
      .describe('Identifier of the resource group that all of it runs in'),
    priority: z.number().nullable().default(null).describe('1 to 11'),
    alert: z.enum(BACKFILL_ENDS).nullable().default(null).describe('When whoever asked is told that it has ended'),
    analysis: z
      .strictObject({ enabled: z.boolean().default(false), blocked: z.boolean().default(false) })
      .default({ enabled: false, blocked: false })
      .describe('Whether it is checked beforehand what stands in its way, and refused where something does'),
    parameters: z
      .record(z.string().max(32), z.string().max(8_192))
      .default({})
      .refine((given) => Object.keys(given).length <= MOST_PARAMETERS, `of at most ${MOST_PARAMETERS} nodes`)
      .describe('Parameters of single nodes instead of their own, `key=value key=value`, by the id of the node'),
    starts: z.boolean().default(true).describe('False: its instances are created and wait until somebody starts it'),
  })
  .meta({ id: 'BackfillRequest' })

const NamedNode = z.object({ id, name: z.string(), workspaceId: id })
const listed = (what: string) => z.object({ count: z.int(), nodes: z.array(NamedNode) }).describe(what)

export const BackfillFinding = z
  .object({
    code: z.enum(['frozen', 'upstream-missing', 'unresolved']),
    count: z.int(),
    nodes: z.array(NamedNode).describe('The first of them'),
  })
  .meta({
    id: 'BackfillFinding',
    description:
      'What stands in the way of a backfill. frozen: these nodes hold up what waits for them. upstream-missing: what they wait for is not part of it and has not succeeded on one of its dates. unresolved: no node produces an output that they wait for',
  })

export const BackfillPreview = z
  .object({
    nodeCount: z.int().describe('Nodes that run'),
    dryRunCount: z.int().describe('Nodes that get dry runs'),
    dateCount: z.int(),
    dates: z.array(z.string()).describe('The first hundred, in the order in which they run'),
    instanceCount: z.int().describe('How many instances it would have'),
    workspaces: z.array(z.object({ id, name: z.string(), nodeCount: z.int(), dryRunCount: z.int() })),
    nodes: z
      .array(
        NamedNode.extend({
          programType: z.string(),
          recurrence: Recurrence,
          dryRun: z
            .enum(['excluded', 'between', 'not-allowed'])
            .nullable()
            .describe(
              'Why it is a dry run. excluded: it was left out. between: nobody chose it, and it lies between two that were. not-allowed: you may not operate on it',
            ),
        }),
      )
      .describe('The first two hundred, in the order of their ids'),
    gaps: listed('Nodes in between that you may not operate on: they get dry runs'),
    refused: listed('Nodes that are to run and that you may not operate on: with one of these it is refused'),
    frozen: listed('Frozen nodes among those that run: their instances are frozen and hold up what waits for them'),
    findings: z
      .array(BackfillFinding)
      .nullable()
      .describe('What the check beforehand finds; null where it is not asked for'),
    refusal: z
      .object({ code: z.string(), detail: z.string(), details: z.record(z.string(), z.unknown()) })
      .nullable()
      .describe('What it would be refused with if it were asked for now'),
    asked: z
      .array(z.object({ extensionCode: z.string(), extensionName: z.string(), version: z.int() }))
      .describe('Extensions that would be asked first'),
  })
  .meta({ id: 'BackfillPreview', description: 'What a backfill would come to; nothing is written' })

export const BackfillSummary = z
  .object({
    id,
    workspaceId: id,
    environment: Environment,
    name: z.string(),
    mode: BackfillModeShape,
    state: BackfillStateShape,
    problem: z
      .object({ code: z.string(), detail: z.string(), details: z.record(z.string(), z.unknown()) })
      .nullable()
      .describe('Why it could not be created'),
    dates: z.array(z.object({ start: z.string(), end: z.string() })),
    nodeCount: z.int().describe('Nodes that run'),
    dryRunCount: z.int(),
    instanceCount: z.int().nullable().describe('null while they are being created'),
    dateCounts: z
      .object({ notRun: z.int(), running: z.int(), failed: z.int(), succeeded: z.int() })
      .describe('Its business dates by status'),
    requestedBy: Person,
    operationId: z.uuid().nullable().describe('The operation with which it was asked for'),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    may: z.array(BackfillVerbShape).describe('What the caller may do with it in its present state'),
  })
  .meta({ id: 'BackfillSummary' })

export const BackfillDetail = BackfillSummary.extend({
  request: BackfillRequest,
  counts: InstanceCounts,
  dags: z
    .array(
      z.object({
        id,
        bizdate: z.string(),
        line: z.int().nullable().describe('Its group, from 0; dates of one group run one after the other'),
        position: z.int().nullable(),
        status: DagStatus,
        paused: z.boolean(),
        outsideWindow: z.boolean().describe('It waits for its run window'),
        startedAt: instant.nullable(),
        finishedAt: instant.nullable(),
        counts: InstanceCounts,
      }),
    )
    .describe('The run of each business date, in their order; the first thousand'),
  nodes: z
    .array(NamedNode.extend({ programType: z.string(), dryRun: z.boolean() }))
    .describe('The first two hundred, in the order of their ids'),
  log: z.array(ObjectLogEntry).describe('What was done to it, the newest first; the latest hundred'),
}).meta({ id: 'BackfillDetail' })

export const BackfillAsked = z
  .object({
    operation: OperationView,
    backfillId: id.nullable().describe('null while the operation is held: nothing has been created'),
  })
  .meta({ id: 'BackfillAsked' })

export const BackfillDone = z
  .object({
    backfill: BackfillSummary,
    operations: z
      .array(OperationView)
      .describe(
        'The operations on instances that this comes to: terminating what runs, running again what has failed; extensions may hold them',
      ),
  })
  .meta({ id: 'BackfillDone' })
