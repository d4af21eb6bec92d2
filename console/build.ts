// Builds the console when it is older than what it is made of.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rename, rm, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

const here = import.meta.dirname
const dist = path.join(here, 'dist')
const built = path.join(dist, 'index.html')
const sources = ['src', 'public', 'index.html', 'vite.config.ts', '../sdk/src', '../core/src', '../package-lock.json']

export const consoleIsBuilt = (): boolean => existsSync(built)

/** Why the console could not be built; null where what there is now is newer than its sources. */
export async function buildConsole(): Promise<string | null> {
  const newestMs = Math.max(...sources.map((source) => changedMs(path.join(here, source))))
  if (existsSync(built) && statSync(built).mtimeMs >= newestMs) return null
  return await build().then(
    () => null,
    (error: Error) => error.message,
  )
}

/** The latest change of a file, or of any file below a directory; 0 where there is none. */
function changedMs(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(file).map((name) => changedMs(path.join(file, name))))
}

// Built aside and moved into place, so that nobody is served half a build and two builds at once do not spoil each other's.
async function build(): Promise<void> {
  const startedAt = new Date()
  // Below a node_modules, where neither git nor any checker looks should a killed build stay behind.
  const aside = path.join(here, 'node_modules', `.console-${process.pid}`)
  try {
    const vite = createRequire(import.meta.filename).resolve('vite/package.json')
    await mkdir(aside, { recursive: true })
    console.log('Building the console ...')
    await run(process.execPath, [
      path.join(path.dirname(vite), 'bin', 'vite.js'),
      ...['build', here, '--logLevel', 'warn', '--outDir', path.join(aside, 'new')],
    ])
    // What changed while the build ran must count as newer than the build.
    await utimes(path.join(aside, 'new', 'index.html'), startedAt, startedAt)
    await rename(dist, path.join(aside, 'old')).catch(ignoreUnless('ENOENT'))
    await rename(path.join(aside, 'new'), dist).catch(ignoreUnless('ENOTEMPTY', 'EEXIST'))
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function ignoreUnless(...codes: readonly string[]) {
  return (error: NodeJS.ErrnoException) => {
    if (!codes.includes(error.code ?? '')) throw error
  }
}

/** A build is one for production, whatever the program that asks for it runs as. */
function run(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: 'production' }
    const child = spawn(program, args, { cwd: here, env, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`vite ended with ${signal ?? `code ${code}`}`)),
    )
  })
}
