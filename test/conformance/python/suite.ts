import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Suite } from '../suites.ts'

const run = promisify(execFile)
const python = (directory: string) => path.join(directory, 'venv', 'bin', 'python')

function suite(
  name: string,
  client: string,
  packages: readonly string[],
  mismatchCode: string,
  versions: Suite['versions'] = ['2020-05-18'],
): Suite {
  return {
    name,
    needs: [['python3', '-c', 'import venv, ensurepip']],
    async install(directory) {
      await run('python3', ['-m', 'venv', path.join(directory, 'venv')])
      await run(python(directory), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
    },
    command: (directory, role) => [python(directory), path.join(import.meta.dirname, 'bridge.py'), client, role],
    mismatchCode,
    versions,
  }
}

export const PYTHON: readonly Suite[] = [
  suite(
    'Python, first generation, V1 (aliyun-python-sdk-dataworks-public)',
    'sdk-core',
    ['aliyun-python-sdk-core==2.16.0', 'aliyun-python-sdk-dataworks-public==6.1.12'],
    // It compares the server's string to sign with its own, and they are equal.
    'InvalidAccessKeySecret',
  ),
  suite(
    'Python, second generation, V3 (alibabacloud_dataworks-public20200518, -20240518)',
    'tea-openapi',
    ['alibabacloud_dataworks-public20200518==10.1.1', 'alibabacloud_dataworks-public20240518==9.11.0'],
    'SignatureDoesNotMatch',
    ['2020-05-18', '2024-05-18'],
  ),
]
