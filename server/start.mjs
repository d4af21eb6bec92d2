// What `npm start` runs: the right Node, a console built from today's sources, then the server. It must parse on Node 20.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rename, rm, utimes } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { needNode24 } from './node24.mjs'

await needNode24()

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const dist = path.join(root, 'console', 'dist')
const built = path.join(dist, 'index.html')
const sources = [
  ...['console/src', 'console/public', 'console/index.html', 'console/vite.config.ts', 'sdk/src', 'core/src'],
  'package-lock.json',
]

if (!process.argv.includes('--help')) await bringConsole()
await import('./src/main.ts')

async function bringConsole() {
  if (!existsSync(path.join(root, 'console', 'index.html'))) {
    console.log('The console has no sources here: starting without it.')
    return
  }
  const newestMs = Math.max(...sources.map((source) => changedMs(path.join(root, source))))
  if (existsSync(built) && statSync(built).mtimeMs >= newestMs) return
  const problem = await buildConsole()
  if (problem === null) return
  if (!existsSync(built)) {
    console.error(`The console could not be built: ${problem}`)
    process.exit(1)
  }
  console.error(`The console could not be built, an older build is served: ${problem}`)
}

/** The latest change of a file, or of any file below a directory; 0 where there is none. */
function changedMs(file) {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return 0
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(file).map((name) => changedMs(path.join(file, name))))
}

// Built aside and moved into place, so that nobody is served half a build and two starts at once do not spoil each other's.
async function buildConsole() {
  const startedAt = new Date()
  // Below a node_modules, where neither git nor any checker looks should a killed build stay behind.
  const aside = path.join(root, 'console', 'node_modules', `.console-${process.pid}`)
  try {
    const vite = createRequire(path.join(root, 'console', 'package.json')).resolve('vite/package.json')
    await mkdir(aside, { recursive: true })
    console.log('Building the console ...')
    await run(process.execPath, [
      path.join(path.dirname(vite), 'bin', 'vite.js'),
      ...['build', path.join(root, 'console'), '--logLevel', 'warn', '--outDir', path.join(aside, 'new')],
    ])
    // What changed while the build ran must count as newer than the build.
    await utimes(path.join(aside, 'new', 'index.html'), startedAt, startedAt)
    await rename(dist, path.join(aside, 'old')).catch(ignoreUnless('ENOENT'))
    await rename(path.join(aside, 'new'), dist).catch(ignoreUnless('ENOTEMPTY', 'EEXIST'))
    return null
  } catch (error) {
    return error.message
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function ignoreUnless(...codes) {
  return (error) => {
    if (!codes.includes(error.code)) throw error
  }
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`vite ended with ${signal ?? `code ${code}`}`)),
    )
  })
}
