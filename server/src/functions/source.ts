/** The source of a function as it is saved: TypeScript becomes JavaScript with every line and column where it was. */
import { stripTypeScriptTypes } from 'node:module'
import { Worker } from 'node:worker_threads'
import { type FunctionLanguage, Refusal } from '@holdpoint/core'

/**
 * What is run of a source; throws a Refusal beside `member`, the name that the request has for it, with line and column. JavaScript is left as it is:
 * whether it parses is told by `check` of the hosts.
 */
export async function toJavaScript(source: string, language: FunctionLanguage, member = 'source'): Promise<string> {
  if (language === 'javascript') return source
  const said = await compiled(source)
  if ('code' in said) return said.code
  if (said.stack === null) {
    const { problem } = said
    throw new Refusal('FUNCTION_INVALID', { problem, paths: [member], problems: [problem] })
  }
  const { line, column, problem } = placeOf(said.stack, said.problem)
  throw new Refusal('FUNCTION_SOURCE_INVALID', {
    line,
    column,
    problem,
    paths: [member],
    problems: [`line ${line}, column ${column}: ${problem}`],
  })
}

/** `stack`: the compiler's word on what is wrong, with the place; null where it has none. */
type Said = { readonly code: string } | { readonly problem: string; readonly stack: string | null }

const COMPILER = `const { parentPort, workerData } = require('node:worker_threads')
process.emitWarning = () => {}
try {
  parentPort.postMessage({ code: require('node:module').stripTypeScriptTypes(workerData) })
} catch ({ code, message, stack }) {
  const placed = /^ERR_\\w+_TYPESCRIPT_SYNTAX$/.test(code)
  parentPort.postMessage(placed ? { problem: message, stack } : { problem: 'it is nested too deeply to be read', stack: null })
}`
const COMPILED_WITHIN_MS = 20_000
const MOST_COMPILING = 2
const MOST_WAITING = 32
const COMPILER_LIMITS = { maxOldGenerationSizeMb: 128 }
const waiting: (() => void)[] = []
let compiling = 0

/**
 * The compiler is lost for the whole thread after a source that is nested too deeply for it. So what comes from strangers is read by one of its own, in a
 * thread that ends with it and holds nobody up; a few at a time.
 */
async function compiled(source: string): Promise<Said> {
  if (compiling >= MOST_COMPILING) {
    if (waiting.length >= MOST_WAITING) return failed('it could not be looked at now: try again in a moment')
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else compiling++
  try {
    return await compiledApart(source)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else compiling--
  }
}

async function compiledApart(source: string): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>()
  const worker = new Worker(COMPILER, {
    eval: true,
    workerData: source,
    env: {},
    execArgv: [],
    resourceLimits: COMPILER_LIMITS,
  })
  const timer = setTimeout(() => resolve(failed('it takes too long to be read')), COMPILED_WITHIN_MS)
  worker.once('message', resolve)
  worker.once('error', () => resolve(failed('it needs too much memory to be read')))
  worker.once('exit', () => resolve(failed('what reads it has ended')))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

const failed = (problem: string): Said => ({ problem, stack: null })

/** One of our own files without types. */
export function withoutTypes(source: string): string {
  // Node calls this experimental once on standard error, which says nothing to whoever runs Holdpoint: its release is pinned.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The compiler shows the line, some of the source around it, and below that where in it. */
function placeOf(stack: string, message: string): { line: number; column: number; problem: string } {
  const line = Number(/^:(\d+)\n/.exec(stack)?.[1] ?? 1)
  const column = (/^( *)\^/m.exec(stack)?.[1]?.length ?? 0) + 1
  const problem = message.replace(
    /^TypeScript (.*) is not supported in strip-only mode$/,
    'it uses $1, which is more than a type',
  )
  return { line, column, problem: problem.replace(/\.$/, '') }
}
