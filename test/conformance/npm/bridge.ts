// The vendor's npm clients, for the conformance runner.
//
// bridge.ts VARIANT calls      reads calls as lines of JSON and answers each with a line of JSON
// bridge.ts VARIANT extension  is an extension: receives events over HTTP, reads what they are about and returns its result
//
// VARIANT is a name in ../clients.ts. There is no package with the product's own requests on npm.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type Call, type ClientError, type Parameters, variantNamed } from '../clients.ts'

const { DATAWORKS_ENDPOINT: endpoint = '', EXTENSION_CODE = '', CODE_EXTENSION_CODE = '' } = process.env
const [name = '', role] = process.argv.slice(2)
const variant = variantNamed(name)
const connect = (key: { id: string; secret: string }) =>
  variant.connect({ endpoint, accessKeyId: key.id, accessKeySecret: key.secret })
const say = (value: unknown) => console.log(JSON.stringify(value))

/** pop-core numbers the items of a list itself; the others are given JSON. */
function written(parameters: Readonly<Record<string, unknown>>): Parameters {
  const numbers = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'number')
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]) => [
      key,
      typeof value === 'object' && !(name.startsWith('pop-core') && numbers(value)) ? JSON.stringify(value) : value,
    ]),
  ) as Parameters
}

async function calls(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { key, action, parameters, version } = JSON.parse(line)
    try {
      say({ answer: await connect(key)(action, written(parameters), {}, version) })
    } catch (error) {
      const { code, message, data } = error as ClientError
      if (code === undefined) throw error
      say({ error: { code, message: data?.Message ?? message, data } })
    }
  }
}

function extension(): void {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: id = '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret = '' } = process.env
  const call = connect({ id, secret })
  const server = createServer(async (request, response) => {
    const { id, data } = JSON.parse(await text(request))
    // What is only told needs no answer.
    if (data.blockBusiness)
      await (data.eventCode === 'commit-file' ? judgeCode(call, id, data) : judgeNodes(call, id, data)).catch(
        (error) => {
          // Delivered before, and answered then.
          if (error.code !== 'Conflict.CheckResult') throw error
        },
      )
    response.end()
  })
  server.listen(0, '127.0.0.1', () => say({ port: (server.address() as AddressInfo).port }))
}

async function judgeNodes(call: Call, MessageId: string, { nodeIds }: { nodeIds: number[] }): Promise<void> {
  const waiting: string[] = []
  for (const NodeId of nodeIds) {
    const { Data } = await call('GetNodeChildren', { NodeId, ProjectEnv: 'PROD' })
    waiting.push(...Data.Nodes.map((node: { NodeName: string }) => node.NodeName))
  }
  await call('UpdateWorkbenchEventResult', {
    MessageId,
    ExtensionCode: EXTENSION_CODE,
    CheckResult: waiting.length > 0 ? 'FAIL' : 'OK',
    CheckResultTip: `waited for by: ${waiting.join(', ') || 'nobody'}`,
  })
}

async function judgeCode(call: Call, MessageId: string, { projectId }: { projectId: number | string }): Promise<void> {
  const { EventDetail } = await call('GetIDEEventDetail', { MessageId, ProjectId: projectId })
  const { OptionValue } = await call('GetOptionValueForProject', {
    ExtensionCode: CODE_EXTENSION_CODE,
    ProjectId: String(projectId),
  })
  const { Content, FileName } = EventDetail.CommittedFile
  await call('UpdateIDEEventResult', {
    MessageId,
    ExtensionCode: CODE_EXTENSION_CODE,
    CheckResult: Content.includes('MAX_PT') ? JSON.parse(OptionValue ?? '{"checkStatus":"FAIL"}').checkStatus : 'OK',
    CheckResultTip: `the code of ${FileName}`,
  })
}

if (role === 'calls') await calls()
else extension()
