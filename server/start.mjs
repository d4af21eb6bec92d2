// What `npm start` runs: the right Node, a console built from today's sources, then the server. It must parse on Node 20.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { needNode24 } from './node24.mjs'

await needNode24()

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

if (!process.argv.includes('--help')) await bringConsole()
await import('./src/main.ts')

async function bringConsole() {
  if (!existsSync(path.join(root, 'console', 'index.html'))) {
    console.log('The console has no sources here: starting without it.')
    return
  }
  const { buildConsole, consoleIsBuilt } = await import('../console/build.ts')
  const problem = await buildConsole()
  if (problem === null) return
  if (!consoleIsBuilt()) {
    console.error(`The console could not be built: ${problem}`)
    process.exit(1)
  }
  console.error(`The console could not be built, an older build is served: ${problem}`)
}
