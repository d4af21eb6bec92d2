// One Kafka broker that is its own controller, brought from Maven Central, with a listener for each way to reach it.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { type BrokerProcess, brokerProcess, freePorts, missingProgram } from './broker-process.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import type { Brought } from './suites.ts'

const run = promisify(execFile)
const VERSION = '4.3.1'
const OLDEST_JAVA = 17
const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdpoint.test</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`
const BRING_MS = 300_000

export async function bringKafka(directory: string): Promise<Brought> {
  const absent = missingProgram(['java', 'mvn', 'openssl'])
  if (absent !== null) return { missing: `there is no ${absent} here` }
  const { stderr } = await run('java', ['-version'])
  const version = Number(/version "(\d+)/.exec(stderr)?.[1])
  if (!(version >= OLDEST_JAVA)) return { missing: `it needs Java ${OLDEST_JAVA} or newer` }
  writeFileSync(path.join(directory, 'pom.xml'), PROJECT)
  const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime']
  try {
    await run('mvn', ['--quiet', '--batch-mode', ...copy], { cwd: directory, maxBuffer: 1 << 24, timeout: BRING_MS })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const why = `${stdout}${stderr}`.split('\n').find((line) => line.includes('ERROR')) ?? String(error)
    return { missing: `it could not be brought: ${why}` }
  }
  return { at: path.join(directory, 'lib') }
}

export const USER = { username: 'holdpoint', password: 'a %pass! word:1' }

export type Kafka = BrokerProcess & {
  readonly certificate: Certificate
  readonly plain: string
  readonly sasl: string
  /** By the name `localhost`, which its certificate is for. */
  readonly tls: string
  /** A listener that says the broker is at 10.255.255.1. */
  readonly liar: string
  remove(): Promise<void>
}

export async function startKafka(lib: string): Promise<Kafka> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdpoint-kafka-'))
  const certificate = await makeCertificate(home)
  const keystore = path.join(home, 'keystore.pem')
  writeFileSync(keystore, readFileSync(certificate.keyFile, 'utf8') + certificate.pem)
  const [plain, sasl, tls, liar, controller] = (await freePorts(5)) as [number, number, number, number, number]
  const data = path.join(home, 'data')
  mkdirSync(data)
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,LIAR:PLAINTEXT',
    listeners: Object.entries({ PLAIN: plain, SASL: sasl, TLS: tls, LIAR: liar, CONTROLLER: controller })
      .map(([name, port]) => `${name}://127.0.0.1:${port}`)
      .join(),
    'advertised.listeners': `PLAIN://127.0.0.1:${plain},SASL://127.0.0.1:${sasl},TLS://localhost:${tls},LIAR://10.255.255.1:9092`,
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required user_${USER.username}="${USER.password}";`,
    'listener.name.sasl.scram-sha-256.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.sasl.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'listener.name.tls.ssl.keystore.type': 'PEM',
    'listener.name.tls.ssl.keystore.location': keystore,
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  }
  const file = path.join(home, 'server.properties')
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const scram = ['256', '512'].flatMap((bits) => [
    '--add-scram',
    `SCRAM-SHA-${bits}=[name=${USER.username},password=${USER.password}]`,
  ])
  const classPath = ['-cp', path.join(lib, '*')]
  const { PATH } = process.env
  const kafka = brokerProcess(['java', '-Xmx256m', '-XX:TieredStopAtLevel=1', ...classPath, 'kafka.Kafka', file], {
    env: { PATH },
    logFile: path.join(home, 'log'),
    port: plain,
  })
  const remove = async () => {
    await kafka.kill()
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await run('java', [
      ...classPath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      'aG9sZHBvaW50LXRlc3RzLQ',
      '-c',
      file,
      ...scram,
    ])
    await kafka.start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    ...kafka,
    certificate,
    plain: `127.0.0.1:${plain}`,
    sasl: `127.0.0.1:${sasl}`,
    tls: `localhost:${tls}`,
    liar: `127.0.0.1:${liar}`,
    remove,
  }
}
