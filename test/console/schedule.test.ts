import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import { scheduleWords } from '../../console/src/pages/workspaces/schedule.ts'
import type { Translate } from '../../console/src/text/index.ts'
import { instancesEn } from '../../console/src/text/instances-en.ts'
import { instancesZh } from '../../console/src/text/instances-zh.ts'

const i18n = i18next.createInstance()
beforeAll(async () => {
  const resources = { en: { translation: instancesEn }, zh: { translation: instancesZh } }
  await i18n.init({ lng: 'en', resources, interpolation: { escapeValue: false } })
})

describe('a schedule in words', () => {
  it.each([
    ['00 00 00 * * ?', 'Every day at 00:00', '每天 00:00 运行'],
    ['00 30 02,14 * * ?', 'Every day at 02:30 and 14:30', '每天 02:30和14:30 运行'],
    ['00 */5 * * * ?', 'Every day every 5 minutes from 00:00 to 23:55', '每天 00:00 至 23:55 每 5 分钟运行'],
    ['00 15 8-20 * * ?', 'Every day every hour from 08:15 to 20:15', '每天 08:15 至 20:15 每小时运行'],
    ['00 00 0/6 * * ?', 'Every day at 00:00, 06:00, 12:00, and 18:00', '每天 00:00、06:00、12:00和18:00 运行'],
    ['00 */20 8-9 * * ?', 'Every day every 20 minutes from 08:00 to 09:40', '每天 08:00 至 09:40 每 20 分钟运行'],
    ['00 0,20 8-10 * * ?', 'Every day 6 times from 08:00 to 10:20', '每天 08:00 至 10:20 共运行 6 次'],
    ['30 00 01 ? * MON,FRI', 'Every Monday and Friday at 01:00:30', '每星期一和星期五 01:00:30 运行'],
    ['00 00 01 ? * 1', 'Every Sunday at 01:00', '每星期日 01:00 运行'],
    ['00 00 01 ? * MON#1', 'On the Monday that is no. 1 of its month at 01:00', '每月第 1 个星期一 01:00 运行'],
    ['00 00 01 ? * 6L', 'On the last Friday of the month at 01:00', '每月最后一个星期五 01:00 运行'],
    ['00 00 01 1,15 * ?', 'On day 1 and 15 of the month at 01:00', '每月 1和15 日 01:00 运行'],
    ['00 00 01 L * ?', 'On the last day of the month at 01:00', '每月最后一天 01:00 运行'],
    [
      '00 00 01 1 1,7 ?',
      'On day 1 of the month, in January and July only at 01:00',
      '每月 1 日（仅一月和七月） 01:00 运行',
    ],
  ])('%s is “%s”', (cron, english, chinese) => {
    const inLanguage = (language: string) => i18n.getFixedT(language) as unknown as Translate
    expect(scheduleWords(inLanguage('en'), 'en', cron)).toBe(english)
    expect(scheduleWords(inLanguage('zh'), 'zh', cron)).toBe(chinese)
  })
})
