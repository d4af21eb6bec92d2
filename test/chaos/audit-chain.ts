import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from './build.ts'

const run = promisify(execFile)

/** What the command that verifies the chain of the audit trail says against it; null when it finds it whole. */
export async function auditProblem(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<string | null> {
  try {
    await run('npm', ['run', '--silent', 'audit', '--', 'verify', ...args], { cwd: ROOT, env })
    return null
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string }
    return `${stdout}${stderr}`.trim().slice(0, 2_000) || message
  }
}
