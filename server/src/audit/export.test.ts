import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { PATIENCE } from '../../../test/world.ts'
import { type AuditSeal, auditHead, writeAudit } from '../store/audit.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { insertTenant } from '../store/users.ts'
import { sealKey } from './chain.ts'
import { type ExportOf, exportLines } from './export.ts'
import { startSealer } from './seal.ts'
import type { Anchor, Finding } from './verify.ts'
import { verifyLines } from './verify-file.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const secretKey = Buffer.alloc(32, 7)
const key = sealKey(secretKey)
let database: TestDatabase
let db: Database
let seals: AuditSeal[]
let mine: number
let other: number
let directory: string

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdpoint-audit-'))
})
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(async () => {
  database = await testDatabase()
  db = openDatabase({ ...database.config, max: 3 })
  seals = []
  mine = await insertTenant(db, 'mine')
  other = await insertTenant(db, 'other')
  const sealer = startSealer({ db, key, sealed: (seal) => void seals.push(seal), cutBack: () => {} })
  // Seals of both tenants, of one, of the other, and of both again.
  for (const tenants of [[mine, other, mine], [mine], [other], [other, mine]]) {
    for (const tenantId of tenants) await write(tenantId)
    const { last_value: lastId } = (await db.rows<{ last_value: number }>('select last_value from audit_entry_ids'))[0]!
    await expect
      .poll(async () => {
        await sealer.round()
        return (await auditHead(db))?.last_id
      }, PATIENCE)
      .toBe(lastId)
  }
  return async () => {
    await db.close()
    await database.drop()
  }
})

const write = (tenantId: number, workspaceId = 10001 + (tenantId % 2)) =>
  db.transaction(async (tx) =>
    writeAudit(tx, { tenantId, workspaceId, userId: 7, action: 'test.write', object: 'thing', details: { a: 'ä"' } }),
  )

const WHOLE = { workspaceIds: null, from: null, to: null } as const
async function exported(of: Partial<ExportOf> = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportLines(db, { tenantId: mine, ...WHOLE, ...of })) lines.push(line)
  return lines
}

async function verify(lines: readonly string[], withKey: Buffer | null = key, anchors: readonly Anchor[] = []) {
  const findings: Finding[] = []
  const streamed = (async function* () {
    yield* lines
  })()
  const verified = await verifyLines(streamed, withKey, (finding) => void findings.push(finding), anchors)
  return { ...verified, kinds: [...new Set(findings.map((one) => one.kind))] }
}

describe('an export', () => {
  test('of a tenant verifies by itself and holds nothing of another tenant', async () => {
    const lines = await exported()
    expect(await verify(lines)).toEqual({ seals: 3, entries: 4, unsealed: 0, left: 0, kinds: [] })
    expect(await verify(lines, null)).toMatchObject({ kinds: [] })
    expect(lines.join('\n')).not.toContain(String(other))
    expect(lines.filter((line) => line.startsWith('{"id"')).every((line) => JSON.parse(line).tenantId === mine)).toBe(
      true,
    )
  })

  test('ends with what is not sealed yet, which is said to be so', async () => {
    await write(mine)
    expect(await verify(await exported())).toEqual({ seals: 3, entries: 5, unsealed: 1, left: 0, kinds: [] })
  })

  test('of a span of time has whole seals, and verifies', async () => {
    const [, second] = seals
    const to = new Date(second!.sealedAt.getTime() + 1)
    const lines = await exported({ from: second!.sealedAt, to })
    const { seals: count, kinds } = await verify(lines)
    expect(kinds).toEqual([])
    expect(count).toBeLessThanOrEqual(2)
    expect(await exported({ to: new Date(0) })).toHaveLength(2)
  })

  test('of some workspaces says how much of its seals it leaves out', async () => {
    await write(mine, 555)
    expect(await verify(await exported({ workspaceIds: [10001 + (mine % 2)] }))).toMatchObject({
      entries: 4,
      left: 0,
      kinds: [],
    })
    expect(await verify(await exported({ workspaceIds: [4] }))).toMatchObject({ seals: 0, entries: 0, kinds: [] })
  })

  const changes: Record<string, { change: (lines: string[]) => string[]; kinds: string[] }> = {
    'an entry that says something else': {
      change: (lines) => lines.map((line) => line.replace('"id":3,', '"id":3, ')),
      kinds: ['entry-changed'],
    },
    'an entry that is gone': {
      change: (lines) => lines.filter((line) => !line.startsWith('{"id":3,')),
      kinds: ['entry-removed'],
    },
    'an entry that was put in': {
      change: (lines) =>
        lines.flatMap((line) => (line.startsWith('{"id":3,') ? [line, line.replace('3', '2')] : [line])),
      kinds: ['entry-inserted', 'entry-removed'],
    },
    'a seal that is gone with its entries': {
      change: (lines) =>
        lines.filter((line) => !line.includes('"type":"seal","number":2,') && !line.startsWith('{"id":4,')),
      kinds: ['link-broken', 'entry-removed'],
    },
    'a seal that says something else': {
      change: (lines) => lines.map((line) => line.replace('"number":2,"firstId":4', '"number":2,"firstId":3')),
      kinds: ['seal-changed'],
    },
    'another hash in a seal': {
      change: (lines) => lines.map((line) => line.replace(/"hash":"....(?=.*"mac")/, '"hash":"0000')),
      kinds: ['seal-changed', 'mac-wrong'],
    },
    'an end that is missing': { change: (lines) => lines.slice(0, -1), kinds: ['entry-removed'] },
    'a line after the end': { change: (lines) => [...lines, lines[2]!], kinds: ['entry-inserted'] },
    'a line that is no JSON': {
      change: (lines) => [...lines.slice(0, 3), 'x', ...lines.slice(3)],
      kinds: ['entry-inserted'],
    },
  }
  test.each(Object.entries(changes))('shows %s', async (_what, { change, kinds }) => {
    expect((await verify(change(await exported()))).kinds.toSorted()).toEqual(kinds.toSorted())
  })

  test('that was made of other seals, consistent in themselves, is told by the key or by what was written down elsewhere', async () => {
    const lines = await exported()
    expect((await verify(lines, sealKey(Buffer.alloc(32, 8)))).kinds).toEqual(['mac-wrong'])
    const anchor = { number: 2, hash: seals[1]!.hash.toString('hex') }
    expect((await verify(lines, null, [anchor])).kinds).toEqual([])
    expect((await verify(lines, null, [{ ...anchor, number: 1 }])).kinds).toEqual(['anchor-missed'])
  })

  test('what is no export is refused', async () => {
    await expect(verify(['{"id":1}'])).rejects.toThrow('this is no export')
    await expect(verify([])).rejects.toThrow('this is no export')
  })
})

describe('npm run audit', () => {
  type Ran = { code: number; out: string; err: string }
  const run = (...argv: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env.PATH,
        DATABASE_URL: database.url,
        HOLDPOINT_SECRET_KEY: secretKey.toString('base64'),
      }
      execFile(
        process.execPath,
        [path.join(ROOT, 'server/src/audit-command.ts'), ...argv],
        { env },
        (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
      )
    })

  test('verifies a database, and says with its exit code what it found', async () => {
    const hash = seals[3]!.hash.toString('hex')
    expect(await run('verify', '--anchor', `4:${hash}`)).toEqual({
      code: 0,
      out: `7 entries under 4 seals; the head is 4:${hash}\nThe audit trail is as it was written.\n`,
      err: '',
    })
    await db.rows(
      `insert into audit_entries (tenant_id, action, object, at) values ($1, 'a', 'b', now() - interval '2 minutes')`,
      [mine],
    )
    expect(await run('verify')).toMatchObject({ code: 4, out: expect.stringContaining('1 entries are not sealed yet') })
    await db.rows(`update audit_entries set object = 'another' where id = 2`)
    const { code, out } = await run('verify')
    expect(code).toBe(3)
    expect(out).toContain('entry-changed: Entry 2 of seal 1 has been changed.')
    expect(out).toContain('The audit trail is NOT as it was written.')
  })

  test('exports a tenant, and verifies the file', async () => {
    const { out, code } = await run('export', '--tenant', 'mine')
    expect(code).toBe(0)
    const file = path.join(directory, 'mine.jsonl')
    writeFileSync(file, out)
    expect(await run('verify', '--file', file, '--with-key')).toMatchObject({ code: 0, err: '' })
    writeFileSync(file, out.replace('"test.write"', '"test.other"'))
    expect(await run('verify', '--file', file)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^entry-changed: Entry 1 of seal 1/),
    })
  })

  test.each([
    [[], 2],
    [['look'], 2],
    [['export'], 2],
    [['export', '--tenant', 'nobody'], 2],
    [['export', '--tenant', 'mine', '--from', 'yesterday'], 2],
    [['verify', '--anchor', 'x'], 2],
    [['verify', '--unknown'], 1],
  ])('%j is refused with a reason', async (argv, code) => {
    const ran = await run(...argv)
    expect(ran).toMatchObject({ code, out: '' })
    expect(ran.err).not.toBe('')
  })
})
