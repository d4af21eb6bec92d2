/**
 * The installation's RSA key for signatures as EventBridge makes them. All replicas sign with the same one; its certificate is published without
 * authentication at an address of its own, so that a new key has a new address and whoever keeps certificates needs no notice of it.
 */
import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { decryptSecret, encryptSecret } from '../credentials.ts'
import type { Database, Sql } from '../store/database.ts'
import * as store from '../store/signing.ts'
import { selfSignedCertificate } from './certificate.ts'

const DAY_MS = 86_400_000
const MODULUS_BITS = 2048
/** A key is replaced at this age; the certificate says that it is good for longer. */
const MOST_AGE_MS = 90 * DAY_MS
const VALID_MS = 2 * 365 * DAY_MS
/** How long the certificate of a replaced key stays published: what it signed a moment ago is verified a moment later. */
const OVERLAP_MS = DAY_MS
/** Another replica may have replaced the key. */
const FRESH_MS = 60_000

export type EventBridgeKey = { readonly id: string; readonly privateKey: KeyObject }

const boundTo = (id: string) => `eventbridge key ${id}`

/** Where the certificate of a key is read, behind the public address of the installation. */
export const certificatePath = (id: string) => `/eventbridge-certificates/${id}.pem`

/** The key to sign with; the first one is made when it is first needed. At most a minute old. */
export function eventBridgeKeys(parts: {
  readonly db: Database
  readonly secretKey: Buffer
  readonly nowMs: () => number
  readonly logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void
}): () => EventBridgeKey | Promise<EventBridgeKey> {
  const { db, secretKey, nowMs } = parts
  let known: { key: EventBridgeKey; atMs: number } | null = null
  let reading: Promise<EventBridgeKey> | null = null

  async function read(): Promise<EventBridgeKey> {
    const row =
      (await store.eventBridgeKey(db, MOST_AGE_MS / 1000)) ?? (await replace(db, secretKey, nowMs(), MOST_AGE_MS))
    const same = known?.key.id === row.id
    const key = same
      ? known!.key
      : { id: row.id, privateKey: createPrivateKey(decryptSecret(secretKey, row.private_key, boundTo(row.id))) }
    known = { key, atMs: nowMs() }
    return key
  }

  return () => {
    const fresh = known !== null && Math.abs(nowMs() - known.atMs) <= FRESH_MS
    if (fresh) return known!.key
    reading ??= read().finally(() => {
      reading = null
    })
    if (known === null) return reading
    // While a newer one is looked for, and should the database not answer, the old one does.
    reading.catch((error) => parts.logFault(error, { reading: 'EventBridge key' }))
    return known.key
  }
}

/** A new key at once, whatever the age of the one before. With `withdraw` the certificates of all before are not published any more. */
export async function replaceEventBridgeKey(
  db: Database,
  secretKey: Buffer,
  nowMs: number,
  { withdraw }: { readonly withdraw: boolean },
): Promise<string> {
  return (await replace(db, secretKey, nowMs, 0, withdraw ? 0 : OVERLAP_MS)).id
}

/** Puts a new key into the place of one older than that; answers whichever signs then. */
async function replace(
  db: Database,
  secretKey: Buffer,
  nowMs: number,
  mostAgeMs: number,
  overlapMs = OVERLAP_MS,
): Promise<store.EventBridgeKeyRow> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
  const id = randomUUID()
  const serial = Buffer.from(id.replaceAll('-', ''), 'hex')
  const certificate = selfSignedCertificate(privateKey, 'Holdpoint', serial, nowMs - DAY_MS, nowMs + VALID_MS)
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const sealed = encryptSecret(secretKey, pem, boundTo(id))
  return await db.transaction(async (tx: Sql) => {
    await store.lockEventBridgeKeys(tx)
    const present = mostAgeMs > 0 ? await store.eventBridgeKey(tx, mostAgeMs / 1000) : null
    if (present) return present
    await store.retireEventBridgeKeys(tx, overlapMs / 1000)
    await store.insertEventBridgeKey(tx, { id, privateKey: sealed, certificate })
    return { id, private_key: sealed, created_at: new Date(nowMs) }
  })
}
