import { expect, it } from 'vitest'
import { callBack, until } from '../world.ts'
import { axeFindings, type BrowserConsole, type Look, makeShop, TEXTS } from './browser-console.ts'

const { en } = TEXTS
const LOOKS: readonly Look[] = [
  { language: 'en', scheme: 'light' },
  { language: 'zh', scheme: 'dark' },
]

export function trialStories(at: () => BrowserConsole): void {
  it.each(LOOKS)(
    'asks the version under test, and shows the message, its deliveries and the result: $language, $scheme',
    async (look) => {
      const { world } = at()
      const text = TEXTS[look.language]
      const { tenant, workspace } = await makeShop(world)
      const receiver = await world.receiver()
      await tenant.route(workspace, receiver.url)
      const extension = await tenant.extension({ testWorkspace: workspace, publish: false })
      const page = await at().page(extension.author, `/extensions/${extension.code}?tab=trial`, look)
      const editor = page.getByRole('textbox', { name: text.trial.body, exact: true })
      await editor.waitFor()
      await editor.fill('{"nodeIds": ')
      await page.getByText(text.trial.noObject).first().waitFor()
      const send = page.getByRole('button', { name: text.trial.sendNow, exact: true })
      expect(await send.isDisabled()).toBe(true)
      // What the event does not have is named.
      await editor.fill('{"nodeIds": [7], "more": 1}')
      await send.click()
      await page.getByText('more: is not a member of this body', { exact: false }).waitFor()
      await page.getByRole('button', { name: text.trial.reset, exact: true }).click()
      await send.click()
      const result = page.getByRole('region', { name: text.trial.result })
      await result.getByText(text.trial.badge, { exact: true }).waitFor()
      await receiver.nth(1)
      const { items } = await until(
        world.server,
        () => extension.author.api.call('GET /operations', { query: { extension: extension.code, trials: 'true' } }),
        (list) => list.items.length > 0,
      )
      await callBack(world.server, extension, items[0]!.messageId, 'FAIL')
      await result.getByText(`says ${extension.code}`).waitFor()
      expect(await axeFindings(page)).toEqual([])
      await page.getByRole('table', { name: text.trial.earlier }).waitFor()
    },
  )

  it('is shown to nobody else, and not where nothing is under test', async () => {
    const { world } = at()
    const { tenant, workspace, administrator } = await makeShop(world)
    const extension = await tenant.extension({ testWorkspace: workspace, publish: false })
    const published = await tenant.extension({ testWorkspace: workspace })
    for (const [person, code] of [
      [administrator, extension.code],
      [published.author, published.code],
    ] as const) {
      const page = await at().page(person, `/extensions/${code}?tab=trial`)
      await page.getByRole('tab', { name: en.life.overview, exact: true }).waitFor()
      expect(await page.getByRole('tab', { name: en.trial.tab, exact: true }).count()).toBe(0)
    }
  })
}
