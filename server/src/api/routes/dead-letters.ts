/** The list of dead letters, and what people do with them: replay or drop, one or many. */
import type { z } from 'zod'
import { readableWorkspaces, workspaceFor } from '../../access.ts'
import { tellChange } from '../../gate/gate.ts'
import { busFor, changed } from '../../openevent/buses.ts'
import type { Platform } from '../../platform.ts'
import type { Sql } from '../../store/database.ts'
import * as store from '../../store/dead-letters.ts'
import { reopenDeliveries } from '../../store/deliveries.ts'
import type { Caller } from '../../store/principals.ts'
import {
  DeadLetter,
  type DeadLetterRefusal,
  DeadLetterSelection,
  DeadLettersDone,
  deadLetterFilter,
  MOST_AT_ONCE,
} from '../openevent-shapes.ts'
import { cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'

/** So many are locked and written in one transaction. */
const BATCH = 200

type Reason = z.output<typeof DeadLetterRefusal>

export const deadLetterRoutes = [
  route({
    method: 'GET',
    path: '/dead-letters',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'What could not be delivered, newest first',
    query: pageQuery.extend(deadLetterFilter),
    answer: pageOf(DeadLetter),
    async run({ platform, caller, query }) {
      const filter = await filterFor(platform.db, caller, query)
      const rows = await store.deadLettersOf(platform.db, filter, {
        after: readCursor(query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, cursorOf, deadLetterView)
    },
  }),
  route({
    method: 'POST',
    path: '/dead-letters/replay',
    access: 'delivery.redeliver',
    tag: 'OpenEvent',
    summary: 'Deliver dead letters again: those that are named, or all that fit a filter',
    body: DeadLetterSelection,
    answer: DeadLettersDone,
    run: ({ platform, caller, body }) => end(platform, caller, 'replay', body),
  }),
  route({
    method: 'POST',
    path: '/dead-letters/drop',
    access: 'delivery.redeliver',
    tag: 'OpenEvent',
    summary: 'Take dead letters off the list for good: those that are named, or all that fit a filter',
    body: DeadLetterSelection,
    answer: DeadLettersDone,
    run: ({ platform, caller, body }) => end(platform, caller, 'drop', body),
  }),
]

async function end(
  platform: Platform,
  caller: Caller,
  verb: 'replay' | 'drop',
  selection: z.output<typeof DeadLetterSelection>,
): Promise<z.input<typeof DeadLettersDone>> {
  const { ids, nextCursor } = await select(platform.db, caller, selection)
  const done: number[] = []
  const refused: { id: number; reason: Reason }[] = []
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = await endBatch(platform, caller, verb, ids.slice(from, from + BATCH))
    done.push(...batch.done)
    refused.push(...batch.refused)
  }
  if (verb === 'replay' && done.length > 0) platform.wakeDispatcher()
  return { done: done.length, refused, nextCursor }
}

/** Which are meant; a filter takes as many as one request may, and says where to go on. */
async function select(sql: Sql, caller: Caller, selection: z.output<typeof DeadLetterSelection>) {
  if ('ids' in selection) return { ids: [...new Set(selection.ids)], nextCursor: null }
  const filter = await filterFor(sql, caller, selection.filter)
  const after = readCursor(selection.cursor)
  const rows = await store.deadLettersOf(sql, filter, { after, limit: MOST_AT_ONCE + 1 })
  const { items, nextCursor } = page(rows, MOST_AT_ONCE, cursorOf, (row) => row.id)
  return { ids: items, nextCursor }
}

/** One transaction: those that may be are replayed or dropped, written down, and told after the commit. */
async function endBatch(platform: Platform, caller: Caller, verb: 'replay' | 'drop', ids: readonly number[]) {
  return await platform.db.transaction(async (tx) => {
    const found = await store.lockDeadLetters(tx, caller.tenantId, readableWorkspaces(caller, 'operation.read'), ids)
    const known = new Map(found.map((row) => [row.id, row]))
    const refused = ids.flatMap((id) => {
      const row = known.get(id)
      const reason = row === undefined ? 'NOT_DEAD' : verb === 'replay' ? refusalOf(row) : null
      return reason === null ? [] : { id, reason }
    })
    const not = new Set(refused.map((one) => one.id))
    const rows = found.filter((row) => !not.has(row.id))
    const done = rows.map((row) => row.id)
    if (done.length > 0) {
      await (verb === 'replay' ? reopenDeliveries : store.dropDeadLetters)(tx, done)
      await store.unblockTargetsOf(tx, done)
      changed(platform, tx, caller, `dead-letter.${verb}`, `${done.length}`, { details: { ids: done } })
      for (const { operation_id, workspace_id } of rows)
        if (operation_id !== null)
          tellChange(platform, tx, { id: operation_id, tenant_id: caller.tenantId, workspace_id })
    }
    return { done, refused }
  })
}

/** Rule 7: an expired message is not sent any more; rule 6: nor is one whose target is gone. */
function refusalOf(row: { readonly expired: boolean; readonly target_id: number | null }): Reason | null {
  if (row.expired) return 'EXPIRED'
  return row.target_id === null ? 'TARGET_GONE' : null
}

type Filter = {
  readonly busId?: number | undefined
  readonly workspaceId?: number | undefined
  readonly targetId?: number | undefined
  readonly eventCode?: string | undefined
  readonly extension?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Rule 21: a dead letter is shown with what its receiver said, to those who may also read the operation it is about. */
async function filterFor(sql: Sql, caller: Caller, given: Filter): Promise<store.DeadLetterFilter> {
  const { workspaceId, busId, targetId, eventCode, extension, from, to } = given
  if (workspaceId !== undefined) await workspaceFor(sql, caller, workspaceId, 'operation.read')
  const bus = busId === undefined ? undefined : await busFor(sql, caller, busId)
  return {
    tenantId: caller.tenantId,
    workspaceIds: readableWorkspaces(caller, 'operation.read'),
    workspaceId,
    busName: bus?.name,
    targetId,
    eventCode,
    extension,
    from,
    to,
  }
}

const cursorOf = (row: store.DeadLetterRow) => `${row.ended_us}_${row.id}`

function readCursor(cursor: string | undefined): store.DeadLetterPlace | null {
  if (cursor === undefined) return null
  const [, endedUs, id] = /^(\d{1,16})_(\d{1,16})$/.exec(cursor) ?? []
  if (endedUs === undefined || id === undefined) throw cursorRefusal()
  return { endedUs: Number(endedUs), id: Number(id) }
}

const deadLetterView = (row: store.DeadLetterRow): z.input<typeof DeadLetter> => ({
  id: row.id,
  messageId: row.message_id,
  eventCode: row.event_code,
  workspaceId: row.workspace_id,
  operationId: row.operation_id,
  busName: row.bus_name,
  target: { id: row.target_id, name: row.target_name, endpoint: row.endpoint },
  attempts: row.attempts,
  lastAttempt: row.last_at && { at: row.last_at.toISOString(), status: row.last_status, error: row.last_error },
  diedAt: row.ended_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  refusal: refusalOf(row),
})
