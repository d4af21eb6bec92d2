import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { readableWorkspaces, workspaceFor } from '../../access.ts'
import { type AuditListRow, auditPage, sealStanding } from '../../store/audit-reading.ts'
import type { Sql } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { cursorRefusal, pageOf, pageQuery, route } from '../route.ts'
import { AuditEntry, AuditSealStanding } from '../shapes.ts'
import { person } from '../views.ts'

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
/** What of the trail is meant; the same for reading and for an export. */
export const auditSpan = z.object({
  workspaceId: z.coerce.number().int().positive().optional(),
  from: instant.optional().describe('Entries written at this instant or later'),
  to: instant.optional().describe('Entries written before this instant'),
})

export const auditRoutes = [
  route({
    method: 'GET',
    path: '/audit',
    access: { whereFound: 'audit.read' },
    tag: 'Audit trail',
    summary:
      'Who did what and when, newest first; with a filter that little fits, a page may be short or empty and still have a next one',
    query: pageQuery.extend({
      ...auditSpan.shape,
      action: z.string().max(64).optional(),
      object: z.string().max(256).optional(),
      userId: z.coerce.number().int().positive().optional(),
    }),
    answer: pageOf(AuditEntry),
    async run({ platform, caller, query }) {
      const { action, object, userId, from, to } = query
      const workspaceIds = await readableAudit(platform.db, caller, query.workspaceId)
      const filter = { tenantId: caller.tenantId, workspaceIds, action, object, userId, from, to }
      const page = { before: readCursor(query.cursor), limit: query.limit }
      const { rows, before } = await auditPage(platform.db, filter, page)
      return { items: rows.map(entryView), nextCursor: before === null ? null : `b${before}` }
    },
  }),
  route({
    method: 'GET',
    path: '/audit/seal',
    access: { whereFound: 'audit.read' },
    tag: 'Audit trail',
    summary: 'Up to where the audit trail is sealed; its hash, kept elsewhere, proves later that nothing was replaced',
    answer: AuditSealStanding,
    async run({ platform, caller }) {
      await readableAudit(platform.db, caller, undefined)
      const row = await sealStanding(platform.db, caller.tenantId)
      return {
        number: row.number,
        hash: row.hash.toString('hex'),
        lastId: row.last_id,
        sealedAt: row.sealed_at?.toISOString() ?? null,
        waiting: row.waiting,
        waitsSince: row.waits_since?.toISOString() ?? null,
      }
    },
  }),
]

/** Rule 30: the whole trail is read by the account owner and tenant administrators, a workspace's part by its administrators. */
export async function readableAudit(
  sql: Sql,
  caller: Caller,
  workspaceId: number | undefined,
): Promise<number[] | null> {
  if (workspaceId !== undefined) {
    await workspaceFor(sql, caller, workspaceId, 'audit.read')
    return [workspaceId]
  }
  const readable = readableWorkspaces(caller, 'audit.read')
  if (readable?.length === 0) throw new Refusal('FORBIDDEN', { action: 'audit.read' })
  return readable
}

function readCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null
  const [, id] = /^b(\d{1,15})$/.exec(cursor) ?? []
  if (id === undefined) throw cursorRefusal()
  return Number(id)
}

const entryView = (row: AuditListRow): z.input<typeof AuditEntry> => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action,
  object: row.object,
  user: row.user_id === null ? null : person(row.user_id, row.user_name ?? String(row.user_id)),
  workspace:
    row.workspace_id === null ? null : { id: row.workspace_id, name: row.workspace_name ?? String(row.workspace_id) },
  details: row.details,
})
