/**
 * Changing a real table (rule 50): looked at before and after, all or nothing, in one transaction of its database. Doing it again does nothing more.
 */
import { type FoundTable, sameTable, type TableProgram, tableDifference } from '@holdpoint/core'
import type { Session } from './engine.ts'
import type { TableDialect } from './table-dialects.ts'

/** Nothing of it was done. */
export class NotDone extends Error {
  /** `differs`: the table is neither what was checked nor what was wanted. */
  readonly because: 'differs' | 'failed'
  constructor(because: NotDone['because'], problem: string) {
    super(problem)
    this.because = because
  }
}

/** The table as the database says it is; null: there is none of this name. */
export async function lookAt(session: Session, dialect: TableDialect, name: string): Promise<FoundTable | null> {
  const rows = await session.ask(dialect.look(name))
  const [first] = rows
  if (first === undefined) return null
  if (rows.some(([kind]) => kind !== 'r'))
    throw new NotDone('failed', `what the database has under this name is no table`)
  return {
    comment: first[1]!,
    columns: rows.map(([, , column, type, comment]) => ({
      name: column!,
      type: dialect.typeFound(type!),
      comment: comment!,
      isPartition: false,
    })),
  }
}

/** Throws NotDone where nothing has been done for certain; anything else that it throws leaves that open. */
export async function changeTable(
  session: Session,
  dialect: TableDialect,
  { name, before, design, changes }: TableProgram,
  io: { log(text: string): void; readonly isStopped: () => boolean },
): Promise<void> {
  let committing = false
  try {
    await session.run('begin')
    for (const setting of dialect.settings) await session.run(setting)
    const lock = before === null ? null : dialect.lock(name)
    let found = await lookAt(session, dialect, name)
    if (found !== null && lock !== null) {
      await session.run(lock)
      found = await lookAt(session, dialect, name)
    }
    if (sameTable(found, design)) {
      io.log('the table is so already')
      return
    }
    if (!sameTable(found, before)) throw new NotDone('differs', difference(found, before))
    for (const statement of dialect.statements(name, design, changes)) {
      if (io.isStopped()) throw new NotDone('failed', 'it was stopped')
      io.log(statement)
      await session.run(statement)
    }
    const after = await lookAt(session, dialect, name)
    if (!sameTable(after, design)) throw new NotDone('failed', `it came out otherwise: ${difference(after, design)}`)
    committing = true
    await session.run('commit')
    io.log('committed')
  } catch (error) {
    if (committing || error instanceof NotDone) throw error
    throw new NotDone('failed', (error as Error).message)
  } finally {
    // Where the connection is gone the database does so itself.
    if (!committing) await session.run('rollback').catch(() => {})
  }
}

const MOST_SHOWN = 5

function difference(found: FoundTable | null, wanted: FoundTable | null): string {
  if (found === null) return 'it is not there'
  if (wanted === null) return 'it is there already'
  const { changes } = tableDifference(wanted, { ...found, dataSource: null, lifeCycleDays: null }, null)
  const told = changes.slice(0, MOST_SHOWN).map((change) => {
    if (change.kind === 'add-column') return `there is a column ${change.column.name} of type ${change.column.type}`
    if (change.kind === 'drop-column') return `there is no column ${change.column.name}`
    if (change.kind === 'change-type') return `the column ${change.column} has the type ${change.to}`
    if (change.kind === 'comment-column') return `the comment of the column ${change.column} is another one`
    return 'its comment is another one'
  })
  return told.join('; ')
}
