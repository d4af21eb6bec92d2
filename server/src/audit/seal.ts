/**
 * Sealing: what was written down is made a link of the chain a second or two later, out of the way of what writes it.
 *
 * A seal takes the entries up to an id only when all transactions that may have drawn an id up to it have ended, whatever the order of their
 * commits was; one that stays open keeps what came after it unsealed, and nothing else. Any replica seals, one at a time.
 */
import {
  type AuditHead,
  type AuditSeal,
  type Drawn,
  insertSeal,
  isFinal,
  lastDrawn,
  lockHead,
  sealEntries,
} from '../store/audit.ts'
import type { Database } from '../store/database.ts'
import { macOf, sealHash, TENANT_SEAL_LABEL } from './chain.ts'

const MOST_PER_SEAL = 5_000

export type Sealer = {
  /** Seals what was drawn by the round before, where it is final; and looks what has been drawn since. */
  round(): Promise<void>
}

export function startSealer(parts: {
  readonly db: Database
  readonly key: Buffer
  /** Told of each seal, so that the chain can be anchored outside of the database. */
  readonly sealed: (seal: AuditSeal) => void
  /** Told when the chain that was seen before is not there any more. */
  readonly cutBack: (seen: AuditHead, found: AuditHead) => void
}): Sealer {
  const { db } = parts
  let drawn: Drawn | null = null
  let seen: AuditHead | null = null

  return {
    async round() {
      if (drawn !== null) {
        const standing = await isFinal(db, drawn)
        if (standing === 'waiting') return
        if (standing === 'final') await sealUpTo(drawn.lastId)
      }
      const now = await lastDrawn(db)
      if (now.head === null) throw new Error('the head of the audit chain is gone, so nothing more is sealed')
      drawn = now.drawn
      if (seen !== null && !follows(now.head, seen)) parts.cutBack(seen, now.head)
      seen = now.head
    },
  }

  async function sealUpTo(lastId: number): Promise<void> {
    for (;;) {
      const seal = await sealNext(db, parts.key, lastId)
      if (seal === null) return
      parts.sealed(seal)
    }
  }
}

function follows(head: AuditHead, seen: AuditHead): boolean {
  return head.number > seen.number || (head.number === seen.number && head.hash.equals(seen.hash))
}

/** One seal of the next entries up to an id that is final; null where none is left, or another replica is at it. */
async function sealNext(db: Database, key: Buffer, lastId: number): Promise<AuditSeal | null> {
  return await db.transaction(async (tx) => {
    const head = await lockHead(tx)
    if (head === null || head.last_id >= lastId) return null
    const number = head.number + 1
    const range = { number, afterId: head.last_id, lastId, most: MOST_PER_SEAL }
    const tenants = await sealEntries(tx, range, TENANT_SEAL_LABEL)
    if (tenants.length === 0) return null
    const entryCount = tenants.reduce((sum, one) => sum + one.entry_count, 0)
    const unhashed = {
      number,
      firstId: head.last_id + 1,
      lastId: entryCount < MOST_PER_SEAL ? lastId : Math.max(...tenants.map((one) => one.last_id)),
      entryCount,
      sealedAt: tx.now,
      previous: head.hash,
    }
    const hash = sealHash(
      unhashed,
      tenants.map((one) => one.hash),
    )
    const seal = { ...unhashed, hash, mac: macOf(key, hash) }
    insertSeal(tx, seal)
    return seal
  })
}
