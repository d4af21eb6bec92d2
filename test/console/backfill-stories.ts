import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { detailOf, type Workspace } from '../world.ts'
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

export function backfillStories(at: () => BrowserConsole): void {
  const list = (workspace: Workspace) => `/workspaces/${workspace.id}/backfills`

  /** An extension that watches backfills in the shop, with a receiver that takes its messages. */
  async function watchBackfills({ tenant, workspace }: Shop) {
    const extension = await tenant.extension({ points: ['backfill-data'], enabledIn: [workspace] })
    const receiver = await at().world.receiver()
    await tenant.route(workspace, receiver.url)
    const { name } = await tenant.owner.api.call('GET /extensions/{code}', { params: { code: extension.code } })
    return { extension, name, receiver }
  }

  async function takeDates(page: Page, start: string, end: string) {
    await page.getByLabel(en.backfillForm.first, { exact: true }).fill(start)
    await page.getByLabel(en.backfillForm.last, { exact: true }).fill(end)
  }

  it('shows before it is asked for what it would do and who checks it, is held, and is created once that has passed', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name, receiver } = await watchBackfills(shop)
    const page = await at().page(shop.operator, `/workspaces/${shop.workspace.id}/nodes/${shop.nodes.orders}`)
    await page.getByRole('link', { name: en.point.backfill }).click()
    await page.getByRole('heading', { level: 1, name: en.backfillForm.title }).waitFor()
    expect(await page.getByLabel(en.backfill.name).inputValue()).toMatch(/^P_orders_\d{8}_\d{6}$/)
    await page.getByLabel(en.backfill.name).fill('October again')
    await page.getByRole('radio', { name: en.backfillMode.descendants }).click()
    await page.getByRole('checkbox', { name: /^report/ }).check()
    await takeDates(page, '2026-10-01', '2026-10-31')

    await page.getByText('1 extension will check it first').waitFor()
    await page.getByRole('link', { name, exact: true }).waitFor()
    await page.getByText(en.backfillForm.whatThen).waitFor()
    const affected = page.getByRole('table', { name: en.backfillForm.affected })
    await affected.getByRole('row').filter({ hasText: 'report' }).getByText(en.backfillForm.runs).waitFor()
    await page.getByText('62', { exact: true }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: en.backfillForm.submit, exact: true }).click()

    const id = await openOperation(page)
    await standsAs(page, en.standing.waitingForExtension)
    const panel = page.locator('.operation-panel')
    await panel.getByText('2026-10-01 – 2026-10-31').waitFor()
    await panel.getByText(en.backfillMode.descendants).waitFor()
    await receiver.nth(1)
    expect(
      (
        await shop.operator.api.call('GET /workspaces/{workspaceId}/backfills', {
          params: { workspaceId: shop.workspace.id },
        })
      ).items,
    ).toEqual([])

    await answer(world, shop, extension, id, 'OK', 'An open month.')
    await standsAs(page, en.standing.done)
    expect((await detailOf(shop.operator, id)).state).toBe('done')
    await page.goto(`${at().url}${list(shop.workspace)}`)
    await page.getByRole('link', { name: 'October again' }).click()
    await page.getByRole('heading', { level: 1, name: 'October again' }).waitFor()
    const days = page.getByRole('table', { name: en.backfillPage.days })
    await days.getByRole('row').filter({ hasText: '2026-10-31' }).waitFor()
    expect(await days.getByRole('row').count()).toBe(32)
  })
}
