import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { COLUMN_TYPES, type FoundTable, type TableChange, type TableColumn, type TableDesign } from './table.ts'
import { ensurePossible, ensureTable, sameTable, tableDifference } from './table-difference.ts'

const TYPES = [...COLUMN_TYPES.filter((one) => one !== 'decimal'), 'decimal(10,2)', 'decimal(18,4)']
const column = fc.record({
  name: fc.constantFrom(...'abcdefgh'),
  type: fc.constantFrom(...TYPES),
  comment: fc.constantFrom('', 'one', 'two'),
  isPartition: fc.constant(false),
})
const design: fc.Arbitrary<TableDesign> = fc.record({
  comment: fc.constantFrom('', 'orders', 'sales'),
  dataSource: fc.constant(null),
  lifeCycleDays: fc.constantFrom(null, 7, 30),
  columns: fc.uniqueArray(column, { minLength: 1, selector: (one) => one.name }),
})
const found = fc.option(design.map(({ comment, columns }): FoundTable => ({ comment, columns })))

const one = (name: string, type: string, more: { comment?: string; isPartition?: boolean } = {}) => ({
  ...{ name, type, comment: '', isPartition: false },
  ...more,
})
const table = (...columns: readonly ReturnType<typeof one>[]): TableDesign => ({
  ...{ comment: '', dataSource: null, lifeCycleDays: null },
  columns,
})
const refusal = (run: () => void) => {
  try {
    run()
  } catch (error) {
    if (error instanceof Refusal) return [error.code, error.details.paths ?? error.details.problem]
    throw error
  }
  return null
}

/** The table after these changes, as a database would say it is. */
function applied(before: FoundTable | null, design: TableDesign, changes: readonly TableChange[]): FoundTable | null {
  return changes.reduce<FoundTable | null>((table, change) => after(table, design, change), before)
}

function after(table: FoundTable | null, design: TableDesign, change: TableChange): FoundTable | null {
  if (change.kind === 'create-table') return { comment: design.comment, columns: design.columns }
  if (table === null || change.kind === 'life-cycle') return table
  const each = (name: string, more: Partial<TableColumn>) => ({
    ...table,
    columns: table.columns.map((column) => (column.name === name ? { ...column, ...more } : column)),
  })
  switch (change.kind) {
    case 'comment-table':
      return { ...table, comment: change.to }
    case 'add-column':
      return { ...table, columns: [...table.columns, change.column] }
    case 'drop-column':
      return { ...table, columns: table.columns.filter(({ name }) => name !== change.column.name) }
    case 'change-type':
      return each(change.column, { type: change.to })
    case 'comment-column':
      return each(change.column, { comment: change.to })
  }
}

describe('rule 50: the difference', () => {
  test('applied to the one table yields the other, and nothing is left between them', () => {
    fc.assert(
      fc.property(found, design, (before, wanted) => {
        const { changes } = tableDifference(before, wanted, wanted.lifeCycleDays)
        const after = applied(before, wanted, changes)
        expect(sameTable(after, wanted)).toBe(true)
        expect(tableDifference(after, wanted, wanted.lifeCycleDays)).toEqual({ changes: [], losses: [] })
      }),
    )
  })

  test('is nothing exactly where a database says the same of both, wherever columns stand', () => {
    fc.assert(
      fc.property(design, design, fc.boolean(), (a, b, alike) => {
        const other = alike ? { ...a, columns: a.columns.toReversed() } : b
        expect(tableDifference(a, other, other.lifeCycleDays).changes.length === 0).toBe(sameTable(a, other))
        if (alike) expect(sameTable(a, other)).toBe(true)
      }),
    )
  })

  test('names what loses data: every column that goes, and every type that holds less', () => {
    fc.assert(
      fc.property(design, design, (before, wanted) => {
        const names = wanted.columns.map(({ name }) => name)
        const gone = before.columns.filter(({ name }) => !names.includes(name))
        const { losses } = tableDifference(before, wanted, null)
        expect(losses.filter((loss) => loss.startsWith('drop-column '))).toEqual(
          gone.map(({ name }) => `drop-column ${name}`),
        )
        // There and back again loses on one of the ways.
        const back = tableDifference(wanted, before, null).losses
        for (const { name, type } of wanted.columns) {
          const old = before.columns.find((one) => one.name === name)
          if (old !== undefined && old.type !== type) expect([...losses, ...back]).toContain(`change-type ${name}`)
        }
      }),
    )
  })

  test('takes every life cycle and comment for a change that loses nothing', () => {
    const before = { comment: 'a', columns: [one('i', 'int')] }
    const wanted = { ...table(one('i', 'int', { comment: 'number' })), comment: 'b', lifeCycleDays: 7 }
    expect(tableDifference(before, wanted, null)).toEqual({
      changes: [
        { kind: 'comment-column', column: 'i', from: '', to: 'number' },
        { kind: 'comment-table', from: 'a', to: 'b' },
        { kind: 'life-cycle', from: null, to: 7 },
      ],
      losses: [],
    })
  })

  test.each([
    ['smallint', 'bigint', true],
    ['int', 'double', true],
    ['bigint', 'double', false],
    ['bigint', 'int', false],
    ['int', 'decimal(12,2)', true],
    ['int', 'decimal(11,2)', false],
    ['decimal(10,2)', 'decimal(12,4)', true],
    ['decimal(10,2)', 'decimal(11,4)', false],
    ['decimal(12,4)', 'decimal(12,2)', false],
    ['datetime', 'timestamp', true],
    ['timestamp', 'datetime', false],
    ['date', 'timestamp', true],
    ['double', 'string', true],
    ['binary', 'string', false],
    ['string', 'int', false],
    ['varchar(20)', 'string', true],
    ['jsonb', 'string', false],
  ])('from %s to %s keeps all data: %s', (from, to, keeps) => {
    const { losses } = tableDifference({ comment: '', columns: [one('c', from)] }, table(one('c', to)), null)
    expect(losses).toEqual(keeps ? [] : ['change-type c'])
  })

  test('never touches a partition column that is there', () => {
    const before = { comment: '', columns: [one('i', 'int'), one('dt', 'string', { isPartition: true })] }
    const to = (wanted: TableDesign) =>
      refusal(() => ensurePossible('t', tableDifference(before, wanted, null).changes, new Set(['dt'])))?.[0] ?? null
    expect(to(table(one('i', 'int')))).toBe('TABLE_CHANGE_IMPOSSIBLE')
    expect(to(table(one('i', 'int'), one('dt', 'date', { isPartition: true })))).toBe('TABLE_CHANGE_IMPOSSIBLE')
    expect(
      to(
        table(one('i', 'int'), one('dt', 'string', { isPartition: true }), one('hh', 'string', { isPartition: true })),
      ),
    ).toBe('TABLE_CHANGE_IMPOSSIBLE')
    expect(to(table(one('i', 'bigint'), one('dt', 'string', { isPartition: true })))).toBeNull()
  })
})

describe('a design', () => {
  test('is taken with every type there is', () => {
    expect(refusal(() => ensureTable('orders', table(...TYPES.map((type, at) => one(`c${at}`, type)))))).toBeNull()
  })
  test('that cannot be is refused with everything that is wrong, each beside its member', () => {
    const wrong = table(
      one('Id', 'bigint'),
      one('a', 'decimal'),
      one('a', 'decimal(40,2)'),
      one('dt', 'string', { isPartition: true }),
      one('last', 'varchar'),
    )
    expect(refusal(() => ensureTable('Orders', wrong))).toEqual([
      'TABLE_DESIGN_INVALID',
      [
        'name',
        'design.columns.0.name',
        'design.columns.1.type',
        'design.columns.2.name',
        'design.columns.2.type',
        'design.columns.4.type',
        'design.columns.4.isPartition',
      ],
    ])
    expect(refusal(() => ensureTable('t', table(one('dt', 'string', { isPartition: true }))))?.[1]).toEqual([
      'design.columns',
    ])
  })
})
