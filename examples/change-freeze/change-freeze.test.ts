import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf } from '../../test/example.ts'
import { ask, detailOf, startWorld, until, type World } from '../../test/world.ts'

const POINTS = ['commit-file', 'deploy-file', 'freeze-node', 'unfreeze-node', 'undeploy-node']
const DAY_MS = 86_400_000
const day = (daysAhead: number) => new Date(Date.now() + daysAhead * DAY_MS).toISOString().slice(0, 10)
/** Whatever day it becomes while the test runs. */
const now = () => `${day(-1)}..${day(1)} the fair`

describe('the change freeze', () => {
  let world: World
  let example: Example
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'change-freeze', POINTS, { isFunction: true })
  })
  afterAll(() => world?.stop())

  test('OK: on any day, until days are chosen; and on other days', async () => {
    expect(await example.asked('commit-file', {})).toMatchObject({ result: 'OK' })
    await example.choose({ days: `2001-01-01\n${day(2)}..${day(9)}\nwhat is no day` })
    expect(await example.asked('deploy-file', {})).toMatchObject({ result: 'OK' })
  })

  test('FAIL: on a chosen day, with the line that says so', async () => {
    await example.choose({ days: `2001-01-01\n${now()}`, utcOffset: '8' })
    expect(await example.asked('commit-file', {})).toMatchObject({
      result: 'FAIL',
      comment: expect.stringContaining('the fair'),
    })
  })

  test('WARN: on a chosen day, where the workspace has chosen a warning', async () => {
    await example.choose({ days: now(), checkStatus: 'WARN' })
    expect(await example.asked('deploy-file', {})).toMatchObject({ result: 'WARN' })
  })

  test('a real commit is refused on such a day, and there is no version; on any other it goes into production', async () => {
    await example.choose({ days: now(), checkStatus: 'FAIL' })
    expect(await example.brought('at_the_fair', 'select 1')).toEqual({
      commit: 'refused',
      deploy: null,
      comment: expect.stringContaining('the fair'),
      version: 0,
      nodeId: null,
    })
    await example.choose({ days: '2001-01-01', checkStatus: 'FAIL' })
    expect(await example.brought('on_a_working_day', 'select 1')).toMatchObject({
      ...{ commit: 'done', deploy: 'done', version: 1, nodeId: expect.any(Number) },
    })
  })

  test('what was committed before such a day is not deployed on it', async () => {
    await example.choose({ days: '2001-01-01', checkStatus: 'FAIL' })
    expect(
      await example.brought('too_late', 'select 1', () => example.choose({ days: now(), checkStatus: 'FAIL' })),
    ).toEqual({
      commit: 'done',
      deploy: 'refused',
      comment: expect.stringContaining('the fair'),
      version: 1,
      nodeId: null,
    })
  })

  test('with a warning it goes into production on such a day, and says so', async () => {
    await example.choose({ days: now(), checkStatus: 'WARN' })
    expect(await example.brought('with_a_warning', 'select 1')).toMatchObject({
      ...{ commit: 'done', deploy: 'done', nodeId: expect.any(Number) },
      comment: expect.stringContaining('the fair'),
    })
  })

  test('a real freeze is refused on such a day, and the node stays as it was', async () => {
    const { tenant, workspace } = example
    await example.choose({ days: '2001-01-01' })
    const { nodeId } = await example.brought('leaf', 'select 1')
    await example.choose({ days: now(), checkStatus: 'FAIL' })
    const { id } = await ask(tenant.owner, workspace, 'freeze-node', [nodeId!])
    const ended = await until(
      world.server,
      () => detailOf(tenant.owner, id),
      (one) => one.state !== 'held',
    )
    expect(ended).toMatchObject({ state: 'refused', checks: [{ result: 'FAIL' }] })
  })
})
