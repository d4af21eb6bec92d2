import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Example, exampleOf, served } from '../../test/example.ts'
import { startWorld, type World } from '../../test/world.ts'

describe('prohibited functions', () => {
  let world: World
  let example: Example
  let service: Awaited<ReturnType<typeof served>>
  beforeAll(async () => {
    world = await startWorld()
    example = await exampleOf(world, 'prohibited-functions', ['commit-file', 'deploy-file'])
    service = await served(world, 'prohibited-functions', example)
  })
  afterAll(async () => {
    await world?.stop()
    service?.stop()
  })

  const asked = (Content: string, point = 'commit-file') => example.asked(point, { CommittedFile: { Content } })

  test('OK: code without it, and a comment that names it', async () => {
    expect(await asked("select * from orders where dt = '20260101'")).toEqual({ result: 'OK', comment: '' })
    expect(await asked('select 1 -- no max_pt(orders) any more')).toMatchObject({ result: 'OK' })
  })

  test('FAIL: code that calls it, where the workspace has chosen nothing or so', async () => {
    const calls = "select * from orders where dt = max_pt('orders')"
    expect(await asked(calls)).toMatchObject({ result: 'FAIL', comment: expect.stringContaining('MAX_PT') })
    await example.choose({ checkStatus: 'FAIL' })
    expect(await asked(calls, 'deploy-file')).toMatchObject({ result: 'FAIL' })
  })

  test('WARN: the same code, where the workspace has chosen a warning', async () => {
    await example.choose({ checkStatus: 'WARN' })
    expect(await asked("select MAX_PT ('orders')")).toMatchObject({ result: 'WARN' })
  })

  test('a real commit of code that calls it is refused, and there is no version; with a warning it goes into production', async () => {
    const code = (call: string) => `select * from orders where dt = ${call}`
    await example.choose({ checkStatus: 'FAIL' })
    expect(await example.brought('newest', code("max_pt('orders')"))).toEqual({
      commit: 'refused',
      deploy: null,
      comment: expect.stringContaining('MAX_PT'),
      version: 0,
      nodeId: null,
    })
    const clean = { commit: 'done', deploy: 'done', comment: '', version: 1, nodeId: expect.any(Number) }
    expect(await example.brought('of_a_day', code("'20260101'"))).toEqual(clean)
    await example.choose({ checkStatus: 'WARN' })
    expect(await example.brought('newest_warned', code("max_pt('orders')"))).toEqual({
      ...clean,
      comment: expect.stringContaining('MAX_PT'),
    })
  })

  test('what was committed with a warning is not deployed once the workspace refuses it', async () => {
    await example.choose({ checkStatus: 'WARN' })
    const refuse = () => example.choose({ checkStatus: 'FAIL' })
    expect(await example.brought('warned_before', "select max_pt('orders')", refuse)).toEqual({
      commit: 'done',
      deploy: 'refused',
      comment: expect.stringContaining('MAX_PT'),
      version: 1,
      nodeId: null,
    })
  })

  test('what Holdpoint has not signed is refused', async () => {
    const body = JSON.stringify({ id: 'made-up', data: { blockBusiness: true, projectId: 1 } })
    expect((await fetch(service.url, { method: 'POST', body })).status).toBe(401)
  })
})
