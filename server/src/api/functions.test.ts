import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  detailOf,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  until,
  type World,
} from '../../../test/world.ts'
import { deleteOldInvocations } from '../store/invocations.ts'

let world: World
let tenant: Tenant
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
})
afterAll(() => world?.stop())

const PASSES = `export default () => ({ checkResult: 'OK' })`
const made = (source = PASSES) => tenant.extension({ source, publish: false })

const change = (person: Person, code: string, body: Record<string, unknown>) =>
  person.api.call('PATCH /extensions/{code}/function', { params: { code }, body })
const read = (person: Person, code: string, version?: number) =>
  person.api.call('GET /extensions/{code}/function', { params: { code }, query: version ? { version } : {} })
const run = (person: Person, code: string, body: Record<string, unknown> = {}) =>
  person.api.call('POST /extensions/{code}/function/test-runs', { params: { code }, body })

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (one: Error) => one,
  )
  return (
    (error as unknown as { readonly details: unknown; readonly message: string } | null)?.message ??
    'it was not refused'
  )
}

describe('The code of a function', () => {
  test('a function extension begins with code that runs, and passes', async () => {
    const { api } = tenant.owner
    const { code } = await api.call('POST /extensions', {
      body: { name: 'Begins', points: ['freeze-node'], deployment: 'function' },
    })
    expect(await read(tenant.owner, code)).toMatchObject({
      language: 'typescript',
      version: 1,
      timeoutMs: 5_000,
      memoryMb: 64,
      retryPolicy: 'BACKOFF_RETRY',
      maxConcurrency: 8,
      mayEdit: true,
    })
    expect(await run(tenant.owner, code)).toMatchObject({ outcome: 'answered', checkResult: 'OK' })
  })

  test('TypeScript runs without its types, and what is named stays as it was otherwise', async () => {
    const { code, author } = await made()
    await change(author, code, { allowedHosts: ['api.example.com', '*.example.org:8443'], timeoutMs: 2_000 })
    const source = `type Request = { eventType: string }\nexport default (request: Request): object => ({ checkResult: 'WARN', checkMessage: request.eventType })`
    expect(await change(author, code, { language: 'typescript', source })).toMatchObject({
      source,
      timeoutMs: 2_000,
      allowedHosts: ['api.example.com', '*.example.org:8443'],
    })
    expect(await run(author, code)).toMatchObject({ checkResult: 'WARN', comment: 'freeze-node' })
  })

  test.each([
    ['javascript', 'export default () => {\n  const a = ;\n}', 'line 2, column'],
    ['typescript', 'export default () => {\n  const a: string = ;\n}', 'line 2, column'],
    ['typescript', 'enum Day { Monday }\nexport default () => Day', 'line 1, column 1'],
    ['javascript', 'export const a = 1', 'exports no function'],
  ])('%s that does not run is refused with its place, and nothing is changed', async (language, source, said) => {
    const { code, author } = await made()
    expect(await problemOf(change(author, code, { language, source }))).toContain(said)
    expect(await read(author, code)).toMatchObject({ source: PASSES })
  })

  test.each([
    { timeoutMs: 99 },
    { timeoutMs: 30_001 },
    { memoryMb: 129 },
    { allowedHosts: ['http://example.com'] },
    { allowedHosts: ['*'] },
    { environment: { '1A': 'x' } },
    { environment: { A: 'x'.repeat(4_097) } },
    { secrets: { A: 'abc' } },
    { source: 'x'.repeat(262_145) },
    { source: '' },
    { code: 'x' },
  ])('what is out of bounds is refused: %o', async (body) => {
    const { code, author } = await made()
    expect(await refusalCode(change(author, code, body))).toBe('REQUEST_INVALID')
  })

  test('a service has none, and nobody reads or changes another tenant’s', async () => {
    const { code, author } = await tenant.extension({ publish: false })
    expect(await refusalCode(read(author, code))).toBe('FUNCTION_NONE')
    const foreign = (await world.tenant()).owner
    const mine = await made()
    for (const work of [read, run, (person: Person, code: string) => change(person, code, { timeoutMs: 200 })])
      expect(await refusalCode(work(foreign, mine.code))).toBe('EXTENSION_UNKNOWN')
  })

  test('whoever does not write in the developer backend reads the code, and neither changes nor runs it', async () => {
    const { code } = await made()
    const person = await tenant.person()
    expect(await read(person, code)).toMatchObject({ mayEdit: false, mayTry: false, mayReadInvocations: false })
    expect(await refusalCode(change(person, code, { timeoutMs: 200 }))).toBe('FORBIDDEN')
    expect(await refusalCode(run(person, code))).toBe('FORBIDDEN')
    for (const path of ['invocations', 'usage'] as const)
      expect(
        await refusalCode(person.api.call(`GET /extensions/{code}/function/${path}`, { params: { code }, query: {} })),
      ).toBe('FORBIDDEN')
  })

  test('nobody who may not test in its test workspace is told that they may change it', async () => {
    const workspace = await tenant.workspace()
    const { code } = await tenant.extension({ source: PASSES, publish: false, testWorkspace: workspace })
    for (const [role, mayEdit] of [
      ['visitor', false],
      ['developer', true],
    ] as const) {
      const person = await tenant.person(['open-platform-administrator'], { [workspace.id]: [role] })
      expect(await read(person, code), role).toMatchObject({ mayEdit, mayTry: true })
      expect(await refusalCode(change(person, code, { timeoutMs: 200 })), role).toBe(
        mayEdit ? 'it was not refused' : 'FORBIDDEN',
      )
    }
  })

  test('nobody overwrites what they have not seen', async () => {
    const { code, author } = await made()
    const { revision } = await read(author, code)
    await change(author, code, { timeoutMs: 200, revision })
    expect(await refusalCode(change(author, code, { timeoutMs: 300, revision }))).toBe('EXTENSION_CHANGED')
  })
})

describe('Secrets', () => {
  test('are given to the function and shown to nobody: not in an answer, not in a log, not in the table, not in the audit trail', async () => {
    const secret = 'whisper "this" word'
    const { code, author } = await made(
      `export default (request, { environment }) => {
        console.log('it is', environment.WORD, JSON.stringify({ word: environment.WORD }))
        return { checkResult: 'FAIL', checkMessage: 'because of ' + environment.WORD + ' and ' + environment.OPEN }
      }`,
    )
    const changed = await change(author, code, { environment: { OPEN: 'window' }, secrets: { WORD: secret } })
    expect(changed).toMatchObject({ environment: { OPEN: 'window' }, secretNames: ['WORD'] })
    const ran = await run(author, code)
    expect(ran.comment).toBe('because of *** and window')
    expect(ran.logs).toMatchObject([{ text: 'it is *** {"word":"***"}' }])
    const { items } = await author.api.call('GET /extensions/{code}/function/invocations', {
      params: { code },
      query: {},
    })
    const whole = await author.api.call('GET /extensions/{code}/function/invocations/{invocationId}', {
      params: { code, invocationId: items[0]!.id },
    })
    const rows = await world.db.rows(
      `select row_to_json(f)::text || coalesce((select string_agg(row_to_json(i)::text, '') from invocations i where i.extension_id = f.extension_id), '')
         || (select string_agg(details::text, '') from audit_entries) as text
       from function_versions f join extensions e on e.id = f.extension_id where e.code = $1`,
      [code],
    )
    for (const text of [changed, ran, whole, rows, world.logged].map((one) => JSON.stringify(one)))
      expect(text).not.toContain('whisper')
  })

  test('one that is not named stays, null removes it, and a new version has them too', async () => {
    const { code, author } = await made(
      `export default (request, { environment }) => ({ checkResult: 'OK', checkMessage: Object.keys(environment).sort().join() })`,
    )
    await change(author, code, { secrets: { A: 'first', B: 'second' } })
    expect(await change(author, code, { secrets: { A: null, C: 'third' } })).toMatchObject({ secretNames: ['B', 'C'] })
    expect(await run(author, code)).toMatchObject({ comment: 'B,C' })
    for (const [verb, person] of [
      ['submit', author],
      ['approve', tenant.owner],
      ['publish', author],
    ] as const)
      await person.api.call(`POST /extensions/{code}/${verb}`, { params: { code }, body: {} })
    expect(await change(author, code, { timeoutMs: 900 })).toMatchObject({ version: 2, secretNames: ['B', 'C'] })
    expect(await run(author, code)).toMatchObject({ comment: 'B,C' })
    expect(await read(author, code, 1)).toMatchObject({ version: 1, timeoutMs: 5_000, mayEdit: false })
  })
})

describe('Rule 20: secrets are the owner’s', () => {
  const TELLS = `export default (request, { environment }) => ({ checkResult: 'OK', checkMessage: Object.entries(environment).map(([name, value]) => name + ' ' + btoa(value)).join() })`
  const SECRET = 'whispered word'
  const kept = async (given: Parameters<Tenant['extension']>[0] = { publish: false }) => {
    const extension = await tenant.extension({ source: TELLS, ...given })
    await change(extension.author, extension.code, { secrets: { WORD: SECRET, OTHER: SECRET } })
    return { ...extension, other: await tenant.person(['open-platform-administrator']) }
  }
  const publish = async ({ code, author }: { code: string; author: Person }) => {
    for (const [verb, person] of [
      ['submit', author],
      ['approve', tenant.owner],
      ['publish', author],
    ] as const)
      await person.api.call(`POST /extensions/{code}/${verb}`, { params: { code }, body: {} })
  }
  const whole = btoa(SECRET)

  test.each([
    ['source', { source: `${TELLS} // and more` }],
    ['language', { language: 'javascript' }],
    ['hosts', { allowedHosts: ['example.com'] }],
    ['variables', { environment: { BASE: 'https://example.com' } }],
  ])(
    'when somebody else changes the %s they are removed, on record, until the owner gives them again',
    async (_, body) => {
      const { code, author, other } = await kept()
      expect(await read(other, code)).toMatchObject({ secretNames: ['OTHER', 'WORD'], keepsSecrets: false })
      expect(await change(other, code, body)).toMatchObject({ secretNames: [], missingSecrets: ['OTHER', 'WORD'] })
      for (const person of [other, author]) expect((await run(person, code)).comment ?? '').not.toContain(whole)
      const [entry] = await world.db.rows<{ details: unknown }>(
        `select details from audit_entries where action = 'extension.change' and object = $1 and user_id = $2`,
        [code, other.id],
      )
      expect(entry!.details).toMatchObject({ removedSecrets: ['OTHER', 'WORD'] })
      expect(await change(author, code, { secrets: { WORD: SECRET, OTHER: null } })).toMatchObject({
        secretNames: ['WORD'],
        missingSecrets: [],
        keepsSecrets: true,
      })
      expect((await run(author, code)).comment).toContain(whole)
    },
  )

  test('also where the change makes the new version, while the published one goes on with them', async () => {
    const extension = await kept()
    await publish(extension)
    const { code, author, other } = extension
    expect(await change(other, code, { source: `${TELLS} // theirs` })).toMatchObject({
      version: 2,
      secretNames: [],
      missingSecrets: ['OTHER', 'WORD'],
    })
    expect(await read(author, code, 1)).toMatchObject({ secretNames: ['OTHER', 'WORD'], missingSecrets: [] })
    expect((await run(author, code, { version: 1 })).comment).toContain(whole)
  })

  test('also where a new version was made first by changing something else', async () => {
    const extension = await kept()
    await publish(extension)
    const { code, other } = extension
    await other.api.call('PATCH /extensions/{code}', { params: { code }, body: { description: 'theirs' } })
    expect(await read(other, code)).toMatchObject({ version: 2, secretNames: ['OTHER', 'WORD'] })
    expect(await change(other, code, { allowedHosts: ['example.com'] })).toMatchObject({ secretNames: [] })
  })

  test('somebody else gives secrets that they know, and keeps none that they do not', async () => {
    const { code, other, author } = await kept()
    expect(await change(other, code, { secrets: { WORD: 'a word of theirs' } })).toMatchObject({
      secretNames: ['WORD'],
      missingSecrets: ['OTHER'],
    })
    expect((await run(author, code)).comment).toBe(`WORD ${btoa('a word of theirs')}`)
  })

  test('they stay when only limits change, and when full power changes the code', async () => {
    const { code, other } = await kept()
    expect(await change(other, code, { timeoutMs: 900, source: TELLS })).toMatchObject({
      secretNames: ['OTHER', 'WORD'],
      missingSecrets: [],
    })
    expect(await change(tenant.owner, code, { source: `${TELLS} // more` })).toMatchObject({
      secretNames: ['OTHER', 'WORD'],
    })
  })

  test('what somebody else tries runs without them, and says so; what the owner’s run has left behind it does not see', async () => {
    const { code, author, other } = await kept()
    const source = `let seen = ''
      export default (request, { environment }) => {
        seen = environment.WORD ?? seen
        return { checkResult: 'OK', checkMessage: btoa(seen) + Object.keys(environment).join() }
      }`
    await change(author, code, { source })
    expect(await run(author, code)).toMatchObject({ comment: expect.stringContaining(whole), missingSecrets: [] })
    const theirs = await run(other, code)
    expect(theirs).toMatchObject({ outcome: 'answered', comment: null, missingSecrets: ['OTHER', 'WORD'] })
  })

  test('nobody else gives a function that has them another owner', async () => {
    const { code, author, other } = await kept()
    const accomplice = await tenant.person(['open-platform-administrator'])
    const hand = (by: Person) =>
      refusalCode(
        by.api.call('PUT /extensions/{code}/owner', { params: { code }, body: { ownerId: String(accomplice.id) } }),
      )
    expect(await hand(other)).toBe('FORBIDDEN')
    expect(await hand(author)).toBe('it was not refused')
    expect(await change(author, code, { source: `${TELLS} // after` })).toMatchObject({ secretNames: [] })
  })

  test('one that a cut goes through leaves no beginning, in a log or an error', async () => {
    const { code, author } = await made(
      `export default (request, { environment }) => {
        const text = 'x'.repeat(4_080) + ' ' + environment.WORD
        console.log(text)
        throw text
      }`,
    )
    await change(author, code, { secrets: { WORD: 'beginning of a long secret word' } })
    const ran = await run(author, code)
    expect(ran.logs[0]!.text).toMatch(/^x+…$/)
    expect(ran.error).toMatch(/x…$/)
    expect(JSON.stringify(ran)).not.toContain('beg')
  })
})

describe('Rule 18: what runs is a version', () => {
  test('the one under test answers in its test workspace while the published one goes on elsewhere; a reviewer sees the difference', async () => {
    const [there, elsewhere] = [await tenant.workspace(), await tenant.workspace()]
    const { code, author } = await tenant.extension({
      source: PASSES,
      testWorkspace: there,
      enabledIn: [there, elsewhere],
    })
    const source = `export default () => ({ checkResult: 'FAIL', checkMessage: 'the newer one' })`
    expect(await change(author, code, { source })).toMatchObject({ version: 2 })
    const freeze = async (workspace: typeof there) => {
      const ids = await tenant.nodes(workspace, { a: [] })
      const { id } = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
      return await until(
        world.server,
        () => detailOf(tenant.owner, id),
        (detail) => detail.state !== 'held',
      )
    }
    expect(await freeze(there)).toMatchObject({ state: 'refused', checks: [{ version: 2, comment: 'the newer one' }] })
    expect(await freeze(elsewhere)).toMatchObject({ state: 'done', checks: [{ version: 1 }] })
    const params = { code, version: 2 }
    const { differences } = await author.api.call('GET /extensions/{code}/versions/{version}', { params, query: {} })
    expect(differences).toEqual([{ field: 'source', before: PASSES, after: source }])
  })
})

describe('Test runs', () => {
  test('run for a sample of one of its points, a message that was sent, or another body; nothing is answered', async () => {
    const workspace = await tenant.workspace()
    const ids = await tenant.nodes(workspace, { a: [] })
    const { code, author } = await tenant.extension({
      points: ['freeze-node', 'undeploy-node'],
      source: `export default ({ eventType, messageBody }) => ({ checkResult: 'FAIL', checkMessage: eventType + ' ' + JSON.stringify(messageBody.extra ?? messageBody.projectId) })`,
      testWorkspace: workspace,
      publish: false,
    })
    expect(await run(author, code, { eventCode: 'undeploy-node' })).toMatchObject({
      comment: `undeploy-node ${workspace.id}`,
    })
    expect(await run(author, code, { body: { extra: [1, { a: null }] } })).toMatchObject({
      comment: 'freeze-node [1,{"a":null}]',
    })
    expect(await refusalCode(run(author, code, { eventCode: 'delete-project' }))).toBe('EXTENSION_POINT_UNKNOWN')
    const { id } = await ask(tenant.owner, workspace, 'freeze-node', [ids.a])
    const { messageId } = await until(
      world.server,
      () => detailOf(tenant.owner, id),
      (detail) => detail.state === 'refused',
    )
    expect(await run(tenant.owner, code, { messageId })).toMatchObject({ comment: `freeze-node ${workspace.id}` })
    // To an author who is no member of the workspace any more the message is none.
    await tenant.owner.api.call('DELETE /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: workspace.id, userId: author.id },
    })
    expect(await refusalCode(run(author, code, { messageId }))).toBe('NOT_FOUND')
    const foreign = await (await world.tenant()).extension({ source: PASSES, publish: false })
    expect(await refusalCode(run(foreign.author, foreign.code, { messageId }))).toBe('NOT_FOUND')
  })

  test('show the error with its stack, and what was logged before it', async () => {
    const { code, author } = await made(
      `export default () => {\n  console.warn('here', { a: 1 })\n  throw new Error('on purpose')\n}`,
    )
    const ran = await run(author, code)
    expect(ran).toMatchObject({ outcome: 'threw', checkResult: null, logs: [{ level: 'warn', text: 'here {"a":1}' }] })
    expect(ran.error).toMatch(/^The function threw: Error: on purpose\n.*function\.js:3/s)
  })
})

describe('Invocations and usage', () => {
  test('are listed page by page, filtered, and for nobody else; usage stays when the runs are removed', async () => {
    const { code, author } = await made(
      `export default (request) => request.messageBody.fail ? null : { checkResult: 'OK' }`,
    )
    const params = { code }
    for (const body of [{}, { body: { fail: true } }, {}]) await run(author, code, body)
    const list = (query: Record<string, unknown> = {}) =>
      author.api.call('GET /extensions/{code}/function/invocations', { params, query })
    const first = await list({ limit: 2 })
    expect(first.items).toMatchObject([
      { outcome: 'answered', checkResult: 'OK' },
      { outcome: 'no-result', checkResult: null },
    ])
    const second = await list({ limit: 2, cursor: first.nextCursor! })
    expect([second.items.length, second.nextCursor]).toEqual([1, null])
    expect((await list({ failed: true })).items).toMatchObject([
      { outcome: 'no-result', testedBy: { id: String(author.id) } },
    ])
    expect((await list({ tests: false })).items).toEqual([])
    expect((await list({ outcome: 'answered' })).items).toHaveLength(2)
    expect(await refusalCode(list({ cursor: 'x' }))).toBe('REQUEST_INVALID')

    const other = await made()
    const invocationId = first.items[0]!.id
    expect(
      await refusalCode(
        author.api.call('GET /extensions/{code}/function/invocations/{invocationId}', {
          params: { code: other.code, invocationId },
        }),
      ),
    ).toBe('NOT_FOUND')

    await world.db.rows(
      `update invocations set started_at = now() - interval '8 days' where extension_id = (select id from extensions where code = $1)`,
      [code],
    )
    await deleteOldInvocations(world.db, 7)
    expect((await list()).items).toEqual([])
    const usage = await author.api.call('GET /extensions/{code}/function/usage', { params, query: {} })
    expect(usage.days).toMatchObject([{ invocations: 3, failures: 1 }])
    expect(usage.days[0]!.seconds).toBeGreaterThan(0)
    expect(usage.days[0]!.gigabyteSeconds).toBeGreaterThan(0)
  })

  test('an extension’s owner who does not write in the developer backend reads them', async () => {
    const { code, author } = await made()
    const owner = await tenant.person()
    await author.api.call('PUT /extensions/{code}/owner', { params: { code }, body: { ownerId: String(owner.id) } })
    const query = {}
    await owner.api.call('GET /extensions/{code}/function/invocations', { params: { code }, query })
    await owner.api.call('GET /extensions/{code}/function/usage', { params: { code }, query })
  })
})

test('What keeps an extension from being taken to DataWorks stands with it', async () => {
  const { code } = await made()
  const { portability } = await tenant.owner.api.call('GET /extensions/{code}', { params: { code } })
  expect(portability).toEqual([
    { code: 'FUNCTION_POINT', points: ['freeze-node'] },
    { code: 'FUNCTION_LANGUAGE', points: [] },
  ])
  const service = await tenant.extension({ publish: false })
  const found = await tenant.owner.api.call('GET /extensions/{code}', { params: { code: service.code } })
  expect(found.portability).toEqual([])
})
