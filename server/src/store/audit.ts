/**
 * The audit trail (rule 30): entries, and the seals that make a chain of them. What is hashed, and how, is said in docs/audit.md; the hashes of
 * entries are computed here in SQL, so that entries do not travel to be sealed.
 */
import type { Sql, Transaction } from './database.ts'
import { writing } from './shared-statement.ts'

export type NewAuditEntry = {
  readonly tenantId: number
  readonly workspaceId?: number | null
  /** Who did it; null for what Holdpoint does by itself. */
  readonly userId: number | null
  readonly action: string
  readonly object: string
  readonly details?: unknown
}

const INSERT_AUDIT = writing<NewAuditEntry & { readonly ifOperation?: string }>(
  `insert into audit_entries (tenant_id, workspace_id, user_id, action, object, details)
   select i.tenant_id, i.workspace_id, i.user_id, i.action, i.object, i.details
   from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::json[], $7::uuid[])
     as i(tenant_id, workspace_id, user_id, action, object, details, operation_id)
   left join operations o on o.id = i.operation_id where i.operation_id is null or o.id is not null`,
  (items) => [
    items.map((one) => one.tenantId),
    items.map((one) => one.workspaceId ?? null),
    items.map((one) => one.userId),
    items.map((one) => one.action),
    items.map((one) => one.object),
    items.map((one) => JSON.stringify(one.details ?? {})),
    items.map((one) => one.ifOperation ?? null),
  ],
)

/**
 * Writes an entry in the transaction of what it records. Nobody waits for it, and those of the same moment are one statement. `ifOperation`: only if
 * that operation has been written (rule 24).
 */
export function writeAudit(tx: Transaction, entry: NewAuditEntry & { readonly ifOperation?: string }): void {
  tx.write(INSERT_AUDIT, entry)
}

export async function hasAudit(sql: Sql, tenantId: number, action: string): Promise<boolean> {
  const rows = await sql.rows('select 1 from audit_entries where tenant_id = $1 and action = $2 order by id limit 1', [
    tenantId,
    action,
  ])
  return rows.length > 0
}

// Entries as they are hashed

/** An entry with its instant and its details as the texts that are hashed. */
export type AuditEntryRow = {
  id: number
  at: string
  tenant_id: number
  workspace_id: number | null
  user_id: number | null
  action: string
  object: string
  details: string
}

const AT = `(to_json(e.at at time zone 'UTC') #>> '{}') || 'Z'`
const COLUMNS = `e.id, ${AT} as at, e.tenant_id, e.workspace_id, e.user_id, e.action, e.object, e.details::text as details`
/** The same text as `lineOf` makes of the row (audit/chain.ts). */
const LINE = `'{"id":' || e.id || ',"at":"' || ${AT} || '","tenantId":' || e.tenant_id
  || ',"workspaceId":' || coalesce(e.workspace_id::text, 'null') || ',"userId":' || coalesce(e.user_id::text, 'null')
  || ',"action":' || to_json(e.action) || ',"object":' || to_json(e.object) || ',"details":' || e.details || '}'`

/** The line of each entry as sealing hashes it. */
export async function auditLines(sql: Sql): Promise<{ id: number; line: string }[]> {
  return await sql.rows(`select e.id, ${LINE} as line from audit_entries e order by e.id`)
}

/** The first entries of a range of ids, ends included; of one tenant, or of all. */
export async function entriesBetween(
  sql: Sql,
  range: { readonly tenantId: number | null; readonly firstId: number; readonly lastId: number },
  most: number,
): Promise<AuditEntryRow[]> {
  return await sql.rows<AuditEntryRow>(
    `select ${COLUMNS} from audit_entries e
     where e.id between $1 and $2 and ($3::bigint is null or e.tenant_id = $3) order by e.id limit $4`,
    [range.firstId, range.lastId, range.tenantId, most],
  )
}

// Sealing

export type AuditHead = { number: number; last_id: number; hash: Buffer }

export async function auditHead(sql: Sql): Promise<AuditHead | null> {
  const [row] = await sql.rows<AuditHead>('select number, last_id, hash from audit_head')
  return row ?? null
}

/** How long the oldest entry that no seal covers has been there. */
export async function unsealedAgeSeconds(sql: Sql): Promise<number> {
  const [row] = await sql.rows<{ seconds: number | null }>(
    `select extract(epoch from now() - (select e.at from audit_entries e where e.id > h.last_id order by e.id limit 1))::float8 as seconds
     from audit_head h`,
  )
  return Math.max(row?.seconds ?? 0, 0)
}

/** The last id drawn, and a transaction number taken after that was read; null where nothing was drawn since the newest seal. */
export type Drawn = { readonly lastId: number; readonly xid: string }

export async function lastDrawn(sql: Sql): Promise<{ head: AuditHead | null; drawn: Drawn | null }> {
  const [row] = await sql.rows<AuditHead & { drawn_id: number; xid: string | null }>(
    `with drawn as materialized (select case when is_called then last_value else last_value - 1 end as id from audit_entry_ids)
     select h.number, h.last_id, h.hash, drawn.id as drawn_id,
       (case when drawn.id > h.last_id then pg_current_xact_id() end)::text as xid
     from drawn, audit_head h`,
  )
  if (!row) return { head: null, drawn: null }
  return { head: row, drawn: row.xid === null ? null : { lastId: row.drawn_id, xid: row.xid } }
}

/**
 * Whether every transaction that may have drawn an id up to this one has ended: those of lower numbers have. `unknown` where the database
 * has never come as far, because it is another one by now.
 */
export async function isFinal(sql: Sql, drawn: Drawn): Promise<'final' | 'waiting' | 'unknown'> {
  const [row] = await sql.rows<{ final: boolean; known: boolean }>(
    `select pg_snapshot_xmin(s) >= $1::xid8 as final, pg_snapshot_xmax(s) > $1::xid8 and i.last_value >= $2 as known
     from pg_current_snapshot() as s, audit_entry_ids i`,
    [drawn.xid, drawn.lastId],
  )
  return row!.known ? (row!.final ? 'final' : 'waiting') : 'unknown'
}

/** The head, locked; null while another replica seals. */
export async function lockHead(tx: Transaction): Promise<AuditHead | null> {
  const [row] = await tx.rows<AuditHead>('select number, last_id, hash from audit_head for update skip locked')
  return row ?? null
}

export type SealedTenant = { tenant_id: number; entry_count: number; hash: Buffer; last_id: number }

/** Seals the entries between two ids, the first `most` of them, for each tenant they are of; answers what was sealed. */
export async function sealEntries(
  tx: Transaction,
  range: { readonly number: number; readonly afterId: number; readonly lastId: number; readonly most: number },
  label: Buffer,
): Promise<SealedTenant[]> {
  return await tx.rows<SealedTenant>(
    `with entries as materialized (
       select e.tenant_id, e.id, int8send(e.id) || sha256(convert_to(${LINE}, 'UTF8')) as mark
       from (select * from audit_entries where id > $1 and id <= $2 order by id limit $3) e),
     t as (
       select tenant_id, count(*)::integer as entry_count, max(id) as last_id, string_agg(mark, '' order by id) as marks from entries group by tenant_id),
     p as (
       select t.*, coalesce((select s.hash from audit_tenant_seals s where s.tenant_id = t.tenant_id order by s.number desc limit 1),
         decode(repeat('00', 32), 'hex')) as previous from t),
     written as (
       insert into audit_tenant_seals (tenant_id, number, entry_count, previous, hash, marks)
       select tenant_id, $4, entry_count, previous, sha256($5::bytea || int8send($4) || int8send(tenant_id) || previous || marks), marks from p
       returning tenant_id, entry_count, hash)
     select w.*, t.last_id from written w join t using (tenant_id) order by w.tenant_id`,
    [range.afterId, range.lastId, range.most, range.number, label],
  )
}

export type AuditSeal = {
  readonly number: number
  readonly firstId: number
  readonly lastId: number
  readonly entryCount: number
  readonly sealedAt: Date
  readonly previous: Buffer
  readonly hash: Buffer
  readonly mac: Buffer
}

/** Writes a seal and makes it the head. */
export function insertSeal(tx: Transaction, seal: AuditSeal): void {
  tx.send(
    `insert into audit_seals (number, first_id, last_id, entry_count, previous, hash, mac, sealed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [seal.number, seal.firstId, seal.lastId, seal.entryCount, seal.previous, seal.hash, seal.mac, seal.sealedAt],
  )
  tx.send('update audit_head set number = $1, last_id = $2, hash = $3', [seal.number, seal.lastId, seal.hash])
}

// Reading seals

type SealRow = {
  number: number
  first_id: number
  last_id: number
  entry_count: number
  previous: Buffer
  hash: Buffer
  mac: Buffer
  sealed_at: Date
}
const sealOf = (row: SealRow): AuditSeal => ({
  number: row.number,
  firstId: row.first_id,
  lastId: row.last_id,
  entryCount: row.entry_count,
  sealedAt: row.sealed_at,
  previous: row.previous,
  hash: row.hash,
  mac: row.mac,
})

export type AuditTenantSeal = {
  readonly tenantId: number
  readonly number: number
  readonly entryCount: number
  readonly previous: Buffer
  readonly hash: Buffer
  readonly marks: Buffer
}
type TenantSealRow = {
  tenant_id: number
  number: number
  entry_count: number
  previous: Buffer
  hash: Buffer
  marks: Buffer
}
const tenantSealOf = (row: TenantSealRow): AuditTenantSeal => ({
  tenantId: row.tenant_id,
  number: row.number,
  entryCount: row.entry_count,
  previous: row.previous,
  hash: row.hash,
  marks: row.marks,
})

/** The next seals after a number, each with what it holds of every tenant, in order of tenant. */
export async function sealsAfter(
  sql: Sql,
  number: number,
  most: number,
): Promise<{ seal: AuditSeal; tenants: AuditTenantSeal[] }[]> {
  const seals = (
    await sql.rows<SealRow>('select * from audit_seals where number > $1 order by number limit $2', [number, most])
  ).map(sealOf)
  if (seals.length === 0) return []
  const tenants = (
    await sql.rows<TenantSealRow>(
      'select * from audit_tenant_seals where number between $1 and $2 order by number, tenant_id',
      [seals[0]!.number, seals.at(-1)!.number],
    )
  ).map(tenantSealOf)
  return seals.map((seal) => ({ seal, tenants: tenants.filter((one) => one.number === seal.number) }))
}

/** What a tenant's seals say of seals that are not there. */
export async function orphanedTenantSeals(sql: Sql, most: number): Promise<{ tenant_id: number; number: number }[]> {
  return await sql.rows(
    `select t.tenant_id, t.number from audit_tenant_seals t
     where not exists (select from audit_seals s where s.number = t.number) order by t.number, t.tenant_id limit $1`,
    [most],
  )
}

/** How many entries no seal holds yet, and since when the oldest of them waits. */
export async function unsealed(sql: Sql, lastId: number): Promise<{ count: number; oldest_at: Date | null }> {
  const [row] = await sql.rows<{ count: number; oldest_at: Date | null }>(
    'select count(*) as count, min(at) as oldest_at from audit_entries where id > $1',
    [lastId],
  )
  return row!
}

/** A tenant's part of a seal, with all that proves it to be one. */
export type ProvenSeal = {
  readonly seal: AuditSeal
  readonly tenant: AuditTenantSeal
  /** The hashes of what the seal holds of each tenant, this one's among them, in order. */
  readonly tenantHashes: readonly Buffer[]
}

/** The next seals that hold something of the tenant, made in a span of time. */
export async function provenSealsAfter(
  sql: Sql,
  tenantId: number,
  number: number,
  made: { readonly from: Date | null; readonly to: Date | null },
  most: number,
): Promise<ProvenSeal[]> {
  const rows = await sql.rows<
    SealRow & { t_entry_count: number; t_previous: Buffer; t_hash: Buffer; marks: Buffer; tenant_hashes: Buffer[] }
  >(
    `select s.*, t.entry_count as t_entry_count, t.previous as t_previous, t.hash as t_hash, t.marks,
       (select array_agg(o.hash order by o.tenant_id) from audit_tenant_seals o where o.number = t.number) as tenant_hashes
     from audit_tenant_seals t join audit_seals s on s.number = t.number
     where t.tenant_id = $1 and t.number > $2 and ($3::timestamptz is null or s.sealed_at >= $3)
       and ($4::timestamptz is null or s.sealed_at <= $4)
     order by t.number limit $5`,
    [tenantId, number, made.from, made.to, most],
  )
  return rows.map((row) => ({
    seal: sealOf(row),
    tenant: {
      tenantId,
      number: row.number,
      entryCount: row.t_entry_count,
      previous: row.t_previous,
      hash: row.t_hash,
      marks: row.marks,
    },
    tenantHashes: row.tenant_hashes,
  }))
}
