import { readFileSync } from 'node:fs'
import { EVENTS } from '@holdpoint/core/catalog/index'
import { describe, expect, test } from 'vitest'
import { EVENTS_REFERENCE, eventsReference } from '../server/src/api/generate-events.ts'

describe('docs/events.md', () => {
  test('is what the catalogue says today; otherwise run node server/src/api/generate-events.ts', () => {
    expect(readFileSync(EVENTS_REFERENCE, 'utf8')).toBe(eventsReference())
  })

  test('has one section for each event, which every link to it finds', () => {
    const text = eventsReference()
    const sections = [...text.matchAll(/^### (\S+)$/gm)].map((match) => match[1])
    expect(sections).toEqual(EVENTS.map((event) => event.eventCode))
    const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1])
    expect(links).toEqual(EVENTS.map((event) => event.eventCode.toLowerCase()))
  })

  test('shows no table row that a reader of Markdown would take apart', () => {
    const rows = eventsReference()
      .split('\n')
      .filter((line) => line.startsWith('|'))
    expect(rows.length).toBeGreaterThan(EVENTS.length)
    for (const row of rows) expect([5, 7]).toContain(row.split('|').length - 1)
  })
})
