import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { PATIENCE } from '../world.ts'
import { axeFindings, type BrowserConsole, type Look, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS

const choices = {
  dataSource: [
    { value: 'WARN', label: 'Let it pass' },
    { value: 'FAIL', label: 'Refuse it' },
  ],
}
const property = (title: string, component: string, more: object = {}) => ({
  type: 'string',
  title,
  'x-decorator': 'FormItem',
  'x-component': component,
  ...more,
})
/** One field of each of the seven controls. */
const FORM = JSON.stringify({
  type: 'object',
  properties: {
    about: property('What it checks', 'PreviewText.Input', { default: 'Names of tables' }),
    cuNumber: property('Most units', 'Input', { 'x-decorator-props': { tooltip: 'As a number' } }),
    exceptions: property('Exceptions', 'Input.TextArea'),
    checkStatus: property('On a violation', 'Radio.Group', { 'x-component-props': choices }),
    severity: property('Severity', 'Select', { 'x-component-props': choices }),
    notify: property('Notify', 'Select', { 'x-component-props': { ...choices, mode: 'multiple' } }),
    rules: property('Rules', 'Checkbox.Group', { 'x-component-props': choices }),
  },
})
const LOOKS: readonly Look[] = [
  { language: 'en', scheme: 'light' },
  { language: 'zh', scheme: 'dark' },
]

export function managementStories(at: () => BrowserConsole): void {
  const dialog = (page: Page) => page.getByRole('dialog')

  it('lets an administrator set the options of an extension, each control with its values, before enabling it', async () => {
    const shop = await makeShop(at().world)
    const { code, author } = await shop.tenant.extension({ options: FORM })
    const { name } = await author.api.call('GET /extensions/{code}', { params: { code } })
    const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/extensions`)
    const open = page.getByRole('button', { name: `${en.options.set}: ${name}` })
    await open.click()
    await dialog(page).getByText('Names of tables').waitFor()
    await dialog(page).getByRole('textbox', { name: 'Most units' }).fill('x'.repeat(1_025))
    await dialog(page).getByRole('textbox', { name: 'Exceptions' }).fill('ods_a\nods_b')
    await dialog(page).getByRole('radio', { name: 'Refuse it' }).check()
    await dialog(page)
      .getByRole('textbox', { name: 'Severity' })
      .or(dialog(page).getByRole('combobox', { name: 'Severity' }))
      .first()
      .click()
    await page.getByRole('option', { name: 'Let it pass' }).click()
    await dialog(page).getByRole('checkbox', { name: 'Refuse it' }).check()
    await dialog(page).getByRole('button', { name: en.ui.save }).click()
    // What does not fit is said beside the field, and nothing is sent.
    await dialog(page).getByText(en.options.misfit['too-long']).waitFor()
    await dialog(page).getByRole('textbox', { name: 'Most units' }).fill('100')
    expect(await axeFindings(page)).toEqual([])
    await dialog(page).getByRole('button', { name: en.ui.save }).click()
    await dialog(page).waitFor({ state: 'detached' })
    const params = { workspaceId: shop.workspace.id }
    const { items } = await shop.administrator.api.call('GET /workspaces/{workspaceId}/extensions', { params })
    expect(items).toMatchObject([
      {
        enabled: false,
        options: {
          cuNumber: '100',
          exceptions: 'ods_a\nods_b',
          checkStatus: 'FAIL',
          severity: 'WARN',
          rules: ['FAIL'],
        },
      },
    ])
    await page
      .getByRole('switch', { name: en.workspaceExtensions.enable.replace('{{name}}', name) })
      .click({ force: true })
    await page.getByText(en.management.on, { exact: true }).waitFor()
    // Who may only look sees them and cannot change them.
    const visitor = await shop.tenant.person([], { [shop.workspace.id]: ['visitor'] })
    const theirs = await at().page(visitor, `/workspaces/${shop.workspace.id}/extensions`)
    await theirs.getByRole('button', { name: `${en.options.view}: ${name}` }).click()
    await dialog(theirs).getByText(en.options.mayNot).waitFor()
    expect(await dialog(theirs).getByRole('button', { name: en.ui.save }).isDisabled()).toBe(true)
  })

  it('shows what of the chosen values does not fit a form that was changed', async () => {
    const shop = await makeShop(at().world)
    const { code, author } = await shop.tenant.extension({
      options: FORM,
      publish: false,
      testWorkspace: shop.workspace,
    })
    await shop.administrator.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: shop.workspace.id, code },
      body: { options: { cuNumber: '1', severity: 'WARN' } },
    })
    const options = JSON.stringify({ type: 'object', properties: { cuNumber: property('Most units', 'Input') } })
    await author.api.call('PATCH /extensions/{code}', { params: { code }, body: { options } })
    for (const look of LOOKS) {
      const text = TEXTS[look.language]
      const page = await at().page(shop.administrator, `/workspaces/${shop.workspace.id}/extensions`, look)
      await page.getByText(text.workspaceExtensions.testedHere).waitFor()
      await page.getByRole('button', { name: text.options.set }).click()
      await dialog(page).getByText(text.options.misfits).waitFor()
      await dialog(page).getByText('severity = "WARN"').waitFor()
      expect(await axeFindings(page)).toEqual([])
    }
  })

  it('explains the parameters and shows the form of options while the author writes them, with the line of a fault', async () => {
    const shop = await makeShop(at().world)
    const author = await shop.tenant.person(['open-platform-administrator'])
    for (const look of LOOKS) {
      const text = TEXTS[look.language]
      const page = await at().page(author, '/extensions/register', look)
      await page.getByLabel(text.form.name, { exact: false }).first().fill('Explained')
      await page
        .getByRole('checkbox', { name: /\bfreeze-node/ })
        .first()
        .check()
      await page
        .getByLabel(text.form.parameters)
        .fill('extension.manualPass.enabled=true\nextension.project.disabled=1\njust words')
      await page.getByText(text.parameters.what).waitFor()
      await page.locator('.parameter-lines dt').nth(2).waitFor()
      await page.getByRole('button', { name: text.optionsEditor.open }).click()
      const editor = page.getByLabel(text.optionsEditor.label, { exact: true })
      await editor.fill('{\n "type": "object",\n "properties": {"a": 1}\n}')
      await page.getByText(text.optionsEditor.invalid).waitFor()
      await page
        .getByRole('button', { name: text.optionsEditor.line.replace('{{line}}', '3') })
        .first()
        .click()
      await editor.fill(FORM)
      await page.getByText(text.optionsEditor.preview).waitFor()
      await page.getByRole('radio', { name: 'Refuse it' }).waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.getByRole('button', { name: text.form.register, exact: true }).click()
      // The faulty line is named beside the field.
      await page
        .getByText(/just words|3/)
        .first()
        .waitFor()
      await page.getByRole('textbox', { name: text.form.parameters }).fill('extension.manualPass.enabled=true')
      await page.getByRole('button', { name: text.form.register, exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'Explained' }).waitFor()
    }
    const { items } = await author.api.call('GET /extensions')
    expect(items.map((one) => one.options)).toEqual([FORM, FORM])
  })

  it('lets the owner of a tenant-level extension test it with their own operations, and a tenant administrator enable it', async () => {
    const { tenant } = await makeShop(at().world)
    const { author, code } = await tenant.extension({
      points: ['upload-data-to-table'],
      publish: false,
      options: FORM,
    })
    const { name } = await author.api.call('GET /extensions/{code}', { params: { code } })
    const test = en.tenantExtensions.test.replace('{{name}}', name)
    const page = await at().page(author, '/tenant-extensions')
    await page.getByRole('switch', { name: test }).click({ force: true })
    await page.getByText(en.management.on, { exact: true }).waitFor()
    const administrator = await at().page(tenant.owner, '/tenant-extensions')
    expect(await administrator.getByRole('switch', { name: test }).isDisabled()).toBe(true)
    await author.api.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
    await tenant.owner.api.call('POST /extensions/{code}/approve', { params: { code }, body: {} })
    await author.api.call('POST /extensions/{code}/publish', { params: { code }, body: {} })
    const enable = administrator.getByRole('switch', { name: en.tenantExtensions.enable.replace('{{name}}', name) })
    // It is there as soon as the version is in review, and can be switched once it is published.
    await expect.poll(() => enable.isEnabled(), PATIENCE).toBe(true)
    await enable.click({ force: true })
    await administrator.getByText(en.management.on, { exact: true }).waitFor()
    for (const look of LOOKS) {
      const shown = await at().page(tenant.owner, '/tenant-extensions', look)
      await shown.getByText(TEXTS[look.language].management.on, { exact: true }).waitFor()
      expect(await axeFindings(shown)).toEqual([])
    }
  })
}
