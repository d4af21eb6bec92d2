/** What a table may be, and what leads from one design to another. */
import { Refusal } from '../refusal.ts'
import {
  COLUMN_TYPES,
  type FoundTable,
  TABLE_NAME,
  type TableChange,
  type TableDesign,
  type TableDifference,
} from './table.ts'

const MOST_DIGITS = 38
const DECIMAL = /^decimal\((\d{1,3}),(\d{1,3})\)$/

/** Of names, and of designs as somebody writes them: refused with everything that is wrong, each beside its member. */
export function ensureTable(name: string, design: TableDesign): void {
  const problems: [path: string, problem: string][] = []
  if (!TABLE_NAME.test(name)) problems.push(['name', 'lower-case letters, digits and _, at most 63, no digit first'])
  const { columns } = design
  const seen = new Set<string>()
  for (const [at, column] of columns.entries()) {
    const path = `design.columns.${at}`
    if (!TABLE_NAME.test(column.name))
      problems.push([`${path}.name`, 'lower-case letters, digits and _, at most 63, no digit first'])
    if (seen.has(column.name)) problems.push([`${path}.name`, `there are two columns ${column.name}`])
    seen.add(column.name)
    const problem = typeProblem(column.type)
    if (problem !== null) problems.push([`${path}.type`, problem])
    if (!column.isPartition && columns[at - 1]?.isPartition)
      problems.push([`${path}.isPartition`, 'partition columns come last'])
  }
  if (columns.every((column) => column.isPartition))
    problems.push(['design.columns', 'there is no column besides those of partitions'])
  if (problems.length === 0) return
  const [[path, problem]] = problems as [[string, string]]
  throw new Refusal('TABLE_DESIGN_INVALID', {
    ...{ path, problem },
    paths: problems.map(([one]) => one),
    problems: problems.map(([, one]) => one),
  })
}

function typeProblem(type: string): string | null {
  const decimal = DECIMAL.exec(type)
  if (decimal === null)
    return (COLUMN_TYPES as readonly string[]).includes(type) && type !== 'decimal'
      ? null
      : `one of ${COLUMN_TYPES.map((one) => (one === 'decimal' ? 'decimal(p,s)' : one)).join(', ')}`
  const [digits, scale] = [Number(decimal[1]), Number(decimal[2])]
  return digits >= 1 && digits <= MOST_DIGITS && scale <= digits
    ? null
    : `decimal has 1 to ${MOST_DIGITS} digits, and not more of them behind the point`
}

/**
 * What leads from the table as it is to its design; null: it is not there. Where a column stands does not count, because databases do not move columns.
 * `lifeCycleDays` is what the environment had until now.
 */
export function tableDifference(
  before: FoundTable | null,
  design: TableDesign,
  lifeCycleDays: number | null,
): TableDifference {
  if (before === null) return { changes: [{ kind: 'create-table' }], losses: [] }
  const was = new Map(before.columns.map((column) => [column.name, column]))
  const is = new Map(design.columns.map((column) => [column.name, column]))
  const kept = design.columns.flatMap((column) => {
    const old = was.get(column.name)
    return old === undefined ? [] : [{ old, column }]
  })
  const changes: TableChange[] = [
    // Before anything is dropped: a table never comes to have no columns.
    ...design.columns.flatMap((column) => (was.has(column.name) ? [] : [{ kind: 'add-column', column } as const])),
    ...kept.flatMap(({ old, column: { name, type } }) =>
      old.type === type ? [] : [{ kind: 'change-type', column: name, from: old.type, to: type } as const],
    ),
    ...before.columns.flatMap((column) => (is.has(column.name) ? [] : [{ kind: 'drop-column', column } as const])),
    ...kept.flatMap(({ old, column: { name, comment } }) =>
      old.comment === comment
        ? []
        : [{ kind: 'comment-column', column: name, from: old.comment, to: comment } as const],
    ),
    ...(before.comment === design.comment
      ? []
      : [{ kind: 'comment-table', from: before.comment, to: design.comment } as const]),
    ...(lifeCycleDays === design.lifeCycleDays
      ? []
      : [{ kind: 'life-cycle', from: lifeCycleDays, to: design.lifeCycleDays } as const]),
  ]
  return { changes, losses: changes.flatMap((change) => lossOf(change) ?? []) }
}

/** The name under which a change that would lose data has to be asked for; null: it loses none. */
export function lossOf(change: TableChange): string | null {
  if (change.kind === 'drop-column') return `drop-column ${change.column.name}`
  return change.kind === 'change-type' && !keepsData(change.from, change.to) ? `change-type ${change.column}` : null
}

const NUMBERS_OF_DIGITS: Readonly<Record<string, number>> = { smallint: 5, int: 10, bigint: 19 }
const WIDER: Readonly<Record<string, readonly string[]>> = {
  smallint: ['int', 'bigint', 'double', 'float'],
  int: ['bigint', 'double'],
  float: ['double'],
  date: ['datetime', 'timestamp'],
  datetime: ['timestamp'],
}
/** Every value of these is written as a text, and read back from it. */
const WRITTEN_AS_TEXT =
  /^(smallint|int|bigint|decimal\(\d+,\d+\)|double|float|boolean|date|datetime|timestamp|varchar.*)$/

/** Whether every value of the one type is one of the other. Of types that only the database knows nothing is known. */
function keepsData(from: string, to: string): boolean {
  if (WIDER[from]?.includes(to)) return true
  if (to === 'string') return WRITTEN_AS_TEXT.test(from)
  const [wider, narrower] = [DECIMAL.exec(to), DECIMAL.exec(from)]
  if (wider === null) return false
  const scale = Number(wider[2])
  const whole = Number(wider[1]) - scale
  if (narrower === null) return (NUMBERS_OF_DIGITS[from] ?? Number.POSITIVE_INFINITY) <= whole
  return Number(narrower[2]) <= scale && Number(narrower[1]) - Number(narrower[2]) <= whole
}

/** A partition column that is there is neither changed nor dropped, and none is added to a table that is there. */
export function ensurePossible(name: string, changes: readonly TableChange[], partitions: ReadonlySet<string>): void {
  for (const change of changes) {
    const problem =
      change.kind === 'add-column' && change.column.isPartition
        ? `${change.column.name} cannot be added as a partition column to a table that is there`
        : change.kind === 'drop-column' && partitions.has(change.column.name)
          ? `the partition column ${change.column.name} cannot be dropped`
          : change.kind === 'change-type' && partitions.has(change.column)
            ? `the partition column ${change.column} keeps its type`
            : null
    if (problem !== null) throw new Refusal('TABLE_CHANGE_IMPOSSIBLE', { name, problem })
  }
}

/** Whether a database would say the same of both. */
export function sameTable(one: FoundTable | null, other: FoundTable | null): boolean {
  if (one === null || other === null) return one === other
  const { changes } = tableDifference(one, { ...other, dataSource: null, lifeCycleDays: null }, null)
  return changes.length === 0
}
