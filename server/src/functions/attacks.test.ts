// Hostile functions, each against hosts that are really started: what they try fails, and the functions of others and the server go on.
import http from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { invocationOf, testHosts } from '../../../test/functions.ts'
import { PATIENCE } from '../../../test/world.ts'

const { hosts, call, seen } = testHosts()
const LIMITS = { timeoutMs: 1_000, memoryMb: 16 }
const NEIGHBOUR = 'export default (request, context) => ({ secret: context.environment.SECRET })'

/** Of another tenant, and of the same one. */
const neighbours = () =>
  Promise.all(
    [1, 2].map((tenantId) =>
      hosts.invoke(invocationOf(NEIGHBOUR, { tenantId, environment: { SECRET: `of-${tenantId}` } })),
    ),
  )

async function unharmed(): Promise<void> {
  for (const [at, outcome] of (await neighbours()).entries())
    expect(outcome).toMatchObject({ ended: 'returned', value: JSON.stringify({ secret: `of-${at + 1}` }) })
}

describe('what takes everything', () => {
  test.each([
    ['an endless loop', 'for (;;);'],
    ['one that catches its own end', 'for (;;) try { for (;;); } finally { for (;;); }'],
    [
      'a storm of promises',
      'const next = () => Promise.resolve().then(next).then(next); next(); await new Promise(() => {})',
    ],
    ['an endless async loop', 'for (;;) await null'],
    [
      'a storm of timers',
      'const on = () => setTimeout(on, 0); for (let at = 0; at < 99; at++) on(); for (;;) await new Promise((go) => setTimeout(go))',
    ],
    [
      'more timers than there may be',
      'const on = () => { try { for (;;) setTimeout(on, 0) } catch {} }; on(); await new Promise(() => {})',
    ],
    ['a pattern that goes back and forth', '/^(a+)+$/.test("a".repeat(50) + "b")'],
    ['a getter that does not end', 'return { get checkResult() { for (;;); } }'],
    ['a toJSON that does not end', 'return { toJSON() { for (;;); } }'],
    ['a thenable that does not end', 'return { then() { for (;;); } }'],
    ['a thenable that nests for ever', 'const nest = { then: (go) => go(nest) }; return nest'],
    ['an error whose stack does not end', 'throw { get stack() { for (;;); } }'],
    [
      'a rejection whose message does not end',
      'Promise.reject(Object.defineProperty(new Error(), "message", { get() { for (;;); } })); await new Promise(() => {})',
    ],
    ['a proxy that does not end', 'return new Proxy({}, { ownKeys() { for (;;); } })'],
    [
      'a loop within compiled calls',
      'const kept = []; for (;;) { kept.push(new Array(10).fill(kept.length)); kept.length = 0 }',
    ],
    ['text that is compiled again and again', 'for (let at = 0; ; at++) new Function("return " + at)()'],
    ['one inner function that fills without asking', 'const many = []; many.length = 2e8; many.fill(1)'],
  ])('%s is ended in time', async (_what, body) => {
    const [outcome] = await Promise.all([
      call(`export default async () => { ${body} }`, { limits: LIMITS }),
      unharmed(),
    ])
    expect(['timed-out', 'out-of-memory', 'stopped'], JSON.stringify(outcome)).toContain(outcome.ended)
    expect(outcome.value).toBe(null)
    await unharmed()
  })

  test.each([
    ['arrays', 'const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length))'],
    ['objects', 'let kept = {}; for (;;) kept = { kept, more: [1, 2, 3] }'],
    ['a map', 'const kept = new Map(); for (;;) kept.set(kept.size, {})'],
    ['bytes', 'const kept = []; for (;;) kept.push(new ArrayBuffer(1 << 20).slice(0))'],
    [
      'bytes that grow',
      'const one = new ArrayBuffer(1, { maxByteLength: 2 ** 32 }); one.resize(2 ** 30); return one.byteLength',
    ],
    [
      'bytes that grow, asked another way',
      'const Way = new Uint8Array(1).buffer.constructor; const one = Reflect.construct(Way, [1, { maxByteLength: 2 ** 32 }]); one.resize(2 ** 30); return 1',
    ],
    [
      'what is outside of the heap',
      'const kept = []; for (;;) kept.push(new Intl.Segmenter("th", { granularity: "word" }).segment("x".repeat(100_000))[Symbol.iterator]())',
    ],
    ['a text in another form', 'return "\\ufdfa".repeat(1e7).normalize("NFKD").normalize("NFC").length'],
    ['small bytes', 'const kept = []; for (;;) kept.push(new Uint8Array(1000))'],
    ['strings', 'const kept = []; for (;;) kept.push(("x".repeat(1 << 16) + kept.length).replaceAll("x", "yy"))'],
    ['one string', 'let text = "x"; for (;;) { text += text + text.length; text.charCodeAt(7) }'],
    ['an array that doubles', 'let kept = [1]; for (;;) kept = kept.concat(kept)'],
    ['letters', '"a".repeat(2 ** 29 - 25).split("")'],
    ['a sparse array that is filled', 'new Array(2 ** 32 - 2).fill(1)'],
    ['promises', 'for (;;) { const p = new Promise(() => {}); p.then(() => p); (globalThis.kept ??= []).push(p) }'],
    ['big numbers', 'let big = 10n; for (;;) big = big * big'],
    [
      'a JSON text',
      'const nest = (depth) => depth ? [nest(depth - 1), nest(depth - 1), nest(depth - 1), nest(depth - 1)] : "x".repeat(1000); return nest(9)',
    ],
    [
      'calls in calls',
      'const on = () => { on() }; try { on() } finally { const kept = []; for (;;) kept.push([kept.length]) }',
    ],
  ])('memory for %s is bounded', async (_what, body) => {
    const [outcome] = await Promise.all([
      call(`export default async () => { ${body} }`, { limits: { timeoutMs: 3_000, memoryMb: 16 } }),
      unharmed(),
    ])
    expect(outcome.ended, JSON.stringify(outcome)).not.toBe('returned')
    expect(outcome.value).toBe(null)
    await unharmed()
  })

  test('lines of the log are bounded in number and length', async () => {
    const many = await call('export default () => { for (let at = 0; at < 100_000; at++) console.log("line " + at) }')
    expect(many).toMatchObject({ ended: 'returned', logsCut: true })
    expect(many.logs.length).toBeLessThanOrEqual(200)
    const long = await call(
      'export default () => { for (let at = 0; at < 100; at++) console.log("x".repeat(1_000_000)) }',
    )
    expect(long).toMatchObject({ ended: 'returned', logsCut: true })
    expect(JSON.stringify(long.logs).length).toBeLessThan(100_000)
  })

  test('what is returned is bounded', async () => {
    expect(await call('export default () => "x".repeat(65_000)')).toMatchObject({ ended: 'returned' })
    for (const source of ['export default () => "x".repeat(70_000)', 'export default () => "\\u20ac".repeat(30_000)'])
      expect(await call(source)).toMatchObject({ ended: 'threw', error: 'what it returned is longer than 64 KiB' })
  })

  test('what is returned can be kept by every database, and read by whoever calls itself for it', async () => {
    expect(await call('export default () => ["a\\0b", "\\ud800", "\\\\u0000", { "k\\0": 1 }]')).toMatchObject({
      value: '["a\ufffdb","\ufffd","\\\\u0000",{"k\ufffd":1}]',
    })
    expect(
      await call('export default () => { let a = []; for (let at = 0; at < 5_000; at++) a = [a]; return a }'),
    ).toMatchObject({
      ended: 'threw',
      error: 'what it returned is nested deeper than 100',
    })
  })

  test('requests are bounded before they leave the function', async () => {
    const storm =
      'const all = await Promise.all(Array.from({ length: 2_000 }, (_, at) => fetch("http://a/" + at).catch((error) => error.message))); return all.filter((one) => /at most 20/.test(one)).length'
    expect(await call(`export default async () => { ${storm} }`)).toMatchObject({ ended: 'returned', value: '1980' })
    expect(
      await seen(
        'await fetch("http://a", { method: "POST", body: "x".repeat(1 << 22) }).catch((error) => error.message)',
      ),
    ).toMatch(/at most 262144/)
    expect(
      await call(
        'JSON.stringify = () => ({ length: 1, toString() { for (;;); } })\nexport default () => fetch("http://a").catch((error) => error.message)',
      ),
    ).toMatchObject({ ended: 'returned', value: /at most/ })
  })

  test('what is rejected, logged or thrown with a text that is large when it is written out harms nobody else', async () => {
    for (const body of [
      'Promise.reject(new Error("x".repeat(2 ** 28))); await new Promise((go) => setTimeout(go, 1))',
      'console.log("x".repeat(2 ** 29 - 25))',
      'throw new Error("x".repeat(2 ** 28))',
      'throw "x".repeat(2 ** 29 - 25)',
      'return "x".repeat(2 ** 29 - 25)',
      'for (;;) Promise.reject("x".repeat(2 ** 20))',
    ]) {
      const [outcome] = await Promise.all([
        call(`export default async () => { ${body} }`, { limits: LIMITS }),
        unharmed(),
      ])
      expect(JSON.stringify(outcome).length, body).toBeLessThan(20_000)
    }
    await unharmed()
  })

  test('what is returned and cannot be JSON is the function’s own fault', async () => {
    for (const body of [
      'const a = {}; a.a = a; return a',
      'return 1n',
      'return { get x() { throw new Error("no") } }',
      'return { toJSON() { throw 1 } }',
    ])
      expect(await call(`export default () => { ${body} }`)).toMatchObject({ ended: 'threw', value: null })
  })
})

describe('what reaches out', () => {
  test('there is nothing of Node, of the host or of the machine', async () => {
    const names = [
      'process',
      'require',
      'module',
      'exports',
      'global',
      '__dirname',
      'Buffer',
      'setImmediate',
      'setInterval',
      'XMLHttpRequest',
    ]
    const engine = [
      'WebAssembly',
      'SharedArrayBuffer',
      'Atomics',
      'FinalizationRegistry',
      'WeakRef',
      'ivm',
      '$0',
      '_ivm',
    ]
    expect(await seen(`${JSON.stringify([...names, ...engine])}.filter((name) => name in globalThis)`)).toEqual([])
    expect(await seen('this === undefined')).toBe(true)
  })

  test.each([
    'import("fs")',
    'import("node:fs")',
    'import("data:text/javascript,export default 1")',
    'eval("import(\'fs\')")',
    'new Function("return import(\'fs\')")()',
  ])('%s is refused', async (expression) => {
    expect(await call(`export default async () => { await ${expression} }`)).toMatchObject({ ended: 'threw' })
  })

  test('every constructor leads back into the isolate', async () => {
    const ways = [
      'globalThis.constructor.constructor',
      '(() => {}).constructor',
      '(async () => {}).constructor',
      'console.log.constructor',
      'setTimeout.constructor',
      'fetch.constructor',
      'context.constructor.constructor',
      'context.remainingMs.constructor',
      'request.constructor.constructor',
      'context.environment.constructor.constructor',
      'crypto.getRandomValues.constructor',
      'new URL("http://a").searchParams.constructor.constructor',
      'Reflect.getPrototypeOf(async function* () {}).constructor',
      '(await import("x").catch((error) => error)).constructor.constructor',
      '(() => { try { null.x } catch (error) { return error.constructor.constructor } })()',
      '(() => { try { (function f() { f() })() } catch (error) { return error.constructor.constructor } })()',
    ]
    for (const way of ways)
      expect(
        await seen(
          `(() => { const make = ${way}; const found = make("return [typeof process, typeof require, typeof globalThis.process]")(); return found instanceof Promise ? "a promise" : typeof found === "object" && Symbol.asyncIterator in found ? "a generator" : found })()`.replace(
            '(() =>',
            'await (async () =>',
          ),
        ),
        way,
      ).toSatisfy(
        (found) =>
          JSON.stringify(found) === '["undefined","undefined","undefined"]' ||
          found === 'a promise' ||
          found === 'a generator',
      )
  })

  test('the engine hands no frames of the stack to the code', async () => {
    expect(
      await seen(`(() => {
        const kept = []
        Error.prepareStackTrace = (error, frames) => { kept.push(...frames); return frames }
        const { stack } = new Error("x")
        try { null.f() } catch (error) { error.stack }
        Error.captureStackTrace({})
        return [typeof stack, kept.length, Object.getOwnPropertyDescriptor(Error, "prepareStackTrace").configurable]
      })()`),
    ).toEqual(['string', 0, false])
  })

  test('the environment is what it was given, and no other function’s', async () => {
    expect(await seen('context.environment', { environment: { A: '1', __proto__: 'x' } as never })).toEqual({ A: '1' })
    expect(await seen('[typeof process, Object.keys(context)]')).toEqual([
      'undefined',
      ['requestId', 'messageId', 'environment', 'options', 'snapshot', 'remainingMs'],
    ])
  })

  test('what one function has or spoils no other one sees, of the same tenant or another', async () => {
    const spoiler = `
      Object.prototype.spoiled = 'yes'
      Array.prototype.toJSON = () => 'spoiled'
      String.prototype.slice = () => 'spoiled'
      JSON.stringify = () => '"spoiled"'
      JSON.parse = () => ({})
      Promise.prototype.then = () => {}
      Reflect.apply = () => {}
      Object.defineProperty(Object.prototype, 'ended', { set() {}, get: () => 'returned' })
      globalThis.leak = []
      export default (request, context) => { globalThis.leak.push(context.environment.SECRET); console.log('still'); return { checkResult: 'OK' } }`
    const spoiled = await call(spoiler, { environment: { SECRET: 'hush' } })
    expect(spoiled).toMatchObject({ ended: 'returned', value: '{"checkResult":"OK"}', logs: [{ text: 'still' }] })
    expect(await seen('[globalThis.leak, {}.spoiled, [1].slice(0), "abc".slice(1)]')).toEqual([null, null, [1], 'bc'])
    await unharmed()
    expect(({} as { spoiled?: string }).spoiled).toBe(undefined)
  })

  test('what an earlier call has left changes nothing of what the host is told of a later one', async () => {
    const source = `
      let first = true
      export default async (request) => {
        if (first) {
          first = false
          const kinds = [Object, Array, String, Number, Map, Promise, Function]
          const { ownKeys } = Reflect
          for (let at = 0; at < kinds.length; at++) {
            const names = ownKeys(kinds[at].prototype)
            for (let nth = 0; nth < names.length; nth++)
              try { if (names[nth] !== 'constructor') kinds[at].prototype[names[nth]] = () => { throw new Error('spoiled') } } catch {}
          }
          return 'first'
        }
        return 'later'
      }`
    expect(await call(source)).toMatchObject({ value: '"first"' })
    expect(await call(source)).toMatchObject({ value: '"later"' })
  })

  test('nothing is fetched but from the hosts that are named', async () => {
    const heard: string[] = []
    const server = http.createServer((request, response) => {
      heard.push(`${request.method} ${request.url}`)
      if (request.url === '/away') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
      else if (request.url === '/long') response.end('x'.repeat(2_000_000))
      else if (request.url === '/never') response.write('x')
      else response.setHeader('x-seen', request.headers['x-mine'] ?? '').end(JSON.stringify({ got: request.url }))
    })
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as { port: number }
    afterAll(() => server.closeAllConnections())
    const allowedHosts = [`127.0.0.1:${port}`]
    const tried = (url: string, more = {}) =>
      seen(`await fetch(${JSON.stringify(url)}).then((response) => response.status, (error) => error.message)`, {
        allowedHosts,
        ...more,
      })
    expect(
      await seen(
        `await fetch("http://127.0.0.1:${port}/a", { headers: { "X-Mine": "me" } }).then(async (response) => [response.ok, response.headers.get("x-seen"), await response.json()])`,
        { allowedHosts },
      ),
    ).toEqual([true, 'me', { got: '/a' }])
    expect(
      await seen(
        `await fetch(new URL("http://127.0.0.1:${port}/b?c=d"), { method: "POST", body: new URLSearchParams({ x: "1" }) }).then((response) => response.text())`,
        { allowedHosts },
      ),
    ).toBe('{"got":"/b?c=d"}')
    expect(await tried(`http://127.0.0.1:${port}/away`)).toBe(302)
    expect(await tried(`http://127.0.0.1:${port}/long`)).toMatch(/longer than/)
    expect(heard).not.toContain('GET /secret')
    const before = heard.length
    expect(await tried(`http://127.0.0.1:${port}/`, { allowedHosts: [] })).toMatch(/not among the hosts/)
    expect(await tried(`http://127.0.0.1:${port}/`, { allowedHosts: ['127.0.0.1'] })).toMatch(/not among the hosts/)
    expect(await tried(`http://localhost:${port}/`)).toMatch(/not among the hosts/)
    expect(await tried(`http://x@127.0.0.1:${port}/`)).toMatch(/user name/)
    // Named, but where deliveries may not go either.
    expect(await tried(`http://[::1]:${port}/`, { allowedHosts: [`[::1]:${port}`] })).toMatch(/private or special/)
    expect(await tried('http://169.254.169.254/latest', { allowedHosts: ['169.254.169.254'] })).toMatch(
      /private or special/,
    )
    expect(await tried('file:///etc/passwd', { allowedHosts: ['*'] })).toMatch(/http or https/)
    expect(heard.length).toBe(before)
    const many = await seen(
      `(await Promise.all(Array.from({ length: 30 }, () => fetch("http://127.0.0.1:${port}/m").then(() => "ok", (error) => error.message)))).filter((one) => one !== "ok")`,
      { allowedHosts },
    )
    expect(many).toHaveLength(10)
    const never = await call(
      `export default () => fetch("http://127.0.0.1:${port}/never").then((response) => response.text())`,
      { allowedHosts, limits: LIMITS },
    )
    expect(never.ended).toBe('timed-out')
    server.close()
  })
})

describe('hosts that die', () => {
  test('take with them what was under way in them at most, and the next call has a new one', async () => {
    const crash = 'export default () => "a".repeat(2 ** 29 - 25).split("")'
    const outcomes = await Promise.all([
      call(crash, { tenantId: 5 }),
      ...Array.from({ length: 5 }, () =>
        hosts.invoke(invocationOf(NEIGHBOUR, { tenantId: 5, environment: { SECRET: 'x' } })),
      ),
      unharmed(),
    ])
    expect(outcomes[0]!.ended).not.toBe('returned')
    for (const outcome of outcomes.slice(1, 6))
      expect(outcome).toMatchObject({ ended: 'returned', value: '{"secret":"x"}' })
  })

  test('again and again do not keep the tenant’s other functions from running', async () => {
    const crash = 'export default () => "a".repeat(2 ** 29 - 25).split("")'
    for (let round = 0; round < 3; round++) {
      const [bad, good] = await Promise.all([
        call(crash, { tenantId: 6 }),
        hosts.invoke(invocationOf(NEIGHBOUR, { tenantId: 6, environment: { SECRET: 'x' } })),
      ])
      expect(bad.ended).not.toBe('returned')
      expect(good.ended).toBe('returned')
    }
  })
})

test('how hosts are kept from the machine is told', async () => {
  const { isolation, description } = await hosts.probe()
  expect(['namespaces', 'process']).toContain(isolation)
  expect(description.length).toBeGreaterThan(10)
  await expect.poll(() => hosts.isolation(), PATIENCE).toBe(isolation)
})
