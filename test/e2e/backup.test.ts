// A backup that is put back elsewhere: what was held is held there, and everything that signs and verifies goes on.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { CLIENTS } from '../../examples/freeze-guard/extension.ts'
import { endEverything, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { administratorOf, clientOf } from './user.ts'
import { operate, recurrenceOf, watchedWorkspace } from './watched-workspace.ts'

const PATIENCE = { timeout: 20_000, interval: 25 }
const AUDIT = path.resolve(import.meta.dirname, '../../server/src/audit-command.ts')

const run = promisify(execFile)

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(async () => {
  await endEverything()
  await receiver.close()
})

test('a copy of the data directory holds what was held, and takes the answer to it', { timeout: 90_000 }, async () => {
  const dataDir = path.join(temporaryHome(), 'data')
  const env = { HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1' }
  const first = await startHoldpoint({ args: ['--no-demo', '--data-dir', dataDir], env })
  const { client, pair } = await administratorOf(first)
  const shop = await watchedWorkspace(client, receiver.endpoint)
  const held = await operate(client, shop.workspaceId, 'freeze-node', shop.node('di_orders'))
  const message = await vi.waitFor(() => {
    const asking = receiver.messages.find((one) => one.data.extensionBizId === held.id)
    expect(asking).toBeDefined()
    return asking!
  }, PATIENCE)
  await first.end('SIGTERM')

  const copy = path.join(temporaryHome(), 'data')
  await run('cp', ['-a', dataDir, copy])
  const second = await startHoldpoint({ args: ['--no-demo', '--data-dir', copy], env })
  expect(second.password).toBeNull()
  const restored = clientOf(second, pair)
  const operation = () => restored.call('GET /operations/{operationId}', { params: { operationId: held.id } })
  expect(await operation()).toMatchObject({ state: 'held', status: 'CHECKING' })
  const call = CLIENTS['pop-core']!({ endpoint: second.endpoint, accessKeyId: pair.id, accessKeySecret: pair.secret })
  await call('UpdateWorkbenchEventResult', {
    MessageId: message.id,
    ExtensionCode: shop.extensionCode,
    CheckResult: 'OK',
  })
  await vi.waitFor(async () => expect(await operation()).toMatchObject({ state: 'done' }), PATIENCE)
  expect(await recurrenceOf(restored, shop.workspaceId, shop.node('di_orders'))).toBe('pause')
  await second.end('SIGTERM')

  const { stdout } = await run(process.execPath, [AUDIT, 'verify', '--data-dir', copy])
  expect(stdout).toMatch(/The audit trail is as it was written/)
})
