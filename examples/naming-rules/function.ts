/** Naming rules: tables and tasks begin with the prefix of a layer, they and columns are written in small letters; a missing comment is warned about. */

type Context = {
  /** What the workspace has chosen. */
  options: { prefixes?: string }
  /** The table or the file as it was when the operation was asked for. */
  snapshot: {
    TableModel?: { TableName: string; Comment?: string; Columns: { ColumnName: string; Comment?: string }[] }
    CommittedFile?: { FileName: string; Comment?: string }
  }
}

const SMALL = /^[a-z][a-z0-9_]*$/

export default function (_request: unknown, { options, snapshot }: Context) {
  const { TableModel: table, CommittedFile: file } = snapshot
  const prefixes = (options.prefixes ?? 'ods_, dwd_, dws_, ads_, dim_, tmp_').split(/[\s,]+/)
  const name = table?.TableName ?? file?.FileName.replace(/\.\w+$/, '') ?? ''
  const columns = table?.Columns ?? []

  const wrong = [name, ...columns.map((column) => column.ColumnName)]
    .filter((one) => !SMALL.test(one))
    .map((one) => `- \`${one}\`: small letters, digits and underscores only`)
  if (!prefixes.some((prefix) => name.startsWith(prefix)))
    wrong.push(`- \`${name}\` begins with none of ${prefixes.join(' ')}`)
  if (wrong.length > 0) return { checkResult: 'FAIL', checkMessage: wrong.join('\n') }

  const silent = columns.filter((column) => !column.Comment).map((column) => column.ColumnName)
  if (!(table ?? file)?.Comment) silent.unshift(name)
  if (silent.length > 0) return { checkResult: 'WARN', checkMessage: `Without a comment: ${silent.join(', ')}` }
  return { checkResult: 'OK' }
}
