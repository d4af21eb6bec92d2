/** Measuring one number by one statement, in bounded time. */
import type { Session } from './engine.ts'
import type { Measured } from './messages.ts'

const LONGEST_MS = 600_000
const INTERRUPT_AGAIN_MS = 500
const MOST_SHOWN = 100
/** As databases write numbers; what else JavaScript would read (an empty text, 0x10) is none. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/

export async function measured(session: Session, statement: string): Promise<Measured> {
  let late = false
  let again: NodeJS.Timeout | undefined
  const timer = setTimeout(() => {
    late = true
    session.interrupt()
    // What is said between two statements a database does not hear.
    again = setInterval(() => session.interrupt(), INTERRUPT_AGAIN_MS)
  }, LONGEST_MS)
  try {
    const { rows, columns, value } = await session.measure(statement)
    if (rows !== 1 || columns !== 1) return { answer: `${rows} rows of ${columns} columns` }
    const number = value === null || !NUMBER.test(value) ? Number.NaN : Number(value)
    return Number.isFinite(number)
      ? { value: number }
      : { answer: value === null ? 'NULL' : value.slice(0, MOST_SHOWN) }
  } catch (error) {
    return { problem: late ? `it took longer than ${LONGEST_MS / 60_000} minutes` : (error as Error).message }
  } finally {
    clearTimeout(timer)
    clearInterval(again)
  }
}
