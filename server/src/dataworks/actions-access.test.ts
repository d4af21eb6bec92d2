// Who may call the actions of the dialect: roles decide inside a tenant, and no tenant reaches another.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  type DialectAnswer,
  detailOf,
  dialect,
  type Extension,
  type Person,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import { dagActions } from './actions/dags.ts'
import { deploymentActions } from './actions/deployments.ts'
import { diJobActions } from './actions/di-jobs.ts'
import { diSyncTaskActions } from './actions/di-sync-tasks.ts'
import { fileActions } from './actions/files.ts'
import { folderActions } from './actions/folders.ts'
import { ACTIONS } from './actions/index.ts'
import { instanceActions } from './actions/instances.ts'
import { memberActions } from './actions/members.ts'
import { qualityActions } from './actions/quality.ts'
import { qualityRuleActions } from './actions/quality-rules.ts'
import { runActions } from './actions/runs.ts'
import { tableActions } from './actions/tables.ts'
import { taskInstanceActions } from './actions/task-instances.ts'
import { taskActions } from './actions/tasks.ts'

type Parameters = Readonly<Record<string, string | number>>

let world: World
let tenant: Tenant
let owner: Person
let workspace: Workspace
let ids: Readonly<Record<'upstream' | 'middle' | 'leaf' | 'other', number>>
let extension: Extension
/** Of a held freeze of `leaf`. */
let messageId: string
/** Of a trial that was given what to tell of the object. */
let trialMessageId: string

beforeAll(async () => {
  world = await startWorld()
  tenant = await world.tenant()
  owner = tenant.owner
  workspace = await tenant.workspace()
  ids = await tenant.nodes(workspace, { upstream: [], middle: ['upstream'], leaf: ['middle'], other: ['middle'] })
  extension = await tenant.extension({
    points: ['freeze-node', 'unfreeze-node', 'undeploy-node'],
    enabledIn: [workspace],
  })
  messageId = (await ask(owner, workspace, 'freeze-node', [ids.leaf])).messageId!
  const tried = await tenant.extension({ points: ['commit-file'], testWorkspace: workspace, publish: false })
  const trial = await tried.author.api.call('POST /extensions/{code}/trials', {
    params: { code: tried.code },
    body: { eventCode: 'commit-file', snapshot: { CommittedFile: { Content: 'select 1' } } },
  })
  trialMessageId = trial.messageId!
})
afterAll(() => world?.stop())

const call = (person: Person, action: string, parameters: Parameters = {}) =>
  dialect(world.server, person, action, parameters)
const codeOf = ({ status, body }: DialectAnswer) => (status === 200 ? 'answered' : (body.Code as string))

const held = async () => {
  const { items } = await owner.api.call('GET /operations', { query: { state: 'held' } })
  return items.find((one) => one.messageId === messageId)!
}

/** One call of each action with things of `tenant`, and how the same call is answered for things that are nowhere. */
const CALLS: Readonly<
  Record<string, { readonly parameters: () => Parameters; readonly nowhere: Parameters; readonly code: string }>
> = {
  UpdateWorkbenchEventResult: {
    parameters: () => ({ MessageId: messageId, ExtensionCode: extension.code, CheckResult: 'OK' }),
    nowhere: { MessageId: randomUUID(), ExtensionCode: 'nobody' },
    code: 'InvalidMessageId.NotFound',
  },
  UpdateIDEEventResult: {
    parameters: () => ({ MessageId: messageId, ExtensionCode: extension.code, CheckResult: 'OK' }),
    nowhere: { MessageId: randomUUID(), ExtensionCode: 'nobody' },
    code: 'InvalidMessageId.NotFound',
  },
  CallbackExtension: {
    parameters: () => ({ MessageId: messageId, ExtensionCode: extension.code, CheckResult: 'OK' }),
    nowhere: { MessageId: randomUUID(), ExtensionCode: 'nobody' },
    code: 'InvalidMessageId.NotFound',
  },
  GetExtension: {
    parameters: () => ({ ExtensionCode: extension.code }),
    nowhere: { ExtensionCode: 'nobody' },
    code: 'InvalidExtensionCode.NotFound',
  },
  ListEnabledExtensionsForProject: {
    parameters: () => ({ EventCode: 'freeze-node', ProjectId: workspace.id }),
    nowhere: { ProjectId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  GetOptionValueForProject: {
    parameters: () => ({ ExtensionCode: extension.code, ProjectId: workspace.id }),
    nowhere: { ExtensionCode: 'nobody' },
    code: 'InvalidExtensionCode.NotFound',
  },
  GetIDEEventDetail: {
    parameters: () => ({ MessageId: trialMessageId, ProjectId: workspace.id }),
    nowhere: { ProjectId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  ListCheckProcesses: {
    parameters: () => ({ EventCode: 'freeze-node', ProjectId: workspace.id, MessageId: messageId }),
    nowhere: { ProjectId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  GetProject: {
    parameters: () => ({ ProjectId: workspace.id }),
    nowhere: { ProjectId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  ListNodes: {
    parameters: () => ({ ProjectId: workspace.id, ProjectEnv: 'PROD' }),
    nowhere: { ProjectId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  GetNode: {
    parameters: () => ({ NodeId: ids.middle, ProjectEnv: 'PROD' }),
    nowhere: { NodeId: 1 },
    code: 'Invalid.Wkbench.NodeNotExist',
  },
  GetNodeCode: {
    parameters: () => ({ NodeId: ids.middle, ProjectEnv: 'PROD' }),
    nowhere: { NodeId: 1 },
    code: 'Invalid.Wkbench.NodeNotExist',
  },
  GetNodeParents: {
    parameters: () => ({ NodeId: ids.middle, ProjectEnv: 'PROD' }),
    nowhere: { NodeId: 1 },
    code: 'Invalid.Wkbench.NodeNotExist',
  },
  GetNodeChildren: {
    parameters: () => ({ NodeId: ids.middle, ProjectEnv: 'PROD' }),
    nowhere: { NodeId: 1 },
    code: 'Invalid.Wkbench.NodeNotExist',
  },
  OfflineNode: {
    parameters: () => ({ NodeId: ids.leaf, ProjectId: workspace.id }),
    nowhere: { ProjectId: 1, NodeId: 1 },
    code: 'Invalid.Tenant.ProjectNotExists',
  },
  UpdateNodeRunMode: {
    parameters: () => ({ NodeId: ids.leaf, ProjectEnv: 'PROD', SchedulerType: 2 }),
    nowhere: { NodeId: 1 },
    code: 'Invalid.Wkbench.NodeNotExist',
  },
}

/** The lists that name nothing: they show what the caller may read. */
const LISTS = ['ListExtensions', 'ListProjects']

test('every action is in the tables of these tests', () => {
  // Those on instances, runs, tasks, members, files, tables, synchronisations and rules are asked by everybody in every-role.test.ts and tenants.test.ts.
  const elsewhere = new Set([
    ...instanceActions,
    ...dagActions,
    ...runActions,
    ...taskActions,
    ...taskInstanceActions,
    ...memberActions,
    ...fileActions,
    ...folderActions,
    ...deploymentActions,
    ...tableActions,
    ...diSyncTaskActions,
    ...diJobActions,
    ...qualityActions,
    ...qualityRuleActions,
  ])
  const here = ACTIONS.filter((one) => !elsewhere.has(one))
  expect([...Object.keys(CALLS), ...LISTS].sort()).toEqual(here.map((one) => one.contract.action).sort())
})

describe('Rule 21: nobody reads or changes another tenant’s anything', () => {
  let stranger: Person
  beforeAll(async () => {
    const elsewhere = await world.tenant()
    stranger = elsewhere.owner
    // Of their own they have everything that could be confused.
    const there = await elsewhere.workspace()
    await elsewhere.nodes(there, { upstream: [], leaf: ['upstream'] })
    await elsewhere.extension({ enabledIn: [there] })
  })

  test.each(Object.keys(CALLS))('%s answers another tenant as if there were nothing', async (action) => {
    const { parameters, nowhere, code } = CALLS[action]!
    const before = await detailOf(owner, (await held()).id)
    const foreign = await call(stranger, action, parameters())
    const absent = await call(stranger, action, { ...parameters(), ...nowhere })
    expect(codeOf(foreign)).toBe(code)
    // Word for word the same but for the ids, which the caller knows.
    const without = ({ status, body }: DialectAnswer, given: Parameters) => ({
      status,
      Message: Object.values(given).reduce<string>((text, id) => text.replace(String(id), '…'), String(body.Message)),
    })
    expect(without(foreign, parameters())).toEqual(without(absent, { ...parameters(), ...nowhere }))
    expect(await detailOf(owner, before.id)).toEqual(before)
  })

  test.each(LISTS)('%s lists only what is the tenant’s own', async (action) => {
    const mine = JSON.stringify((await call(owner, action, { PageSize: 100 })).body)
    const theirs = JSON.stringify((await call(stranger, action, { PageSize: 100 })).body)
    const [own, foreign] =
      action === 'ListProjects' ? [String(workspace.id), workspace.identifier] : [extension.code, extension.code]
    expect(mine).toContain(own)
    expect(theirs).not.toContain(foreign)
  })

  test('by a filter nothing of another tenant is found either', async () => {
    const filters: Parameters[] = [{ MessageId: messageId }, { Operator: owner.id }]
    for (const filter of filters) {
      const { status, body } = await call(stranger, 'ListCheckProcesses', { EventCode: 'freeze-node', ...filter })
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { PagingInfo: { TotalCount: 0, CheckProcesses: [] } },
      })
    }
  })
})

describe('Rule 20: roles decide what a caller may do', () => {
  const READS_ALL = ['GetExtension', 'ListExtensions', 'ListProjects']
  /** What a person may call successfully beyond that. */
  const MAY: Readonly<Record<'nobody' | 'visitor' | 'developer' | 'operator', readonly string[]>> = {
    nobody: [],
    visitor: [
      'GetIDEEventDetail',
      'GetProject',
      'ListNodes',
      'GetNode',
      'GetNodeCode',
      'GetNodeParents',
      'GetNodeChildren',
      'ListCheckProcesses',
      'ListEnabledExtensionsForProject',
      'GetOptionValueForProject',
    ],
    developer: [],
    operator: ['OfflineNode', 'UpdateNodeRunMode'],
  }

  test.each([
    ['nobody', []],
    ['visitor', ['visitor']],
    ['developer', ['visitor']],
    ['operator', ['visitor', 'operator']],
  ] as const)('of the workspace: %s', async (role, like) => {
    const person = await tenant.person([], role === 'nobody' ? {} : { [workspace.id]: [role] })
    const expected = new Set([...READS_ALL, ...like.flatMap((one) => MAY[one])])
    for (const [action, { parameters }] of Object.entries(CALLS)) {
      const code = codeOf(await call(person, action, parameters()))
      // An operation that is held was allowed to be asked for.
      const allowed = code === 'answered' || code === 'OperationHeld.ExtensionCheck'
      expect([action, allowed || code]).toEqual([action, expected.has(action) || 'Forbidden.Access'])
    }
  })

  test('an extension is answered for by its owner and by nobody else', async () => {
    const { parameters } = CALLS.UpdateWorkbenchEventResult!
    for (const person of [
      owner,
      await tenant.person(),
      await tenant.person(['open-platform-administrator']),
      await tenant.person([], { [workspace.id]: ['administrator'] }),
    ])
      expect(codeOf(await call(person, 'UpdateWorkbenchEventResult', parameters()))).toBe('Forbidden.Access')
    expect((await held()).checks).toMatchObject([{ result: null }])
    const message = (await ask(owner, workspace, 'freeze-node', [ids.other])).messageId!
    const given = { ...parameters(), MessageId: message, CheckResult: 'FAIL' }
    expect(codeOf(await call(extension.author, 'UpdateWorkbenchEventResult', given))).toBe('answered')
  })

  test('lists show what the caller may read', async () => {
    const nobody = await tenant.person()
    const member = await tenant.person([], { [workspace.id]: ['visitor'] })
    await tenant.workspace()
    const counts = async (person: Person) => ({
      projects: ((await call(person, 'ListProjects')).body.PageResult as { TotalCount: number }).TotalCount,
      processes: (
        (await call(person, 'ListCheckProcesses', { EventCode: 'freeze-node', MessageId: messageId })).body
          .PagingInfo as { TotalCount: number }
      ).TotalCount,
    })
    expect(await counts(nobody)).toEqual({ projects: 0, processes: 0 })
    expect(await counts(member)).toEqual({ projects: 1, processes: 1 })
    expect((await counts(owner)).projects).toBeGreaterThan(1)
  })
})
