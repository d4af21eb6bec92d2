/** The shapes of tables. What a table may be, and what leads from one design to another, is decided in core. */
import { MAX_TABLE_COLUMNS } from '@holdpoint/core'
import { z } from 'zod'
import { DevelopmentRun } from './development-shapes.ts'
import { Environment, id, instant, OperationView, Person } from './shapes.ts'

const name = z.string().max(63)

export const TableDesignShape = z
  .strictObject({
    comment: z.string().max(1_024).default(''),
    dataSource: z.string().max(128).nullable().default(null).describe('Null: the default one of each environment'),
    lifeCycleDays: z
      .int()
      .min(1)
      .max(37_231)
      .nullable()
      .default(null)
      .describe('Kept and told to extensions; nothing is removed by it'),
    columns: z
      .array(
        z.strictObject({
          name,
          type: z.string().max(64).describe('bigint, string, decimal(18,2), datetime …'),
          comment: z.string().max(1_024).default(''),
          isPartition: z.boolean().default(false).describe('Partition columns come last'),
        }),
      )
      .min(1)
      .max(MAX_TABLE_COLUMNS),
  })
  .meta({ id: 'TableDesign' })

export const TableChangeShape = z
  .object({
    kind: z.enum([
      'create-table',
      'comment-table',
      'life-cycle',
      'add-column',
      'drop-column',
      'change-type',
      'comment-column',
    ]),
    column: z.string().nullable(),
    from: z.string(),
    to: z.string(),
    loss: z.string().nullable().describe('The name under which it has to be asked for, of what would lose data'),
  })
  .meta({ id: 'TableChange' })

export const TableSubmission = z
  .object({
    id,
    environment: Environment,
    revision: z.int(),
    state: z.enum(['applying', 'applied', 'failed', 'unknown']),
    changes: z.array(TableChangeShape),
    reasons: z.array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) })),
    operationId: z.uuid().nullable(),
    instanceId: id.nullable().describe('Its log is that of this instance'),
    submittedBy: Person,
    submittedAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'TableSubmission' })

const InEnvironment = z.object({
  environment: Environment,
  dataSource: z.string(),
  revision: z.int().nullable().describe('The one that was applied last; null before there is one'),
  appliedAt: instant.nullable(),
  design: TableDesignShape.nullable(),
})
export const TableSummary = z
  .object({
    id,
    workspaceId: id,
    name,
    comment: z.string(),
    owner: Person.nullable(),
    revision: z.int(),
    environments: z.array(InEnvironment.omit({ design: true })),
    modifiedAt: instant,
    modifiedBy: Person.nullable(),
    heldBy: z.array(z.object({ operationId: z.uuid(), eventCode: z.string() })),
    may: z.array(z.enum(['save', 'commit', 'deploy', 'delete'])),
  })
  .meta({ id: 'TableSummary' })
export const TableDetail = TableSummary.extend({
  design: TableDesignShape,
  environments: z.array(InEnvironment),
}).meta({ id: 'TableDetail' })
export const NewTable = z.strictObject({ name, design: TableDesignShape }).meta({ id: 'NewTable' })
export const TableSave = z
  .strictObject({
    revision: z.int().min(1).describe('The revision that it was made on'),
    design: TableDesignShape,
  })
  .meta({ id: 'TableSave' })

export const TableComparison = z
  .object({
    environment: Environment,
    dataSource: z.string(),
    exists: z.boolean().describe('Whether the database has a table of this name'),
    changes: z.array(TableChangeShape).describe('What leads from what the database has now to the draft'),
    statements: z.array(z.string()).describe('As they would be run'),
  })
  .meta({ id: 'TableComparison' })
export const NewTableSubmission = z
  .strictObject({
    environment: Environment,
    revision: z.int().min(1),
    losses: z.array(z.string().max(256)).max(MAX_TABLE_COLUMNS).default([]).describe('What may lose data, by name'),
  })
  .meta({ id: 'NewTableSubmission' })
export const AskedTableSubmission = z
  .object({
    operation: OperationView,
    submission: TableSubmission.nullable().describe('Null while it is held'),
    run: DevelopmentRun.nullable(),
  })
  .meta({ id: 'AskedTableSubmission' })
