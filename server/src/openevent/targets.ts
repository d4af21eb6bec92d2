/**
 * The targets that deliveries go to, as they are configured now: what is answered is at most two seconds old, and read again after a change
 * that was told. Credentials are decrypted here, in memory, and nowhere else.
 */
import { decryptSecret, encryptSecret } from '../credentials.ts'
import type { Live } from '../live.ts'
import type { Sql } from '../store/database.ts'
import { gather } from '../store/gather.ts'
import { type DeliveryTargetRow, targetsById } from '../store/targets.ts'
import { ensureSigningSecret, openSigningSecret } from './signing-secrets.ts'
import type { Target } from './target.ts'

const FRESH_MS = 2_000
const MOST_KEPT = 10_000
const MOST_AT_ONCE = 500

const signs = ({ kind }: Pick<DeliveryTargetRow, 'kind'>) => kind === 'http' || kind === 'dev'

export type Targets = {
  /** The target, or null if it is gone or cannot be read; a promise only where it has to be read. */
  of(id: number): Target | null | Promise<Target | null>
  stop(): void
}

export function targetCache(parts: {
  readonly db: Sql
  readonly live: Live
  readonly secretKey: Buffer
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
  /** Called with the id of a target that is other than it was, or gone. */
  readonly onChange?: (id: number) => void
}): Targets {
  const { db, nowMs } = parts
  const kept = new Map<number, { target: Target | null; row: string; atMs: number }>()
  const read = gather(async (ids: readonly number[]) => {
    const askedMs = nowMs()
    const rows = await readRows([...new Set(ids)])
    return ids.map((id) => keep(id, rows.get(id) ?? null, askedMs))
  }, MOST_AT_ONCE)

  /** A target that signs for the first time gets its secret now. */
  async function readRows(ids: readonly number[]): Promise<Map<number, DeliveryTargetRow>> {
    const rows = await targetsById(db, ids)
    const without = rows.flatMap((row) => (signs(row) && row.signing_secrets.length === 0 ? row.id : []))
    for (const id of without)
      await ensureSigningSecret(db, parts.secretKey, id).catch((error) => parts.logFault(error, { target: id }))
    const again = without.length === 0 ? [] : await targetsById(db, without)
    const signing = [...rows, ...again].filter((row) => !signs(row) || row.signing_secrets.length > 0)
    return new Map(signing.map((row) => [row.id, row]))
  }

  function keep(id: number, row: DeliveryTargetRow | null, atMs: number): Target | null {
    const before = kept.get(id)
    const text = JSON.stringify(row)
    const same = before !== undefined && before.row === text
    if (before !== undefined && !same) parts.onChange?.(id)
    const target = same ? before.target : opened(row)
    kept.delete(id)
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!)
    kept.set(id, { target, row: text, atMs })
    return target
  }

  /** What cannot be decrypted is no reason why the others that were read with it should not be delivered to. */
  function opened(row: DeliveryTargetRow | null): Target | null {
    try {
      return row && targetOf(row, parts.secretKey)
    } catch (error) {
      parts.logFault(error, { target: row?.id })
      return null
    }
  }

  const unsubscribe = parts.live.subscribe((change) => {
    if (change.kind !== 'openevent') return
    for (const one of kept.values())
      if (one.target === null || one.target.tenantId === change.tenantId) one.atMs = Number.NEGATIVE_INFINITY
  })

  return {
    of(id) {
      const known = kept.get(id)
      const ageMs = known === undefined ? Number.POSITIVE_INFINITY : nowMs() - known.atMs
      return known !== undefined && ageMs >= 0 && ageMs <= FRESH_MS ? known.target : read(id)
    },
    stop: unsubscribe,
  }
}

function targetOf(row: DeliveryTargetRow, secretKey: Buffer): Target {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    endpoint: row.endpoint,
    settings: row.settings,
    credentials: row.credentials && openCredentials(secretKey, row.id, row.credentials),
    retryPolicy: row.retry_policy,
    errorsTolerance: row.errors_tolerance,
    mostConcurrent: row.most_concurrent,
    signingSecrets: row.signing_secrets.map(({ id, secret }) =>
      openSigningSecret(secretKey, row.id, { id, secret: Buffer.from(secret, 'base64') }),
    ),
  }
}

const boundTo = (targetId: number) => `event target ${targetId}`

/** What a receiver asks for, as the table keeps it: readable with the key and for this target only. */
export function sealCredentials(
  secretKey: Buffer,
  targetId: number,
  credentials: Readonly<Record<string, string>>,
): Buffer {
  return encryptSecret(secretKey, JSON.stringify(credentials), boundTo(targetId))
}

export function openCredentials(secretKey: Buffer, targetId: number, sealed: Buffer): Record<string, string> {
  return JSON.parse(decryptSecret(secretKey, sealed, boundTo(targetId)))
}
