const UNITS = [
  { seconds: 86_400, en: 'd', zh: '天' },
  { seconds: 3600, en: 'h', zh: '小时' },
  { seconds: 60, en: 'min', zh: '分' },
  { seconds: 1, en: 's', zh: '秒' },
] as const

/** A span of time in its two largest units, rounded down: `2 d 4 h`, `3 min 20 s`, `2 天 4 小时`. */
export function durationText(durationMs: number, language: string): string {
  let rest = Math.max(0, Math.floor(durationMs / 1000))
  const largest = UNITS.findIndex((unit) => rest >= unit.seconds)
  const shown = largest === -1 ? UNITS.slice(-1) : UNITS.slice(largest, largest + 2)
  return shown
    .map((unit) => {
      const count = Math.floor(rest / unit.seconds)
      rest -= count * unit.seconds
      return { count, name: language === 'zh' ? unit.zh : unit.en }
    })
    .filter(({ count }, index) => index === 0 || count > 0)
    .map(({ count, name }) => `${count} ${name}`)
    .join(' ')
}
