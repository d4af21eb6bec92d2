/**
 * Reads SQL in a thread of its own. Thousands of operators in one expression overrun the parser's stack, and it is of no use afterwards: the thread then ends, and another takes its place.
 */
import { parentPort } from 'node:worker_threads'
import { init, parse } from '@guanmingchiu/sqlparser-ts'
import { tablesOfSql } from '@holdpoint/core'
import type { Asked, Said, SqlProblem } from './parse-sql.ts'

const port = parentPort!
await init()

port.on('message', ({ content, dialects }: Asked) => {
  port.postMessage(read(content, dialects))
})

/** The first dialect that knows all of it decides; where none does, what the first has to say. */
function read(content: string, dialects: Asked['dialects']): Said {
  let first: Said | undefined
  for (const dialect of dialects) {
    try {
      return { ...tablesOfSql(parse(content, dialect), (name) => !name.includes(PARAMETER)), problems: [] }
    } catch (error) {
      const problem = problemOf((error as Error).message)
      if (problem === null) throw error
      first ??= { inputs: [], outputs: [], problems: [problem] }
    }
  }
  return first!
}

/** What stands for `${`: a letter, so that a name with a parameter in it is a name. */
const PARAMETER = 'ᐁ'

/** Null: these are not the parser's words, so it is broken. */
function problemOf(message: string): SqlProblem | null {
  const own = /^(sql parser error: )?(.*?)\.?(?: at Line: (\d+), Column: (\d+).*)?$/s.exec(message)
  if (own === null || (own[1] === undefined && own[3] === undefined)) return null
  const [, , problem = '', line = '1', column = '1'] = own
  return {
    line: Math.max(1, Number(line)),
    column: Math.max(1, Number(column)),
    problem: problem.replace(/ᐁ_(\w*?)_/g, (_, name: string) => `\${${name}}`),
  }
}
