/** What an extension reads about an operation of Data Development that it is asked about. */
import {
  committedFile,
  dataSourceNameOf,
  deletedFile,
  type FileSnapshot,
  type FrozenFile,
  fileExecutionCommand,
  type IdeEventDetail,
  type RunSnapshot,
  type TableSnapshot,
  tableModel,
} from '@holdpoint/core'
import { resourceGroupId as groupId } from '../../store/backfills.ts'
import type { Sql } from '../../store/database.ts'
import { type AskedAboutRow, frozenItem } from '../../store/ide-events.ts'
import { producersOf } from '../../store/nodes.ts'

/** Null where the operation is none of Data Development, or what it was about has been deleted for good. */
export async function eventDetail(
  sql: Sql,
  asked: Pick<AskedAboutRow, 'event_code' | 'snapshot' | 'told'>,
): Promise<IdeEventDetail | null> {
  switch (asked.event_code) {
    case 'commit-file':
    case 'deploy-file':
    case 'delete-file': {
      const snapshot = asked.snapshot as FileSnapshot
      const frozen = await frozenFile(sql, snapshot, JSON.parse(asked.told))
      if (frozen === null) return null
      return asked.event_code === 'delete-file'
        ? { DeletedFile: deletedFile(snapshot, frozen) }
        : { CommittedFile: committedFile(snapshot, frozen) }
    }
    case 'run-file':
      return { FileExecutionCommand: fileExecutionCommand(asked.snapshot as RunSnapshot) }
    case 'commit-table':
    case 'deploy-table':
      return { TableModel: tableModel(asked.snapshot as TableSnapshot) }
    default:
      return null
  }
}

/** What a function is told an operation is about: the detail where there is one, else what is kept with it. */
export async function toldOfOperation(
  sql: Sql,
  of: {
    readonly event_code: string
    readonly snapshot: Readonly<Record<string, unknown>> | null
    readonly trial: boolean | null
    readonly body: string
  },
): Promise<Readonly<Record<string, unknown>> | null> {
  if (of.snapshot === null) return null
  const detail = of.trial ? null : await eventDetail(sql, { ...of, told: of.body })
  if (detail !== null) return detail
  const { tenantId: _, ...told } = of.snapshot
  return told
}

/** What the message says already is said with the same words. */
async function frozenFile(
  sql: Sql,
  snapshot: FileSnapshot,
  told: { readonly dataSourceName?: string; readonly fileOwner: string; readonly fileType: number },
): Promise<FrozenFile | null> {
  const row = await frozenItem(sql, snapshot.itemId)
  if (row === null) return null
  const { body } = row
  const definition = body.kind === 'node' ? body.definition : null
  const outputs = definition?.inputs.flatMap(({ output, type }) => (type === 'normal' ? [] : output)) ?? []
  const [producers, resourceGroupId] = await Promise.all([
    outputs.length === 0 ? [] : producersOf(sql, snapshot.tenantId, 'PROD', outputs),
    definition?.resourceGroup ? groupId(sql, snapshot.tenantId, definition.resourceGroup) : null,
  ])
  return {
    body,
    folderId: row.folder_id,
    nodeId: row.node_id,
    comment: row.comment,
    committedBy: row.committed_by,
    dataSourceName: told.dataSourceName ?? dataSourceNameOf(body) ?? '',
    owner: told.fileOwner,
    fileType: told.fileType,
    producers: new Map(producers.map((one) => [one.output, one.node_id])),
    resourceGroupId,
  }
}
