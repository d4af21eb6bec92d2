// What `npm test` runs, and CI: style, types, then every test. It must parse on Node 20. Further arguments go to vitest.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { needNode24 } from '../server/node24.mjs'

await needNode24()

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const require = createRequire(import.meta.url)
// --check is the name `npm run check` calls it by; there is one mode, so that what passes here passes in CI.
const further = process.argv.slice(2).filter((argument) => argument !== '--check')

// The tests come last: their closing lines are what one looks at. They run also when style or types have faults.
const steps = [
  ['style', program('@biomejs/biome', 'bin/biome'), 'check', '.'],
  ['types of the core', program('typescript', 'bin/tsc'), '--noEmit', '-p', 'core'],
  ['types', program('typescript', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.json'],
  ['tests', program('vitest', 'vitest.mjs'), 'run', ...further],
]

const failed = []
for (const [name, file, ...args] of steps) {
  console.log(`\n> ${name}`)
  if (!(await run(file, args))) failed.push(name)
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}.`)
process.exit(failed.length === 0 ? 0 : 1)

function program(name, file) {
  return path.join(path.dirname(require.resolve(`${name}/package.json`)), file)
}

function run(file, args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    // A terminal's Ctrl-C reaches the child by itself, a signal to this process alone does not.
    const stop = () => child.kill('SIGTERM')
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
    child.on('exit', (code, signal) => {
      process.off('SIGTERM', stop)
      process.off('SIGINT', stop)
      if (signal !== null) process.exit(1)
      resolve(code === 0)
    })
  })
}
