import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

const guard = path.resolve(import.meta.dirname, '..', 'server', 'node24.mjs')
/** Makes a Node take itself for one of twenty. Only the first process gets it, as only the first one is started with it. */
const OLD = `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.19.0'}})`

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdpoint-guard-'))
})
afterEach(() => rmSync(home, { recursive: true }))

function startOnOldNode(guardFile: string, body: string, ...args: string[]): ChildProcess {
  const script = path.join(home, 'script.mjs')
  writeFileSync(script, `import { needNode24 } from ${JSON.stringify(guardFile)}\nawait needNode24()\n${body}`)
  return spawn(process.execPath, ['--import', OLD, script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Says its pid, then waits for a signal and ends with a code that tells which. */
const CODES = { SIGINT: 41, SIGTERM: 42 } as const
const WAITING = `
  for (const [signal, code] of Object.entries(${JSON.stringify(CODES)})) process.on(signal, () => process.exit(code))
  setInterval(() => {}, 60_000)
  console.log(process.pid)`

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = await once(child.stdout!, 'data')
  return String(line).trim()
}

/** The platforms that the project brings a Node for. */
const testHere = test.runIf(process.platform === 'linux')

testHere('on an older Node the same command runs on the one that the project brings, to the same end', async () => {
  const child = startOnOldNode(
    guard,
    'console.log(process.versions.node, ...process.argv.slice(2)); process.exit(7)',
    '--port',
    '5',
  )
  const [output, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')])
  expect(output).toMatch(/^24\.\d+\.\d+ --port 5\n$/)
  expect(code).toBe(7)
})

testHere.each(['SIGINT', 'SIGTERM'] as const)(
  'a %s reaches the second process, and its exit code comes back',
  async (signal) => {
    const child = startOnOldNode(guard, WAITING)
    expect(Number(await firstLine(child))).not.toBe(child.pid)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([CODES[signal], null])
  },
)

testHere('the second process ends when the first one is killed', async () => {
  const child = startOnOldNode(guard, WAITING)
  expect(Number(await firstLine(child))).not.toBe(child.pid)
  // Both hold the other end of the output, so it closes only when the second process is gone, too.
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  expect(await closed).toEqual([null, 'SIGKILL'])
})

test('where there is no newer Node, one sentence says what is needed', async () => {
  copyFileSync(guard, path.join(home, 'node24.mjs'))
  const child = startOnOldNode(path.join(home, 'node24.mjs'), 'console.log("must not run")')
  const [output, complaint, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'exit')])
  expect({ output, code }).toEqual({ output: '', code: 1 })
  expect(complaint).toMatch(/^Holdpoint needs Node 24\.7 or newer, this is 20\.19\.0 .*\n$/)
})
