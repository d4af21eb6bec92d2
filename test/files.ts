// Files as they are at some moment of their lives, written directly: what brings them there is tested where it happens.
import { type FileBody, readFlowSpec } from '@holdpoint/core'
import type { Person, Tenant, Workspace, World } from './world.ts'

/** A node's file with a committed version by this person. */
export async function putFile(
  { db }: Pick<World, 'db'>,
  given: {
    readonly tenant: Pick<Tenant, 'id'>
    readonly workspace: Workspace
    readonly name: string
    readonly content?: string
    readonly programType?: string
    /** The value of its one parameter, `wanted`. */
    readonly parameters?: string | undefined
    readonly by: Person
  },
): Promise<{ readonly id: number; readonly nodeId: number }> {
  const { name, content = 'select 1', programType = 'ODPS_SQL', parameters } = given
  const wanted = parameters === undefined ? [] : [{ name: 'wanted', value: parameters, artifactType: 'Variable' }]
  const node = { id: name, name, script: { content, runtime: { command: programType }, parameters: wanted } }
  const spec = JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } })
  const body = JSON.stringify({
    kind: 'node',
    parsing: { on: false, inputs: [], outputs: [], ignored: [] },
    definition: readFlowSpec(spec).nodes[0],
  })
  const [row] = await db.rows<{ id: number; nodeId: number }>(
    `insert into files (tenant_id, workspace_id, kind, name, owner_id, body, version, committed_revision, created_by)
     values ($1, $2, 'node', $3, $4, $5, 1, 1, $4) returning id, node_id as "nodeId"`,
    [given.tenant.id, given.workspace.id, name, given.by.id, body],
  )
  await db.rows('insert into file_versions (file_id, number, name, body, committed_by) values ($1, 1, $2, $3, $4)', [
    row!.id,
    name,
    body,
    given.by.id,
  ])
  return row!
}

/** The body of a node's file, as a request writes it; `upstream` are outputs that it waits for. */
export function nodeBody(given: {
  readonly content?: string
  readonly programType?: string
  readonly cron?: string
  readonly upstream?: readonly string[]
  readonly outputs?: readonly string[]
  readonly parsing?: boolean
  /** Nodes inside it. */
  readonly inner?: readonly string[]
}): Extract<FileBody, { kind: 'node' }> {
  const { content = 'select 1', programType = 'ODPS_SQL', cron = '00 00 02 * * ?', upstream = [], outputs = [] } = given
  const script = { content, runtime: { command: programType } }
  const inner = (given.inner ?? []).map((name) => ({ id: name, name, script }))
  const node = {
    id: 'node',
    name: 'node',
    script,
    trigger: { type: 'Scheduler', cron },
    ...(inner.length > 0 && { 'do-while': { nodes: inner.slice(1), while: inner[0] } }),
  }
  const spec = JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } })
  const [definition] = readFlowSpec(spec).nodes
  const named = (output: string) => ({ output, refTableName: null })
  return {
    kind: 'node',
    parsing: { on: given.parsing ?? false, inputs: [], outputs: [], ignored: [] },
    definition: {
      ...definition!,
      inputs: upstream.map((output) => ({ ...named(output), type: 'normal', upstreamKey: null })),
      outputs: outputs.map((output) => ({ ...named(output), isDefault: false, isDeclared: true })),
    },
  }
}
