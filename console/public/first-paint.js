// Sets the colour scheme and the language of the document before anything is drawn, so that nothing flashes. Runs before the
// console's own script and therefore reads the two stored preferences itself.
;(() => {
  let scheme = 'auto'
  let language = null
  try {
    scheme = localStorage.getItem('holdpoint-color-scheme') ?? 'auto'
    language = localStorage.getItem('holdpoint-language')
  } catch {
    // Storage is switched off: the browser's own preferences hold.
  }
  const dark = scheme === 'auto' ? matchMedia('(prefers-color-scheme: dark)').matches : scheme === 'dark'
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  const chinese = (language ?? navigator.language).toLowerCase().startsWith('zh')
  document.documentElement.lang = chinese ? 'zh-CN' : 'en'
})()
