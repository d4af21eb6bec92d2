/** Deployments of Data Development with their items, each of which is an operation: written, asked for, and taking effect. How they stand: deployment-reading.ts. */
import type { DeploymentKind, FileBody, FileChange, FileSnapshot } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import type { FileRow, FileStand } from './files.ts'
import type { Reason } from './operations.ts'
import { question, writing } from './shared-statement.ts'

export type DeploymentRow = {
  id: number
  tenant_id: number
  workspace_id: number
  kind: DeploymentKind
  name: string
  comment: string
  imported: boolean
  created_by: number
  created_at: Date
}

export type NewItem = {
  readonly fileId: number
  readonly innerKey: string | null
  readonly version: number
  readonly change: FileChange
  readonly body: FileBody | null
  readonly waitsFor: readonly number[]
}

export async function insertDeployment(
  sql: Sql,
  deployment: Omit<DeploymentRow, 'id' | 'created_at'>,
  items: readonly NewItem[],
): Promise<number> {
  const [row] = await sql.rows<{ id: number }>(
    `insert into deployments (tenant_id, workspace_id, kind, name, comment, imported, created_by) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      deployment.tenant_id,
      deployment.workspace_id,
      deployment.kind,
      deployment.name,
      deployment.comment,
      deployment.imported,
      deployment.created_by,
    ],
  )
  const { id } = row!
  await sql.rows(
    `insert into deployment_items (deployment_id, file_id, inner_key, version, change, body, waits_for)
     select $1, i.file_id, i.inner_key, i.version, i.change, i.body, array(select value::bigint from jsonb_array_elements_text(i.waits_for))
     from jsonb_to_recordset($2::jsonb) as i(at int, file_id bigint, inner_key text, version int, change text, body jsonb, waits_for jsonb) order by i.at`,
    [
      id,
      JSON.stringify(
        items.map((item, at) => ({
          at,
          file_id: item.fileId,
          inner_key: item.innerKey,
          version: item.version,
          change: item.change,
          body: item.body,
          waits_for: item.waitsFor,
        })),
      ),
    ],
  )
  return id
}

/** Something of it is still asked, or under way on a data source. */
export const IS_OPEN = `exists (select from deployment_items p left join operations o on o.id = p.operation_id
  where p.deployment_id = d.id and p.reason is null and p.done_at is null
    and (p.operation_id is null or o.state = 'held' or p.instance_id is not null))`

export type OpenItemRow = {
  deployment_id: number
  file_id: number
  name: string
  version: number
  /** The draft is as it was when it was asked for. */
  is_same: boolean
  /** How many files the deployment has. */
  file_count: number
}

/** What the same person has asked for on these files that has not ended. */
export async function openItems(
  sql: Sql,
  of: { readonly kind: DeploymentKind; readonly userId: number; readonly fileIds: readonly number[] },
): Promise<OpenItemRow[]> {
  return await sql.rows<OpenItemRow>(
    `select d.id as deployment_id, f.id as file_id, f.name, i.version, (i.body is null or i.body = f.body) as is_same,
       (select count(*) from deployment_items c where c.deployment_id = d.id and c.inner_key is null) as file_count
     from unnest($3::bigint[]) as n(id) join files f on f.id = n.id
     cross join lateral (select * from deployment_items i where i.file_id = f.id and i.inner_key is null and i.reason is null and i.done_at is null offset 0) i
     join deployments d on d.id = i.deployment_id left join operations a on a.id = i.operation_id
     where d.kind = $1 and d.created_by = $2 and (i.operation_id is null or a.state in ('held', 'done')) and ${IS_OPEN}
     order by d.id desc`,
    [of.kind, of.userId, of.fileIds],
  )
}

// Asking

const LOCK_UNASKED = question<number, { id: number }, boolean>({
  text: `select i.at, d.id from (select * from unnest($1::int[], $2::bigint[]) as i(at, id) order by id) i
    join lateral (select id, operation_id, reason from deployment_items where id = i.id offset 0 for update) d on d.operation_id is null and d.reason is null`,
  values: (ids) => [ids.map((_id, at) => at + 1), ids],
  answer: (rows) => rows.length > 0,
  locks: (id) => [`item ${id}`],
})

/** Whether nobody has asked for the item yet; nobody else does until the end of the transaction. */
export async function lockUnasked(sql: Sql, itemId: number): Promise<boolean> {
  return await sql.ask(LOCK_UNASKED, itemId)
}

const NOTE_ASKED = writing<{ readonly itemId: number; readonly operationId: string }>(
  `update deployment_items i set operation_id = o.id from unnest($1::bigint[], $2::uuid[]) as a(id, operation_id)
   join operations o on o.id = a.operation_id where i.id = a.id`,
  (items) => [items.map((one) => one.itemId), items.map((one) => one.operationId)],
)

/** The item is this operation, if that has been written. */
export function noteAsked(tx: Transaction, itemId: number, operationId: string): void {
  tx.write(NOTE_ASKED, { itemId, operationId })
}

/** It was not even asked for: it ends with the reason. */
export async function failUnasked(sql: Sql, itemId: number, reason: Reason): Promise<void> {
  await sql.rows('update deployment_items set reason = $2 where id = $1 and operation_id is null', [
    itemId,
    JSON.stringify(reason),
  ])
}

export type UnaskedItemRow = {
  item_id: number
  file_id: number
  inner_key: string | null
  version: number
  change: FileChange
}

/** A file of a deployment as it was asked for, beside what it is now. */
export type AskedFileRow = FileRow & {
  /** What becomes the version, is deployed, or is deleted. */
  frozen: FileBody
  /** The draft is what is to become the version. */
  is_same: boolean
  /** Files of the deployment that wait for it. */
  awaited_by: readonly number[]
}

export type Unasked = {
  readonly deployment: DeploymentRow & { readonly mode: 'basic' | 'standard' }
  readonly items: readonly UnaskedItemRow[]
  readonly files: ReadonlyMap<number, AskedFileRow>
}

/** What of a deployment nobody has asked for yet. */
export async function unaskedItems(sql: Sql, deploymentId: number): Promise<Unasked | null> {
  const [deployment] = await sql.rows<Unasked['deployment']>(
    'select d.*, w.mode from deployments d join workspaces w on w.id = d.workspace_id where d.id = $1',
    [deploymentId],
  )
  if (deployment === undefined) return null
  const items = await sql.rows<UnaskedItemRow>(
    `select id as item_id, file_id, inner_key, version, change from deployment_items
     where deployment_id = $1 and operation_id is null and reason is null order by id`,
    [deploymentId],
  )
  const awaitedBy = await awaitedFiles(sql, deploymentId)
  const files = await sql.rows<Omit<AskedFileRow, 'awaited_by'>>(
    `select f.*, coalesce(i.body, v.body) as frozen, i.body is null or i.body = f.body as is_same
     from deployment_items i join files f on f.id = i.file_id left join file_versions v on v.file_id = i.file_id and v.number = i.version
     where i.deployment_id = $1 and i.inner_key is null and i.file_id = any($2)`,
    [deploymentId, [...new Set(items.map((item) => item.file_id))]],
  )
  return {
    deployment,
    items,
    files: new Map(files.map((row) => [row.id, { ...row, awaited_by: awaitedBy.get(row.id) ?? [] }])),
  }
}

async function awaitedFiles(sql: Sql, deploymentId: number): Promise<ReadonlyMap<number, readonly number[]>> {
  const waiting = await sql.rows<{ file_id: number; waits_for: number[] }>(
    `select file_id, waits_for from deployment_items where deployment_id = $1 and waits_for <> '{}' order by file_id`,
    [deploymentId],
  )
  const by = new Map<number, number[]>()
  for (const { file_id, waits_for } of waiting)
    for (const awaited of waits_for) by.set(awaited, [...(by.get(awaited) ?? []), file_id])
  return by
}

/** Deployments of which something has not been asked for although that should be so by now. */
export async function unaskedDeployments(sql: Sql, olderThanSeconds: number, most: number): Promise<number[]> {
  const rows = await sql.rows<{ id: number }>(
    `select distinct i.deployment_id as id from deployment_items i join deployments d on d.id = i.deployment_id
     where i.operation_id is null and i.reason is null and d.created_at < now() - make_interval(secs => $1) order by 1 limit $2`,
    [olderThanSeconds, most],
  )
  return rows.map(({ id }) => id)
}

// Taking effect

const PASS = writing<number>(
  'update deployment_items i set passed_at = now() from unnest($1::bigint[]) as p(id) where i.id = p.id',
  (ids) => [ids],
)

export function passItem(tx: Transaction, itemId: number): void {
  tx.write(PASS, itemId)
}

/** A file of a deployment that takes effect now, as it was asked for and as it stands. */
export type ReadyFile = FileStand & {
  item_id: number
  item_version: number
  change: FileChange
  body: FileBody | null
  operation_id: string
  snapshot: FileSnapshot
  comment: string
  created_by: number
  imported: boolean
  node_id: number
  workspace_id: number
  identifier: string
}

/**
 * Those of these files all of whose parts have passed and for which nothing within the deployment is waited any more, locked. They count as done from
 * here on, so each is answered once.
 */
export async function claimReady(
  sql: Sql,
  deploymentId: number,
  fileIds: readonly number[],
): Promise<readonly ReadyFile[]> {
  return await sql.rows<ReadyFile>(
    `with ready as (
       select f.file_id from unnest($2::bigint[]) as f(file_id)
       where not exists (select from deployment_items p where p.deployment_id = $1 and p.file_id = f.file_id
           and (p.passed_at is null or p.done_at is not null or p.reason is not null or p.instance_id is not null))
         and not exists (select from deployment_items own cross join lateral unnest(own.waits_for) as w(file_id)
           join deployment_items d on d.deployment_id = $1 and d.file_id = w.file_id
           where own.deployment_id = $1 and own.file_id = f.file_id and own.inner_key is null and d.done_at is null)),
     claimed as (
       update deployment_items i set done_at = now() from ready r where i.deployment_id = $1 and i.file_id = r.file_id returning i.*)
     select f.id, f.name, f.version, f.deployed_version, f.deleted_at, f.node_id, f.workspace_id, w.identifier, c.id as item_id, c.version as item_version, c.change, c.body,
       c.operation_id, o.snapshot, d.comment, d.created_by, d.imported
     from claimed c join deployments d on d.id = c.deployment_id join operations o on o.id = c.operation_id join files f on f.id = c.file_id join workspaces w on w.id = f.workspace_id
     where c.inner_key is null order by f.id for update of f`,
    [deploymentId, fileIds],
  )
}

/** Those of these files that have passed and wait for something. */
export async function waitingOf(sql: Sql, deploymentId: number, fileIds: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ file_id: number }>(
    `select i.file_id from unnest($2::bigint[]) as w(file_id)
     cross join lateral (select * from deployment_items where deployment_id = $1 and file_id = w.file_id and coalesce(inner_key, '') = '' offset 0) i
     where i.passed_at is not null and i.done_at is null and i.reason is null and i.instance_id is null order by 1`,
    [deploymentId, fileIds],
  )
  return rows.map((row) => row.file_id)
}

/** It was let pass, and nothing comes of it. */
export function failFile(tx: Transaction, deploymentId: number, fileId: number, reason: Reason): void {
  tx.send(
    `update deployment_items set done_at = null, reason = case when inner_key is null then $3::jsonb end where deployment_id = $1 and file_id = $2`,
    [deploymentId, fileId, JSON.stringify(reason)],
  )
}

/** A run carries it out, and says when it is done. */
export function leaveToRun(tx: Transaction, itemId: number, instanceId: number): void {
  tx.send('update deployment_items set done_at = null, instance_id = $2 where id = $1', [itemId, instanceId])
}

/** The item that this run carried out, done or failed from now on. */
export async function endItem(
  sql: Sql,
  instanceId: number,
  reason: Reason | null,
): Promise<{ file_id: number; version: number; change: FileChange } | null> {
  const [row] = await sql.rows<{ file_id: number; version: number; change: FileChange }>(
    `update deployment_items set done_at = case when $2::jsonb is null then now() end, reason = $2
     where instance_id = $1 and done_at is null and reason is null returning file_id, version, change`,
    [instanceId, reason === null ? null : JSON.stringify(reason)],
  )
  return row ?? null
}
