// A broker as a process of its own, which does not outlive the tests, however they end.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const READY_MS = 90_000

/** Kills the broker and whatever it has started, when it ends by itself and when nobody holds the other end of the standard input any more. */
const GUARD = '{ "$@" </dev/null; kill -9 0; } & read _; kill -9 0'

export type BrokerProcess = {
  /** Starts it, again too, and resolves when something listens on the port. */
  start(): Promise<void>
  /** As a power failure would: kill -9. */
  kill(): Promise<void>
}

export function brokerProcess(
  command: readonly [program: string, ...args: string[]],
  { env, logFile, port }: { readonly env: NodeJS.ProcessEnv; readonly logFile: string; readonly port: number },
): BrokerProcess {
  let child: ChildProcess | null = null
  return {
    async start() {
      const log = openSync(logFile, 'a')
      const started = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], {
        stdio: ['pipe', log, log],
        env,
        detached: true,
      })
      closeSync(log)
      started.stdin!.on('error', () => {})
      child = started
      const until = Date.now() + READY_MS
      while (!(await answers(port))) {
        if (started.exitCode !== null || started.signalCode !== null || Date.now() > until)
          throw new Error(
            `${command[0]} does not listen on port ${port}:\n${readFileSync(logFile, 'utf8').slice(-4_000)}`,
          )
        await pause(50)
      }
    },
    async kill() {
      const ended = child
      child = null
      if (ended === null || ended.exitCode !== null || ended.signalCode !== null) return
      process.kill(-ended.pid!, 'SIGKILL')
      await once(ended, 'exit')
      // The shell is gone; what it had started may take a moment longer.
      const until = Date.now() + READY_MS
      while (await answers(port)) {
        if (Date.now() > until) throw new Error(`something still listens on port ${port}`)
        await pause(20)
      }
    },
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** Which of these programs is not in the search path. */
export function missingProgram(programs: readonly string[]): string | null {
  const isThere = (name: string) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status === 0
  return programs.find((name) => !isThere(name)) ?? null
}

/** Ports that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** Passes on what is sent to it to the port, and knows how many connections there are. */
export async function passage(port: number) {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port })
    open.add(near)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const)
      from
        .on('error', () => {})
        .on('close', () => to.destroy())
        .pipe(to)
    near.on('close', () => open.delete(near))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open.size,
    close() {
      for (const socket of open) socket.destroy()
      server.close()
    },
  }
}
