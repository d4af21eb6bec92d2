import { expect, it } from 'vitest'
import { ask } from '../world.ts'
import { type BrowserConsole, makeShop, TEXTS, watch } from './browser-console.ts'

const { en, zh } = TEXTS

export function accessStories(at: () => BrowserConsole): void {
  it('shows a visitor everything there is to read and no button they may not press', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    await watch(world, shop)
    const held = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const visitor = await shop.tenant.person([], { [shop.workspace.id]: ['visitor'] })
    const page = await at().page(visitor, `/workspaces/${shop.workspace.id}/nodes`)
    await page.getByRole('link', { name: 'orders', exact: true }).waitFor()
    expect(await page.getByRole('checkbox').count()).toBe(0)
    expect(await page.getByRole('button', { name: en.import.open }).count()).toBe(0)
    expect(await page.getByRole('link', { name: en.nav.users }).count()).toBe(0)
    await page.getByRole('link', { name: 'orders', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor()
    expect(await page.getByRole('button', { name: en.point.freeze, exact: true }).count()).toBe(0)
    await page.goto(`${at().url}/operations/${held.id}`)
    await page.getByText(en.operation.rawMessage).waitFor()
    expect(await page.getByRole('button', { name: en.operation.withdraw }).count()).toBe(0)
    expect(await page.getByRole('button', { name: en.delivery.again }).count()).toBe(0)
  })

  it('tells a stranger in their language that what they look for is not theirs to see', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const elsewhere = await makeShop(world)
    const page = await at().page(elsewhere.operator, `/workspaces/${shop.workspace.id}/nodes`, {
      language: 'zh',
      scheme: 'light',
    })
    await page.getByRole('alert').getByText(`工作空间不存在：${shop.workspace.id}。`).waitFor()
    await page.goto(`${at().url}/extensions/no-such-extension`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(zh.extensions.title)
  })

  it('goes anywhere from the keyboard: pages by name, nodes by a part of their name, an operation by its id', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const operation = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    const page = await at().page(shop.operator, '/')
    await page.getByRole('heading', { level: 1, name: en.nav.home }).waitFor()
    await page.keyboard.press('Control+K')
    await page.getByPlaceholder(en.finder.placeholder).fill('paym')
    await page.getByRole('button', { name: 'payments' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'payments' }).waitFor()
    await page.keyboard.press('Control+K')
    await page.getByPlaceholder(en.finder.placeholder).fill(operation.id)
    await page.getByRole('button', { name: operation.id }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: en.operation.panel }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('e')
    await page.getByRole('heading', { level: 1, name: en.extensions.title }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: en.shell.shortcuts }).waitFor()
  })
}
