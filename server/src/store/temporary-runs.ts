/** What is run outside the schedule because somebody asked for it: an instance in a run of its own, of a node that is never published. */
import { DAG_KINDS, type NodeDefinition } from '@holdpoint/core'
import type { Transaction } from './database.ts'
import type { Environment } from './nodes.ts'
import { drawIds } from './planned-instances.ts'

/** `of`: what keeps the node, whose instances are its runs (`run_node_id`). */
export type NewTemporaryRun = {
  readonly of: { readonly table: 'files' | 'tables' | 'sync_jobs'; readonly id: number }
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: Environment
  readonly requestedBy: number
  readonly definition: NodeDefinition
  /** yyyy-mm-dd */
  readonly bizdate: string
  readonly parameters: string | null
}

const TEMPORARY_WORKFLOW = DAG_KINDS.indexOf('temporary-workflow')

/** The next version of the node; the first one makes it. */
async function putRunNode(tx: Transaction, run: NewTemporaryRun): Promise<{ id: number; version: number }> {
  const { definition, of } = run
  const [owner] = await tx.rows<{ run_node_id: number | null }>(
    `select run_node_id from ${of.table} where id = $1 for no key update`,
    [of.id],
  )
  const nodeId = owner!.run_node_id
  const [node] =
    nodeId !== null
      ? await tx.rows<{ id: number; version: number }>(
          `update nodes set name = $2, program_type = $3, file_type = $4, definition = $5, environment = $6, owner_id = $7, version = version + 1,
             modified_at = now() where id = $1 returning id, version`,
          [
            nodeId,
            definition.name,
            definition.programType,
            definition.fileType,
            JSON.stringify(definition),
            run.environment,
            run.requestedBy,
          ],
        )
      : await tx.rows<{ id: number; version: number }>(
          `with made as (
             insert into nodes (tenant_id, workspace_id, environment, name, program_type, file_type, owner_id, trigger, recurrence, cron, priority,
               definition, unpublished_at)
             values ($1, $2, $3, $4, $5, $6, $7, 'manual', 'normal', null, $8, $9, now()) returning id, version),
           kept as (update ${of.table} set run_node_id = made.id from made where ${of.table}.id = $10)
           select id, version from made`,
          [
            run.tenantId,
            run.workspaceId,
            run.environment,
            definition.name,
            definition.programType,
            definition.fileType,
            run.requestedBy,
            definition.priority,
            JSON.stringify(definition),
            of.id,
          ],
        )
  tx.send('insert into node_versions (node_id, version, definition, made_by) values ($1, $2, $3, $4)', [
    node!.id,
    node!.version,
    JSON.stringify(definition),
    run.requestedBy,
  ])
  return node!
}

/** Answers the instance, which waits for a slot and nothing else. */
export async function insertTemporaryRun(tx: Transaction, run: NewTemporaryRun): Promise<number> {
  const node = await putRunNode(tx, run)
  const id = (await drawIds(tx, 1)) + 1
  tx.send(
    `with dag as (
       insert into dags (tenant_id, workspace_id, environment, kind, name, bizdate, created_by, parameters, status)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 1) returning id),
     chosen as (
       select id from resource_groups where tenant_id = $1 and (identifier = $9 or is_default) order by identifier is not distinct from $9 desc limit 1)
     insert into instances (id, tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, status,
       has_work, priority, resource_group_id, wait_resource_at)
     overriding system value select $13, $1, $2, $3, $10, $11, dag.id, $4, $6, 1, now(), now(), 3, true, $12, chosen.id, now() from dag, chosen`,
    [
      run.tenantId,
      run.workspaceId,
      run.environment,
      TEMPORARY_WORKFLOW,
      run.definition.name,
      run.bizdate,
      run.requestedBy,
      run.parameters === null ? null : JSON.stringify({ [node.id]: run.parameters }),
      run.definition.resourceGroup,
      node.id,
      node.version,
      run.definition.priority,
      id,
    ],
  )
  return id
}
