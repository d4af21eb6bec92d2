/**
 * Prohibited functions: code that calls MAX_PT is not committed and not deployed, or only with a warning, as the workspace chooses.
 *
 * A service of its own. It believes what Holdpoint signed, reads the code as it was when the operation was asked for, and the option of the workspace, and returns its result with
 * the vendor's client: only the endpoint differs from its use with the vendor's service.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import OpenApiClient, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client'
import { RuntimeOptions } from '@alicloud/tea-util'
import { verifyWebhook } from '@holdpoint/sdk'

const {
  DATAWORKS_ENDPOINT: endpoint = '127.0.0.1:4180',
  ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId = '',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret = '',
  EXTENSION_CODE: ExtensionCode = '',
  WEBHOOK_SECRET: secret = '',
  PORT: port = '4182',
} = process.env

/** A call of the function, in whatever case. */
const PROHIBITED = /\bMAX_PT\s*\(/i
const COMMENTS = /--.*$|\/\*[\s\S]*?\*\//gm

/** The rule this extension stands for. */
function judge(code: string, chosen: string | undefined): { result: 'OK' | 'WARN' | 'FAIL'; tip: string } {
  if (!PROHIBITED.test(code.replace(COMMENTS, ''))) return { result: 'OK', tip: '' }
  const tip =
    'The code calls **MAX_PT**, which reads whatever partition is the newest when it runs. Name the partition.'
  return { result: chosen === 'WARN' ? 'WARN' : 'FAIL', tip }
}

const client = new OpenApiClient.default(new Config({ endpoint, protocol: 'http', accessKeyId, accessKeySecret }))
async function call(action: string, query: Record<string, string>) {
  const params = { action, version: '2020-05-18', protocol: 'HTTPS', method: 'POST', authType: 'AK' }
  const way = { style: 'RPC', pathname: '/', reqBodyType: 'formData', bodyType: 'json' }
  const request = new OpenApiRequest({ query })
  return (await client.callApi(new Params({ ...params, ...way }), request, new RuntimeOptions({}))).body
}

async function answer(MessageId: string, ProjectId: string): Promise<void> {
  const { EventDetail } = await call('GetIDEEventDetail', { MessageId, ProjectId })
  const { OptionValue } = await call('GetOptionValueForProject', { ExtensionCode, ProjectId })
  const { checkStatus } = JSON.parse(OptionValue ?? '{}')
  const { result, tip } = judge(EventDetail.CommittedFile.Content, checkStatus)
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
