/** What is held now, counted. */
import type { CheckResult } from '@holdpoint/core'
import type { Sql } from './database.ts'

/** Checks that hold operations up and are alike: whose they are, what they said, and how far their message has come. */
export type HeldGroupRow = {
  tenant_id: number
  workspace_id: number | null
  code: string
  result: CheckResult | null
  delivered: boolean
  sending: boolean
  blocked: boolean
  dead: boolean
  count: number
  oldest_seconds: number
}

/** Goes once over what is held, from the index of what is held; nothing is kept for it while operations come and go. */
export async function heldGroups(sql: Sql): Promise<HeldGroupRow[]> {
  return await sql.rows<HeldGroupRow>(
    `select tenant_id, workspace_id, code, result, delivered, sending, blocked, dead, count(*) as count,
       extract(epoch from now() - min(requested_at))::float8 as oldest_seconds
     from (
       select o.tenant_id, o.workspace_id, o.requested_at, e.code, c.result,
         coalesce(bool_or(d.state = 'delivered'), false) as delivered,
         coalesce(bool_or(d.state = 'pending' and t.blocked_at is null), false) as sending,
         coalesce(bool_or(d.state = 'pending' and t.blocked_at is not null), false) as blocked,
         coalesce(bool_or(d.state = 'dead'), false) as dead
       from operations o
       join checks c on c.operation_id = o.id
       join extensions e on e.id = c.extension_id
       left join messages m on m.operation_id = o.id
       left join extension_versions v on v.extension_id = c.extension_id and v.number = c.version
       left join deliveries d on d.message_id = m.id and (d.serves is null or e.code = any(d.serves)) and (v.deployment = 'service' or d.bus_name = '')
       left join event_targets t on t.id = d.target_id
       where o.state = 'held' and not o.trial and c.expired_at is null and c.passed_at is null and (c.result is null or c.result = 'FAIL')
       group by o.id, c.operation_id, c.extension_id, e.id) as one
     group by tenant_id, workspace_id, code, result, delivered, sending, blocked, dead`,
  )
}

/** Deliveries that are under way or wait for their next attempt. */
export async function pendingGroups(sql: Sql): Promise<{ kind: string; blocked: boolean; count: number }[]> {
  return await sql.rows(
    `select coalesce(t.kind, 'gone') as kind, t.blocked_at is not null as blocked, count(*) as count
     from deliveries d left join event_targets t on t.id = d.target_id where d.state = 'pending' group by 1, 2`,
  )
}
