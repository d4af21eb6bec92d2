// What a refused request looks like and leaves behind: nothing.
import { expect } from 'vitest'
import type { World } from '../world.ts'
import { type Answered, type Raw, send } from './raw-request.ts'

export type Refusals = {
  /** Sends the request and expects the refusal, and that it changed nothing. */
  refused(raw: Raw, status: number, code: string): Promise<Answered>
  /** The same for what is refused before its signature is known to be right: not even its nonce is kept. */
  refusedUnsigned(raw: Raw, status: number, code: string): Promise<Answered>
  /** Everything that is stored, nonces apart, as a text to compare. */
  stored(): Promise<string>
  nonces(): Promise<number>
}

export function expectRefusal(answered: Answered, host: string, status: number, code: string): void {
  expect({ status: answered.status, body: answered.body }).toEqual({
    status,
    body: {
      RequestId: expect.stringMatching(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/),
      HostId: host,
      Code: code,
      Message: expect.stringMatching(/./),
      Recommend: expect.any(String),
    },
  })
  expect(answered.headers['content-type']).toBe('application/json;charset=utf-8')
}

export function refusalsOf({ db, server }: World): Refusals {
  const host = `127.0.0.1:${server.port}`

  async function stored(): Promise<string> {
    // The table of keys notes when each was last used; heartbeats and the sealing of what was done before go on meanwhile.
    const tables = await db.rows<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' 
       and tablename not in ('access_keys', 'nonces', 'replicas', 'lanes', 'alert_watch', 'generated_days', 'audit_head', 'audit_seals', 'audit_tenant_seals') order by 1`,
    )
    const contents = await Promise.all(
      tables.map(async ({ name }) => {
        const [row] = await db.rows<{ md5: string }>(
          `select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) as md5 from "${name}" t`,
        )
        return `${name} ${row!.md5}`
      }),
    )
    return contents.join('\n')
  }

  async function nonces(): Promise<number> {
    return (await db.rows<{ count: number }>('select count(*) as count from nonces'))[0]!.count
  }

  async function refused(raw: Raw, status: number, code: string): Promise<Answered> {
    const before = await stored()
    const answered = await send(server.port, raw)
    expectRefusal(answered, host, status, code)
    expect(await stored()).toBe(before)
    return answered
  }

  async function refusedUnsigned(raw: Raw, status: number, code: string): Promise<Answered> {
    const before = await nonces()
    const answered = await refused(raw, status, code)
    expect(await nonces()).toBe(before)
    return answered
  }

  return { refused, refusedUnsigned, stored, nonces }
}
