/** Where a job may be told to start: at a value of the change column of every table that it brings. */
import { Refusal } from '@holdpoint/core'
import type { PreviewedTable } from '../../runners/runners.ts'
import type { SyncJobRow } from '../../store/sync-jobs.ts'

const A_NUMBER = /^-?\d{1,38}(\.\d{1,18})?$/
const A_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$/

export function startPosition(
  { name, definition }: Pick<SyncJobRow, 'name' | 'definition'>,
  position: string,
  tables: readonly PreviewedTable[],
): void {
  const refuse = (problem: string) => {
    throw new Refusal('SYNC_POSITION_INVALID', { name, position, problem })
  }
  if (definition.kind === 'full') refuse('it brings everything each time, and follows no change column')
  const isNumber = A_NUMBER.test(position)
  if (!isNumber && !isTime(position)) refuse('write a number, or a time as yyyy-mm-dd hh:mm:ss in UTC')
  for (const { change, source } of tables)
    if (change !== null && (change.type === 'number') !== isNumber)
      refuse(`${change.name} of ${source.table} is ${change.native}`)
}

/** Of a day that there is. */
function isTime(text: string): boolean {
  if (!A_TIME.test(text)) return false
  const at = new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text.slice(0, 10)
}
