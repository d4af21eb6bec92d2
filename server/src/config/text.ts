// What people read of the configuration: the start-up summary, --help and docs/configuration.md.
import type { Config } from '../config.ts'
import { ROWS, SWITCHES } from './settings.ts'

/** Every setting as it is in force, for the log at start. Of secrets it tells only whether they are set. */
export function configSummary(config: Config): Readonly<Record<string, string>> {
  const rows = ROWS.map(([key, row]) => {
    const value = config[key]
    const shown = Array.isArray(value) ? value.join(',') : String(value ?? '')
    return [row.variable, row.secret ? (value === null ? 'not set' : 'set') : shown]
  })
  return Object.fromEntries([...rows, ['demo', String(config.demo)]])
}

/** What --help prints. */
export function helpText(): string {
  const flags = [
    ...ROWS.flatMap(([, row]) =>
      row.flag === undefined ? [] : [[`${row.flag} <${row.type}>`, `the same as ${row.variable}`]],
    ),
    ...Object.values(SWITCHES).map((row) => [row.flag, row.meaning]),
  ]
  const variables = ROWS.map(([, row]) => [row.variable, row.meaning.replaceAll('`', '')])
  const lines = (rows: readonly (readonly string[])[]) =>
    rows.map(([name = '', meaning]) => `  ${name.padEnd(28)}${meaning}`).join('\n')
  return `Usage: npm start -- [flags]\n\nFlags\n${lines(flags)}\n\nEnvironment (docs/configuration.md)\n${lines(variables)}\n`
}

/** docs/configuration.md. */
export function configurationMarkdown(): string {
  const cells = (row: readonly string[]) => `| ${row.join(' | ')} |`
  const variables = ROWS.map(([, row]) =>
    cells([
      `\`${row.variable}\`${row.flag === undefined ? '' : `<br>\`${row.flag}\``}`,
      row.type,
      row.defaultText ?? `\`${row.default}\``,
      row.secret ? 'yes' : '',
      row.meaning,
    ]),
  )
  const switches = Object.values(SWITCHES).map((row) => cells([`\`${row.flag}\``, row.meaning]))
  return [
    '# Configuration',
    '',
    'Generated from the table in `server/src/config/settings.ts`; a test fails when this page is stale.',
    '',
    'Settings come from the environment; where a flag is named it may be given on the command line instead, as in `npm start -- --port 8080`, and',
    'wins. An empty value counts as not set. All problems are reported together before anything starts, unknown names among them. Secrets are',
    'never logged.',
    '',
    cells(['Variable', 'Type', 'Default', 'Secret', 'Meaning']),
    cells(['---', '---', '---', '---', '---']),
    ...variables,
    '',
    cells(['Flag', 'Meaning']),
    cells(['---', '---']),
    ...switches,
    '',
  ].join('\n')
}
