/**
 * Freeze guard: an extension as its author writes it, with nothing but Node, the vendor's own SDKs and the library of Standard Webhooks from npm.
 *
 * It receives events over HTTP, believes those that Holdpoint signed, looks at the nodes through the DataWorks API and returns its result with UpdateWorkbenchEventResult:
 * freezing a node that others wait for fails, unpublishing one that is not temporary passes with a warning, backfilling more than a month's days at
 * once or a month that is closed fails, the rest passes.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import OpenApiClient, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client'
import OpenApi, { $OpenApiUtil } from '@alicloud/openapi-core'
import PopCore from '@alicloud/pop-core'
import { RuntimeOptions } from '@alicloud/tea-util'
import * as Darabonba from '@darabonba/typescript'
import { Webhook } from 'standardwebhooks'

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, of which a member or two are read
type Answer = Record<string, any>
/** Calls one action of DataWorks, API version 2020-05-18. */
export type Call = (action: string, parameters: Record<string, string | number>) => Promise<Answer>

export type Settings = { endpoint: string; accessKeyId: string; accessKeySecret: string }

/** The vendor's three generations of clients; each differs from its use with the vendor's service in the endpoint only. */
export const CLIENTS: Record<string, (settings: Settings) => Call> = {
  'pop-core': ({ endpoint, accessKeyId, accessKeySecret }) => {
    const client = new PopCore({
      endpoint: `http://${endpoint}`,
      apiVersion: '2020-05-18',
      accessKeyId,
      accessKeySecret,
    })
    return (action, parameters) => client.request(action, parameters, { method: 'POST' })
  },
  'openapi-client': ({ endpoint, accessKeyId, accessKeySecret }) => {
    const client = new OpenApiClient.default(new Config({ endpoint, protocol: 'http', accessKeyId, accessKeySecret }))
    return async (action, parameters) =>
      (
        await client.callApi(
          new Params(rpc(action)),
          new OpenApiRequest({ query: texts(parameters) }),
          new RuntimeOptions({}),
        )
      ).body
  },
  'openapi-core': ({ endpoint, accessKeyId, accessKeySecret }) => {
    const client = new OpenApi.default(
      new $OpenApiUtil.Config({ endpoint, protocol: 'http', accessKeyId, accessKeySecret }),
    )
    return async (action, parameters) =>
      (
        await client.callApi(
          new $OpenApiUtil.Params(rpc(action)),
          new $OpenApiUtil.OpenApiRequest({ body: texts(parameters) }),
          new Darabonba.RuntimeOptions({}),
        )
      ).body
  },
}

const rpc = (action: string) => ({
  action,
  version: '2020-05-18',
  protocol: 'HTTPS',
  method: 'POST',
  authType: 'AK',
  style: 'RPC',
  pathname: '/',
  reqBodyType: 'formData',
  bodyType: 'json',
})

const texts = (parameters: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))

type NodeEvent = { id: string; type: string; data: { projectId: number; nodeIds: number[]; blockBusiness: boolean } }
type BackfillEvent = { id: string; type: string; data: { multipleTimePeriods: string; blockBusiness: boolean } }
type Event = NodeEvent | BackfillEvent
type Verdict = { result: 'OK' | 'WARN' | 'FAIL'; tip: string }

type Node = { name: string; waiting: string[] }

/** The node with the names of those that would wait for it; none when it was unpublished after the operation was asked for. */
async function read(call: Call, NodeId: number, togetherWith: number[]): Promise<Node[]> {
  try {
    const [node, children] = await Promise.all([
      call('GetNode', { NodeId, ProjectEnv: 'PROD' }),
      call('GetNodeChildren', { NodeId, ProjectEnv: 'PROD' }),
    ])
    const waiting = children.Data.Nodes.filter(
      (child: Answer) => child.SchedulerType !== 'PAUSE' && !togetherWith.includes(child.NodeId),
    )
    return [{ name: node.Data.NodeName, waiting: waiting.map((child: Answer) => child.NodeName) }]
  } catch (error) {
    if (codeOf(error) === 'Invalid.Wkbench.NodeNotExist') return []
    throw error
  }
}

/** Every client puts the code of a refusal here. */
const codeOf = (error: unknown) => (error as { code?: string }).code

/** The rule this extension stands for. */
async function judge(call: Call, event: NodeEvent): Promise<Verdict> {
  const { nodeIds } = event.data
  const nodes = (await Promise.all(nodeIds.map((id) => read(call, id, nodeIds)))).flat()
  if (event.type === 'dataworks:NodeChange:FreezeNode') {
    const held = nodes.filter((node) => node.waiting.length > 0)
    if (held.length === 0) return { result: 'OK', tip: 'No node waits for it.' }
    const lines = held.map(
      (node) => `- **${node.name}** is waited for by ${node.waiting.map((name) => `\`${name}\``).join(', ')}`,
    )
    return {
      result: 'FAIL',
      tip: `Freezing holds up what runs after it. Freeze the nodes downstream first.\n\n${lines.join('\n')}`,
    }
  }
  if (event.type === 'dataworks:NodeChange:UndeployNode') {
    const lasting = nodes.filter((node) => !node.name.startsWith('tmp_'))
    if (lasting.length > 0)
      return {
        result: 'WARN',
        tip: `Not temporary: ${lasting.map((node) => `\`${node.name}\``).join(', ')}. Is this meant?`,
      }
  }
  return { result: 'OK', tip: '' }
}

const DAY_MS = 86_400_000
const MOST_DAYS = 31

const isBackfill = (event: Event): event is BackfillEvent => event.type === 'dataworks:BackfillDataOperate:BackfillData'

/** The rule for backfills. The months up to `closedUntil`, yyyy-mm, are settled: nobody computes them anew. */
function judgeBackfill({ data }: BackfillEvent, closedUntil: string): Verdict {
  const periods = JSON.parse(data.multipleTimePeriods) as { bizBeginTime: string; bizEndTime: string }[]
  const [first = ''] = periods.map((period) => period.bizBeginTime).sort()
  if (closedUntil !== '' && first.slice(0, 7) <= closedUntil)
    return { result: 'FAIL', tip: `The books are closed up to **${closedUntil}**, and this begins on ${first}.` }
  const days = periods.reduce(
    (sum, one) => sum + 1 + (Date.parse(one.bizEndTime) - Date.parse(one.bizBeginTime)) / DAY_MS,
    0,
  )
  if (days > MOST_DAYS)
    return { result: 'FAIL', tip: `It is of **${days} days**. No more than ${MOST_DAYS} are computed anew at once.` }
  return { result: 'OK', tip: `${days} ${days === 1 ? 'day' : 'days'} of open months.` }
}

/** A longer one is refused. */
const LONGEST_TIP = 10_000

/** What the extension is known by, and the secrets that its target's deliveries may be signed with: two while one replaces the other. */
export type Identity = { extensionCode: string; secrets: readonly string[] }

/** The event in a delivery that was signed with one of the secrets within the last five minutes; null in any other. */
function genuine(secrets: readonly string[], headers: IncomingHttpHeaders, body: string): Event | null {
  for (const secret of secrets) {
    try {
      return new Webhook(secret).verify(body, headers as Record<string, string>) as Event
    } catch {
      // Perhaps the next one.
    }
  }
  return null
}

/** Of what it is only told it needs nothing. */
function isAbout(event: Event): boolean {
  if (typeof event.id !== 'string') return false
  if (!event.data?.blockBusiness) return true
  return isBackfill(event) ? typeof event.data.multipleTimePeriods === 'string' : Array.isArray(event.data.nodeIds)
}

/** Receives events and answers them. */
export function startExtension(settings: {
  call: Call
  identity: () => Promise<Identity>
  port: number
  delayMs: number
  closedUntil?: string
}) {
  const { call } = settings

  async function answer(event: Event, extensionCode: string): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, settings.delayMs))
    const verdict = isBackfill(event) ? judgeBackfill(event, settings.closedUntil ?? '') : await judge(call, event)
    try {
      await call('UpdateWorkbenchEventResult', {
        MessageId: event.id,
        ExtensionCode: extensionCode,
        CheckResult: verdict.result,
        CheckResultTip: verdict.tip.slice(0, LONGEST_TIP),
      })
    } catch (error) {
      // On the same bus come messages in which only other extensions are asked.
      if (codeOf(error) === 'InvalidExtensionCode.NotAsked') return
      // Delivery is at least once. An event that comes again after the world has changed may be judged otherwise; the first result stands.
      if (codeOf(error) !== 'Conflict.CheckResult') throw error
    }
    const of = isBackfill(event) ? event.data.multipleTimePeriods : event.data.nodeIds.join(',')
    console.log(`freeze guard: ${event.type} ${of} → ${verdict.result}`)
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > 1 << 20) request.destroy()
      else chunks.push(chunk)
    })
    request.on('end', async () => {
      const { extensionCode, secrets } = await settings.identity()
      const event = genuine(secrets, request.headers, Buffer.concat(chunks).toString('utf8'))
      if (event === null) {
        response.writeHead(401).end('not signed by Holdpoint, or too long ago')
        return
      }
      if (!isAbout(event)) {
        response.writeHead(400).end('not an event about nodes or a backfill')
        return
      }
      try {
        // What is only told waits for no answer.
        if (event.data.blockBusiness) await answer(event, extensionCode)
        response.writeHead(200).end()
      } catch (error) {
        // Not accepted, so that it is delivered again.
        console.error(`freeze guard: ${event.id} could not be answered: ${(error as Error).message}`)
        response.writeHead(500).end((error as Error).message)
      }
    })
  })
  return new Promise<{ port: number; close(): void }>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address ? address.port : settings.port,
        close: () => server.close(),
      })
    })
  })
}

if (process.argv[1] === import.meta.filename) {
  const { env } = process
  const given = { extensionCode: env.EXTENSION_CODE ?? '', secrets: env.WEBHOOK_SECRETS?.split(' ') ?? [] }
  if (!process.connected && given.secrets.length === 0) throw new Error('WEBHOOK_SECRETS is not set; see README.md')
  // Started by a parent, it hears who it is from it, waits until it has, and ends with it.
  let identity: Promise<Identity> = process.connected
    ? new Promise((resolve) => process.once('message', (message) => resolve(message as Identity)))
    : Promise.resolve(given)
  process.on('message', (message) => {
    identity = Promise.resolve(message as Identity)
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group of processes; a parent stops this one itself, after what it still delivers.
  if (process.connected) process.on('SIGINT', () => {})
  const connect = CLIENTS[env.CLIENT ?? 'openapi-client']
  if (!connect) throw new Error(`no client ${env.CLIENT}; there are ${Object.keys(CLIENTS).join(', ')}`)
  const running = await startExtension({
    call: connect({
      endpoint: env.DATAWORKS_ENDPOINT ?? '127.0.0.1:4180',
      accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID ?? '',
      accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? '',
    }),
    identity: () => identity,
    port: Number(env.PORT ?? 4181),
    delayMs: Number(env.CHECK_DELAY_MS ?? 0),
    closedUntil: env.CLOSED_UNTIL ?? '',
  })
  process.send?.({ port: running.port })
  if (!process.connected) console.log(`freeze guard listens on http://127.0.0.1:${running.port}/`)
}
