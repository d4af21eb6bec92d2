// The Management Center: what is enabled where and with which options (rule 19), and who may say so (rule 20).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  dialect,
  type Person,
  refusalCode,
  startWorld,
  type Tenant,
  type Workspace,
  type World,
} from '../../../test/world.ts'
import type { Server } from '../server.ts'

const TENANT_POINT = 'upload-data-to-table'
const CHOICES = [
  { value: 'WARN', label: 'Warn' },
  { value: 'FAIL', label: 'Block' },
]
const field = (component: string, props: object = {}) => ({
  type: 'string',
  title: `A ${component}`,
  'x-decorator': 'FormItem',
  'x-component': component,
  'x-component-props': props,
})
const formWith = (properties: object) => JSON.stringify({ type: 'object', properties })
const FORM = formWith({
  checkStatus: field('Radio.Group', { dataSource: CHOICES }),
  cuNumber: field('Input'),
  note: field('Input.TextArea'),
  days: field('Checkbox.Group', { dataSource: CHOICES }),
})

let world: World
let replica: Server
let tenant: Tenant
let workspace: Workspace
let administrator: Person
let tenantAdministrator: Person
beforeAll(async () => {
  world = await startWorld()
  replica = await world.replica()
  tenant = await world.tenant()
  workspace = await tenant.workspace()
  administrator = await tenant.person([], { [workspace.id]: ['administrator'] })
  tenantAdministrator = await tenant.person(['tenant-administrator'])
})
afterAll(() => world?.stop())

type Change = { enabled?: boolean; options?: Record<string, unknown> }
const put = (person: Person, code: string, body: Change, at: Server = world.server, where = workspace) =>
  person.at(at).call('PUT /workspaces/{workspaceId}/extensions/{code}', {
    params: { workspaceId: where.id, code },
    body,
  })
const inWorkspace = async (person: Person, code: string, where = workspace) => {
  const params = { workspaceId: where.id }
  const { items } = await person.api.call('GET /workspaces/{workspaceId}/extensions', { params })
  return items.find((one) => one.code === code)
}
const putForTenant = (person: Person, code: string, body: Change) =>
  person.api.call('PUT /tenant-extensions/{code}', { params: { code }, body })
const putTesting = (person: Person, code: string, body: { on?: boolean; options?: Record<string, unknown> }) =>
  person.api.call('PUT /tenant-extensions/{code}/testing', { params: { code }, body })
const forTenant = async (person: Person, code: string) =>
  (await person.api.call('GET /tenant-extensions')).items.find((one) => one.code === code)
const answered = async (
  person: Person,
  code: string,
  where: Workspace | null = workspace,
  server: Server = world.server,
) => {
  const parameters = { ExtensionCode: code, ...(where && { ProjectId: where.id }) }
  const { status, body } = await dialect(server, person, 'GetOptionValueForProject', parameters)
  if (status !== 200) return body.Code
  return body.OptionValue === undefined ? undefined : JSON.parse(body.OptionValue as string)
}
const change = (person: Person, code: string, body: object) =>
  person.api.call('PATCH /extensions/{code}', { params: { code }, body })

describe('Rule 19: a workspace administrator sets the options of an extension', () => {
  test('before it is enabled; each control’s values come back as they were chosen, to the extension as the text of JSON', async () => {
    const { code, author } = await tenant.extension({ options: FORM })
    const options = { checkStatus: 'WARN', cuNumber: '0', note: 'two\nlines', days: ['FAIL', 'WARN'] }
    expect(await answered(author, code)).toBeUndefined()
    const shown = await put(administrator, code, { options })
    expect(shown).toMatchObject({ enabled: false, options, misfits: [], modifiedBy: { id: String(administrator.id) } })
    expect(shown.form!.map((one) => [one.key, one.control])).toEqual([
      ['checkStatus', 'radio'],
      ['cuNumber', 'input'],
      ['note', 'text-area'],
      ['days', 'checkboxes'],
    ])
    expect(await answered(author, code)).toEqual(options)
    expect(await put(administrator, code, { enabled: true })).toMatchObject({ enabled: true, options })
    expect(await put(administrator, code, { enabled: false })).toMatchObject({ enabled: false, options })
    // The next choice replaces all of it; what is empty is left out.
    await put(administrator, code, { options: { cuNumber: '7', note: '', checkStatus: null } })
    expect(await answered(author, code)).toEqual({ cuNumber: '7' })
    await put(administrator, code, { options: {} })
    expect(await answered(author, code)).toEqual({})
  })

  test('that do not fit are refused, each beside its field, and nothing is changed', async () => {
    const { code } = await tenant.extension({ options: FORM })
    const options = { checkStatus: 'OK', cuNumber: 7, other: 'x' }
    await expect(put(administrator, code, { enabled: true, options })).rejects.toMatchObject({
      code: 'OPTIONS_INVALID',
      problem: {
        errors: [
          { path: 'body.options.checkStatus', problem: 'it is none of the values to choose from' },
          { path: 'body.options.cuNumber', problem: 'a text is expected' },
          { path: 'body.options.other', problem: 'the form has no such field' },
        ],
      },
    })
    expect(await inWorkspace(administrator, code)).toMatchObject({ enabled: false, options: {}, modifiedBy: null })
    const { code: without } = await tenant.extension()
    expect(await refusalCode(put(administrator, without, { options: { a: 'b' } }))).toBe('OPTIONS_INVALID')
    expect(await inWorkspace(administrator, without)).toMatchObject({ form: null, maySetOptions: false })
  })

  test('of one workspace are no other’s', async () => {
    const other = await tenant.workspace()
    const { code, author } = await tenant.extension({ options: FORM })
    await put(administrator, code, { options: { cuNumber: '1' } })
    await put(tenant.owner, code, { options: { cuNumber: '2' } }, world.server, other)
    expect(await answered(author, code)).toEqual({ cuNumber: '1' })
    expect(await answered(author, code, other)).toEqual({ cuNumber: '2' })
  })

  test('that do not fit a changed form are shown as such and answered to nobody, until somebody chooses anew', async () => {
    const author = await tenant.person(['open-platform-administrator'], { [workspace.id]: ['developer'] })
    const { code } = await tenant.extension({ publish: false, options: FORM, testWorkspace: workspace })
    const owner = tenant.owner
    await put(administrator, code, { options: { checkStatus: 'WARN', cuNumber: '3' } })
    await change(owner, code, { options: formWith({ cuNumber: field('Input'), level: field('Input') }) })
    expect(await inWorkspace(administrator, code)).toMatchObject({
      options: { cuNumber: '3' },
      misfits: [{ key: 'checkStatus', value: 'WARN', misfit: 'no-such-field' }],
    })
    expect(await answered(administrator, code)).toEqual({ cuNumber: '3' })
    // The form that fitted comes back, and so do the values.
    await change(owner, code, { options: FORM })
    expect(await answered(administrator, code)).toEqual({ checkStatus: 'WARN', cuNumber: '3' })
    await put(administrator, code, { options: { cuNumber: '4' } })
    await change(author, code, { options: '' })
    expect(await inWorkspace(administrator, code)).toMatchObject({
      form: null,
      options: {},
      misfits: [{ key: 'cuNumber' }],
    })
  })

  test('the record says who chose what', async () => {
    const { code } = await tenant.extension({ options: FORM })
    await put(administrator, code, { options: { note: 'n'.repeat(5_000) } })
    const [entry] = await world.db.rows<{ user_id: number; workspace_id: number; details: { options: object } }>(
      `select * from audit_entries where action = 'extension.set-options' and object = $1`,
      [code],
    )
    expect(entry).toMatchObject({ user_id: administrator.id, workspace_id: workspace.id })
    expect(entry!.details.options).toEqual({ note: 'n'.repeat(200) })
  })
})

describe('an extension in testing', () => {
  test('of the workspace level is on in its test workspace without being enabled, and can be enabled nowhere', async () => {
    const other = await tenant.workspace()
    const { code } = await tenant.extension({ publish: false, testWorkspace: workspace, options: FORM })
    expect(await inWorkspace(administrator, code)).toMatchObject({ testing: 'here', enabled: false, mayEnable: false })
    expect(await inWorkspace(tenant.owner, code, other)).toMatchObject({ testing: 'elsewhere', mayEnable: false })
    expect(await refusalCode(put(administrator, code, { enabled: true }))).toBe('EXTENSION_NOT_PUBLISHED')
    await put(administrator, code, { options: { cuNumber: '5' } })
    expect(await answered(administrator, code)).toEqual({ cuNumber: '5' })
    const { node } = await tenant.nodes(workspace, { node: [] })
    expect((await ask(tenant.owner, workspace, 'freeze-node', [node])).state).toBe('held')
    await tenant.owner.api.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
  })

  test('of the tenant level is switched on by its owner, for their own operations, and by nobody else', async () => {
    const { code, author } = await tenant.extension({ publish: false, points: [TENANT_POINT], options: FORM })
    expect(await forTenant(author, code)).toMatchObject({ testing: { version: 1, on: false, maySwitch: true } })
    expect(await forTenant(tenantAdministrator, code)).toMatchObject({ testing: { maySwitch: false } })
    for (const person of [tenantAdministrator, tenant.owner])
      expect(await refusalCode(putTesting(person, code, { on: true }))).toBe('EXTENSION_TESTING_FOREIGN')
    expect(await putTesting(author, code, { on: true, options: { cuNumber: '9' } })).toMatchObject({
      testing: { on: true },
      enabled: false,
      options: { cuNumber: '9' },
    })
    const enabled = async (person: Person) => {
      const parameters = { EventCode: TENANT_POINT, ProjectId: workspace.id }
      const { body } = await dialect(world.server, person, 'ListEnabledExtensionsForProject', parameters)
      return (body.Extensions as { ExtensionCode: string }[]).some((one) => one.ExtensionCode === code)
    }
    await tenant.owner.api.call('PUT /workspaces/{workspaceId}/members/{userId}', {
      params: { workspaceId: workspace.id, userId: author.id },
      body: { roles: ['visitor'] },
    })
    expect(await enabled(author)).toBe(true)
    expect(await enabled(administrator)).toBe(false)
    await putTesting(author, code, { on: false })
    expect(await enabled(author)).toBe(false)
    expect(await refusalCode(putForTenant(tenantAdministrator, code, { enabled: true }))).toBe(
      'EXTENSION_NOT_PUBLISHED',
    )
  })

  test('what its owner switched on for testing is not on once it is published', async () => {
    const { code, author } = await tenant.extension({ publish: false, points: [TENANT_POINT] })
    await putTesting(author, code, { on: true })
    await author.api.call('POST /extensions/{code}/submit', { params: { code }, body: {} })
    await tenant.owner.api.call('POST /extensions/{code}/approve', { params: { code }, body: {} })
    await author.api.call('POST /extensions/{code}/publish', { params: { code }, body: {} })
    expect(await forTenant(author, code)).toMatchObject({ enabled: false, testing: null })
    expect(await refusalCode(putTesting(author, code, { on: true }))).toBe('EXTENSION_NOT_IN_TESTING')
    expect(await putForTenant(tenantAdministrator, code, { enabled: true })).toMatchObject({ enabled: true })
  })
})

describe('for the tenant', () => {
  test('a tenant administrator enables a published tenant-level extension and sets its options, which are one for all workspaces', async () => {
    const { code, author } = await tenant.extension({ points: [TENANT_POINT], options: FORM })
    for (const person of [author, administrator])
      expect(await refusalCode(putForTenant(person, code, { enabled: true }))).toBe('FORBIDDEN')
    expect(await putForTenant(tenantAdministrator, code, { options: { cuNumber: '1' }, enabled: true })).toMatchObject({
      enabled: true,
      options: { cuNumber: '1' },
    })
    expect(await answered(author, code, null)).toEqual({ cuNumber: '1' })
    expect(await answered(author, code, workspace)).toEqual({ cuNumber: '1' })
    expect(await answered(tenantAdministrator, code, null)).toEqual({ cuNumber: '1' })
    const nobody = await tenant.person()
    expect(await answered(nobody, code, null)).toBe('Forbidden.Access')
    expect(await forTenant(nobody, code)).toMatchObject({ enabled: true, options: null, mayEnable: false })
  })

  test('an extension of the other level is refused in either place', async () => {
    const { code } = await tenant.extension({ points: [TENANT_POINT] })
    const { code: ofWorkspaces } = await tenant.extension()
    expect(await refusalCode(put(administrator, code, { enabled: true }))).toBe('EXTENSION_LEVELS_MIXED')
    expect(await refusalCode(putForTenant(tenantAdministrator, ofWorkspaces, { enabled: true }))).toBe(
      'EXTENSION_LEVELS_MIXED',
    )
    expect(await inWorkspace(administrator, code)).toBeUndefined()
    expect(await forTenant(administrator, ofWorkspaces)).toBeUndefined()
  })
})

test('both lists come in pages, which leave out extensions of the other level and go on behind them', async () => {
  const shop = await world.tenant()
  const place = await shop.workspace()
  const codes: string[] = []
  for (const point of ['freeze-node', TENANT_POINT, TENANT_POINT, 'freeze-node', TENANT_POINT])
    codes.push((await shop.extension({ points: [point] })).code)
  const read = async (path: 'GET /tenant-extensions' | 'GET /workspaces/{workspaceId}/extensions') => {
    const found: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 5; page++) {
      const query = { limit: 1, ...(cursor !== undefined && { cursor }) }
      const answer =
        path === 'GET /tenant-extensions'
          ? await shop.owner.api.call(path, { query })
          : await shop.owner.api.call(path, { params: { workspaceId: place.id }, query })
      found.push(...answer.items.map((one) => one.code))
      if (answer.nextCursor === null) return found
      cursor = answer.nextCursor
    }
    return found
  }
  expect(await read('GET /tenant-extensions')).toEqual([codes[1], codes[2], codes[4]])
  expect(await read('GET /workspaces/{workspaceId}/extensions')).toEqual([codes[0], codes[3]])
})

describe('the options of an extension are read in the dialect', () => {
  test('by its owner wherever they were chosen, and by members of the workspace', async () => {
    const { code, author } = await tenant.extension({ options: FORM })
    await put(administrator, code, { options: { cuNumber: '1' } })
    const visitor = await tenant.person([], { [workspace.id]: ['visitor'] })
    for (const person of [author, visitor, administrator])
      expect(await answered(person, code)).toEqual({ cuNumber: '1' })
    const elsewhere = await tenant.workspace()
    const stranger = await tenant.person([], { [elsewhere.id]: ['owner'] })
    expect(await answered(stranger, code)).toBe('Forbidden.Access')
    expect(await answered(stranger, code, elsewhere)).toBeUndefined()
  })

  test('by nobody of another tenant, who does not even learn that it is there', async () => {
    const { code } = await tenant.extension({ options: FORM })
    await put(administrator, code, { options: { cuNumber: '1' } })
    const other = await world.tenant()
    const theirs = await other.workspace()
    for (const where of [workspace, theirs, null])
      expect(await answered(other.owner, code, where)).toBe('InvalidExtensionCode.NotFound')
  })

  test('with what they are of: the extension, and the workspace where it is of the workspace level', async () => {
    const { code } = await tenant.extension({ options: FORM })
    expect(await answered(administrator, code, null)).toBe('MissingProjectId')
    expect(await answered(administrator, '')).toBe('MissingExtensionCode')
    expect(await answered(administrator, 'no-such-code')).toBe('InvalidExtensionCode.NotFound')
    expect(await answered(administrator, 'no-such-code', null)).toBe('InvalidExtensionCode.NotFound')
  })
})

describe('what is enabled, disabled or chosen takes effect on the next operation, on every replica', () => {
  test('enabled at one replica it holds at the other, switched off there it holds nothing here', async () => {
    const place = await tenant.workspace()
    const { a, b, c, d } = await tenant.nodes(place, { a: [], b: [], c: [], d: [] })
    const { code, author } = await tenant.extension({ options: FORM })
    const freeze = (server: Server, nodeId: number) =>
      tenant.owner.at(server).call('POST /workspaces/{workspaceId}/node-operations', {
        params: { workspaceId: place.id },
        body: { point: 'freeze-node', nodeIds: [nodeId] },
      })
    expect((await freeze(replica, a)).state).toBe('done')
    await put(tenant.owner, code, { enabled: true, options: { cuNumber: '1' } }, world.server, place)
    expect((await freeze(replica, b)).state).toBe('held')
    expect(await answered(author, code, place, replica)).toEqual({ cuNumber: '1' })
    await put(tenant.owner, code, { enabled: false, options: { cuNumber: '2' } }, replica, place)
    expect((await freeze(world.server, c)).state).toBe('done')
    expect(await answered(author, code, place)).toEqual({ cuNumber: '2' })
    await put(tenant.owner, code, { enabled: true }, replica, place)
    expect((await freeze(replica, d)).state).toBe('held')
  })
})

describe('parameters are explained', () => {
  const lint = (person: Person, parameters: string, points: string[] = []) =>
    person.api.call('POST /parameter-lint', { body: { parameters, points } })

  test('line by line, with a sentence for what each does and for what is probably not meant so', async () => {
    const { lines } = await lint(
      administrator,
      'extension.manualPass.enabled=true\n\nno equals sign\nextension.project.commit-file.disabled=1',
      ['freeze-node'],
    )
    expect(lines.map((one) => [one.line, one.meaning?.code ?? one.fault?.code])).toEqual([
      [1, 'manual-pass'],
      [3, 'no-equals-sign'],
      [4, 'point-off'],
    ])
    expect(lines[2]!.warnings.map((one) => one.code)).toEqual(['point-not-watched', 'workspaces-unknown'])
    expect(lines[2]!.warnings[0]!.sentence).toContain('commit-file')
  })

  test('workspaces are known that are the tenant’s own', async () => {
    const foreign = await (await world.tenant()).workspace()
    const text = `extension.project.disabled=${workspace.id},${foreign.id},99999999999999999999`
    const { lines } = await lint(await tenant.person(), text)
    expect(lines[0]!.warnings).toMatchObject([{ code: 'workspaces-unknown' }])
    expect(lines[0]!.warnings[0]!.details.workspaces).toContain(foreign.id)
    expect(lines[0]!.warnings[0]!.details.workspaces).not.toContain(workspace.id)
  })
})
