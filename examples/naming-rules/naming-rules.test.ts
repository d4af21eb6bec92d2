import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf } from '../../test/example.ts'
import { startWorld, type World } from '../../test/world.ts'

describe('naming rules', () => {
  let world: World
  let example: Example
  beforeAll(async () => {
    world = await startWorld()
    const points = ['commit-table', 'deploy-table', 'commit-file', 'deploy-file']
    example = await exampleOf(world, 'naming-rules', points, { isFunction: true })
  })
  afterAll(() => world?.stop())

  const table = (TableName: string, columns: Record<string, string>, Comment = 'Orders') => ({
    TableModel: {
      TableName,
      Comment,
      Columns: Object.entries(columns).map(([ColumnName, Comment]) => ({ ColumnName, ColumnType: 'BIGINT', Comment })),
    },
  })
  const file = (FileName: string, Comment: string) => ({ CommittedFile: { FileName, Comment, Content: 'select 1' } })

  test('OK: names as they are to be, with comments', async () => {
    expect(await example.asked('commit-table', table('dwd_orders', { order_id: 'Id' }))).toMatchObject({ result: 'OK' })
    expect(await example.asked('deploy-file', file('dwd_orders.sql', 'daily'))).toMatchObject({ result: 'OK' })
  })

  test('FAIL: another prefix, or capital letters, each of them said', async () => {
    expect(await example.asked('commit-table', table('Orders', { OrderId: 'Id' }))).toEqual({
      result: 'FAIL',
      comment: [
        '- `Orders`: small letters, digits and underscores only',
        '- `OrderId`: small letters, digits and underscores only',
        '- `Orders` begins with none of ods_ dwd_ dws_ ads_ dim_ tmp_',
      ].join('\n'),
    })
    expect(await example.asked('commit-file', file('orders.sql', 'daily'))).toMatchObject({ result: 'FAIL' })
  })

  test('WARN: no comment', async () => {
    expect(await example.asked('deploy-table', table('dwd_orders', { order_id: '' }, ''))).toEqual({
      result: 'WARN',
      comment: 'Without a comment: dwd_orders, order_id',
    })
  })

  test('the workspace chooses its prefixes', async () => {
    await example.choose({ prefixes: 'shop_' })
    expect(await example.asked('commit-file', file('shop_orders.sql', 'daily'))).toMatchObject({ result: 'OK' })
    expect(await example.asked('commit-file', file('dwd_orders.sql', 'daily'))).toMatchObject({ result: 'FAIL' })
  })
})
