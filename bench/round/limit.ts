/**
 * The limit: what a round costs a program that does nothing but the three HTTP exchanges and the least durable statements.
 *
 * It checks no signature, knows one extension, keeps everything it must know in memory, and would lose deliveries in a crash. A process of its
 * own, as the server is.
 */
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import pg from 'pg'
import { ANSWER, HOLD } from './statements.ts'

export type LimitSettings = {
  readonly connection: pg.ClientConfig
  readonly poolSize: number
  readonly endpoint: string
  readonly extensionCode: string
  readonly requestedBy: string
}

process.on('disconnect', () => process.exit(0))
/** How long each effect has taken, from its callback to its commit, since this was asked last. */
let effectsMs: number[] = []
process.on('message', (asked: LimitSettings | { readonly effects: true }) => {
  if ('connection' in asked) start(asked)
  else process.send!({ effectsMs })
  effectsMs = []
})

function start({ connection, poolSize, endpoint, extensionCode, requestedBy }: LimitSettings): void {
  const pool = new pg.Pool({ ...connection, max: poolSize, idleTimeoutMillis: 0 })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 })
  const target = new URL(endpoint)

  async function hold(query: URLSearchParams): Promise<[number, object]> {
    const nodeId = Number(query.get('NodeId'))
    const freezes = query.get('SchedulerType') === '2'
    const operationId = randomUUID()
    const messageId = randomUUID()
    const eventCode = freezes ? 'freeze-node' : 'unfreeze-node'
    const body = {
      projectId: 10001,
      nodeIds: [nodeId],
      tenantId: 280000000000001,
      operator: requestedBy,
      extensionBizId: operationId,
      eventCode,
      blockBusiness: true,
    }
    await pool.query({
      name: 'hold',
      text: HOLD,
      values: [
        operationId,
        nodeId,
        freezes ? 'pause' : 'normal',
        requestedBy,
        messageId,
        JSON.stringify(body),
        extensionCode,
        endpoint,
      ],
    })
    deliver(
      JSON.stringify({
        datacontenttype: 'application/json;charset=utf-8',
        data: body,
        id: messageId,
        source: 'acs.dataworks',
        specversion: '1.0',
        subject: '',
        time: new Date().toISOString(),
        type: freezes ? 'dataworks:NodeChange:FreezeNode' : 'dataworks:NodeChange:UnfreezeNode',
        aliyunaccountid: '280000000000001',
        aliyunpublishtime: new Date().toISOString(),
        aliyuneventbusname: 'bench',
        aliyunregionid: 'cn-hangzhou',
      }),
    )
    return [
      409,
      {
        RequestId: randomUUID(),
        HostId: '127.0.0.1',
        Code: 'OperationHeld.ExtensionCheck',
        Message: `The operation is held and has not taken effect: extensions are checking it. Process ${operationId}, message ${messageId}.`,
        Recommend: 'Follow the operation with ListCheckProcesses and this MessageId; do not repeat the request.',
        Data: { ProcessId: operationId, MessageId: messageId, Status: 'CHECKING' },
      },
    ]
  }

  function deliver(envelope: string): void {
    const request = http.request(
      {
        agent,
        host: target.hostname,
        port: target.port,
        path: target.pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json;charset=utf-8', 'content-length': Buffer.byteLength(envelope) },
      },
      (response) => response.resume(),
    )
    request.on('error', (error) => {
      throw error
    })
    request.end(envelope)
  }

  async function answer(query: URLSearchParams): Promise<[number, object]> {
    const startedMs = performance.now()
    const { rowCount } = await pool.query({
      name: 'answer',
      text: ANSWER,
      values: [
        query.get('MessageId'),
        query.get('ExtensionCode'),
        query.get('CheckResult'),
        query.get('CheckResultTip'),
      ],
    })
    effectsMs.push(performance.now() - startedMs)
    return rowCount === 1
      ? [200, { RequestId: randomUUID(), Success: true }]
      : [404, { RequestId: randomUUID(), Code: 'NotHeld' }]
  }

  const server = http.createServer((request, response) => {
    request.resume()
    const url = request.url!
    const query = new URLSearchParams(url.slice(url.indexOf('?') + 1))
    const work = query.has('MessageId') ? answer(query) : hold(query)
    work.then(
      ([status, body]) => {
        const text = JSON.stringify(body)
        response.writeHead(status, {
          'content-type': 'application/json;charset=utf-8',
          'content-length': Buffer.byteLength(text),
        })
        response.end(text)
      },
      (error: Error) => response.writeHead(500).end(error.message),
    )
  })
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send!({ port: typeof address === 'object' && address ? address.port : 0 })
  })
}
