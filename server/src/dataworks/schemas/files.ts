/** Files of Data Development and their versions. Times in milliseconds since 1970; ids of users and folders are text. */
import { type Action, PAGING, type Page, TIME } from './action.ts'
import type { Parameter, Schema } from './binding.ts'
import { type Answered, type AskedFor, PROJECT } from './development.ts'

const MOST_CONTENT_CHARACTERS = 720_000
const NOT_BUILT = { kind: 'refused', doc: 'Is refused: it is not built.' } as const satisfies Parameter
const names = (doc: string) => ({ kind: 'string', maxLength: 262_144, doc }) as const satisfies Parameter
/** Only what is so anyway can be asked for. */
const never = (doc: string) =>
  ({ kind: 'enum', values: ['false'], ignoreCase: true, doc: `${doc} Only \`false\` is taken.` }) as const

const CONTENT = {
  Content: { kind: 'string', maxLength: MOST_CONTENT_CHARACTERS, doc: 'The code.' },
  FileDescription: { kind: 'string', maxLength: 10_000, doc: 'What it is.' },
  Owner: { kind: 'string', maxLength: 128, doc: 'Id of the user whose it is; without it the caller.' },
  ConnectionName: { kind: 'string', maxLength: 128, doc: 'Name of the data source that it runs on.' },
  ResourceGroupIdentifier: { kind: 'string', maxLength: 128, doc: 'Identifier of the resource group.' },
  ParaValue: { kind: 'string', maxLength: 8192, doc: 'Parameters: `name=value name=value`.' },
} as const satisfies Schema

const SCHEDULE = {
  SchedulerType: {
    kind: 'enum',
    values: ['NORMAL', 'MANUAL', 'PAUSE', 'SKIP'],
    doc: 'Whether it is scheduled, runs by hand only, is frozen or runs dry.',
  },
  Stop: { kind: 'boolean', doc: 'Whether it is frozen, as with SchedulerType PAUSE.' },
  CronExpress: { kind: 'string', maxLength: 256, doc: 'Six fields, seconds first.' },
  CycleType: { kind: 'enum', values: ['DAY', 'NOT_DAY'], doc: 'Follows from CronExpress and must fit it.' },
  StartEffectDate: { ...TIME, doc: 'From when on it is scheduled.' },
  EndEffectDate: { ...TIME, doc: 'Until when it is scheduled.' },
  ApplyScheduleImmediately: {
    kind: 'boolean',
    doc: '`true`: instances are generated as soon as it is deployed; else from the next day on.',
  },
  AutoRerunTimes: { kind: 'int32', min: 0, max: 10, doc: 'How often it is tried again.' },
  AutoRerunIntervalMillis: { kind: 'int32', min: 0, max: 1_800_000, doc: 'How long to wait before that.' },
  Timeout: { kind: 'int32', min: 0, max: 168, doc: 'After how many hours it is ended; 0: never.' },
  AutoParsing: { kind: 'boolean', doc: 'Whether inputs and outputs are found in the SQL; it is, unless turned off.' },
  InputList: names(
    'Outputs that it waits for, with commas between them; they take the place of those that were given.',
  ),
  OutputList: names('What it produces, with commas between them; likewise.'),
  DependentNodeIdList: names('Ids of the nodes of which it waits for the cycle before, with commas between them.'),
  AdvancedSettings: NOT_BUILT,
  ImageId: NOT_BUILT,
  InputParameters: NOT_BUILT,
  OutputParameters: NOT_BUILT,
  IgnoreParentSkipRunningProperty: never('Of dry runs upstream.'),
  StartImmediately: never('Of streaming nodes.'),
} as const satisfies Schema

const RERUN_MODES = ['ALL_ALLOWED', 'FAILURE_ALLOWED', 'ALL_DENIED'] as const
const RERUN_MODE_DOC = 'After what it may be rerun.'
const DEPENDENT_TYPES = ['SELF', 'CHILD', 'USER_DEFINE', 'NONE'] as const
const DEPENDENT_TYPE_DOC = 'Whose cycle before it waits for: its own, that of its descendants, that of the nodes named.'
const FOLDER = { kind: 'string', maxLength: 1024 } as const satisfies Parameter
const FILE_ID = { kind: 'int64', doc: 'Id of the file.' } as const satisfies Parameter
const NODE_ID = { kind: 'int64', doc: 'Id of its node, instead of that of the file.' } as const satisfies Parameter
const COMMENT = { kind: 'string', maxLength: 1024, doc: 'Why.' } as const satisfies Parameter

export const CREATE_FILE = {
  action: 'CreateFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Creates a file of Data Development: a node, or by its type a resource or a function.',
  differs:
    'without advanced settings, images and context parameters; `Timeout` is read as hours; code is parsed unless `AutoParsing` is `false`',
  parameters: {
    ...PROJECT,
    FileName: { kind: 'string', required: true, maxLength: 256, doc: 'Name of the file, unique in its workspace.' },
    FileType: {
      kind: 'int32',
      required: true,
      min: 0,
      doc: 'What it is: 10 SQL, 6 Shell, 12 to 15 resources, 17 function.',
    },
    FileFolderPath: { ...FOLDER, doc: 'Path of its folder; without it at the top.' },
    CreateFolderIfNotExists: { kind: 'boolean', default: false, doc: 'Otherwise the folder must be there.' },
    ...CONTENT,
    ResourceGroupId: { kind: 'int64', doc: 'The resource group by its number, instead of its identifier.' },
    ...SCHEDULE,
    RerunMode: { kind: 'enum', values: RERUN_MODES, doc: RERUN_MODE_DOC },
    DependentType: {
      kind: 'enum',
      values: [...DEPENDENT_TYPES, 'USER_DEFINE_AND_SELF', 'CHILD_AND_SELF'],
      doc: DEPENDENT_TYPE_DOC,
    },
  },
} as const satisfies Action

/** The id of the file. */
export type CreateFileResponse = Answered & { readonly Data: number }

export const UPDATE_FILE = {
  action: 'UpdateFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Changes the draft of a file; what is not given stays.',
  differs: 'as `CreateFile`; whatever there is of the draft is changed, since no revision is named',
  parameters: {
    ...PROJECT,
    FileId: { ...FILE_ID, required: true },
    FileName: { kind: 'string', maxLength: 256, doc: 'Another name.' },
    FileFolderPath: { ...FOLDER, doc: 'Path of another folder, which must be there.' },
    ...CONTENT,
    Owner: { kind: 'string', maxLength: 128, doc: 'Id of the user whose it is from now on.' },
    ...SCHEDULE,
    AutoParsing: { kind: 'boolean', doc: 'Whether inputs and outputs are found in the SQL.' },
    RerunMode: {
      kind: 'enum',
      values: [...RERUN_MODES, 'ALL_ALLOWD'],
      doc: `${RERUN_MODE_DOC} The vendor’s other spelling of ALL_ALLOWED is taken.`,
    },
    DependentType: { kind: 'enum', values: DEPENDENT_TYPES, doc: DEPENDENT_TYPE_DOC },
  },
} as const satisfies Action

export type UpdateFileResponse = Answered

export const GET_FILE = {
  action: 'GetFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Reads the draft of a file; also of one in the recycle bin.',
  differs: 'without workflow, advanced settings, context parameters and download link in its answer',
  parameters: { ...PROJECT, FileId: FILE_ID, NodeId: NODE_ID },
} as const satisfies Action

type UseType = 'NORMAL' | 'MANUAL' | 'SKIP'

export type File = {
  readonly FileId: number
  readonly FileName: string
  readonly FileType: number
  readonly FileDescription: string
  readonly FileFolderId: string
  readonly UseType: UseType
  readonly Owner: string
  readonly NodeId: number
  readonly ConnectionName: string
  readonly AutoParsing: boolean
  /** 1: the draft is committed. */
  readonly CommitStatus: 0 | 1
  readonly CurrentVersion: number
  readonly IsMaxCompute: false
  readonly CreateTime: number
  readonly CreateUser: string
  readonly LastEditTime: number
  readonly LastEditUser: string
}

export type GetFileResponse = Answered & {
  readonly Data: {
    readonly File: File & { readonly Content: string; readonly DeletedStatus: 'NORMAL' | 'RECYCLE_BIN' }
    /** Of nodes only. */
    readonly NodeConfiguration?: {
      readonly SchedulerType: 'NORMAL' | 'MANUAL' | 'PAUSE' | 'SKIP'
      readonly Stop: boolean
      readonly CronExpress: string
      readonly CycleType: 'NOT_DAY' | 'DAY'
      readonly StartEffectDate?: number
      readonly EndEffectDate?: number
      /** Text here. */
      readonly ApplyScheduleImmediately: 'true' | 'false'
      readonly StartImmediately: false
      readonly IgnoreParentSkipRunningProperty: 'false'
      readonly AutoRerunTimes: number
      readonly AutoRerunIntervalMillis: number
      readonly RerunMode: 'ALL_ALLOWED' | 'FAILURE_ALLOWED' | 'ALL_DENIED'
      /** Hours. */
      readonly Timeout?: number
      readonly ParaValue: string
      readonly ResourceGroupId?: number
      readonly DependentType: 'SELF' | 'CHILD' | 'USER_DEFINE' | 'NONE'
      readonly DependentNodeIdList: string
      readonly InputList: readonly { readonly Input: string; readonly ParseType: 'MANUAL' | 'AUTO' }[]
      readonly OutputList: readonly { readonly Output: string; readonly RefTableName?: string }[]
    }
  }
}

export const LIST_FILES = {
  action: 'ListFiles',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Lists the files of a workspace that are not in the recycle bin.',
  differs: '`CommitStatus` is taken in both versions',
  parameters: {
    ...PROJECT,
    Keyword: { kind: 'string', maxLength: 256, doc: 'Only files whose name contains this text.' },
    ExactFileName: { kind: 'string', maxLength: 256, doc: 'Only the file of this name.' },
    FileFolderPath: { ...FOLDER, doc: 'Only files that lie in this folder.' },
    FileTypes: {
      kind: 'list',
      encoding: 'comma',
      maxItems: 100,
      items: { kind: 'int32' },
      doc: 'Only of these types.',
    },
    FileIdIn: { kind: 'list', encoding: 'comma', maxItems: 50, items: { kind: 'int64' }, doc: 'Only these.' },
    NodeId: { kind: 'int64', doc: 'Only the file of this node.' },
    Owner: { kind: 'string', maxLength: 128, doc: 'Only files that the user with this id owns.' },
    LastEditUser: { kind: 'string', maxLength: 128, doc: 'Only files that the user with this id changed last.' },
    UseType: {
      kind: 'enum',
      values: ['NORMAL', 'MANUAL', 'MANUAL_BIZ', 'SKIP', 'ADHOCQUERY', 'COMPONENT'],
      doc: 'Only files used so; the last three and MANUAL_BIZ match none.',
    },
    CommitStatus: { kind: 'int32', values: [0, 1], doc: 'Only files whose draft is committed (1) or is not (0).' },
    NeedContent: { kind: 'boolean', default: false, doc: 'With their code.' },
    NeedAbsoluteFolderPath: { kind: 'boolean', default: false, doc: 'With the path of their folder.' },
    ...PAGING,
  },
} as const satisfies Action

export type ListFilesResponse = Answered & {
  readonly Data: Page & {
    readonly Files: readonly (File & { readonly Content?: string; readonly AbsoluteFolderPath?: string })[]
  }
}

export const LIST_FILE_VERSIONS = {
  action: 'ListFileVersions',
  versions: ['2020-05-18'],
  doc: 'Lists the committed versions of a file, the newest first.',
  parameters: { ...PROJECT, FileId: { ...FILE_ID, required: true }, ...PAGING },
} as const satisfies Action

export type FileVersion = {
  readonly FileVersion: number
  readonly FileName: string
  readonly FileContent: string
  /** JSON text. */
  readonly FilePropertyContent: string
  /** JSON text. */
  readonly NodeContent: string
  readonly NodeId: number
  readonly UseType: UseType
  readonly ChangeType: 'CREATE' | 'UPDATE'
  readonly Comment: string
  readonly CommitUser: string
  readonly CommitTime: number
  readonly Status: 'COMMITTED' | 'DEPLOYED'
  readonly IsCurrentProd: boolean
}

export type ListFileVersionsResponse = Answered & {
  readonly Data: Page & { readonly FileVersions: readonly FileVersion[] }
}

export const GET_FILE_VERSION = {
  action: 'GetFileVersion',
  versions: ['2020-05-18'],
  doc: 'Reads a committed version of a file.',
  parameters: {
    ...PROJECT,
    FileId: { ...FILE_ID, required: true },
    FileVersion: { kind: 'int32', required: true, doc: 'Number of the version.' },
  },
} as const satisfies Action

export type GetFileVersionResponse = Answered & { readonly Data: FileVersion }

const ASKS = 'that it was asked for is answered, with the id of its deployment, and no more'

export const SUBMIT_FILE = {
  action: 'SubmitFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Asks for the draft of a file to be committed; in a workspace in basic mode that publishes it.',
  differs: `${ASKS}; no check can be skipped`,
  parameters: {
    ...PROJECT,
    FileId: { ...FILE_ID, required: true },
    Comment: COMMENT,
    SkipAllDeployFileExtensions: never('Whether to skip checks.'),
  },
} as const satisfies Action

export type SubmitFileResponse = AskedFor

export const DEPLOY_FILE = {
  action: 'DeployFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Asks for the newest version of a file to be brought to production; of a deleted file, for its deletion there.',
  differs: ASKS,
  parameters: { ...PROJECT, FileId: FILE_ID, NodeId: NODE_ID, Comment: COMMENT },
} as const satisfies Action

export type DeployFileResponse = AskedFor

export const DELETE_FILE = {
  action: 'DeleteFile',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Asks for a file to be put into the recycle bin.',
  differs: ASKS,
  parameters: { ...PROJECT, FileId: { ...FILE_ID, required: true } },
} as const satisfies Action

export type DeleteFileResponse = Answered & { readonly DeploymentId: number }
