/**
 * What is hashed in the audit trail, byte for byte (rule 30, docs/audit.md). Whoever changes anything here makes every chain that exists
 * unverifiable.
 */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { AuditEntryRow, AuditSeal, AuditTenantSeal } from '../store/audit.ts'

export const SEAL_LABEL = Buffer.from('holdpoint-audit-seal-1\n')
export const TENANT_SEAL_LABEL = Buffer.from('holdpoint-audit-tenant-1\n')
export const NOTHING_BEFORE = Buffer.alloc(32)
const ID_BYTES = 8
const MARK_BYTES = ID_BYTES + 32

/** An entry as one line of JSON: what is hashed, and what an export holds. */
export function lineOf(entry: AuditEntryRow): string {
  return `{"id":${entry.id},"at":${JSON.stringify(entry.at)},"tenantId":${entry.tenant_id},"workspaceId":${entry.workspace_id},"userId":${entry.user_id},"action":${JSON.stringify(entry.action)},"object":${JSON.stringify(entry.object)},"details":${entry.details}}`
}

export function digestOf(line: string): Buffer {
  return createHash('sha256').update(line, 'utf8').digest()
}

const int8 = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}

/** The hash of what a seal holds of one tenant. */
export function tenantSealHash(seal: Pick<AuditTenantSeal, 'number' | 'tenantId' | 'previous' | 'marks'>): Buffer {
  return createHash('sha256')
    .update(TENANT_SEAL_LABEL)
    .update(int8(seal.number))
    .update(int8(seal.tenantId))
    .update(seal.previous)
    .update(seal.marks)
    .digest()
}

/** The hash of a seal, with those of what it holds of each tenant, in order of the tenants' ids. */
export function sealHash(seal: Omit<AuditSeal, 'hash' | 'mac'>, tenantHashes: readonly Buffer[]): Buffer {
  const hash = createHash('sha256').update(SEAL_LABEL).update(seal.previous)
  for (const value of [seal.number, seal.firstId, seal.lastId, seal.entryCount, seal.sealedAt.getTime()])
    hash.update(int8(value))
  for (const one of tenantHashes) hash.update(one)
  return hash.digest()
}

/** The key of the seals' MACs: whoever has the database alone cannot make one. */
export function sealKey(secretKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', 'holdpoint audit seal', 32))
}

export function macOf(key: Buffer, hash: Buffer): Buffer {
  return createHmac('sha256', key).update(hash).digest()
}

export function isMac(key: Buffer, hash: Buffer, mac: Buffer): boolean {
  const right = macOf(key, hash)
  return mac.length === right.length && timingSafeEqual(mac, right)
}

/** Ids and digests out of the marks of a seal. */
export function marksOf(marks: Buffer): Map<number, Buffer> {
  const digests = new Map<number, Buffer>()
  for (let at = 0; at + MARK_BYTES <= marks.length; at += MARK_BYTES)
    digests.set(Number(marks.readBigInt64BE(at)), marks.subarray(at + ID_BYTES, at + MARK_BYTES))
  return digests
}
