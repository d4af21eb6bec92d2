/** The statement that measures what a rule is about: one number, read and nothing else. PostgreSQL and DuckDB read it alike. */
import type { PartitionPart } from '../partition.ts'
import type { QualityRule } from './rule.ts'

export type QualityPlace = {
  readonly schema: string | null
  readonly table: string
  /** With its expressions resolved; empty: the whole table. */
  readonly partition: readonly PartitionPart[]
}

export function measuringStatement({ sampling }: Pick<QualityRule, 'sampling'>, place: QualityPlace): string {
  const { metric, columns, filter, least, most, values } = sampling
  const table = [place.schema, place.table]
    .filter((part) => part !== null)
    .map(quoted)
    .join('.')
  const partition = place.partition.map(({ column, value }) => `cast(${quoted(column)} as varchar) = ${literal(value)}`)
  if (sampling.sql !== null)
    return sampling.sql.replace(/\$\{(table|partition)\}/g, (_, name: string) =>
      name === 'table' ? table : partition.length === 0 ? 'true' : partition.join(' and '),
    )
  // The filter has lines of its own, so that a comment at its end hides nothing.
  const where = [...partition, ...(filter === null ? [] : [`(\n${filter}\n)`])]
  const from = `from ${table}${where.length === 0 ? '' : ` where ${where.join(' and ')}`}`
  const names = columns.map(quoted)
  const [name = ''] = names
  const anyNull = names.map((one) => `${one} is null`).join(' or ')
  const outside = [
    ...(least === null ? [] : [`${name} < ${least}`]),
    ...(most === null ? [] : [`${name} > ${most}`]),
  ].join(' or ')
  const distinct = `(select count(*) from (select distinct ${names.join(', ')} ${from}) as d)`
  const all = `(select count(*) ${from})`
  const counted = (condition: string) =>
    `select count(*) ${from}${where.length === 0 ? ' where' : ' and'} (${condition})`
  const share = (many: string) => `select coalesce(cast(${many} as double precision) / nullif(${all}, 0), 0)`
  switch (metric) {
    case 'Count':
      return `select count(*) ${from}`
    case 'NullValueCount':
      return counted(anyNull)
    case 'NullValuePercent':
      return share(`(${counted(anyNull)})`)
    case 'DistinctCount':
      return `select ${distinct}`
    case 'DistinctPercent':
      return share(distinct)
    case 'DuplicatedCount':
      return `select ${all} - ${distinct}`
    case 'DuplicatedPercent':
      return share(`(${all} - ${distinct})`)
    case 'OutOfRangeCount':
      return counted(outside)
    case 'CountNotIn':
      return counted(`cast(${name} as varchar) not in (${values.map(literal).join(', ')})`)
    default:
      return `select cast(${metric.toLowerCase()}(${name}) as double precision) ${from}`
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
