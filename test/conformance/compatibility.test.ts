// The page of compatibility says what was run, of all clients and actions that there are: an action, a client or a release that nobody has run yet is missing here.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ACTIONS as EVENTBRIDGE_ACTIONS } from '../../server/src/eventbridge/actions.ts'
import { clientMethods } from '../eventbridge-client.ts'
import { PAGE, pageOf, ROWS, recorded } from './compatibility.ts'
import { EVENTBRIDGE } from './npm/eventbridge.ts'
import { SUITES } from './suites.ts'

const page = recorded()

test('the page is made of what was run', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(pageOf(page))
  expect(page.commit).toMatch(/^[0-9a-f]{12}$/)
})

test('every client is on it in every way, with the packages that are installed now', () => {
  const declared = SUITES.map(({ name, client, way, packages }) => ({ name, client, way, packages }))
  const known = [...page.runs, ...page.notRun].map(({ name, client, way, packages }) => ({
    name,
    client,
    way,
    packages,
  }))
  const byName = (list: typeof declared) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  expect(byName(known)).toEqual(byName(declared))
})

test('every client has called every action, in every version that has it, and no other', () => {
  for (const { name, results } of page.runs) expect(Object.keys(results), name).toEqual(ROWS)
})

test('EventBridge’s client has called every method that it has, and every action that is here was answered', () => {
  const here = new Set(EVENTBRIDGE_ACTIONS.map((one) => one.name))
  const results = clientMethods().map((name) => [name, here.has(name) ? 'answered' : 'unknown'])
  expect(page.eventBridge).toEqual([{ ...EVENTBRIDGE, results: Object.fromEntries(results) }])
})
