// Outlives the test by a moment: whatever ends the test, be it SIGKILL, what it has started is ended and what it has made is removed. A frozen
// process hears of nothing, so nobody can be left to notice by itself that the test has gone.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROUNDS = 60
const ROUND_MS = 500
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
  // A postmaster that was just being started again is found later, and its processes need their time to notice its end.
  for (let round = 0; round < ROUNDS; round++) {
    for (const place of [...directories, ...mounts]) killPostmaster(path.join(place, 'data', 'postgres'))
    await sleep(ROUND_MS)
    for (const mount of mounts) if (isUnmounted(mount)) mounts.delete(mount)
    if (mounts.size === 0 && round > 0) break
  }
  // What is still mounted is not emptied.
  if (mounts.size > 0) process.exit(1)
  for (const directory of directories)
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  process.exit(0)
})

function isUnmounted(mount) {
  if (!readFileSync('/proc/mounts', 'utf8').includes(` ${mount} `)) return true
  try {
    execFileSync('umount', [mount], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

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
