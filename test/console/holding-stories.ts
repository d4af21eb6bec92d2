import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { detailOf } from '../world.ts'
import {
  answer,
  type BrowserConsole,
  makeShop,
  openOperation,
  type Shop,
  standsAs,
  TEXTS,
  watch,
} from './browser-console.ts'

const { en } = TEXTS

export function holdingStories(at: () => BrowserConsole): void {
  const nodesOf = (shop: Shop) => `/workspaces/${shop.workspace.id}/nodes`
  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
  const panel = (page: Page) => page.locator('.operation-panel')

  /** Freezes from the list and answers the id of the operation, whose panel is open then. */
  async function freeze(page: Page, ...names: string[]): Promise<string> {
    for (const name of names) await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check()
    await page
      .getByRole('group', { name: en.nodes.bulk })
      .getByRole('button', { name: en.point.freeze, exact: true })
      .click()
    await page.getByRole('dialog').getByRole('button', { name: en.point.freeze, exact: true }).click()
    return await openOperation(page)
  }

  it('says before freezing what it means and who checks it, then follows from CHECKING to done without a reload', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name, receiver } = await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))

    await page.getByRole('button', { name: 'Actions on orders' }).click()
    await page.getByRole('menuitem', { name: en.point.freeze }).click()
    const dialog = page.getByRole('dialog', { name: 'Freeze 1 node?' })
    await dialog.getByText('orders', { exact: true }).waitFor()
    await dialog.getByText(en.point.freezeMeaning).waitFor()
    await dialog.getByText('1 extension will check it first').waitFor()
    await dialog.getByText(name, { exact: true }).waitFor()
    await dialog.getByRole('button', { name: en.point.freeze, exact: true }).click()

    const id = await openOperation(page)
    await standsAs(page, en.standing.waitingForExtension)
    await receiver.nth(1)
    await panel(page).getByText(`It is held until ${name} has answered.`).waitFor()
    await panel(page).getByRole('cell', { name: en.recurrence.pause }).waitFor()
    // Accepted by the receiver: the middle step of sent → accepted → answered.
    await panel(page).locator('.steps li[data-done]', { hasText: en.check.accepted }).waitFor()

    await answer(world, shop, extension, id, 'OK', 'Nobody needs it tonight.')
    await standsAs(page, en.standing.done)
    await panel(page).getByText('Nobody needs it tonight.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).click()
    await row(page, 'orders').getByText(en.recurrence.pause).waitFor()
    expect(page.url()).toBe(`${at().url}${nodesOf(shop)}`)
  })

  it('shows a refusal with its Markdown, in which neither HTML nor images nor revealing links get through', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name } = await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))
    const id = await freeze(page, 'orders')
    await answer(
      world,
      shop,
      extension,
      id,
      'FAIL',
      '**Stop**: `report` waits for it, see [the page](https://example.com/why).\n\n<b id="raw">raw</b> ![picture](https://example.com/p.png) [bad](javascript:alert(1))',
    )
    await standsAs(page, en.standing.refused)
    const comment = panel(page).locator('.markdown')
    await comment.getByRole('link', { name: 'the page' }).waitFor()
    expect(await comment.getByRole('link', { name: 'the page' }).getAttribute('rel')).toContain('noopener')
    expect(await comment.locator('strong').textContent()).toBe('Stop')
    expect(await comment.locator('img, #raw, [href^=javascript]').count()).toBe(0)
    await panel(page).getByText(`It was refused by ${name}. Nothing was changed.`).waitFor()
    expect((await detailOf(shop.operator, id)).state).toBe('refused')
  })

  it('shows a pass with a warning as such', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))
    await answer(world, shop, extension, await freeze(page, 'payments'), 'WARN', 'Mind the report.')
    await standsAs(page, en.standing.passedWithWarning)
  })

  it('withdraws a held operation for the person who asked, and for nobody else', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))
    const id = await freeze(page, 'orders')
    const other = await at().page(shop.administrator, `/operations/${id}`)
    await standsAs(other, en.standing.waitingForExtension)
    expect(await other.getByRole('button', { name: en.operation.withdraw }).count()).toBe(0)

    await panel(page).getByRole('button', { name: en.operation.withdraw }).click()
    const dialog = page.getByRole('dialog', { name: en.operation.withdrawTitle })
    await dialog.getByRole('button', { name: en.operation.withdraw }).click()
    await standsAs(page, en.standing.withdrawn)
    await standsAs(other, en.standing.withdrawn)
    expect((await detailOf(shop.operator, id)).state).toBe('withdrawn')
  })

  it('asks for several nodes at once, names them all, and holds them as one operation', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))
    const names = ['orders', 'payments', '订单汇总']
    for (const name of names) await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check()
    await page
      .getByRole('group', { name: en.nodes.bulk })
      .getByRole('button', { name: en.point.freeze, exact: true })
      .click()
    const dialog = page.getByRole('dialog', { name: 'Freeze 3 nodes?' })
    for (const name of names) await dialog.getByText(name, { exact: true }).waitFor()
    await dialog.getByRole('button', { name: en.point.freeze, exact: true }).click()
    const id = await openOperation(page)
    expect((await detailOf(shop.operator, id)).objects.map((object) => object.name).sort()).toEqual([...names].sort())
    await answer(world, shop, extension, id, 'OK', 'All of them.')
    await standsAs(page, en.standing.done)
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).click()
    for (const name of names) await row(page, name).getByText(en.recurrence.pause).waitFor()
  })

  it('greys an action out that one of the chosen nodes cannot take, and says why', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.operator, nodesOf(shop))
    await page.getByRole('checkbox', { name: 'Select orders', exact: true }).check()
    const unfreeze = page
      .getByRole('group', { name: en.nodes.bulk })
      .getByRole('button', { name: en.point.unfreeze, exact: true })
    expect(await unfreeze.getAttribute('aria-disabled')).toBe('true')
    await unfreeze.hover()
    await page.getByRole('tooltip').getByText('Not frozen, or not yours to unfreeze: orders.').waitFor()
  })

  it('shows the refusal where the person is: a node with descendants is not unpublished', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.operator, nodesOf(shop))
    await page.getByRole('button', { name: 'Actions on orders' }).click()
    await page.getByRole('menuitem', { name: en.point.undeploy }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(en.point.nobodyChecks).waitFor()
    await dialog.getByRole('button', { name: en.point.undeploy, exact: true }).click()
    await dialog.getByRole('alert').getByText('A node with descendants cannot be unpublished').waitFor()
  })

  it('lets an administrator who did not ask mark a FAIL as passed, only with a reason', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name } = await watch(world, shop, 'extension.manualPass.enabled=true')
    const page = await at().page(shop.operator, nodesOf(shop))
    const id = await freeze(page, 'orders')
    await answer(world, shop, extension, id, 'FAIL', 'Ask the owner first.')
    await standsAs(page, en.standing.waitingForPerson)
    expect(await panel(page).getByRole('button', { name: en.check.pass }).count()).toBe(0)

    const other = await at().page(shop.administrator, '/')
    const decisions = other.getByRole('region', { name: en.home.toPass })
    await decisions.getByRole('link', { name: 'Node freezing: orders' }).click()
    await standsAs(other, en.standing.waitingForPerson)
    await panel(other).getByRole('button', { name: en.check.pass }).click()
    const dialog = other.getByRole('dialog', { name: `Mark the refusal of ${name} as passed?` })
    const confirm = dialog.getByRole('button', { name: en.check.pass })
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel(en.check.passReason).fill('The owner agreed.')
    await confirm.click()
    await standsAs(other, en.standing.done)
    await standsAs(page, en.standing.done)
    await panel(page).getByText(`Passed by hand by The ${shop.administrator.name}: The owner agreed.`).waitFor()
  })

  it('tells a stale operation, which passed but changed nothing, from a done one', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension } = await watch(world, shop)
    const page = await at().page(shop.operator, nodesOf(shop))
    const id = await freeze(page, 'report')
    // Somebody else unpublishes the node in the meantime, and the extension lets that pass, too.
    const second = await shop.administrator.api.call('POST /workspaces/{workspaceId}/node-operations', {
      params: { workspaceId: shop.workspace.id },
      body: { point: 'undeploy-node', nodeIds: [shop.nodes.report] },
    })
    await answer(world, shop, extension, second.id, 'OK', 'Gone.')
    await answer(world, shop, extension, id, 'OK', 'Frozen.')
    await standsAs(page, en.standing.stale)
    await panel(page).getByText('No longer published since it was asked for').waitFor()
  })

  it('shows while it waits whose extension it waits for, what is sent byte for byte, each attempt as it is made, and who holds what', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name, receiver } = await watch(world, shop)
    receiver.answer(() => ({ status: 503 }))
    const page = await at().page(shop.operator, nodesOf(shop))
    const id = await freeze(page, 'orders')
    const check = panel(page).getByRole('article', { name })
    await check.getByText(`Owner: The ${extension.author.name}`).waitFor()
    await check.getByText(en.check.waitRetrying).waitFor()
    await panel(page)
      .getByRole('button', { name: /^2 attempts$/ })
      .waitFor()
    await check.getByText(en.check.nextAttempt).waitFor()
    await panel(page).getByText('The last attempt failed: HTTP 503').waitFor()
    const { message } = await detailOf(shop.operator, id)
    await panel(page).getByRole('button', { name: en.operation.rawMessage }).click()
    await panel(page).getByText(message!.envelopes[0]!.text, { exact: true }).waitFor()
    receiver.answer(() => ({ status: 200 }))
    await check.getByText('It has the message and has not answered yet.').waitFor()

    await page.goto(`${at().url}/held`)
    const line = page.getByRole('row').filter({ hasText: name })
    await line.getByText(en.heldNow.reasons['waiting-for-answer']).waitFor()
    await line.getByRole('link', { name: '1', exact: true }).click()
    await page.getByRole('link', { name: 'Node freezing: orders' }).waitFor()
    await page.getByRole('cell', { name, exact: true }).waitFor()
  })

  it('says that nobody is told when no target serves the extension', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    await shop.tenant.extension({ points: ['freeze-node'], enabledIn: [shop.workspace] })
    const page = await at().page(shop.operator, nodesOf(shop))
    await freeze(page, 'orders')
    await standsAs(page, en.standing.notRouted)
    await panel(page).getByRole('link', { name: en.nav.channel }).waitFor()
  })

  it('takes effect at once where no extension watches', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.operator, `${nodesOf(shop)}/${shop.nodes.orders}`)
    await page.getByRole('button', { name: en.point.freeze, exact: true }).click()
    await page.getByRole('dialog').getByText(en.point.nobodyChecks).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: en.point.freeze, exact: true }).click()
    await page.getByRole('alert').getByText('No extension held it.').waitFor()
    await page
      .getByRole('button', { name: en.point.unfreeze, exact: true })
      .and(page.locator(':not([aria-disabled])'))
      .waitFor()
  })
}
