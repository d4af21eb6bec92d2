import { type CSSVariablesResolver, createTheme, localStorageColorSchemeManager } from '@mantine/core'

/** The element that dialogs, menus and the like are put into; every page has one. */
export const FLOATING_ID = 'floating'

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace",
  headings: { fontWeight: '600' },
  components: {
    Table: { defaultProps: { verticalSpacing: 'xs', highlightOnHover: true } },
    Tooltip: {
      defaultProps: { withArrow: true, multiline: true, maw: 360, events: { hover: true, focus: true, touch: true } },
    },
    Drawer: { styles: { title: { fontWeight: 600 } } },
    Modal: { defaultProps: { centered: true }, styles: { title: { fontWeight: 600 } } },
    // Inside the main landmark, so that nothing shown floats outside of all landmarks.
    Portal: { defaultProps: { target: `#${FLOATING_ID}` } },
    // Its focus placeholder is no child that a menu may have; the first item takes the focus instead.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
  },
})

/** The library's own secondary greys, placeholders and links do not reach a contrast of 4.5 to 1 on every background here. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-8)',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb4',
    '--mantine-color-placeholder': '#9aa1a8',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-anchor': 'var(--mantine-color-indigo-2)',
  },
})

export const colorSchemes = localStorageColorSchemeManager({ key: 'holdpoint-color-scheme' })

/** The nonce of the content policy, for style elements that are made while the console runs. */
export const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
