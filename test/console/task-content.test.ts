import { describe, expect, it } from 'vitest'
import { EMPTY_TASK, readTask, type TaskForm, writeTask } from '../../console/src/pages/development/task-content.ts'
import { readTaskContent } from '../../core/src/data-integration/task-content.ts'

const FORM: TaskForm = {
  ...EMPTY_TASK,
  source: 'shop',
  tables: ['public.orders'],
  table: 'ods_orders',
  where: "dt = '1'",
}

describe('the form of a node that synchronises', () => {
  it.each<[string, Partial<TaskForm>]>([
    ['replaces everything', {}],
    ['replaces a partition', { write: 'partition', partition: 'dt=20261121' }],
    ['upserts by a key', { write: 'key', key: ['id'] }],
    ['brings several tables to one', { tables: ['orders_2025', 'orders_2026'] }],
    ['names columns', { columns: [{ from: 'a', to: 'b' }] }],
    ['reads a file', { sourceFormat: 'parquet', tables: ['orders/2026.parquet'] }],
    ['writes a file', { targetFormat: 'csv', table: 'out/orders.csv' }],
  ])('writes what it reads, and what a run reads: %s', (_, change) => {
    const form = { ...FORM, ...change }
    const content = writeTask('', form)
    expect(readTask(content)).toEqual(form)
    expect(readTaskContent(content).mappings).toHaveLength(form.tables.length)
  })

  it('keeps what it does not know', () => {
    const content = JSON.stringify({
      setting: { speed: { concurrent: 2 } },
      steps: [
        {
          stepType: 'mysql',
          category: 'reader',
          parameter: { datasource: 'shop', table: ['orders'], splitPk: 'id', column: ['*'] },
        },
        { stepType: 'odps', category: 'writer', parameter: { table: 'ods_orders', truncate: true } },
      ],
    })
    const form = readTask(content) as TaskForm
    const written = JSON.parse(writeTask(content, { ...form, table: 'ods_all' }))
    expect(written).toMatchObject({
      setting: { speed: { concurrent: 2 } },
      steps: [{ stepType: 'mysql', parameter: { splitPk: 'id', table: ['orders'] } }, { stepType: 'odps' }],
    })
    expect(readTask(JSON.stringify(written))).toEqual({ ...form, table: 'ods_all' })
  })

  it('shows nothing of what it cannot read, and says so', () => {
    expect(readTask('')).toBeNull()
    expect(readTask('{')).toBe('JSON')
    expect(readTask(writeTask('', { ...FORM, write: 'partition', partition: '' }))).toEqual(expect.any(String))
  })
})
