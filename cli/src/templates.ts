/** What `init` writes: the smallest project of each kind that decides something. */

type Given = {
  readonly name: string
  readonly points: readonly string[]
  /** Which action takes the result, by point. */
  readonly callbacks: Readonly<Record<string, string>>
  /** Where the SDK lies. */
  readonly sdk: string
}
type Template = { readonly about: string; files(given: Given): Readonly<Record<string, string>> }

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const quoted = (text: string) => JSON.stringify(text)

const project = ({ name, points }: Given, more: Readonly<Record<string, unknown>> = {}) => {
  const { deployment = 'service', ...rest } = more
  return json({
    code: '',
    ...rest,
    extension: { name, points, deployment, parameters: '', options: '', onUnanswered: 'block' },
  })
}

const readme = ({ name, points }: Given, run: string) => `# ${name}

An extension for Holdpoint, asked about: ${points.join(', ')}.

1. Check \`holdpoint.json\` with \`npx holdpoint validate\`, register the extension in the console, under **Extensions**, with a workspace for testing, and write its code into \`holdpoint.json\`.
2. ${run}
3. Ask it something: \`npx holdpoint trigger ${points[0]} --wait\`. Nothing happens to anything, whatever it answers.
`

const DEV =
  'Run `npx holdpoint dev` in one terminal; it prints the signing secret. In another, set `WEBHOOK_SECRET` to it, `HOLDPOINT_ACCESS_KEY_ID` and `HOLDPOINT_ACCESS_KEY_SECRET` to a pair of the owner of the extension, and run'

export const TEMPLATES = {
  service: {
    about: 'a service in TypeScript that uses the SDK: the decision is all there is to write',
    files: (given: Given) => ({
      'holdpoint.json': project(given, { url: 'http://127.0.0.1:4191/' }),
      'README.md': readme(given, `${DEV} \`npm install && npm start\`.`),
      'package.json': json({
        name: 'holdpoint-extension',
        private: true,
        type: 'module',
        scripts: { start: 'node extension.ts' },
        dependencies: { '@holdpoint/sdk': `file:${given.sdk}` },
        engines: { node: '>=24' },
      }),
      'extension.ts': `import { readFileSync } from 'node:fs'
import { type ExtensionEvent, serveExtension, type Verdict } from '@holdpoint/sdk'

const { env } = process
const { code } = JSON.parse(readFileSync(new URL('holdpoint.json', import.meta.url), 'utf8'))

/** The rule that this extension stands for. */
function judge(event: ExtensionEvent): Verdict {
  console.log(event.eventCode, event.data)
  return { result: 'OK' }
}

const extension = serveExtension({
  endpoint: env.HOLDPOINT_ENDPOINT ?? 'http://127.0.0.1:4180',
  accessKeyId: env.HOLDPOINT_ACCESS_KEY_ID ?? '',
  accessKeySecret: env.HOLDPOINT_ACCESS_KEY_SECRET ?? '',
  extensionCode: code,
  secrets: env.WEBHOOK_SECRET ?? '',
  handlers: {
${given.points.map((point) => `    ${quoted(point)}: judge,`).join('\n')}
  },
  // What is returned where judge throws or takes too long.
  fallback: { result: 'FAIL', message: 'The extension could not decide.' },
})

const { port } = await extension.listen(Number(env.PORT ?? 4191))
console.log(\`listening on http://127.0.0.1:\${port}/\`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void extension.close())
`,
    }),
  },
  plain: {
    about: 'a service in TypeScript with nothing but Node and the vendor’s client',
    files: (given: Given) => ({
      'holdpoint.json': project(given, { url: 'http://127.0.0.1:4191/' }),
      'README.md': readme(given, `${DEV} \`npm install && npm start\`.`),
      'package.json': json({
        name: 'holdpoint-extension',
        private: true,
        type: 'module',
        scripts: { start: 'node extension.ts' },
        dependencies: { '@alicloud/pop-core': '^1.8.0' },
        engines: { node: '>=24' },
      }),
      'extension.ts': `import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import PopCore from '@alicloud/pop-core'

const { env } = process
const { code } = JSON.parse(readFileSync(new URL('holdpoint.json', import.meta.url), 'utf8'))
const client = new PopCore({
  endpoint: env.HOLDPOINT_ENDPOINT ?? 'http://127.0.0.1:4180',
  apiVersion: '2020-05-18',
  accessKeyId: env.HOLDPOINT_ACCESS_KEY_ID ?? '',
  accessKeySecret: env.HOLDPOINT_ACCESS_KEY_SECRET ?? '',
})

/** The action that takes the result, by event. */
const CALLBACKS: Record<string, string> = ${JSON.stringify(given.callbacks)}

type Event = { id: string; type: string; data: { eventCode: string; blockBusiness?: boolean } }

/** The rule that this extension stands for. */
function judge(event: Event): { result: 'OK' | 'WARN' | 'FAIL'; message: string } {
  console.log(event.data)
  return { result: 'OK', message: '' }
}

/** Signed by Holdpoint within the last five minutes: Standard Webhooks, https://www.standardwebhooks.com */
function isGenuine(headers: IncomingHttpHeaders, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false
  const key = Buffer.from((env.WEBHOOK_SECRET ?? '').replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(\`\${id}.\${timestamp}.\${body}\`).digest()
  return String(signatures)
    .split(' ')
    .map((one) => Buffer.from(one.replace('v1,', ''), 'base64'))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected))
}

async function answer(event: Event): Promise<void> {
  const action = CALLBACKS[event.data.eventCode]
  if (!event.data.blockBusiness || action === undefined) return
  const { result, message } = judge(event)
  const tip = action === 'CallbackExtension' ? { CheckMessage: message } : { CheckResultTip: message }
  const given = { MessageId: event.id, ExtensionCode: code, CheckResult: result, ...tip }
  await client.request(action, given, { method: 'POST' })
}

createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString('utf8')
    if (!isGenuine(request.headers, body)) return response.writeHead(401).end()
    try {
      await answer(JSON.parse(body))
      response.writeHead(200).end()
    } catch (error) {
      // Not accepted, so that it is delivered again.
      console.error(error)
      response.writeHead(500).end()
    }
  })
}).listen(Number(env.PORT ?? 4191), '127.0.0.1', () => console.log('listening'))
`,
    }),
  },
  python: {
    about: 'a service in Python with its standard library alone',
    files: (given: Given) => ({
      'holdpoint.json': project(given, { url: 'http://127.0.0.1:4191/' }),
      'README.md': readme(given, `${DEV} \`python3 extension.py\`.`),
      'extension.py': `"""An extension for Holdpoint: hears of operations over HTTP, answers by callback. Standard library alone."""
import base64, datetime, hashlib, hmac, json, os, time, urllib.error, urllib.parse, urllib.request, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CODE = json.loads(Path(__file__).with_name("holdpoint.json").read_text())["code"]
ENDPOINT = os.environ.get("HOLDPOINT_ENDPOINT", "http://127.0.0.1:4180")
# The action that takes the result, by event.
CALLBACKS = ${JSON.stringify(given.callbacks)}


def judge(event):
    """The rule that this extension stands for: OK, WARN or FAIL, and what to say about it."""
    print(event["data"], flush=True)
    return "OK", ""


def is_genuine(headers, body):
    """Signed by Holdpoint within the last five minutes: Standard Webhooks."""
    stamp = headers.get("webhook-timestamp", "0")
    if abs(time.time() - int(stamp)) > 300:
        return False
    key = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
    text = f"{headers.get('webhook-id')}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, expected) for one in headers.get("webhook-signature", "").split(" "))


def call(action, parameters):
    """One action of the DataWorks API, signed with ACS3-HMAC-SHA256."""
    body = urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote).encode()
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": urllib.parse.urlsplit(ENDPOINT).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": str(uuid.uuid4()),
        "x-acs-version": "2020-05-18",
    }
    names = ";".join(headers)
    canonical = "\\n".join(["POST", "/", "", "".join(f"{name}:{value}\\n" for name, value in headers.items()), names, digest])
    text = "ACS3-HMAC-SHA256\\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(os.environ["HOLDPOINT_ACCESS_KEY_SECRET"].encode(), text.encode(), hashlib.sha256).hexdigest()
    credential = os.environ["HOLDPOINT_ACCESS_KEY_ID"]
    headers["authorization"] = f"ACS3-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"
    request = urllib.request.Request(ENDPOINT + "/", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=15) as response:
        return json.load(response)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_genuine(self.headers, body):
            return self.answer(401)
        event = json.loads(body)
        action = CALLBACKS.get(event["data"]["eventCode"])
        try:
            if event["data"].get("blockBusiness") and action:
                result, message = judge(event)
                tip = "CheckMessage" if action == "CallbackExtension" else "CheckResultTip"
                call(action, {"MessageId": event["id"], "ExtensionCode": CODE, "CheckResult": result, tip: message})
            self.answer(200)
        except Exception as error:  # Not accepted, so that it is delivered again.
            detail = error.read().decode() if isinstance(error, urllib.error.HTTPError) else error
            print("could not answer:", detail, flush=True)
            self.answer(500)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "4191"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
`,
    }),
  },
  function: {
    about: 'a function that Holdpoint runs: nothing to operate',
    files: (given: Given) => ({
      'holdpoint.json': project(given, { deployment: 'function', source: 'function.ts' }),
      'README.md': readme(
        given,
        'Put `function.ts` into the version under test in the console; it runs there, and nothing has to be started.',
      ),
      'function.ts': `type Request = {
  messageId: string
  eventType: string
  messageBody: Record<string, unknown>
  blockBusiness: boolean
}

/** The rule that this extension stands for. */
export default function judge(request: Request) {
  console.log(request.eventType, request.messageBody)
  return { checkResult: 'OK', checkMessage: '' }
}
`,
    }),
  },
} as const satisfies Record<string, Template>

export type TemplateName = keyof typeof TEMPLATES
