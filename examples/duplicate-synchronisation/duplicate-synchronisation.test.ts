import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf, served } from '../../test/example.ts'
import { startWorld, until, type World } from '../../test/world.ts'

const job = (table: string, to: string) =>
  JSON.stringify({
    type: 'job',
    steps: [
      { stepType: 'mysql', category: 'reader', parameter: { datasource: 'shop', table: [table], column: ['*'] } },
      { stepType: 'odps', category: 'writer', parameter: { datasource: 'warehouse', table: to } },
    ],
  })

describe('duplicate synchronisation', () => {
  let world: World
  let example: Example
  let service: Awaited<ReturnType<typeof served>>
  let ordersId: number
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'duplicate-synchronisation', ['commit-file', 'deploy-file'], { hasOptions: false })
    const { tenant, workspace } = example
    const script = { path: 'sync_orders', content: job('orders', 'ods_orders'), runtime: { command: 'DI' } }
    const node = { id: 'sync', name: 'sync_orders', recurrence: 'Normal', script }
    const flowspec = { version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } }
    service = await served(world, 'duplicate-synchronisation', example)
    const params = { workspaceId: workspace.id }
    // It is asked about the import as well, and lets it pass.
    await tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
      params,
      body: { environment: 'PROD', flowspec },
    })
    const query = { name: 'sync_orders' }
    const published = await until(
      world.server,
      () => tenant.owner.api.call('GET /workspaces/{workspaceId}/nodes', { params, query }),
      ({ items }) => items.length > 0,
    )
    ordersId = published.items[0]!.id
  })
  afterAll(async () => {
    await world?.stop()
    service?.stop()
  })

  const asked = (Content: string, NodeId?: number, point = 'commit-file') =>
    example.asked(point, { CommittedFile: { Content, FileName: 'sync', FileType: 23, ...(NodeId && { NodeId }) } })

  test('OK: nobody else reads it; it is the task itself; it is no synchronisation', async () => {
    expect(await asked(job('customers', 'ods_customers'))).toEqual({ result: 'OK', comment: '' })
    expect(await asked(job('orders', 'ods_orders'), ordersId, 'deploy-file')).toMatchObject({ result: 'OK' })
    expect(await asked('select 1')).toMatchObject({ result: 'OK' })
  })

  test('FAIL: another task brings the same to the same table', async () => {
    expect(await asked(job('orders', 'ods_orders'))).toEqual({
      result: 'FAIL',
      comment: 'The same data are brought to the same table by `sync_orders`.',
    })
  })

  test('WARN: another task reads the same', async () => {
    expect(await asked(job('orders', 'ods_orders_again'), undefined, 'deploy-file')).toMatchObject({
      result: 'WARN',
      comment: expect.stringContaining('`sync_orders`'),
    })
  })
})
