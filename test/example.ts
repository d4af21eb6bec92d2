// An example as its author has it: registered with its points, its form of options and its code, and tried in a test workspace with sample events.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { nodeBody } from './files.ts'
import { detailOf, type Extension, type Tenant, until, type Workspace, type World } from './world.ts'

type Json = Readonly<Record<string, unknown>>

export type Example = Extension & {
  readonly tenant: Tenant
  readonly workspace: Workspace
  /** Chooses the options of the test workspace, as its administrator does. */
  choose(options: Json): Promise<void>
  /** Asks it about an operation that nobody asked for; answers what became of it. */
  asked(eventCode: string, snapshot: Json, body?: Json): Promise<{ result: string; comment: string }>
  /** Somebody writes this code into a file of the test workspace, commits it and, when that has passed, deploys it. */
  brought(name: string, content: string, beforeDeploying?: () => Promise<unknown>): Promise<Brought>
}

export type Brought = {
  /** How the commit and the deployment ended; null: there was none. */
  readonly commit: string
  readonly deploy: string | null
  readonly comment: string
  /** Of the file, and its node in production where that is there. */
  readonly version: number
  readonly nodeId: number | null
}

const EXAMPLES = path.resolve(import.meta.dirname, '../examples')
const fileOf = (name: string, file: string) => readFileSync(path.join(EXAMPLES, name, file), 'utf8')

/** The example in the directory of this name; with `isFunction`, its code is function.ts. */
export async function exampleOf(
  world: World,
  name: string,
  points: readonly string[],
  { isFunction = false, hasOptions = true } = {},
): Promise<Example> {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const extension = await tenant.extension({
    points,
    options: hasOptions ? fileOf(name, 'options.json') : '',
    testWorkspace: workspace,
    publish: false,
    ...(isFunction && { source: fileOf(name, 'function.ts') }),
  })
  const { code, author } = extension
  return {
    ...extension,
    tenant,
    workspace,
    async choose(options) {
      await tenant.owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
        params: { workspaceId: workspace.id, code },
        body: { options: { ...options } },
      })
    },
    async asked(eventCode, snapshot, body) {
      const { id } = await author.api.call('POST /extensions/{code}/trials', {
        params: { code },
        body: { eventCode, snapshot: { ...snapshot }, ...(body && { body: { ...body } }) },
      })
      const ended = await until(
        world.server,
        () => detailOf(author, id),
        (one) => one.state !== 'held',
      )
      const [check] = ended.checks
      return { result: check!.result ?? ended.state, comment: check!.comment ?? '' }
    },
    brought: (name, content, beforeDeploying) =>
      broughtToProduction(world, tenant, workspace, { name, content, beforeDeploying }),
  }
}

async function broughtToProduction(
  world: World,
  tenant: Tenant,
  workspace: Workspace,
  given: {
    readonly name: string
    readonly content: string
    readonly beforeDeploying: (() => Promise<unknown>) | undefined
  },
): Promise<Brought> {
  const { name, content, beforeDeploying } = given
  const { api } = tenant.owner
  const params = { workspaceId: workspace.id }
  const file = await api.call('POST /workspaces/{workspaceId}/files', {
    params,
    body: { name, body: nodeBody({ content }) as never },
  })
  const ask = async (kind: 'commit' | 'deploy') => {
    const { id } = await api.call('POST /workspaces/{workspaceId}/deployments', {
      params,
      body: { kind, files: [{ fileId: file.id }] },
    })
    return await until(
      world.server,
      () =>
        api.call('GET /workspaces/{workspaceId}/deployments/{deploymentId}', {
          params: { ...params, deploymentId: id },
        }),
      (one) => one.state !== 'open',
    )
  }
  const committed = await ask('commit')
  await beforeDeploying?.()
  const deployed = committed.state === 'succeeded' ? await ask('deploy') : null
  const after = await api.call('GET /workspaces/{workspaceId}/files/{fileId}', {
    params: { ...params, fileId: file.id },
  })
  const nodes = await api.call('GET /workspaces/{workspaceId}/nodes', { params, query: { environment: 'PROD', name } })
  const [item] = (deployed ?? committed).items
  return {
    commit: committed.items[0]!.state,
    deploy: deployed && deployed.items[0]!.state,
    comment: item!.checks[0]?.comment ?? '',
    version: after.version,
    nodeId: nodes.items.find((node) => node.id === after.nodeId)?.id ?? null,
  }
}

/** Starts the example's service as a process of its own, to which the events of its workspace go. */
export async function served(
  world: World,
  name: string,
  { tenant, workspace, code, author }: Extension & Pick<Example, 'tenant' | 'workspace'>,
  env: Readonly<Record<string, string>> = {},
) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  await tenant.route(workspace, url, { name: 'example', serves: [code] })
  const { api } = tenant.owner
  const [bus] = (await api.call('GET /event-buses')).items
  const params = { busId: bus!.id }
  const [rule] = (await api.call('GET /event-buses/{busId}/rules', { params })).items
  const { secrets } = await api.call('GET /event-buses/{busId}/rules/{ruleId}/targets/{name}/signing-secrets', {
    params: { ...params, ruleId: rule!.id, name: 'example' },
  })
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, [path.join(EXAMPLES, name, 'extension.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH,
      DATAWORKS_ENDPOINT: `127.0.0.1:${world.server.port}`,
      ALIBABA_CLOUD_ACCESS_KEY_ID: author.key.id,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: author.key.secret,
      EXTENSION_CODE: code,
      WEBHOOK_SECRET: secrets[0]!.secret,
      WEBHOOK_SECRETS: secrets[0]!.secret,
      ...env,
      PORT: String(port),
    },
  })
  // Its first line says that it listens.
  await once(child.stdout, 'data')
  return {
    url,
    stop: () => void child.kill('SIGKILL'),
    /** It stands still, and answers nothing until it goes on. */
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}

/** A port that nothing listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
