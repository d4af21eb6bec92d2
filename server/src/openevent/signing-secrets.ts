/** The secrets of Standard Webhooks that targets have: how they come to be, are read and are replaced. */
import { randomBytes, randomUUID } from 'node:crypto'
import { Refusal } from '@holdpoint/core'
import { decryptSecret, encryptSecret } from '../credentials.ts'
import type { Sql } from '../store/database.ts'
import * as store from '../store/signing.ts'

const SECRET_BYTES = 32
/** Each signs every delivery. */
const MOST_SECRETS = 4

const boundTo = (id: string, targetId: number) => `signing secret ${id} of target ${targetId}`

export type SigningSecret = {
  readonly secret: string
  readonly createdAt: Date
  /** Null for the newest, which signs until it is replaced. */
  readonly retiresAt: Date | null
}

/** Gives the target a secret unless it has one. */
export async function ensureSigningSecret(sql: Sql, secretKey: Buffer, targetId: number): Promise<void> {
  const id = randomUUID()
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`
  await store.insertSigningSecret(sql, id, targetId, encryptSecret(secretKey, secret, boundTo(id, targetId)))
}

/** Those in force, the newest first. */
export async function readSigningSecrets(sql: Sql, secretKey: Buffer, targetId: number): Promise<SigningSecret[]> {
  return (await store.signingSecretsOf(sql, targetId)).map((row) => ({
    secret: openSigningSecret(secretKey, targetId, row),
    createdAt: row.created_at,
    retiresAt: row.retires_at,
  }))
}

export const openSigningSecret = (
  secretKey: Buffer,
  targetId: number,
  row: { readonly id: string; readonly secret: Buffer },
): string => decryptSecret(secretKey, row.secret, boundTo(row.id, targetId))

/** From now on the target signs with a new secret, and for the overlap with those before as well. */
export async function rotateSigningSecret(
  tx: Sql,
  secretKey: Buffer,
  targetId: number,
  overlapSeconds: number,
): Promise<void> {
  await store.retireSigningSecrets(tx, targetId, overlapSeconds)
  if ((await store.signingSecretsOf(tx, targetId)).length >= MOST_SECRETS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_SECRETS, things: 'signing secrets of a target at a time' })
  await ensureSigningSecret(tx, secretKey, targetId)
}
