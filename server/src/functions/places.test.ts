// Who gets a place and who waits, and what is said where nothing runs.
import { describe, expect, test } from 'vitest'
import { invocationOf, testHosts } from '../../../test/functions.ts'

const SLOW = 'export default () => new Promise((go) => setTimeout(go, 150, 1))'

describe('places', () => {
  const { hosts } = testHosts({
    limits: { inAll: 2, perTenant: 2, waitingPerTenant: 3, processes: 1, longestWaitMs: 60_000 },
  })

  test('who finds none and no room to wait is refused with the reason', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => hosts.invoke(invocationOf(SLOW))))
    const refused = outcomes.filter(({ ended }) => ended === 'refused')
    expect(refused).toHaveLength(3)
    expect(refused[0]!.error).toBe('too many calls of functions wait for a place')
    for (const outcome of outcomes)
      if (outcome.ended !== 'refused') expect(outcome).toMatchObject({ ended: 'returned', value: '1' })
  })

  test('a tenant that is always busy keeps no other one out, though there is one process only', async () => {
    let going = true
    const busy = Array.from({ length: 3 }, async () => {
      while (going) await hosts.invoke(invocationOf(SLOW, { tenantId: 1 }))
    })
    for (let round = 0; round < 3; round++)
      expect(await hosts.invoke(invocationOf('export default () => 2', { tenantId: 2 }))).toMatchObject({
        ended: 'returned',
        value: '2',
      })
    going = false
    await Promise.all(busy)
  })
})

describe('where less than what is asked for is permitted', () => {
  const { hosts } = testHosts({ required: 'namespaces', fence: (all) => all.at(-1)! })

  test('nothing runs, and it says why', async () => {
    expect(await hosts.probe()).toMatchObject({ isolation: 'none' })
    expect(await hosts.invoke(invocationOf('export default () => 1'))).toMatchObject({
      ended: 'refused',
      error: /asks for namespaces/,
    })
    expect(hosts.isolation()).toBe('none')
  })
})

describe('where functions are switched off', () => {
  const { hosts } = testHosts({ required: 'off' })

  test('nothing runs, and it says why', async () => {
    expect(await hosts.invoke(invocationOf('export default () => 1'))).toMatchObject({
      ended: 'refused',
      error: /is off/,
    })
    expect(await hosts.check('export default () => 1')).toMatch(/is off/)
    expect(await hosts.probe()).toMatchObject({ isolation: 'none', description: /is off/ })
  })
})
