// The only reader of the environment and the command line. One table yields validation, docs/configuration.md and the start-up summary.
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { FLAGS, type Key, ROWS, SWITCHES, VARIABLES, type Values } from './config/settings.ts'
import { KEY_ADVICE, KEY_BYTES, readSecretKey, splitOnce, ValueError } from './config/values.ts'

export { configSummary, configurationMarkdown, helpText } from './config/text.ts'
export type { LogLevel } from './config/values.ts'

/** Everything a person must correct before the server can start, all of it at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n- ${problems.join('\n- ')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

export interface Config extends Omit<Values, 'publicUrl'> {
  /** Without a slash at its end. */
  readonly publicUrl: string
  /** Whether publicUrl follows from host and port, because none was set. */
  readonly publicUrlDerived: boolean
  readonly demo: boolean
  readonly resetAdminPassword: boolean
}

/** Whether the command line only asks how to use it; nothing else is validated then. */
export function wantsHelp(argv: readonly string[]): boolean {
  return argv.includes(SWITCHES.help.flag)
}

/**
 * The validated configuration from the environment and the arguments after the script's name. A flag wins over its variable; an empty value
 * counts as not set. Throws one ConfigError that names every problem.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, argv: readonly string[]): Config {
  const problems: string[] = []
  const { texts, switches } = readFlags(argv, problems)
  for (const name of Object.keys(env)) {
    if (name.startsWith('HOLDPOINT_') && !VARIABLES.includes(name)) {
      problems.push(`${name} is not a variable of Holdpoint, did you mean ${nearest(name, VARIABLES)}?`)
    }
  }
  const read = ROWS.map(([key, row]): [Key, unknown] => {
    const given = row.flag !== undefined && texts.has(row.flag) ? row.flag : row.variable
    const text = (given === row.flag ? texts.get(given) : env[given]) || row.default
    if (text === null || text === undefined) return [key, null]
    try {
      return [key, row.read(text)]
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      problems.push(`${given} must be ${error.message}${row.secret ? '' : `, not "${text}"`}`)
      return [key, null]
    }
  })
  const values = Object.fromEntries(read) as unknown as Values
  if (env.DATABASE_URL && !env.HOLDPOINT_SECRET_KEY) {
    problems.push(`HOLDPOINT_SECRET_KEY is required with DATABASE_URL; ${KEY_ADVICE}`)
  }
  if (values.port !== 0 && values.port !== null && values.port === values.demoPort) {
    problems.push(`HOLDPOINT_DEMO_PORT must differ from the server's own port ${values.port}`)
  }
  if (values.smtpUrl !== null && values.smtpFrom === null)
    problems.push('HOLDPOINT_SMTP_FROM is required with HOLDPOINT_SMTP_URL')
  if (values.oidcIssuer !== null && values.oidcClientId === null)
    problems.push('HOLDPOINT_OIDC_CLIENT_ID is required with HOLDPOINT_OIDC_ISSUER')
  if (values.oidcIssuer === null && values.localPasswords === 'account-owner')
    problems.push(
      'HOLDPOINT_LOCAL_PASSWORDS=account-owner needs HOLDPOINT_OIDC_ISSUER: nobody else could sign in at all',
    )
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    ...values,
    // Other replicas may be on other machines: only who says so shares a directory with them.
    tablesDir: values.tablesDir ?? (values.databaseUrl === null ? path.join(values.dataDir, 'tables') : null),
    publicUrl: values.publicUrl ?? derivedUrl(values.host, values.port),
    publicUrlDerived: values.publicUrl === null,
    demo: !switches.has(SWITCHES.noDemo.flag),
    resetAdminPassword: switches.has(SWITCHES.resetAdminPassword.flag),
  }
}

/** The configuration once the server listens: with port 0 only then its port, and an address that follows from it, are known. */
export function withBoundPort<C extends Pick<Config, 'host' | 'port' | 'publicUrl' | 'publicUrlDerived'>>(
  config: C,
  port: number,
): C {
  return { ...config, port, publicUrl: config.publicUrlDerived ? derivedUrl(config.host, port) : config.publicUrl }
}

/**
 * The key that encrypts credentials at rest: the configured one, else the one in `secret.key` of the data directory, which is made there on
 * the first start. Guarantees that the file is complete, on disk and readable by its owner only before anything is encrypted with it.
 */
export function secretKeyOf(config: Config): Buffer {
  if (config.secretKey !== null) return config.secretKey
  const file = path.join(config.dataDir, 'secret.key')
  if (!existsSync(file)) {
    // A new key would leave everything that the lost one encrypted unreadable, and nobody would notice until much later.
    if (existsSync(path.join(config.dataDir, 'postgres', 'PG_VERSION'))) {
      throw new ConfigError([
        `${file} is missing although the data directory is in use: restore it, or set HOLDPOINT_SECRET_KEY to its content`,
      ])
    }
    generateKey(file)
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  try {
    return readSecretKey(readFileSync(file, 'utf8').trim())
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new ConfigError([`${file} must hold ${error.message}`])
  }
}

// Written beside and linked into place: the name appears only with its whole content, and of two starts at once one key wins.
function generateKey(file: string): void {
  const directory = path.dirname(file)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const aside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  const descriptor = openSync(aside, 'wx', 0o600)
  try {
    writeSync(descriptor, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    fsyncSync(descriptor)
    linkSync(aside, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(descriptor)
    rmSync(aside, { force: true })
  }
  const parent = openSync(directory, 'r')
  fsyncSync(parent)
  closeSync(parent)
}

function readFlags(argv: readonly string[], problems: string[]) {
  const texts = new Map<string, string>()
  const switches = new Set<string>()
  const valued = new Set(ROWS.flatMap(([, row]) => row.flag ?? []))
  for (let at = 0; at < argv.length; at++) {
    const [flag = '', attached] = splitOnce(argv[at]!, '=')
    if (valued.has(flag)) {
      const text = attached ?? argv[++at]
      if (text === undefined || text === '' || FLAGS.includes(text)) problems.push(`${flag} needs a value`)
      else texts.set(flag, text)
    } else if (FLAGS.includes(flag)) {
      if (attached === undefined) switches.add(flag)
      else problems.push(`${flag} takes no value`)
    } else {
      problems.push(`${flag} is not an argument of Holdpoint, did you mean ${nearest(flag, FLAGS)}?`)
    }
  }
  return { texts, switches }
}

function nearest(name: string, known: readonly string[]): string {
  return known.toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0]!
}

/** Levenshtein's distance: the fewest letters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      next.push(Math.min(row[j]! + (letter === to[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    }
    row = next
  }
  return row[to.length]!
}

function derivedUrl(host: string, port: number): string {
  const anyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const reachable = anyAddress[host] ?? host
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`
}
