// The page for newcomers to Data Development: its code as it stands, on the demonstration's pipeline, and the words of the console that it names.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readFlowSpec } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { endEverything, type Holdpoint, startHoldpoint, temporaryHome } from './holdpoint-process.ts'
import { administratorOf, type User } from './user.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PAGE = readFileSync(path.join(ROOT, 'docs/from-file-to-production.md'), 'utf8')
const PATIENCE = { timeout: 30_000, interval: 50 }

/** The blocks of one language, without the indentation of the step that they belong to. */
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map((match) =>
    match[2]!.replaceAll(new RegExp(`^${match[1]}`, 'gm'), ''),
  )
const [source] = blocks('ts')
const [refused, mended] = blocks('sql')
const CRON = /write `([^`]+)` as \*\*Cron expression\*\*/.exec(PAGE)![1]!

test('the words that it sets in bold are those of the console', async () => {
  const words = new Set<string>()
  const collect = (texts: object): void => {
    for (const text of Object.values(texts)) {
      // How many there are is not part of the word.
      if (typeof text === 'string') words.add(text.replace(/ \(\{\{count\}\}\)$/, ''))
      else collect(text)
    }
  }
  const texts = path.join(ROOT, 'console/src/text')
  for (const file of readdirSync(texts).filter((name) => name.endsWith('-en.ts')))
    collect(await import(path.join(texts, file)))
  const named = [...PAGE.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => match[1]!)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((one) => !words.has(one))).toEqual([])
})

describe.runIf(process.platform === 'linux')('on the demonstration', { timeout: 120_000 }, () => {
  let holdpoint: Holdpoint
  let admin: User
  let workspaceId: number
  const inWorkspace = () => ({ workspaceId })

  beforeAll(async () => {
    holdpoint = await startHoldpoint({ args: ['--data-dir', path.join(temporaryHome(), 'data')] })
    admin = await administratorOf(holdpoint)
    const { items } = await admin.client.call('GET /workspaces')
    workspaceId = items.find((one) => one.identifier === 'sales')!.id
    await vi.waitUntil(async () => (await files()).filter((one) => one.deployedVersion !== null).length === 5, PATIENCE)
  }, 120_000)
  afterAll(endEverything)

  const files = async () =>
    (await admin.client.call('GET /workspaces/{workspaceId}/files', { params: inWorkspace() })).items
  const bodyOf = (content: string) => {
    const node = {
      id: 'dws_orders_by_city',
      name: 'dws_orders_by_city',
      script: { content, runtime: { command: 'ODPS_SQL' } },
    }
    const trigger = { type: 'Scheduler', cron: CRON }
    const spec = { version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [{ ...node, trigger }] } }
    const [definition] = readFlowSpec(JSON.stringify(spec)).nodes
    const parsing = { on: true, inputs: [], outputs: [], ignored: [] }
    return structuredClone({ kind: 'node' as const, parsing, definition: { ...definition!, outputs: [] } }) as never
  }
  const save = async (fileId: number, revision: number, content: string) =>
    await admin.client.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
      params: { workspaceId, fileId },
      body: { revision, body: bodyOf(content) },
    })
  /** How the only file of it has ended, and what the extension said. */
  async function asked(kind: 'commit' | 'deploy' | 'delete', fileId: number) {
    const { id } = await admin.client.call('POST /workspaces/{workspaceId}/deployments', {
      params: inWorkspace(),
      body: { kind, files: [{ fileId }] },
    })
    const ended = await vi.waitUntil(async () => {
      const now = await admin.client.call('GET /workspaces/{workspaceId}/deployments/{deploymentId}', {
        params: { workspaceId, deploymentId: id },
      })
      return now.state === 'open' ? null : now
    }, PATIENCE)
    const [item] = ended.items
    return [item!.state, ...item!.checks.flatMap((check) => check.comment ?? [])]
  }
  async function run(fileId: number, revision: number): Promise<string> {
    const params = { workspaceId, fileId }
    await admin.client.call('POST /workspaces/{workspaceId}/files/{fileId}/runs', { params, body: { revision } })
    return await vi.waitUntil(async () => {
      const { items } = await admin.client.call('GET /workspaces/{workspaceId}/files/{fileId}/runs', { params })
      return items[0]?.state === 'running' ? null : items[0]?.state
    }, PATIENCE)
  }
  const nodeNamed = async (name: string) =>
    (
      await admin.client.call('GET /workspaces/{workspaceId}/nodes', { params: inWorkspace(), query: { limit: 200 } })
    ).items.find((one) => one.name === name)

  test('a file is refused once, mended, run, submitted and published, and is a node after the one that it reads from', async () => {
    const { code } = await admin.client.call('POST /extensions', {
      body: {
        deployment: 'function',
        name: 'Named columns',
        points: ['commit-file', 'deploy-file'],
        testWorkspaceId: workspaceId,
      },
    })
    await admin.client.call('PATCH /extensions/{code}/function', {
      params: { code },
      body: { language: 'typescript', source: source! },
    })

    const folders = await admin.client.call('GET /workspaces/{workspaceId}/folders', { params: inWorkspace() })
    const folder = folders.items.find((one) => one.path === 'sales/report')!
    const file = await admin.client.call('POST /workspaces/{workspaceId}/files', {
      params: inWorkspace(),
      body: { name: 'dws_orders_by_city', folderId: folder.id, body: bodyOf(refused!) },
    })
    expect(file.body).toMatchObject({
      parsing: { inputs: ['sales.dwd_orders'], outputs: ['sales.dws_orders_by_city'] },
    })
    expect(await asked('commit', file.id)).toEqual(['refused', 'Name the columns instead of select *.'])

    const saved = await save(file.id, file.revision, mended!)
    expect(saved.version).toBe(0)
    for (const name of ['order_files', 'ods_orders', 'dwd_orders']) {
      const upstream = (await files()).find((one) => one.name === name)!
      expect([name, await run(upstream.id, upstream.revision)]).toEqual([name, 'succeeded'])
    }
    expect(await run(file.id, saved.revision)).toBe('succeeded')

    expect(await asked('commit', file.id)).toEqual(['done'])
    expect(await nodeNamed('dws_orders_by_city')).toBeUndefined()
    expect(await asked('deploy', file.id)).toEqual(['done'])
    const node = (await nodeNamed('dws_orders_by_city'))!
    const detail = await admin.client.call('GET /workspaces/{workspaceId}/nodes/{nodeId}', {
      params: { workspaceId, nodeId: node.id },
    })
    expect(detail).toMatchObject({ recurrence: 'normal', cron: CRON, upstream: [{ name: 'dwd_orders' }] })

    expect(await asked('delete', file.id)).toEqual(['done'])
    expect(await asked('deploy', file.id)).toEqual(['done'])
    expect(await nodeNamed('dws_orders_by_city')).toBeUndefined()
  })
})
