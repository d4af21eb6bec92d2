import { chromium, type Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { findBrowser } from './browser.ts'

async function withPage(searchPath: string | undefined, work: (page: Page) => Promise<void>): Promise<void> {
  const { executablePath, args, env } = findBrowser(searchPath)
  const browser = await chromium.launch({ executablePath, args: [...args], env: { ...env } })
  try {
    await work(await browser.newPage())
  } finally {
    await browser.close()
  }
}

async function drawsChinese(page: Page): Promise<void> {
  const draw = async (text: string) => {
    await page.setContent(`<html lang="zh"><body style="font: 64px sans-serif">${text}</body></html>`)
    return (await page.screenshot()).toString('base64')
  }
  const [freeze, knot, untie, again] = [await draw('冻'), await draw('结'), await draw('解'), await draw('冻')]
  // Boxes for what no font has would all look the same.
  expect(new Set([freeze, knot, untie]).size).toBe(3)
  expect(again).toBe(freeze)
}

test('there is a browser that draws each Chinese character in its own shape', async () => {
  await withPage(undefined, drawsChinese)
})

const hasPackage = process.platform === 'linux' && process.arch === 'x64'

test.runIf(hasPackage)('where the machine has no browser, the one from npm does the same', async () => {
  expect(findBrowser('').executablePath).toContain('holdpoint-browser-')
  await withPage('', drawsChinese)
})

test('the browser of the tests reaches nothing but this machine', async () => {
  await withPage(undefined, async (page) => {
    await expect(page.goto('http://example.com/')).rejects.toThrow(/ERR_NAME_NOT_RESOLVED/)
  })
})
