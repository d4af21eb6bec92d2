/** What `GetIDEEventDetail` answers about an operation of Data Development: what was frozen when it was asked for. */
import { type InnerNode, type NodeDefinition, parameterText } from '../operation-center/node.ts'
import { contentOf, type FileBody, type NodeBody, partsOf } from './file.ts'
import type {
  CommittedFile,
  DeletedFile,
  FileExecutionCommand,
  FileSnapshot,
  RunSnapshot,
  TableModel,
  TableSnapshot,
} from './snapshot.ts'

/** What stands with the message, the item and the version, and not in the snapshot of the operation. */
export type FrozenFile = {
  readonly body: FileBody
  readonly folderId: number | null
  readonly nodeId: number
  readonly comment: string
  readonly committedBy: number | null
  /** As the message names it. */
  readonly dataSourceName: string
  readonly owner: string
  readonly fileType: number
  /** The nodes that produce an output, and the resource group of the file, as numbers. */
  readonly producers: ReadonlyMap<string, number>
  readonly resourceGroupId: number | null
}

const CHANGES = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE' } as const
const RERUN_MODES = {
  'all-allowed': 'ALL_ALLOWED',
  'failure-allowed': 'FAILURE_ALLOWED',
  'all-denied': 'ALL_DENIED',
} as const
const SCHEDULER_TYPES = { normal: 'NORMAL', pause: 'PAUSE', skip: 'SKIP' } as const

type Schedule = Pick<NodeDefinition, 'trigger' | 'recurrence'>

export function schedulerTypeOf({ trigger, recurrence }: Schedule): 'NORMAL' | 'MANUAL' | 'PAUSE' | 'SKIP' {
  return trigger === 'manual' ? 'MANUAL' : SCHEDULER_TYPES[recurrence]
}

/** A frozen node is still one of the schedule. */
export function useTypeOf(body: FileBody): 'NORMAL' | 'MANUAL' | 'SKIP' {
  const type = body.kind === 'node' ? schedulerTypeOf(body.definition) : 'NORMAL'
  return type === 'PAUSE' ? 'NORMAL' : type
}

/** The configuration of a node; one inside it runs with its schedule. */
export function nodeConfigurationOf(
  { parsing, definition }: NodeBody,
  inner: InnerNode | null,
  { producers, resourceGroupId }: Pick<FrozenFile, 'producers' | 'resourceGroupId'>,
): NonNullable<CommittedFile['NodeConfiguration']> {
  const { inputs, outputs, parameters } = inner ?? definition
  const found = new Set(inner === null ? parsing.inputs : [])
  const before = inputs.filter(({ type }) => type === 'cross-cycle-other')
  const { self, children } = definition.crossCycle
  return {
    AutoRerunIntervalMillis: definition.rerunIntervalMs,
    AutoRerunTimes: definition.rerunTimes,
    CronExpress: definition.cron ?? '',
    CycleType: definition.cycle === 'minute' || definition.cycle === 'hour' ? 'NOT_DAY' : 'DAY',
    DependentNodeIdList: [...new Set(before.flatMap(({ output }) => producers.get(output) ?? []))].join(','),
    DependentType: before.length > 0 ? 'USER_DEFINE' : self ? 'SELF' : children ? 'CHILD' : 'NONE',
    InputList: inputs
      .filter(({ type }) => type === 'normal')
      .map(({ output }) => ({ Input: output, ParseType: found.has(output) ? 'AUTO' : 'MANUAL' })),
    OutputList: outputs.map(({ output, refTableName }) => ({
      Output: output,
      ...(refTableName !== null && { RefTableName: refTableName }),
    })),
    ParaValue: parameterText(parameters),
    RerunMode: RERUN_MODES[definition.rerunMode],
    ...(resourceGroupId !== null && { ResourceGroupId: resourceGroupId }),
    SchedulerType: schedulerTypeOf(definition),
  }
}

/** Of commit-file and deploy-file. A node inside a node is told by its own name, program and content, with the file that it is in as its parent. */
export function committedFile(snapshot: FileSnapshot, frozen: FrozenFile): CommittedFile {
  const { body } = frozen
  const inner = innerOf(snapshot, body)
  return {
    ChangeType: CHANGES[snapshot.change],
    Comment: frozen.comment,
    Committor: String(frozen.committedBy ?? ''),
    Content: inner === null ? contentOf(body) : (inner.script?.content ?? ''),
    FileId: snapshot.fileId,
    FileName: inner?.name ?? snapshot.name,
    FilePropertyContent: {
      CurrentVersion: snapshot.version,
      DataSourceName: frozen.dataSourceName,
      FolderId: String(frozen.folderId ?? ''),
      Owner: frozen.owner,
      ...(inner !== null && { ParentFileId: snapshot.fileId }),
    },
    FileType: frozen.fileType,
    ...(body.kind === 'node' && { NodeConfiguration: nodeConfigurationOf(body, inner, frozen) }),
    NodeId: frozen.nodeId,
    UseType: useTypeOf(body),
  }
}

/** Of delete-file: the draft as it was. */
export function deletedFile(snapshot: FileSnapshot, frozen: FrozenFile): DeletedFile {
  const inner = innerOf(snapshot, frozen.body)
  return {
    Content: inner === null ? contentOf(frozen.body) : (inner.script?.content ?? ''),
    CurrentVersion: snapshot.version,
    DataSourceName: frozen.dataSourceName,
    FileId: snapshot.fileId,
    FileName: inner?.name ?? snapshot.name,
    FileType: frozen.fileType,
    FolderId: String(frozen.folderId ?? ''),
    NodeId: frozen.nodeId,
    Owner: frozen.owner,
    ...(inner !== null && { ParentFileId: snapshot.fileId }),
    UseType: useTypeOf(frozen.body),
  }
}

/** Of run-file: what is to run. */
export function fileExecutionCommand(snapshot: RunSnapshot): FileExecutionCommand {
  return {
    Content: snapshot.content,
    DataSourceName: snapshot.dataSourceName,
    FileId: snapshot.fileId,
    FileType: snapshot.fileType,
  }
}

/** Of commit-table and deploy-table: the design. A table whose data are wanted for good has the life cycle 0. */
export function tableModel({ design, dataSourceName, environment, name }: TableSnapshot): TableModel {
  return {
    Columns: design.columns.map((column) => ({
      ColumnName: column.name,
      ColumnType: column.type.toUpperCase(),
      Comment: column.comment,
      IsPartitionColumn: column.isPartition,
    })),
    Comment: design.comment,
    DataSourceName: dataSourceName,
    Env: environment,
    LifeCycle: design.lifeCycleDays ?? 0,
    Location: '',
    TableName: name,
  }
}

function innerOf({ innerKey }: FileSnapshot, body: FileBody): InnerNode | null {
  if (innerKey === null) return null
  const part = partsOf(body).find((one) => one.innerKey === innerKey)
  if (part?.innerKey == null) throw new Error(`no part ${innerKey} of the file`)
  return part.program
}
