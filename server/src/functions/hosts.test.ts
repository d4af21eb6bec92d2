// What a function has and how its calls end, in hosts that are really started.
import { describe, expect, test } from 'vitest'
import { invocationOf, testHosts } from '../../../test/functions.ts'

const { hosts, call, seen } = testHosts()

describe('a call', () => {
  test('gets the request and a context, and returns what it returns as JSON', async () => {
    const outcome = await call(
      `export default async function (request, context) {
        console.log('about', request.messageId, { a: 1 })
        return { message: context.messageId, secret: context.environment.SECRET, id: typeof context.requestId, left: context.remainingMs() > 0 }
      }`,
      { environment: { SECRET: 's' } },
    )
    expect(outcome).toMatchObject({ ended: 'returned', error: null, logsCut: false })
    expect(JSON.parse(outcome.value!)).toEqual({ message: 'm-1', secret: 's', id: 'string', left: true })
    expect(outcome.logs).toMatchObject([{ level: 'log', text: 'about m-1 {"a":1}' }])
    expect(outcome.memoryBytes).toBeGreaterThan(0)
    expect(outcome.durationMs).toBeGreaterThan(0)
  })

  test('may export its handler by name', async () => {
    expect(await call('export function handler(request) { return request.blockBusiness }')).toMatchObject({
      ended: 'returned',
      value: 'true',
    })
  })

  test('that returns nothing has no value', async () => {
    expect(await call('export default () => {}')).toMatchObject({ ended: 'returned', value: null })
  })

  test('that throws says what and where, and keeps its lines', async () => {
    const outcome = await call('export default () => {\n  console.warn("before")\n  throw new Error("no")\n}')
    expect(outcome).toMatchObject({ ended: 'threw', value: null, logs: [{ level: 'warn', text: 'before' }] })
    expect(outcome.error).toMatch(/^Error: no\n\s+at .*function\.js:3:9/)
    expect(outcome.error).not.toMatch(/inside/)
  })

  test('that does not end in time is ended, wherever it is, and keeps its lines', async () => {
    const limits = { timeoutMs: 1_500, memoryMb: 16 }
    for (const source of [
      'export default () => { console.log(1); for (;;); }',
      'export default async () => { console.log(1); await new Promise(() => {}) }',
      'export default async () => { console.log(1); for (;;) await null }',
      'export default async () => { console.log(1); for (;;) await new Promise((go) => setTimeout(go)) }',
    ]) {
      const outcome = await call(source, { limits })
      expect(outcome, source).toMatchObject({ ended: 'timed-out', error: 'it did not end within 1500 ms' })
      expect(outcome.logs, source).toMatchObject([{ text: '1' }])
    }
  })

  test('finds the state that an earlier one has left, and never an earlier one’s timers', async () => {
    const source = `let calls = 0
      export default () => { calls++; setTimeout(() => console.log('late ' + calls), 1); return calls }`
    expect(await call(source)).toMatchObject({ value: '1' })
    const second = await call(source)
    expect(second).toMatchObject({ value: '2', logs: [] })
  })

  test('without a handler, or that does not parse, says so', async () => {
    expect(await call('export const x = 1')).toMatchObject({ ended: 'threw', error: /it exports no function/ })
    expect(await call('export default (')).toMatchObject({ ended: 'threw', error: /function\.js:1:/ })
    expect(await call('throw new Error("top")')).toMatchObject({ ended: 'threw', error: /top/ })
  })
})

describe('check', () => {
  test.each([
    ['export default () => 1', null],
    ['export default function (a {', /function\.js:1:28/],
    ['export default (\n  1 +\n', /function\.js:/],
    ['const a = 1', /it exports no function/],
    ['import fs from "fs"\nexport default () => fs', /cannot import anything.*'fs'/],
    ['for (;;);\nexport default () => 1', /timed out/],
    ['throw new Error("at the top")', /at the top/],
  ])('%s', async (source, expected) => {
    const problem = await hosts.check(source)
    if (expected === null) expect(problem).toBe(null)
    else expect(problem).toMatch(expected)
  })
})

describe('what a function has', () => {
  test('timers, encodings, base64, randomness, clones', async () => {
    expect(await seen('await new Promise((go) => setTimeout(go, 2, "x"))')).toBe('x')
    expect(await seen('(() => { clearTimeout(setTimeout(() => { throw 1 }, 1)) ; return 1 })()')).toBe(1)
    expect(await seen('[...new TextEncoder().encode("aé€😀\\ud800")]')).toEqual([
      ...new TextEncoder().encode('aé€😀\ud800'),
    ])
    const bytes = [
      0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0xc3, 0xe2, 0x82, 0x61, 0xed, 0xa0, 0x80,
    ]
    expect(await seen(`new TextDecoder().decode(new Uint8Array(${JSON.stringify(bytes)}))`)).toBe(
      new TextDecoder().decode(new Uint8Array(bytes)),
    )
    expect(await seen('[btoa("a"), btoa("ab"), btoa("abc\\xff"), atob("YWI="), atob("YQ")]')).toEqual([
      ...[btoa('a'), btoa('ab'), btoa('abc\xff')],
      ...['ab', 'a'],
    ])
    const uuids = (await seen('[crypto.randomUUID(), crypto.randomUUID()]')) as string[]
    expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(new Set([...uuids, ...((await seen('[crypto.randomUUID()]')) as string[])]).size).toBe(3)
    expect(await seen('new Set(crypto.getRandomValues(new Uint8Array(4096))).size')).toBe(256)
    expect(
      await seen(
        '(() => { const a = { d: new Date(0), m: new Map([[1, { x: [1] }]]) }; a.self = a; const b = structuredClone(a); return [b !== a, b.self === b, b.d.getTime(), b.m.get(1)] })()',
      ),
    ).toEqual([true, true, 0, { x: [1] }])
  })

  test('times are in UTC', async () => {
    expect(await seen('new Date(2026, 0, 1).toISOString()')).toBe('2026-01-01T00:00:00.000Z')
  })

  test('what a promise is rejected with and nobody handles is a line of the log', async () => {
    const outcome = await call(
      'export default async () => { Promise.reject(new Error("lost")); await new Promise((go) => setTimeout(go, 1)); return 1 }',
    )
    expect(outcome).toMatchObject({ ended: 'returned', logs: [{ level: 'error', text: /lost/ }] })
  })

  test('a timer that throws ends the call', async () => {
    expect(
      await call('export default () => new Promise(() => setTimeout(() => { throw new Error("in it") }, 1))'),
    ).toMatchObject({
      ended: 'threw',
      error: /in it/,
    })
  })
})

describe('places', () => {
  test('many calls of many versions at once all end', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        hosts.invoke(
          invocationOf(
            `export default async () => { await new Promise((go) => setTimeout(go, 5)); return ${at % 7} }`,
            { tenantId: 1 + (at % 3) },
          ),
        ),
      ),
    )
    expect(outcomes.map(({ value }) => value)).toEqual(Array.from({ length: 60 }, (_, at) => String(at % 7)))
  })
})
