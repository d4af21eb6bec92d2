// What an extension has done, line by line in a file that outlives its process: a line is there before what it tells of is told to anybody.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import type { Result } from './behaviour.ts'

export type Line = { readonly atMs: number; readonly messageId: string } & (
  | { readonly is: 'received' }
  /** From here on the extension answers, whatever happens to its process. */
  | { readonly is: 'taken' }
  | { readonly is: 'sent'; readonly result: Result }
  /** `code` is null where the result was acknowledged, else why it was refused. */
  | { readonly is: 'answered'; readonly result: Result; readonly code: string | null }
)

type WithoutTime<L> = L extends unknown ? Omit<L, 'atMs'> : never
export type Journal = { write(line: WithoutTime<Line>): void }

/** Opens it to go on; what a killed process has written of its last line counts as not written. */
export function openJournal(file: string): { readonly before: readonly Line[]; readonly journal: Journal } {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const descriptor = openSync(file, 'a')
  if (text !== '' && !text.endsWith('\n')) writeSync(descriptor, '\n')
  return {
    before: linesIn(text),
    journal: { write: (line) => void writeSync(descriptor, `${JSON.stringify({ atMs: Date.now(), ...line })}\n`) },
  }
}

/** Reads on where it ended the last time. */
export function followJournal(file: string): () => readonly Line[] {
  let read = 0
  return () => {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    if (size === read) return []
    const buffer = Buffer.alloc(size - read)
    const descriptor = openSync(file, 'r')
    readSync(descriptor, buffer, 0, buffer.length, read)
    closeSync(descriptor)
    const whole = buffer.lastIndexOf(0x0a) + 1
    read += whole
    return linesIn(buffer.subarray(0, whole).toString())
  }
}

function linesIn(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line]
    } catch {
      return []
    }
  })
}
