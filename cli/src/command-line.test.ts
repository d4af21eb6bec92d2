// Each command as a process of its own, against a running server.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Door, startDoor } from '../../test/door.ts'
import {
  ask,
  detailOf,
  dialect,
  type Extension,
  PATIENCE,
  type Person,
  type Receiver,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../../test/world.ts'

const START = path.join(import.meta.dirname, '../start.mjs')

let world: World
let tenant: Tenant
let workspace: Workspace
let home: string
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  home = mkdtempSync(path.join(tmpdir(), 'holdpoint-cli-'))
})
afterAll(async () => {
  await world?.stop()
  rmSync(home, { recursive: true, force: true })
})

const started: ChildProcessWithoutNullStreams[] = []
afterEach(() => {
  for (const one of started.splice(0)) one.kill('SIGKILL')
})

type Options = {
  cwd?: string
  endpoint?: string
  person?: Pick<Person, 'key'>
  env?: Record<string, string>
  input?: string
}
function start(
  args: readonly string[],
  { cwd = home, endpoint = urlOf(world.server), person, env = {}, input }: Options = {},
) {
  const child = spawn(process.execPath, [START, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, 'config'),
      HOLDPOINT_ENDPOINT: endpoint,
      ...(person && { HOLDPOINT_ACCESS_KEY_ID: person.key.id, HOLDPOINT_ACCESS_KEY_SECRET: person.key.secret }),
      ...env,
    },
  })
  started.push(child)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  child.stdin.end(input ?? '')
  const ended = once(child, 'close').then(([code]) => code as number | null)
  const lines = () =>
    said.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  return { child, said, ended, lines }
}
async function run(args: readonly string[], options: Options = {}) {
  const { said, ended } = start(args, options)
  const code = await ended
  return { code, ...said }
}

const underTest = (more: Parameters<Tenant['extension']>[0] = {}) =>
  tenant.extension({ testWorkspace: workspace, publish: false, ...more })

/** `dev` with its events as they come, once it is connected. */
async function dev(extension: Extension, url: string, options: Options & { more?: string[] } = {}) {
  const started = start(
    ['--json', 'dev', '--extension', extension.code, '--url', url, '--machine', 'bench', ...(options.more ?? [])],
    { person: extension.author, ...options },
  )
  const events = (event: string) => started.lines().filter((one) => one.event === event)
  await expect.poll(() => events('connected').length || started.said.err, PATIENCE).toBe(1)
  return { ...started, events, secret: events('connected')[0].secret as string }
}
const trial = (extension: Extension) =>
  extension.author.api.call('POST /extensions/{code}/trials', {
    params: { code: extension.code },
    body: { eventCode: 'freeze-node' },
  })
const answered = (extension: Extension, messageId: string, result: 'OK' | 'FAIL') =>
  dialect(world.server, extension.author, 'UpdateWorkbenchEventResult', {
    MessageId: messageId,
    ExtensionCode: extension.code,
    CheckResult: result,
  })
/** Answers each message that it gets. */
const deciding = (extension: Extension, result: 'OK' | 'FAIL'): Promise<Receiver> =>
  world.receiver(async ({ body }) => {
    await answered(extension, JSON.parse(body).id, result)
    return { status: 200 }
  })

describe('dev: what asks the version under test comes to a program on the author’s machine', () => {
  test('a trial and a real operation, with the headers that an HTTP target gets, and shown as deliveries', async () => {
    const extension = await underTest()
    const program = await deciding(extension, 'OK')
    const machine = await dev(extension, program.url)
    const tried = await trial(extension)
    await expect
      .poll(() => detailOf(extension.author, tried.id), PATIENCE)
      .toMatchObject({
        state: 'done',
        deliveries: [{ endpoint: program.url, state: 'delivered', attempts: [{ number: 1, status: 200 }] }],
      })
    const { headers, body } = program.received[0]!
    const { verifyWebhook } = await import('@holdpoint/sdk')
    expect(verifyWebhook(headers, body, machine.secret).id).toBe(tried.messageId)
    expect(headers['x-eventbridge-signature']).toBeDefined()

    const { a } = await tenant.nodes(workspace, { [`node_${extension.code}`]: [] }).then((nodes) => ({
      a: Object.values(nodes)[0] as number,
    }))
    const real = await ask(tenant.owner, workspace, 'freeze-node', [a])
    await expect.poll(async () => (await detailOf(tenant.owner, real.id)).state, PATIENCE).toBe('done')
    await expect
      .poll(async () => (await detailOf(tenant.owner, real.id)).deliveries, PATIENCE)
      .toMatchObject([{ state: 'delivered', targetName: expect.stringContaining('(bench)') }])
    const { connection } = await extension.author.api.call('GET /extensions/{code}/dev-connection', {
      params: { code: extension.code },
    })
    expect(connection).toMatchObject({ machine: 'bench', attached: true })
    machine.child.kill('SIGINT')
    expect(await machine.ended).toBe(0)
    await expect
      .poll(
        async () =>
          (
            await extension.author.api.call('GET /extensions/{code}/dev-connection', {
              params: { code: extension.code },
            })
          ).connection,
        PATIENCE,
      )
      .toBeNull()
  })

  test('while the program is down its attempts fail and are shown; when it is back the message comes again', async () => {
    const extension = await underTest()
    const program = await deciding(extension, 'OK')
    await program.deafen()
    const machine = await dev(extension, program.url)
    const tried = await trial(extension)
    await expect.poll(() => machine.events('forwarded').length, PATIENCE).toBeGreaterThan(0)
    expect(machine.events('forwarded')[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('ECONNREFUSED'),
    })
    await expect
      .poll(async () => (await detailOf(extension.author, tried.id)).deliveries[0]?.attempts[0]?.error, PATIENCE)
      .toContain('does not answer')
    await program.listen()
    await expect.poll(async () => (await detailOf(extension.author, tried.id)).state, PATIENCE).toBe('done')
  })

  test('a connection that breaks is opened again, and what came meanwhile comes then', async () => {
    const door: Door = await startDoor(world.server.port)
    const extension = await underTest()
    const program = await deciding(extension, 'OK')
    const machine = await dev(extension, program.url, { endpoint: door.url })
    await door.shut()
    await expect.poll(() => machine.events('broken').length, PATIENCE).toBeGreaterThan(0)
    const tried = await trial(extension)
    await door.open()
    await expect.poll(async () => (await detailOf(extension.author, tried.id)).state, PATIENCE).toBe('done')
    expect(machine.events('connected').length).toBeGreaterThan(1)
    await door.shut()
  })

  test('with several replicas: the one it is connected to dies, another goes on', async () => {
    const first = await world.replica()
    const second = await world.replica()
    const door: Door = await startDoor(first.port)
    const extension = await underTest()
    const program = await deciding(extension, 'OK')
    const machine = await dev(extension, program.url, { endpoint: door.url })
    // Asked of one, forwarded by the other.
    const tried = await extension.author.at(second).call('POST /extensions/{code}/trials', {
      params: { code: extension.code },
      body: { eventCode: 'freeze-node' },
    })
    await expect.poll(async () => (await detailOf(extension.author, tried.id)).state, PATIENCE).toBe('done')
    door.leadTo(second.port)
    await first.stop()
    const other = await trial(extension)
    await expect.poll(async () => (await detailOf(extension.author, other.id)).state, PATIENCE).toBe('done')
    expect(machine.child.exitCode).toBeNull()
    await door.shut()
  })

  test('a newer connection takes over; the older one says so and ends with 6', async () => {
    const extension = await underTest()
    const program = await world.receiver()
    const older = await dev(extension, program.url)
    const newer = await dev(extension, program.url)
    expect(await older.ended).toBe(6)
    expect(older.said.err).toContain('a newer connection took over')
    expect(newer.child.exitCode).toBeNull()
    const tried = await trial(extension)
    await expect.poll(() => newer.events('forwarded').map((one) => one.messageId), PATIENCE).toContain(tried.messageId)
  })

  test('it ends when the version is under test no longer, and does not begin where it cannot', async () => {
    const extension = await underTest()
    const machine = await dev(extension, 'http://127.0.0.1:9/')
    await extension.author.api.call('POST /extensions/{code}/submit', { params: { code: extension.code }, body: {} })
    expect(await machine.ended).toBe(1)
    expect(machine.said.err).toContain('No version of the extension is in testing')
    const again = await run(['dev', '--extension', extension.code], { person: extension.author })
    expect(again.code).toBe(1)
    const nobody = await run(['dev', '--extension', extension.code], { person: await tenant.person() })
    expect(nobody.code).toBe(4)
    const away = await run(['dev', '--extension', extension.code], {
      person: extension.author,
      endpoint: 'http://127.0.0.1:9',
    })
    expect(away.code).toBe(5)
  })

  test('a connection that does not come back ends it with 5', async () => {
    const door: Door = await startDoor(world.server.port)
    const extension = await underTest()
    const machine = await dev(extension, 'http://127.0.0.1:9/', { endpoint: door.url, more: ['--give-up-after', '0'] })
    await door.shut()
    expect(await machine.ended).toBe(5)
  })
})

describe('trigger', () => {
  test('prints the sample, sends it edited, waits, and ends as the verdict is', async () => {
    const extension = await underTest()
    const person = extension.author
    const flags = ['--extension', extension.code]
    const program = await deciding(extension, 'OK')
    await dev(extension, program.url)
    const sample = await run(['trigger', 'freeze-node', ...flags, '--print'], { person })
    expect(sample.code).toBe(0)
    const body = { ...JSON.parse(sample.out), nodeIds: [4711] }
    const passed = await run(['--json', 'trigger', 'freeze-node', ...flags, '--body', '-', '--wait'], {
      person,
      input: JSON.stringify(body),
    })
    expect(passed).toMatchObject({ code: 0 })
    expect(JSON.parse(passed.out)).toMatchObject({ trial: true, state: 'done' })
    expect(JSON.parse(program.received[0]!.body).data.nodeIds).toEqual([4711])

    program.answer(async (received) => {
      await answered(extension, JSON.parse(received.body).id, 'FAIL')
      return {}
    })
    const from = JSON.parse(passed.out).messageId
    const failed = await run(['trigger', 'freeze-node', ...flags, '--from', from, '--wait'], { person })
    expect(failed.code).toBe(2)
    expect(failed.out).toContain('FAIL')
    expect(JSON.parse(program.received[1]!.body).data.nodeIds).toEqual([4711])

    program.answer(() => ({}))
    const late = await run(['trigger', 'freeze-node', ...flags, '--wait', '1'], { person })
    expect(late.code).toBe(3)
    expect(late.err).toContain('waiting-for-answer')
  })

  test('what is refused says why', async () => {
    const { author: person, code } = await underTest()
    const wrong = await run(['trigger', 'nonsense', '--extension', code], { person })
    expect(wrong).toMatchObject({ code: 1 })
    expect(wrong.err).toContain('freeze-node')
    const invalid = await run(['trigger', 'freeze-node', '--extension', code, '--body', '-'], { person, input: '{}' })
    expect(invalid).toMatchObject({ code: 1 })
    expect(invalid.err).toContain('nodeIds')
    expect((await run(['trigger', 'freeze-node'], { person })).err).toContain('Which extension?')
  })
})

describe('replay', () => {
  test('a message that was delivered comes again, to the machine', async () => {
    const extension = await underTest()
    const program = await world.receiver()
    await dev(extension, program.url)
    const tried = await trial(extension)
    await program.nth(1)
    await expect
      .poll(async () => (await detailOf(extension.author, tried.id)).deliveries[0]?.state, PATIENCE)
      .toBe('delivered')
    const again = await run(['replay', tried.messageId!, '--extension', extension.code], { person: extension.author })
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('bench') })
    expect((await program.nth(2)).headers['webhook-id']).toBe(tried.messageId)
  })

  test('without a machine it goes to the targets that serve the extension; where there are none it says so', async () => {
    const place = await tenant.workspace()
    const extension = await underTest({ testWorkspace: place })
    const lost = await trial(extension)
    const nowhere = await run(['replay', lost.messageId!, '--extension', extension.code], { person: extension.author })
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('No machine is connected') })
    const target = await world.receiver()
    await tenant.route(place, target.url)
    const tried = await trial(extension)
    await target.nth(1)
    await expect
      .poll(async () => (await detailOf(extension.author, tried.id)).deliveries[0]?.state, PATIENCE)
      .toBe('delivered')
    expect(
      (await run(['replay', tried.messageId!, '--extension', extension.code], { person: extension.author })).code,
    ).toBe(0)
    await target.nth(2)
  })
})

describe('init and validate', () => {
  const validated = (directory: string) => run(['--json', 'validate'], { person: tenant.owner, cwd: directory })

  test.each(['service', 'plain', 'python', 'function'])('%s: a project that can be registered', async (template) => {
    const directory = path.join(home, template)
    const made = await run(['init', directory, '--template', template, '--points', 'freeze-node,commit-file'])
    expect(made, made.err).toMatchObject({ code: 0 })
    const found = await validated(directory)
    expect(found, found.out + found.err).toMatchObject({ code: 0 })
    expect((await run(['init', directory, '--template', template])).code).toBe(1)
  })

  test('every fault is named with its place', async () => {
    const directory = path.join(home, 'faulty')
    mkdirSync(directory)
    const extension = {
      name: '',
      points: ['freeze-node', 'download-resources'],
      parameters: 'nonsense',
      options: '{',
      detailUrl: 'ftp://example.com/',
      testWorkspaceId: 1,
    }
    writeFileSync(path.join(directory, 'holdpoint.json'), JSON.stringify({ extension, source: 'function.ts' }))
    writeFileSync(path.join(directory, 'function.ts'), 'export default function (')
    const found = await validated(directory)
    expect(found.code).toBe(2)
    const paths = found.out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).path)
    for (const place of ['name', 'points', 'parameters', 'options', 'detailUrl', 'testWorkspaceId', 'source'])
      expect(paths).toContain(place)
  })

  test.each([
    ['service', process.execPath, 'extension.ts'],
    ['python', 'python3', 'extension.py'],
  ])('the project %s answers as it stands', async (template, program, file) => {
    const found = spawn(program, ['--version'])
    const has = await Promise.race([once(found, 'error').then(() => false), once(found, 'close').then(() => true)])
    if (!has) return
    const extension = await underTest()
    const directory = path.join(home, `running-${template}`)
    await run(['init', directory, '--template', template])
    const projectFile = path.join(directory, 'holdpoint.json')
    writeFileSync(
      projectFile,
      JSON.stringify({ ...JSON.parse(readFileSync(projectFile, 'utf8')), code: extension.code }),
    )
    mkdirSync(path.join(directory, 'node_modules/@holdpoint'), { recursive: true })
    symlinkSync(path.join(import.meta.dirname, '../../sdk'), path.join(directory, 'node_modules/@holdpoint/sdk'))
    // The port is known before the program is, because dev begins first and tells the secret.
    const free = await world.receiver()
    await free.stop()
    const machine = await dev(extension, free.url)
    const child = spawn(program, [file], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        PORT: new URL(free.url).port,
        HOLDPOINT_ENDPOINT: urlOf(world.server),
        HOLDPOINT_ACCESS_KEY_ID: extension.author.key.id,
        HOLDPOINT_ACCESS_KEY_SECRET: extension.author.key.secret,
        WEBHOOK_SECRET: machine.secret,
      },
    })
    started.push(child)
    let complaint = ''
    child.stderr.on('data', (text) => {
      complaint += text
    })
    const tried = await trial(extension)
    await expect.poll(async () => (await detailOf(extension.author, tried.id)).state + complaint, PATIENCE).toBe('done')
  })
})

describe('who asks, and what is there', () => {
  test('login keeps a pair that works in a file that nobody else reads, and doctor finds nothing wrong', async () => {
    const { author, code } = await underTest()
    const env = { XDG_CONFIG_HOME: path.join(home, 'login'), HOLDPOINT_ACCESS_KEY_SECRET: author.key.secret }
    const flags = ['--endpoint', urlOf(world.server), '--access-key-id', author.key.id]
    const done = await run([...flags, 'login', 'mine'], { env })
    expect(done, done.err).toMatchObject({ code: 0 })
    const file = path.join(home, 'login/holdpoint/profiles.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const mine = { env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME } }
    const healthy = await run(['--profile', 'mine', 'doctor', '--extension', code], mine)
    expect(healthy, healthy.out + healthy.err).toMatchObject({ code: 0 })
    chmodSync(file, 0o644)
    expect((await run(['--profile', 'mine', 'doctor'], mine)).err).toContain('chmod 600')
  })

  test('no pair, a wrong one, no such profile and no such address each have their code', async () => {
    expect((await run(['checks', 'ls'])).code).toBe(4)
    const wrong = { key: { ...tenant.owner.key, secret: 'wrong' } }
    expect((await run(['checks', 'ls'], { person: wrong })).code).toBe(4)
    expect((await run(['--profile', 'none', 'checks', 'ls'])).code).toBe(1)
    expect((await run(['checks', 'ls'], { person: tenant.owner, endpoint: 'http://127.0.0.1:9' })).code).toBe(5)
    expect((await run(['nonsense'])).code).toBe(1)
    expect((await run(['--help'])).code).toBe(0)
    expect((await run(['doctor'], { person: tenant.owner, endpoint: 'http://127.0.0.1:9' })).code).toBe(5)
  })

  test('checks are listed and shown, and tail prints them as they change', async () => {
    const extension = await underTest()
    const person = tenant.owner
    const watching = start(['--json', 'tail', '--extension', extension.code], { person })
    await expect.poll(() => watching.said.err, PATIENCE).toContain('Watching')
    const tried = await trial(extension)
    await expect.poll(() => watching.lines().map((one) => one.id), PATIENCE).toContain(tried.id)
    const listed = await run(['--json', 'checks', 'ls', '--trials', '--extension', extension.code], { person })
    expect(JSON.parse(listed.out)).toMatchObject({ id: tried.id })
    await answered(extension, tried.messageId!, 'FAIL')
    const shown = await run(['checks', 'show', tried.id], { person })
    expect(shown).toMatchObject({ code: 2, out: expect.stringContaining('FAIL') })
  })

  test('what is signed here is genuine, and nothing else is', async () => {
    const env = { HOLDPOINT_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 1).toString('base64')}` }
    const body = path.join(home, 'body.json')
    writeFileSync(body, '{"id":"x"}')
    const signed = await run(['sign', body, '--id', 'x'], { env })
    const headers = signed.out
      .trim()
      .split('\n')
      .flatMap((one) => ['--header', one])
    expect(await run(['verify', body, ...headers], { env })).toMatchObject({
      code: 0,
      out: expect.stringContaining('genuine'),
    })
    writeFileSync(body, '{"id":"y"}')
    expect((await run(['verify', body, ...headers], { env })).code).toBe(2)
    expect((await run(['verify', body, ...headers])).code).toBe(4)
    expect(existsSync(body)).toBe(true)
  })
})
