import { type EventDefinition, EXTENSION_STATUS_NUMBERS, eventByCode, Refusal, speaksFor } from '@holdpoint/core'
import { ensureMay, readableWorkspaces, workspaceFor } from '../../access.ts'
import { eventDetail } from '../../modules/data-development/event-detail.ts'
import type { Platform } from '../../platform.ts'
import type { Sql } from '../../store/database.ts'
import * as extensions from '../../store/extensions.ts'
import { type AskedAboutRow, askedAbout } from '../../store/ide-events.ts'
import * as operations from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import { action } from '../action.ts'
import * as contracts from '../schemas/extensions.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const extensionActions = [
  action<typeof contracts.GET_EXTENSION, contracts.GetExtensionResponse>(
    contracts.GET_EXTENSION,
    { whereFound: 'extension.read', orItself: true },
    async ({ platform, caller, parameters }) => {
      const row = await extensionFor(platform, caller, parameters.ExtensionCode)
      if (!itself(caller, row)) ensureMay(caller, 'extension.read')
      const categories = new Map(pointsOf(row).map((event) => [event.category, event.categoryName.en]))
      return {
        Extension: {
          ExtensionCode: row.code,
          ExtensionName: row.name,
          ExtensionDesc: row.description,
          Status: EXTENSION_STATUS_NUMBERS[row.status],
          BindEventList: bindEventList(row),
          EventCategoryList: [...categories].map(([CategoryCode, CategoryName]) => ({ CategoryCode, CategoryName })),
          ParameterSetting: row.parameters,
          OptionSetting: row.options,
          ProjectTesting: row.test_workspace_id ?? undefined,
          DetailUrl: row.detail_url ?? undefined,
          HelpDocUrl: row.help_doc_url ?? undefined,
        },
      }
    },
  ),

  action<typeof contracts.LIST_EXTENSIONS, contracts.ListExtensionsResponse>(
    contracts.LIST_EXTENSIONS,
    'extension.read',
    async ({ platform, caller, parameters }) => {
      const { PageNumber, PageSize } = parameters
      const rows = await extensions.extensionsOf(platform.db, caller.tenantId, 0, PageSize, (PageNumber - 1) * PageSize)
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: await extensions.countExtensions(platform.db, caller.tenantId),
          Extensions: rows.map((row) => ({
            ExtensionCode: row.code,
            ExtensionName: row.name,
            ExtensionDesc: row.description,
            Status: EXTENSION_STATUS_NUMBERS[row.status],
            Owner: String(row.owner_id),
            BindEventList: bindEventList(row),
          })),
        },
      }
    },
  ),

  action<typeof contracts.GET_IDE_EVENT_DETAIL, contracts.GetIDEEventDetailResponse>(
    contracts.GET_IDE_EVENT_DETAIL,
    { whereFound: 'operation.read', orItself: true },
    async ({ platform, caller, parameters: { MessageId, ProjectId } }) => {
      const asked = UUID.test(MessageId) ? await askedAbout(platform.db, caller.tenantId, MessageId, caller) : undefined
      // An extension that is asked reads what it is asked about, wherever that is.
      if (!asked?.asks_caller) await workspaceFor(platform.db, caller, ProjectId, 'operation.read')
      const detail = asked?.workspace_id === ProjectId ? await detailOf(platform.db, asked) : null
      if (detail === null) throw new Refusal('EVENT_DETAIL_UNKNOWN', { messageId: MessageId })
      return { EventDetail: detail }
    },
  ),

  action<typeof contracts.LIST_CHECK_PROCESSES, contracts.ListCheckProcessesResponse>(
    contracts.LIST_CHECK_PROCESSES,
    'own',
    async ({ platform, caller, parameters }) => {
      const { EventCode, ProjectId, Operator, Status, MessageId, PageNumber, PageSize } = parameters
      const event = eventByCode(EventCode)
      if (event?.kind !== 'extension-point')
        throw new Refusal('PARAMETER_INVALID', {
          parameter: 'EventCode',
          problem: 'no extension point has this event code',
        })
      if (ProjectId !== undefined) await workspaceFor(platform.db, caller, ProjectId, 'operation.read')
      const filter: operations.OperationFilter = {
        tenantId: caller.tenantId,
        workspaceIds: ProjectId !== undefined ? [ProjectId] : readableWorkspaces(caller, 'operation.read'),
        eventCode: EventCode,
        // What is no id or no message here matches nothing.
        requestedBy: Operator === undefined ? undefined : /^\d{1,15}$/.test(Operator) ? Number(Operator) : 0,
        messageId:
          MessageId === undefined
            ? undefined
            : /^[0-9a-f-]{36}$/i.test(MessageId)
              ? MessageId
              : '00000000-0000-0000-0000-000000000000',
        status: Status,
        checkedOnly: true,
      }
      const rows = await operations.operationsOf(platform.db, filter, {
        before: null,
        limit: PageSize,
        offset: (PageNumber - 1) * PageSize,
      })
      return {
        PagingInfo: {
          PageNumber,
          PageSize,
          TotalCount: await operations.countOperations(platform.db, filter),
          CheckProcesses: rows.map((row) => ({
            ProcessId: row.id,
            ProcessName: row.object_name,
            MessageId: row.message_id!,
            EventCode: row.event_code,
            EventName: event.name.zh,
            EventNameEn: event.name.en,
            Operator: String(row.requested_by),
            ProjectId: row.workspace_id ?? undefined,
            Status: row.status!,
          })),
        },
      }
    },
  ),
]

/** Of a trial, what it was told to tell. */
async function detailOf(sql: Sql, asked: AskedAboutRow): Promise<Readonly<Record<string, unknown>> | null> {
  if (!asked.trial) return await eventDetail(sql, asked)
  const given = asked.snapshot as Readonly<Record<string, unknown>>
  return Object.keys(given).length > 0 ? given : null
}

/** Rule 21: an extension of the caller's tenant; to the service user of an extension there is no other. */
export async function extensionFor(platform: Platform, caller: Caller, code: string): Promise<extensions.ExtensionRow> {
  const row = await extensions.extensionByCode(platform.db, caller.tenantId, code)
  if (!row || (caller.serviceOf !== null && !itself(caller, row)))
    throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  return row
}

export const itself = (caller: Caller, row: { readonly id: number; readonly owner_id: number }) =>
  speaksFor(caller, { id: row.id, ownerId: row.owner_id })

function pointsOf(row: extensions.ExtensionRow): EventDefinition[] {
  return row.points.flatMap((code) => eventByCode(code) ?? [])
}

const bindEventList = (row: extensions.ExtensionRow) =>
  pointsOf(row).map((event) => ({ EventCode: event.eventCode, EventName: event.name.en }))
