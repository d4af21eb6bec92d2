import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)

const MODULE = `module holdpoint.example/conformance

go 1.21

require (
\tgithub.com/alibabacloud-go/darabonba-openapi/v2 v2.1.13
\tgithub.com/aliyun/alibaba-cloud-sdk-go v1.63.107
)
`

function suite(name: string, client: string): Suite {
  return {
    name,
    needs: [['go', 'version']],
    async install(directory) {
      copyFileSync(path.join(import.meta.dirname, 'main.go'), path.join(directory, 'main.go'))
      writeFileSync(path.join(directory, 'go.mod'), MODULE)
      await run('go', ['mod', 'tidy'], { cwd: directory })
      await run('go', ['mod', 'download'], { cwd: directory })
    },
    build: (directory) => run('go', ['build', '-o', 'bridge', '.'], { cwd: directory }).then(() => {}),
    command: (directory, role) => [path.join(directory, 'bridge'), client, role],
    mismatchCode: 'SignatureDoesNotMatch',
    versions: ['2020-05-18'],
  }
}

export const GO: readonly Suite[] = [
  suite('Go, first generation, V1 (alibaba-cloud-sdk-go)', 'sdk-go'),
  suite('Go, second generation, V3 (darabonba-openapi)', 'darabonba-v3'),
  suite('Go, second generation, V1 (darabonba-openapi)', 'darabonba-v1'),
]
