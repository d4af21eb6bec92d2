/** What statements of Data Quality measure, as whoever judges it needs it. */
import { Refusal } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import type { Measured } from './inside/messages.ts'
import type { SqlRunner } from './sql.ts'

/** What PostgreSQL can keep of a text from outside. */
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd')

export type Measurement = {
  readonly is: { readonly value: number } | { readonly reason: Refusal }
  readonly beganAt: Date
  readonly endedAt: Date
}

export async function measure(
  sql: SqlRunner,
  dataSource: DataSource,
  statements: readonly string[],
  signal: AbortSignal,
): Promise<readonly Measurement[] | null> {
  const done: Measurement[] = []
  let beganAt = new Date()
  const note = (is: Measurement['is']) => {
    const endedAt = new Date()
    done.push({ is, beganAt, endedAt })
    beganAt = endedAt
  }
  const heard = (one: Measured) => {
    if (done.length < statements.length) note(measurementOf(one))
  }
  const ended = await sql.measure(dataSource, statements, heard, signal)
  if (ended.ended === 'stopped') return null
  // The process has gone before it had come to these.
  while (done.length < statements.length)
    note({ reason: ended.ended === 'failed' ? ended.reason : new Refusal('OPERATION_FAULT') })
  return done
}

function measurementOf(is: Measured): Measurement['is'] {
  if ('value' in is && typeof is.value === 'number') return { value: is.value }
  if ('answer' in is) return { reason: new Refusal('QUALITY_NO_NUMBER', { answer: storable(String(is.answer)) }) }
  const problem = storable('problem' in is ? String(is.problem) : 'it said nothing')
  return { reason: new Refusal('QUALITY_MEASURING_FAILED', { problem }) }
}
