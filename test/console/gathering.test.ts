import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ChangeNews, gather } from '../../console/src/api/stream.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('hands the first change on at once and makes one of the burst that follows', () => {
  const handed: ChangeNews[] = []
  const { add } = gather((what) => handed.push(what))
  add(['operation'])
  expect(handed).toEqual([['operation']])
  for (let i = 0; i < 100; i++) add([i % 2 === 0 ? 'node' : 'operation'])
  expect(handed).toHaveLength(1)
  vi.runAllTimers()
  expect(handed).toEqual([['operation'], ['node', 'operation']])
})

it('lets everything swallow what is gathered beside it', () => {
  const handed: ChangeNews[] = []
  const { add } = gather((what) => handed.push(what))
  add(['node'])
  add(['operation'])
  add('everything')
  add(['extension'])
  vi.runAllTimers()
  expect(handed).toEqual([['node'], 'everything'])
})

it('hands nothing on after it is stopped', () => {
  const handed: ChangeNews[] = []
  const { add, stop } = gather((what) => handed.push(what))
  add(['node'])
  add(['operation'])
  stop()
  vi.runAllTimers()
  expect(handed).toEqual([['node']])
})
