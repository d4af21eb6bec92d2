import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { type DataWork, putDataWork } from '../data-work.ts'
import { putRun } from '../instances.ts'
import { ask, type Extension } from '../world.ts'
import {
  answer,
  axeFindings,
  type BrowserConsole,
  type Look,
  makeShop,
  type Shop,
  TEXTS,
  watch,
} from './browser-console.ts'

const SCRIPT_BUDGET_BYTES = 280_000

/** Every text key as it would show if its text were missing. */
const KEYS = (function keysOf(texts: object, prefix: string): string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [prefix + key] : keysOf(text, `${prefix}${key}.`),
  )
})(TEXTS.en, '')

export function lookStories(at: () => BrowserConsole): void {
  async function furnished() {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop, 'extension.manualPass.enabled=true')
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const blocked = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.payments])
    await answer(world, shop, extension, blocked.id, 'FAIL', 'See `report` and [this](https://example.com).')
    await shop.tenant.extension({ points: ['delete-project'], publish: false })
    // One that is in review, beside the version that runs.
    const params = { code: extension.code }
    await extension.author.api.call('PATCH /extensions/{code}', { params, body: { parameters: 'limit=2' } })
    await extension.author.api.call('POST /extensions/{code}/submit', { params, body: { reason: 'for `2`' } })
    const { dagId, ids } = await putRun(world, {
      ...shop,
      instances: [
        { nodeId: shop.nodes.orders, status: 'failed' },
        { nodeId: shop.nodes.report, frozen: true, upstream: [0] },
      ],
    })
    const data = await putDataWork(world, { ...shop, nodeId: shop.nodes.orders, instanceId: ids[0]! })
    return { shop, extension, held, blocked, run: { dagId, instanceId: ids[1]! }, written: await written(shop), data }
  }

  /** A file with a second version and a review of it, and a table. */
  async function written({ administrator: { api }, workspace }: Shop) {
    const params = { workspaceId: workspace.id }
    const { items } = await api.call('GET /workspaces/{workspaceId}/files', { params, query: { name: 'orders' } })
    const of = { ...params, fileId: items[0]!.id }
    const { revision, body } = await api.call('GET /workspaces/{workspaceId}/files/{fileId}', { params: of })
    if (body.kind !== 'node') throw new Error('It is a node.')
    const script = { path: null, language: null, content: 'select id from orders' }
    const definition = { ...body.definition, isRoot: false as const, script }
    await api.call('PATCH /workspaces/{workspaceId}/files/{fileId}', {
      params: of,
      body: { revision, body: { ...body, definition } },
    })
    const deployment = await api.call('POST /workspaces/{workspaceId}/deployments', {
      params,
      body: { kind: 'commit', files: [{ fileId: of.fileId }] },
    })
    const review = await api.call('POST /workspaces/{workspaceId}/files/{fileId}/reviews', { params: of, body: {} })
    const columns = [{ name: 'id', type: 'bigint', comment: '', isPartition: false }]
    const table = await api.call('POST /workspaces/{workspaceId}/tables', {
      params,
      body: { name: 'orders', design: { comment: '', dataSource: null, lifeCycleDays: null, columns } },
    })
    return { fileId: of.fileId, deploymentId: deployment.id, reviewId: review.id, tableId: table.id }
  }

  async function addresses(
    { workspace, nodes, tenant }: Shop,
    { dagId, instanceId }: { dagId: number; instanceId: number },
    { fileId, deploymentId, reviewId, tableId }: Awaited<ReturnType<typeof written>>,
    data: DataWork,
    extension: Extension,
    operations: readonly string[],
  ) {
    const { items } = await tenant.owner.api.call('GET /event-buses', { query: {} })
    const of = `/workspaces/${workspace.id}`
    return [
      '/',
      `${of}/development`,
      `${of}/development?state=deleted`,
      ...['', '?tab=dependencies', '?tab=parameters', '?tab=properties', '?tab=versions', '?tab=reviews'].map(
        (tab) => `${of}/development/files/${fileId}${tab}`,
      ),
      ...[
        'publish',
        'deployments',
        `deployments/${deploymentId}`,
        'tables',
        `tables/${tableId}`,
        'reviews',
        `reviews/${reviewId}`,
      ].map((page) => `${of}/development/${page}`),
      ...[
        'jobs',
        'jobs/new',
        `jobs/${data.jobId}`,
        `jobs/${data.jobId}?tab=tables`,
        `jobs/${data.jobId}?tab=runs`,
        `jobs/${data.jobId}/edit`,
      ].map((page) => `${of}/integration/${page}`),
      ...[
        'monitors',
        'monitors/new',
        `monitors/${data.monitorId}`,
        `monitors/${data.monitorId}?tab=runs`,
        `monitors/${data.monitorId}?tab=subscriptions`,
        `monitors/${data.monitorId}/edit`,
        'rules',
        `rules/${data.ruleId}`,
        'runs',
        `runs/${data.runId}`,
      ].map((page) => `${of}/quality/${page}`),
      `${of}/nodes/${nodes.orders}?tab=quality`,
      `${of}/instances/${data.instanceId}?tab=quality`,
      `${of}/nodes`,
      `${of}/nodes?environment=DEV`,
      ...operations.flatMap((operation) => [`${of}/nodes?operation=${operation}`, `/operations/${operation}`]),
      ...['', '?tab=instances', '?tab=graph', '?tab=history'].map((tab) => `${of}/nodes/${nodes.report}${tab}`),
      `${of}/instances`,
      `${of}/instances?status=failed`,
      ...['', '?tab=log', '?tab=graph', '?tab=history'].map((tab) => `${of}/instances/${instanceId}${tab}`),
      `${of}/runs`,
      `${of}/runs/${dagId}`,
      `${of}/backfills`,
      `${of}/backfills/new?nodes=${nodes.orders},${nodes.report}`,
      `${of}/extensions`,
      `${of}/data-sources`,
      `${of}/members`,
      `${of}/channel`,
      `${of}/alerts`,
      '/operations',
      '/operations?state=stale',
      '/held',
      '/extensions',
      '/extensions/register',
      `/extensions/${extension.code}`,
      ...['versions', 'review', 'history', 'deliveries', 'credentials'].map(
        (tab) => `/extensions/${extension.code}?tab=${tab}`,
      ),
      '/reviews',
      `/extensions/${extension.code}/edit`,
      '/event-buses',
      `/event-buses/${items[0]!.id}`,
      '/tenant-channel',
      '/tenant-extensions',
      '/resource-groups',
      '/dead-letters',
      '/workspaces',
      '/account',
      '/users',
      '/audit',
      '/no-such-page',
    ]
  }

  const LOOKS = [
    { language: 'en', scheme: 'light', axe: true },
    { language: 'en', scheme: 'dark', axe: true },
    { language: 'zh', scheme: 'light', axe: false },
  ] as const satisfies readonly (Look & { axe: boolean })[]

  for (const { axe, ...look } of LOOKS) {
    const name = `leaves no text out${axe ? ' and gives axe nothing to find' : ''}, on every page in ${look.language}, ${look.scheme}`
    it(name, { timeout: 480_000 }, async () => {
      const { shop, extension, held, blocked, run, written, data } = await furnished()
      const faults: string[] = []
      // Themes differ in their colours alone.
      const rules = look.scheme === 'dark' ? ['color-contrast'] : undefined
      const inspect = async (page: Page, address: string) => {
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('[aria-busy=true], .mantine-Skeleton-root').first().waitFor({ state: 'detached' })
        const words = new Set((await page.locator('body').innerText()).split(/\s+/))
        const untold = KEYS.filter((key) => words.has(key)).map((key) => `no text for ${key}`)
        faults.push(
          ...[...untold, ...(axe ? await axeFindings(page, rules) : [])].map((fault) => `${address}: ${fault}`),
        )
      }
      await inspect(await at().page(null, '/', look), 'sign-in')
      const page = await at().page(shop.tenant.owner, '/', look)
      for (const address of await addresses(shop, run, written, data, extension, [held.id, blocked.id])) {
        await page.goto(`${at().url}${address}`)
        if (address.includes(held.id) || address.includes(blocked.id)) await page.locator('.operation-panel').waitFor()
        await inspect(page, address)
      }
      expect(faults).toEqual([])
      expect(await page.getAttribute('html', 'data-mantine-color-scheme')).toBe(look.scheme)
      expect(await page.getAttribute('html', 'lang')).toBe(look.language === 'zh' ? 'zh-CN' : 'en')
    })
  }

  describe('loading', () => {
    it('needs no more than 280 kB of compressed script for the first page, whichever it is', async () => {
      const { shop } = await furnished()
      for (const address of ['/', `/workspaces/${shop.workspace.id}/nodes`, '/operations', '/extensions/register']) {
        const context = await at().open(shop.tenant.owner, { language: 'zh', scheme: 'dark' })
        const page = await context.newPage()
        const scripts: Promise<Buffer>[] = []
        const encodings = new Set<string | undefined>()
        page.on('response', (response) => {
          if (!response.url().endsWith('.js')) return
          scripts.push(response.body())
          if (response.url().includes('/assets/')) encodings.add(response.headers()['content-encoding'])
        })
        await page.goto(`${at().url}${address}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('[aria-busy=true], .mantine-Skeleton-root').first().waitFor({ state: 'detached' })
        const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).length)
        expect(sizes.length).toBeGreaterThan(2)
        expect([...encodings]).toEqual(['gzip'])
        expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES)
        await context.close()
      }
    })
  })
}
