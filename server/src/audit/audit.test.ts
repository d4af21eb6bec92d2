import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../../test/postgres.ts'
import { PATIENCE } from '../../../test/world.ts'
import {
  type AuditEntryRow,
  type AuditHead,
  type AuditSeal,
  auditLines,
  entriesBetween,
  writeAudit,
} from '../store/audit.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { lineOf, macOf, sealHash, sealKey, TENANT_SEAL_LABEL, tenantSealHash } from './chain.ts'
import { type Sealer, startSealer } from './seal.ts'
import { type Anchor, type Finding, verifyDatabase } from './verify.ts'

let database: TestDatabase
let db: Database
let sealed: AuditSeal[]
let cuts: { seen: AuditHead; found: AuditHead }[]
const key = sealKey(randomBytes(32))
const ALL = { tenantId: null, firstId: 0, lastId: Number.MAX_SAFE_INTEGER } as const

beforeAll(async () => {
  database = await testDatabase()
  db = openDatabase({ ...database.config, max: 12 })
})
afterAll(async () => {
  await db?.close()
  await database?.drop()
})
beforeEach(async () => {
  await db.pool.query(`truncate audit_entries, audit_seals, audit_tenant_seals restart identity;
    delete from audit_head; insert into audit_head (number, last_id, hash) values (0, 0, decode(repeat('00', 32), 'hex'))`)
  sealed = []
  cuts = []
})

const sealer = (): Sealer =>
  startSealer({
    db,
    key,
    sealed: (seal) => void sealed.push(seal),
    cutBack: (seen, found) => void cuts.push({ seen, found }),
  })

/** Rounds until nothing is left to seal. */
async function sealAll(by = sealer()): Promise<void> {
  await expect
    .poll(async () => {
      await by.round()
      return (await verify()).unsealed.count
    }, PATIENCE)
    .toBe(0)
}

async function verify(anchors: readonly Anchor[] = []) {
  const findings: Finding[] = []
  const verified = await verifyDatabase(db, key, (finding) => void findings.push(finding), anchors)
  return { ...verified, findings }
}
const kinds = async (anchors?: readonly Anchor[]) => [
  ...new Set((await verify(anchors)).findings.map((one) => one.kind)),
]

const entry = (object: string, tenantId = 1) => ({ tenantId, userId: 7, action: 'test.write', object })
const write = (object: string, tenantId = 1) => db.transaction(async (tx) => writeAudit(tx, entry(object, tenantId)))

/** Three seals of two tenants. */
async function chainOfThree(): Promise<void> {
  const by = sealer()
  for (const word of ['one', 'two', 'three']) {
    for (const tenantId of [1, 2, 1]) await write(word, tenantId)
    await sealAll(by)
  }
  expect(sealed.map((one) => [one.number, one.entryCount])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ])
}

describe('the line of an entry', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0') && one.isWellFormed())
  const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  const entries = fc.record({
    id,
    at: fc.constantFrom('2026-01-02T03:04:05.1Z', '2026-01-02T03:04:05.123456Z', '0026-01-02T03:04:05 BCZ'),
    tenant_id: id,
    workspace_id: fc.option(id),
    user_id: fc.option(id),
    action: text,
    object: text,
    details: fc.json(),
  }) satisfies fc.Arbitrary<AuditEntryRow>

  test('is JSON, and tells apart whatever differs in any column', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const same = Object.keys(one).every((name) => Object.is(one[name as 'id'], other[name as 'id']))
        expect(lineOf(one) === lineOf(other)).toBe(same)
        const { details, ...rest } = JSON.parse(lineOf(one))
        expect(rest).toEqual({
          id: one.id,
          at: one.at,
          tenantId: one.tenant_id,
          workspaceId: one.workspace_id,
          userId: one.user_id,
          action: one.action,
          object: one.object,
        })
        expect(details).toEqual(JSON.parse(one.details))
      }),
    )
    fc.assert(
      fc.property(entries, fc.constantFrom('action' as const, 'object' as const), text, (one, column, other) => {
        expect(lineOf(one) === lineOf({ ...one, [column]: other })).toBe(one[column] === other)
      }),
    )
  })

  test('is the same from the database, which hashes it, and from here, where it is verified', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.json().filter((one) => !/\\u0000|\\ud[89a-f]/i.test(one)),
        async (action, object, details) => {
          await db.rows(
            `insert into audit_entries (tenant_id, user_id, action, object, details, at)
           values (1, null, $1, $2, $3, now() + make_interval(secs => random() * 1000))`,
            [action, object, details],
          )
        },
      ),
      { numRuns: 60 },
    )
    for (const at of ['infinity', '0044-03-15 BC', '12026-01-01', '2026-01-01 00:00:00.000001+00'])
      await db.rows(`insert into audit_entries (tenant_id, action, object, at) values (1, 'a', 'b', $1)`, [at])
    const rows = await entriesBetween(db, ALL, 1_000)
    expect(rows.length).toBeGreaterThan(60)
    expect(await auditLines(db)).toEqual(rows.map((row) => ({ id: row.id, line: lineOf(row) })))
    expect(new Set(rows.map((row) => row.at)).size).toBeGreaterThan(50)
  })
})

describe('sealing', () => {
  test('makes a chain of all tenants and one of each, which verify', async () => {
    await chainOfThree()
    expect(await verify()).toMatchObject({
      seals: 3,
      entries: 9,
      findings: [],
      unsealed: { count: 0 },
      head: { number: 3 },
    })
    expect(sealed[1]!.previous).toEqual(sealed[0]!.hash)
  })

  test('nothing to seal is no seal', async () => {
    const by = sealer()
    for (let round = 0; round < 4; round++) await by.round()
    expect(sealed).toEqual([])
    expect(await verify()).toMatchObject({ seals: 0, findings: [] })
  })

  test('is as docs/audit.md says, byte for byte', async () => {
    await db.rows(`insert into audit_entries (id, tenant_id, workspace_id, user_id, action, object, details, at)
      values (nextval('audit_entry_ids'), 42, 10001, null, 'extension.enable', 'a "b"', '{"x":[1,2]}', '2026-02-03 04:05:06.789+00')`)
    await sealAll()
    const line =
      '{"id":1,"at":"2026-02-03T04:05:06.789Z","tenantId":42,"workspaceId":10001,"userId":null,"action":"extension.enable","object":"a \\"b\\"","details":{"x":[1,2]}}'
    const sha256 = (...parts: (string | Buffer)[]) => {
      const hash = createHash('sha256')
      for (const part of parts) hash.update(part)
      return hash.digest()
    }
    const int8 = (value: number) => Buffer.from(value.toString(16).padStart(16, '0'), 'hex')
    const zeros = Buffer.alloc(32)
    const tenant = sha256('holdpoint-audit-tenant-1\n', int8(1), int8(42), zeros, int8(1), sha256(line))
    const [seal] = sealed
    const seals = [int8(1), int8(1), int8(1), int8(1), int8(seal!.sealedAt.getTime())]
    expect(seal!.hash).toEqual(sha256('holdpoint-audit-seal-1\n', zeros, ...seals, tenant))
  })

  test('goes on where it was left by whatever process', async () => {
    await write('one')
    await sealAll(sealer())
    await write('two')
    await sealAll(sealer())
    expect(sealed.map((one) => one.number)).toEqual([1, 2])
    expect((await verify()).findings).toEqual([])
  })

  test('an entry whose transaction was open while others came and went is sealed in its place', async () => {
    const by = sealer()
    await write('before')
    const client = await db.pool.connect()
    await client.query('begin')
    await client.query(`insert into audit_entries (tenant_id, action, object) values (1, 'test.write', 'held open')`)
    for (let round = 0; round < 3; round++) {
      await write('while it is open')
      await by.round()
    }
    // Nobody knows yet whether the open one will be there, so nothing after it is sealed.
    expect(sealed).toEqual([])
    await client.query('commit')
    client.release()
    await sealAll(by)
    expect(await verify()).toMatchObject({ entries: 5, findings: [] })
  })

  test('holds its own while many transactions write, roll back, and overtake each other, and several replicas seal', async () => {
    let over = false
    let written = 0
    const replicas = Array.from({ length: 3 }, async () => {
      const by = sealer()
      while (!over) await by.round()
    })
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      // Long enough for sealing to take place among it.
      for (let run = 0; run < 30 || (sealed.length < 3 && run < 1_000); run++)
        await db
          .transaction(async (tx) => {
            writeAudit(tx, entry(`${writer} ${run}`, 1 + (run % 3)))
            if (run % 4 === 0) await tx.rows('select pg_sleep(random() * 0.02)')
            writeAudit(tx, entry(`${writer} ${run} again`, 1 + (writer % 3)))
            if (run % 5 !== 0) return
            await tx.rows('select 1')
            throw new Error('rolled back')
          })
          .then(
            () => {
              written += 2
            },
            (error: Error) => expect(error.message).toBe('rolled back'),
          )
    })
    await Promise.all(writers)
    over = true
    await Promise.all(replicas)
    await sealAll()
    const verified = await verify()
    expect(verified.findings).toEqual([])
    expect(verified.entries).toBe(written)
    expect(verified.seals).toBe(sealed.length)
  })

  test('an id is never drawn before its transaction has a number, in every way of writing entries', async () => {
    const ways = [
      `insert into audit_entries (tenant_id, action, object) values (1, 'a', 'b')`,
      `insert into audit_entries (tenant_id, action, object) values (1, 'a', 'b'), (1, 'a', 'c'), (1, 'a', 'd')`,
      `insert into audit_entries (tenant_id, action, object) select 1, 'a', o from unnest(array['b', 'c']) as o`,
      `with w as (insert into audit_entries (tenant_id, action, object) select 1, 'a', 'b' returning id) select id from w`,
    ]
    // A sequence that says in whose transaction it was asked: without a number there is none to say.
    for (const way of ways) {
      const { rows } = await db.pool.query(`explain (verbose, costs off) ${way}`)
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      expect(plan).toMatch(/CASE WHEN \(pg_current_xact_id\(\) IS NOT NULL\) THEN nextval/)
      expect(plan.match(/nextval/g)).toHaveLength(1)
    }
  })
})

describe('verifying finds', () => {
  const tamperings: Record<string, { how: string; kinds: string[] }> = {
    'a changed action': { how: `update audit_entries set action = 'other' where id = 5`, kinds: ['entry-changed'] },
    'a changed object': { how: `update audit_entries set object = 'other' where id = 1`, kinds: ['entry-changed'] },
    'a changed user': { how: `update audit_entries set user_id = null where id = 9`, kinds: ['entry-changed'] },
    'a changed workspace': { how: `update audit_entries set workspace_id = 3 where id = 9`, kinds: ['entry-changed'] },
    'changed details': { how: `update audit_entries set details = '{"a":1}' where id = 4`, kinds: ['entry-changed'] },
    'a changed instant, by a microsecond': {
      how: `update audit_entries set at = at + interval '1 microsecond' where id = 4`,
      kinds: ['entry-changed'],
    },
    'an entry moved to another tenant': {
      how: 'update audit_entries set tenant_id = 2 where id = 4',
      kinds: ['entry-changed'],
    },
    'a removed entry': { how: 'delete from audit_entries where id = 6', kinds: ['entry-removed'] },
    'an entry with another id': {
      how: 'update audit_entries set id = 0 where id = 6',
      kinds: ['entry-inserted', 'entry-removed'],
    },
    'an inserted entry': {
      how: `delete from audit_entries where id = 5; insert into audit_entries (id, tenant_id, action, object) values (5, 3, 'new', 'new')`,
      kinds: ['entry-changed'],
    },
    'an entry before the first': {
      how: `insert into audit_entries (id, tenant_id, action, object) values (-5, 1, 'new', 'new')`,
      kinds: ['entry-inserted'],
    },
    'two entries that changed places': {
      how: `update audit_entries set id = -1 where id = 4; update audit_entries set id = 4 where id = 6;
        update audit_entries set id = 6 where id = -1`,
      kinds: ['entry-changed'],
    },
    'a changed seal': { how: 'update audit_seals set entry_count = 4 where number = 2', kinds: ['seal-changed'] },
    'a seal made at another time': {
      how: `update audit_seals set sealed_at = sealed_at - interval '1 second' where number = 3`,
      kinds: ['seal-changed'],
    },
    'a seal with another hash': {
      how: `update audit_seals set hash = sha256('x') where number = 2`,
      kinds: ['seal-changed', 'mac-wrong', 'link-broken'],
    },
    'a seal with another MAC': {
      how: `update audit_seals set mac = sha256('x') where number = 2`,
      kinds: ['mac-wrong'],
    },
    'a removed seal': { how: 'delete from audit_seals where number = 2', kinds: ['seal-removed'] },
    'a seal removed with all it held': {
      how: `delete from audit_seals where number = 2; delete from audit_tenant_seals where number = 2;
        delete from audit_entries where id between 4 and 6`,
      kinds: ['seal-removed'],
    },
    'the first seal removed with all it held': {
      how: `delete from audit_seals where number = 1; delete from audit_tenant_seals where number = 1;
        delete from audit_entries where id between 1 and 3`,
      kinds: ['seal-removed'],
    },
    'the last seal removed': { how: 'delete from audit_seals where number = 3', kinds: ['seal-removed'] },
    'the last seal removed with all it held': {
      how: `delete from audit_seals where number = 3; delete from audit_tenant_seals where number = 3;
        delete from audit_entries where id > 6`,
      kinds: ['seal-removed'],
    },
    'what a seal held of a tenant removed': {
      how: `delete from audit_tenant_seals where number = 2 and tenant_id = 2`,
      kinds: ['seal-changed', 'link-broken', 'entry-inserted'],
    },
    'what a seal held of a tenant changed': {
      how: `update audit_tenant_seals set marks = set_byte(marks, 20, 255 - get_byte(marks, 20)) where number = 2 and tenant_id = 2`,
      kinds: ['seal-changed', 'entry-changed'],
    },
    'two seals that changed places': {
      how: `update audit_seals set number = -1 where number = 1; update audit_seals set number = 1 where number = 2;
        update audit_seals set number = 2 where number = -1`,
      kinds: ['seal-changed', 'link-broken', 'entry-inserted', 'entry-removed'],
    },
    'a removed head': { how: 'delete from audit_head', kinds: ['head-wrong'] },
    'a head that was set back': {
      how: 'update audit_head set number = 2, last_id = 6, hash = (select hash from audit_seals where number = 2)',
      kinds: ['head-wrong'],
    },
    'everything removed but the head': {
      how: 'truncate audit_entries, audit_seals, audit_tenant_seals',
      kinds: ['seal-removed'],
    },
  }
  for (const [what, { how, kinds: expected }] of Object.entries(tamperings))
    test(what, async () => {
      await chainOfThree()
      expect(await kinds()).toEqual([])
      await db.pool.query(how)
      expect(new Set(await kinds())).toEqual(new Set(expected))
    })

  test('what was changed, removed or inserted, by the id', async () => {
    await chainOfThree()
    await db.pool.query(
      `update audit_entries set object = 'other' where id = 2; delete from audit_entries where id = 8`,
    )
    const sentences = (await verify()).findings.map((one) => one.sentence)
    expect(sentences).toEqual([
      expect.stringMatching(/^Entry 2 of seal 1 has been changed. It now says: \{"id":2,.*"other"/),
      'Entry 8 of seal 3, tenant 2, is gone.',
    ])
  })

  test('an entry put into a gap that a rollback has left', async () => {
    const by = sealer()
    await write('one')
    await db
      .transaction(async (tx) => {
        writeAudit(tx, entry('never'))
        await tx.rows('select 1')
        throw new Error('rolled back')
      })
      .catch(() => {})
    await write('three')
    await sealAll(by)
    await db.rows(`insert into audit_entries (id, tenant_id, action, object) values (2, 1, 'new', 'new')`)
    expect(await kinds()).toEqual(['entry-inserted'])
  })

  test('a chain that was made anew, consistent in itself, by somebody without the key', async () => {
    await chainOfThree()
    await db.rows(`update audit_entries set object = 'other' where id = 5`)
    await rewrite(randomBytes(32))
    expect(await kinds()).toEqual(['mac-wrong'])
    // With the key it would be as good as the first one: only what was written down elsewhere tells.
    await rewrite(key)
    expect(await kinds()).toEqual([])
    const { number, hash } = sealed[1]!
    expect(await kinds([{ number, hash: hash.toString('hex') }])).toEqual(['anchor-missed'])
  })

  test('a chain that was cut back with its head, by what was written down elsewhere and by the server that saw it', async () => {
    const by = sealer()
    await write('one')
    await sealAll(by)
    await write('two')
    await sealAll(by)
    await by.round()
    const [first, second] = sealed
    await db.pool.query(`delete from audit_seals where number = 2; delete from audit_tenant_seals where number = 2;
      delete from audit_entries where id > 1; update audit_head set number = 1, last_id = 1, hash = (select hash from audit_seals)`)
    expect(await kinds()).toEqual([])
    const anchor = (seal: AuditSeal) => ({ number: seal.number, hash: seal.hash.toString('hex') })
    expect(await kinds([anchor(first!)])).toEqual([])
    expect(await kinds([anchor(first!), anchor(second!)])).toEqual(['anchor-missed'])
    const said = () => by.round().catch((error: Error) => error.message)
    await expect
      .poll(async () => {
        await said()
        return cuts
      }, PATIENCE)
      .toMatchObject([{ seen: { number: 2 }, found: { number: 1 } }])
    await db.rows('delete from audit_head')
    await expect.poll(said, PATIENCE).toContain('the head of the audit chain is gone')
  })

  test('a seal that is gone still when the chain has gone on', async () => {
    await chainOfThree()
    await db.rows('delete from audit_seals where number = 3')
    await write('four')
    await sealAll()
    expect(await kinds()).toEqual(['seal-removed'])
    expect(sealed.at(-1)!.number).toBe(4)
  })

  test('nothing wrong in entries that are not sealed yet, and says how many they are', async () => {
    await write('one')
    expect(await verify()).toMatchObject({ findings: [], unsealed: { count: 1 } })
  })

  /** Makes all seals anew from what the entries say now. */
  async function rewrite(withKey: Buffer): Promise<void> {
    const zeros = Buffer.alloc(32)
    let previous: Buffer = zeros
    const tenantBefore = new Map<number, Buffer>()
    for (const seal of await db.rows<{
      number: number
      first_id: number
      last_id: number
      entry_count: number
      sealed_at: Date
    }>('select * from audit_seals order by number')) {
      const hashes: Buffer[] = []
      for (const { tenant_id } of await db.rows<{ tenant_id: number }>(
        'select tenant_id from audit_tenant_seals where number = $1 order by tenant_id',
        [seal.number],
      )) {
        const rows = await entriesBetween(
          db,
          { tenantId: tenant_id, firstId: seal.first_id, lastId: seal.last_id },
          100,
        )
        const marks = Buffer.concat(
          rows.flatMap((row) => {
            const id = Buffer.alloc(8)
            id.writeBigInt64BE(BigInt(row.id))
            return [id, createHash('sha256').update(lineOf(row)).digest()]
          }),
        )
        const before = tenantBefore.get(tenant_id) ?? zeros
        const hash = tenantSealHash({ number: seal.number, tenantId: tenant_id, previous: before, marks })
        tenantBefore.set(tenant_id, hash)
        hashes.push(hash)
        await db.rows(
          'update audit_tenant_seals set previous = $3, hash = $4, marks = $5 where number = $1 and tenant_id = $2',
          [seal.number, tenant_id, before, hash, marks],
        )
      }
      const unhashed = {
        number: seal.number,
        firstId: seal.first_id,
        lastId: seal.last_id,
        entryCount: seal.entry_count,
        sealedAt: seal.sealed_at,
        previous,
      }
      const hash = sealHash(unhashed, hashes)
      await db.rows('update audit_seals set previous = $2, hash = $3, mac = $4 where number = $1', [
        seal.number,
        previous,
        hash,
        macOf(withKey, hash),
      ])
      previous = hash
    }
    await db.rows('update audit_head set hash = $1', [previous])
  }
})

test('the label of what a seal holds of a tenant is fixed', () => {
  expect(TENANT_SEAL_LABEL.toString()).toBe('holdpoint-audit-tenant-1\n')
})
