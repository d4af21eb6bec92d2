import { describe, expect, test } from 'vitest'
import { readFlowSpec } from '../operation-center/flowspec.ts'
import { Refusal } from '../refusal.ts'
import { checkedBody, checkedFolderPath, checkFileName } from './checked-file.ts'
import { MAX_FILE_BYTES, type NodeBody } from './file.ts'
import { dropOfFunction } from './function-statement.ts'

const [DEFINITION] = readFlowSpec(
  JSON.stringify({
    version: '1.1.0',
    kind: 'CycleWorkflow',
    spec: { nodes: [{ id: 'a', name: 'a', script: { content: 'select 1', runtime: { command: 'ODPS_SQL' } } }] },
  }),
).nodes
const nodeBody = (more: Record<string, unknown>): NodeBody => ({
  kind: 'node',
  parsing: { on: true, inputs: [], outputs: [], ignored: [] },
  definition: { ...DEFINITION!, ...more } as NodeBody['definition'],
})
const kept = (more: Record<string, unknown>) => {
  const body = checkedBody(nodeBody(more), 'orders', 'shop.orders')
  return body.kind === 'node' ? body.definition : null
}
const refusal = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, ...error.details }
    throw error
  }
  return null
}

describe('the body of a node as it is kept', () => {
  test('has the name of its file, a key, an output, the number of its type, and its schedule in one way of writing', () => {
    expect(kept({ key: '', outputs: [], fileType: null, cron: '0  0 2 * * ? *', isRoot: true })).toMatchObject({
      key: 'orders',
      name: 'orders',
      isRoot: false,
      outputs: [{ output: 'shop.orders', isDefault: true, isDeclared: true }],
      fileType: 10,
      cron: '0 0 2 * * ?',
      cycle: 'day',
    })
    expect(kept({ trigger: 'manual', cron: '0 0 2 * * ?' })).toMatchObject({ cron: null, cycle: null })
    expect(kept({ cron: '0 0 2 * * ?', cycle: 'hour' })).toMatchObject({ cycle: 'hour' })
    expect(kept({ cron: '0 0 2 ? * 1', cycle: 'day' })).toMatchObject({ cycle: 'week' })
  })

  test('leads the nodes inside it to where they are', () => {
    const inner = (key: string, parentKey: string) => ({ ...DEFINITION!, key, name: key, parentKey })
    expect(kept({ key: '', innerNodes: [inner('b', ''), inner('c', 'b')] })?.innerNodes).toMatchObject([
      { key: 'b', parentKey: 'orders' },
      { key: 'c', parentKey: 'b' },
    ])
    for (const nodes of [[inner('b', 'nowhere')], [inner('b', 'a'), inner('b', 'a')]])
      expect(refusal(() => kept({ key: 'a', innerNodes: nodes }))).toMatchObject({ code: 'FILE_BODY_INVALID' })
  })

  test.each([
    ['definition.cron', { cron: 'at night' }],
    ['definition.startAt', { startAt: 'tomorrow' }],
    ['definition.programType', { programType: ' ' }],
    [
      'definition.outputs.1.output',
      { outputs: ['a', 'a'].map((output) => ({ output, refTableName: null, isDefault: false, isDeclared: true })) },
    ],
    ['definition.inputs.0.output', { inputs: [{ output: '', type: 'normal', refTableName: null, upstreamKey: null }] }],
  ])('%s is named where it is wrong', (path, more) => {
    expect(refusal(() => kept(more))).toMatchObject({ code: 'FILE_BODY_INVALID', path })
  })
})

test('contents are counted in bytes of UTF-8, of base64 in what it stands for', () => {
  const resource = (encoding: 'text' | 'base64', content: string) =>
    refusal(() => checkedBody({ kind: 'resource', resourceType: 'file', encoding, content }, 'r', ''))
  expect(resource('text', 'é'.repeat(MAX_FILE_BYTES / 2))).toBeNull()
  expect(resource('text', `${'😀'.repeat(MAX_FILE_BYTES / 4)}a`)).toMatchObject({ code: 'FILE_TOO_LARGE' })
  expect(resource('base64', 'AAAA'.repeat(MAX_FILE_BYTES / 3))).toBeNull()
  expect(resource('base64', 'AAAA'.repeat(MAX_FILE_BYTES / 3 + 1))).toMatchObject({ code: 'FILE_TOO_LARGE' })
  expect(resource('base64', 'no base64!')).toMatchObject({ code: 'FILE_BODY_INVALID' })
})

test('no name of a file or a folder leads anywhere else, or looks like another', () => {
  for (const name of ['orders', '订单 2026.py', 'a-b_c.1', '..a'])
    expect(refusal(() => checkFileName('resource', name))).toBeNull()
  for (const name of ['', ' a', 'a/b', 'a\\b', '..', '.', 'a\nb', 'x'.repeat(129), '\ud800'])
    expect(refusal(() => checkFileName('resource', name))).toMatchObject({ code: 'FILE_NAME_INVALID' })
  expect(checkedFolderPath('/ods/orders/')).toBe('ods/orders')
  for (const path of ['', '/', 'a//b', 'a/../b', 'a/'.repeat(21)])
    expect(refusal(() => checkedFolderPath(path))).toMatchObject({ code: 'FOLDER_PATH_INVALID' })
})

test.each([
  ['create function add_one(x int) returns int language sql as $$ select x + 1 $$', 'drop function if exists add_one'],
  ['-- twice\n/* as much */ CREATE OR REPLACE MACRO main.twice(x) AS x * 2', 'drop macro if exists main.twice'],
  ['create temp macro if not exists "Odd ""name"""(x) as x', 'drop macro if exists "Odd ""name"""'],
  ['drop table orders; create function f() returns int', null],
  ['select 1', null],
])('what removes the function of %j', (content, drop) => {
  expect(dropOfFunction(content)).toBe(drop)
})
