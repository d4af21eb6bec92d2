import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { development } from '../../../../test/deployments.ts'
import {
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../../test/world.ts'

let world: World
let tenant: Tenant
let owner: Person
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
})
afterAll(() => world?.stop())

const folders = (workspace: Workspace) => {
  const place = { workspaceId: workspace.id }
  return {
    add: async (path: string) =>
      await owner.api.call('POST /workspaces/{workspaceId}/folders', { params: place, body: { path } }),
    move: async (folderId: number, path: string) =>
      await owner.api.call('PATCH /workspaces/{workspaceId}/folders/{folderId}', {
        params: { ...place, folderId },
        body: { path },
      }),
    remove: async (folderId: number) =>
      await owner.api.call('DELETE /workspaces/{workspaceId}/folders/{folderId}', { params: { ...place, folderId } }),
    paths: async () =>
      (await owner.api.call('GET /workspaces/{workspaceId}/folders', { params: place })).items.map(({ path }) => path),
  }
}

describe('folders', () => {
  test('come with those around them, once', async () => {
    const { add, paths } = folders(await tenant.workspace())
    const first = await add('ods/orders')
    expect(await add('/ods/orders/')).toEqual(first)
    await Promise.all(['ods/a', 'ods/b', 'dwd/a'].map(add))
    expect(await paths()).toEqual(['dwd', 'dwd/a', 'ods', 'ods/a', 'ods/b', 'ods/orders'])
  })

  test('move with all that lies within, and not into themselves', async () => {
    const { add, move, paths } = folders(await tenant.workspace())
    const { id } = await add('ods')
    await add('ods/orders/raw')
    await add('odsother')
    await move(id, 'layers/first')
    expect(await paths()).toEqual([
      'layers',
      'layers/first',
      'layers/first/orders',
      'layers/first/orders/raw',
      'odsother',
    ])
    expect(await refusalCode(move(id, 'layers/first/orders/in'))).toBe('FOLDER_PATH_INVALID')
    expect(await refusalCode(move(id, 'odsother'))).toBe('NAME_TAKEN')
    expect(await refusalCode(move(id, Array.from({ length: 19 }, () => 'deep').join('/')))).toBe('FOLDER_PATH_INVALID')
  })

  test('are removed when they are empty; what was deleted from them comes back at the top', async () => {
    const workspace = await tenant.workspace()
    const { add, remove, paths } = folders(workspace)
    const at = development(world, owner, workspace)
    const folder = await add('ods')
    const file = await at.write('file')
    await at.save(file.id, { revision: 1, folderId: folder.id })
    expect(await refusalCode(remove(folder.id))).toBe('FOLDER_NOT_EMPTY')
    await at.ask('delete', [file.id])
    await remove(folder.id)
    expect(await paths()).toEqual([])
    const params = { workspaceId: workspace.id, fileId: file.id }
    const back = await owner.api.call('POST /workspaces/{workspaceId}/files/{fileId}/restore', { params })
    expect(back.folderId).toBeNull()
    expect(await refusalCode(at.save(file.id, { revision: 2, folderId: folder.id }))).toBe('NOT_FOUND')
  })
})
