import { EVENTS } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type Tenant, type World } from '../../../test/world.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

let serial = 0
async function busWith(...rules: { pattern?: Record<string, unknown>; targets: Record<string, unknown>[] }[]) {
  const { api } = tenant.owner
  const bus = await api.call('POST /event-buses', { body: { name: `bus-${++serial}` } })
  for (const [i, rule] of rules.entries()) await addRule(bus.id, `rule-${i}`, rule)
  return bus
}
const addRule = (busId: number, name: string, rule: { pattern?: Record<string, unknown>; targets: unknown[] }) =>
  tenant.owner.api.call('POST /event-buses/{busId}/rules', { params: { busId }, body: { name, ...rule } as never })
const http = (name: string, serves: string[] | null = null) => ({ name, endpoint: 'https://example.com/', serves })
const on = (name: string, busId: number) => ({ name, kind: 'bus', settings: { busId } })
const lead = (workspaceId: number, busId: number, enabled = true) =>
  tenant.owner.api.call('PUT /workspaces/{workspaceId}/channel', { params: { workspaceId }, body: { busId, enabled } })

/** Of a workspace: by event, the names of the targets it reaches and the extensions with whether it reaches them. */
async function routingOf(workspaceId: number) {
  const { targets, events } = await tenant.owner.api.call('GET /workspaces/{workspaceId}/routing', {
    params: { workspaceId },
  })
  const names = new Map(targets.map((one) => [one.id, one.name]))
  return new Map(
    events.map((one) => [
      one.eventCode,
      {
        targets: one.targetIds.map((id) => names.get(id)),
        extensions: one.extensions.map(({ code, routed }) => ({ code, routed })),
      },
    ]),
  )
}

describe('what reaches whom', () => {
  test('every event of the level has its targets, by the rules that leave room for it', async () => {
    const workspace = await tenant.workspace()
    const bus = await busWith(
      { targets: [http('all')] },
      { pattern: { data: { eventCode: ['freeze-node'], projectId: [1] } }, targets: [http('frozen')] },
    )
    await lead(workspace.id, bus.id)
    const found = await routingOf(workspace.id)
    expect([...found.keys()]).toEqual(EVENTS.filter((one) => one.scope === 'workspace').map((one) => one.eventCode))
    expect(found.get('freeze-node')!.targets).toEqual(['all', 'frozen'])
    expect(found.get('unfreeze-node')!.targets).toEqual(['all'])
    await lead(workspace.id, bus.id, false)
    expect((await routingOf(workspace.id)).get('freeze-node')!.targets).toEqual([])
  })

  test('Rule 25: an extension that no target serves is not routed', async () => {
    const workspace = await tenant.workspace()
    const points = ['freeze-node', 'undeploy-node']
    const served = await tenant.extension({ points, enabledIn: [workspace] })
    const left = await tenant.extension({ points, enabledIn: [workspace] })
    const testing = await tenant.extension({ publish: false, testWorkspace: workspace })
    await tenant.extension({ points })
    const bus = await busWith({
      pattern: { data: { eventCode: ['freeze-node'] } },
      targets: [http('t', [served.code])],
    })
    await lead(workspace.id, bus.id)
    const found = await routingOf(workspace.id)
    expect(found.get('freeze-node')!.extensions).toEqual([
      { code: served.code, routed: true },
      { code: left.code, routed: false },
      { code: testing.code, routed: false },
    ])
    expect(found.get('undeploy-node')!.extensions).toEqual([
      { code: served.code, routed: false },
      { code: left.code, routed: false },
    ])
    expect(found.get('unfreeze-node')!.extensions).toEqual([])
  })

  test('events go on over further buses, three at most, and loops end', async () => {
    const workspace = await tenant.workspace()
    const { code } = await tenant.extension({ enabledIn: [workspace] })
    const five = await busWith({ targets: [http('five')] })
    const four = await busWith({ targets: [http('four'), on('to-five', five.id)] })
    const three = await busWith({ targets: [on('to-four', four.id)] })
    const two = await busWith({
      pattern: { data: { eventCode: ['freeze-node'] } },
      targets: [on('to-three', three.id)],
    })
    const one = await busWith({ targets: [on('to-two', two.id)] })
    await addRule(four.id, 'back', { targets: [on('back', one.id)] })
    await lead(workspace.id, one.id)
    const found = await routingOf(workspace.id)
    expect(found.get('freeze-node')!.targets.toSorted()).toEqual([
      'back',
      'four',
      'to-five',
      'to-four',
      'to-three',
      'to-two',
    ])
    expect(found.get('freeze-node')!.extensions).toEqual([{ code, routed: true }])
    expect(found.get('unfreeze-node')!.targets).toEqual(['to-two'])
    await lead(workspace.id, two.id)
    expect((await routingOf(workspace.id)).get('freeze-node')!.targets).toContain('five')
  })

  test('a rule that is switched off takes nothing', async () => {
    const workspace = await tenant.workspace()
    const bus = await busWith()
    await addRule(bus.id, 'off', { enabled: false, targets: [http('t')] } as never)
    await lead(workspace.id, bus.id)
    expect((await routingOf(workspace.id)).get('freeze-node')!.targets).toEqual([])
  })

  test('tenant-level events are shown by themselves', async () => {
    const bus = await busWith({ targets: [http('t')] })
    await tenant.owner.api.call('PUT /tenant-channel', { body: { busId: bus.id } })
    const { channel, targets, events } = await tenant.owner.api.call('GET /tenant-routing')
    expect(channel).toMatchObject({ workspaceId: null, bus: { id: bus.id } })
    expect(events.map((one) => one.eventCode)).toEqual(
      EVENTS.filter((one) => one.scope === 'tenant').map((one) => one.eventCode),
    )
    expect(targets).toMatchObject([{ name: 't', busName: bus.name, ruleName: 'rule-0', kind: 'http' }])
  })
})
