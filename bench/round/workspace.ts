/** What the measured server is filled with: a workspace with nodes, and a published extension that watches freezing and unfreezing. */
import type { Client } from '@holdpoint/sdk'
import { signedClient } from '../holdpoint.ts'

const POINTS = ['freeze-node', 'unfreeze-node'] as const
const REVIEWER = { name: 'reviewer', password: 'reviews-what-others-submit' }

export type Prepared = {
  readonly client: Awaited<ReturnType<typeof signedClient>>
  readonly extensionCode: string
  readonly nodeIds: readonly number[]
}

export async function prepareWorkspace(
  url: string,
  password: string,
  endpoint: string,
  nodeCount: number,
): Promise<Prepared> {
  const client = await signedClient(url, 'admin', password)
  await client.call('POST /users', { body: { ...REVIEWER, tenantRoles: ['open-platform-administrator'] } })
  const reviewer = await signedClient(url, REVIEWER.name, REVIEWER.password)
  const workspace = await client.call('POST /workspaces', {
    body: { identifier: 'bench', name: 'Benchmark', mode: 'basic' },
  })
  const params = { workspaceId: workspace.id }
  const { created } = await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params,
    body: { environment: 'PROD', flowspec: flowspec(nodeCount) },
  })
  const { code } = await client.call('POST /extensions', {
    body: { name: 'Benchmark', description: 'Passes everything', points: [...POINTS], testWorkspaceId: workspace.id },
  })
  await publish(client, reviewer, code)
  const bus = await client.call('POST /event-buses', { body: { name: 'bench', description: '' } })
  await client.call('POST /event-buses/{busId}/rules', {
    params: { busId: bus.id },
    body: {
      name: 'node-operations',
      pattern: { source: ['acs.dataworks'], data: { eventCode: [...POINTS] } },
      targets: [{ name: 'receiver', endpoint }],
    },
  })
  await client.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id, enabled: true } })
  await client.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { ...params, code },
    body: { enabled: true },
  })
  return { client, extensionCode: code, nodeIds: created.map((node) => node.id) }
}

async function publish(author: Client, reviewer: Client, code: string): Promise<void> {
  await author.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
  await reviewer.call('POST /extensions/{code}/approve', { params: { code }, body: { reason: 'Benchmark' } })
  await author.call('POST /extensions/{code}/publish', { params: { code }, body: {} })
}

/** Nodes that wait for nothing but the workspace's root. */
function flowspec(nodeCount: number): string {
  const nodes = Array.from({ length: nodeCount }, (_, at) => ({
    id: String(at + 1),
    name: `node_${at + 1}`,
    owner: 'bench',
    recurrence: 'Normal',
    script: { path: `bench/node_${at + 1}`, runtime: { command: 'ODPS_SQL' } },
    trigger: { type: 'Scheduler', cron: '00 05 00 * * ?' },
    outputs: { nodeOutputs: [{ data: `bench.node_${at + 1}`, artifactType: 'NodeOutput' }] },
  }))
  return JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes } })
}
