import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)

type Package = readonly [module: string, version: string]

const FIRST: readonly Package[] = [['github.com/aliyun/alibaba-cloud-sdk-go', 'v1.63.107']]
const SECOND: readonly Package[] = [['github.com/alibabacloud-go/darabonba-openapi/v2', 'v2.1.13']]
/** The product's own clients of the second generation, which not every proxy has. */
const PRODUCT: readonly Package[] = [
  ['github.com/alibabacloud-go/dataworks-public-20200518/v9', 'v9.0.4'],
  ['github.com/alibabacloud-go/dataworks-public-20240518/v8', 'v8.4.0'],
]

const moduleOf = (packages: readonly Package[]) => `module holdpoint.example/conformance

go 1.21

require (
${packages.map((one) => `\t${one.join(' ')}\n`).join('')})
`

const installer = (packages: readonly Package[], files: readonly string[]) => async (directory: string) => {
  for (const file of files) copyFileSync(path.join(import.meta.dirname, file), path.join(directory, file))
  writeFileSync(path.join(directory, 'go.mod'), moduleOf(packages))
  await run('go', ['mod', 'tidy'], { cwd: directory })
  await run('go', ['mod', 'download'], { cwd: directory })
}
const installCores = installer([...FIRST, ...SECOND], ['main.go'])
const installProduct = installer([...FIRST, ...SECOND, ...PRODUCT], ['main.go', 'product.go'])

function suite(
  client: string,
  way: string,
  program: string,
  packages: readonly Package[],
  install: Suite['install'] = installCores,
): Suite {
  return {
    name: `Go, ${client.replace('Go ', '')}, ${way} (${packages[0]![0].split('/')[2]})`,
    client,
    way,
    packages: packages.map((one) => one.join(' ')),
    needs: [['go', 'version']],
    install,
    build: (directory) => run('go', ['build', '-o', 'bridge', '.'], { cwd: directory }).then(() => {}),
    command: (directory, role) => [path.join(directory, 'bridge'), program, role],
    mismatchCode: 'SignatureDoesNotMatch',
  }
}

export const GO: readonly Suite[] = [
  suite('Go 1.0', 'V1', 'sdk-go', FIRST),
  suite('Go 2.0 core', 'V3', 'darabonba-v3', SECOND),
  suite('Go 2.0 core', 'V1', 'darabonba-v1', SECOND),
  suite('Go 2.0', 'V3', 'darabonba-v3', PRODUCT, installProduct),
]
