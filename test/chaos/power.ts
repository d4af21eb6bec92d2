// A power cut, simulated: the database lies on a file system of its own, in an image that is mounted through a loop device. The cut shuts this file
// system down without writing anything out, so that whatever was in memory only (the pages that nobody has flushed) is gone, as it is when the power
// fails; a kill would leave it to the kernel, which writes it out later. Then the image is mounted again, its journal replayed, and the server
// started on what is there.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reap, temporaryDirectory } from './reaper.ts'

const SIZE_BYTES = 768 * 2 ** 20
/** FS_IOC_SHUTDOWN with NOLOGFLUSH: nothing that is not on the disk goes there any more. */
const SHUTDOWN = 'open(F, "<", $ARGV[0]) or die "$!"; my $how = pack("L", 2); ioctl(F, 0x8004587d, $how) or die "$!"'
const UNMOUNT_TRIES = 200

export type Disk = {
  readonly mount: string
  readonly directory: string
  /** Everything written so far is on it. */
  flush(): void
  /** From this moment nothing reaches it. */
  cut(): void
  /** After everybody who used it is gone: what is on it is there again. */
  power(): Promise<void>
  remove(): Promise<void>
}

export function makeDisk(): Disk {
  const directory = temporaryDirectory()
  const image = path.join(directory, 'image')
  const mount = path.join(directory, 'disk')
  mkdirSync(mount)
  writeFileSync(image, '')
  truncateSync(image, SIZE_BYTES)
  run('mkfs.ext4', '-q', '-F', '-m', '0', image)
  const attach = () => run('mount', '-o', 'loop', image, mount)
  reap.mount(mount)
  attach()
  async function detach(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        run('umount', mount)
        return
      } catch (error) {
        if (tries >= UNMOUNT_TRIES) throw error
        await sleep(50)
      }
    }
  }
  return {
    mount,
    directory,
    flush: () => run('sync', '-f', mount),
    cut: () => run('perl', '-e', SHUTDOWN, mount),
    async power() {
      await detach()
      attach()
    },
    async remove() {
      await detach()
      reap.forget(mount)
      run('rm', '-rf', directory)
      reap.forget(directory)
    },
  }
}

/** Why no power can be cut here; null where it can. */
export async function whyNoPowerCut(): Promise<string | null> {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.geteuid?.() !== 0) return 'it needs root, to mount a file system'
  let disk: Disk | null = null
  try {
    disk = makeDisk()
    const file = path.join(disk.mount, 'lost')
    writeFileSync(file, 'never flushed')
    disk.cut()
    await disk.power()
    return existsSync(file) ? 'the file system does not lose what was not flushed' : null
  } catch (error) {
    return `a file system in an image cannot be used here: ${(error as Error).message.split('\n', 1)[0]}`
  } finally {
    await disk?.remove().catch(() => {})
  }
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
