// Under which account PostgreSQL runs. It refuses to be root, so where we are root it gets an account that is not.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { EmbeddedPostgresError, type Programs, programEnvironment } from './programs.ts'

export interface Account {
  readonly kind: 'own' | 'mapped' | 'lowered'
  /** Who its files must belong to, as seen from here. */
  readonly uid: number
  readonly gid: number
  /** What comes before a program and its arguments. */
  readonly prefix: readonly string[]
}

/**
 * Not root: our own account. As root, in a user namespace that shows root as nobody: files stay root's, so directories closed to others are no
 * obstacle. Where namespaces are not permitted, as in many containers, really as nobody, with the one capability that passes such directories.
 * Data that belong to some other user are left to that user, so that one start as root does not take them away.
 */
export function accountFor(programs: Programs, owner: { readonly uid: number; readonly gid: number } | null): Account {
  const uid = process.geteuid?.() ?? 0
  if (uid !== 0) return { kind: 'own', uid, gid: process.getegid?.() ?? 0, prefix: [] }
  const nobody = unprivilegedAccount()
  const foreign = owner !== null && owner.uid !== 0 && owner.uid !== nobody.uid
  const accounts = foreign ? [lowered(owner)] : [mapped(nobody), lowered(nobody)]
  const usable = accounts.find((account) => canRun(account, programs))
  if (usable !== undefined) return usable
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and neither unshare nor setpriv may give it another account here: ' +
      'start Holdpoint as an ordinary user, or set DATABASE_URL.',
  )
}

function mapped(as: { readonly uid: number; readonly gid: number }): Account {
  const prefix = ['unshare', '--user', `--map-user=${as.uid}`, `--map-group=${as.gid}`, '--']
  return { kind: 'mapped', uid: 0, gid: 0, prefix }
}

function lowered(as: { readonly uid: number; readonly gid: number }): Account {
  const identity = [`--reuid=${as.uid}`, `--regid=${as.gid}`, '--clear-groups', '--no-new-privs']
  const prefix = ['setpriv', ...identity, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--']
  return { kind: 'lowered', uid: as.uid, gid: as.gid, prefix }
}

function canRun(account: Account, programs: Programs): boolean {
  const [command = '', ...args] = [...account.prefix, path.join(programs.directory, 'postgres'), '--version']
  return spawnSync(command, args, { env: programEnvironment(programs), stdio: 'ignore' }).status === 0
}

// initdb refuses a user id that the password file does not know; by convention 65534 is nobody.
function unprivilegedAccount(): { readonly uid: number; readonly gid: number } {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => Number(fields[2]) > 0)
  const entry = entries.find((fields) => fields[2] === '65534') ?? entries[0]
  return entry === undefined ? { uid: 65_534, gid: 65_534 } : { uid: Number(entry[2]), gid: Number(entry[3]) }
}
