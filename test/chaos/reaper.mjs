// Outlives the test by a moment: whatever ends the test, be it SIGKILL, what it has started is ended and what it has made is removed. A frozen
// process hears of nothing, so nobody can be left to notice by itself that the test has gone.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const pids = new Set()
const directories = new Set()
const mounts = new Set()

process.on('message', ({ pid, gone, directory, mount }) => {
  if (pid) pids.add(pid)
  if (gone) for (const set of [pids, directories, mounts]) set.delete(gone)
  if (directory) directories.add(directory)
  if (mount) mounts.add(mount)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

process.on('disconnect', async () => {
  for (const pid of pids) kill(pid)
  // Twice: a postmaster that was just being started again is found the second time.
  for (let round = 0; round < 2; round++) {
    for (const place of [...directories, ...mounts]) killPostmaster(path.join(place, 'data', 'postgres'))
    await sleep(500)
  }
  for (const mount of mounts) {
    try {
      execFileSync('umount', [mount], { stdio: 'ignore' })
    } catch {
      // It was not mounted any more.
    }
  }
  for (const directory of directories)
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  process.exit(0)
})

function killPostmaster(directory) {
  const file = path.join(directory, 'postmaster.pid')
  if (!existsSync(file)) return
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  if (commandLine(pid).includes(directory)) kill(pid)
  // The directory of its socket.
  if (/holdpoint-[0-9a-f]{12}$/.test(lines[4] ?? '')) rmSync(lines[4], { recursive: true, force: true })
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

function kill(pid) {
  for (const signal of ['SIGKILL', 'SIGCONT']) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
  }
}
