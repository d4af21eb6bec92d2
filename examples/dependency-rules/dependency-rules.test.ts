import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf } from '../../test/example.ts'
import { startWorld, type World } from '../../test/world.ts'

describe('dependency rules', () => {
  let world: World
  let example: Example
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'dependency-rules', ['commit-file', 'deploy-file'], { isFunction: true })
  })
  afterAll(() => world?.stop())

  const asked = (inputs: Record<string, 'AUTO' | 'MANUAL'>, sql = 'from shop.ods_orders', point = 'commit-file') =>
    example.asked(point, {
      CommittedFile: {
        Content: `insert overwrite table dwd_orders select * ${sql}`,
        NodeConfiguration: {
          InputList: Object.entries(inputs).map(([Input, ParseType]) => ({ Input, ParseType })),
          OutputList: [{ Output: 'shop.dwd_orders', RefTableName: 'dwd_orders' }],
        },
      },
    })

  test('OK: it waits for what it reads, and may read what it writes', async () => {
    expect(await asked({ 'shop.ods_orders': 'AUTO' })).toMatchObject({ result: 'OK' })
    const both = 'from shop.ods_orders join dwd_orders using (id) -- from ods_items'
    expect(await asked({ 'shop.ods_orders': 'AUTO' }, both, 'deploy-file')).toMatchObject({ result: 'OK' })
  })

  test('FAIL: it does not wait for what it reads, or waits for a layer above its own', async () => {
    expect(await asked({ 'shop.ads_report': 'AUTO' })).toEqual({
      result: 'FAIL',
      comment: [
        '- It reads `ods_orders` and does not wait for it.',
        '- It waits for `ads_report`, of a layer above its own, dwd.',
      ].join('\n'),
    })
  })

  test('WARN: it waits by hand for what it does not read', async () => {
    expect(await asked({ 'shop.ods_orders': 'AUTO', 'shop.ods_stock': 'MANUAL' })).toEqual({
      result: 'WARN',
      comment: 'It waits for shop.ods_stock without reading it.',
    })
  })

  test('the workspace names its layers', async () => {
    await example.choose({ layers: 'ads, dwd' })
    expect(await asked({ 'shop.ods_orders': 'AUTO', 'shop.ads_report': 'AUTO' })).toMatchObject({ result: 'OK' })
  })
})
