import { expect, it } from 'vitest'
import { type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS

export function signingStories(at: () => BrowserConsole): void {
  it('shows the secret of a target to who asks, and replaces it while the one before goes on signing, or at once', async () => {
    const shop = await makeShop(at().world)
    await shop.tenant.route(shop.workspace, 'http://127.0.0.1:9/', { name: 'guard' })
    const [bus] = (await shop.tenant.owner.api.call('GET /event-buses')).items
    const page = await at().page(shop.tenant.owner, `/event-buses/${bus!.id}`)
    await page.getByRole('button', { name: en.signing.openFor.replace('{{name}}', 'guard') }).click()
    const dialog = page.getByRole('dialog')
    const secrets = dialog.locator('code')
    expect(await secrets.count()).toBe(0)
    await dialog.getByRole('button', { name: en.signing.reveal }).click()
    const first = await secrets.first().textContent()
    expect(first).toMatch(/^whsec_/)

    await dialog.getByRole('button', { name: en.signing.rotate }).click()
    await dialog.getByText(en.signing.until).waitFor()
    const [second, before] = await secrets.allTextContents()
    expect(before).toBe(first)
    expect(second).not.toBe(first)

    await dialog.getByRole('combobox', { name: en.signing.overlap }).click()
    await page.getByRole('option', { name: en.signing.overNone }).click()
    await dialog.getByText(en.signing.overNoneMeaning).waitFor()
    await dialog.getByRole('button', { name: en.signing.rotate }).click()
    await dialog.getByText(en.signing.until).waitFor({ state: 'detached' })
    expect(await secrets.count()).toBe(1)
    expect([first, second]).not.toContain(await secrets.first().textContent())
  })

  it('offers nothing of it to who may not change targets', async () => {
    const shop = await makeShop(at().world)
    await shop.tenant.route(shop.workspace, 'http://127.0.0.1:9/', { name: 'guard' })
    const [bus] = (await shop.tenant.owner.api.call('GET /event-buses')).items
    const page = await at().page(shop.operator, `/event-buses/${bus!.id}`)
    await page.getByRole('article', { name: 'guard' }).getByText('http://127.0.0.1:9/').waitFor()
    expect(await page.getByRole('button', { name: en.signing.openFor.replace('{{name}}', 'guard') }).count()).toBe(0)
  })
}
