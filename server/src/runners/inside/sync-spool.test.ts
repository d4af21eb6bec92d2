import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rowEnds, spool } from './sync-spool.ts'

test('a row of CSV ends where its line ends, but between quotes, wherever pieces begin and end', () => {
  const rows = ['1,plain\n', '2,"two\nlines"\n', '3,"a ""quote""\n"\n', '4,""\n', '5,"""\n"""\n', '6\n']
  const whole = rows.join('')
  const ends = rows.map((_, at) => rows.slice(0, at + 1).join('').length)
  for (let size = 1; size <= whole.length; size++) {
    const endOf = rowEnds('csv')
    for (let from = 0; from < whole.length; from += size) {
      const piece = Buffer.from(whole.slice(from, from + size))
      const last = ends.filter((end) => end > from && end <= from + piece.length).at(-1)
      expect([size, from, endOf(piece, true)]).toEqual([size, from, last === undefined ? 0 : last - from])
    }
  }
})

test('files hold whole rows, in their order, and together all of them', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'holdpoint-spool-'))
  try {
    const row = (at: number) => `${at},"${'a "" and\n'.repeat(at % 50)}"\n`
    const all = Array.from({ length: 100_000 }, (_, at) => row(at)).join('')
    async function* pieces() {
      for (let at = 0; at < all.length; at += 65_521) yield Buffer.from(all.slice(at, at + 65_521))
    }
    const files: string[] = []
    const sizes: number[] = []
    await spool(pieces(), 'csv', directory, async (file, bytes) => {
      sizes.push(bytes)
      files.push(await readFile(path.join(directory, String(file)), 'utf8'))
    })
    expect(files.join('')).toBe(all)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(all.length)
    expect(files.length).toBeGreaterThan(2)
    let next = 0
    for (const file of files) {
      expect(file.startsWith(`${next},"`)).toBe(true)
      next += file.split(/"\n(?=\d)/).length
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
