import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { type GivenInstance, putRun } from '../instances.ts'
import { PATIENCE } from '../world.ts'
import {
  answer,
  axeFindings,
  type BrowserConsole,
  makeShop,
  openOperation,
  type Shop,
  standsAs,
  TEXTS,
} from './browser-console.ts'

const { en } = TEXTS

export function instanceStories(at: () => BrowserConsole): void {
  const instancesOf = (shop: Shop) => `/workspaces/${shop.workspace.id}/instances`
  const put = (shop: Shop, instances: readonly GivenInstance[]) => putRun(at().world, { ...shop, instances })
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })
  const item = (page: Page, id: number) => page.locator(`.graph-item[data-key="${id}"]`)

  async function watchInstances({ tenant, workspace }: Shop, point: 'pre-freeze-instance' | 'pre-rerun-instance') {
    const extension = await tenant.extension({ points: [point], enabledIn: [workspace] })
    const receiver = await at().world.receiver()
    await tenant.route(workspace, receiver.url)
    return extension
  }

  const write = (instanceId: number, run: number, part: number, text: string) =>
    at().world.db.rows('insert into instance_logs (instance_id, run_number, part, text) values ($1, $2, $3, $4)', [
      instanceId,
      run,
      part,
      text,
    ])

  it('finds instances by what is in the address, and says what to do where there are none', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.operator, instancesOf(shop))
    await page.getByText(en.instances.emptyNext).waitFor()
    const { ids } = await put(shop, [
      { nodeId: shop.nodes.orders, status: 'failed' },
      { nodeId: shop.nodes.payments, status: 'succeeded' },
      { nodeId: shop.nodes.report, frozen: true, upstream: [0, 1] },
    ])
    await page.goto(`${at().url}${instancesOf(shop)}?bizdate=2026-01-05&status=failed`)
    await row(page, String(ids[0])).getByText(en.instanceStatus.failed, { exact: true }).waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.getByRole('combobox', { name: en.instances.status }).click()
    await page.getByRole('option', { name: en.instanceStatus['not-run'] }).click()
    await row(page, String(ids[2])).getByText(en.instanceStatus.frozen, { exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('status')).toBe('not-run')
    await page.getByLabel(en.instances.bizdate).fill('2026-01-06')
    await page.getByText(en.instances.emptyFiltered).waitFor()
    await page.getByRole('button', { name: en.ui.clearFilters }).click()
    await row(page, String(ids[1])).waitFor()
    expect(new URL(page.url()).search).toBe('')
  })

  it('greys out what cannot be asked for on all that are chosen and says why; what can be is held until an extension has passed it', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const extension = await watchInstances(shop, 'pre-freeze-instance')
    const { ids } = await put(shop, [
      { nodeId: shop.nodes.orders, status: 'failed' },
      { nodeId: shop.nodes.payments, status: 'running' },
    ])
    const page = await at().page(shop.operator, instancesOf(shop))
    const bar = page.getByRole('group', { name: en.instances.bulk })
    for (const name of ['orders', 'payments'])
      await page.getByRole('checkbox', { name: `Select ${name} 2026-01-05`, exact: true }).check()
    const rerun = bar.getByRole('button', { name: en.instanceVerb.rerun, exact: true })
    expect(await rerun.getAttribute('aria-disabled')).toBe('true')
    await rerun.hover()
    await page.getByRole('tooltip').getByText(`payments 2026-01-05 (${ids[1]})`).waitFor()
    await bar.getByRole('button', { name: en.instanceVerb.freeze, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Freeze 2 instances?' })
    await dialog.getByText('1 extension will check it first').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: en.instanceVerb.freeze, exact: true }).click()

    const operation = await openOperation(page)
    await standsAs(page, en.standing.waitingForExtension)
    await answer(world, shop, extension, operation, 'OK', 'Fine.')
    await standsAs(page, en.standing.done)
    const asked = page
      .locator('.operation-panel')
      .getByRole('row')
      .filter({ hasText: String(ids[0]) })
    await asked.getByRole('link', { name: 'orders 2026-01-05' }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).click()
    await row(page, String(ids[0])).getByText(en.instanceStatus.frozen, { exact: true }).waitFor()
  })

  it('shows on the instance that an operation on it is held, why it does not run, and what was done to it', async () => {
    const shop = await makeShop(at().world)
    await watchInstances(shop, 'pre-freeze-instance')
    const { ids } = await put(shop, [
      { nodeId: shop.nodes.orders, status: 'running' },
      { nodeId: shop.nodes.report, frozen: true, upstream: [0] },
    ])
    const page = await at().page(shop.operator, `${instancesOf(shop)}/${ids[1]}`)
    const waits = page.getByRole('alert').filter({ hasText: en.instance.waits })
    await waits.getByText(en.instanceWait.frozen).waitFor()
    await waits.getByText('1 upstream', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Remove the dependency on orders' }).click()
    await page.getByRole('dialog').getByRole('button', { name: en.ui.remove, exact: true }).click()
    await waits.getByText('1 upstream', { exact: false }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: en.instanceVerb.unfreeze, exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: en.instanceVerb.unfreeze, exact: true }).click()
    await waits.getByText(en.instanceWait.frozen).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: en.instance.change }).click()
    await page.getByRole('dialog').getByRole('combobox', { name: en.node.priority }).click()
    await page.getByRole('option', { name: '8' }).click()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: en.ui.save }).click()
    await page.getByRole('tab', { name: en.objectLog.title }).click()
    await page.getByRole('cell', { name: en.objectLog.did.unfreeze }).waitFor()
    await page.getByRole('cell', { name: en.objectLog.did.change }).waitFor()

    await page.getByRole('button', { name: en.instanceVerb.freeze, exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: en.instanceVerb.freeze, exact: true }).click()
    await openOperation(page)
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).click()
    await page.getByRole('status').filter({ hasText: en.instance.held }).getByRole('link').waitFor()
  })

  it('reruns an instance together with those that follow it and are chosen', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { ids } = await put(shop, [
      { nodeId: shop.nodes.orders, status: 'failed' },
      { nodeId: shop.nodes.payments, status: 'succeeded', upstream: [0] },
      { nodeId: shop.nodes.report, status: 'running', upstream: [1] },
    ])
    const page = await at().page(shop.operator, `${instancesOf(shop)}/${ids[0]}`)
    await page.getByRole('button', { name: en.instanceVerb.rerunDownstream }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Also rerun what follows: 1 of 2').waitFor()
    expect(await dialog.getByRole('checkbox', { name: /^report/ }).isDisabled()).toBe(true)
    expect(await axeFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: en.instanceVerb.rerunDownstream }).click()
    await page.goto(`${at().url}${instancesOf(shop)}/${ids[1]}`)
    await page.getByText(en.instanceStatus['not-run'], { exact: true }).first().waitFor()
  })

  it('shows the log as it comes, follows its end, stays where the reader has scrolled to, and hands it over whole', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { ids } = await put(shop, [{ nodeId: shop.nodes.orders, status: 'running' }])
    const id = ids[0]!
    const lines = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => `line ${from + n}\n`).join('')
    await world.sql(
      `insert into instance_runs (instance_id, run_number, started_at, status) values (${id}, 1, now(), 4)`,
    )
    await write(id, 1, 1, lines(1, 300))
    const page = await at().page(shop.operator, `${instancesOf(shop)}/${id}?tab=log`)
    const log = page.getByRole('group', { name: en.instance.log })
    await log.getByText('line 300').waitFor()
    const fromEnd = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
    await expect.poll(fromEnd, PATIENCE).toBeLessThan(5)
    await write(id, 1, 2, lines(301, 50))
    await log.getByText('line 350').waitFor()
    await expect.poll(fromEnd, PATIENCE).toBeLessThan(5)

    await log.evaluate((box) => box.scrollTo(0, 100))
    await page.getByRole('button', { name: en.instance.follow }).waitFor()
    await write(id, 1, 3, lines(351, 50))
    await log.getByText('line 400').waitFor()
    expect(await log.evaluate((box) => box.scrollTop)).toBe(100)
    await page.getByRole('button', { name: en.instance.follow }).click()
    await expect.poll(fromEnd, PATIENCE).toBeLessThan(5)
    expect(await axeFindings(page)).toEqual([])

    await world.sql(`update instance_runs set status = 6, finished_at = now() where instance_id = ${id}`)
    await page.getByText(en.instance.logEnded).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: en.instance.download }).click(),
    ])
    expect(file.suggestedFilename()).toBe(`orders-2026-01-05-${id}-1.log`)
    const handed = await file.createReadStream()
    expect((await handed.toArray()).join('')).toBe(lines(1, 400))
  })

  it('opens a graph on its neighbourhood, leads through it by keyboard, and shows more where it is asked for', async () => {
    const shop = await makeShop(at().world)
    // A chain of eight; the fourth is followed by sixty more.
    const chain = Array.from({ length: 8 }, (_, n) => ({
      nodeId: shop.nodes.orders,
      upstream: n === 0 ? [] : [n - 1],
    }))
    const many = Array.from({ length: 60 }, () => ({ nodeId: shop.nodes.payments, upstream: [5] }))
    const { ids } = await put(shop, [...chain, ...many])
    const page = await at().page(shop.operator, '/')
    const read: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/instance-graph?')) read.push(request.url())
    })
    await page.goto(`${at().url}${instancesOf(shop)}/${ids[3]}?tab=graph`)
    await item(page, ids[3]!).waitFor()
    // It is read again when the stream of changes opens.
    expect([...new Set(read)]).toHaveLength(1)
    expect(await page.locator('.graph-item').count()).toBe(5)

    const link = (n: number) => item(page, ids[n]!).getByRole('link')
    await link(3).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await link(5).evaluate((one) => one === document.activeElement)).toBe(true)
    await item(page, ids[5]!).getByRole('button', { name: 'Show 61 more that follow orders' }).press('Enter')
    await item(page, ids[6]!).waitFor()
    expect(await page.locator('.graph-item').count()).toBe(66)
    await link(5).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.evaluate(() => document.activeElement?.closest('.graph-item')?.isConnected)).toBe(true)
    await page.getByRole('button', { name: en.graph.fold }).click()
    await expect.poll(() => page.locator('.graph-item').count(), PATIENCE).toBe(5)
    expect(await axeFindings(page)).toEqual([])
  })

  it('tells in a table all that the picture of a graph tells', async () => {
    const shop = await makeShop(at().world)
    const { ids } = await put(shop, [
      { nodeId: shop.nodes.orders, status: 'succeeded' },
      { nodeId: shop.nodes.payments, status: 'failed', upstream: [0] },
      { nodeId: shop.nodes.report, upstream: [1], frozen: true },
      { nodeId: shop.nodes.订单汇总, upstream: [2] },
    ])
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/runs`)
    await page.getByRole('img', { name: 'run: 1 succeeded, 1 failed, 2 not run yet, 1 frozen' }).waitFor()
    await page.getByRole('link', { name: 'run', exact: true }).click()
    await page.getByRole('radio', { name: en.graph.picture }).press('ArrowRight')
    const table = page.getByRole('table', { name: en.instance.graph })
    const line = table.getByRole('row').filter({ has: page.getByRole('link', { name: 'report' }) })
    await line.getByText(en.instanceStatus.frozen, { exact: true }).waitFor()
    expect(await line.getByRole('cell').allInnerTexts()).toEqual([
      expect.stringContaining('report'),
      expect.stringContaining(en.instanceStatus['not-run']),
      'payments',
      '1 more',
    ])
    await line.getByRole('button', { name: 'Show 1 more that follows report' }).click()
    await table.getByRole('link', { name: '订单汇总' }).waitFor()
    expect(await axeFindings(page)).toEqual([])

    await page
      .getByRole('table', { name: en.runs.counts })
      .getByRole('row')
      .filter({ hasText: en.instanceStatus.failed })
      .getByRole('link')
      .click()
    await row(page, String(ids[1])).waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
  })

  it('says when a node runs, shows its instances and its graph, and tries it out', async () => {
    const shop = await makeShop(at().world)
    await put(shop, [{ nodeId: shop.nodes.report, status: 'failed' }])
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/nodes/${shop.nodes.report}`)
    await page.getByText('Every day at 00:00').waitFor()
    await page.getByText(en.nodePage.nextRuns).waitFor()
    await page.getByRole('tab', { name: en.nodePage.instances }).click()
    await page.getByRole('table', { name: en.nodePage.latest }).getByText(en.instanceStatus.failed).waitFor()
    await page.getByRole('tab', { name: en.graph.picture }).click()
    for (const name of ['orders', 'payments', '订单汇总', 'report'])
      await page.locator('.graph-item').getByRole('link', { name, exact: true }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await shop.tenant.nodes(shop.workspace, { report: ['orders', 'payments', '订单汇总'] }, { content: 'select 2' })
    await page.getByRole('tab', { name: en.nodeVersions.title }).click()
    await page.getByText('Version 2', { exact: true }).waitFor()
    await page.getByRole('button', { name: en.nodeVersions.changes }).click()
    const script = page.getByRole('group', { name: en.nodeVersions.script })
    await script.getByText('select 1').waitFor()
    await script.getByText('select 2').waitFor()
    expect(await page.getByRole('group', { name: en.nodeVersions.settings }).count()).toBe(0)
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: en.nodePage.test, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Test report?' })
    await dialog.getByLabel(en.nodePage.bizdate).fill('2026-01-02')
    await dialog.getByRole('button', { name: en.nodePage.test, exact: true }).click()
    await page.waitForURL(/\/instances\/\d+\?tab=log/)
    await page.getByText('Business date 2026-01-02 · Test').waitFor()
  })
}
