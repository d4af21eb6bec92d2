/** Requests and answers of the same moment share a transaction; nobody can tell from what becomes of them. */
import { Refusal } from '@holdpoint/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Extension, type Person, startWorld, type Tenant, type World } from '../../../test/world.ts'
import { freezeNode, unfreezeNode } from '../modules/operation-center/node-operations.ts'
import { type Caller, entered } from '../store/principals.ts'
import { answer } from './answer.ts'

import { type Held, hold } from './hold.ts'

let world: World
let tenant: Tenant
let asked: Extension[]
beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  asked = [await tenant.extension(), await tenant.extension()]
  // One node whose effect raises an error, as a fault in a module would.
  await world.sql(`create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken on purpose'; end $$;
    create trigger broken before update of recurrence on nodes for each row when (new.name = 'broken' and new.recurrence = 'pause')
      execute function broken()`)
})
afterAll(() => world?.stop())

const NODES = ['a', 'b', 'c', 'broken'] as const
type NodeName = (typeof NODES)[number]

/** A workspace whose nodes two people operate. Freezing is watched by both extensions, unfreezing by nobody. */
async function place() {
  const workspace = await tenant.workspace()
  const ids = await tenant.nodes(workspace, { a: [], b: [], c: [], broken: [] })
  for (const { code } of asked)
    await tenant.owner.api.call('PUT /workspaces/{workspaceId}/extensions/{code}', {
      params: { workspaceId: workspace.id, code },
      body: { enabled: true },
    })
  const people = [tenant.owner, await tenant.person([], { [workspace.id]: ['operator'] })]
  const callers = await Promise.all(people.map((one) => one.caller()))
  return { workspace, ids, people, callers, held: [] as (Held & { node: NodeName })[] }
}
type Place = Awaited<ReturnType<typeof place>>

type Request =
  | { readonly is: 'freeze' | 'unfreeze'; readonly who: 0 | 1; readonly node: NodeName }
  | {
      readonly is: 'answer'
      /** Which of the operations that have been held so far, counted round. */
      readonly of: number
      readonly by: 0 | 1
      readonly result: 'OK' | 'WARN' | 'FAIL'
      readonly wrong: 'nothing' | 'message' | 'owner' | 'api'
    }
  | { readonly is: 'expiry'; readonly of: number }

const request = (is: 'hold' | 'answer'): fc.Arbitrary<Request> =>
  is === 'hold'
    ? fc.record({
        is: fc.constantFrom('freeze', 'freeze', 'freeze', 'unfreeze'),
        who: fc.constantFrom(0, 1),
        node: fc.constantFrom(...NODES),
      })
    : fc.oneof(
        {
          weight: 19,
          arbitrary: fc.record({
            is: fc.constant('answer'),
            of: fc.nat(7),
            by: fc.constantFrom(0, 1),
            result: fc.constantFrom('OK', 'OK', 'OK', 'OK', 'OK', 'OK', 'WARN', 'FAIL'),
            wrong: fc.constantFrom(
              'nothing',
              'nothing',
              'nothing',
              'nothing',
              'nothing',
              'nothing',
              'nothing',
              'nothing',
              'message',
              'owner',
              'api',
            ),
          }),
        },
        { weight: 1, arbitrary: fc.record({ is: fc.constant('expiry'), of: fc.nat(7) }) },
      )
/** What comes at the same moment. */
const holds = fc.array(request('hold'), { minLength: 3, maxLength: 8 })
const answers = fc.array(request('answer'), { minLength: 4, maxLength: 12 })
const steps = fc
  .tuple(holds, answers, answers, fc.array(fc.oneof(holds, answers, answers), { maxLength: 4 }))
  .map(([first, second, third, more]) => [first, second, third, ...more])

async function carryOut(at: Place, request: Request): Promise<unknown> {
  const { platform } = world.server
  if ('node' in request)
    return await hold(
      platform,
      entered(at.callers[request.who]!),
      request.is === 'freeze' ? freezeNode : unfreezeNode,
      {
        tenantId: tenant.id,
        workspaceId: at.workspace.id,
        environment: 'PROD',
        nodeIds: [at.ids[request.node]],
      },
    )
  const operation = at.held[request.of % at.held.length]
  if (operation === undefined) return null
  if (request.is === 'expiry')
    return await world.db.rows(
      `update messages set expires_at = now() - interval '1 millisecond' where operation_id = $1 returning 'expired' as so`,
      [operation.id],
    )
  const { code, author } = asked[request.by]!
  return await answer(platform, entered(request.wrong === 'owner' ? at.callers[0]! : await callerOf(author)), {
    api: request.wrong === 'api' ? 'UpdateIDEEventResult' : 'UpdateWorkbenchEventResult',
    messageId: request.wrong === 'message' ? '00000000-0000-4000-8000-000000000000' : operation.messageId!,
    extensionCode: code,
    result: request.result,
    comment: null,
  })
}

const authors = new Map<Person, Promise<Caller>>()
function callerOf(person: Person): Promise<Caller> {
  if (!authors.has(person)) authors.set(person, person.caller())
  return authors.get(person)!
}

/** What can be told of an outcome without the ids, which are different each time. */
function told(at: Place, outcome: PromiseSettledResult<unknown>): unknown {
  if (outcome.status === 'rejected')
    return outcome.reason instanceof Refusal ? outcome.reason.code : `fault: ${outcome.reason}`
  const value = outcome.value as Held | null | undefined
  if (value === null || value === undefined || !('state' in value)) return value
  // An operation that is known already is told by its number: a request that is held already gets it (rule 24).
  return { state: value.state, status: value.status, number: at.held.findIndex((one) => one.id === value.id) }
}

/** Notes the operations that a step has brought, in the order of its requests. */
function note(at: Place, step: readonly Request[], outcomes: readonly PromiseSettledResult<unknown>[]): void {
  for (const [index, outcome] of outcomes.entries()) {
    const one = step[index]!
    if (!('node' in one) || outcome.status === 'rejected') continue
    const held = outcome.value as Held
    if (held.state === 'held' && !at.held.some(({ id }) => id === held.id)) at.held.push({ ...held, node: one.node })
  }
}

/** The tables, without ids and times. */
async function left({ workspace }: Place) {
  const operations = await world.db.rows(
    `select o.event_code, o.object_name, o.state, o.status, o.requested_by = $2 as by_owner, o.reason, o.snapshot->'nodes'->0->>'recurrence' as before,
       (select json_agg(json_build_array(c.result, c.expired_at is not null) order by c.extension_id) from checks c where c.operation_id = o.id) as checks,
       (select count(*) from messages m where m.operation_id = o.id) as messages
     from operations o where o.workspace_id = $1`,
    [workspace.id, tenant.owner.id],
  )
  const nodes = await world.db.rows(
    'select name, recurrence from nodes where workspace_id = $1 and not is_root order by name',
    [workspace.id],
  )
  return { operations: operations.map((one) => JSON.stringify(one).replace(/\d{10,}/g, '…')).sort(), nodes }
}

/**
 * What is left of a step when only that counts for which there is one order. Answers for several operations on one node may be carried out in
 * either: those for the first stay. And what is taken apart, because an effect fails in it, is done in any order: then an extension answers
 * an operation once.
 */
function inOneOrder(at: Place, step: readonly Request[]): Request[] {
  const operationOf = (one: Request) => ('of' in one ? at.held[one.of % at.held.length] : undefined)
  const failing = step.some((one) => operationOf(one)?.node === 'broken')
  const first = new Map<NodeName, string>()
  const answered = new Set<string>()
  return step.filter((one) => {
    const operation = operationOf(one)
    if (one.is !== 'answer' || operation === undefined) return true
    if (!first.has(operation.node)) first.set(operation.node, operation.id)
    const again = answered.has(`${operation.id} ${one.by}`)
    answered.add(`${operation.id} ${one.by}`)
    return first.get(operation.node) === operation.id && !(failing && again)
  })
}

describe('what comes at the same moment', () => {
  test('ends as if it had come one after the other: the same again, conflicts, refusals, failing, stale and expired ones', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [atOnce, inTurn] = [await place(), await place()]
        for (const given of all) {
          const expiries = given.filter((one) => one.is === 'expiry')
          const step = inOneOrder(inTurn, given).filter((one) => one.is !== 'expiry')
          for (const expiry of expiries) for (const at of [atOnce, inTurn]) await carryOut(at, expiry)
          const together = await Promise.allSettled(step.map((one) => carryOut(atOnce, one)))
          const single: PromiseSettledResult<unknown>[] = []
          for (const one of step) single.push(...(await Promise.allSettled([carryOut(inTurn, one)])))
          note(atOnce, step, together)
          note(inTurn, step, single)
          expect(together.map((one) => told(atOnce, one))).toEqual(single.map((one) => told(inTurn, one)))
          expect(await left(atOnce)).toEqual(await left(inTurn))
        }
      }),
      { numRuns: 12 },
    )
  })
})

describe('many at once', () => {
  const freeze = (at: Place, node: NodeName, who: 0 | 1 = 0) =>
    carryOut(at, { is: 'freeze', who, node }) as Promise<Held>
  const stateOf = async ({ id }: Held) =>
    (await world.db.rows<{ state: string }>('select state from operations where id = $1', [id]))[0]!.state
  const ok = async (held: Held, by: 0 | 1) =>
    await answer(world.server.platform, entered(await callerOf(asked[by]!.author)), {
      api: 'UpdateWorkbenchEventResult',
      messageId: held.messageId!,
      extensionCode: asked[by]!.code,
      result: 'OK',
      comment: null,
    })

  test('an effect that fails ends its own operation, and the others are done', async () => {
    const at = await place()
    const held = await Promise.all(NODES.map((node) => freeze(at, node)))
    await Promise.all(held.map((one) => ok(one, 0)))
    await Promise.all(held.map((one) => ok(one, 1)))
    expect(await Promise.all(held.map(stateOf))).toEqual(['done', 'done', 'done', 'failed'])
  })

  test('both answers to one operation in the same moment: it is done once', async () => {
    const at = await place()
    const held = await Promise.all([freeze(at, 'a'), freeze(at, 'b'), freeze(at, 'c')])
    await Promise.all(held.flatMap((one) => [ok(one, 0), ok(one, 1), ok(one, 0), ok(one, 1)]))
    expect(await Promise.all(held.map(stateOf))).toEqual(['done', 'done', 'done'])
  })

  test('two operations on one node: the second is judged by what the first has left', async () => {
    const at = await place()
    const held = await Promise.all([freeze(at, 'a', 0), freeze(at, 'a', 1)])
    await Promise.all(held.map((one) => ok(one, 0)))
    await Promise.all(held.map((one) => ok(one, 1)))
    expect((await Promise.all(held.map(stateOf))).toSorted()).toEqual(['done', 'stale'])
  })

  test('a node that somebody else has locked keeps only its own operations waiting', async () => {
    const at = await place()
    const client = await world.db.pool.connect()
    await client.query('begin')
    await client.query('select from nodes where id = $1 for update', [at.ids.b])
    const waiting = freeze(at, 'b')
    try {
      const held = await Promise.all([freeze(at, 'a'), freeze(at, 'c')])
      await Promise.all(held.map((one) => ok(one, 0)))
      await Promise.all(held.map((one) => ok(one, 1)))
      expect(await Promise.all(held.map(stateOf))).toEqual(['done', 'done'])
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect((await waiting).state).toBe('held')
  })
})
