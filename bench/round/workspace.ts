/** What the measured server is filled with: a workspace with nodes, and a published extension that watches freezing and unfreezing. */
import type { Client } from '@holdpoint/sdk'
import { signedClient } from '../holdpoint.ts'

const POINTS = ['freeze-node', 'unfreeze-node'] as const
/** What fits well into the largest body that the server reads. */
const MOST_IMPORTED = 1_000
const REVIEWER = { name: 'reviewer', password: 'reviews-what-others-submit' }

export type Prepared = {
  readonly client: Awaited<ReturnType<typeof signedClient>>
  /** Publishes an extension of the client's: reviewed by somebody else. */
  publish(code: string): Promise<void>
  readonly workspaceId: number
  readonly busId: number
  readonly extensionCode: string
  readonly nodeIds: readonly number[]
}

export async function prepareWorkspace(
  url: string,
  password: string,
  endpoint: string,
  nodeCount: number,
  {
    maxConcurrency,
    mode = 'basic',
    points = POINTS,
  }: {
    readonly maxConcurrency?: number
    readonly mode?: 'basic' | 'standard'
    readonly points?: readonly string[]
  } = {},
): Promise<Prepared> {
  const client = await signedClient(url, 'admin', password)
  await client.call('POST /users', { body: { ...REVIEWER, tenantRoles: ['open-platform-administrator'] } })
  const reviewer = await signedClient(url, REVIEWER.name, REVIEWER.password)
  const workspace = await client.call('POST /workspaces', {
    body: { identifier: 'bench', name: 'Benchmark', mode },
  })
  const params = { workspaceId: workspace.id }
  const nodeIds: number[] = []
  for (let from = 1; from <= nodeCount; from += MOST_IMPORTED) {
    const to = Math.min(nodeCount, from + MOST_IMPORTED - 1)
    const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params,
      body: { environment: 'PROD', flowspec: flowspec(from, to) },
    })
    nodeIds.push(...created.map((node) => node.id))
  }
  const { code } = await client.call('POST /extensions', {
    body: { name: 'Benchmark', description: 'Passes everything', points: [...points], testWorkspaceId: workspace.id },
  })
  await publish(client, reviewer, code)
  const bus = await client.call('POST /event-buses', { body: { name: 'bench', description: '' } })
  await client.call('POST /event-buses/{busId}/rules', {
    params: { busId: bus.id },
    body: {
      name: 'node-operations',
      pattern: { source: ['acs.dataworks'], data: { eventCode: [...points] } },
      targets: [
        { name: 'receiver', endpoint, ...(maxConcurrency !== undefined && { maxConcurrency, serves: [code] }) },
      ],
    },
  })
  await client.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id, enabled: true } })
  await client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { ...params, code },
    body: { enabled: true },
  })
  return {
    client,
    publish: (one) => publish(client, reviewer, one),
    workspaceId: workspace.id,
    busId: bus.id,
    extensionCode: code,
    nodeIds,
  }
}

async function publish(author: Client, reviewer: Client, code: string): Promise<void> {
  await author.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
  await reviewer.call('POST /extensions/{code}/approve', { params: { code }, body: { reason: 'Benchmark' } })
  await author.call('POST /extensions/{code}/publish', { params: { code }, body: {} })
}

/** Nodes, numbered so, that wait for nothing but the workspace's root. */
function flowspec(from: number, to: number): string {
  const nodes = Array.from({ length: to - from + 1 }, (_, at) => ({
    id: String(from + at),
    name: `node_${from + at}`,
    owner: 'bench',
    recurrence: 'Normal',
    script: { path: `bench/node_${from + at}`, runtime: { command: 'ODPS_SQL' } },
    trigger: { type: 'Scheduler', cron: '00 05 00 * * ?' },
    outputs: { nodeOutputs: [{ data: `bench.node_${from + at}`, artifactType: 'NodeOutput' }] },
  }))
  return JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes } })
}
