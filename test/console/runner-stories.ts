import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { flowSpec } from '../world.ts'
import { axeFindings, type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en, zh } = TEXTS

export function runnerStories(at: () => BrowserConsole): void {
  const dialog = (page: Page) => page.getByRole('dialog')
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })
  const named = (text: string, name: string) => text.replace('{{name}}', name)

  it('adds data sources, says of each whether it answers and what is wrong where not, and deletes what no node names', async () => {
    const shop = await makeShop(at().world)
    const address = `/workspaces/${shop.workspace.id}/data-sources`
    /** The node `sold` runs on the data source of this name. */
    const sellOn = async (name: string) => {
      const flowspec = flowSpec(shop.workspace, { sold: [] }) as { spec: { nodes: Record<string, unknown>[] } }
      flowspec.spec.nodes[0]!.datasource = { name }
      const params = { workspaceId: shop.workspace.id }
      await shop.tenant.owner.api.call('POST /workspaces/{workspaceId}/flowspec-imports', {
        params,
        body: { flowspec },
      })
    }
    const page = await at().page(shop.administrator, address)
    await row(page, 'default').getByText(en.dataSources.default, { exact: true }).waitFor()
    await press(page, named(en.dataSources.test, 'default'))
    await page.getByText(named(en.dataSources.works, 'default')).waitFor()

    await press(page, en.dataSources.add)
    await dialog(page).getByRole('textbox', { name: en.dataSources.name }).fill('9 lives')
    await press(page, en.ui.save)
    // What is wrong is said beside the field.
    await dialog(page).locator('.mantine-TextInput-error').waitFor()
    await dialog(page).getByRole('textbox', { name: en.dataSources.name }).fill('sales')
    await dialog(page).getByRole('combobox', { name: en.dataSources.kind }).click()
    await page.getByRole('option', { name: en.dataSources.postgresql }).click()
    // Nothing listens there.
    await dialog(page).getByRole('textbox', { name: en.dataSources.host }).fill('127.0.0.1')
    await dialog(page).getByRole('textbox', { name: en.dataSources.port }).fill('1')
    await dialog(page).getByRole('textbox', { name: en.dataSources.database }).fill('sales')
    await dialog(page).getByRole('textbox', { name: en.dataSources.user }).fill('reader')
    await dialog(page).getByLabel(en.dataSources.password, { exact: true }).fill('a-secret-word')
    expect(await axeFindings(page)).toEqual([])
    await press(page, en.ui.save)
    await row(page, 'sales').getByText('127.0.0.1:1/sales').waitFor()
    expect(await page.content()).not.toContain('a-secret-word')
    await press(page, named(en.dataSources.test, 'sales'))
    await page.getByRole('alert', { name: /sales.*127\.0\.0\.1/ }).waitFor()
    expect(await axeFindings(page)).toEqual([])

    const chinese = await at().page(shop.administrator, address, { language: 'zh', scheme: 'dark' })
    await press(chinese, named(zh.dataSources.test, 'sales'))
    await chinese.getByRole('alert', { name: /数据源 sales 无法使用/ }).waitFor()

    await sellOn('sales')
    await press(page, named(en.dataSources.remove, 'sales'))
    await press(page, en.ui.delete)
    await dialog(page).getByRole('alert').getByText('sold').waitFor()
    await sellOn('default')
    await press(page, en.ui.delete)
    await row(page, 'sales').waitFor({ state: 'detached' })
    const visitor = await shop.tenant.person([], { [shop.workspace.id]: ['visitor'] })
    const theirs = await at().page(visitor, address)
    await row(theirs, 'default').waitFor()
    expect(await theirs.getByRole('main').getByRole('button').count()).toBe(0)
  })

  it('adds a resource group, lets shell run in it, makes it the default, and deletes another', async () => {
    const shop = await makeShop(at().world)
    const page = await at().page(shop.tenant.owner, '/resource-groups')
    const before = row(page, 'Default resource group')
    await before.getByText(en.resourceGroups.notAllowed).waitFor()
    expect(await before.getByRole('button').count()).toBe(1)
    await press(page, en.resourceGroups.add)
    await dialog(page).getByRole('textbox', { name: en.resourceGroups.identifier }).fill('shells')
    await dialog(page).getByRole('textbox', { name: en.resourceGroups.name, exact: true }).fill('Shell jobs')
    await dialog(page).getByRole('textbox', { name: en.resourceGroups.slots }).fill('2')
    await press(page, en.ui.save)
    await row(page, 'shells').getByText('0 of 2 in use').waitFor()
    await row(page, 'shells').getByText(en.resourceGroups.notAllowed).waitFor()

    await press(page, named(en.resourceGroups.change, 'Shell jobs'))
    await dialog(page).getByRole('switch', { name: en.resourceGroups.allowsShell }).check()
    await dialog(page).getByRole('switch', { name: en.resourceGroups.makeDefault }).check()
    expect(await axeFindings(page)).toEqual([])
    await press(page, en.ui.save)
    await row(page, 'shells').getByText(en.resourceGroups.allowed, { exact: true }).waitFor()
    await row(page, 'shells').getByText(en.resourceGroups.default, { exact: true }).waitFor()
    // What was the default can be deleted now.
    await before.getByRole('button').nth(1).click()
    await press(page, en.ui.delete)
    await before.waitFor({ state: 'detached' })
    expect(await axeFindings(page)).toEqual([])
    const theirs = await at().page(shop.administrator, '/resource-groups')
    await row(theirs, 'shells').waitFor()
    expect(await theirs.getByRole('main').getByRole('button').count()).toBe(0)
  })
}
