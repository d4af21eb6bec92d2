// What one client finds for its calls of every action: nodes in a workspace that no extension watches, and instances as they stand at some moment of their lives.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { InstanceStatus } from '@holdpoint/core'
import type pg from 'pg'
import type { Client } from '../../sdk/src/index.ts'
import { putRun } from '../instances.ts'

type Run = { readonly dagId: number; readonly id: number; readonly bizdate: string }

export type Place = {
  readonly projectId: number
  readonly identifier: string
  /** Of somebody who is no member yet. */
  readonly userId: string
  readonly node: Readonly<Record<NodeName, number>>
  /** A run of its own with one instance of the node `first`. */
  run(status: InstanceStatus, more?: { readonly frozen?: boolean }): Promise<Run>
  /** Two instances, of which the second waits for the first. */
  chain(): Promise<readonly [upstream: number, downstream: number]>
  /** A table on its data source, with a column `id`. */
  readonly table: string
  /** What was submitted of tables has been applied, as far as anybody knows. */
  endSubmissions(): Promise<void>
}

const NODES = ['first', 'second', 'offline', 'deleted', 'frozen'] as const
type NodeName = (typeof NODES)[number]

export async function makePlace(
  client: Client,
  pool: pg.Pool,
  { identifier, userId, tablesDir }: Record<'identifier' | 'userId' | 'tablesDir', string>,
): Promise<Place> {
  const workspace = await client.call('POST /workspaces', { body: { identifier, name: identifier, mode: 'basic' } })
  const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params: { workspaceId: workspace.id },
    body: { environment: 'PROD', flowspec: flowspecOf(identifier) },
  })
  const node = Object.fromEntries(created.map(({ name, id }) => [name, id])) as Place['node']
  const { rows } = await pool.query('select tenant_id from workspaces where id = $1', [workspace.id])
  const db = { rows: async (text: string, values: unknown[]) => (await pool.query(text, values)).rows }
  const given = { tenant: { id: Number(rows[0].tenant_id) }, workspace }
  let days = 0
  const put = async (instances: Parameters<typeof putRun>[1]['instances']) => {
    // A workspace has one run a day.
    const bizdate = new Date(Date.UTC(2026, 0, ++days)).toISOString().slice(0, 10)
    const { dagId, ids } = await putRun({ db: db as never }, { ...given, bizdate, instances })
    return { dagId: Number(dagId), ids: ids.map(Number), bizdate }
  }
  return {
    projectId: workspace.id,
    identifier,
    userId,
    table: await putTable(client, path.join(tablesDir, String(given.tenant.id)), workspace.id),
    node,
    async run(status, more) {
      const { dagId, ids, bizdate } = await put([{ nodeId: node.first, status, ...more }])
      return { dagId, id: ids[0]!, bizdate }
    },
    async chain() {
      const { ids } = await put([{ nodeId: node.first }, { nodeId: node.second, upstream: [0] }])
      return [ids[0]!, ids[1]!]
    },
    async endSubmissions() {
      await pool.query(`update table_submissions set state = 'applied', ended_at = now() where workspace_id = $1`, [
        workspace.id,
      ])
    },
  }
}

/** Written into the file of the default data source, which the server has not opened yet: nothing runs here that could. */
async function putTable(client: Client, directory: string, workspaceId: number): Promise<string> {
  const { items } = await client.call('GET /workspaces/{workspaceId}/data-sources', { params: { workspaceId } })
  const of = path.join(directory, String(items.find(({ isDefault }) => isDefault)!.id))
  mkdirSync(of, { recursive: true, mode: 0o700 })
  const instance = await DuckDBInstance.create(path.join(of, 'tables.duckdb'))
  const connection = await instance.connect()
  await connection.run('create table orders as select 1::bigint as id')
  connection.closeSync()
  instance.closeSync()
  return 'orders'
}

function flowspecOf(identifier: string): string {
  const output = (name: string) => ({ data: `${identifier}.${name}`, artifactType: 'NodeOutput' })
  return JSON.stringify({
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: {
      nodes: NODES.map((name) => ({
        id: name,
        name,
        trigger: { type: 'Scheduler', cron: '00 10 00 * * ?' },
        script: { path: name, content: 'select 1', runtime: { command: 'ODPS_SQL' } },
        inputs: { nodeOutputs: name === 'second' ? [output('first')] : [] },
        outputs: { nodeOutputs: [output(name)] },
      })),
    },
  })
}
