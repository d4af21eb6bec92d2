// Extensions of their own in Java with Spring Boot, built as their pages say and started with nothing but an endpoint, an AccessKey pair and their code.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'

const EXAMPLES = path.resolve(import.meta.dirname, '../../../examples')
const STARTS_WITHIN_MS = 120_000

const example = (directory: string) =>
  ({
    name: `Spring Boot, Java 1.0, V1 (examples/${directory})`,
    needs: [
      ['mvn', '-version'],
      ['javac', '-version'],
    ],
    async install(to: string): Promise<void> {
      cpSync(path.join(EXAMPLES, directory), to, { recursive: true })
      await promisify(execFile)('mvn', ['--quiet', '--batch-mode', 'package'], { cwd: to, maxBuffer: 1 << 24 })
    },
    jar: `target/${directory.replace(/-java$/, '')}-1.jar`,
  }) as const

export const PROHIBITED_FUNCTIONS = example('prohibited-functions-java')
export const CHANGE_FREEZE = example('change-freeze-java')

/** Answers where it takes events. */
export async function startSpring(jar: string, env: Readonly<Record<string, string>>) {
  const port = await freePort()
  const child = spawn('java', ['-jar', jar], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH ?? '', ...env, PORT: String(port) },
  })
  const untilMs = Date.now() + STARTS_WITHIN_MS
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > untilMs) {
      child.kill('SIGKILL')
      throw new Error('The service has not started.')
    }
    await pause(100)
  }
  return { endpoint: `http://127.0.0.1:${port}/events`, stop: () => void child.kill('SIGKILL') }
}

function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).finally(() => socket.destroy()) as Promise<boolean>
}

/** A port that nothing listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
