/** Rules of Data Quality. Whoever writes those of a monitor has locked it first, so that names and their number stay what was looked at. */
import type { QualityRule, QualityStatus, QualityTarget } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'

type Reads = Pick<Sql, 'rows'>

export type QualityRuleRow = {
  id: number
  tenant_id: number
  workspace_id: number
  monitor_id: number | null
  data_source: string | null
  schema_name: string | null
  table_name: string
  name: string
  rule: QualityRule
  revision: number
  modified_by: number | null
  modified_at: Date
}

export const targetOf = (row: Pick<QualityRuleRow, 'data_source' | 'schema_name' | 'table_name'>): QualityTarget => ({
  dataSource: row.data_source,
  schema: row.schema_name,
  table: row.table_name,
})

/** Ids that nothing else ever has, for what is to come to be. */
export async function newIds(
  sql: Reads,
  table: 'quality_rules' | 'quality_monitors' | 'quality_subscriptions',
  count: number,
): Promise<number[]> {
  if (count === 0) return []
  const rows = await sql.rows<{ id: number }>(
    `select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2::int)`,
    [table, count],
  )
  return rows.map(({ id }) => Number(id))
}

const COLUMNS =
  'r.id, r.tenant_id, r.workspace_id, r.monitor_id, r.data_source, r.schema_name, r.table_name, r.name, r.rule, r.revision, r.modified_by, r.modified_at'

/** Of the workspace, in the order of their ids. */
export async function qualityRules(sql: Reads, workspaceId: number, ids: readonly number[]): Promise<QualityRuleRow[]> {
  return await sql.rows<QualityRuleRow>(
    `select ${COLUMNS} from quality_rules r where r.id = any($2) and r.workspace_id = $1 and r.deleted_at is null order by r.id`,
    [workspaceId, ids],
  )
}

/** The same, locked behind their monitors. */
export async function lockQualityRules(
  tx: Transaction,
  workspaceId: number,
  ids: readonly number[],
): Promise<QualityRuleRow[]> {
  tx.send(
    `select from quality_monitors where id in (select monitor_id from quality_rules where id = any($2) and workspace_id = $1)
     order by id for no key update`,
    [workspaceId, ids],
  )
  return await tx.rows<QualityRuleRow>(
    `select ${COLUMNS} from quality_rules r where r.id = any($2) and r.workspace_id = $1 and r.deleted_at is null
     order by r.id for no key update`,
    [workspaceId, ids],
  )
}

export async function rulesOfMonitors(sql: Reads, monitorIds: readonly number[]): Promise<QualityRuleRow[]> {
  return await sql.rows<QualityRuleRow>(
    `select ${COLUMNS} from quality_rules r where r.monitor_id = any($1) and r.deleted_at is null order by r.monitor_id, r.id`,
    [monitorIds],
  )
}

/** Names of a monitor's rules, but for these. */
export async function ruleNames(sql: Reads, monitorId: number, butIds: readonly number[]): Promise<string[]> {
  const rows = await sql.rows<{ name: string }>(
    'select name from quality_rules where monitor_id = $1 and deleted_at is null and id <> all($2)',
    [monitorId, butIds],
  )
  return rows.map(({ name }) => name)
}

export type NewQualityRule = { readonly id: number; readonly rule: QualityRule }

export function insertQualityRules(
  tx: Transaction,
  of: {
    readonly tenantId: number
    readonly workspaceId: number
    readonly monitorId: number | null
    readonly target: QualityTarget
    readonly by: number
  },
  rules: readonly NewQualityRule[],
): void {
  if (rules.length === 0) return
  tx.send(
    `insert into quality_rules (id, tenant_id, workspace_id, monitor_id, data_source, schema_name, table_name, name, enabled, severity, rule, created_by, modified_by)
     overriding system value
     select n.id, $2, $3, $4, $5, $6, $7, n.rule->>'name', (n.rule->>'enabled')::boolean, n.rule->>'severity', n.rule, $8, $8
     from unnest($1::bigint[], $9::jsonb[]) as n(id, rule)`,
    [
      rules.map(({ id }) => id),
      ...[of.tenantId, of.workspaceId, of.monitorId],
      ...[of.target.dataSource, of.target.schema, of.target.table],
      of.by,
      rules.map(({ rule }) => JSON.stringify(rule)),
    ],
  )
}

export function updateQualityRules(tx: Transaction, rules: readonly NewQualityRule[], by: number): void {
  tx.send(
    `update quality_rules r set name = n.rule->>'name', enabled = (n.rule->>'enabled')::boolean, severity = n.rule->>'severity', rule = n.rule,
       revision = r.revision + 1, modified_by = $3, modified_at = now()
     from unnest($1::bigint[], $2::jsonb[]) as n(id, rule) where r.id = n.id`,
    [rules.map(({ id }) => id), rules.map(({ rule }) => JSON.stringify(rule)), by],
  )
}

export function deleteQualityRules(tx: Transaction, ids: readonly number[], by: number): void {
  tx.send('update quality_rules set deleted_at = now(), modified_by = $2, modified_at = now() where id = any($1)', [
    ids,
    by,
  ])
}

/** Rules that no monitor had are this one's from now on. */
export function giveQualityRules(tx: Transaction, monitorId: number, ids: readonly number[]): void {
  if (ids.length > 0)
    tx.send(
      'update quality_rules set monitor_id = $1, revision = revision + 1, modified_at = now() where id = any($2)',
      [monitorId, ids],
    )
}

// Reading

export type ListedQualityRuleRow = QualityRuleRow & {
  modified_by_name: string | null
  latest: { id: number; status: QualityStatus; value: number | null; bizdate: string; ended_at: string } | null
}

/** The newest result is that of the newest business date. */
const LISTED = `select ${COLUMNS}, u.display_name as modified_by_name, (select json_build_object('id', l.id, 'status', l.status, 'value', l.value,
    'bizdate', l.bizdate, 'ended_at', l.ended_at) from quality_results l where l.rule_id = r.id order by l.bizdate desc, l.id desc limit 1) as latest
  from quality_rules r left join users u on u.id = r.modified_by`

export type QualityRuleFilter = {
  readonly monitorId?: number | undefined
  readonly table?: string | undefined
  /** Part of it. */
  readonly name?: string | undefined
  /** Only those whose table lies there; the default data source is meant by its name or by none. */
  readonly place?:
    | { readonly dataSource: string; readonly isDefault: boolean; readonly schema: string | null }
    | undefined
  readonly afterId: number
  readonly limit: number
  readonly offset?: number
}

const FITS = `r.workspace_id = $1 and r.deleted_at is null and ($2::bigint is null or r.monitor_id = $2) and ($3::text is null or r.table_name = $3)
  and ($4::text is null or strpos(lower(r.name), lower($4)) > 0)
  and ($5::text is null or (coalesce(r.data_source = $5, $6::boolean) and r.schema_name is not distinct from $7))`
const fitting = (workspaceId: number, { monitorId, table, name, place }: Partial<QualityRuleFilter>) => [
  ...[workspaceId, monitorId ?? null, table ?? null, name ?? null],
  ...[place?.dataSource ?? null, place?.isDefault ?? false, place?.schema ?? null],
]

export async function qualityRulesOf(
  sql: Reads,
  workspaceId: number,
  filter: QualityRuleFilter,
): Promise<ListedQualityRuleRow[]> {
  return await sql.rows<ListedQualityRuleRow>(
    `${LISTED} where ${FITS} and r.id > $8 order by r.id limit $9 offset $10`,
    [...fitting(workspaceId, filter), ...[filter.afterId, filter.limit, filter.offset ?? 0]],
  )
}

export async function countQualityRules(
  sql: Reads,
  workspaceId: number,
  filter: Omit<QualityRuleFilter, 'afterId' | 'limit' | 'offset'>,
): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from quality_rules r where ${FITS}`,
    fitting(workspaceId, filter),
  )
  return row!.count
}

/** In whichever workspace of the tenant. */
export async function qualityRuleOfTenant(sql: Reads, tenantId: number, id: number): Promise<QualityRuleRow | null> {
  const [row] = await sql.rows<QualityRuleRow>(
    `select ${COLUMNS} from quality_rules r where r.tenant_id = $1 and r.id = $2 and r.deleted_at is null`,
    [tenantId, id],
  )
  return row ?? null
}

export async function qualityRuleById(
  sql: Reads,
  workspaceId: number,
  id: number,
): Promise<ListedQualityRuleRow | null> {
  const [row] = await sql.rows<ListedQualityRuleRow>(
    `${LISTED} where r.workspace_id = $1 and r.id = $2 and r.deleted_at is null`,
    [workspaceId, id],
  )
  return row ?? null
}
