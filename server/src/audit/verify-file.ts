/** Verifying an export without the database it came from: its lines, its seals, and that nothing is missing between them. */
import type { AuditSeal, AuditTenantSeal } from '../store/audit.ts'
import { sealHash } from './chain.ts'
import {
  type Anchor,
  checkEntry,
  checkMac,
  checkTenantSeal,
  type Found,
  type SealedEntries,
  sealedEntries,
} from './verify.ts'

export type FileVerified = {
  readonly seals: number
  readonly entries: number
  /** Entries that no seal held yet when it was made; nothing proves them. */
  readonly unsealed: number
  /** Entries of the seals that are not in the file, because they are of other workspaces. */
  readonly left: number
}

type SealLine = {
  number: number
  firstId: number
  lastId: number
  entryCount: number
  sealedAt: string
  previous: string
  tenantHashes: string[]
  hash: string
  mac: string
  tenant: { entryCount: number; previous: string; marks: string; hash: string }
}

/** Verifies the lines of an export; `key`: null where the MACs cannot be checked. */
export async function verifyLines(
  lines: AsyncIterable<string>,
  key: Buffer | null,
  found: Found,
  anchors: readonly Anchor[] = [],
): Promise<FileVerified> {
  const missed = new Map(anchors.map((one) => [one.number, one]))
  let header = null as { tenantId: number; workspaceIds: number[] | null } | null
  let end = null as { seals: number; entries: number } | null
  let sealed: SealedEntries | null = null
  let number = 0
  let tenantHash: Buffer | null = null
  let [seals, entries, unsealed, left] = [0, 0, 0, 0]

  function closeSeal(): void {
    if (sealed === null) return
    if (header?.workspaceIds !== null) left += sealed.size
    else
      for (const id of sealed.keys())
        found({ kind: 'entry-removed', sentence: `Entry ${id} of seal ${number} is not in the file.` })
    sealed = null
  }

  for await (const line of lines) {
    if (line === '') continue
    const read = parsed(line)
    if (read === null || header === null || end !== null) {
      if (read !== null && read.type === 'audit-export' && read.version === 1 && header === null)
        header = read as unknown as NonNullable<typeof header>
      else if (header === null) throw new Error('this is no export of an audit trail')
      else found({ kind: 'entry-inserted', sentence: `A line does not belong into the file: ${line.slice(0, 200)}` })
    } else if (read.type === 'seal') {
      closeSeal()
      const { seal, tenant, tenantHashes } = sealFrom(read as unknown as SealLine, header.tenantId)
      checkTenantSeal(tenant, found)
      if (!sealHash(seal, tenantHashes).equals(seal.hash) || !tenantHashes.some((one) => one.equals(tenant.hash)))
        found({ kind: 'seal-changed', sentence: `Seal ${seal.number} has been changed.` })
      if (key !== null) checkMac(seal, key, found)
      if (tenantHash !== null && !tenant.previous.equals(tenantHash))
        found({
          kind: 'link-broken',
          sentence: `Seal ${seal.number} does not follow seal ${number}: one or more between them are not in the file.`,
        })
      if (missed.get(seal.number)?.hash === seal.hash.toString('hex')) missed.delete(seal.number)
      tenantHash = tenant.hash
      number = seal.number
      sealed = sealedEntries([tenant])
      seals++
    } else if (read.type === 'unsealed') {
      closeSeal()
      number = 0
    } else if (read.type === 'end') {
      closeSeal()
      end = read as unknown as NonNullable<typeof end>
    } else {
      entries++
      if (sealed !== null) checkEntry(sealed, number, Number(read.id), line, found)
      else unsealed++
    }
  }
  if (header === null) throw new Error('this is no export of an audit trail')
  if (end === null) found({ kind: 'entry-removed', sentence: 'The end of the file is missing.' })
  else if (end.seals !== seals || end.entries !== entries)
    found({
      kind: 'entry-removed',
      sentence: `The file ends with ${end.seals} seals and ${end.entries} entries, and there are ${seals} and ${entries}.`,
    })
  for (const one of missed.values())
    found({ kind: 'anchor-missed', sentence: `The file has no seal ${one.number} with the hash ${one.hash}.` })
  return { seals, entries, unsealed, left }
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function sealFrom(
  line: SealLine,
  tenantId: number,
): { seal: AuditSeal; tenant: AuditTenantSeal; tenantHashes: Buffer[] } {
  const bytes = (hex: string) => Buffer.from(hex, 'hex')
  return {
    seal: {
      number: line.number,
      firstId: line.firstId,
      lastId: line.lastId,
      entryCount: line.entryCount,
      sealedAt: new Date(line.sealedAt),
      previous: bytes(line.previous),
      hash: bytes(line.hash),
      mac: bytes(line.mac),
    },
    tenant: {
      tenantId,
      number: line.number,
      entryCount: line.tenant.entryCount,
      previous: bytes(line.tenant.previous),
      hash: bytes(line.tenant.hash),
      marks: Buffer.from(line.tenant.marks, 'base64'),
    },
    tenantHashes: line.tenantHashes.map(bytes),
  }
}
