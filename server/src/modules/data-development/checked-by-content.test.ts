// An extension as people write them: a service that is sent events, reads what it is asked about, and answers by what stands in the code.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { development, statesOf } from '../../../../test/deployments.ts'
import {
  callBack,
  dialect,
  type Extension,
  PATIENCE,
  type Received,
  startWorld,
  type World,
} from '../../../../test/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

/** What is told of the code, by extension point. */
type Told = Readonly<
  Partial<Record<'CommittedFile' | 'DeletedFile', { readonly Content: string; readonly FileId: number }>>
>

test.each(['standard', 'basic'] as const)(
  'code that an extension finds fault with is neither committed, deployed nor deleted, and all else is (%s mode)',
  async (mode) => {
    const tenant = await world.tenant()
    const workspace = await tenant.workspace(mode)
    const at = development(world, tenant.owner, workspace)
    const asked: string[] = []
    let faulty = 'max_pt'
    let extension: Extension
    const receiver = await world.receiver(async ({ body }: Received) => {
      const envelope = JSON.parse(body)
      const { eventCode } = envelope.data
      if (!['commit-file', 'deploy-file', 'delete-file'].includes(eventCode)) return { status: 200 }
      const { body: answer } = await dialect(world.server, extension.author, 'GetIDEEventDetail', {
        MessageId: envelope.id,
        ProjectId: workspace.id,
      })
      const detail = (answer.EventDetail ?? {}) as Told
      const told = detail.CommittedFile ?? detail.DeletedFile
      asked.push(`${eventCode} ${envelope.data.fileName}`)
      const result = told === undefined || told.Content.includes(faulty) ? 'FAIL' : 'OK'
      await callBack(world.server, extension, envelope.id, result, 'UpdateIDEEventResult')
      return { status: 200 }
    })
    await tenant.route(workspace, receiver.url)
    extension = await tenant.extension({
      points: ['commit-file', 'deploy-file', 'delete-file'],
      enabledIn: [workspace],
    })
    const ended = async (kind: 'commit' | 'deploy' | 'delete', files: readonly number[]) => {
      const { id } = await at.ask(kind, files)
      const found = await vi.waitUntil(async () => {
        const now = await at.deployment(id)
        return now.state === 'open' ? null : now
      }, PATIENCE)
      return statesOf(found)
    }
    const good = await at.write('good', { content: `select * from orders where ds = '20260101'` })
    const bad = await at.write('bad', { content: `select * from orders where ds = max_pt('orders')` })
    expect(await ended('commit', [good.id, bad.id])).toEqual({ good: 'done', bad: 'refused' })
    expect([(await at.versions(good.id)).length, (await at.versions(bad.id)).length]).toEqual([1, 0])
    if (mode === 'standard') {
      faulty = 'nothing that is there'
      await ended('commit', [bad.id])
      faulty = 'max_pt'
      expect(await ended('deploy', [good.id, bad.id])).toEqual({ good: 'done', bad: 'refused' })
    }
    expect((await at.nodeNames()).toSorted()).toEqual([`${workspace.identifier}_root`, 'good'].toSorted())
    expect(await ended('delete', [good.id, bad.id])).toEqual({ good: 'done', bad: 'refused' })
    expect((await at.file(good.id)).deletedAt).not.toBeNull()
    expect((await at.file(bad.id)).deletedAt).toBeNull()
    const committing = mode === 'standard' ? 'commit-file' : 'deploy-file'
    expect(asked).toEqual(expect.arrayContaining([`${committing} good`, `${committing} bad`, 'delete-file good']))
    expect(asked.some((one) => one.startsWith('commit-file'))).toBe(mode === 'standard')
  },
)

test('a function is told what the code is, and decides by it', async () => {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const at = development(world, tenant.owner, workspace)
  await tenant.extension({
    points: ['commit-file', 'deploy-file'],
    source: `export default (request: unknown, { snapshot }: any) => {
      const { Content, NodeConfiguration } = snapshot.CommittedFile
      const faults = [/max_pt/.test(Content) && 'max_pt', NodeConfiguration.CronExpress.startsWith('00 00 00') && 'midnight']
      return { checkResult: faults.some(Boolean) ? 'FAIL' : 'OK', checkMessage: faults.filter(Boolean).join(', ') }
    }`,
    enabledIn: [workspace],
  })
  const files = [
    await at.write('good', {}),
    await at.write('bad', { content: `select max_pt('a')` }),
    await at.write('late', { cron: '00 00 00 * * ?' }),
  ]
  const { id } = await at.ask(
    'commit',
    files.map((file) => file.id),
  )
  const ended = await vi.waitUntil(async () => {
    const now = await at.deployment(id)
    return now.state === 'open' ? null : now
  }, PATIENCE)
  expect(statesOf(ended)).toEqual({ good: 'done', bad: 'refused', late: 'refused' })
  expect(ended.items.map((item) => item.checks[0]!.comment || '')).toEqual(['', 'max_pt', 'midnight'])
})
