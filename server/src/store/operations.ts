import type { CheckResult, Deployment, ProcessStatus, Refusal, RefusalCode, RefusalDetails } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import { question, type SharedStatement, writing } from './shared-statement.ts'

export type OperationState = 'held' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed'

export type OperationObject = { readonly id: string; readonly name: string }
export type OperationChange = {
  readonly objectId: string
  readonly objectName: string
  readonly field: string
  readonly from: string
  readonly to: string
}

/** Why an operation ended, as a refusal says it. */
export type Reason = { readonly code: RefusalCode; readonly details: RefusalDetails }

export type OperationRow = {
  id: string
  tenant_id: number
  workspace_id: number | null
  event_code: string
  state: OperationState
  /** Derived by core's `processStatus`; null where no extension applied. */
  status: ProcessStatus | null
  requested_by: number
  object_name: string
  objects: OperationObject[]
  snapshot: unknown
  changes: OperationChange[]
  reason: string | null
  /** The same as codes with what fills their sentences; null where an older version wrote it. */
  why: readonly Reason[] | null
  requested_at: Date
  ended_at: Date | null
  /** Sent by hand to an extension under test; it has no effect. */
  trial: boolean
}

export type CheckRow = {
  operation_id: string
  extension_id: number
  version: number
  on_unanswered: 'block' | 'pass'
  manual_pass: boolean
  result: CheckResult | null
  comment: string | null
  answered_at: Date | null
  expired_at: Date | null
  /** Why its function was given up, of which `expired_at` is then the moment. */
  function_failure: string | null
  passed_by: number | null
  passed_reason: string | null
  passed_at: Date | null
}

/** What of an operation and its checks decides how it goes on. */
export type DecidedOperationRow = Pick<
  OperationRow,
  'id' | 'tenant_id' | 'workspace_id' | 'event_code' | 'state' | 'requested_by' | 'requested_at' | 'snapshot' | 'trial'
>
export type DecidingCheckRow = Pick<
  CheckRow,
  'extension_id' | 'result' | 'passed_at' | 'expired_at' | 'on_unanswered' | 'manual_pass'
>
const DECIDING = 'c.extension_id, c.result, c.passed_at, c.expired_at, c.on_unanswered, c.manual_pass'

export type NewOperation = {
  readonly id: string
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly eventCode: string
  readonly state: OperationState
  readonly status: ProcessStatus | null
  readonly requestedBy: number
  readonly requestKey: string
  readonly objectName: string
  readonly objects: readonly OperationObject[]
  readonly snapshot: unknown
  readonly changes: readonly OperationChange[]
  readonly requestedAt: Date
  /** When its message expires; null for one that is not held. */
  readonly heldUntil: Date | null
}

export type NewCheck = {
  readonly extensionId: number
  readonly version: number
  readonly onUnanswered: 'block' | 'pass'
  readonly manualPass: boolean
}

const INSERT_OPERATION: SharedStatement<{ operation: NewOperation; checks: readonly NewCheck[] }, boolean> = {
  statement: (items) => {
    const operations = items.map((one) => one.operation)
    const checks = items.flatMap(({ operation, checks }) =>
      checks.map((one) => ({ ...one, operationId: operation.id })),
    )
    return {
      text: `with o as (
         insert into operations (id, tenant_id, workspace_id, event_code, state, status, requested_by, request_key, object_name, objects, snapshot,
           changes, requested_at, held_until, ended_at)
         select *, case when state = 'held' then null else requested_at end
         from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::jsonb[],
           $11::jsonb[], $12::jsonb[], $13::timestamptz[], $19::timestamptz[])
           as i(id, tenant_id, workspace_id, event_code, state, status, requested_by, request_key, object_name, objects, snapshot, changes, requested_at,
             held_until)
         on conflict do nothing returning id),
       c as (
         insert into checks (operation_id, extension_id, version, on_unanswered, manual_pass)
         select c.* from unnest($14::uuid[], $15::bigint[], $16::int[], $17::text[], $18::boolean[])
           as c(operation_id, extension_id, version, on_unanswered, manual_pass) join o on o.id = c.operation_id)
       select id from o`,
      values: [
        operations.map((one) => one.id),
        operations.map((one) => one.tenantId),
        operations.map((one) => one.workspaceId),
        operations.map((one) => one.eventCode),
        operations.map((one) => one.state),
        operations.map((one) => one.status),
        operations.map((one) => one.requestedBy),
        operations.map((one) => one.requestKey),
        operations.map((one) => one.objectName),
        operations.map((one) => JSON.stringify(one.objects)),
        operations.map((one) => JSON.stringify(one.snapshot)),
        operations.map((one) => JSON.stringify(one.changes)),
        operations.map((one) => one.requestedAt),
        checks.map((one) => one.operationId),
        checks.map((one) => one.extensionId),
        checks.map((one) => one.version),
        checks.map((one) => one.onUnanswered),
        checks.map((one) => one.manualPass),
        operations.map((one) => one.heldUntil),
      ],
    }
  },
  answers(rows, items) {
    const written = new Set(rows.map((row) => row.id))
    return items.map(({ operation }) => written.has(operation.id))
  },
}

/** Writes an operation with its checks. Answers false, and nothing is written, when the same person already holds the same request (rule 24). */
export function insertOperation(tx: Transaction, operation: NewOperation, checks: readonly NewCheck[]): () => boolean {
  return tx.write(INSERT_OPERATION, { operation, checks })
}

/** The held operation of rule 24, the same person's same request, with its message. */
export async function heldOperation(
  sql: Sql,
  key: { tenantId: number; workspaceId: number | null; eventCode: string; requestedBy: number; requestKey: string },
): Promise<(Pick<OperationRow, 'id' | 'status'> & { message_id: string | null }) | null> {
  const [row] = await sql.rows<Pick<OperationRow, 'id' | 'status'> & { message_id: string | null }>(
    `select o.id, o.status, m.id as message_id from operations o left join messages m on m.operation_id = o.id
     where o.tenant_id = $1 and o.event_code = $2 and o.requested_by = $3 and o.request_key = $4 and o.state = 'held'
       and o.workspace_id ${key.workspaceId === null ? 'is null' : '= $5'}`,
    [
      key.tenantId,
      key.eventCode,
      key.requestedBy,
      key.requestKey,
      ...(key.workspaceId === null ? [] : [key.workspaceId]),
    ],
  )
  return row ?? null
}

export async function lockOperation(sql: Sql, tenantId: number, id: string): Promise<OperationRow | null> {
  const [row] = await sql.rows<OperationRow>('select * from operations where tenant_id = $1 and id = $2 for update', [
    tenantId,
    id,
  ])
  return row ?? null
}

export async function checksOf(sql: Sql, operationId: string): Promise<DecidingCheckRow[]> {
  return await sql.rows<DecidingCheckRow>(
    `select ${DECIDING} from checks c where c.operation_id = $1 order by c.extension_id`,
    [operationId],
  )
}

const CHECKS_ASKED_BY = question<string, DecidingCheckRow, readonly DecidingCheckRow[]>({
  text: `select i.at, ${DECIDING} from unnest($1::uuid[]) with ordinality as i(message_id, at)
    join messages m on m.id = i.message_id join checks c on c.operation_id = m.operation_id order by i.at, c.extension_id`,
  values: (messageIds) => [messageIds],
  answer: (rows) => rows,
  sameAs: (messageId) => messageId,
})

/** The checks of the operation that a message asks about. */
export async function checksAskedBy(sql: Sql, messageId: string): Promise<readonly DecidingCheckRow[]> {
  return await sql.ask(CHECKS_ASKED_BY, messageId)
}

/** Until when the message of an operation is valid; null when it has none. */
export async function messageExpiry(sql: Sql, operationId: string): Promise<Date | null> {
  const [row] = await sql.rows<{ expires_at: Date }>('select expires_at from messages where operation_id = $1', [
    operationId,
  ])
  return row?.expires_at ?? null
}

/** What a callback is about: the message, its operation (locked), and the extension it speaks for. */
export type AnsweredRow = {
  message_event_code: string
  message_expires_at: Date
  operation: DecidedOperationRow | null
  extension_id: number | null
  extension_owner_id: number | null
}

type Asked = { readonly tenantId: number; readonly messageId: string; readonly extensionCode: string }

const LOCK_FOR_ANSWER = question<Asked, DecidedOperationRow & AnsweredRow, AnsweredRow | null>({
  // Locked in one order everywhere, so that two groups never wait for each other.
  text: `select i.at, m.event_code as message_event_code, m.expires_at as message_expires_at,
      e.id as extension_id, e.owner_id as extension_owner_id, o.*
    from (select * from unnest($1::bigint[], $2::uuid[], $3::text[]) with ordinality as i(tenant_id, message_id, extension_code, at)
      order by message_id) i
    join messages m on m.id = i.message_id and m.tenant_id = i.tenant_id
    left join extensions e on e.tenant_id = i.tenant_id and e.code = i.extension_code
    left join lateral (
      select id, tenant_id, workspace_id, event_code, state, requested_by, requested_at, snapshot, trial from operations
      where id = m.operation_id for update) o on true`,
  values: (items) => [
    items.map((one) => one.tenantId),
    items.map((one) => one.messageId),
    items.map((one) => one.extensionCode),
  ],
  answer([row]) {
    if (row === undefined) return null
    const { message_event_code, message_expires_at, extension_id, extension_owner_id } = row
    return {
      message_event_code,
      message_expires_at,
      extension_id,
      extension_owner_id,
      operation: row.id === null ? null : row,
    }
  },
  locks: ({ messageId }) => [`message ${messageId.toLowerCase()}`],
})

export async function lockForAnswer(
  sql: Sql,
  tenantId: number,
  messageId: string,
  extensionCode: string,
): Promise<AnsweredRow | null> {
  return await sql.ask(LOCK_FOR_ANSWER, { tenantId, messageId, extensionCode })
}

type GivenResult = {
  readonly operationId: string
  readonly extensionId: number
  readonly result: CheckResult
  readonly comment: string | null
  readonly at: Date
}

const RECORD_RESULT = writing<GivenResult>(
  `update checks c set result = i.result, comment = i.comment, answered_at = i.at
   from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[]) as i(operation_id, extension_id, result, comment, at)
   where c.operation_id = i.operation_id and c.extension_id = i.extension_id`,
  (items) => [
    items.map((one) => one.operationId),
    items.map((one) => one.extensionId),
    items.map((one) => one.result),
    items.map((one) => one.comment),
    items.map((one) => one.at),
  ],
)

export function recordResult(tx: Transaction, given: GivenResult): void {
  tx.write(RECORD_RESULT, given)
}

export function recordPass(
  tx: Transaction,
  operationId: string,
  extensionId: number,
  userId: number,
  reason: string,
  at: Date,
): void {
  tx.send(
    'update checks set passed_by = $3, passed_reason = $4, passed_at = $5 where operation_id = $1 and extension_id = $2',
    [operationId, extensionId, userId, reason, at],
  )
}

/** Ends the open checks of an operation. `asPassed`: whatever their extensions declared, because the edition has expired (rule 12). */
export function expireOpenChecks(tx: Transaction, operationId: string, at: Date, asPassed: boolean): void {
  tx.send(
    `update checks set expired_at = $2, on_unanswered = case when $3 then 'pass' else on_unanswered end
     where operation_id = $1 and result is null and expired_at is null`,
    [operationId, at, asPassed],
  )
}

/** Ends an open check whose function gave no result. */
export function failCheck(tx: Transaction, operationId: string, extensionId: number, at: Date, problem: string): void {
  tx.send(
    `update checks set expired_at = $3, function_failure = $4
     where operation_id = $1 and extension_id = $2 and result is null and expired_at is null`,
    [operationId, extensionId, at, problem],
  )
}

type End = {
  readonly state: OperationState
  readonly status: ProcessStatus | null
  /** Empty where its checks say enough. */
  readonly reasons: readonly Refusal[]
  readonly at: Date
}

const END_OPERATION = writing<End & { readonly id: string }>(
  `update operations o set state = i.state, status = i.status, reason = i.reason, why = i.why, ended_at = i.at
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[]) as i(id, state, status, reason, why, at) where o.id = i.id`,
  (items) => [
    items.map((one) => one.id),
    items.map((one) => one.state),
    items.map((one) => one.status),
    items.map((one) => (one.reasons.length === 0 ? null : one.reasons.map((reason) => reason.message).join(' '))),
    items.map(({ reasons }) =>
      reasons.length === 0 ? null : JSON.stringify(reasons.map(({ code, details }) => ({ code, details }))),
    ),
    items.map((one) => one.at),
  ],
)

export function endOperation(tx: Transaction, id: string, end: End): void {
  tx.write(END_OPERATION, { ...end, id })
}

const UPDATE_STATUS = writing<{ readonly id: string; readonly status: ProcessStatus }>(
  `update operations o set status = i.status from unnest($1::uuid[], $2::text[]) as i(id, status)
   where o.id = i.id and o.status is distinct from i.status`,
  (items) => [items.map((one) => one.id), items.map((one) => one.status)],
)

export function updateStatus(tx: Transaction, id: string, status: ProcessStatus): void {
  tx.write(UPDATE_STATUS, { id, status })
}

export type ExpiredRow = OperationRow & {
  readonly edition_expired: boolean
  readonly message_expired: boolean
  readonly has_open_checks: boolean
}

/**
 * Held operations whose message or whose tenant's edition has expired, locked; those that another replica is ending are left to it. Of an edition each
 * is answered once, however long it stays held.
 */
export async function claimExpired(sql: Sql, most: number): Promise<ExpiredRow[]> {
  return await sql.rows<ExpiredRow>(
    `with due as materialized (
       select id from (select id from operations where state = 'held' and held_until <= now() order by held_until limit $1 for update skip locked) m
       union
       (select o.id from tenants t
        cross join lateral (select id from operations where tenant_id = t.id and state = 'held' and edition_ended_at is null
          limit $1 for update skip locked) o
        where t.edition_expires_at <= now() limit $1)),
     marked as (
       update operations o set edition_ended_at = now() from due, tenants t
       where o.id = due.id and t.id = o.tenant_id and t.edition_expires_at <= now() and o.edition_ended_at is null)
     select o.*, (t.edition_expires_at is not null and t.edition_expires_at <= now()) as edition_expired, o.held_until <= now() as message_expired,
       exists (select from checks c where c.operation_id = o.id and c.result is null and c.expired_at is null) as has_open_checks
     from due join operations o on o.id = due.id join tenants t on t.id = o.tenant_id`,
    [most],
  )
}

// Reading

export type OperationListRow = OperationRow & {
  requested_by_name: string
  message_id: string | null
  message_body: string | null
  message_created_at: Date | null
  message_expires_at: Date | null
  message_traceparent: string | null
}

const LIST = `select o.*, u.display_name as requested_by_name, m.id as message_id, m.body as message_body, m.created_at as message_created_at,
    m.expires_at as message_expires_at, m.traceparent as message_traceparent
  from operations o join users u on u.id = o.requested_by
  left join messages m on m.operation_id = o.id`

export type OperationFilter = {
  readonly tenantId: number
  /** Workspaces the reader may see; null for all of the tenant. */
  readonly workspaceIds: readonly number[] | null
  readonly state?: OperationState
  readonly status?: ProcessStatus
  readonly eventCode?: string
  readonly requestedBy?: number
  readonly messageId?: string
  readonly checkedOnly?: boolean
  /** Trials alone; otherwise there are none among them. */
  readonly trials?: boolean
  /** Only those that wait for this extension, or once did. */
  readonly extensionCode?: string
}

function filterSql(filter: OperationFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [filter.tenantId]
  const put = (value: unknown) => `$${values.push(value)}`
  const where = ['o.tenant_id = $1', filter.trials ? 'o.trial' : 'not o.trial']
  if (filter.workspaceIds !== null) where.push(`o.workspace_id = any(${put(filter.workspaceIds)})`)
  // As text, so that the one plan of the statement can use the indexes of what is held.
  if (filter.state === 'held') where.push(`o.state = 'held'`)
  else if (filter.state !== undefined) where.push(`o.state = ${put(filter.state)}`)
  if (filter.status !== undefined) where.push(`o.status = ${put(filter.status)}`)
  if (filter.eventCode !== undefined) where.push(`o.event_code = ${put(filter.eventCode)}`)
  if (filter.requestedBy !== undefined) where.push(`o.requested_by = ${put(filter.requestedBy)}`)
  if (filter.messageId !== undefined) where.push(`m.id = ${put(filter.messageId)}`)
  if (filter.extensionCode !== undefined)
    where.push(
      `exists (select from checks c join extensions e on e.id = c.extension_id where c.operation_id = o.id and e.code = ${put(filter.extensionCode)})`,
    )
  if (filter.checkedOnly) where.push('exists (select 1 from checks c where c.operation_id = o.id)')
  return { where: where.join(' and '), values }
}

/** Newest first, from the one before `before` on. */
export async function operationsOf(
  sql: Pick<Sql, 'rows'>,
  filter: OperationFilter,
  page: { before: { at: Date; id: string } | null; limit: number; offset?: number },
): Promise<OperationListRow[]> {
  const { where, values } = filterSql(filter)
  const at = values.push(page.before?.at ?? null)
  const id = values.push(page.before?.id ?? null)
  const limit = values.push(page.limit)
  const offset = values.push(page.offset ?? 0)
  return await sql.rows<OperationListRow>(
    `${LIST} where ${where} and ($${at}::timestamptz is null or (o.requested_at, o.id) < ($${at}, $${id}::uuid))
     order by o.requested_at desc, o.id desc limit $${limit} offset $${offset}`,
    values,
  )
}

export async function countOperations(sql: Sql, filter: OperationFilter): Promise<number> {
  const { where, values } = filterSql(filter)
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from operations o left join messages m on m.operation_id = o.id where ${where}`,
    values,
  )
  return row!.count
}

export async function operationById(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  id: string,
): Promise<OperationListRow | null> {
  const [row] = await sql.rows<OperationListRow>(`${LIST} where o.tenant_id = $1 and o.id = $2`, [tenantId, id])
  return row ?? null
}

export type CheckListRow = CheckRow & {
  code: string
  owner_id: number
  owner_name: string
  deployment: Deployment
  name: string
  detail_url: string | null
  help_doc_url: string | null
  passed_by_name: string | null
}

export async function checksWithExtensions(
  sql: Pick<Sql, 'rows'>,
  operationIds: readonly string[],
): Promise<CheckListRow[]> {
  return await sql.rows<CheckListRow>(
    `select c.*, e.code, e.owner_id, w.display_name as owner_name, v.deployment, v.name, v.detail_url, v.help_doc_url, p.display_name as passed_by_name
     from checks c join extensions e on e.id = c.extension_id
     join extension_versions v on v.extension_id = c.extension_id and v.number = c.version
     join users w on w.id = e.owner_id
     left join users p on p.id = c.passed_by
     where c.operation_id = any($1) order by c.operation_id, c.extension_id`,
    [operationIds],
  )
}

/** The held operations of one workspace that are on any of these objects. */
export async function heldObjects(
  sql: Pick<Sql, 'rows'>,
  tenantId: number,
  workspaceId: number,
  objectIds: readonly string[],
): Promise<{ id: string; event_code: string; objects: OperationObject[] }[]> {
  return await sql.rows(
    `select id, event_code, objects from operations where tenant_id = $1 and workspace_id = $2 and state = 'held'
       and exists (select from jsonb_array_elements(objects) as one where one->>'id' = any($3::text[]))`,
    [tenantId, workspaceId, objectIds],
  )
}
