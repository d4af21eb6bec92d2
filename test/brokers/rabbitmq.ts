// A RabbitMQ node of the tests' own: its data, its ports, its port mapper; nothing of a service that may run on the machine is touched.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type BrokerProcess, brokerProcess, freePorts, missingProgram } from './broker-process.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import type { Brought } from './suites.ts'

const run = promisify(execFile)
const BRING_MS = 300_000
/** The script itself: the one in the search path of Debian changes the user. */
const PLACES = [
  '/usr/lib/rabbitmq/bin/rabbitmq-server',
  '/usr/local/sbin/rabbitmq-server',
  '/opt/rabbitmq/sbin/rabbitmq-server',
]

export async function bringRabbitmq(): Promise<Brought> {
  const found = () => PLACES.find((place) => existsSync(place))
  if (found() === undefined) {
    // A package of the system is installed on machines of CI only, which are thrown away.
    if (!process.env.CI) return { missing: 'there is no rabbitmq-server here (with CI=true it is installed)' }
    if (process.getuid?.() !== 0) return { missing: 'there is no rabbitmq-server here, and only root may install it' }
    if (!existsSync('/usr/bin/apt-get')) return { missing: 'there is neither rabbitmq-server nor apt-get here' }
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
    try {
      await run('apt-get', ['update'], { env, timeout: BRING_MS })
      const what = ['rabbitmq-server', 'openssl']
      const how = ['install', '--yes', '--no-install-recommends']
      await run('apt-get', [...how, ...what], { env, timeout: BRING_MS, maxBuffer: 1 << 24 })
    } catch (error) {
      const said = String((error as { stderr?: string }).stderr || error)
      return { missing: `it could not be installed: ${said.trim().split('\n').at(-1)}` }
    }
  }
  const at = found()
  if (at === undefined) return { missing: 'rabbitmq-server is not where it is expected' }
  const absent = missingProgram(['erl', 'epmd', 'openssl'])
  return absent === null ? { at } : { missing: `there is no ${absent} here` }
}

export const USER = { username: 'holdpoint', password: 'a "pass", word=1' }
export const VHOST = 'a /vhost'

export type Rabbitmq = BrokerProcess & {
  readonly certificate: Certificate
  readonly port: number
  readonly tlsPort: number
  remove(): Promise<void>
}

/** With an exchange `events` that leads every routing key to the queue `events`, and a queue `full` that takes one message. */
export async function startRabbitmq(script: string): Promise<Rabbitmq> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdpoint-rabbitmq-'))
  const file = (name: string, text: string) => {
    const where = path.join(home, name)
    writeFileSync(where, text)
    return where
  }
  for (const name of ['mnesia', 'log', 'home']) mkdirSync(path.join(home, name))
  const certificate = await makeCertificate(home)
  const [port, tlsPort, distPort, mapperPort] = (await freePorts(4)) as [number, number, number, number]
  const definitions = file('definitions.json', JSON.stringify(DEFINITIONS))
  const config = file(
    'rabbitmq.conf',
    `listeners.tcp.1 = 127.0.0.1:${port}
listeners.ssl.1 = 127.0.0.1:${tlsPort}
ssl_options.certfile = ${certificate.certFile}
ssl_options.keyfile = ${certificate.keyFile}
ssl_options.verify = verify_none
load_definitions = ${definitions}
log.console = true
log.file = false
`,
  )
  const { PATH } = process.env
  const env = {
    PATH,
    HOME: path.join(home, 'home'),
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: 'holdpoint-test@localhost',
    RABBITMQ_MNESIA_BASE: path.join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: path.join(home, 'log'),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[].'),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2',
  }
  const logFile = path.join(home, 'output')
  const mapper = brokerProcess(['epmd', '-port', String(mapperPort), '-address', '127.0.0.1'], {
    env,
    logFile,
    port: mapperPort,
  })
  await mapper.start()
  // It listens for TLS last.
  const node = brokerProcess([script], { env, logFile, port: tlsPort })
  const remove = async () => {
    await node.kill()
    await mapper.kill()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await node.start()
  } catch (error) {
    await remove()
    throw error
  }
  return { ...node, certificate, port, tlsPort, remove }
}

function passwordHash(password: string): string {
  const salt = randomBytes(4)
  return Buffer.concat([salt, createHash('sha256').update(salt).update(password).digest()]).toString('base64')
}

const queue = (name: string, more: object = {}) => ({
  name,
  vhost: VHOST,
  durable: true,
  auto_delete: false,
  arguments: more,
})

const DEFINITIONS = {
  users: [
    {
      name: USER.username,
      password_hash: passwordHash(USER.password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: '',
    },
  ],
  vhosts: [{ name: VHOST }],
  permissions: [
    { user: USER.username, vhost: VHOST, configure: '', write: '^(events|nobody\\..*|amq\\.default)$', read: '.*' },
  ],
  exchanges: [
    { name: 'events', vhost: VHOST, type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} },
    {
      name: 'forbidden',
      vhost: VHOST,
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  queues: [queue('events'), queue('full', { 'x-max-length': 1, 'x-overflow': 'reject-publish' })],
  bindings: [
    {
      source: 'events',
      vhost: VHOST,
      destination: 'events',
      destination_type: 'queue',
      routing_key: 'dataworks.#',
      arguments: {},
    },
  ],
}
