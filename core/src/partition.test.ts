import { expect, test } from 'vitest'
import { partitionText, readPartition } from './partition.ts'

test('a partition is columns with values, as they are written or in quotes', () => {
  const parts = readPartition(`dt=$[yyyymmdd-1]/region='eu west'`)
  expect(parts).toEqual([
    { column: 'dt', value: '$[yyyymmdd-1]' },
    { column: 'region', value: 'eu west' },
  ])
  expect(partitionText(parts!)).toBe('dt=$[yyyymmdd-1]/region=eu west')
})

test.each(['', 'dt', '=1', 'dt=1/', 'dt=1,dt=2', '1=1; drop table x'])('%j is none', (text) => {
  expect(readPartition(text)).toBeNull()
})
