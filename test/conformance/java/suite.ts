import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)

type Package = readonly [artifact: string, version: string]

const dependency = ([artifact, version]: Package) =>
  `<dependency><groupId>com.aliyun</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
const project = (packages: readonly Package[]) => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdpoint.example</groupId>
  <artifactId>conformance</artifactId>
  <version>1</version>
  <dependencies>
    ${packages.map(dependency).join('\n    ')}
  </dependencies>
</project>
`

const FIRST: readonly Package[] = [
  ['aliyun-java-sdk-core', '4.7.10'],
  ['aliyun-java-sdk-dataworks-public', '3.4.23'],
]
const SECOND: readonly Package[] = [
  ['tea-openapi', '0.3.6'],
  ['dataworks_public20200518', '4.3.1'],
]
/** Its product's package of the newer version, which not every mirror has. */
const NEWER: readonly Package[] = [['dataworks_public20240518', '2.2.1']]

const installer = (packages: readonly Package[]) => async (directory: string) => {
  writeFileSync(path.join(directory, 'pom.xml'), project(packages))
  const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib']
  await run('mvn', ['--quiet', '--batch-mode', ...copy], { cwd: directory, maxBuffer: 1 << 24 })
}
const installBoth = installer([...FIRST, ...SECOND])
const installNewer = installer([...FIRST, ...SECOND, ...NEWER])

function suite(
  client: string,
  way: string,
  program: string,
  packages: readonly Package[],
  install: Suite['install'] = installBoth,
): Suite {
  const classPath = (directory: string) => ['-cp', `${path.join(directory, 'lib', '*')}:${directory}`] as const
  return {
    name: `Java, ${client.replace('Java ', '')}, ${way} (${packages.at(-1)![0]})`,
    client,
    way,
    packages: packages.map((one) => one.join(' ')),
    needs: [
      ['mvn', '-version'],
      ['javac', '-version'],
    ],
    install,
    async build(directory) {
      const source = path.join(import.meta.dirname, 'Bridge.java')
      await run('javac', ['-nowarn', '-d', directory, ...classPath(directory), source])
    },
    command: (directory, role) => [
      'java',
      '-Dslf4j.internal.verbosity=ERROR',
      '-Dfile.encoding=UTF-8',
      ...classPath(directory),
      'Bridge',
      program,
      role,
    ],
    // The first generation compares the string to sign with its own in V1, and they are equal.
    mismatchCode: program === 'sdk-core-v1' ? 'SDK.InvalidAccessKeySecret' : 'SignatureDoesNotMatch',
  }
}

export const JAVA: readonly Suite[] = [
  suite('Java 1.0', 'V1', 'sdk-core-v1', FIRST),
  suite('Java 1.0', 'V3', 'sdk-core-v3', FIRST),
  suite('Java 2.0', 'V3', 'tea-v3', SECOND),
  suite('Java 2.0', 'V1', 'tea-v1', SECOND),
  suite('Java 2.0, newer version', 'V3', 'tea-v3', NEWER, installNewer),
]
