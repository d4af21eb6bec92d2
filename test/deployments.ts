// Data Development as people and extensions see it: files written, asked for, answered and read over HTTP.
import type { FileBody } from '@holdpoint/core'
import type { Client } from '@holdpoint/sdk'
import { nodeBody } from './files.ts'
import { callBack, type Extension, type Person, type Workspace, type World } from './world.ts'

type Kind = 'commit' | 'deploy' | 'delete'

const read = async (api: Client, params: { workspaceId: number; deploymentId: number }) =>
  await api.call('GET /workspaces/{workspaceId}/deployments/{deploymentId}', { params })
type Detail = Awaited<ReturnType<typeof read>>

/** What this person does in this workspace. */
export function development(world: World, person: Person, workspace: Workspace) {
  const { api } = person
  const place = { workspaceId: workspace.id }
  const deployment = async (deploymentId: number) => await read(api, { ...place, deploymentId })
  const write = async (name: string, given: FileBody | Parameters<typeof nodeBody>[0] = {}) => {
    const body = 'kind' in given ? given : nodeBody({ outputs: [`${workspace.identifier}.${name}`], ...given })
    return await api.call('POST /workspaces/{workspaceId}/files', {
      params: place,
      body: { name, body: body as never },
    })
  }
  const ask = async (
    kind: Kind,
    files: readonly (number | { fileId: number; revision?: number; version?: number })[],
    at: Person = person,
  ) =>
    await at.api.call('POST /workspaces/{workspaceId}/deployments', {
      params: place,
      body: { kind, files: files.map((one) => (typeof one === 'number' ? { fileId: one } : one)) },
    })
  return {
    write,
    ask,
    deployment,
    file: async (fileId: number) =>
      await api.call('GET /workspaces/{workspaceId}/files/{fileId}', { params: { ...place, fileId } }),
    save: async (fileId: number, body: Record<string, unknown>) =>
      await api.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
        params: { ...place, fileId },
        body: body as never,
      }),
    versions: async (fileId: number) =>
      (await api.call('GET /workspaces/{workspaceId}/files/{fileId}/versions', { params: { ...place, fileId } })).items,
    /** The node of the Operation Center. */
    node: async (nodeId: number) =>
      await api.call('GET /workspaces/{workspaceId}/nodes/{nodeId}', { params: { ...place, nodeId } }),
    nodeNames: async () =>
      (await api.call('GET /workspaces/{workspaceId}/nodes', { params: place })).items.map((node) => node.name),
    /** Files with a committed version, as yet nothing of them in production. */
    async committed(files: Readonly<Record<string, Parameters<typeof nodeBody>[0]>>) {
      const ids: Record<string, number> = {}
      for (const [name, given] of Object.entries(files)) ids[name] = (await write(name, given)).id
      await ask('commit', Object.values(ids))
      return ids
    },
    /** The extension answers about the part of this name. */
    async answer(extension: Extension, { id }: Pick<Detail, 'id'>, name: string, result: 'OK' | 'WARN' | 'FAIL') {
      const item = (await deployment(id)).items.find((one) => one.name === name)!
      const operation = await api.call('GET /operations/{operationId}', { params: { operationId: item.operationId! } })
      await callBack(world.server, extension, operation.messageId, result, 'UpdateIDEEventResult')
      return await deployment(id)
    },
  }
}

export const statesOf = ({ items }: Pick<Detail, 'items'>) =>
  Object.fromEntries(items.map((item) => [item.name, item.state]))
