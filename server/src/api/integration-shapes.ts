/** The shapes of Data Integration: synchronisation jobs, their runs and positions. What a synchronisation may say is decided in core. */
import {
  FILE_FORMATS,
  JOB_STATES,
  MAX_STARTED_JOBS,
  MAX_SYNC_MAPPINGS,
  MAX_SYNC_PATTERN_CHARACTERS,
  SYNC_KINDS,
  WRITE_MODES,
} from '@holdpoint/core'
import { z } from 'zod'
import { id, instant, label, OperationView, Person } from './shapes.ts'

const MOST_COLUMNS = 1_200
const MOST_KEY_COLUMNS = 32

const name = z.string().min(1).max(MAX_SYNC_PATTERN_CHARACTERS)
const column = z.string().min(1).max(63)
const schema = name.nullable().default(null)
const format = z.enum(FILE_FORMATS).nullable().default(null).describe('Null: a table; otherwise a file in `files`')
const place = z.strictObject({
  dataSource: z.string().max(128).nullable().default(null).describe('Null: the default one of production'),
})

export const SyncMappingShape = z
  .strictObject({
    source: z.strictObject({
      schema,
      table: name.describe('A table, a file’s path, or a pattern that whole names have to match'),
      isPattern: z.boolean().default(false),
      format,
    }),
    target: z.strictObject({
      schema,
      table: name.describe(`\`\${table}\`, \`\${schema}\` and \`$1\` to \`$9\` stand for what was found`),
      format,
    }),
    columns: z
      .array(z.strictObject({ from: column, to: column }))
      .max(MOST_COLUMNS)
      .default([])
      .describe('Empty: all of them, under their names'),
    where: z.string().min(1).max(8_192).nullable().default(null).describe('Which rows, in the SQL of the source'),
    write: z.enum(WRITE_MODES).default('replace'),
    partition: z
      .string()
      .max(512)
      .nullable()
      .default(null)
      .describe('Of replace: `dt=20261121`; only what has these values is replaced, and rows get them'),
    key: z
      .array(column)
      .max(MOST_KEY_COLUMNS)
      .default([])
      .describe('Of upsert, in names of the target; empty: the primary key of the source'),
    changeColumn: column.nullable().default(null).describe('Grows with every change of a row'),
  })
  .meta({ id: 'SyncMapping' })

export const SyncShape = z
  .strictObject({
    kind: z
      .enum(SYNC_KINDS)
      .describe('incremental: from where it ended the last time; real-time: the same, until it is stopped'),
    source: place,
    target: place,
    mappings: z.array(SyncMappingShape).min(1).max(MAX_SYNC_MAPPINGS),
    lookback: z
      .int()
      .min(0)
      .max(86_400)
      .default(60)
      .describe('What is read again below the position: seconds of times, units of numbers'),
    pollSeconds: z.int().min(1).max(3_600).default(5),
  })
  .meta({ id: 'Sync' })

const reasons = z.array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) }))
const JobVerb = z.enum(['save', 'delete', 'start', 'stop'])
const rate = z.number().describe('Over the last minute in which rows were moved')

export const SyncJobSummary = z
  .object({
    id,
    workspaceId: id,
    name: z.string(),
    description: z.string(),
    kind: z.enum(SYNC_KINDS),
    owner: Person.nullable(),
    source: z.object({ dataSource: z.string(), kind: z.string().nullable() }),
    target: z.object({ dataSource: z.string(), kind: z.string().nullable() }),
    state: z.enum(JOB_STATES),
    reasons: reasons.describe('Why it has failed, or is being tried again'),
    tables: z.int().describe('To which it has brought rows'),
    rows: z.int().describe('In all its runs'),
    rowsPerSecond: rate,
    lastStartedAt: instant.nullable(),
    movedAt: instant.nullable().describe('When rows were last moved'),
    revision: z.int(),
    modifiedAt: instant,
    modifiedBy: Person.nullable(),
    heldBy: z.array(z.object({ operationId: z.uuid(), eventCode: z.string() })),
    may: z.array(JobVerb).describe('What the caller may do with it in its present state'),
  })
  .meta({ id: 'SyncJobSummary' })

export const SyncTableState = z
  .object({
    source: z.string(),
    target: z.string(),
    position: z.string().nullable().describe('Up to which value of the change column it has been brought'),
    rows: z.int(),
    bytes: z.int(),
    movedAt: instant,
  })
  .meta({ id: 'SyncTableState' })

export const SyncRun = z
  .object({
    id,
    instanceId: id.describe('Its log is that of this instance'),
    revision: z.int(),
    state: z.enum(JOB_STATES),
    reasons,
    startAt: z.string().nullable(),
    rows: z.int(),
    bytes: z.int(),
    operationId: z.uuid().nullable(),
    startedBy: Person,
    startedAt: instant,
    endedAt: instant.nullable(),
    stoppedBy: Person.nullable(),
  })
  .meta({ id: 'SyncRun' })

export const SyncJobDetail = SyncJobSummary.extend({
  definition: SyncShape,
  resourceGroup: z.string().nullable(),
  createdAt: instant,
  run: SyncRun.nullable().describe('The newest'),
}).meta({ id: 'SyncJobDetail' })

export const NewSyncJob = z
  .strictObject({
    name: label,
    description: z.string().max(1_024).default(''),
    definition: SyncShape,
    resourceGroup: z.string().max(128).nullable().default(null),
  })
  .meta({ id: 'NewSyncJob' })
export const SyncJobSave = z
  .strictObject({
    revision: z.int().min(1).describe('The revision that it was made on'),
    name: label.optional(),
    description: z.string().max(1_024).optional(),
    definition: SyncShape.optional(),
    resourceGroup: z.string().max(128).nullable().optional(),
  })
  .meta({
    id: 'SyncJobSave',
    description: 'What is not given stays. A run that is under way goes on as it was started',
  })

const startAt = z
  .string()
  .max(64)
  .nullable()
  .default(null)
  .describe(
    'A value of the change column, instead of where the job ended the last time; times as yyyy-mm-dd hh:mm:ss in UTC',
  )
export const SyncJobStart = z.strictObject({ startAt }).meta({ id: 'SyncJobStart' })
export const SyncJobsStart = z
  .strictObject({ jobIds: z.array(id).min(1).max(MAX_STARTED_JOBS), startAt })
  .meta({ id: 'SyncJobsStart', description: 'Real-time jobs; all of them are started, or none' })
export const AskedSyncStart = z
  .object({ operation: OperationView, runs: z.array(SyncRun).describe('Empty while it is held') })
  .meta({ id: 'AskedSyncStart' })

/** What a definition leads to, asked of both data sources. */
export const SyncPreview = z
  .object({
    tables: z.array(
      z.object({
        mapping: z.int().describe('Counted from 0'),
        source: z.string(),
        target: z.string(),
        targetExists: z.boolean(),
        columns: z.array(z.object({ from: z.string(), to: z.string(), type: z.string() })),
        key: z.array(z.string()),
      }),
    ),
    more: z.int().describe('Tables that are not listed'),
    problems: reasons,
  })
  .meta({ id: 'SyncPreview' })

export const SyncMinute = z
  .object({ at: instant, rows: z.int(), bytes: z.int() })
  .meta({ id: 'SyncMinute', description: 'What a run brought in this minute' })
