import { expect, it } from 'vitest'
import { type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const PASSWORD = 'a long enough password'
const { en, zh } = TEXTS

export function signInStories(at: () => BrowserConsole): void {
  async function user() {
    const shop = await makeShop(at().world)
    const name = `user${shop.tenant.id}`
    await shop.tenant.owner.api.call('POST /users', { body: { name, password: PASSWORD, tenantRoles: [] } })
    return { ...shop, name }
  }

  it('refuses a wrong password in the language shown and, after the right one, goes to the address that was asked for', async () => {
    const { name } = await user()
    const page = await at().page(null, '/account')
    await page.getByLabel(en.signIn.name).fill(name)
    await page.locator('input[name=password]').fill('not the password')
    await page.getByRole('button', { name: en.signIn.submit }).click()
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()

    await page.getByRole('button', { name: en.shell.language }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByRole('alert').getByText('用户名或密码错误。').waitFor()

    await page.locator('input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: zh.signIn.submit }).click()
    await page.getByRole('heading', { level: 1, name: zh.account.title }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/console/account')
  })

  it('keeps the language chosen on the sign-in page, there and after signing in', async () => {
    const { name } = await user()
    const page = await at().page(null, '/')
    await page.getByRole('button', { name: en.shell.language }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByRole('heading', { name: zh.signIn.title }).waitFor()
    await page.reload()
    await page.getByLabel(zh.signIn.name).fill(name)
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: zh.signIn.submit }).click()
    await page.getByRole('heading', { level: 1, name: zh.nav.home }).waitFor()
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
  })

  it('ends the session when signing out: the pages behind it are not shown any more', async () => {
    const { operator } = await makeShop(at().world)
    const page = await at().page(operator, '/account')
    await page.getByRole('button', { name: en.shell.person }).click()
    await page.getByRole('menuitem', { name: en.shell.signOut }).click()
    await page.getByLabel(en.signIn.name).waitFor()
    await page.goto(`${at().url}/account`)
    await page.getByRole('button', { name: en.signIn.submit }).waitFor()
    expect(await page.getByText(operator.name).count()).toBe(0)
  })

  it('goes nowhere but to the console itself after signing in', async () => {
    const { name } = await user()
    const page = await at().page(null, '/sign-in?next=//elsewhere.example/')
    await page.getByLabel(en.signIn.name).fill(name)
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: en.signIn.submit }).click()
    await page.getByRole('heading', { level: 1, name: en.nav.home }).waitFor()
    expect(page.url()).toBe(`${at().url}/`)
  })
}
