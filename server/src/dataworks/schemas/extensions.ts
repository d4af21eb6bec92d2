/** Callbacks of extensions, and reading extensions, their options and their check processes. */
import { type Action, PAGING, type Page } from './action.ts'
import type { Parameter } from './binding.ts'

const MESSAGE_ID = {
  kind: 'string',
  required: true,
  maxLength: 128,
  doc: 'Id of the event message that is answered, as it was delivered.',
} as const satisfies Parameter

const EXTENSION_CODE = {
  kind: 'string',
  required: true,
  maxLength: 128,
  doc: 'Code of the extension.',
} as const satisfies Parameter

/** Documents and samples disagree on the spelling and on whether WARN exists for all; every callback takes all three. */
const CHECK_RESULT = {
  kind: 'enum',
  values: ['OK', 'WARN', 'FAIL'],
  ignoreCase: true,
  required: true,
  doc: 'OK lets the operation pass, WARN lets it pass with a warning, FAIL refuses it.',
} as const satisfies Parameter

const EVENT_CODE = {
  kind: 'string',
  required: true,
  maxLength: 128,
  doc: 'Code of the extension point, for example freeze-node.',
} as const satisfies Parameter

const CHECK_TIP = {
  kind: 'string',
  maxLength: 10_000,
  doc: 'What the person who asked for the operation is told, above all when it is refused.',
} as const satisfies Parameter

export const UPDATE_WORKBENCH_EVENT_RESULT = {
  action: 'UpdateWorkbenchEventResult',
  versions: ['2020-05-18'],
  doc: 'Returns the result of checking an Operation Center event.',
  differs: '`WARN` is taken as well, which the vendor names for the other two only',
  parameters: {
    MessageId: MESSAGE_ID,
    ExtensionCode: EXTENSION_CODE,
    CheckResult: CHECK_RESULT,
    CheckResultTip: CHECK_TIP,
  },
} as const satisfies Action

export type UpdateWorkbenchEventResultResponse = {
  readonly RequestId: string
  readonly Success: boolean
}

/** The published contract requires none of its parameters; without them there is nothing to answer, so three are. */
export const UPDATE_IDE_EVENT_RESULT = {
  action: 'UpdateIDEEventResult',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Returns the result of checking an event of data development.',
  differs: '`MessageId`, `ExtensionCode` and `CheckResult` must be given; the vendor marks nothing as required',
  parameters: {
    MessageId: MESSAGE_ID,
    ExtensionCode: EXTENSION_CODE,
    CheckResult: CHECK_RESULT,
    CheckResultTip: CHECK_TIP,
  },
} as const satisfies Action

export type UpdateIDEEventResultResponse = { readonly RequestId: string }

export const CALLBACK_EXTENSION = {
  action: 'CallbackExtension',
  versions: ['2020-05-18'],
  doc: 'Returns the result of checking an event of any other module.',
  parameters: {
    MessageId: MESSAGE_ID,
    ExtensionCode: EXTENSION_CODE,
    CheckResult: CHECK_RESULT,
    CheckMessage: CHECK_TIP,
  },
} as const satisfies Action

export type CallbackExtensionResponse = {
  readonly RequestId: string
  /** Text here, unlike in the other actions: every client declares it so. */
  readonly Success: 'true' | 'false'
}

export const GET_EXTENSION = {
  action: 'GetExtension',
  versions: ['2020-05-18'],
  doc: 'Reads one extension with its parameters and its form of options.',
  parameters: { ExtensionCode: EXTENSION_CODE },
} as const satisfies Action

export type BoundEvent = { readonly EventCode: string; readonly EventName: string }

/** 0 testing, 1 published, 3 disabled, 4 in review, 5 approved, 6 rejected. */
export type ExtensionStatus = 0 | 1 | 3 | 4 | 5 | 6

export type GetExtensionResponse = {
  readonly RequestId: string
  readonly Extension: {
    readonly ExtensionCode: string
    readonly ExtensionName: string
    readonly ExtensionDesc?: string
    readonly Status: ExtensionStatus
    readonly BindEventList: readonly BoundEvent[]
    readonly EventCategoryList: readonly { readonly CategoryCode: string; readonly CategoryName: string }[]
    /** One `key=value` per line. */
    readonly ParameterSetting?: string
    /** The form of options, as JSON text. */
    readonly OptionSetting?: string
    /** Id of the workspace for testing. */
    readonly ProjectTesting?: number
    readonly DetailUrl?: string
    readonly HelpDocUrl?: string
  }
}

export const LIST_EXTENSIONS = {
  action: 'ListExtensions',
  versions: ['2020-05-18'],
  doc: 'Lists the extensions of the tenant.',
  parameters: PAGING,
} as const satisfies Action

export type ListExtensionsResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly Extensions: readonly {
      readonly ExtensionCode: string
      readonly ExtensionName: string
      readonly ExtensionDesc?: string
      readonly Status: ExtensionStatus
      /** Id of the user who owns it. */
      readonly Owner: string
      readonly BindEventList: readonly BoundEvent[]
    }[]
  }
}

export const LIST_ENABLED_EXTENSIONS_FOR_PROJECT = {
  action: 'ListEnabledExtensionsForProject',
  versions: ['2020-05-18'],
  doc: 'Lists the extensions that are enabled for one extension point in a workspace.',
  differs: 'any number is taken for `FileType`',
  parameters: {
    EventCode: EVENT_CODE,
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
    /** The published values are examples of an open list: other places use codes that it does not name. */
    FileType: { kind: 'string', pattern: /^\d{1,9}$/, doc: 'Code of a file type; only extensions that check it.' },
  },
} as const satisfies Action

export type ListEnabledExtensionsForProjectResponse = {
  readonly RequestId: string
  readonly Extensions: readonly {
    readonly ExtensionCode: string
    readonly ExtensionName: string
    readonly ExtensionDesc?: string
    readonly ParameterSetting?: string
    readonly TenantId: number
    /** Ids of users. */
    readonly Owner: string
    readonly CreateUser: string
    readonly ModifyUser: string
  }[]
}

export const GET_OPTION_VALUE_FOR_PROJECT = {
  action: 'GetOptionValueForProject',
  versions: ['2020-05-18'],
  doc: 'Reads the options that a workspace has chosen for an extension.',
  parameters: {
    ExtensionCode: { kind: 'string', maxLength: 128, doc: 'Code of the extension.' },
    ProjectId: {
      kind: 'string',
      pattern: /^\d{1,16}$/,
      doc: 'Id of the workspace; text, although ids are numbers. Not looked at for a tenant-level extension, whose options are the tenant’s.',
    },
  },
} as const satisfies Action

export type GetOptionValueForProjectResponse = {
  readonly RequestId: string
  /** The chosen values that fit the form as it is now, as JSON text in the order of the form; left out when nothing was chosen. */
  readonly OptionValue?: string
}

export const GET_IDE_EVENT_DETAIL = {
  action: 'GetIDEEventDetail',
  versions: ['2020-05-18', '2024-05-18'],
  doc: 'Reads the object of an event of data development as it was when the operation was asked for.',
  parameters: {
    MessageId: MESSAGE_ID,
    ProjectId: { kind: 'int64', required: true, doc: 'Id of the workspace.' },
  },
} as const satisfies Action

export type GetIDEEventDetailResponse = {
  readonly RequestId: string
  /** One of CommittedFile, DeletedFile, TableModel and FileExecutionCommand. */
  readonly EventDetail: Readonly<Record<string, unknown>>
}

export const LIST_CHECK_PROCESSES = {
  action: 'ListCheckProcesses',
  versions: ['2020-05-18'],
  doc: 'Lists the check processes of one extension point.',
  parameters: {
    EventCode: EVENT_CODE,
    MessageId: { kind: 'string', maxLength: 128, doc: 'Only the process of this event message.' },
    Operator: { kind: 'string', maxLength: 128, doc: 'Only operations that the user with this id asked for.' },
    ProjectId: { kind: 'int64', doc: 'Only operations in the workspace with this id.' },
    Status: { kind: 'enum', values: ['CHECKING', 'PASSED', 'BLOCKED'], doc: 'Only processes in this status.' },
    ...PAGING,
  },
} as const satisfies Action

export type ListCheckProcessesResponse = {
  readonly RequestId: string
  readonly PagingInfo: Page & {
    readonly CheckProcesses: readonly {
      readonly ProcessId: string
      /** Name of the object that the operation is about. */
      readonly ProcessName: string
      readonly MessageId: string
      readonly EventCode: string
      /** In Chinese. */
      readonly EventName: string
      readonly EventNameEn: string
      /** Id of the user who asked for the operation. */
      readonly Operator: string
      /** Left out for tenant-level extension points. */
      readonly ProjectId?: number
      readonly Status: 'CHECKING' | 'PASSED' | 'BLOCKED'
    }[]
  }
}
