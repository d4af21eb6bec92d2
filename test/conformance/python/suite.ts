import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)
const python = (directory: string) => path.join(directory, 'venv', 'bin', 'python')

function suite(
  generation: string,
  way: string,
  client: string,
  packages: readonly (readonly [name: string, version: string])[],
  mismatchCode: string,
): Suite {
  return {
    name: `Python, ${generation}, ${way} (${packages.at(-1)![0]})`,
    client: `Python ${generation}`,
    way,
    packages: packages.map(([name, version]) => `${name} ${version}`),
    needs: [['python3', '-c', 'import venv, ensurepip']],
    async install(directory) {
      await run('python3', ['-m', 'venv', path.join(directory, 'venv')])
      const wanted = packages.map(([name, version]) => `${name}==${version}`)
      await run(python(directory), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted])
    },
    command: (directory, role) => [python(directory), path.join(import.meta.dirname, 'bridge.py'), client, role],
    mismatchCode,
  }
}

export const PYTHON: readonly Suite[] = [
  suite(
    '1.0',
    'V1',
    'sdk-core',
    [
      ['aliyun-python-sdk-core', '2.16.0'],
      ['aliyun-python-sdk-dataworks-public', '6.1.12'],
    ],
    // It compares the server's string to sign with its own, and they are equal.
    'InvalidAccessKeySecret',
  ),
  suite(
    '2.0',
    'V3',
    'tea-openapi',
    [
      ['alibabacloud-dataworks-public20200518', '10.1.1'],
      ['alibabacloud-dataworks-public20240518', '9.11.0'],
    ],
    'SignatureDoesNotMatch',
  ),
]
