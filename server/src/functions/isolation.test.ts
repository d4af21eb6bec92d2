// What stands around a host holds even against code that has the whole of Node: each fence that works here is tried with a program of its own.
import { execFile } from 'node:child_process'
import net from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addonFile } from './addon.ts'
import { type Fence, fences, TOOLS_PATH } from './isolation.ts'

/** Says what it reaches, as JSON. */
const SCOUT = `
const [fs, net, os] = ['fs', 'net', 'os'].map((name) => process.getBuiltinModule(name))
const tried = (act) => { try { return act() } catch (error) { return error.code } }
const port = Number(process.argv.at(-2))
net.connect(port, '127.0.0.1').on('connect', () => tell('connected')).on('error', (error) => tell(error.code))
function tell(network) {
  process.stdout.write(JSON.stringify({
    network,
    interfaces: Object.keys(os.networkInterfaces()).filter((name) => name !== 'lo'),
    root: tried(() => fs.readdirSync('/')),
    written: tried(() => fs.writeFileSync('/tmp/x', 'x')),
    pid: process.pid,
    seen: tried(() => fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length),
    signalled: tried(() => process.kill(${process.pid}, 0)),
    environment: Object.keys(process.env).filter((name) => name !== 'TZ' && name !== 'PATH'),
  }), () => process.exit(0))
}`

const server = net.createServer((socket) => socket.end())
let port = 0
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  port = (server.address() as net.AddressInfo).port
})
afterAll(() => void server.close())

async function scouted(fence: Fence): Promise<Record<string, unknown> | null> {
  const [program, ...args] = [
    ...fence.command,
    fence.node,
    '--jitless',
    `--eval=${SCOUT}`,
    '--',
    String(port),
    fence.addon,
  ]
  try {
    const { stdout } = await promisify(execFile)(program!, args, { cwd: '/', env: { PATH: TOOLS_PATH, TZ: 'UTC' } })
    return JSON.parse(stdout)
  } catch {
    // This machine does not permit it; then the server does not use it.
    return null
  }
}

test('every fence that works keeps what it says', async () => {
  const found = await Promise.all(
    (await fences(process.execPath, addonFile()!)).map(async (fence) => ({ fence, seen: await scouted(fence) })),
  )
  const working = found.filter((one) => one.seen !== null)
  expect(working.length).toBeGreaterThanOrEqual(1)
  for (const { fence, seen } of working) {
    expect(seen!.environment, fence.description).toEqual([])
    if (fence.isolation !== 'namespaces') continue
    expect(seen, fence.description).toMatchObject({ network: 'ENETUNREACH', interfaces: [], pid: 1 })
    expect(seen!.signalled, fence.description).toBe('ESRCH')
    if (fence.node !== '/node') continue
    expect(seen!.root).not.toEqual(expect.arrayContaining(['etc']))
    expect(seen!.root).not.toEqual(expect.arrayContaining(['home']))
    expect(seen).toMatchObject({ seen: 0, written: 'ENOENT' })
  }
})
