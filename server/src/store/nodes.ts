import type { NodeDefinition, NodeTrigger, Recurrence } from '@holdpoint/core'
import type { Sql, Transaction } from './database.ts'
import { type Order, orderOf } from './order.ts'
import { question, writing } from './shared-statement.ts'

export type Environment = 'PROD' | 'DEV'

export type NodeRow = {
  id: number
  tenant_id: number
  workspace_id: number
  environment: Environment
  name: string
  program_type: string
  file_type: number | null
  owner_id: number | null
  trigger: NodeTrigger
  recurrence: Recurrence
  cron: string | null
  priority: number
  is_root: boolean
  version: number
  definition: NodeDefinition
  created_at: Date
  modified_at: Date
  unpublished_at: Date | null
}

export type NodeListRow = NodeRow & { owner_name: string | null }

const LIST = `select n.*, u.display_name as owner_name from nodes n left join users u on u.id = n.owner_id`

export async function nodeById(
  sql: Sql,
  tenantId: number,
  environment: Environment,
  id: number,
): Promise<NodeListRow | null> {
  const [row] = await sql.rows<NodeListRow>(
    `${LIST} where n.tenant_id = $1 and n.environment = $2 and n.id = $3 and n.unpublished_at is null`,
    [tenantId, environment, id],
  )
  return row ?? null
}

/** The workspace of a published node; it never changes. */
export async function nodeWorkspace(
  sql: Sql,
  tenantId: number,
  environment: Environment,
  id: number,
): Promise<number | null> {
  const [row] = await sql.rows<{ workspace_id: number }>(
    'select workspace_id from nodes where id = $1 and tenant_id = $2 and environment = $3 and unpublished_at is null',
    [id, tenantId, environment],
  )
  return row?.workspace_id ?? null
}

export type NodeFilter = {
  readonly workspaceId: number
  readonly environment: Environment
  readonly name?: string
  readonly recurrence?: Recurrence
  readonly programType?: string
  readonly ownerId?: number
  readonly ids?: readonly number[] | undefined
  readonly trigger?: NodeTrigger | undefined
  /** Its identifier, as the node asks for it. */
  readonly resourceGroup?: string | undefined
}

const WHERE = `n.workspace_id = $1 and n.environment = $2 and n.unpublished_at is null
  and ($3::text is null or n.name ilike '%' || $3 || '%') and ($4::text is null or n.recurrence = $4)
  and ($5::text is null or n.program_type = $5) and ($6::bigint is null or n.owner_id = $6)
  and ($7::bigint[] is null or n.id = any($7)) and ($8::text is null or n.trigger = $8) and ($9::text is null or n.definition->>'resourceGroup' = $9)`

const filterValues = (filter: NodeFilter): unknown[] => [
  filter.workspaceId,
  filter.environment,
  filter.name === undefined ? null : filter.name.replace(/[\\%_]/g, '\\$&'),
  filter.recurrence ?? null,
  filter.programType ?? null,
  filter.ownerId ?? null,
  filter.ids ?? null,
  filter.trigger ?? null,
  filter.resourceGroup ?? null,
]

export async function nodesOf(
  sql: Sql,
  filter: NodeFilter,
  page: { afterId: number; limit: number; offset?: number; order?: Order<'id' | 'created_at' | 'modified_at'> },
): Promise<NodeListRow[]> {
  const order = orderOf(page.order ?? { by: 'id', isDescending: false }, (column) => `n.${column}`)
  return await sql.rows<NodeListRow>(`${LIST} where ${WHERE} and n.id > $10 order by ${order} limit $11 offset $12`, [
    ...filterValues(filter),
    page.afterId,
    page.limit,
    page.offset ?? 0,
  ])
}

export async function countNodes(sql: Sql, filter: NodeFilter): Promise<number> {
  const [row] = await sql.rows<{ count: number }>(
    `select count(*) as count from nodes n where ${WHERE}`,
    filterValues(filter),
  )
  return row!.count
}

const CHILD_IDS = `array(select distinct c.id from node_outputs o
    join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output
    join nodes c on c.id = i.node_id and c.unpublished_at is null
    where o.node_id = n.id and c.id <> n.id order by c.id)`

/** What decides about an operation on a node. */
export type LockedNodeRow = Pick<
  NodeRow,
  'id' | 'workspace_id' | 'environment' | 'name' | 'trigger' | 'recurrence' | 'is_root' | 'version'
> & { child_ids: number[] }

type Wanted = { readonly tenantId: number; readonly ids: readonly number[] }

const lockingNodes = (childIds: string) =>
  question<Wanted, LockedNodeRow, readonly LockedNodeRow[]>({
    // Locked in one order everywhere, so that two groups never wait for each other.
    text: `select i.at, n.*
      from (select * from unnest($1::int[], $2::bigint[], $3::bigint[]) as i(at, tenant_id, id) order by id) i
      join lateral (select n.id, n.workspace_id, n.environment, n.name, n.trigger, n.recurrence, n.is_root, n.version, ${childIds} as child_ids
        from nodes n where n.id = i.id and n.tenant_id = i.tenant_id and n.unpublished_at is null for update of n) n on true
      order by n.id`,
    values: (items) => [
      items.flatMap(({ ids }, at) => ids.map(() => at + 1)),
      items.flatMap(({ ids, tenantId }) => ids.map(() => tenantId)),
      items.flatMap(({ ids }) => ids),
    ],
    answer: (rows) => rows,
    locks: ({ ids }) => ids.map((id) => `node ${id}`),
  })
const LOCK_NODES = lockingNodes(`'{}'::bigint[]`)
const LOCK_NODES_WITH_CHILDREN: typeof LOCK_NODES = {
  ...lockingNodes(CHILD_IDS),
  // What one takes out of the graph the next one must not count any more.
  locks: ({ tenantId, ids }) => [`graph ${tenantId}`, ...ids.map((id) => `node ${id}`)],
}

/**
 * The nodes with these ids that are published, locked in the order of their ids; with `children` each with its direct descendants, which are
 * not looked for otherwise.
 */
export async function lockNodes(
  sql: Sql,
  tenantId: number,
  ids: readonly number[],
  { children }: { readonly children: boolean },
): Promise<readonly LockedNodeRow[]> {
  return await sql.ask(children ? LOCK_NODES_WITH_CHILDREN : LOCK_NODES, { tenantId, ids })
}

const SET_RECURRENCE = writing<{ readonly ids: readonly number[]; readonly recurrence: Recurrence }>(
  `update nodes n set recurrence = i.recurrence, modified_at = now() from unnest($1::bigint[], $2::text[]) as i(id, recurrence) where n.id = i.id`,
  (items) => [items.flatMap((one) => one.ids), items.flatMap((one) => one.ids.map(() => one.recurrence))],
)

export function setRecurrence(tx: Transaction, ids: readonly number[], recurrence: Recurrence): void {
  tx.write(SET_RECURRENCE, { ids, recurrence })
}

/**
 * Takes nodes out of the scheduler: they are no longer listed, found or depended on. The rows stay for what refers to them. Answers the nodes that wait for
 * what they made: there must be none.
 */
export async function unpublishNodes(tx: Transaction, ids: readonly number[]): Promise<readonly number[]> {
  tx.send('update nodes set unpublished_at = now(), modified_at = now() where id = any($1)', [ids])
  tx.send('delete from node_inputs where node_id = any($1)', [ids])
  tx.send('delete from node_edges where from_id = any($1)', [ids])
  tx.send('delete from node_edges where to_id = any($1)', [ids])
  // Their files are then not deployed (rule 48).
  tx.send('update files set deployed_version = null where node_id = any($1)', [ids])
  const rows = await tx.rows<{ node_id: number }>(
    `with gone as (delete from node_outputs where node_id = any($1) returning tenant_id, environment, output)
     select distinct i.node_id from gone g join node_inputs i on i.tenant_id = g.tenant_id and i.environment = g.environment and i.output = g.output
     order by 1`,
    [ids],
  )
  return rows.map((row) => row.node_id)
}

export async function nodesByIds(sql: Sql, ids: readonly number[]): Promise<NodeRow[]> {
  return await sql.rows<NodeRow>('select * from nodes where id = any($1) order by id', [ids])
}

export type GraphNodeRow = Pick<
  NodeListRow,
  'id' | 'workspace_id' | 'environment' | 'name' | 'program_type' | 'recurrence' | 'is_root' | 'owner_id' | 'owner_name'
>

/** What a graph shows of published nodes. */
export async function graphNodes(sql: Pick<Sql, 'rows'>, ids: readonly number[]): Promise<GraphNodeRow[]> {
  return await sql.rows<GraphNodeRow>(
    `select n.id, n.workspace_id, n.environment, n.name, n.program_type, n.recurrence, n.is_root, n.owner_id, u.display_name as owner_name
     from nodes n left join users u on u.id = n.owner_id where n.id = any($1) and n.unpublished_at is null order by n.id`,
    [ids],
  )
}

export type RelativeRow = NodeListRow & { dependency_type: string }

export async function parentsOf(sql: Sql, nodeId: number): Promise<RelativeRow[]> {
  return await sql.rows<RelativeRow>(
    `select distinct on (n.id) n.*, u.display_name as owner_name, i.type as dependency_type
     from node_inputs i
     join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
     join nodes n on n.id = o.node_id and n.unpublished_at is null
     left join users u on u.id = n.owner_id
     where i.node_id = $1 and n.id <> $1 order by n.id, i.type desc`,
    [nodeId],
  )
}

export async function childrenOf(sql: Sql, nodeId: number): Promise<RelativeRow[]> {
  return await sql.rows<RelativeRow>(
    `select distinct on (n.id) n.*, u.display_name as owner_name, i.type as dependency_type
     from node_outputs o
     join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output
     join nodes n on n.id = i.node_id and n.unpublished_at is null
     left join users u on u.id = n.owner_id
     where o.node_id = $1 and n.id <> $1 order by n.id, i.type desc`,
    [nodeId],
  )
}

/** What a node produces. */
export async function outputsOf(sql: Sql, nodeId: number): Promise<{ output: string; node_id: number | null }[]> {
  return await sql.rows('select output, node_id from node_outputs where node_id = $1 order by output', [nodeId])
}

/** What a node waits for, with the node that produces it where there is one. */
export async function inputsOf(sql: Sql, nodeId: number): Promise<{ output: string; node_id: number | null }[]> {
  return await sql.rows(
    `select distinct i.output, o.node_id from node_inputs i
     left join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
     where i.node_id = $1 order by i.output`,
    [nodeId],
  )
}

/** The outputs that a node waits for and that no node produces. */
export async function unresolvedInputs(sql: Sql, nodeId: number): Promise<string[]> {
  const rows = await sql.rows<{ output: string }>(
    `select distinct i.output from node_inputs i
     where i.node_id = $1 and not exists (select 1 from node_outputs o where o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output)
     order by i.output`,
    [nodeId],
  )
  return rows.map((row) => row.output)
}

// Importing

/**
 * One import or unpublishing at a time per tenant and environment: only so can no two imports close a cycle together, and no node be
 * unpublished while another comes to depend on it.
 */
export function lockGraph(tx: Transaction, tenantId: number, environment: Environment): void {
  tx.send('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`graph ${tenantId} ${environment}`])
}

/**
 * The edges of all that leads up from those of these nodes that something waits for and that wait for something; none where they end no chain and
 * begin none.
 */
export async function edgesAbove(sql: Sql, ids: readonly number[]): Promise<{ from: number; to: number }[]> {
  return await sql.rows(
    `with recursive up(id) as (
       select n.id from unnest($1::bigint[]) as n(id)
       where exists (select from node_edges where from_id = n.id) and exists (select from node_edges where to_id = n.id)
       union
       select e.from_id from up cross join lateral (select from_id from node_edges where to_id = up.id offset 0) e)
     select e.from_id as "from", up.id as "to"
     from up cross join lateral (select from_id from node_edges where to_id = up.id offset 0) e`,
    [ids],
  )
}

const LOCK_NODE_ROWS = question<readonly number[], NodeRow, readonly NodeRow[]>({
  text: `select i.at, n.* from (select * from unnest($1::int[], $2::bigint[]) as i(at, id) order by id) i
    join lateral (select * from nodes where id = i.id for update) n on true order by n.id`,
  values: (items) => [items.flatMap((ids, at) => ids.map(() => at + 1)), items.flat()],
  answer: (rows) => rows,
  locks: (ids) => ids.map((id) => `node ${id}`),
})

/** Also those that are not published any more. */
export async function lockNodeRows(sql: Sql, ids: readonly number[]): Promise<readonly NodeRow[]> {
  return await sql.ask(LOCK_NODE_ROWS, ids)
}

/** Locked. Names are looked up in their order, as the index of them has it: as equal to one, all nodes of the workspace would do for the planner, by the index of ids. */
export async function nodesByNames(
  sql: Sql,
  workspaceId: number,
  environment: Environment,
  names: readonly string[],
): Promise<NodeRow[]> {
  return await sql.rows<NodeRow>(
    `select * from nodes where id = any(array(
         select n.id from unnest($3::text[]) as i(name) cross join lateral (
           select id from nodes where workspace_id = $1 and environment = $2 and name between i.name and i.name and unpublished_at is null order by name limit 1) n))
       and name = any($3) and unpublished_at is null order by id for update`,
    [workspaceId, environment, names],
  )
}

/** Which of these outputs some node of the tenant produces, and which node that is. */
export async function producersOf(
  sql: Sql,
  tenantId: number,
  environment: Environment,
  outputs: readonly string[],
): Promise<{ output: string; node_id: number }[]> {
  return await sql.rows(
    'select output, node_id from node_outputs where tenant_id = $1 and environment = $2 and output = any($3)',
    [tenantId, environment, outputs],
  )
}

/** The published nodes of these names. */
export async function nodesNamed(
  sql: Sql,
  workspaceId: number,
  environment: Environment,
  names: readonly string[],
): Promise<{ id: number; name: string }[]> {
  return await sql.rows(
    `select n.id, n.name from unnest($3::text[]) as i(name) cross join lateral (
       select id, name from nodes where workspace_id = $1 and environment = $2 and name between i.name and i.name and unpublished_at is null order by name limit 1) n`,
    [workspaceId, environment, names],
  )
}

/** Which nodes wait for these outputs, of whatever cycle. */
export async function consumersOf(
  sql: Sql,
  tenantId: number,
  environment: Environment,
  outputs: readonly string[],
): Promise<{ output: string; node_id: number }[]> {
  return await sql.rows(
    `select distinct output, node_id from node_inputs where tenant_id = $1 and environment = $2 and output = any($3) and type = 'normal'`,
    [tenantId, environment, outputs],
  )
}

/** What waits for what these nodes make, themselves left out. */
export async function waitingOutside(
  sql: Sql,
  ids: readonly number[],
): Promise<{ from_id: number; to_id: number; to_name: string; output: string }[]> {
  return await sql.rows(
    `select distinct o.node_id as from_id, n.id as to_id, n.name as to_name, o.output from node_outputs o
     join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output and i.node_id <> o.node_id
     join nodes n on n.id = i.node_id where o.node_id = any($1) order by n.name`,
    [ids],
  )
}

/** The edges of all that leads up from these nodes. */
export async function ancestry(sql: Sql, ids: readonly number[]): Promise<{ from: number; to: number }[]> {
  return await sql.rows(
    `with recursive up(id) as (
       select n.id from unnest($1::bigint[]) as n(id)
       union
       select e.from_id from up cross join lateral (select from_id from node_edges where to_id = up.id offset 0) e)
     select e.from_id as "from", up.id as "to"
     from up cross join lateral (select from_id from node_edges where to_id = up.id offset 0) e`,
    [ids],
  )
}

/** What these nodes wait for in the same cycle and nothing produces. */
export async function unresolvedOf(sql: Sql, ids: readonly number[]): Promise<string[]> {
  const rows = await sql.rows<{ output: string }>(
    `select distinct i.output from node_inputs i where i.node_id = any($1) and i.type = 'normal' and not exists (
       select from node_outputs o where o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output) order by 1`,
    [ids],
  )
  return rows.map((row) => row.output)
}

export type NewNode = {
  /** Null: the next one. */
  readonly id: number | null
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: Environment
  readonly ownerId: number | null
  readonly recurrence: Recurrence
  readonly isRoot: boolean
  readonly definition: NodeDefinition
}

export async function insertNodes(sql: Sql, nodes: readonly NewNode[], madeBy: number): Promise<number[]> {
  if (nodes.length === 0) return []
  const rows = await sql.rows<{ id: number; name: string; workspace_id: number; environment: string }>(
    `with made as (insert into nodes (id, tenant_id, workspace_id, environment, name, program_type, file_type, owner_id, trigger, recurrence, cron, priority, is_root, definition)
     overriding system value
     select coalesce(n.id, nextval('nodes_id_seq')), n.tenant_id, n.workspace_id, n.environment, n.name, n.program_type, n.file_type, n.owner_id, n.trigger, n.recurrence, n.cron, n.priority, n.is_root, n.definition
     from jsonb_to_recordset($1::jsonb) as n(id bigint, tenant_id bigint, workspace_id bigint, environment text, name text, program_type text,
       file_type int, owner_id bigint, trigger text, recurrence text, cron text, priority int, is_root boolean, definition jsonb)
     returning id, name, workspace_id, environment, version, definition),
     kept as (insert into node_versions (node_id, version, definition, made_by) select id, version, definition, $2 from made)
     select id, name, workspace_id, environment from made`,
    [JSON.stringify(nodes.map(columnsOf)), madeBy],
  )
  const ids = new Map(rows.map((row) => [`${row.workspace_id} ${row.environment} ${row.name}`, row.id]))
  return nodes.map((node) => ids.get(`${node.workspaceId} ${node.environment} ${node.definition.name}`)!)
}

const columnsOf = (node: NewNode) => ({
  id: node.id,
  tenant_id: node.tenantId,
  workspace_id: node.workspaceId,
  environment: node.environment,
  name: node.definition.name,
  program_type: node.definition.programType,
  file_type: node.definition.fileType,
  owner_id: node.ownerId,
  trigger: node.definition.trigger,
  recurrence: node.recurrence,
  cron: node.definition.cron,
  priority: node.definition.priority,
  is_root: node.isRoot,
  definition: node.definition,
})

/** The next version of a node, which is published from then on. One that was published keeps its recurrence. */
export function updateNode(tx: Transaction, id: number, node: NewNode, madeBy: number): void {
  const columns = columnsOf(node)
  tx.send(
    `with changed as (update nodes set program_type = $2, file_type = $3, owner_id = $4, recurrence = case when unpublished_at is null then recurrence else $5 end, cron = $6, priority = $7, definition = $8, trigger = $9,
       name = $11, version = version + 1, modified_at = now(), unpublished_at = null where id = $1 returning id, version, definition)
     insert into node_versions (node_id, version, definition, made_by) select id, version, definition, $10 from changed`,
    [
      id,
      columns.program_type,
      columns.file_type,
      columns.owner_id,
      columns.recurrence,
      columns.cron,
      columns.priority,
      JSON.stringify(columns.definition),
      columns.trigger,
      madeBy,
      columns.name,
    ],
  )
}

export type NodeVersionRow = {
  version: number
  made_at: Date | null
  made_by: number | null
  made_by_name: string | null
  definition: Record<string, unknown>
}

/** Newest first, before the one with this number. */
export async function nodeVersions(
  sql: Sql,
  nodeId: number,
  page: { readonly before: number | null; readonly limit: number },
): Promise<NodeVersionRow[]> {
  return await sql.rows<NodeVersionRow>(
    `select v.version, v.made_at, v.made_by, u.display_name as made_by_name, v.definition from node_versions v left join users u on u.id = v.made_by
     where v.node_id = $1 and ($2::int is null or v.version < $2) order by v.version desc limit $3`,
    [nodeId, page.before, page.limit],
  )
}

/** What these nodes produce and wait for; of those that do neither there is no row. */
export async function wiringOf(
  sql: Sql,
  nodeIds: readonly number[],
): Promise<{ node_id: number; outputs: string[]; inputs: string[] }[]> {
  return await sql.rows(
    `select n.id as node_id, array(select output from node_outputs where node_id = n.id) as outputs,
       array(select type || ' ' || output from node_inputs where node_id = n.id) as inputs
     from unnest($1::bigint[]) as n(id)`,
    [nodeIds],
  )
}

/** Replaces what these nodes produce and wait for. */
export function putWiring(
  tx: Transaction,
  tenantId: number,
  environment: Environment,
  wiring: readonly {
    nodeId: number
    outputs: readonly string[]
    inputs: readonly { output: string; type: string }[]
  }[],
): void {
  const ids = wiring.map((one) => one.nodeId)
  tx.send('delete from node_outputs where node_id = any($1)', [ids])
  tx.send('delete from node_inputs where node_id = any($1)', [ids])
  tx.send(
    `insert into node_outputs (tenant_id, environment, output, node_id)
     select $1, $2, o.output, o.node_id from jsonb_to_recordset($3::jsonb) as o(output text, node_id bigint)`,
    [
      tenantId,
      environment,
      JSON.stringify(wiring.flatMap((one) => one.outputs.map((output) => ({ output, node_id: one.nodeId })))),
    ],
  )
  tx.send(
    `insert into node_inputs (node_id, tenant_id, environment, output, type)
     select distinct i.node_id, $1::bigint, $2, i.output, i.type from jsonb_to_recordset($3::jsonb) as i(node_id bigint, output text, type text)`,
    [
      tenantId,
      environment,
      JSON.stringify(wiring.flatMap((one) => one.inputs.map((input) => ({ ...input, node_id: one.nodeId })))),
    ],
  )
  putEdges(tx, ids)
}

/** Makes the edges of these nodes, up and down, what their inputs and outputs say now. */
function putEdges(tx: Transaction, ids: readonly number[]): void {
  tx.send('delete from node_edges where from_id = any($1)', [ids])
  tx.send('delete from node_edges where to_id = any($1)', [ids])
  tx.send(
    `insert into node_edges (from_id, to_id, tenant_id, environment)
     select o.node_id, i.node_id, i.tenant_id, i.environment from node_inputs i
     join node_outputs o on o.tenant_id = i.tenant_id and o.environment = i.environment and o.output = i.output
     where i.type = 'normal' and i.node_id = any($1)
     union
     select o.node_id, i.node_id, i.tenant_id, i.environment from node_outputs o
     join node_inputs i on i.tenant_id = o.tenant_id and i.environment = o.environment and i.output = o.output
     where i.type = 'normal' and o.node_id = any($1)`,
    [ids],
  )
}

/** By what name nodes may ask for a resource group of the tenant. */
export async function resourceGroupIdentifiers(sql: Sql, tenantId: number): Promise<ReadonlySet<string>> {
  const rows = await sql.rows<{ identifier: string }>('select identifier from resource_groups where tenant_id = $1', [
    tenantId,
  ])
  return new Set(rows.map((row) => row.identifier))
}
