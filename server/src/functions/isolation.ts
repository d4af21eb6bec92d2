/**
 * What stands around a host process beside the engine's own walls, as far as this machine permits it. Which of these work is found by trying: in each,
 * from the strongest to the weakest, a host is really started.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Isolation } from './invocation.ts'

/** How a host is started: a program with its arguments, to which Node's own are added. */
export type Fence = {
  readonly isolation: Exclude<Isolation, 'none'>
  readonly description: string
  readonly command: readonly string[]
  /** Node and the engine as they are called in there. */
  readonly node: string
  readonly addon: string
}

/** Where the tools that build a fence are looked for; a host itself gets no environment. */
export const TOOLS_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const NOBODY = 65_534

/** Writable memory in all, where the engine's own counting fails; no file is written, no core is left. */
const LIMITS = 'ulimit -c 0; ulimit -f 0; ulimit -n 64; ulimit -t 1800; ulimit -d 2097152'

/**
 * A file system that holds Node, the engine, the libraries they need, and two tools that are of no use without rights; read only. Files are bound one by
 * one, so it does not matter who may enter the directories that they really lie in.
 */
const OWN_ROOT = `set -e
${LIMITS}
root=$1 node=$2 addon=$3 setpriv=$4 umount=$5 drop=$6
shift 6
mount -t tmpfs -o size=1m,mode=755,nosuid,nodev holdpoint "$root"
bind() {
  mkdir -p "$root\${2%/*}"
  : > "$root$2"
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro,nosuid,nodev "$root$2"
}
while [ "$1" != -- ]; do bind "$1" "$1"; shift; done
shift
bind "$node" /node
bind "$addon" /isolated-vm.node
bind "$setpriv" /setpriv
bind "$umount" /umount
mkdir "$root/old" "$root/proc"
mount -t proc proc "$root/proc"
cd "$root"
mount -o remount,bind,ro,nosuid,nodev "$root"
pivot_root . old
cd /
/umount -n -l /old
/umount -n -l /proc
unset PATH PWD OLDPWD
exec /setpriv $drop -- "$@"`

const LIMITED = `${LIMITS}\nunset PATH PWD OLDPWD\nexec "$@"`

const IDENTITY = `--reuid=${NOBODY} --regid=${NOBODY} --clear-groups`
/** The kernel ends it when who started it has ended, however that was; the end of its input tells it as well. */
const WITH_PARENT = '--pdeathsig=KILL'
const NO_NEW_RIGHTS = `--no-new-privs ${WITH_PARENT}`
const NO_RIGHTS = `--bounding-set=-all --inh-caps=-all ${NO_NEW_RIGHTS}`
const APART = ['--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child']

/** Every way that this machine may have, the strongest first. */
export async function fences(node: string, addon: string): Promise<Fence[]> {
  const root = process.geteuid?.() === 0
  const direct = { node, addon }
  const setpriv = whereIs('setpriv')
  const umount = whereIs('umount')
  const found: Fence[] = []
  if (process.platform === 'linux' && setpriv !== null && umount !== null) {
    const libraries = await librariesOf([node, addon, setpriv, umount])
    const place = ['/mnt', '/media', '/srv', '/home', '/var/tmp', '/tmp'].find(
      (one) =>
        existsSync(one) && ![node, addon, setpriv, umount, ...libraries].some((file) => file.startsWith(`${one}/`)),
    )
    const ownRoot = (user: readonly string[], drop: string): Fence => ({
      isolation: 'namespaces',
      description: 'a file system of its own, no network, no other process in sight, no rights',
      command: [
        ...['setpriv', WITH_PARENT, '--', 'unshare', ...user, '--mount', ...APART, 'sh', '-c', OWN_ROOT, 'sh'],
        ...[place!, node, addon, setpriv, umount, drop, ...libraries, '--'],
      ],
      node: '/node',
      addon: '/isolated-vm.node',
    })
    if (place !== undefined && libraries.length > 0) {
      if (root) found.push(ownRoot([], `${IDENTITY} ${NO_RIGHTS}`))
      found.push(ownRoot(['--user', '--map-root-user'], NO_RIGHTS))
    }
    const apart = (user: readonly string[], drop: string): Fence => ({
      isolation: 'namespaces',
      description: 'no network, no other process in sight, no rights; files are kept from it by Node alone',
      command: [
        'setpriv',
        WITH_PARENT,
        '--',
        'unshare',
        ...user,
        ...APART,
        'setpriv',
        ...drop.split(' '),
        '--',
        'sh',
        '-c',
        LIMITED,
        'sh',
      ],
      ...direct,
    })
    if (root) found.push(apart([], `${IDENTITY} ${NO_RIGHTS}`))
    found.push(apart(['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`], NO_NEW_RIGHTS))
  }
  const alone = (description: string, command: readonly string[]): Fence => ({
    isolation: 'process',
    description: `a process of its own${description}; network and files are kept from it by the engine and by Node alone`,
    command,
    ...direct,
  })
  if (setpriv !== null && root)
    found.push(
      alone(' under an account without rights', [
        ...['setpriv', ...`${IDENTITY} ${NO_RIGHTS}`.split(' '), '--', 'sh', '-c', LIMITED, 'sh'],
      ]),
    )
  if (setpriv !== null)
    found.push(
      alone(' that gains no rights', ['setpriv', ...NO_NEW_RIGHTS.split(' '), '--', 'sh', '-c', LIMITED, 'sh']),
    )
  found.push(alone('', ['sh', '-c', LIMITED, 'sh']), alone('', []))
  return found
}

function whereIs(tool: string): string | null {
  return (
    TOOLS_PATH.split(':')
      .map((directory) => `${directory}/${tool}`)
      .find((file) => existsSync(file)) ?? null
  )
}

/** The shared libraries that these programs are linked with; none where that cannot be told. */
async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  try {
    for (const program of programs) {
      const { stdout } = await promisify(execFile)('ldd', [program], { env: { PATH: TOOLS_PATH } })
      for (const [, file] of stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) found.add(file!)
    }
  } catch {
    return []
  }
  return [...found].filter((file) => !programs.includes(file))
}
