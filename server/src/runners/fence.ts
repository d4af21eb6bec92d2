/**
 * What stands around the programs of shell and Python nodes: namespaces of their own. They see a file system in memory that holds the machine's
 * programs and libraries, read only, and a place to work in; no other process, no network, no rights. With the first of their processes
 * everything ends, whatever they have started, and nothing of what they have written is left; and that one ends with the server, however it ends.
 * Where a machine cannot do this no program is run.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

export const TOOLS_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** What of the machine they see, where it is there. */
const SEEN = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/etc/alternatives', '/etc/ld.so.cache']
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom']
const PROBE_WITHIN_MS = 15_000

export type Limits = {
  /** Of all its processes together, by looking, and of each by the kernel. */
  readonly memoryMb: number
  /** What it may write, which lies in memory. */
  readonly filesMb: number
  readonly cpuSeconds: number
  readonly processes: number
}

export type Fence = {
  /** The command that runs a start script, given to its input, within it. */
  readonly command: readonly string[]
  /** What it is, in a few words for the log. */
  readonly description: string
}

/**
 * Arguments: a directory to mount on, the uid to have in there, limits, and what is seen. The first process stays outside of the rights and of the
 * reach of the program, waits for it, and ends as it does. In a file system that nobody else sees, names from outside mean nothing.
 */
const SCRIPT = `set -e
root=$1 uid=$2 files=$3 memory=$4 cpu=$5 processes=$6 drop=$7
shift 7
mount -t tmpfs -o "size=$files,nr_inodes=50000,mode=755,nosuid,nodev" holdpoint "$root"
for one in "$@"; do
  [ -e "$one" ] || continue
  mkdir -p "$root\${one%/*}"
  if [ -L "$one" ]; then cp -P "$one" "$root$one"; continue; fi
  if [ -d "$one" ]; then mkdir -p "$root$one"; else : > "$root$one"; fi
  mount --rbind "$one" "$root$one"
  mount -o remount,bind,ro,nosuid,nodev "$root$one"
done
mkdir -p "$root/dev" "$root/etc" "$root/proc" "$root/old"
for one in ${DEVICES.join(' ')}; do : > "$root/dev/$one"; mount --bind "/dev/$one" "$root/dev/$one"; done
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
echo "nobody:x:$uid:$uid:nobody:/job:/bin/sh" > "$root/etc/passwd"
echo "nogroup:x:$uid:" > "$root/etc/group"
for one in tmp job dev/shm; do mkdir "$root/$one"; chmod 1777 "$root/$one"; done
cat > "$root/start"
chmod 644 "$root/start"
mount -t proc proc "$root/proc"
cd "$root"
pivot_root . old
cd /job
umount -n -l /old
rmdir /old
set +e
$drop unshare --user --map-user="$uid" --map-group="$uid" --keep-caps -- \
  sh -c 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"' sh \
  setpriv --bounding-set=-all --ambient-caps=-all --inh-caps=-all --no-new-privs -- \
  prlimit --core=0 --nofile=256 --as="$memory" --data="$memory" --fsize="$files" --cpu="$cpu" --nproc="$processes" -- \
  sh /start < /dev/null
code=$?
exit $code`

const APART = ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--kill-child']

export type FenceOptions = {
  /** What programs run as where the server itself is root. */
  readonly uid: number
  readonly limits: Limits
  /** What is seen besides, as the directories that an interpreter lies in. */
  readonly alsoSeen: readonly string[]
}

/** The fence of this machine, found by running something within it; or why there is none. */
export async function findFence(options: FenceOptions): Promise<Fence | { readonly problem: string }> {
  const nothing = (why: string) => ({ problem: `this machine cannot fence programs in (${why})` })
  if (process.platform !== 'linux') return nothing('it takes Linux')
  const place = ['/mnt', '/media', '/srv', '/home', '/var/tmp', '/tmp'].find((one) => existsSync(one))
  if (place === undefined) return nothing('there is no directory to mount on')
  let why = ''
  for (const fence of fences(place, options)) {
    try {
      const run = promisify(execFile)(fence.command[0]!, fence.command.slice(1), {
        cwd: '/',
        env: { PATH: TOOLS_PATH },
        timeout: PROBE_WITHIN_MS,
        killSignal: 'SIGKILL',
      })
      run.child.stdin!.on('error', () => {})
      run.child.stdin!.end('echo fenced')
      const { stdout } = await run
      if (stdout.trim() === 'fenced') return fence
    } catch (error) {
      why = String((error as { stderr?: string }).stderr || (error as Error).message).split('\n')[0]!
    }
  }
  return nothing(why.slice(0, 200))
}

function fences(place: string, { uid, limits, alsoSeen }: FenceOptions): Fence[] {
  const { memoryMb, filesMb, cpuSeconds, processes } = limits
  const mega = (count: number) => String(count * 1_048_576)
  const fence = (description: string, user: readonly string[], drop: string): Fence => ({
    description,
    command: [
      ...['setpriv', '--pdeathsig=KILL', '--', 'unshare', ...user, ...APART, '--', 'sh', '-c', SCRIPT, 'sh'],
      ...[place, String(uid), mega(filesMb), mega(memoryMb), String(cpuSeconds), String(processes), drop],
      ...[...SEEN, ...alsoSeen],
    ],
  })
  const found: Fence[] = []
  if (process.geteuid?.() === 0)
    found.push(
      fence(
        `namespaces of their own, as the account ${uid}`,
        [],
        `setpriv --reuid=${uid} --regid=${uid} --clear-groups --`,
      ),
    )
  // As the server's own account, which in there has no rights and nothing of its own in sight.
  else found.push(fence('namespaces of their own', ['--user', '--map-root-user'], ''))
  return found
}
