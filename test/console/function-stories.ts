import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { axeFindings, type BrowserConsole, type Look, makeShop, openOperation, TEXTS } from './browser-console.ts'

const { en } = TEXTS
const LOOKS: readonly Look[] = [
  { language: 'en', scheme: 'light' },
  { language: 'zh', scheme: 'dark' },
]

export function functionStories(at: () => BrowserConsole): void {
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

  async function replaceCode(page: Page, source: string) {
    const editor = page.getByRole('textbox', { name: en.function.code, exact: true })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    // Over a selection the browser itself would write styles into the text, which the content policy forbids.
    await page.keyboard.press('Backspace')
    await page.keyboard.insertText(source)
  }

  it('lets an author write a function, says where it does not parse, runs it, and shows what it did when it refused a freeze', async () => {
    const { world } = at()
    const shop = await makeShop(world)
    const { tenant, workspace } = shop
    const extension = await tenant.extension({
      source: `export default () => ({ checkResult: 'OK' })`,
      testWorkspace: workspace,
      publish: false,
    })
    const page = await at().page(extension.author, `/extensions/${extension.code}?tab=function`)

    await replaceCode(page, `export default () => {\n  const broken = ;\n}`)
    await press(page, en.ui.save)
    await page.getByText('line 2', { exact: false }).first().waitFor()

    await replaceCode(
      page,
      `export default (request) => {\n  console.log('asked by', request.messageBody.operator)\n  return { checkResult: 'FAIL', checkMessage: 'No freezing today.' }\n}`,
    )
    await press(page, en.function.addSecret)
    await page.getByLabel(en.function.variableName, { exact: true }).fill('TOKEN')
    await page.getByLabel(`Value of TOKEN`, { exact: true }).fill('a-secret-word')
    await press(page, en.function.saveAndRun)
    const result = page.getByRole('status', { name: en.function.result })
    await result.getByText('No freezing today.').waitFor()
    await result.getByText('asked by', { exact: false }).waitFor()
    await page.getByPlaceholder(en.function.secretKept).waitFor()
    expect(await page.content()).not.toContain('a-secret-word')

    // Whoever else changes the code is told what becomes of the secrets, and so is the owner.
    const other = await tenant.person(['open-platform-administrator'], { [workspace.id]: ['developer'] })
    const theirs = await at().page(other, `/extensions/${extension.code}?tab=function`)
    await theirs.getByText(en.function.secretsGo).waitFor()
    await replaceCode(
      theirs,
      `export default (request) => {\n  console.log('asked by', request.messageBody.operator)\n  return { checkResult: 'FAIL', checkMessage: 'No freezing today.', more: 1 }\n}`,
    )
    await press(theirs, en.function.saveAndRun)
    await theirs.getByText('It ran without these secrets: TOKEN.').waitFor()
    await page.reload()
    await page.getByText(en.function.secretsRemoved).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.getByLabel(`Value of TOKEN`, { exact: true }).fill('another-secret-word')
    await press(page, en.ui.save)
    await page.getByText(en.function.secretsRemoved).waitFor({ state: 'detached' })

    const operator = await at().page(shop.operator, `/workspaces/${workspace.id}/nodes`)
    await operator.getByRole('button', { name: 'Actions on orders' }).click()
    await operator.getByRole('menuitem', { name: en.point.freeze }).click()
    await operator.getByRole('dialog').getByRole('button', { name: en.point.freeze, exact: true }).click()
    const operationId = await openOperation(operator)
    await operator.getByText('No freezing today.').first().waitFor()

    await page.goto(`${at().url}/extensions/${extension.code}?tab=invocations`)
    const runs = page.getByRole('table', { name: en.function.runs })
    await runs.getByRole('link', { name: en.function.operation }).waitFor()
    await runs.getByText(en.check.fail, { exact: true }).first().waitFor()
    expect(await runs.getByRole('link', { name: en.function.operation }).getAttribute('href')).toContain(operationId)
    await runs.getByRole('button').first().click()
    await page.getByRole('dialog').getByText('asked by', { exact: false }).waitFor()
  })

  describe('looks right and is accessible', () => {
    it.each(LOOKS)('$language, $scheme', async (look) => {
      const { world } = at()
      const shop = await makeShop(world)
      const { code, author } = await shop.tenant.extension({
        source: `export default async (request, context) => {\n  // the first of the month\n  const day = new Date().getDate()\n  return { checkResult: day === 1 ? 'FAIL' : 'OK', checkMessage: String(context.environment.WHY) }\n}`,
        testWorkspace: shop.workspace,
        publish: false,
      })
      const params = { code }
      await author.api.call('PATCH /extensions/{code}/function', {
        params,
        body: {
          environment: { WHY: 'month end' },
          secrets: { TOKEN: 'secret-of-it' },
          allowedHosts: ['api.example.com'],
        },
      })
      await author.api.call('POST /extensions/{code}/function/test-runs', { params, body: {} })
      const page = await at().page(author, `/extensions/${code}?tab=function`, look)
      await page.locator('.cm-content').first().waitFor()
      const shots = process.env.SHOTS
      if (shots) mkdirSync(shots, { recursive: true })
      if (shots) await page.screenshot({ path: `${shots}/function-${look.language}.png`, fullPage: true })
      expect(await axeFindings(page)).toEqual([])
      await page.goto(`${at().url}/extensions/${code}?tab=invocations`)
      const table = page.getByRole('table', { name: TEXTS[look.language].function.runs })
      await table.getByRole('button').first().waitFor()
      if (shots) await page.screenshot({ path: `${shots}/invocations-${look.language}.png`, fullPage: true })
      expect(await axeFindings(page)).toEqual([])
      await table.getByRole('button').first().click()
      await page.getByRole('dialog').locator('pre').first().waitFor()
      if (shots) await page.screenshot({ path: `${shots}/run-${look.language}.png` })
      expect(await axeFindings(page)).toEqual([])
    })
  })
}
