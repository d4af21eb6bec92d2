/**
 * Duplicate synchronisation: what another task of the workspace already brings from the same place to the same table is not committed; what is brought
 * elsewhere too is warned about.
 *
 * A service of its own. It believes what Holdpoint signed, reads the task as it was when the operation was asked for, the other tasks and their code, and returns its result with the
 * vendor's client: only the endpoint differs from its use with the vendor's service.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import OpenApi, { $OpenApiUtil } from '@alicloud/openapi-core'
import { RuntimeOptions } from '@darabonba/typescript'
import { verifyWebhook } from '@holdpoint/sdk'

const {
  DATAWORKS_ENDPOINT: endpoint = '127.0.0.1:4180',
  ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId = '',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret = '',
  EXTENSION_CODE: ExtensionCode = '',
  WEBHOOK_SECRET: secret = '',
  PORT: port = '4183',
} = process.env

type Task = { name: string; code: string }
type Verdict = { result: 'OK' | 'WARN' | 'FAIL'; tip: string }

/** What a synchronisation task reads and writes, as texts that are compared. */
function waysOf(code: string): { from: string; to: string } | null {
  try {
    const place = (category: string) => {
      const { stepType, parameter } = JSON.parse(code).steps.find((step: Answer) => step.category === category)
      return JSON.stringify([stepType, parameter.datasource, [parameter.table].flat().sort()])
    }
    return { from: place('reader'), to: place('writer') }
  } catch {
    return null
  }
}

/** The rule this extension stands for. */
function judge(code: string, others: readonly Task[]): Verdict {
  const own = waysOf(code)
  if (own === null) return { result: 'OK', tip: 'It is no synchronisation task.' }
  const same = others.filter((other) => waysOf(other.code)?.from === own.from)
  const twice = same.filter((other) => waysOf(other.code)?.to === own.to)
  const names = (tasks: readonly Task[]) => tasks.map((task) => `\`${task.name}\``).join(', ')
  if (twice.length > 0)
    return { result: 'FAIL', tip: `The same data are brought to the same table by ${names(twice)}.` }
  if (same.length > 0)
    return { result: 'WARN', tip: `The same data are read by ${names(same)} too. Use what it brings?` }
  return { result: 'OK', tip: '' }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, of which a member or two are read
type Answer = Record<string, any>
const config = new $OpenApiUtil.Config({ endpoint, protocol: 'http', accessKeyId, accessKeySecret })
const client = new OpenApi.default(config)
async function call(action: string, query: Record<string, string>): Promise<Answer> {
  const params = { action, version: '2020-05-18', protocol: 'HTTPS', method: 'POST', authType: 'AK' }
  const way = { style: 'RPC', pathname: '/', reqBodyType: 'formData', bodyType: 'json' }
  const request = new $OpenApiUtil.OpenApiRequest({ query })
  return (await client.callApi(new $OpenApiUtil.Params({ ...params, ...way }), request, new RuntimeOptions({}))).body
}

/** The other synchronisation tasks of the workspace. */
async function othersThan(nodeId: number | undefined, ProjectId: string): Promise<Task[]> {
  const tasks: Task[] = []
  const list = { ProjectId, ProjectEnv: 'PROD', ProgramType: 'DI', PageSize: '100' }
  for (let page = 1; ; page++) {
    const { Nodes, TotalCount } = (await call('ListNodes', { ...list, PageNumber: String(page) })).Data
    for (const { NodeId, NodeName: name } of Nodes) {
      if (NodeId === nodeId) continue
      const { Data: code = '' } = await call('GetNodeCode', { NodeId: String(NodeId), ProjectEnv: 'PROD' })
      tasks.push({ name, code })
    }
    if (page * 100 >= TotalCount) return tasks
  }
}

async function answer(MessageId: string, ProjectId: string): Promise<void> {
  const { CommittedFile: file } = (await call('GetIDEEventDetail', { MessageId, ProjectId })).EventDetail
  const { result, tip } = judge(file.Content, await othersThan(file.NodeId, ProjectId))
  await call('UpdateIDEEventResult', { MessageId, ExtensionCode, CheckResult: result, CheckResultTip: tip })
}

const server = createServer(async (request, response) => {
  const body = await text(request)
  try {
    verifyWebhook(request.headers, body, secret)
  } catch {
    response.writeHead(401).end('not signed by Holdpoint')
    return
  }
  const { id, data } = JSON.parse(body)
  try {
    // What is only told waits for no answer.
    if (data.blockBusiness) await answer(id, String(data.projectId))
    response.writeHead(200).end()
  } catch (error) {
    // Where it was delivered again the first result stands; where only other extensions are asked there is nothing to answer. After anything
    // else it is not accepted, so that it is delivered again.
    const { code } = error as { code?: string }
    const isAnswered = code === 'Conflict.CheckResult' || code === 'InvalidExtensionCode.NotAsked'
    response.writeHead(isAnswered ? 200 : 500).end((error as Error).message)
  }
})
server.listen(Number(port), '127.0.0.1', () => console.log(`listens on http://127.0.0.1:${port}/`))
