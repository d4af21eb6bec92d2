/** Secrets and keys with which deliveries are signed, as they are stored: encrypted. */
import type { Sql } from './database.ts'

export type SigningSecretRow = { id: string; secret: Buffer; created_at: Date; retires_at: Date | null }

const IN_FORCE = '(retires_at is null or retires_at > now())'

/** Those in force, the newest first. */
export async function signingSecretsOf(sql: Sql, targetId: number): Promise<SigningSecretRow[]> {
  return await sql.rows<SigningSecretRow>(
    `select id, secret, created_at, retires_at from target_signing_secrets where target_id = $1 and ${IN_FORCE}
     order by retires_at desc nulls first, created_at desc`,
    [targetId],
  )
}

/** Does nothing for a target that is gone or has one without end already: of two that come at once one stays. */
export async function insertSigningSecret(sql: Sql, id: string, targetId: number, secret: Buffer): Promise<void> {
  await sql.rows(
    `insert into target_signing_secrets (id, target_id, secret) select $1, t.id, $3 from event_targets t where t.id = $2 for key share
     on conflict (target_id) where retires_at is null do nothing`,
    [id, targetId, secret],
  )
}

/** None of the target's secrets is in force for longer than that. */
export async function retireSigningSecrets(sql: Sql, targetId: number, overlapSeconds: number): Promise<void> {
  await sql.rows(
    `update target_signing_secrets set retires_at = least(coalesce(retires_at, 'infinity'), now() + make_interval(secs => $2))
     where target_id = $1`,
    [targetId, overlapSeconds],
  )
}

export type NamedTarget = { id: number; kind: string }

/** The target of this name, locked, so that its secrets change one after the other. */
export async function lockTarget(
  sql: Sql,
  tenantId: number,
  busId: number,
  ruleId: number,
  name: string,
): Promise<NamedTarget | null> {
  const [row] = await sql.rows<NamedTarget>(
    `select t.id, t.kind from event_targets t join event_rules r on r.id = t.rule_id join event_buses b on b.id = r.bus_id
     where b.tenant_id = $1 and b.id = $2 and r.id = $3 and t.name = $4 for update of t`,
    [tenantId, busId, ruleId, name],
  )
  return row ?? null
}

// EventBridge's keys

export type EventBridgeKeyRow = { id: string; private_key: Buffer; created_at: Date }

/** The key that signs, unless it is older than that. */
export async function eventBridgeKey(sql: Sql, mostAgeSeconds: number): Promise<EventBridgeKeyRow | null> {
  const [row] = await sql.rows<EventBridgeKeyRow>(
    `select id, private_key, created_at from eventbridge_keys
     where retires_at is null and created_at > now() - make_interval(secs => $1)`,
    [mostAgeSeconds],
  )
  return row ?? null
}

/** One replica at a time looks whether a new key is needed. */
export async function lockEventBridgeKeys(sql: Sql): Promise<void> {
  await sql.rows('select pg_advisory_xact_lock(4180007)')
}

export async function insertEventBridgeKey(
  sql: Sql,
  key: { id: string; privateKey: Buffer; certificate: string },
): Promise<void> {
  await sql.rows('insert into eventbridge_keys (id, private_key, certificate) values ($1, $2, $3)', [
    key.id,
    key.privateKey,
    key.certificate,
  ])
}

/** Of the keys before only the certificates remain, for no longer than that. */
export async function retireEventBridgeKeys(sql: Sql, overlapSeconds: number): Promise<void> {
  await sql.rows(
    `update eventbridge_keys set private_key = null,
       retires_at = least(coalesce(retires_at, 'infinity'), now() + make_interval(secs => $1))`,
    [overlapSeconds],
  )
}

export async function publishedCertificate(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql.rows<{ certificate: string }>(
    `select certificate from eventbridge_keys where id = $1 and ${IN_FORCE}`,
    [id],
  )
  return row?.certificate ?? null
}
