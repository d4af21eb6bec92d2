import { expect, it } from 'vitest'
import { ask, PATIENCE } from '../world.ts'
import { answer, type BrowserConsole, makeShop, TEXTS, watch } from './browser-console.ts'

const { en, zh } = TEXTS

export function auditStories(at: () => BrowserConsole): void {
  async function refused() {
    const { world } = at()
    const shop = await makeShop(world)
    const { extension, name } = await watch(world, shop)
    const operation = await ask(shop.operator, shop.workspace, 'freeze-node', [shop.nodes.orders])
    await answer(world, shop, extension, operation.id, 'FAIL', 'no')
    return { shop, operation, name }
  }

  it('says who did what, leads to it, and up to where that is sealed', async () => {
    const { shop, operation, name } = await refused()
    const { owner } = shop.tenant
    await expect.poll(async () => (await owner.api.call('GET /audit/seal')).waiting, PATIENCE).toBe(0)
    const page = await at().page(owner, '/')
    await page.getByRole('link', { name: en.nav.audit }).click()
    await page.getByRole('heading', { level: 1, name: en.audit.title }).waitFor()
    const { number, hash } = await owner.api.call('GET /audit/seal')
    await page.getByRole('status').getByText(`${number}:${hash}`).waitFor()
    const row = page.getByRole('row').filter({ hasText: `Extension ${name} returned FAIL` })
    await row.getByRole('button', { name: en.audit.details }).click()
    await row.getByText(`"result": "FAIL"`).waitFor()
    const asked = page.getByRole('row').filter({ hasText: 'on orders; it was held' })
    await asked.getByText(`The ${shop.operator.name}`).waitFor()
    await asked.getByRole('link').click()
    await page.getByRole('heading', { level: 1 }).filter({ hasText: en.operation.panel }).waitFor()
    expect(page.url()).toContain(operation.id)
  })

  it('keeps its filters in the address, in Chinese too', async () => {
    const { shop } = await refused()
    const address = '/audit?action=node.import&from=2020-01-01'
    const page = await at().page(shop.tenant.owner, address, { language: 'zh', scheme: 'light' })
    await page.getByText('导入任务：新增 4 个，更新 0 个').waitFor()
    expect(await page.getByRole('row').count()).toBe(2)
    await page.goto(`${at().url}/audit?to=2020-01-01`)
    await page.getByText(zh.audit.emptyFiltered).waitFor()
    await page.getByRole('button', { name: zh.ui.clearFilters }).click()
    await page.getByText('导入任务：新增 4 个，更新 0 个').waitFor()
  })

  it('shows a workspace administrator their workspace, and an operator nothing', async () => {
    const { shop } = await refused()
    const page = await at().page(shop.administrator, '/audit')
    await page.getByText('on orders; it was held').waitFor()
    expect(await page.getByText('Registered the extension').count()).toBe(0)
    const other = await at().page(shop.operator, '/')
    await other.getByRole('link', { name: en.nav.heldNow }).waitFor()
    expect(await other.getByRole('link', { name: en.nav.audit }).count()).toBe(0)
  })

  it('hands out an export', async () => {
    const { shop } = await refused()
    const page = await at().page(shop.tenant.owner, '/audit')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: en.audit.export }).click(),
    ])
    expect(download.suggestedFilename()).toBe('audit.jsonl')
    await download.delete()
  })
}
