import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  ConfigError,
  configSummary,
  configurationMarkdown,
  helpText,
  readConfig,
  secretKeyOf,
  wantsHelp,
  withBoundPort,
} from './config.ts'

const key = Buffer.alloc(32, 7)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdpoint-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

function problemsOf(env: Record<string, string>, argv: string[] = []): readonly string[] {
  try {
    readConfig(env, argv)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('without any setting the embedded database and the loopback address are used', () => {
  const config = readConfig({ PATH: '/usr/bin', PGHOST: 'elsewhere' }, [])
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 4180,
    databaseUrl: null,
    secretKey: null,
    region: 'cn-hangzhou',
    publicUrl: 'http://127.0.0.1:4180',
    outboundAllow: [],
    outboundDeny: [],
    outboundCa: null,
    smtpUrl: null,
    smtpFrom: null,
    replicaTimeoutMs: 5_000,
    poolSize: 10,
    logLevel: 'info',
    bodyLimitBytes: 1_048_576,
    trustProxy: false,
    demoPort: 4181,
    demo: true,
    resetAdminPassword: false,
  })
  expect(config.dataDir).toBe(path.resolve(import.meta.dirname, '..', '..', 'data'))
  expect(config.tablesDir).toBe(path.join(config.dataDir, 'tables'))
})

test('every setting is read from its variable', () => {
  const config = readConfig(
    {
      HOLDPOINT_HOST: '::',
      HOLDPOINT_PORT: '8080',
      HOLDPOINT_DATA_DIR: directory,
      DATABASE_URL: 'postgres://user:password@db.internal:5432/holdpoint',
      HOLDPOINT_SECRET_KEY: key.toString('hex'),
      HOLDPOINT_REGION: 'ap-southeast-1',
      HOLDPOINT_TIME_ZONE: 'Asia/Singapore',
      HOLDPOINT_PUBLIC_URL: 'https://holdpoint.example.com/base/',
      HOLDPOINT_OUTBOUND_ALLOW: '10.0.0.0/8, fd00::/8,127.0.0.1 ,extension.internal',
      HOLDPOINT_OUTBOUND_DENY: '203.0.113.0/24,metadata.internal',
      HOLDPOINT_REPLICA_TIMEOUT_MS: '2500',
      HOLDPOINT_POOL_SIZE: '20',
      HOLDPOINT_LOG_LEVEL: 'debug',
      HOLDPOINT_BODY_LIMIT_BYTES: '2048',
      HOLDPOINT_SESSION_HOURS: '8',
      HOLDPOINT_SESSION_IDLE_MINUTES: '30',
      HOLDPOINT_LOCAL_PASSWORDS: 'account-owner',
      HOLDPOINT_OIDC_ISSUER: 'https://id.example.com/realms/data',
      HOLDPOINT_OIDC_CLIENT_ID: 'holdpoint',
      HOLDPOINT_OIDC_CLIENT_SECRET: 'a secret of the provider',
      HOLDPOINT_OIDC_LABEL: 'Example Corp',
      HOLDPOINT_OIDC_TENANT: 'Example',
      HOLDPOINT_OIDC_USER_CLAIM: 'email',
      HOLDPOINT_OIDC_CREATE_USERS: 'true',
      HOLDPOINT_OIDC_ROLE: 'open-platform-administrator',
      HOLDPOINT_TRUST_PROXY: 'true',
      HOLDPOINT_FUNCTIONS: 'namespaces',
      HOLDPOINT_TABLES_DIR: '/srv/tables',
      HOLDPOINT_DUCKDB_MEMORY_MB: '2048',
      HOLDPOINT_DUCKDB_FILE_GB: '100',
      HOLDPOINT_PROGRAMS_UID: '1500',
      HOLDPOINT_PROGRAMS_MEMORY_MB: '256',
      HOLDPOINT_PYTHON: '/opt/python/bin/python3',
      HOLDPOINT_SCHEDULER: 'off',
      HOLDPOINT_METRICS_TOKEN: 'a-token-for-metrics',
      HOLDPOINT_DEMO_PORT: '0',
    },
    [],
  )
  expect(config).toEqual({
    host: '::',
    port: 8080,
    dataDir: directory,
    databaseUrl: 'postgres://user:password@db.internal:5432/holdpoint',
    secretKey: key,
    region: 'ap-southeast-1',
    timeZone: 'Asia/Singapore',
    publicUrl: 'https://holdpoint.example.com/base',
    publicUrlDerived: false,
    outboundAllow: ['10.0.0.0/8', 'fd00::/8', '127.0.0.1', 'extension.internal'],
    outboundDeny: ['203.0.113.0/24', 'metadata.internal'],
    outboundCa: null,
    smtpUrl: null,
    smtpFrom: null,
    replicaTimeoutMs: 2_500,
    poolSize: 20,
    logLevel: 'debug',
    bodyLimitBytes: 2048,
    requestsPerSecond: 0,
    sessionHours: 8,
    sessionIdleMinutes: 30,
    localPasswords: 'account-owner',
    oidcIssuer: 'https://id.example.com/realms/data',
    oidcClientId: 'holdpoint',
    oidcClientSecret: 'a secret of the provider',
    oidcLabel: 'Example Corp',
    oidcTenant: 'Example',
    oidcUserClaim: 'email',
    oidcCreateUsers: true,
    oidcRole: 'open-platform-administrator',
    trustProxy: true,
    functions: 'namespaces',
    tablesDir: '/srv/tables',
    duckdbMemoryMb: 2048,
    duckdbFileGb: 100,
    programsUid: 1500,
    programsMemoryMb: 256,
    python: '/opt/python/bin/python3',
    scheduler: 'off',
    instancesKeptDays: 30,
    metricsToken: 'a-token-for-metrics',
    demoPort: 0,
    demo: true,
    resetAdminPassword: false,
  })
})

test('a provider is named with its client, and passwords are switched off only where there is one', () => {
  expect(problemsOf({ HOLDPOINT_OIDC_ISSUER: 'https://id.example.com' })).toEqual([
    'HOLDPOINT_OIDC_CLIENT_ID is required with HOLDPOINT_OIDC_ISSUER',
  ])
  expect(problemsOf({ HOLDPOINT_LOCAL_PASSWORDS: 'account-owner' })).toHaveLength(1)
})

test.each([
  'http://id.example.com',
  'https://id.example.com/?tenant=1',
  'https://user@id.example.com',
  'ldap://id.example.com',
  'id.example.com',
])('%s is no issuer', (issuer) => {
  expect(problemsOf({ HOLDPOINT_OIDC_ISSUER: issuer, HOLDPOINT_OIDC_CLIENT_ID: 'x' })).toHaveLength(1)
})

test('a provider over plain HTTP is one on this machine', () => {
  for (const issuer of ['http://127.0.0.1:9000', 'http://localhost:9000/x', 'http://[::1]:9000'])
    expect(readConfig({ HOLDPOINT_OIDC_ISSUER: issuer, HOLDPOINT_OIDC_CLIENT_ID: 'x' }, []).oidcIssuer).toBe(issuer)
})

test('users who are made by signing in at a provider never get full power', () => {
  for (const role of ['account-owner', 'full-access', 'owner'])
    expect(problemsOf({ HOLDPOINT_OIDC_ROLE: role })).toHaveLength(1)
})

test('a mail server is one that takes mails over TLS, unless it is said otherwise and no password goes with it', () => {
  const read = (url: string) =>
    readConfig({ HOLDPOINT_SMTP_URL: url, HOLDPOINT_SMTP_FROM: 'a@example.com' }, []).smtpUrl
  const login = { user: 'me', pass: 'p@ss' }
  expect(read('smtps://me:p%40ss@mail.example')).toEqual({
    host: 'mail.example',
    port: 465,
    tls: 'from-the-start',
    login,
  })
  expect(read('smtp://mail.example')).toEqual({ host: 'mail.example', port: 587, tls: 'starttls', login: null })
  expect(read('smtp://[::1]:25?tls=off')).toEqual({ host: '::1', port: 25, tls: 'none', login: null })
  const from = { HOLDPOINT_SMTP_FROM: 'a@example.com' }
  for (const url of ['smtp://me:hunter2@mail.example?tls=off', 'http://mail.example', 'smtp://hunter2@mail.example'])
    expect(problemsOf({ HOLDPOINT_SMTP_URL: url, ...from }).join()).toMatch(/^HOLDPOINT_SMTP_URL must be (?!.*hunter2)/)
  expect(problemsOf({ HOLDPOINT_SMTP_URL: 'smtp://mail.example' })).toEqual([
    'HOLDPOINT_SMTP_FROM is required with HOLDPOINT_SMTP_URL',
  ])
  expect(problemsOf({ HOLDPOINT_SMTP_FROM: 'Somebody <a@example.com>' })).toHaveLength(1)
})

test('a flag wins over its variable, in both spellings', () => {
  const env = { HOLDPOINT_PORT: '5000', HOLDPOINT_DATA_DIR: '/elsewhere' }
  expect(readConfig(env, ['--port', '6000', '--no-demo'])).toMatchObject({
    port: 6000,
    dataDir: '/elsewhere',
    demo: false,
  })
  expect(readConfig(env, ['--port=6000', `--data-dir=${directory}`])).toMatchObject({ port: 6000, dataDir: directory })
  expect(readConfig(env, ['--reset-admin-password'])).toMatchObject({ resetAdminPassword: true, demo: true })
})

test('an empty value counts as not set', () => {
  expect(readConfig({ HOLDPOINT_PORT: '', DATABASE_URL: '' }, [])).toMatchObject({ port: 4180, databaseUrl: null })
})

test('all problems are reported together', () => {
  const problems = problemsOf({ HOLDPOINT_PORT: '65536', HOLDPOINT_LOG_LEVEL: 'loud', HOLDPOINT_TRUST_PROXY: 'yes' }, [
    '--nope',
  ])
  expect(problems).toHaveLength(4)
  expect(problems).toContain('HOLDPOINT_PORT must be a whole number from 0 to 65535, not "65536"')
})

test('an unknown variable or argument is an error that names the nearest known one', () => {
  expect(problemsOf({ HOLDPOINT_DATADIR: '/x' })).toEqual([
    'HOLDPOINT_DATADIR is not a variable of Holdpoint, did you mean HOLDPOINT_DATA_DIR?',
  ])
  expect(problemsOf({}, ['--nodemo'])).toEqual(['--nodemo is not an argument of Holdpoint, did you mean --no-demo?'])
  expect(problemsOf({}, ['--no-demo=1'])).toEqual(['--no-demo takes no value'])
  expect(problemsOf({}, ['--port', '--no-demo'])).toContain('--port needs a value')
  expect(problemsOf({}, ['--data-dir'])).toEqual(['--data-dir needs a value'])
})

test.each([
  ['HOLDPOINT_HOST', '999.1.1.1'],
  ['HOLDPOINT_HOST', 'a b'],
  ['HOLDPOINT_PORT', '-1'],
  ['HOLDPOINT_PORT', '80.5'],
  ['HOLDPOINT_REGION', 'Hangzhou'],
  ['HOLDPOINT_TIME_ZONE', 'Asia/Atlantis'],
  ['HOLDPOINT_PUBLIC_URL', 'ftp://example.com'],
  ['HOLDPOINT_PUBLIC_URL', 'example.com'],
  ['HOLDPOINT_PUBLIC_URL', 'https://user@example.com'],
  ['HOLDPOINT_OUTBOUND_ALLOW', '10.0.0.0/33'],
  ['HOLDPOINT_OUTBOUND_ALLOW', '10.0.0/8'],
  ['HOLDPOINT_OUTBOUND_ALLOW', 'good.example,http://bad.example'],
  ['HOLDPOINT_OUTBOUND_DENY', 'not a name'],
  ['HOLDPOINT_OUTBOUND_CA', '/nowhere/at-all.pem'],
  ['HOLDPOINT_REPLICA_TIMEOUT_MS', '999'],
  ['HOLDPOINT_POOL_SIZE', '1'],
  ['HOLDPOINT_BODY_LIMIT_BYTES', '10'],
  ['HOLDPOINT_TRUST_PROXY', 'toString'],
  ['HOLDPOINT_DEMO_PORT', '4180'],
])('%s is not accepted as "%s"', (name, text) => {
  expect(problemsOf({ [name]: text })).toEqual([expect.stringContaining(name)])
})

test('a problem with a secret does not repeat the secret', () => {
  const problems = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x', HOLDPOINT_SECRET_KEY: 'hunter2' })
  expect(problems).toHaveLength(2)
  expect(problems.join()).not.toContain('hunter2')
})

test('the secret key is required with DATABASE_URL', () => {
  expect(problemsOf({ DATABASE_URL: 'postgres://u@h/d' })).toEqual([
    expect.stringMatching(/^HOLDPOINT_SECRET_KEY is required/),
  ])
})

test('any 32 bytes are accepted as a secret key in hex, base64 and base64url, and nothing shorter or longer', () => {
  const bytes = (least: number, most: number) =>
    fc.uint8Array({ minLength: least, maxLength: most }).map((array) => Buffer.from(array))
  const encoding = fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const)
  fc.assert(
    fc.property(bytes(32, 32), encoding, (secret, form) => {
      expect(readConfig({ HOLDPOINT_SECRET_KEY: secret.toString(form) }, []).secretKey).toEqual(secret)
    }),
  )
  fc.assert(
    fc.property(fc.oneof(bytes(1, 31), bytes(33, 64)), encoding, (secret, form) => {
      // 48 bytes of base64 are 64 characters, which may all be hexadecimal digits: then it is a valid key in hex.
      fc.pre(!/^[0-9a-f]{64}$/i.test(secret.toString(form)))
      expect(problemsOf({ HOLDPOINT_SECRET_KEY: secret.toString(form) })).toHaveLength(1)
    }),
  )
})

test('the summary tells every setting and no secret', () => {
  const env = {
    DATABASE_URL: 'postgres://user:hunter2@db.internal/holdpoint',
    HOLDPOINT_SECRET_KEY: key.toString('base64'),
  }
  const summary = configSummary(readConfig(env, []))
  expect(summary).toMatchObject({
    HOLDPOINT_PORT: '4180',
    DATABASE_URL: 'set',
    HOLDPOINT_SECRET_KEY: 'set',
    demo: 'true',
  })
  expect(JSON.stringify(summary)).not.toContain('hunter2')
  expect(JSON.stringify(summary)).not.toContain(key.toString('base64'))
})

test('the public address follows the bound port only where none was set', () => {
  const derived = readConfig({ HOLDPOINT_HOST: '0.0.0.0', HOLDPOINT_PORT: '0' }, [])
  expect(withBoundPort(derived, 5123)).toMatchObject({ port: 5123, publicUrl: 'http://127.0.0.1:5123' })
  expect(withBoundPort(readConfig({ HOLDPOINT_HOST: '::' }, []), 1)).toMatchObject({ publicUrl: 'http://[::1]:1' })
  const given = readConfig({ HOLDPOINT_PUBLIC_URL: 'https://h.example', HOLDPOINT_PORT: '0' }, [])
  expect(withBoundPort(given, 5123)).toMatchObject({ port: 5123, publicUrl: 'https://h.example' })
})

test('--help is recognised beside wrong settings and names every flag and variable', () => {
  expect(wantsHelp(['--nope', '--help'])).toBe(true)
  expect(wantsHelp(['--no-demo'])).toBe(false)
  const text = helpText()
  for (const name of [
    '--port',
    '--data-dir',
    '--no-demo',
    '--reset-admin-password',
    '--help',
    'DATABASE_URL',
    'HOLDPOINT_REGION',
  ]) {
    expect(text).toContain(name)
  }
})

test('docs/configuration.md is what the table says', async () => {
  await expect(configurationMarkdown()).toMatchFileSnapshot('../../docs/configuration.md')
})

test('the generated key is kept, private, and the same for every start', () => {
  const dataDir = path.join(directory, 'new', 'data')
  const config = readConfig({ HOLDPOINT_DATA_DIR: dataDir }, [])
  const first = secretKeyOf(config)
  expect(first).toHaveLength(32)
  expect(secretKeyOf(config)).toEqual(first)
  expect(statSync(path.join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(readdirSync(dataDir)).toEqual(['secret.key'])
  expect(Buffer.from(readFileSync(path.join(dataDir, 'secret.key'), 'utf8'), 'base64')).toEqual(first)
})

test('a configured key is used and no file is made', () => {
  const config = readConfig({ HOLDPOINT_DATA_DIR: directory, HOLDPOINT_SECRET_KEY: key.toString('base64') }, [])
  expect(secretKeyOf(config)).toEqual(key)
  expect(readdirSync(directory)).toEqual([])
})

test('a key that others could read is closed again', () => {
  const file = path.join(directory, 'secret.key')
  writeFileSync(file, key.toString('base64'))
  chmodSync(file, 0o644)
  expect(secretKeyOf(readConfig({ HOLDPOINT_DATA_DIR: directory }, []))).toEqual(key)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('a data directory that lost its key gets no new one in silence', () => {
  mkdirSync(path.join(directory, 'postgres'))
  writeFileSync(path.join(directory, 'postgres', 'PG_VERSION'), '18\n')
  expect(() => secretKeyOf(readConfig({ HOLDPOINT_DATA_DIR: directory }, []))).toThrow(ConfigError)
  expect(readdirSync(directory)).toEqual(['postgres'])
})

test('a damaged key file is an error that names it', () => {
  writeFileSync(path.join(directory, 'secret.key'), 'short')
  expect(() => secretKeyOf(readConfig({ HOLDPOINT_DATA_DIR: directory }, []))).toThrow(/secret\.key must hold 32 bytes/)
})
