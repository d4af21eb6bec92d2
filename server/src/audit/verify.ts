/**
 * Verifying: everything that is stored of the audit trail is hashed again, and each difference is named.
 *
 * Nothing is computed by the database, so that what it could have been made to answer differently does not matter. Memory holds the entries of
 * one seal at a time.
 */
import {
  type AuditHead,
  type AuditSeal,
  type AuditTenantSeal,
  auditHead,
  entriesBetween,
  orphanedTenantSeals,
  sealsAfter,
  unsealed,
} from '../store/audit.ts'
import type { Sql } from '../store/database.ts'
import { digestOf, isMac, lineOf, marksOf, NOTHING_BEFORE, sealHash, tenantSealHash } from './chain.ts'

export type Finding = {
  readonly kind:
    | 'entry-changed'
    | 'entry-removed'
    | 'entry-inserted'
    | 'seal-changed'
    | 'seal-removed'
    | 'link-broken'
    | 'mac-wrong'
    | 'head-wrong'
    | 'anchor-missed'
  readonly sentence: string
}
export type Found = (finding: Finding) => void

/** A head that was written down elsewhere when it was made. */
export type Anchor = { readonly number: number; readonly hash: string }

export type Verified = {
  readonly seals: number
  readonly entries: number
  readonly head: { readonly number: number; readonly hash: string }
  /** Entries that no seal holds yet, and since when the oldest of them waits. */
  readonly unsealed: { readonly count: number; readonly oldestAt: Date | null }
}

type Link = { readonly number: number; readonly lastId: number; readonly hash: Buffer }

const SEALS_AT_ONCE = 10
const ENTRIES_AT_ONCE = 5_000

/** Verifies the whole chain of a database. */
export async function verifyDatabase(
  sql: Sql,
  key: Buffer,
  found: Found,
  anchors: readonly Anchor[] = [],
): Promise<Verified> {
  const tenantHashes = new Map<number, Buffer>()
  const missed = new Map(anchors.map((one) => [one.number, one]))
  let last: Link = { number: 0, lastId: 0, hash: NOTHING_BEFORE }
  /** Whether seals are missing, so that what came before in a tenant is not known. */
  let gap = false
  let seals = 0
  let entries = 0
  let head: AuditHead | null = null
  let more = true
  while (more) {
    // Read before the seals: what is sealed meanwhile comes after it.
    head = await auditHead(sql)
    more = false
    for (;;) {
      const some = await sealsAfter(sql, last.number, SEALS_AT_ONCE)
      if (some.length === 0) break
      more = true
      for (const { seal, tenants } of some) {
        checkSeal(seal, tenants, key, found)
        checkLink(seal, last, found)
        if (seal.number !== last.number + 1) {
          gap = true
          tenantHashes.clear()
        }
        for (const one of tenants) {
          const before = tenantHashes.get(one.tenantId) ?? (gap ? one.previous : NOTHING_BEFORE)
          if (!one.previous.equals(before))
            found({
              kind: 'link-broken',
              sentence: `Seal ${one.number} does not follow the one before it of tenant ${one.tenantId}.`,
            })
          tenantHashes.set(one.tenantId, one.hash)
        }
        entries += await checkEntries(sql, seal, tenants, found)
        const anchor = missed.get(seal.number)
        if (anchor?.hash === seal.hash.toString('hex')) missed.delete(seal.number)
        seals++
        last = seal
      }
    }
  }
  checkHead(head, last, found)
  for (const { number, hash } of missed.values())
    found({
      kind: 'anchor-missed',
      sentence: `The chain has no seal ${number} with the hash ${hash}: what was there when it was written down has been replaced or removed.`,
    })
  for (const one of await orphanedTenantSeals(sql, 100))
    found({
      kind: 'seal-removed',
      sentence: `Seal ${one.number} is gone; what it held of tenant ${one.tenant_id} is still there.`,
    })
  const { count, oldest_at } = await unsealed(sql, Math.max(last.lastId, head?.last_id ?? 0))
  return {
    seals,
    entries,
    head: { number: last.number, hash: last.hash.toString('hex') },
    unsealed: { count, oldestAt: oldest_at },
  }
}

/** A seal by itself: its hash, its MAC, and the hashes of what it holds of each tenant. */
function checkSeal(seal: AuditSeal, tenants: readonly AuditTenantSeal[], key: Buffer, found: Found): void {
  for (const one of tenants) checkTenantSeal(one, found)
  const hash = sealHash(
    seal,
    tenants.map((one) => one.hash),
  )
  if (!hash.equals(seal.hash))
    found({
      kind: 'seal-changed',
      sentence: `Seal ${seal.number} has been changed, or something of a tenant was added to it or taken out of it.`,
    })
  checkMac(seal, key, found)
}

export function checkMac(seal: AuditSeal, key: Buffer, found: Found): void {
  if (!isMac(key, seal.hash, seal.mac))
    found({
      kind: 'mac-wrong',
      sentence: `Seal ${seal.number} was not made with the secret key of this installation.`,
    })
}

export function checkTenantSeal(seal: AuditTenantSeal, found: Found): void {
  if (!tenantSealHash(seal).equals(seal.hash))
    found({
      kind: 'seal-changed',
      sentence: `Seal ${seal.number} has been changed in what it holds of tenant ${seal.tenantId}.`,
    })
}

function checkLink(seal: AuditSeal, last: Link, found: Found): void {
  if (seal.number > last.number + 1) {
    const gone =
      seal.number === last.number + 2
        ? `Seal ${last.number + 1} is`
        : `Seals ${last.number + 1} to ${seal.number - 1} are`
    found({ kind: 'seal-removed', sentence: `${gone} gone.` })
  } else if (!seal.previous.equals(last.hash))
    found({ kind: 'link-broken', sentence: `Seal ${seal.number} does not follow seal ${last.number}.` })
  else if (seal.firstId !== last.lastId + 1)
    found({
      kind: 'link-broken',
      sentence: `Seal ${seal.number} begins with entry ${seal.firstId}, the one before it ends with entry ${last.lastId}.`,
    })
}

function checkHead(head: AuditHead | null, last: Link, found: Found): void {
  if (head === null) found({ kind: 'head-wrong', sentence: 'The head of the chain is gone.' })
  else if (head.number > last.number) {
    const gone =
      head.number === last.number + 1 ? `Seal ${head.number} is` : `Seals ${last.number + 1} to ${head.number} are`
    found({ kind: 'seal-removed', sentence: `${gone} gone: the head of the chain names ${head.number}.` })
  } else if (head.number < last.number || !head.hash.equals(last.hash) || head.last_id !== last.lastId)
    found({ kind: 'head-wrong', sentence: `The head of the chain does not agree with seal ${last.number}.` })
}

/** The entries in the range of a seal against what it says of each; answers how many there are. */
async function checkEntries(
  sql: Sql,
  seal: AuditSeal,
  tenants: readonly AuditTenantSeal[],
  found: Found,
): Promise<number> {
  const sealed = sealedEntries(tenants)
  let count = 0
  // What was put before the first id that was ever drawn is seen too.
  let firstId = seal.number === 1 ? Number.MIN_SAFE_INTEGER : seal.firstId
  for (;;) {
    const range = { tenantId: null, firstId, lastId: seal.lastId }
    const rows = await entriesBetween(sql, range, ENTRIES_AT_ONCE)
    for (const row of rows) checkEntry(sealed, seal.number, row.id, lineOf(row), found)
    count += rows.length
    if (rows.length < ENTRIES_AT_ONCE) break
    firstId = rows.at(-1)!.id + 1
  }
  for (const [id, { tenantId }] of sealed)
    found({ kind: 'entry-removed', sentence: `Entry ${id} of seal ${seal.number}, tenant ${tenantId}, is gone.` })
  return count
}

export type SealedEntries = Map<number, { readonly tenantId: number; readonly digest: Buffer }>

export function sealedEntries(tenants: readonly AuditTenantSeal[]): SealedEntries {
  const sealed: SealedEntries = new Map()
  for (const { tenantId, marks } of tenants)
    for (const [id, digest] of marksOf(marks)) sealed.set(id, { tenantId, digest })
  return sealed
}

/** One entry against what its seal says of it, which is taken out: what remains in the end is missing. */
export function checkEntry(sealed: SealedEntries, number: number, id: number, line: string, found: Found): void {
  const expected = sealed.get(id)
  sealed.delete(id)
  if (expected === undefined)
    found({
      kind: 'entry-inserted',
      sentence: `Entry ${id} was put among those of seal ${number} after it was made: ${line}`,
    })
  else if (!digestOf(line).equals(expected.digest))
    found({ kind: 'entry-changed', sentence: `Entry ${id} of seal ${number} has been changed. It now says: ${line}` })
}
