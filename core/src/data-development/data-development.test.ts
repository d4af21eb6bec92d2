import { describe, expect, test } from 'vitest'
import { readFlowSpec } from '../operation-center/flowspec.ts'
import type { NodeDefinition } from '../operation-center/node.ts'
import { Refusal } from '../refusal.ts'
import { deploymentState, type ItemFacts, itemStates } from './deployment.ts'
import { fileTypeOfBody, type NodeBody, partsOf, withParsed } from './file.ts'
import { reviewStateAfter } from './review.ts'

const definitionOf = (node: Record<string, unknown>): NodeDefinition =>
  readFlowSpec(JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } })).nodes[0]!
const SQL = {
  id: 'orders',
  name: 'orders',
  script: { content: 'select 1', runtime: { command: 'ODPS_SQL' } },
  outputs: { nodeOutputs: [{ data: 'shop.orders_done' }] },
}
const bodyOf = (definition: NodeDefinition, ignored: readonly string[] = []): NodeBody => ({
  kind: 'node',
  parsing: { on: true, inputs: [], outputs: [], ignored },
  definition,
})
const outputsOf = (items: readonly { readonly output: string }[]) => items.map(({ output }) => output)

describe('what is found in the SQL of a node', () => {
  test('stands beside what was written by hand, and takes the place of what was found before', () => {
    const first = withParsed(bodyOf(definitionOf(SQL)), { inputs: ['shop.raw', 'shop.dim'], outputs: ['shop.orders'] })
    expect(outputsOf(first.definition.outputs)).toEqual(['shop.orders_done', 'shop.orders'])
    expect(outputsOf(first.definition.inputs)).toEqual(['shop.raw', 'shop.dim'])
    const next = withParsed(first, { inputs: ['shop.dim'], outputs: ['shop.orders'] })
    expect(outputsOf(next.definition.inputs)).toEqual(['shop.dim'])
    expect(next.parsing).toEqual({ on: true, inputs: ['shop.dim'], outputs: ['shop.orders'], ignored: [] })
  })

  test('is left out where somebody left it out, and where the node makes it itself', () => {
    const body = withParsed(bodyOf(definitionOf(SQL), ['shop.dim']), {
      inputs: ['shop.dim', 'shop.orders', 'shop.raw'],
      outputs: ['shop.orders'],
    })
    expect(outputsOf(body.definition.inputs)).toEqual(['shop.raw'])
  })
})

test('rule 46: a file has a part for itself and one for each node inside its node, named by the way to it', () => {
  const inner = (name: string, more: Record<string, unknown> = {}) => ({
    id: name,
    name,
    script: { content: 'echo', runtime: { command: 'DIDE_SHELL' } },
    ...more,
  })
  const loop = definitionOf({
    id: 'loop',
    name: 'loop',
    'do-while': { nodes: [inner('first'), inner('second')], while: inner('end') },
  })
  expect(partsOf(bodyOf(loop)).map(({ innerKey }) => innerKey)).toEqual([null, 'first', 'second', 'end'])
  expect(partsOf({ kind: 'resource', resourceType: 'file', encoding: 'text', content: '' })).toHaveLength(1)
})

test('a file is known by the number of its program, resource or function', () => {
  expect(fileTypeOfBody(bodyOf(definitionOf(SQL)))).toBe(10)
  expect(fileTypeOfBody({ kind: 'resource', resourceType: 'python', encoding: 'text', content: '' })).toBe(12)
  expect(fileTypeOfBody({ kind: 'function', dataSource: null, content: '' })).toBe(17)
})

describe('how a deployment stands', () => {
  const item = (more: Partial<ItemFacts>): ItemFacts => ({
    operation: 'held',
    isPassed: false,
    isDone: false,
    isRunning: false,
    hasFailed: false,
    ...more,
  })
  const passed = item({ operation: 'done', isPassed: true })
  const done = item({ operation: 'done', isPassed: true, isDone: true })

  test.each([
    [[item({}), done], ['checking', 'done'], 'open'],
    [[item({ operation: null })], ['checking'], 'open'],
    [[item({}), passed], ['checking', 'passed'], 'open'],
    [[item({ operation: 'done', isPassed: true, isRunning: true })], ['applying'], 'open'],
    [[done, done], ['done', 'done'], 'succeeded'],
    [[item({ operation: 'refused' }), passed], ['refused', 'left-out'], 'failed'],
    [[item({ operation: 'stale' }), done], ['stale', 'done'], 'failed'],
    [[item({ operation: 'done', isPassed: true, hasFailed: true })], ['failed'], 'failed'],
  ] as const)('%j', (items, states, state) => {
    expect(itemStates(items)).toEqual(states)
    expect(deploymentState(itemStates(items))).toBe(state)
  })
})

describe('rule 51: a review', () => {
  const review = { state: 'open', requestedBy: 1, committedBy: 2 } as const
  const refusal = (run: () => unknown) => {
    try {
      run()
    } catch (error) {
      if (error instanceof Refusal) return error.code
      throw error
    }
    return null
  }

  test('is concluded by somebody else than who asked for it or committed the version', () => {
    expect(reviewStateAfter('approve', review, { userId: 3 })).toBe('approved')
    expect(reviewStateAfter('reject', review, { userId: 3 })).toBe('rejected')
    for (const userId of [1, 2])
      expect(refusal(() => reviewStateAfter('approve', review, { userId }))).toBe('FILE_REVIEW_OWN')
  })

  test('is withdrawn by who asked for it, and ends once', () => {
    expect(reviewStateAfter('withdraw', review, { userId: 1 })).toBe('withdrawn')
    expect(refusal(() => reviewStateAfter('withdraw', review, { userId: 3 }))).toBe('FILE_REVIEW_OTHERS')
    expect(refusal(() => reviewStateAfter('reject', { ...review, state: 'approved' }, { userId: 3 }))).toBe(
      'FILE_REVIEW_ENDED',
    )
  })
})
