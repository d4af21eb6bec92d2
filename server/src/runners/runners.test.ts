// Nodes that call over HTTP, choose branches or run nothing, and those that cannot run here.
import { afterAll, describe, expect, test } from 'vitest'
import { reasonOf, testRunners, workOf } from '../../../test/runners.ts'
import { startReceiver } from '../../../test/world.ts'
import { outboundPolicy } from '../openevent/guard.ts'

const here = testRunners()
const receiver = await startReceiver()
afterAll(async () => {
  await here.close()
  await receiver.stop()
})

const http = (content: unknown, parameters: { name: string | null; value: string }[] = [], signal?: AbortSignal) =>
  here.ran(
    { programType: 'HTTP', content: typeof content === 'string' ? content : JSON.stringify(content), parameters },
    signal,
  )

describe('an HTTP node', () => {
  test('sends its request with the parameters filled in, and logs the answer', async () => {
    receiver.answer(() => ({ status: 201, body: 'made' }))
    const day = '$' + '{day}'
    const n = receiver.received.length
    const { ended, log } = await http(
      {
        method: 'post',
        url: `${receiver.url}made?day=${day}`,
        headers: { 'X-Day': day },
        body: { days: [day], n: 1 },
      },
      [{ name: 'day', value: '2026-03-01' }],
    )
    expect(ended).toEqual({ ended: 'succeeded' })
    expect(log).toBe(`POST ${receiver.url}made?day=2026-03-01\n201 Created\nmade\n`)
    expect(receiver.received[n]).toMatchObject({
      path: '/made?day=2026-03-01',
      body: '{"days":["2026-03-01"],"n":1}',
      headers: { 'x-day': '2026-03-01', 'content-type': 'application/json' },
    })
  })

  test('fails by a status that it does not expect, and follows no redirect', async () => {
    receiver.answer(() => ({ status: 302, headers: { location: '/elsewhere' } }))
    const n = receiver.received.length
    expect(reasonOf(await http({ url: receiver.url }))).toMatch(/^PROGRAM_FAILED: .*status 302/)
    expect((await http({ url: receiver.url, expectedStatus: [301, 302] })).ended).toEqual({ ended: 'succeeded' })
    expect(receiver.received.length).toBe(n + 2)
  })

  test('reads no more than it may, goes where it may, and stops', async () => {
    receiver.answer(() => ({ body: 'x'.repeat(2_000_000) }))
    expect(reasonOf(await http({ url: receiver.url }))).toMatch(/longer than 1 MiB/)
    receiver.answer(() => new Promise(() => {}))
    const stop = new AbortController()
    const n = receiver.received.length
    const waiting = http({ url: receiver.url }, [], stop.signal)
    await receiver.nth(n + 1)
    stop.abort()
    expect((await waiting).ended).toEqual({ ended: 'stopped' })
    const guarded = testRunners({ outbound: outboundPolicy([]) })
    const content = JSON.stringify({ url: receiver.url })
    expect(reasonOf(await guarded.ran({ programType: 'HTTP', content }))).toMatch(/private or special address/)
    await guarded.close()
  })

  test.each([
    ['no JSON', 'GET /', 'is no JSON'],
    ['a list', [], 'no JSON object'],
    ['a member that means nothing', { url: 'http://a', retries: 3 }, 'a member retries'],
    ['no address', {}, 'no http or https address'],
    ['an address of another kind', { url: 'file:///etc/passwd' }, 'no http or https address'],
    ['a password in the address', { url: 'http://a:b@c' }, 'carries a password'],
    ['a method that is not sent', { url: 'http://a', method: 'CONNECT' }, 'method CONNECT'],
    ['a body of a GET', { url: 'http://a', body: 'x' }, 'has no body'],
    ['a header of the connection', { url: 'http://a', headers: { Host: 'b' } }, 'header Host'],
    ['a status that is none', { url: 'http://a', expectedStatus: 'ok' }, 'expectedStatus'],
  ])('with %s as its content says what is wrong', async (_what, content, problem) => {
    expect(reasonOf(await http(content))).toMatch(new RegExp(`^PROGRAM_NOT_RUN: .*${problem}`))
  })
})

describe('a branch node', () => {
  const branches = [
    { when: 'a == 1', output: 'ws.one' },
    { when: 'a >= 1', output: 'ws.some' },
    { when: 'a == 2', output: 'ws.two' },
  ]
  const branch = (value: string) =>
    here.ran({ programType: 'CONTROLLER_BRANCH', branches, parameters: [{ name: 'a', value }] })

  test('chooses every output whose condition holds, and says how each was judged', async () => {
    const { ended, log } = await branch('1')
    expect(ended).toEqual({ ended: 'succeeded', chosenOutputs: ['ws.one', 'ws.some'] })
    expect(log).toBe('holds          ws.one: a == 1\nholds          ws.some: a >= 1\ndoes not hold  ws.two: a == 2\n')
    expect((await branch('0')).ended).toEqual({ ended: 'succeeded', chosenOutputs: [] })
  })

  test('fails where a condition cannot be judged or there is none', async () => {
    expect(reasonOf(await here.ran({ programType: 'CONTROLLER_BRANCH', branches }))).toMatch(
      /ws.one \(a == 1\) cannot be judged; column 1: there is no parameter a/,
    )
    expect(reasonOf(await here.ran({ programType: 'CONTROLLER_BRANCH' }))).toMatch(/names no branches/)
  })
})

test('nodes that run nothing succeed at once and have no work; what is not run here fails and says so', async () => {
  for (const programType of ['VIRTUAL', 'virtual', 'CONTROLLER_JOIN', 'PARAM_HUB']) {
    expect(here.runners.hasWork(programType)).toBe(false)
    expect((await here.ran({ programType })).ended).toEqual({ ended: 'succeeded' })
  }
  for (const programType of ['RI', 'ODPS_MR', 'whatever', 'constructor']) {
    expect(here.runners.hasWork(programType)).toBe(true)
    expect(reasonOf(await here.ran({ programType }))).toContain(`programs of the type ${programType} are not run here`)
  }
})

test('when runners are closed what runs is stopped', async () => {
  const closing = testRunners()
  const running = closing.runners.run(
    workOf({ content: 'select count(*) from range(100000000) a, range(100000000) b' }),
    {
      log: () => void closing.close(),
      signal: new AbortController().signal,
    },
  )
  expect(await running).toEqual({ ended: 'stopped' })
})
