// Held operations of modules that have no operations of their own yet, written into the tables as the gate writes them: the callbacks for their
// events have to be answered all the same.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'

/** A held operation of the workspace, asked for by its first user, with one check; answers the id of its message. */
export async function holdElsewhere(
  pool: pg.Pool,
  of: { readonly eventCode: string; readonly workspaceId: number; readonly extensionCode: string },
): Promise<string> {
  const id = randomUUID()
  const messageId = randomUUID()
  await pool.query(
    `with o as (
       insert into operations (id, tenant_id, workspace_id, event_code, state, status, requested_by, request_key, object_name, objects, snapshot,
         changes, requested_at)
       select $1::uuid, w.tenant_id, w.id, $2::text, 'held', 'CHECKING', w.created_by, $1::text, 'written by a test', '[]', '{}', '[]', now()
       from workspaces w where w.id = $3 returning id, tenant_id, workspace_id),
     m as (
       insert into messages (id, tenant_id, workspace_id, event_code, operation_id, body, created_at, expires_at)
       select $4::uuid, tenant_id, workspace_id, $2::text, id, '{}', now(), now() + interval '3 days' from o)
     insert into checks (operation_id, extension_id, version, on_unanswered, manual_pass)
     select o.id, e.id, 1, 'block', false from o, extensions e where e.code = $5`,
    [id, of.eventCode, of.workspaceId, messageId, of.extensionCode],
  )
  return messageId
}
