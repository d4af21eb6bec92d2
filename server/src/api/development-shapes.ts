/** The shapes of Data Development: folders, files, deployments, runs of code, reviews. What a file may say is decided in core. */
import {
  DEPLOYMENT_KINDS,
  FILE_KINDS,
  ITEM_STATES,
  MAX_DEPLOYED_FILES,
  MAX_FILE_NAME_CHARACTERS,
  NODE_PRIORITIES,
  RESOURCE_TYPES,
  REVIEW_STATES,
} from '@holdpoint/core'
import { z } from 'zod'
import { date } from './instance-shapes.ts'
import { CheckState, Environment, id, instant, OperationView, Person, Recurrence } from './shapes.ts'

/** Text in base64 is a third longer than what it stands for. */
const MOST_CONTENT_CHARACTERS = 720_000
const MOST_NAMED = 1_000
const MOST_INNER_NODES = 1_000

const text = (most: number) => z.string().max(most)
const word = text(256)
const content = text(MOST_CONTENT_CHARACTERS)
const comment = text(1_024).default('')
const revision = z.int().min(1).describe('The revision that it was made on; any other has been changed meanwhile')
const fileName = text(MAX_FILE_NAME_CHARACTERS)

// Bodies of files: in a request and in an answer alike

const Script = z
  .strictObject({ path: text(1_024).nullable(), language: text(64).nullable(), content: content.nullable() })
  .meta({ id: 'NodeScript' })
const program = {
  key: word.describe('Stable identity; an empty one is given by the server'),
  name: word.describe('As the file is called; of the file’s own node the server sees to it'),
  owner: word.nullable().describe('User id, or a name that a file gave'),
  description: text(10_000),
  programType: text(64).describe('For example ODPS_SQL, DIDE_SHELL, VIRTUAL'),
  fileType: z.int().nullable(),
  script: Script.nullable(),
  parameters: z.array(z.strictObject({ name: word.nullable(), value: text(8_192) })).max(MOST_NAMED),
  resourceGroup: text(128).nullable(),
  dataSource: z.strictObject({ name: text(128), type: text(64).nullable() }).nullable(),
  inputs: z
    .array(
      z.strictObject({
        output: word,
        type: z.enum(['normal', 'cross-cycle-other']),
        refTableName: word.nullable(),
        upstreamKey: word.nullable(),
      }),
    )
    .max(MOST_NAMED),
  outputs: z
    .array(
      z.strictObject({ output: word, refTableName: word.nullable(), isDefault: z.boolean(), isDeclared: z.boolean() }),
    )
    .max(MOST_NAMED),
  branches: z
    .array(z.strictObject({ when: text(8_192), output: word }))
    .max(MOST_NAMED)
    .optional(),
}
const InnerNode = z.strictObject({ ...program, parentKey: word }).meta({ id: 'InnerNode' })
const localTime = text(32).nullable().describe('yyyy-mm-dd hh:mm:ss in its own time zone')
export const NodeDefinitionShape = z
  .strictObject({
    ...program,
    workflowKey: word.nullable(),
    isRoot: z.literal(false),
    trigger: z.enum(['scheduler', 'manual']),
    recurrence: Recurrence,
    cron: text(256).nullable().describe('Six fields, seconds first'),
    cycle: z.enum(['minute', 'hour', 'day', 'week', 'month', 'year']).nullable().describe('Follows from the schedule'),
    startAt: localTime,
    endAt: localTime,
    timezone: text(64).nullable(),
    rerunMode: z.enum(['all-allowed', 'failure-allowed', 'all-denied']),
    rerunTimes: z.int().min(0).max(100),
    rerunIntervalMs: z.int().min(0).max(86_400_000),
    timeoutSeconds: z.int().min(1).max(604_800).nullable(),
    priority: z.literal(NODE_PRIORITIES),
    instanceMode: z.enum(['t+1', 'immediately']),
    crossCycle: z.strictObject({ self: z.boolean(), children: z.boolean() }),
    innerNodes: z.array(InnerNode).max(MOST_INNER_NODES),
  })
  .meta({ id: 'NodeDefinition', description: 'The configuration of a node, as an import of a FlowSpec file yields it' })

const names = z.array(word).max(MOST_NAMED)
export const FileBodyShape = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('node'),
      parsing: z
        .strictObject({
          on: z.boolean().describe('False: inputs and outputs are written by hand, and the content need not parse'),
          inputs: names
            .default([])
            .describe('Found in the content when it was last saved; what a request says is not looked at'),
          outputs: names.default([]),
          ignored: names.default([]).describe('Found, and left out by hand'),
        })
        .describe('What is found in the SQL'),
      definition: NodeDefinitionShape,
    }),
    z.strictObject({
      kind: z.literal('resource'),
      resourceType: z.enum(RESOURCE_TYPES),
      encoding: z.enum(['text', 'base64']),
      content,
    }),
    z.strictObject({
      kind: z.literal('function'),
      dataSource: text(128).nullable(),
      content: content.describe('The one statement that creates or replaces it'),
    }),
  ])
  .meta({ id: 'FileBody' })

// Folders and files

export const Folder = z
  .object({ id, path: z.string().describe('From the top, with no slash at either end') })
  .meta({ id: 'Folder' })
export const NewFolder = z.strictObject({ path: text(1_024) }).meta({ id: 'NewFolder' })

const FileVerb = z.enum(['save', 'commit', 'deploy', 'delete', 'run', 'restore', 'review'])
export const FileSummary = z
  .object({
    id,
    workspaceId: id,
    folderId: id.nullable(),
    kind: z.enum(FILE_KINDS),
    name: z.string(),
    fileType: z.int(),
    programType: z.string().nullable().describe('Of a node'),
    owner: Person.nullable(),
    revision: z.int(),
    version: z.int().describe('The newest committed one; 0 before there is one'),
    isChanged: z.boolean().describe('The draft has changed since that was committed'),
    deployedVersion: z.int().nullable().describe('What production has of it'),
    nodeId: id.describe('Its node in production, there from the first deployment on'),
    modifiedAt: instant,
    modifiedBy: Person.nullable(),
    deletedAt: instant.nullable(),
    heldBy: z
      .array(z.object({ operationId: z.uuid(), eventCode: z.string(), deploymentId: id.nullable() }))
      .describe('Operations on this file that are held now'),
    may: z.array(FileVerb).describe('What the caller may do with it in its present state'),
  })
  .meta({ id: 'FileSummary' })
export const FileDetail = FileSummary.extend({ body: FileBodyShape, createdAt: instant }).meta({ id: 'FileDetail' })
export const NewFile = z
  .strictObject({
    name: fileName,
    folderId: id.nullable().default(null),
    body: FileBodyShape,
  })
  .meta({ id: 'NewFile' })
export const FileSave = z
  .strictObject({
    revision,
    name: fileName.optional(),
    folderId: id.nullable().optional(),
    body: FileBodyShape.optional(),
  })
  .meta({ id: 'FileSave', description: 'What is not given stays' })
export const FileVersion = z
  .object({
    number: z.int(),
    name: z.string(),
    comment: z.string(),
    committedBy: Person.nullable(),
    committedAt: instant,
    operationId: z.uuid().nullable(),
    isDeployed: z.boolean(),
    body: FileBodyShape,
  })
  .meta({ id: 'FileVersion' })

export const SqlParsing = z
  .strictObject({ content, programType: text(64), dataSource: text(128).nullable().default(null) })
  .meta({ id: 'SqlParsing' })
export const SqlParsed = z
  .object({
    inputs: z.array(z.string()),
    outputs: z.array(z.string()),
    problems: z
      .array(z.object({ line: z.int(), column: z.int(), problem: z.string() }))
      .describe('What does not parse; of what does not, nothing is found'),
  })
  .meta({ id: 'SqlParsed' })

// Deployments

export const NewDeployment = z
  .strictObject({
    kind: z
      .enum(DEPLOYMENT_KINDS)
      .describe(
        'commit: make versions of the drafts; in a workspace in basic mode that deploys them too. deploy: bring versions to production, and deletions. delete: into the recycle bin',
      ),
    files: z
      .array(
        z.strictObject({
          fileId: id,
          revision: revision.optional().describe('Of a commit: the revision that is to become the version'),
          version: z.int().min(1).optional().describe('Of a deployment: another one than the newest'),
        }),
      )
      .min(1)
      .max(MAX_DEPLOYED_FILES),
    comment,
  })
  .meta({ id: 'NewDeployment', description: 'Each file is an operation of its own' })
export const DeploymentItem = z
  .object({
    fileId: id,
    name: z.string(),
    innerKey: z.string().nullable().describe('Of a node inside the file’s node, which is checked on its own'),
    version: z.int(),
    change: z.enum(['create', 'update', 'delete']),
    state: z.enum(ITEM_STATES),
    waitsFor: z.array(z.string()).describe('Names of the files of the deployment that it waits for'),
    operationId: z.uuid().nullable(),
    doneAt: instant.nullable(),
    reasons: z
      .array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) }))
      .describe('Why nothing came of it'),
    checks: z.array(z.object({ extensionName: z.string(), state: CheckState, comment: z.string().nullable() })),
  })
  .meta({ id: 'DeploymentItem' })
export const DeploymentSummary = z
  .object({
    id,
    workspaceId: id,
    kind: z.enum(DEPLOYMENT_KINDS),
    name: z.string(),
    comment: z.string(),
    imported: z.boolean(),
    state: z.enum(['open', 'succeeded', 'failed']),
    counts: z.record(z.enum(ITEM_STATES), z.int()),
    createdBy: Person,
    createdAt: instant,
  })
  .meta({ id: 'DeploymentSummary' })
export const DeploymentDetail = DeploymentSummary.extend({ items: z.array(DeploymentItem) }).meta({
  id: 'DeploymentDetail',
})

// Runs of code

export const CodeRun = z
  .strictObject({
    revision,
    content: content.optional().describe('Only this of the draft'),
    bizdate: date.optional().describe('Without it the day before today'),
    parameters: text(8_192).nullable().default(null).describe('Instead of the node’s own: `name=value name=value`'),
  })
  .meta({ id: 'CodeRun' })
export const DevelopmentRun = z
  .object({
    instanceId: id.describe('Its log and its runs are those of this instance'),
    kind: z.enum(['code', 'table', 'function']),
    environment: Environment,
    state: z.enum(['running', 'succeeded', 'failed', 'unknown']),
    reasons: z.array(z.object({ code: z.string(), details: z.record(z.string(), z.unknown()) })),
    operationId: z.uuid().nullable(),
    createdBy: Person,
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'DevelopmentRun' })
export const AskedRun = z
  .object({ operation: OperationView, run: DevelopmentRun.nullable().describe('Null while it is held') })
  .meta({ id: 'AskedRun' })

// Reviews

export const NewFileReview = z
  .strictObject({
    version: z.int().min(1).optional().describe('Without it the newest'),
    description: text(10_000).default(''),
  })
  .meta({ id: 'NewFileReview' })
export const FileReviewComment = z
  .object({ id, line: z.int().nullable(), text: z.string(), by: Person, at: instant })
  .meta({ id: 'FileReviewComment' })
export const NewFileReviewComment = z
  .strictObject({ line: z.int().min(1).nullable().default(null), text: text(10_000).min(1) })
  .meta({ id: 'NewFileReviewComment' })
export const FileReviewConclusion = z
  .strictObject({ verb: z.enum(['approve', 'reject', 'withdraw']), comment: text(10_000).default('') })
  .meta({ id: 'FileReviewConclusion' })
export const FileReviewSummary = z
  .object({
    id,
    fileId: id,
    fileName: z.string(),
    version: z.int(),
    description: z.string(),
    state: z.enum(REVIEW_STATES),
    requestedBy: Person,
    requestedAt: instant,
    concludedBy: Person.nullable(),
    concludedAt: instant.nullable(),
    conclusion: z.string(),
    may: z.array(z.enum(['approve', 'reject', 'withdraw', 'comment'])),
  })
  .meta({ id: 'FileReviewSummary' })
export const FileReviewDetail = FileReviewSummary.extend({ comments: z.array(FileReviewComment) }).meta({
  id: 'FileReviewDetail',
})
