// What is read of a graph of 100,000 to show a neighbourhood of it, counted by PostgreSQL itself: every row and index entry that a statement looks at.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { type Database, openDatabase, type Transaction } from './database.ts'
import { instanceNeighbourhood, MOST_SHOWN, nodeNeighbourhood, rootOf, startsOfDag } from './neighbourhood.ts'
import { graphNodes } from './nodes.ts'

const NODES = 100_000
const WORKSPACE = 1
const FIRST = 1_000_000_001
const DAG = 7
/** What is shown, and what leads from it. */
const MOST_READ = NODES / 10

let database: TestDatabase
let db: Database

/**
 * Every node waits for the first one, which everything leads back to, and for two of those shortly before it. The root of the workspace came last. A run has an
 * instance of each, with the same edges.
 */
beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase({ ...database.config, max: 2 })
  const upstream = `(select distinct ${FIRST} + s.at as id, ${FIRST} + greatest(0, s.at - back) as from_id
    from generate_series(1, ${NODES - 1}) as s(at) cross join unnest(array[1, 1 + s.at % 7, s.at]) as back)`
  await db.rows(`insert into tenants (id, name) overriding system value values (1, 'tenant')`)
  await db.rows(
    `insert into users (id, tenant_id, name, display_name, tenant_roles) overriding system value values (1, 1, 'user', 'user', '{}')`,
  )
  await db.rows(
    `insert into workspaces (id, tenant_id, identifier, name, description, mode, created_by) overriding system value
     values (${WORKSPACE}, 1, 'ws', 'ws', '', 'standard', 1)`,
  )
  await db.rows(
    `insert into nodes (id, tenant_id, workspace_id, environment, name, program_type, recurrence, cron, priority, definition, is_root)
     overriding system value select ${FIRST} + at, 1, ${WORKSPACE}, 'PROD', 'node_' || at, 'VIRTUAL', 'normal', '00 00 00 * * ?', 1, '{}', at = ${NODES - 1}
     from generate_series(0, ${NODES - 1}) as at`,
  )
  await db.rows(`insert into node_outputs select 1, 'PROD', 'output.of.' || id, id from nodes`)
  await db.rows(
    `insert into node_inputs (node_id, tenant_id, environment, output, type) select id, 1, 'PROD', 'output.of.' || from_id, 'normal' from ${upstream} up`,
  )
  await db.rows(
    `insert into instances (id, tenant_id, workspace_id, environment, node_id, node_version, dag_id, kind, bizdate, period_number, cycle_at, due_at, status,
       has_work, waiting_for, priority, resource_group_id)
     overriding system value select id, 1, ${WORKSPACE}, 'PROD', id, 1, ${DAG}, 0, '2026-01-05', 1, now(), now(), 1, true, 1, 1, 1 from nodes`,
  )
  await db.rows(`insert into instance_edges (to_id, from_id) select id, from_id from ${upstream} up`)
}, 300_000)
afterAll(async () => {
  await db?.close()
  await database?.drop()
})

type Plan = {
  readonly 'Node Type': string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly Plan[]
}

function rowsRead(plan: Plan): number {
  const each =
    (plan['Actual Rows'] ?? 0) + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)
  const own = /Index|Seq Scan/.test(plan['Node Type']) ? each * (plan['Actual Loops'] ?? 0) : 0
  return own + (plan.Plans ?? []).reduce((sum, one) => sum + rowsRead(one), 0)
}

const literal = (value: unknown) =>
  Array.isArray(value) ? `'{${value}}'` : typeof value === 'number' ? String(value) : `'${value}'`
const typeOf = (value: unknown) => (Array.isArray(value) ? 'bigint[]' : typeof value === 'number' ? 'bigint' : 'text')

/** Answers what the reading answers, and how much was looked at. The plans are those that serve all values, as in the server. */
async function counted<T>(read: (sql: Pick<Transaction, 'rows'>) => Promise<T>): Promise<{ value: T; read: number }> {
  return await db.transaction(async (tx) => {
    let looked = 0
    let before: Promise<unknown> = Promise.resolve()
    const value = await read({
      rows<Row>(text: string, values: readonly unknown[] = []) {
        const explained = before.then(async () => {
          if (text.startsWith('set ')) return await tx.rows<Row>(text)
          await tx.rows(`prepare counted (${values.map(typeOf)}) as ${text}`)
          const [row] = await tx.rows<{ 'QUERY PLAN': readonly [{ Plan: Plan }] }>(
            `explain (analyze, timing off, format json) execute counted (${values.map(literal)})`,
          )
          await tx.rows('deallocate counted')
          looked += rowsRead(row!['QUERY PLAN'][0].Plan)
          return await tx.rows<Row>(text, values)
        })
        before = explained
        return explained
      },
    })
    return { value, read: looked }
  })
}

describe(`of a graph of ${NODES}, a neighbourhood is read and nothing of the rest`, () => {
  const reach = { up: 2, down: 2 }

  test.each([
    ['in the middle', FIRST + NODES / 2],
    ['that everything waits for', FIRST],
    ['at the end', FIRST + NODES - 1],
  ])('around a node %s', async (_where, id) => {
    const { value, read } = await counted(async (sql) => {
      const found = await nodeNeighbourhood(sql, [id], reach)
      return { ...found, rows: await graphNodes(sql, [...found.levels.keys()]) }
    })
    expect(value.levels.has(FIRST)).toBe(true)
    expect(value.rows).toHaveLength(value.levels.size)
    expect(value.levels.size).toBeLessThanOrEqual(MOST_SHOWN)
    expect(value.edges.length).toBeGreaterThan(3)
    // Of the one that everything waits for it is said that there is more.
    expect(value.more.get(FIRST)!.downstream).toBeGreaterThan(500)
    expect(read).toBeLessThan(MOST_READ)
  })

  test('to find where it begins: the root of the workspace, wherever among its nodes that is', async () => {
    const { value, read } = await counted((sql) => rootOf(sql, WORKSPACE, 'PROD'))
    expect(value).toBe(FIRST + NODES - 1)
    expect(read).toBeLessThan(10)
  })

  test.each([
    ['in the middle', FIRST + NODES / 2],
    ['that everything waits for', FIRST],
    ['at the end', FIRST + NODES - 1],
  ])('around an instance %s', async (_where, id) => {
    const { value, read } = await counted((sql) => instanceNeighbourhood(sql, [id], reach))
    expect(value.levels.has(FIRST)).toBe(true)
    expect(value.edges.length).toBeGreaterThan(3)
    expect(value.more.get(FIRST)!.downstream).toBeGreaterThan(500)
    expect(read).toBeLessThan(MOST_READ)
  })

  test('to find where a run begins', async () => {
    const { value, read } = await counted((sql) => startsOfDag(sql, DAG))
    expect(value).toEqual([FIRST])
    expect(read).toBeLessThan(MOST_READ)
  })
})
