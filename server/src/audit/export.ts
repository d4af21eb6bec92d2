/**
 * An export of a tenant's audit trail: lines of JSON, oldest first, among them the seals that prove the entries (docs/audit.md).
 *
 * A seal stands before its entries and goes with all of them, so that nothing can be left out unseen: at both ends of a span of time a few entries more come
 * along. Memory holds the entries of one seal at a time.
 */
import { type AuditEntryRow, auditHead, entriesBetween, type ProvenSeal, provenSealsAfter } from '../store/audit.ts'
import type { Sql } from '../store/database.ts'
import { lineOf } from './chain.ts'

const SEALS_AT_ONCE = 10
const ENTRIES_AT_ONCE = 5_000
/** A seal is made this long after its entries at most: no transaction is open for longer. */
const LATEST_SEAL_MS = 24 * 60 * 60_000

export type ExportOf = {
  readonly tenantId: number
  /** Only entries of these workspaces; null for all of the tenant. */
  readonly workspaceIds: readonly number[] | null
  readonly from: Date | null
  readonly to: Date | null
}

export async function* exportLines(sql: Sql, of: ExportOf): AsyncGenerator<string> {
  const { tenantId, workspaceIds, from, to } = of
  const shown = workspaceIds && new Set(workspaceIds)
  const isShown = (row: AuditEntryRow) => shown === null || (row.workspace_id !== null && shown.has(row.workspace_id))
  const isMeant = ({ at }: AuditEntryRow) => {
    const atMs = Date.parse(at)
    return (from === null || atMs >= from.getTime()) && (to === null || atMs < to.getTime())
  }
  // Read first: what is sealed meanwhile is among the seals, not among the rest.
  const head = await auditHead(sql)
  yield JSON.stringify({ type: 'audit-export', version: 1, tenantId, workspaceIds, from, to })
  const made = { from, to: to && new Date(to.getTime() + LATEST_SEAL_MS) }
  let seals = 0
  let entries = 0
  let number = 0
  let lastId = head?.last_id ?? 0
  for (;;) {
    const some = await provenSealsAfter(sql, tenantId, number, made, SEALS_AT_ONCE)
    for (const one of some) {
      const range = { tenantId, firstId: one.seal.firstId, lastId: one.seal.lastId }
      const rows = await entriesBetween(sql, range, ENTRIES_AT_ONCE)
      lastId = Math.max(lastId, one.seal.lastId)
      if (!rows.some((row) => isMeant(row) && isShown(row))) continue
      yield sealLine(one)
      seals++
      for (const row of rows.filter(isShown)) {
        yield lineOf(row)
        entries++
      }
    }
    if (some.length < SEALS_AT_ONCE) break
    number = some.at(-1)!.seal.number
  }
  let begun = false
  for (;;) {
    const rows = await entriesBetween(
      sql,
      { tenantId, firstId: lastId + 1, lastId: Number.MAX_SAFE_INTEGER },
      ENTRIES_AT_ONCE,
    )
    for (const row of rows.filter((one) => isMeant(one) && isShown(one))) {
      if (!begun) yield JSON.stringify({ type: 'unsealed' })
      begun = true
      yield lineOf(row)
      entries++
    }
    if (rows.length < ENTRIES_AT_ONCE) break
    lastId = rows.at(-1)!.id
  }
  yield JSON.stringify({ type: 'end', seals, entries })
}

function sealLine({ seal, tenant, tenantHashes }: ProvenSeal): string {
  const hex = (bytes: Buffer) => bytes.toString('hex')
  return JSON.stringify({
    type: 'seal',
    number: seal.number,
    firstId: seal.firstId,
    lastId: seal.lastId,
    entryCount: seal.entryCount,
    sealedAt: seal.sealedAt,
    previous: hex(seal.previous),
    tenantHashes: tenantHashes.map(hex),
    hash: hex(seal.hash),
    mac: hex(seal.mac),
    tenant: {
      entryCount: tenant.entryCount,
      previous: hex(tenant.previous),
      marks: tenant.marks.toString('base64'),
      hash: hex(tenant.hash),
    },
  })
}
