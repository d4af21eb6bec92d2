// The guard in front of everything that runs TypeScript directly. It must parse on Node 20, because it is what an older Node gets to see.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

// 24.7 is the first release whose node:crypto has Argon2, which passwords are hashed with.
const OLDEST = { major: 24, minor: 7 }
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']

const require = createRequire(import.meta.url)

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)
}

/** The Node that the project's own dependencies bring for this platform, or null. */
function bundledNode() {
  try {
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`)
    const program = path.join(path.dirname(manifest), 'bin', 'node')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
    return existsSync(program) && isNewEnough(version) ? program : null
  } catch {
    return null
  }
}

/**
 * Resolves when the running Node is new enough. On an older one the same command is run again with the Node in node_modules, and this
 * process then only forwards signals and ends as that one ends; it never resolves. Where there is no such Node either, it says so and exits 1.
 */
export async function needNode24() {
  if (isNewEnough(process.versions.node)) {
    followStarter()
    return
  }
  const program = bundledNode()
  if (program === null) {
    console.error(
      `Holdpoint needs Node ${OLDEST.major}.${OLDEST.minor} or newer, this is ${process.versions.node} and node_modules holds no newer one ` +
        `for ${process.platform} ${process.arch}: install Node ${OLDEST.major}, or run npm ci with optional dependencies.`,
    )
    process.exit(1)
  }
  await rerun(program)
}

// A process group of its own, so that Ctrl-C in a terminal reaches the second process once, through us, and not twice.
function rerun(program) {
  const child = spawn(program, process.argv.slice(1), {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  })
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(
      `Holdpoint needs Node ${OLDEST.major}.${OLDEST.minor} or newer, and ${program} does not run here: ${error.message}`,
    )
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const forwarded of FORWARDED) process.removeAllListeners(forwarded)
    process.kill(process.pid, signal)
  })
  return new Promise(() => {})
}

// The second process must not outlive a first one that was killed without a chance to forward anything: the closed channel tells it.
function followStarter() {
  if (process.channel === undefined) return
  process.channel.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
