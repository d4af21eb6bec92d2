// A workspace with the nodes of the demonstration's FlowSpec file and an extension in testing that watches them, made as people make it.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Client } from '../../sdk/src/index.ts'
import type { User } from './user.ts'

const FLOWSPEC = path.resolve(import.meta.dirname, '../../examples/shop-pipeline.flowspec.json')

export const POINTS = ['freeze-node', 'unfreeze-node', 'undeploy-node'] as const

export type WatchedWorkspace = {
  readonly workspaceId: number
  readonly extensionCode: string
  /** From now on its events go to this endpoint. */
  sendTo(endpoint: string): Promise<void>
  /** With which its deliveries are signed. */
  signingSecrets(): Promise<string[]>
  /** The id of a node in production, by its name. */
  node(name: string): number
}

/**
 * All events of the workspace go to the endpoint, what is only told as well. The extension is the administrator's, or that of an author who is
 * a developer in the workspace.
 */
export async function watchedWorkspace(client: Client, endpoint: string, author?: User): Promise<WatchedWorkspace> {
  // The file names the root node of a workspace with this identifier.
  const workspace = await client.call('POST /workspaces', { body: { identifier: 'shop', name: 'Shop' } })
  const params = { workspaceId: workspace.id }
  await client.call('POST /workspaces/{workspaceId}/flowspec-imports', {
    params,
    body: { environment: 'PROD', flowspec: readFileSync(FLOWSPEC, 'utf8') },
  })
  if (author)
    await client.call('PUT /workspaces/{workspaceId}/members/{userId}', {
      params: { ...params, userId: Number(author.id) },
      body: { roles: ['developer'] },
    })
  const extension = await (author?.client ?? client).call('POST /extensions', {
    body: { name: 'Guard', points: [...POINTS], testWorkspaceId: workspace.id },
  })
  const bus = await client.call('POST /event-buses', { body: { name: 'shop' } })
  const rule = await client.call('POST /event-buses/{busId}/rules', {
    params: { busId: bus.id },
    body: { name: 'everything', targets: [{ name: 'guard', endpoint }] },
  })
  await client.call('PUT /workspaces/{workspaceId}/channel', { params, body: { busId: bus.id } })
  const { items } = await client.call('GET /workspaces/{workspaceId}/nodes', { params, query: { limit: 200 } })
  const ids = new Map(items.map((node) => [node.name, node.id]))
  return {
    workspaceId: workspace.id,
    extensionCode: extension.code,
    async sendTo(endpoint) {
      await client.call('PUT /event-buses/{busId}/rules/{ruleId}', {
        params: { busId: bus.id, ruleId: rule.id },
        body: { name: rule.name, targets: [{ name: 'guard', endpoint }] },
      })
    },
    async signingSecrets() {
      const { secrets } = await client.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
        params: { busId: bus.id, ruleId: rule.id, name: 'guard' },
      })
      return secrets.map((one) => one.secret)
    },
    node(name) {
      const id = ids.get(name)
      if (id === undefined) throw new Error(`The workspace has no node ${name}; it has ${[...ids.keys()].join(', ')}`)
      return id
    },
  }
}

export type Point = (typeof POINTS)[number]

/** Asks for an operation on one node in production. */
export async function operate(client: Client, workspaceId: number, point: Point, nodeId: number) {
  return await client.call('POST /workspaces/{workspaceId}/node-operations', {
    params: { workspaceId },
    body: { point, nodeIds: [nodeId] },
  })
}

/** `pause` is frozen. Null when the node is not published (any more). */
export async function recurrenceOf(client: Client, workspaceId: number, nodeId: number): Promise<string | null> {
  const { items } = await client.call('GET /workspaces/{workspaceId}/nodes', {
    params: { workspaceId },
    query: { limit: 200 },
  })
  return items.find((node) => node.id === nodeId)?.recurrence ?? null
}
