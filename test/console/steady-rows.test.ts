import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steadyRows } from '../../console/src/ui/steady-rows.ts'

type Row = { readonly id: string; readonly seen: number }
const keyOf = (row: Row) => row.id
const rows = (seen: number) =>
  fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 }).map((ids) => ids.map((id): Row => ({ id, seen })))

describe('rows under live updates', () => {
  it('keep their order and number, whatever the latest answer has', () => {
    fc.assert(
      fc.property(rows(1), rows(2), (shown, latest) => {
        expect(steadyRows(shown, latest, keyOf).rows.map(keyOf)).toEqual(shown.map(keyOf))
      }),
    )
  })

  it('are brought up to date in place, and the ones that left stay as last seen and are named', () => {
    fc.assert(
      fc.property(rows(1), rows(2), (shown, latest) => {
        const steady = steadyRows(shown, latest, keyOf)
        const present = new Set(latest.map(keyOf))
        for (const row of steady.rows) {
          expect(row.seen).toBe(present.has(row.id) ? 2 : 1)
          expect(steady.left.has(row.id)).toBe(!present.has(row.id))
        }
      }),
    )
  })

  it('count what has arrived and is not shown yet', () => {
    fc.assert(
      fc.property(rows(1), rows(2), (shown, latest) => {
        const { arrived, left } = steadyRows(shown, latest, keyOf)
        expect(shown.length - left.size + arrived).toBe(latest.length)
      }),
    )
  })
})
