import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)

const dependency = (artifact: string, version: string) =>
  `<dependency><groupId>com.aliyun</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
const PROJECT = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>holdpoint.example</groupId>
  <artifactId>conformance</artifactId>
  <version>1</version>
  <dependencies>
    ${dependency('aliyun-java-sdk-core', '4.7.10')}
    ${dependency('tea-openapi', '0.3.6')}
  </dependencies>
</project>
`

function suite(name: string, client: string): Suite {
  const classPath = (directory: string) => ['-cp', `${path.join(directory, 'lib', '*')}:${directory}`] as const
  return {
    name,
    needs: [
      ['mvn', '-version'],
      ['javac', '-version'],
    ],
    async install(directory) {
      writeFileSync(path.join(directory, 'pom.xml'), PROJECT)
      const copy = ['dependency:copy-dependencies', '-DoutputDirectory=lib']
      await run('mvn', ['--quiet', '--batch-mode', ...copy], { cwd: directory, maxBuffer: 1 << 24 })
    },
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
      client,
      role,
    ],
    mismatchCode: 'SignatureDoesNotMatch',
    versions: ['2020-05-18'],
  }
}

export const JAVA: readonly Suite[] = [
  suite('Java, first generation, V1 (aliyun-java-sdk-core)', 'sdk-core-v1'),
  suite('Java, first generation, V3 (aliyun-java-sdk-core)', 'sdk-core-v3'),
  suite('Java, second generation, V3 (tea-openapi)', 'tea-v3'),
  suite('Java, second generation, V1 (tea-openapi)', 'tea-v1'),
]
