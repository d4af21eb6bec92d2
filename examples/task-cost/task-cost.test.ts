import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf } from '../../test/example.ts'
import { startWorld, type World } from '../../test/world.ts'

describe('the cost of a task', () => {
  let world: World
  let example: Example
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'task-cost', ['commit-file', 'deploy-file'], { isFunction: true })
    const { code, author } = example
    await author.api.call('PATCH /extensions/{code}/function', {
      params: { code },
      body: { environment: { TABLE_GB: '{"ods_orders": 120, "ods_items": 90}', TABLE_DAYS: '30' } },
    })
  })
  afterAll(() => world?.stop())

  const asked = (Content: string, point = 'commit-file') => example.asked(point, { CommittedFile: { Content } })
  const ALL = 'select * from shop.ods_orders o JOIN ods_items i on o.id = i.order_id'

  test('OK: it reads one day of two tables', async () => {
    expect(await asked(`${ALL} where dt = '20260101'`)).toEqual({
      result: 'OK',
      comment: 'It reads about 7 GB with complexity 1: 7 units a run.',
    })
  })

  test('FAIL: it reads all of both', async () => {
    expect(await asked(ALL, 'deploy-file')).toEqual({
      result: 'FAIL',
      comment: 'It reads about 210 GB with complexity 1: 210 units a run, more than 100.',
    })
  })

  test('WARN: nobody knows how large a table is', async () => {
    expect(await asked('select * from ods_stock')).toMatchObject({
      result: 'WARN',
      comment: expect.stringContaining('ods_stock'),
    })
  })

  test('the workspace chooses how much it may be', async () => {
    await example.choose({ cuNumber: '210' })
    expect(await asked(ALL)).toMatchObject({ result: 'OK' })
    await example.choose({ cuNumber: '209' })
    expect(await asked(ALL)).toMatchObject({ result: 'FAIL' })
  })
})
