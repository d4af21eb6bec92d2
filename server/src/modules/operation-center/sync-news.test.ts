import { Refusal } from '@holdpoint/core'
import { expect, test } from 'vitest'
import { PATIENCE } from '../../../../test/world.ts'
import { type SyncNews, syncTeller } from './sync-news.ts'

const moved = (target: string, rows: number, position: string | null = null) => ({
  ...{ source: target, target, rows, bytes: rows * 10, position },
})

test('what is said of a table is added up until it is told, and all of it is told before the end', async () => {
  const told: [number, SyncNews][] = []
  const teller = syncTeller(7, async (id, news) => void told.push([id, news]), expect.fail)
  teller.progress(moved('a', 1, '1'))
  teller.progress(moved('b', 5))
  teller.progress(moved('a', 2, '3'))
  await teller.end()
  expect(told).toEqual([[7, { progress: [moved('a', 3, '3'), moved('b', 5)] }]])
  await teller.end()
  expect(told).toHaveLength(1)
})

test('what could not be told is told with what came since, a fault of a row of them once', async () => {
  const told: SyncNews[] = []
  const faults: unknown[] = []
  let away = true
  const tell = async (_: number, news: SyncNews) => {
    if (away) throw new Error('away')
    told.push(news)
  }
  const teller = syncTeller(7, tell, (error) => void faults.push(error))
  const reason = new Refusal('DATA_SOURCE_UNREACHABLE', { name: 'shop', problem: 'gone' })
  teller.progress(moved('a', 1, '1'))
  teller.retrying({ retries: 1, reason })
  await expect.poll(() => faults.length, PATIENCE).toBe(1)
  teller.progress(moved('a', 1, '2'))
  teller.retrying(null)
  await teller.end()
  expect(faults).toHaveLength(1)
  away = false
  await teller.end()
  expect(told).toEqual([{ progress: [moved('a', 2, '2')], retrying: null }])
})
