import type { Route } from 'playwright-core'
import { expect, it } from 'vitest'
import { ask, PATIENCE, urlOf } from '../world.ts'
import { answer, axeFindings, type BrowserConsole, makeShop, standsAs, TEXTS, watch } from './browser-console.ts'

const { en } = TEXTS

export function liveStories(at: () => BrowserConsole): void {
  it('keeps several tabs of a browser up to date over one stream, and the next tab takes over when the first one closes', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const context = await at().open(shop.operator)
    const streams: string[] = []
    context.on('request', (request) => {
      if (request.url().endsWith('/api/v1/stream')) streams.push(request.url())
    })
    const open = async () => {
      const page = await context.newPage()
      await page.goto(`${at().url}/operations/${held.id}`)
      await page.getByRole('status').getByText(en.shell.live, { exact: true }).waitFor()
      await standsAs(page, en.standing.waitingForExtension)
      return page
    }
    const first = await open()
    const second = await open()
    const third = await open()
    expect(streams).toHaveLength(1)

    const takenOver = context.waitForEvent('request', (request) => request.url().endsWith('/api/v1/stream'))
    await first.close()
    await takenOver
    await answer(world, shop, extension, held.id, 'OK', 'Fine.')
    await standsAs(second, en.standing.done)
    await standsAs(third, en.standing.done)
    expect(streams).toHaveLength(2)
  })

  it('misses no change that happens while a page is read for the first time', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const context = await at().open(shop.operator)
    const read = Promise.withResolvers<void>()
    const arrive = Promise.withResolvers<void>()
    // The first answer about the operation is on its way for as long as the test wants.
    const slowly = async (route: Route) => {
      const response = await route.fetch()
      read.resolve()
      await arrive.promise
      await route.fulfill({ response })
    }
    await context.route(`**/api/v1/operations/${held.id}`, slowly, { times: 1 })
    const page = await context.newPage()
    await page.goto(`${at().url}/workspaces/${shop.workspace.id}/nodes?operation=${held.id}`)
    await page.getByText(en.shell.live, { exact: true }).waitFor()
    await read.promise
    const changed = page.waitForRequest(/\/nodes\?/)
    await answer(world, shop, extension, held.id, 'FAIL', 'No.')
    await changed
    arrive.resolve()
    await standsAs(page, en.standing.refused)
  })

  it('never moves the rows of a list under the eyes of a reader: it says what is new and shows it when asked', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    await watch(world, shop)
    await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const page = await at().page(shop.operator, '/operations')
    const rows = page.getByRole('table', { name: en.nav.operations }).getByRole('link')
    await rows.getByText('Node freezing: orders').waitFor()
    await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.payments])
    await page.getByText('This list has changed: 1 new, 0 no longer on this page.').waitFor()
    expect(await rows.allTextContents()).toEqual(['Node freezing: orders'])
    await page.getByRole('button', { name: en.ui.showLatest }).click()
    await rows.getByText('Node freezing: payments').waitFor()
    expect(await rows.allTextContents()).toEqual(['Node freezing: payments', 'Node freezing: orders'])
  })

  it('says when the stream is interrupted, reads again by itself meanwhile, and is live again afterwards', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const context = await at().open(shop.operator)
    await context.route('**/api/v1/stream', (route) => route.abort())
    const page = await context.newPage()
    await page.clock.install()
    await page.goto(`${at().url}/operations/${held.id}`)
    await standsAs(page, en.standing.waitingForExtension)
    await page.clock.fastForward('00:10')
    await page.getByRole('status').getByText(en.shell.polling, { exact: true }).waitFor()
    await answer(world, shop, extension, held.id, 'OK', 'Fine.')
    await page.clock.fastForward('00:10')
    await standsAs(page, en.standing.done)
    await context.unroute('**/api/v1/stream')
    await page.clock.fastForward('00:10')
    await page.getByRole('status').getByText(en.shell.live, { exact: true }).waitFor()
    // The browser itself reports each attempt.
    at().faults.splice(0)
  })

  it('says that the server is away and since when, keeps what was read, and tells the truth again as soon as it is back', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const replica = await world.replica()
    const context = await at().open(shop.operator)
    const page = await context.newPage()
    await page.clock.install()
    await page.goto(`${urlOf(replica)}/console/operations/${held.id}`)
    await standsAs(page, en.standing.waitingForExtension)
    await page.getByRole('status').getByText(en.shell.live, { exact: true }).waitFor()
    await replica.stop()
    const banner = page.locator('.interrupted')
    await expect
      .poll(async () => {
        await page.clock.fastForward('00:07')
        return await banner.getByText(en.shell.serverAway).isVisible()
      }, PATIENCE)
      .toBe(true)
    await banner.locator('time').waitFor()
    await standsAs(page, en.standing.waitingForExtension)
    expect(await axeFindings(page)).toEqual([])
    await answer(world, shop, extension, held.id, 'OK', 'Fine.')
    await world.replica({ port: replica.port })
    await expect
      .poll(async () => {
        await page.clock.fastForward('00:06')
        return await page.locator('[data-liveness=live]').isVisible()
      }, PATIENCE)
      .toBe(true)
    await standsAs(page, en.standing.done)
    await banner.waitFor({ state: 'detached' })
    at().faults.splice(0)
  })

  it('misses a connection that nothing has closed and that says nothing any more', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const context = await at().open(shop.operator)
    const page = await context.newPage()
    await page.clock.install()
    await page.goto(`${at().url}/operations`)
    await page.locator('[data-liveness=live]').waitFor()
    const again = page.waitForRequest('**/api/v1/stream')
    await page.clock.fastForward('00:36')
    await page.clock.fastForward('00:06')
    await again
    await page.locator('[data-liveness=live]').waitFor()
  })
}
