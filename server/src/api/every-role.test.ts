// Every route and every action of the dialect, asked for by every role, in a workspace of theirs, in another of the tenant and in a foreign tenant.
// What to expect is read from what each row says it is for, so a new row is tested by being there.
import { type Action, may, TENANT_ROLES, WORKSPACE_ROLES } from '@holdpoint/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { callAction, dialectParameters } from '../../../test/dialect-calls.ts'
import { type Estate, estate, idIn, putQuality, putTableOperation } from '../../../test/estate.ts'
import { eventBridgeBody, rawEventBridge } from '../../../test/eventbridge-requests.ts'
import { putBackfill, putRun } from '../../../test/instances.ts'
import { syncOf } from '../../../test/syncs.ts'
import { ask, http, NODE_POINTS, type Person, startWorld, type World } from '../../../test/world.ts'
import { ACTIONS } from '../dataworks/actions/index.ts'
import { ACTIONS as EVENTBRIDGE_ACTIONS } from '../eventbridge/actions.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes/index.ts'

type Somebody = { readonly as: string; readonly person: Person; readonly cookie: string }
/** Where a request is made: what stands in the places of its address, and the workspace that this is in. */
type Place = { readonly ids: Estate['ids']; readonly workspaceId: number }

let world: World
const people: Somebody[] = []
let here: Place
let besides: Place
let foreign: Place
beforeAll(async () => {
  world = await startWorld()
  const ours = await estate(world, 'ours')
  const theirs = await estate(world, 'theirs')
  const { tenant, workspace } = ours
  const other = await tenant.workspace()
  const add = async (as: string, person: Person) => void people.push({ as, person, cookie: await person.cookie() })
  await add('nobody in particular', await tenant.person())
  for (const role of TENANT_ROLES) await add(role, await tenant.person([role]))
  for (const role of WORKSPACE_ROLES) await add(`${role} here`, await tenant.person([], { [workspace.id]: [role] }))
  await add('owner elsewhere', await tenant.person([], { [other.id]: ['owner'] }))

  const { node } = await tenant.nodes(other, { node: [] })
  await tenant.extension({ points: NODE_POINTS, enabledIn: [other] })
  const held = await ask(tenant.owner, other, 'freeze-node', [node])
  const run = await putRun(world, { tenant, workspace: other, instances: [{ nodeId: node }] })
  const job = await tenant.owner.api.call('POST /workspaces/{workspaceId}/sync-jobs', {
    params: { workspaceId: other.id },
    body: { name: 'besides', definition: syncOf('full', [{ from: 'nowhere' }]) as never },
  })
  here = { ids: { ...ours.ids, messageId: ours.messageId }, workspaceId: workspace.id }
  besides = {
    ids: {
      ...here.ids,
      workspaceId: other.id,
      nodeId: node,
      operationId: held.id,
      messageId: held.messageId!,
      instanceId: run.ids[0]!,
      dagId: run.dagId,
      syncJobId: job.id,
      workspaceIdentifier: other.identifier,
      ...(await putQuality(world, { tenant, workspace: other, word: 'besides' })),
      backfillId: await putBackfill(world, { tenant, workspace: other, name: 'besides' }),
      taskId: await putTableOperation(world, { workspaceId: other.id, tableId: Number(ours.ids.tableId) }),
    },
    workspaceId: other.id,
  }
  foreign = { ids: { ...theirs.ids, messageId: theirs.messageId }, workspaceId: theirs.workspace.id }
})
afterAll(() => world?.stop())

const nameOf = (row: Route) => `${row.method} ${row.path}`
const NOWHERE = ['999999999', '00000000-0000-4000-8000-000000000000']

/** What is well formed and does not exist. */
function nowhere(row: Route, parameter: string): string {
  const shape = (row.params as z.ZodObject).shape[parameter] as z.ZodType
  return NOWHERE.find((text) => shape.safeParse(text).success)!
}

/** Asks with an empty body: who may is told what is wrong with it, everybody else only that they may not. */
async function asked(row: Route, { cookie }: Somebody, idOf: (parameter: string) => string | number, query = '') {
  const path = row.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(idOf(name)))
  const { status, body, text } = await http(world.server, row.method, `${path}${query}`, {
    cookie,
    ...(row.method === 'GET' ? {} : { json: {} }),
  })
  expect(status, `${nameOf(row)}: ${text}`).toBeLessThan(500)
  return { status, code: status < 400 ? 'answered' : (body.code as string) }
}

/** Each of them at the same time; what differs is named with the role. */
async function everybody(check: (who: Somebody) => Promise<readonly [expected: unknown, found: unknown]>) {
  const pairs = await Promise.all(people.map(async (who) => [who.as, await check(who)] as const))
  expect(Object.fromEntries(pairs.map(([as, [, found]]) => [as, found]))).toEqual(
    Object.fromEntries(pairs.map(([as, [expected]]) => [as, expected])),
  )
}

const verdict = (code: string) => (code === 'FORBIDDEN' ? 'may not' : 'may')
const expected = async ({ person }: Somebody, action: Action, workspaceId?: number) =>
  may(await person.caller(), action, workspaceId) ? 'may' : 'may not'

const DECIDED = ROUTES.flatMap((row) => {
  const { access } = row
  return typeof access !== 'string' || access === 'own' || access === 'anyone'
    ? []
    : [[nameOf(row), row, access] as const]
})

describe('Rule 20: of every route, each role may ask for what the table says and nothing else', () => {
  test.each(DECIDED)('%s', async (_name, row, action) => {
    const inWorkspace = row.path.includes(':workspaceId')
    for (const place of inWorkspace ? [here, besides] : [here])
      await everybody(async (who) => {
        // In a workspace that is there, things that are not.
        const idOf = (name: string) => (name === 'workspaceId' ? place.workspaceId : nowhere(row, name))
        const { code } = await asked(row, who, idOf)
        return [await expected(who, action, inWorkspace ? place.workspaceId : undefined), verdict(code)]
      })
  })

  /** Routes that find out where they are, with a request for each place. */
  const FINDING: Readonly<Record<string, (place: Place) => string>> = {
    'GET /operations/:operationId': () => '',
    'POST /operations/:operationId/withdraw': () => '',
    'POST /operations/:operationId/checks/:extensionCode/pass': () => '',
    'GET /audit': ({ workspaceId }) => `?workspaceId=${workspaceId}`,
  }
  /** Those of which the requests are written out elsewhere, because a body says where they are or nobody is asked about one place. */
  const ELSEWHERE: Readonly<Record<string, string>> = {
    'GET /audit/seal': 'server/src/api/audit.test.ts',
    'POST /operations/:operationId/checks/:extensionCode/pass': 'server/src/gate/pass-check.test.ts',
    'POST /operations/:operationId/withdraw': 'server/src/gate/withdraw.test.ts',
  }
  const found = ROUTES.flatMap((row) => (typeof row.access === 'string' ? [] : [[nameOf(row), row] as const]))

  test('every route that finds out where it is has its requests here, or is named with the test that has them', () => {
    const known = [...Object.keys(FINDING), ...Object.keys(ELSEWHERE)]
    expect(found.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([])
  })

  test.each(found.filter(([name]) => name in FINDING && !(name in ELSEWHERE)))('%s', async (name, row) => {
    const { whereFound } = row.access as { readonly whereFound: Action }
    for (const place of [here, besides])
      await everybody(async (who) => {
        const { code } = await asked(row, who, (parameter) => place.ids[parameter]!, FINDING[name]!(place))
        return [await expected(who, whereFound, place.workspaceId), verdict(code)]
      })
  })

  test.each(ROUTES.flatMap((row) => (row.access === 'own' ? [[nameOf(row), row] as const] : [])))(
    '%s is for everybody',
    async (_name, row) => {
      await everybody(async (who) => ['may', verdict((await asked(row, who, (name) => nowhere(row, name))).code)])
    },
  )
})

describe('Rule 21: to every role, what is another tenant’s is as what does not exist', () => {
  test.each(ROUTES.filter((row) => row.path.includes(':')).map((row) => [nameOf(row), row] as const))(
    '%s',
    async (_name, row) => {
      await everybody(async (who) => [
        await asked(row, who, (name) => nowhere(row, name)),
        await asked(row, who, (name) => idIn(foreign.ids, row.path, name)),
      ])
    },
  )

  test('every parameter of an address has a foreign value in these tests', () => {
    const names = new Set(ROUTES.flatMap((row) => [...row.path.matchAll(/:(\w+)/g)].map((match) => match[1]!)))
    expect([...names].filter((name) => foreign.ids[name] === undefined)).toEqual([])
  })
})

describe('Rule 20: of every action of the dialect, each role may ask for what the table says and nothing else', () => {
  const codeOf = async (who: Somebody, action: string, place: Place) => {
    const { status, body } = await callAction(world, who.person, action, dialectParameters(action, place))
    expect(status, JSON.stringify(body)).toBeLessThan(500)
    return status === 200 ? 'answered' : (body.Code as string)
  }
  const judged = (code: string) => verdict(code === 'Forbidden.Access' ? 'FORBIDDEN' : code)

  test.each(ACTIONS.map((row) => [row.contract.action, row] as const))('%s', async (name, { access }) => {
    for (const place of [here, besides])
      await everybody(async (who) => {
        const found = judged(await codeOf(who, name, place))
        if (typeof access !== 'string') return [await expected(who, access.whereFound, place.workspaceId), found]
        // None of them owns the extension; a list that is narrowed to a workspace is of those who may read it.
        if (access === 'answer') return ['may not', found]
        if (access !== 'own') return [await expected(who, access), found]
        const narrowed = name === 'ListCheckProcesses'
        return [narrowed ? await expected(who, 'operation.read', place.workspaceId) : 'may', found]
      })
  })

  test.each(ACTIONS.map((row) => row.contract.action))('%s finds nothing of another tenant', async (action) => {
    const lists = ['ListExtensions', 'ListProjects'].includes(action)
    await everybody(async (who) => {
      const code = await codeOf(who, action, foreign)
      const gone = await codeOf(who, action, { ids: NOWHERE_IDS, workspaceId: 999_999_999 })
      if (!lists) expect(code).not.toBe('answered')
      return [gone, code]
    })
  })
  const NOWHERE_IDS = {
    instanceId: 999_999_999,
    dagId: 999_999_999,
    backfillId: 999_999_999,
    nodeId: 999_999_999,
    extensionCode: 'nobody',
    messageId: NOWHERE[1]!,
    fileId: 999_999_999,
    folderId: 999_999_999,
    deploymentId: 999_999_999,
    userId: 999_999_999,
    syncJobId: 999_999_999,
    workspaceIdentifier: 'nowhere',
    qualityMonitorId: 999_999_999,
    qualityRuleId: 999_999_999,
    subscriptionId: 999_999_999,
    taskId: NOWHERE[1]!,
  }
})

describe('Rule 20: of every action of EventBridge’s dialect, each role may ask for what the table says and nothing else', () => {
  test.each(EVENTBRIDGE_ACTIONS.map((row) => [row.name, row.access] as const))('%s', async (name, access) => {
    const path = `/openapi/${name}`
    const nothing = eventBridgeBody(name, { bus: 'no-such-bus', rule: 'no-such-rule' })
    // Who may is told what is wrong with the request; nobody makes anything.
    const body = name === 'createEventBus' ? '{}' : nothing
    await everybody(async (who) => {
      const answer = await rawEventBridge(world.server, who.person, { path, body })
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500)
      return [await expected(who, access), answer.body.code === 'Forbidden.Access' ? 'may not' : 'may']
    })
  })
})
