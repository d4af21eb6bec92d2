// The table of settings: the one place that names, types, defaults and explains them.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  FUNCTION_SWITCH,
  LOG_LEVELS,
  readBoolean,
  readCertificateFile,
  readDatabaseUrl,
  readDestinations,
  readFunctionSwitch,
  readHost,
  readInteger,
  readIssuer,
  readLogLevel,
  readMatching,
  readOneOf,
  readPublicUrl,
  readSecretKey,
  readSmtpUrl,
  readTimeZone,
} from './values.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

const ON_OFF = ['on', 'off'] as const
const LOCAL_PASSWORDS = ['everyone', 'account-owner'] as const
const USER_CLAIMS = ['sub', 'email'] as const
/** Full power is given by people who have it. */
const CREATED_ROLES = ['tenant-administrator', 'open-platform-administrator', 'tenant-security-administrator'] as const

export interface Setting<T, D extends string | null> {
  readonly variable: string
  readonly flag?: string
  readonly type: string
  /** As it would be written in the environment; null where there is none. */
  readonly default: D
  /** What the documentation says instead of the default. */
  readonly defaultText?: string
  readonly secret: boolean
  readonly meaning: string
  readonly read: (text: string) => T
}

function setting<T, D extends string | null>(row: Setting<T, D>): Setting<T, D> {
  return row
}

export const SETTINGS = {
  host: setting({
    variable: 'HOLDPOINT_HOST',
    type: 'address or host name',
    default: '127.0.0.1',
    secret: false,
    meaning: 'The address the server listens on. `0.0.0.0` or `::` opens it to other machines.',
    read: readHost,
  }),
  port: setting({
    variable: 'HOLDPOINT_PORT',
    flag: '--port',
    type: 'port',
    default: '4180',
    secret: false,
    meaning: 'The port for everything: console, native API and DataWorks dialect. 0 takes any free one.',
    read: (text) => readInteger(text, 0, 65_535),
  }),
  dataDir: setting({
    variable: 'HOLDPOINT_DATA_DIR',
    flag: '--data-dir',
    type: 'directory',
    default: path.join(ROOT, 'data'),
    defaultText: '`data` in the project directory',
    secret: false,
    meaning: 'Where the embedded PostgreSQL, its log and the generated secret key live. Back up all of it together.',
    read: (text) => path.resolve(text),
  }),
  databaseUrl: setting({
    variable: 'DATABASE_URL',
    type: 'PostgreSQL URL',
    default: null,
    defaultText: 'none: the embedded PostgreSQL',
    secret: true,
    meaning:
      'The PostgreSQL (15 or newer) to use instead of the embedded one, as `postgres://user:password@host:5432/database`.',
    read: readDatabaseUrl,
  }),
  secretKey: setting({
    variable: 'HOLDPOINT_SECRET_KEY',
    type: '32 bytes in base64 or hex',
    default: null,
    defaultText: 'none: required with `DATABASE_URL`, else generated once into `secret.key` in the data directory',
    secret: true,
    meaning:
      'Encrypts AccessKey secrets and other credentials at rest. Whoever loses it loses them. All replicas need the same one.',
    read: readSecretKey,
  }),
  region: setting({
    variable: 'HOLDPOINT_REGION',
    type: 'region id',
    default: 'cn-hangzhou',
    secret: false,
    meaning: 'The region named in event envelopes and answers of the DataWorks dialect.',
    read: (text) => readMatching(text, /^[a-z]{2}(-[a-z0-9]+)+$/, 'a region id like cn-hangzhou'),
  }),
  timeZone: setting({
    variable: 'HOLDPOINT_TIME_ZONE',
    type: 'IANA time zone',
    default: 'UTC',
    secret: false,
    meaning:
      'Where days begin and end when working days are counted, as `Asia/Shanghai`: until when a review is due. The same for all replicas.',
    read: readTimeZone,
  }),
  publicUrl: setting({
    variable: 'HOLDPOINT_PUBLIC_URL',
    type: 'http or https URL',
    default: null,
    defaultText: '`http://<host>:<port>`',
    secret: false,
    meaning: 'The address people and extensions reach this server at; links in messages and the console begin with it.',
    read: readPublicUrl,
  }),
  outboundAllow: setting({
    variable: 'HOLDPOINT_OUTBOUND_ALLOW',
    type: 'list with commas of CIDR ranges, addresses and host names',
    default: '',
    defaultText: 'empty: only public addresses',
    secret: false,
    meaning:
      'The private destinations that deliveries to extensions may reach all the same, as `10.1.0.0/16,extension.internal`.',
    read: readDestinations,
  }),
  outboundDeny: setting({
    variable: 'HOLDPOINT_OUTBOUND_DENY',
    type: 'list with commas of CIDR ranges, addresses and host names',
    default: '',
    defaultText: 'empty: only what is private',
    secret: false,
    meaning:
      'The destinations that deliveries never reach, public or not, even where the list of the allowed names them.',
    read: readDestinations,
  }),
  outboundCa: setting({
    variable: 'HOLDPOINT_OUTBOUND_CA',
    type: 'file',
    default: null,
    defaultText: 'none: the authorities that Node.js comes with',
    secret: false,
    meaning:
      'A file of certificates in PEM. Receivers and brokers whose certificate one of them has signed are trusted as well.',
    read: readCertificateFile,
  }),
  smtpUrl: setting({
    variable: 'HOLDPOINT_SMTP_URL',
    type: 'SMTP URL',
    default: null,
    defaultText: 'none: alerts go to webhooks only',
    secret: true,
    meaning:
      'The mail server that alerts are handed to, as `smtps://user:password@mail.example.com:465`; with `smtp://` it must offer STARTTLS, unless `?tls=off` is added, which no password goes with.',
    read: readSmtpUrl,
  }),
  smtpFrom: setting({
    variable: 'HOLDPOINT_SMTP_FROM',
    type: 'mail address',
    default: null,
    defaultText: 'none; needed with `HOLDPOINT_SMTP_URL`',
    secret: false,
    meaning: 'Whom mails are from.',
    read: (text) => readMatching(text, /^[^\s@<>",;:]+@[^\s@<>",;:]+$/, 'a mail address'),
  }),
  replicaTimeoutMs: setting({
    variable: 'HOLDPOINT_REPLICA_TIMEOUT_MS',
    type: 'integer',
    default: '5000',
    secret: false,
    meaning:
      'A replica whose heartbeat has not been seen for so long is taken for dead, and others make its deliveries, 1 second to 10 minutes. The same for all replicas.',
    read: (text) => readInteger(text, 1_000, 600_000),
  }),
  poolSize: setting({
    variable: 'HOLDPOINT_POOL_SIZE',
    type: 'integer',
    default: '10',
    secret: false,
    meaning:
      'Database connections of this server, 2 to 50. It has four more: two to look up who signs, one for heartbeats, one to hear of changes.',
    read: (text) => readInteger(text, 2, 50),
  }),
  logLevel: setting({
    variable: 'HOLDPOINT_LOG_LEVEL',
    type: LOG_LEVELS.join(', '),
    default: 'info',
    secret: false,
    meaning: 'The least important line that is logged.',
    read: readLogLevel,
  }),
  bodyLimitBytes: setting({
    variable: 'HOLDPOINT_BODY_LIMIT_BYTES',
    type: 'integer',
    default: '1048576',
    secret: false,
    meaning: 'The largest request body that is read, in bytes, 1 KiB to 64 MiB.',
    read: (text) => readInteger(text, 1024, 64 * 1024 * 1024),
  }),
  requestsPerSecond: setting({
    variable: 'HOLDPOINT_REQUESTS_PER_SECOND',
    type: 'integer',
    default: '0',
    secret: false,
    meaning:
      'How many signed requests of one AccessKey pair each replica takes a second, with a second’s worth at once; the others are answered with 429 and when to come again. 0: as many as come.',
    read: (text) => readInteger(text, 0, 1_000_000),
  }),
  sessionHours: setting({
    variable: 'HOLDPOINT_SESSION_HOURS',
    type: 'integer',
    default: '12',
    secret: false,
    meaning: 'A session in the console ends so long after signing in, however it is used, 1 to 720 hours.',
    read: (text) => readInteger(text, 1, 720),
  }),
  sessionIdleMinutes: setting({
    variable: 'HOLDPOINT_SESSION_IDLE_MINUTES',
    type: 'integer',
    default: '120',
    secret: false,
    meaning: 'A session in which nothing has been asked for so long has ended, 5 minutes to 30 days.',
    read: (text) => readInteger(text, 5, 43_200),
  }),
  localPasswords: setting({
    variable: 'HOLDPOINT_LOCAL_PASSWORDS',
    type: LOCAL_PASSWORDS.join(', '),
    default: 'everyone',
    secret: false,
    meaning:
      'Who signs in with a name and a password of Holdpoint. With `account-owner` everybody else signs in by OpenID Connect ([sign-in.md](sign-in.md)).',
    read: (text) => readOneOf(text, LOCAL_PASSWORDS),
  }),
  oidcIssuer: setting({
    variable: 'HOLDPOINT_OIDC_ISSUER',
    type: 'https URL',
    default: null,
    defaultText: 'none: no sign-in by OpenID Connect',
    secret: false,
    meaning:
      'The OpenID Connect provider at which people sign in ([sign-in.md](sign-in.md)), as it names itself. `http` is taken for an address of this machine only.',
    read: readIssuer,
  }),
  oidcClientId: setting({
    variable: 'HOLDPOINT_OIDC_CLIENT_ID',
    type: 'text',
    default: null,
    defaultText: 'none: required with `HOLDPOINT_OIDC_ISSUER`',
    secret: false,
    meaning: 'As what Holdpoint is registered at the provider.',
    read: (text) => readMatching(text, /^[\x20-\x7e]{1,256}$/, 'at most 256 visible ASCII characters'),
  }),
  oidcClientSecret: setting({
    variable: 'HOLDPOINT_OIDC_CLIENT_SECRET',
    type: 'text',
    default: null,
    defaultText: 'none: a client without a secret, secured by PKCE alone',
    secret: true,
    meaning: 'The secret that the provider has given to Holdpoint.',
    read: (text) => readMatching(text, /^[\x20-\x7e]{1,1024}$/, 'at most 1,024 visible ASCII characters'),
  }),
  oidcLabel: setting({
    variable: 'HOLDPOINT_OIDC_LABEL',
    type: 'text',
    default: 'Single sign-on',
    secret: false,
    meaning: 'What the button of the provider says.',
    read: (text) => readMatching(text, /^\S(.{0,62}\S)?$/u, 'at most 64 characters, the first and the last no blanks'),
  }),
  oidcTenant: setting({
    variable: 'HOLDPOINT_OIDC_TENANT',
    type: 'text',
    default: null,
    defaultText: 'none: the first tenant',
    secret: false,
    meaning: 'The name of the tenant whose users sign in at the provider; those of others never do.',
    read: (text) => readMatching(text, /^\S(.{0,126}\S)?$/u, 'the name of a tenant'),
  }),
  oidcUserClaim: setting({
    variable: 'HOLDPOINT_OIDC_USER_CLAIM',
    type: USER_CLAIMS.join(', '),
    default: 'sub',
    secret: false,
    meaning:
      'By what somebody who comes from the provider for the first time is recognised. `sub`: by nothing, users link their account themselves. `email`: also by the verified e-mail address that an administrator has given to a user.',
    read: (text) => readOneOf(text, USER_CLAIMS),
  }),
  oidcCreateUsers: setting({
    variable: 'HOLDPOINT_OIDC_CREATE_USERS',
    type: 'true or false',
    default: 'false',
    secret: false,
    meaning: 'Makes a user for whoever the provider lets in and is not known yet.',
    read: readBoolean,
  }),
  oidcRole: setting({
    variable: 'HOLDPOINT_OIDC_ROLE',
    type: CREATED_ROLES.join(', '),
    default: null,
    defaultText: 'none: what every user may',
    secret: false,
    meaning: 'The tenant role of users that are made so.',
    read: (text) => readOneOf(text, CREATED_ROLES),
  }),
  trustProxy: setting({
    variable: 'HOLDPOINT_TRUST_PROXY',
    type: 'true or false',
    default: 'false',
    secret: false,
    meaning:
      'Takes the caller’s address and protocol from `X-Forwarded-*`. Only behind exactly one proxy that sets them itself.',
    read: readBoolean,
  }),
  functions: setting({
    variable: 'HOLDPOINT_FUNCTIONS',
    type: FUNCTION_SWITCH.join(', '),
    default: 'on',
    secret: false,
    meaning:
      'Whether functions run here, in processes behind the strongest fence that this machine permits ([functions-sandbox.md](functions-sandbox.md)); `namespaces`: only where that is one of namespaces; `off`: never.',
    read: readFunctionSwitch,
  }),
  tablesDir: setting({
    variable: 'HOLDPOINT_TABLES_DIR',
    type: 'directory',
    default: null,
    defaultText: '`tables` in the data directory; with `DATABASE_URL` none',
    secret: false,
    meaning:
      'Where the DuckDB files of data sources lie ([node-kinds.md](node-kinds.md)). Replicas share it, so they are on one machine; without it nothing runs on DuckDB.',
    read: (text) => path.resolve(text),
  }),
  duckdbMemoryMb: setting({
    variable: 'HOLDPOINT_DUCKDB_MEMORY_MB',
    type: 'integer',
    default: '512',
    secret: false,
    meaning:
      'What SQL on one DuckDB file may keep in memory, in MB, 64 to 1048576; up to eight files are open at once.',
    read: (text) => readInteger(text, 64, 1_048_576),
  }),
  duckdbFileGb: setting({
    variable: 'HOLDPOINT_DUCKDB_FILE_GB',
    type: 'integer',
    default: '20',
    secret: false,
    meaning: 'How large one DuckDB file may grow, in GB, 1 to 65536.',
    read: (text) => readInteger(text, 1, 65_536),
  }),
  programsUid: setting({
    variable: 'HOLDPOINT_PROGRAMS_UID',
    type: 'integer',
    default: '65534',
    secret: false,
    meaning: 'The account, by its number, that shell and Python nodes run as where the server itself runs as root.',
    read: (text) => readInteger(text, 1, 4_294_967_294),
  }),
  programsMemoryMb: setting({
    variable: 'HOLDPOINT_PROGRAMS_MEMORY_MB',
    type: 'integer',
    default: '1024',
    secret: false,
    meaning: 'What one shell or Python node may keep in memory, in MB, 64 to 1048576.',
    read: (text) => readInteger(text, 64, 1_048_576),
  }),
  python: setting({
    variable: 'HOLDPOINT_PYTHON',
    type: 'file',
    default: null,
    defaultText: '`python3` of the machine, where it has one',
    secret: false,
    meaning: 'The interpreter of Python nodes.',
    read: (text) => path.resolve(text),
  }),
  scheduler: setting({
    variable: 'HOLDPOINT_SCHEDULER',
    type: ON_OFF.join(', '),
    default: 'on',
    secret: false,
    meaning:
      'Whether this replica runs instances of nodes. Where it is `off` on all of them, instances are there and nothing of them starts.',
    read: (text) => readOneOf(text, ON_OFF),
  }),
  instancesKeptDays: setting({
    variable: 'HOLDPOINT_INSTANCES_KEPT_DAYS',
    type: 'integer',
    default: '30',
    secret: false,
    meaning: 'For how many days instances and their logs are kept after they have ended, 1 to 3650.',
    read: (text) => readInteger(text, 1, 3_650),
  }),
  metricsToken: setting({
    variable: 'HOLDPOINT_METRICS_TOKEN',
    type: 'text of 16 to 256 characters',
    default: null,
    defaultText: 'none: `/metrics` is closed',
    secret: true,
    meaning: 'Opens `/metrics` ([metrics.md](metrics.md)) to whoever sends it as a bearer token.',
    read: (text) => readMatching(text, /^[\x21-\x7e]{16,256}$/, '16 to 256 visible ASCII characters without blanks'),
  }),
  demoPort: setting({
    variable: 'HOLDPOINT_DEMO_PORT',
    type: 'port',
    default: '4181',
    secret: false,
    meaning: 'The port of the demonstration’s extension. 0 takes any free one.',
    read: (text) => readInteger(text, 0, 65_535),
  }),
} as const

interface Switch {
  readonly flag: string
  readonly meaning: string
}

export const SWITCHES = {
  noDemo: { flag: '--no-demo', meaning: 'Start without the demonstration.' },
  resetAdminPassword: {
    flag: '--reset-admin-password',
    meaning: 'Give the administrator a new password, print it, and start.',
  },
  help: { flag: '--help', meaning: 'Print this and end.' },
} as const satisfies Record<string, Switch>

export type Key = keyof typeof SETTINGS
type Value<K extends Key> =
  (typeof SETTINGS)[K] extends Setting<infer T, infer D> ? (D extends null ? T | null : T) : never
export type Values = { readonly [K in Key]: Value<K> }

export const ROWS = Object.entries(SETTINGS) as [Key, Setting<unknown, string | null>][]
export const VARIABLES = ROWS.map(([, row]) => row.variable)
export const FLAGS = [...ROWS.flatMap(([, row]) => row.flag ?? []), ...Object.values(SWITCHES).map((row) => row.flag)]
