/** An export of the audit trail as it is made: a file of lines, in parts, at the pace at which it is read. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { z } from 'zod'
import { exportLines } from '../audit/export.ts'
import type { Platform } from '../platform.ts'
import { writeAudit } from '../store/audit.ts'
import type { Caller } from '../store/principals.ts'
import { type auditSpan, readableAudit } from './routes/audit.ts'

const LINES_AT_ONCE = 200

export async function exportAudit(
  platform: Platform,
  caller: Caller,
  query: z.output<typeof auditSpan>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { tenantId, userId } = caller
  const workspaceIds = await readableAudit(platform.db, caller, query.workspaceId)
  const [from, to] = [query.from ?? null, query.to ?? null]
  await platform.db.transaction(async (tx) =>
    writeAudit(tx, {
      tenantId,
      workspaceId: query.workspaceId ?? null,
      userId,
      action: 'audit.export',
      object: caller.tenantName,
      details: { from, to, workspaceIds },
    }),
  )
  // What fails on the way cuts the connection; the file then lacks its last line, which verifying it says.
  return reply
    .type('application/x-ndjson; charset=utf-8')
    .header('content-disposition', 'attachment; filename="audit.jsonl"')
    .send(Readable.from(inParts(exportLines(platform.db, { tenantId, workspaceIds, from, to }))))
}

async function* inParts(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let part: string[] = []
  for await (const line of lines) {
    if (part.push(`${line}\n`) < LINES_AT_ONCE) continue
    yield part.join('')
    part = []
  }
  yield part.join('')
}
