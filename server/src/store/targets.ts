import type { Sql } from './database.ts'

/** A target with everything that handing a message over needs. */
export type DeliveryTargetRow = {
  id: number
  tenant_id: number
  kind: 'http' | 'kafka' | 'rabbitmq' | 'bus' | 'function' | 'dev'
  endpoint: string
  settings: Record<string, unknown>
  /** Encrypted. */
  credentials: Buffer | null
  retry_policy: 'BACKOFF_RETRY' | 'EXPONENTIAL_DECAY_RETRY'
  errors_tolerance: 'ALL' | 'NONE'
  most_concurrent: number
  /** Those in force, encrypted (base64), the newest first. */
  signing_secrets: { id: string; secret: string }[]
}

/** Those of the targets that are still there, of whatever tenant: who asks has their ids from deliveries. */
export async function targetsById(sql: Sql, ids: readonly number[]): Promise<DeliveryTargetRow[]> {
  return await sql.rows<DeliveryTargetRow>(
    `select t.id, coalesce(b.tenant_id, e.tenant_id) as tenant_id, t.kind, t.endpoint, t.settings, t.credentials, t.retry_policy, t.errors_tolerance, t.most_concurrent,
       coalesce((select json_agg(json_build_object('id', s.id, 'secret', encode(s.secret, 'base64')) order by s.retires_at desc nulls first, s.created_at desc)
         from target_signing_secrets s where s.target_id = t.id and (s.retires_at is null or s.retires_at > now())), '[]') as signing_secrets
     from event_targets t left join event_rules r on r.id = t.rule_id left join event_buses b on b.id = r.bus_id
     left join extensions e on e.id = t.extension_id where t.id = any ($1)`,
    [ids],
  )
}
