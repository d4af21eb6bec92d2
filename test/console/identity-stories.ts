import { expect, it } from 'vitest'
import { startProvider } from '../openid-provider.ts'
import { urlOf } from '../world.ts'
import { axeFindings, type BrowserConsole, makeShop, TEXTS } from './browser-console.ts'

const { en, zh } = TEXTS
const PASSWORD = 'a password of my own'

export function identityStories(at: () => BrowserConsole): void {
  it('hands over a one-time password once, which signs in to be replaced', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const page = await at().page(shop.tenant.owner, '/users')
    const name = `wei${shop.tenant.id}`
    await page.getByRole('button', { name: en.users.create }).click()
    await page.getByLabel(en.users.name).fill(name)
    await page.getByLabel(en.userAdmin.email).fill('not an address')
    await page.getByRole('button', { name: en.ui.create, exact: true }).click()
    await page.getByLabel(en.userAdmin.email).fill(`${name}@example.com`)
    await page.getByRole('button', { name: en.ui.create, exact: true }).click()
    const dialog = page.getByRole('dialog', { name: en.password.oneTime })
    await dialog.waitFor()
    expect(await axeFindings(page)).toEqual([])
    const [given] = /\b[a-z2-9]{20}\b/.exec(await dialog.innerText())!
    await dialog.getByRole('button', { name: en.keys.kept }).click()
    await page.getByText(en.userAdmin.oneTime, { exact: true }).waitFor()

    const own = await at().page(null, '/account', { language: 'zh', scheme: 'dark' })
    await own.getByLabel(zh.signIn.name).fill(name)
    await own.locator('input[name=password]').fill(given)
    await own.getByRole('button', { name: zh.signIn.submit }).click()
    await own.getByText(zh.password.chooseHint).waitFor()
    expect(await axeFindings(own)).toEqual([])
    await own.locator('input[name=newPassword]').fill(PASSWORD)
    await own.getByRole('button', { name: zh.password.set }).click()
    await own.getByRole('heading', { level: 1, name: zh.account.title }).waitFor()
  })

  it('lists sessions, ends those elsewhere, and changes the password', async () => {
    const { world } = at()
    const { tenant } = await makeShop(world)
    const name = `li${tenant.id}`
    await tenant.owner.api.call('POST /users', { body: { name, password: 'the first password' } })
    const signIn = async (password: string) => {
      const page = await at().page(null, '/account')
      await page.getByLabel(en.signIn.name).fill(name)
      await page.locator('input[name=password]').fill(password)
      await page.getByRole('button', { name: en.signIn.submit }).click()
      await page.getByRole('heading', { level: 1, name: en.account.title }).waitFor()
      return page
    }
    const phone = await signIn('the first password')
    const page = await signIn('the first password')
    await page.getByText(en.sessions.current, { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: /^Sign out Chrome/ }).count()).toBe(1)
    await page.getByRole('button', { name: en.sessions.endOthers }).click()
    await page.getByRole('button', { name: en.sessions.endOthers }).waitFor({ state: 'detached' })
    await phone.reload()
    await phone.getByRole('button', { name: en.signIn.submit }).waitFor()

    await page.getByRole('button', { name: en.password.change }).click()
    const dialog = page.getByRole('dialog', { name: en.password.change })
    await dialog.getByRole('textbox', { name: en.password.present }).fill('not the password')
    await dialog.getByLabel(en.password.new).fill(PASSWORD)
    await dialog.getByRole('button', { name: en.password.change }).click()
    await dialog.getByRole('alert').getByText('The present password is wrong.').waitFor()
    await dialog.getByRole('textbox', { name: en.password.present }).fill('the first password')
    await dialog.getByRole('button', { name: en.password.change }).click()
    await page.getByText(en.password.changed).waitFor()
    await page.reload()
    await page.getByRole('heading', { level: 1, name: en.account.title }).waitFor()
  })

  it('lets an administrator reset, sign out and look after the keys of a user', async () => {
    const { world } = at()
    const { tenant, operator } = await makeShop(world)
    const page = await at().page(tenant.owner, '/users')
    const more = page.getByRole('button', {
      name: en.userAdmin.more.replace('{{name}}', `The ${operator.name}`),
      exact: true,
    })
    await more.click()
    await page.getByRole('menuitem', { name: en.userAdmin.keysOpen }).click()
    await page.getByRole('button', { name: en.keys.deactivate }).click()
    await page.getByText(en.keys.inactive, { exact: true }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: en.ui.close }).click()
    await more.click()
    await page.getByRole('menuitem', { name: en.userAdmin.reset }).click()
    await page.getByRole('button', { name: en.userAdmin.reset }).click()
    await page.getByRole('dialog', { name: en.password.oneTime }).waitFor()
  })

  it('says what each role may do, in both languages', async () => {
    const { tenant, workspace } = await makeShop(at().world)
    const page = await at().page(tenant.owner, `/workspaces/${workspace.id}/members`)
    const row = page.getByRole('table', { name: en.roles.title }).getByRole('row', { name: /freeze, unfreeze/ })
    await row.waitFor()
    // Owner, administrator and operator, in the order of the columns.
    expect((await row.getByRole('cell').allInnerTexts()).slice(1).map((text) => text.trim())).toEqual([
      ...['yes', 'yes', 'no', 'yes', 'no', 'no', 'no'],
    ])
    await page.getByRole('button', { name: en.shell.language }).click()
    await page.getByRole('menuitemradio', { name: '简体中文' }).click()
    await page.getByText('冻结、解冻和下线节点').waitFor()
  })

  it('shows the owner of an extension, and nobody who may less, with what it answers', async () => {
    const { world } = at()
    const { tenant } = await makeShop(world)
    const { code, author } = await tenant.extension()
    const page = await at().page(author, `/extensions/${code}?tab=credentials`)
    await page.getByText(en.credentials.empty).waitFor()
    await page.getByRole('button', { name: en.keys.create }).first().click()
    await page.getByRole('dialog', { name: en.keys.created }).getByText('AccessKey Secret').waitFor()
    await page.getByRole('button', { name: en.keys.kept }).click()
    await page.getByText(en.keys.active, { exact: true }).waitFor()
    const other = await at().page(await tenant.person(['tenant-administrator']), `/extensions/${code}`)
    await other.getByRole('tab', { name: en.life.versions }).waitFor()
    expect(await other.getByRole('tab', { name: en.credentials.tab }).count()).toBe(0)
  })

  it('signs in at a provider once the account is linked, and says what to do before', async () => {
    const { world } = at()
    const provider = await startProvider()
    try {
      const { tenant } = await makeShop(world)
      const [row] = await world.db.rows<{ name: string }>('select name from tenants where id = $1', [tenant.id])
      const server = await world.replica({
        oidcIssuer: provider.issuer,
        oidcClientId: provider.clientId,
        oidcClientSecret: provider.clientSecret,
        oidcLabel: 'Example Corp',
        oidcTenant: row!.name,
      })
      await provider.serve([urlOf(server)])
      provider.accounts.set('chen', { name: 'Chen' })
      const name = `chen${tenant.id}`
      await tenant.owner.api.call('POST /users', { body: { name, password: PASSWORD, displayName: 'Chen' } })
      const page = await (await at().open(null)).newPage()
      const throughProvider = async () => {
        await page.locator('input[name=login]').fill('chen')
        await page.locator('input[name=password]').fill('x')
        await page.locator('button[type=submit]').click()
        await page.locator('button[type=submit]').click()
      }
      await page.goto(`${urlOf(server)}/console/account`)
      const button = page.getByRole('link', { name: 'Sign in with Example Corp' })
      await button.click()
      await throughProvider()
      await page.getByRole('alert').getByText('no user here belongs to that account').waitFor()
      expect(await axeFindings(page)).toEqual([])

      await page.getByLabel(en.signIn.name).fill(name)
      await page.locator('input[name=password]').fill(PASSWORD)
      await page.getByRole('button', { name: en.signIn.submit, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: en.nav.home }).waitFor()
      await page.goto(`${urlOf(server)}/console/account`)
      await page.getByRole('button', { name: 'Link Example Corp' }).click()
      await page.getByText(en.provider.linked).waitFor()

      await page.getByRole('button', { name: en.shell.person }).click()
      await page.getByRole('menuitem', { name: en.shell.signOut }).click()
      await page.goto(`${urlOf(server)}/console/operations`)
      await button.click()
      await page.getByRole('heading', { level: 1, name: en.nav.operations }).waitFor()
      // Where the provider was asked, it is told of the end too.
      await page.getByRole('button', { name: en.shell.person }).click()
      await page.getByRole('menuitem', { name: en.shell.signOut }).click()
      await page.getByText('Do you want to sign-out').waitFor()
      expect(new URL(page.url()).origin).toBe(provider.issuer)
      // Its pages are its own.
      at().faults.splice(0)
    } finally {
      await provider.stop()
    }
  })
}
