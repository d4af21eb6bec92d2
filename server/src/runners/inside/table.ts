/** Rows as people read them in a log. */

export const MOST_ROWS = 100
const MOST_COLUMNS = 50
const MOST_CELL_CHARACTERS = 200
const MOST_TABLE_CHARACTERS = 100_000

export type Rows = {
  readonly columns: readonly string[]
  /** At most the first MOST_ROWS; null is written as such. */
  readonly rows: readonly (readonly string[])[]
  readonly count: number
}

export function cell(value: unknown): string {
  const text = value === null || value === undefined ? 'NULL' : String(value)
  const line = text.slice(0, MOST_CELL_CHARACTERS + 1).replace(/[\r\n\t]+/g, ' ')
  return line.length <= MOST_CELL_CHARACTERS ? line : `${line.slice(0, MOST_CELL_CHARACTERS)}…`
}

export function table({ columns, rows, count }: Rows): string {
  const shown = [columns.map(cell), ...rows].map((row) => row.slice(0, MOST_COLUMNS))
  const widths = shown[0]!.map((_, at) => Math.max(...shown.map((row) => row[at]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((one, at) => one.padEnd(widths[at]!))
      .join(' | ')
      .trimEnd()
  const text = [
    line(shown[0]!),
    widths.map((width) => '-'.repeat(width)).join('-+-'),
    ...shown.slice(1).map(line),
  ].join('\n')
  const cut = text.length > MOST_TABLE_CHARACTERS ? `${text.slice(0, MOST_TABLE_CHARACTERS)}…` : text
  const rest = count > rows.length ? `, of which the first ${rows.length} are shown` : ''
  const wide = columns.length > MOST_COLUMNS ? `, ${MOST_COLUMNS} of ${columns.length} columns` : ''
  return `${cut}\n(${count} ${count === 1 ? 'row' : 'rows'}${rest}${wide})\n`
}
