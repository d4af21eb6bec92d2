// No host is left behind, however the server that started it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { withDescendants } from '../../../bench/processes.ts'
import { invocationOf } from '../../../test/functions.ts'
import { PATIENCE } from '../../../test/world.ts'
import { startFunctionHosts } from './hosts.ts'

const PROGRAM = path.join(import.meta.dirname, '..', '..', '..', 'test', 'function-server.ts')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe.runIf(process.platform === 'linux')('no process stays behind', () => {
  test('when hosts are closed, though functions run in them that do not end', async () => {
    const before = new Set(withDescendants(process.pid))
    const hosts = startFunctionHosts({ outbound: null })
    const calls = [1, 2].map((tenantId) =>
      hosts.invoke(
        invocationOf('export default () => { for (;;); }', { tenantId, limits: { timeoutMs: 60_000, memoryMb: 16 } }),
      ),
    )
    const ours = () => withDescendants(process.pid).filter((pid) => !before.has(pid))
    await expect.poll(() => ours().length, PATIENCE).toBeGreaterThanOrEqual(2)
    await hosts.invoke(invocationOf('export default () => 1'))
    const pids = ours()
    await hosts.close()
    for (const { ended } of await Promise.all(calls)) expect(ended).toBe('stopped')
    await expect.poll(() => pids.filter(isAlive), PATIENCE).toEqual([])
    expect(await hosts.invoke(invocationOf('export default () => 1'))).toMatchObject({ ended: 'refused' })
  })

  test.each([
    ['the strongest fence', 'strongest'],
    ['the weakest', 'weakest'],
  ])('when the server is killed in the middle, behind %s', async (_what, fence) => {
    const server = spawn(process.execPath, [PROGRAM, fence], { stdio: ['ignore', 'pipe', 'inherit'] })
    afterAll(() => void server.kill('SIGKILL'))
    const [said] = await once(server.stdout, 'data')
    expect(String(said)).toBe('both run\n')
    const pids = withDescendants(server.pid!).filter((pid) => pid !== server.pid)
    expect(pids.length).toBeGreaterThanOrEqual(1)
    server.kill('SIGKILL')
    await expect.poll(() => pids.filter(isAlive), PATIENCE).toEqual([])
  })
})
