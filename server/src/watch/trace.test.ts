import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  detailOf,
  PATIENCE,
  type Person,
  signedHeaders,
  startWorld,
  type Tenant,
  urlOf,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import type { Server } from '../server.ts'
import { begin, traceOf, traceparentOf } from './trace.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const GIVEN = `00-${TRACE}-b7ad6b7169203331-01`

describe('what is no valid traceparent is ignored', () => {
  test.each([
    undefined,
    '',
    'x',
    `00-${TRACE}-b7ad6b7169203331`,
    `00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-b7ad6b7169203331-01`,
    `${GIVEN}-more`,
    `${GIVEN}, ${GIVEN}`,
    `${GIVEN}\n`,
  ])('%j', (header) => expect(traceOf(header)).toBe(ROOT_CONTEXT))

  test('a later version may say more, which is not passed on', () => {
    expect(traceparentOf(traceOf(GIVEN))).toBe(GIVEN)
    expect(traceparentOf(traceOf(`cc-${TRACE}-b7ad6b7169203331-03-more`))).toBe(GIVEN)
  })
})

let world: World
let tenant: Tenant
let workspace: Workspace
let nodeIds: readonly number[]
let seen: { traceparent: string | undefined; body: string }[]
let endpoint: string
let extension: Awaited<ReturnType<Tenant['extension']>>
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  nodeIds = Object.values(await tenant.nodes(workspace, { a: [], b: [], c: [], d: [] }))
  extension = await tenant.extension({ enabledIn: [workspace] })
  seen = []
  const receiver = await world.receiver((received) => {
    const header = received.headers.traceparent
    seen.push({ traceparent: typeof header === 'string' ? header : undefined, body: received.body })
    return { status: 200 }
  })
  endpoint = receiver.url
  await tenant.route(workspace, endpoint)
})
afterAll(() => world?.stop())

/** Freezes a node through the native API, as a caller that sends these headers. */
async function freeze(server: Server, person: Person, nodeId: number, headers: Record<string, string>) {
  const body = JSON.stringify({ point: 'freeze-node', nodeIds: [nodeId] })
  const response = await fetch(`${urlOf(server)}/api/v1/workspaces/${workspace.id}/node-operations`, {
    method: 'POST',
    headers: {
      cookie: await person.cookie(),
      'x-holdpoint-console': '1',
      'content-type': 'application/json',
      ...headers,
    },
    body,
  })
  expect(response.status).toBe(202)
  return (await response.json()) as { id: string; messageId: string }
}

/** What the receiver got about the message, and the answer it returns with the trace it was given. */
async function delivered(messageId: string) {
  await expect.poll(() => seen.find((one) => one.body.includes(messageId)), PATIENCE).toBeDefined()
  return seen.find((one) => one.body.includes(messageId))!
}
async function answerAt(server: Server, messageId: string, traceparent: string | undefined) {
  const query = [
    ['MessageId', messageId],
    ['ExtensionCode', extension.code],
    ['CheckResult', 'OK'],
  ] as const
  const named = [
    ['x-acs-action', 'UpdateWorkbenchEventResult'],
    ['x-acs-version', '2020-05-18'],
  ] as const
  const headers = signedHeaders(server, extension.author, 'POST', '/', query, named)
  const response = await fetch(
    `${urlOf(server)}/?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`,
    {
      method: 'POST',
      headers: traceparent === undefined ? headers : { ...headers, traceparent },
    },
  )
  expect(response.status).toBe(200)
}

const traceIdOfLines = (about: string) =>
  world.logged
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.msg === 'request' && line[about.split('=')[0]!] === about.split('=')[1])
    .map((line) => line.traceId)

test('without any SDK the trace of a request goes on with its message, and the log tells it', async () => {
  const held = await freeze(world.server, tenant.owner, nodeIds[0]!, { traceparent: GIVEN })
  const { traceparent, body } = await delivered(held.messageId)
  expect(traceparent).toBe(GIVEN)
  // It travels in headers alone.
  expect(body).not.toContain(TRACE)
  await answerAt(world.server, held.messageId, traceparent)
  expect((await detailOf(tenant.owner, held.id)).state).toBe('done')
  expect(traceIdOfLines('route=/workspaces/:workspaceId/node-operations')).toContain(TRACE)
  expect(traceIdOfLines('action=UpdateWorkbenchEventResult')).toContain(TRACE)
})

test('a request that names no trace, or none that is valid, begins one', async () => {
  const traces = new Set<string>()
  for (const [nodeId, headers] of [
    [nodeIds[1]!, {}],
    [nodeIds[2]!, { traceparent: '00-not-a-trace-01' }],
  ] as const) {
    const held = await freeze(world.server, tenant.owner, nodeId, headers)
    const { traceparent } = await delivered(held.messageId)
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    traces.add(traceparent!.slice(3, 35))
    expect(traceIdOfLines('route=/workspaces/:workspaceId/node-operations')).toContain(traceparent!.slice(3, 35))
  }
  expect(traces.size).toBe(2)
})

describe('with an SDK', () => {
  const exporter = new InMemorySpanExporter()
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  })
  afterAll(() => {
    trace.disable()
    context.disable()
  })

  test('request, hold, delivery, answer at another replica and effect are one trace', async () => {
    const replica = await world.replica()
    const caller = begin('caller', ROOT_CONTEXT)
    const held = await freeze(world.server, tenant.owner, nodeIds[3]!, { traceparent: traceparentOf(caller.trace)! })
    caller.end(null)
    const { traceparent } = await delivered(held.messageId)
    await answerAt(replica, held.messageId, traceparent)
    const traceId = traceparent!.slice(3, 35)
    const spans = () => exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId)
    const names = ['POST', 'POST', 'answer', 'caller', 'deliver', 'effect', 'hold']
    await expect
      .poll(
        () =>
          spans()
            .map((span) => span.name)
            .toSorted(),
        PATIENCE,
      )
      .toEqual(names)
    const parentOf = (name: string) => {
      const parent = spans().find((span) => span.name === name)!.parentSpanContext?.spanId
      return spans().find((span) => span.spanContext().spanId === parent)?.name
    }
    expect(['hold', 'deliver', 'answer', 'effect'].map(parentOf)).toEqual(['POST', 'hold', 'POST', 'answer'])
    // The receiver was told the attempt itself, so that what it does is a child of it.
    expect(traceparent!.slice(36, 52)).toBe(
      spans()
        .find((span) => span.name === 'deliver')!
        .spanContext().spanId,
    )
  })
})
