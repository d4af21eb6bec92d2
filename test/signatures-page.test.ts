// The programs on docs/signatures.md as they stand: each believes a genuine delivery, and neither an altered nor an old one.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { signWebhook, webhookKey } from '@holdpoint/sdk'
import { afterAll, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const PAGE = readFileSync(path.join(ROOT, 'docs/signatures.md'), 'utf8')
/** Beside the tests, so that the programs find the packages. */
const directory = mkdtempSync(path.join(ROOT, 'test/.signatures-'))
const elsewhere = mkdtempSync(path.join(tmpdir(), 'signatures-'))
afterAll(() => {
  for (const one of [directory, elsewhere]) rmSync(one, { recursive: true, force: true })
})

const programs = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``, 'g'))].map((match) => match[1]!)

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
const BODY = '{"id":"m-1","name":"冻结节点"}'
const sent = (secret: string, atMs = Date.now()) => {
  const seconds = Math.floor(atMs / 1000)
  return {
    'webhook-id': 'm-1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signWebhook([webhookKey(OTHER), webhookKey(secret)], 'm-1', seconds, BODY),
  }
}
const FOREIGN = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const DELIVERIES = [
  { headers: sent(SECRET), body: BODY, believed: true },
  { headers: sent(SECRET), body: `${BODY} `, believed: false },
  { headers: sent(FOREIGN), body: BODY, believed: false },
  { headers: sent(SECRET, Date.now() - 3_600_000), body: BODY, believed: false },
]
const EXPECTED = DELIVERIES.map((one) => one.believed)

test('the program in TypeScript', async () => {
  const file = path.join(directory, 'webhook.ts')
  writeFileSync(file, programs('ts')[0]!)
  const { genuineEvent } = (await import(file)) as {
    genuineEvent(request: IncomingMessage, secrets: readonly string[]): Promise<{ id: string; event: unknown }>
  }
  const server = createServer(async (request, response) => {
    try {
      response.end(JSON.stringify(await genuineEvent(request, [SECRET])))
    } catch {
      response.writeHead(401).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  try {
    const answers = []
    for (const { headers, body } of DELIVERIES) answers.push(await fetch(url, { method: 'POST', headers, body }))
    expect(answers.map((one) => one.ok)).toEqual(EXPECTED)
    expect(await answers[0]!.json()).toEqual({ id: 'm-1', event: JSON.parse(BODY) })
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

const run = promisify(execFile)
const has = (program: string, ...args: string[]) =>
  run(program, args).then(
    () => true,
    () => false,
  )

test.skipIf(!(await has('python3', '-c', 'import sys; assert sys.version_info >= (3, 9)')))(
  'the program in Python',
  async () => {
    const file = path.join(elsewhere, 'webhook.py')
    writeFileSync(
      file,
      `${programs('python')[0]}

import json, sys
def believed(one):
    try:
        return verify(one["headers"], one["body"].encode(), ["${SECRET}"]) == "m-1"
    except ValueError:
        return False
print(json.dumps([believed(one) for one in json.loads(sys.argv[1])]))
`,
    )
    const { stdout } = await run('python3', [file, JSON.stringify(DELIVERIES)])
    expect(JSON.parse(stdout)).toEqual(EXPECTED)
  },
)

test.skipIf(!(await has('javac', '-version')))('the program in Java', async () => {
  const file = path.join(elsewhere, 'Main.java')
  // A file that is run as it stands begins with the class to run.
  const [imports, code] = programs('java')[0]!.split('\nclass ') as [string, string]
  const base64 = (text: string) => `"${Buffer.from(text).toString('base64')}"`
  const calls = DELIVERIES.map(({ headers, body }) => {
    const entries = Object.entries(headers).flatMap(([name, value]) => [`"${name}"`, `"${value}"`])
    return `System.out.println(believed(Map.of(${entries.join(', ')}), Base64.getDecoder().decode(${base64(body)})));`
  })
  writeFileSync(
    file,
    `${imports}
class Main {
  static boolean believed(Map<String, String> headers, byte[] body) throws Exception {
    try { return Webhooks.verify(headers, body, List.of("${SECRET}")).equals("m-1"); } catch (SecurityException e) { return false; }
  }
  public static void main(String[] args) throws Exception {
    ${calls.join('\n    ')}
  }
}
class ${code}
`,
  )
  const { stdout } = await run('java', [file])
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line === 'true'),
  ).toEqual(EXPECTED)
})
