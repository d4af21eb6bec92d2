/** Rule 18: the version that is being worked on. */
import { editOf, Refusal } from '@holdpoint/core'
import { writeAudit } from '../store/audit.ts'
import type { Sql, Transaction } from '../store/database.ts'
import { type HistoryEntry, insertHistory } from '../store/extension-history.ts'
import * as extensions from '../store/extensions.ts'
import { copyFunction } from '../store/functions.ts'
import type { Caller } from '../store/principals.ts'

/** The extension, locked until the transaction ends. */
export async function lockedExtension(tx: Transaction, caller: Caller, code: string): Promise<extensions.ExtensionRow> {
  const row = await extensions.lockExtension(tx, caller.tenantId, code)
  if (!row) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  return row
}

export async function versionOf(
  sql: Sql,
  caller: Caller,
  code: string,
  number: number,
): Promise<extensions.VersionRow> {
  const row = await extensions.extensionVersion(sql, caller.tenantId, code, number)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'version', id: number })
  return row
}

/**
 * The version that an edit goes into: the one in testing or rejected, else a new one that says what the newest says. `revision`: as the caller has
 * seen the version that is changed; nobody overwrites what they have not seen.
 */
export async function draftOf(
  tx: Transaction,
  caller: Caller,
  extension: extensions.ExtensionRow,
  revision?: number,
): Promise<extensions.VersionRow> {
  const { version, anew } = editOf(extension.versions)
  const from = await versionOf(tx, caller, extension.code, version.number)
  ensureSeen(from, revision)
  if (!anew) return from
  const number = await extensions.insertVersion(tx, extension.id, from.number, caller.userId)
  if (extension.deployment === 'function') await copyFunction(tx, extension.id, from.number, number)
  await recordStep(tx, caller, extension, { version: number, step: 'new-version', from: null, to: 'testing' })
  return await versionOf(tx, caller, extension.code, number)
}

export function ensureSeen(version: extensions.VersionRow, revision: number | undefined): void {
  if (revision !== undefined && revision !== version.revision)
    throw new Refusal('EXTENSION_CHANGED', { version: version.number })
}

/** Writes a step into the history of the extension and, as every change, into the audit trail. */
export async function recordStep(
  tx: Transaction,
  caller: Caller,
  { id, code }: Pick<extensions.ExtensionRow, 'id' | 'code'>,
  step: Omit<HistoryEntry, 'extensionId' | 'userId'>,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await insertHistory(tx, { ...step, extensionId: id, userId: caller.userId })
  writeAudit(tx, {
    tenantId: caller.tenantId,
    userId: caller.userId,
    action: `extension.${step.step}`,
    object: code,
    details: {
      version: step.version,
      ...(step.from === step.to ? {} : { from: step.from, to: step.to }),
      ...(step.fields ? { fields: step.fields } : {}),
      ...(step.note ? { reason: step.note } : {}),
      ...details,
    },
  })
}
