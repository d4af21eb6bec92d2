import { describe, expect, test } from 'vitest'
import { dataworksCode, REFUSALS, Refusal, type RefusalCode, type RefusalText, refusalStatus } from './refusal.ts'
import { ACCESS_REFUSALS } from './refusals/access.ts'
import { BACKFILL_REFUSALS } from './refusals/backfill.ts'
import { DATA_DEVELOPMENT_REFUSALS } from './refusals/data-development.ts'
import { DATA_INTEGRATION_REFUSALS } from './refusals/data-integration.ts'
import { DATA_QUALITY_REFUSALS } from './refusals/data-quality.ts'
import { EXTENSIONS_REFUSALS } from './refusals/extensions.ts'
import { GATE_REFUSALS } from './refusals/gate.ts'
import { OPERATION_CENTER_REFUSALS } from './refusals/operation-center.ts'

const ROWS = Object.entries(REFUSALS) as [RefusalCode, RefusalText][]
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)

describe.each(ROWS)('%s', (code, row) => {
  const names = [...new Set([...placeholders(row.sentence), ...placeholders(row.dataworks)])]
  const details = Object.fromEntries(names.map((name) => [name, `the-${name}`]))

  test('says a whole sentence, in which everything it names is filled in', () => {
    const { message } = new Refusal(code, details)
    for (const name of placeholders(row.sentence)) expect(message).toContain(`the-${name}`)
    expect(message).not.toMatch(/[{}]/)
    expect(message).toMatch(/^\S.*\S$/s)
    expect(row.sentence).toMatch(/^[A-Z{].*(\.|\]|\})$/)
  })

  test('has a status that says whose fault it is, and a code of the dialect’s form', () => {
    const refusal = new Refusal(code, details)
    expect(refusalStatus(refusal)).toBe(row.status)
    expect(row.status).toBeGreaterThanOrEqual(400)
    expect(row.status).toBeLessThan(500)
    expect(dataworksCode(refusal)).toMatch(/^[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*$/)
  })
})

test('no code stands in two of the lists', () => {
  const lists = [
    ACCESS_REFUSALS,
    BACKFILL_REFUSALS,
    DATA_DEVELOPMENT_REFUSALS,
    DATA_INTEGRATION_REFUSALS,
    DATA_QUALITY_REFUSALS,
    EXTENSIONS_REFUSALS,
    GATE_REFUSALS,
    OPERATION_CENTER_REFUSALS,
  ]
  expect(lists.flatMap((list) => Object.keys(list)).toSorted()).toEqual(Object.keys(REFUSALS).toSorted())
})

test('a list is filled in with commas, and what is not given leaves no brace behind', () => {
  expect(new Refusal('NODE_ALREADY_FROZEN', { nodes: ['a (1)', 'b (2)'] }).message).toBe(
    'Already frozen: a (1), b (2).',
  )
  expect(new Refusal('NODE_ALREADY_FROZEN').message).toBe('Already frozen: .')
})

test('what fills a sentence is not looked into for further names', () => {
  expect(new Refusal('NOT_FOUND', { thing: '{id}', id: 7 }).message).toBe('There is no such {id}: 7.')
})
