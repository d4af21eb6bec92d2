import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  NODE_OPERATIONS,
  type NodeState,
  nodeOperationRefusals,
  RECURRENCE_AFTER,
  staleness,
} from './node-operation.ts'

const node = (nodeId: number, more: Partial<NodeState> = {}): NodeState => ({
  nodeId,
  name: `node_${nodeId}`,
  environment: 'PROD',
  recurrence: 'normal',
  isRoot: false,
  version: 1,
  published: true,
  descendantIds: [],
  ...more,
})

/** What is refused, as code and node ids. */
const refusals = (...args: Parameters<typeof nodeOperationRefusals>) =>
  nodeOperationRefusals(...args).map(({ code, details }) => [code, details.nodeIds ?? details.id])

describe('before an operation', () => {
  test('freezing wants published nodes that are not frozen', () => {
    expect(refusals('freeze', [node(1), node(2, { recurrence: 'skip' })])).toEqual([])
    expect(refusals('freeze', [node(1, { recurrence: 'pause' }), node(2), node(3, { recurrence: 'pause' })])).toEqual([
      ['NODE_ALREADY_FROZEN', [1, 3]],
    ])
    expect(refusals('freeze', [node(1, { published: false, recurrence: 'pause' })])).toEqual([['NODE_NOT_FOUND', [1]]])
  })

  test('the root of a workspace may be frozen, which stops everything below it', () => {
    expect(refusals('freeze', [node(1, { isRoot: true, descendantIds: [2, 3] })])).toEqual([])
  })

  test('unfreezing wants frozen nodes', () => {
    expect(refusals('unfreeze', [node(1, { recurrence: 'pause' })])).toEqual([])
    expect(refusals('unfreeze', [node(1), node(2, { recurrence: 'skip' }), node(3, { recurrence: 'pause' })])).toEqual([
      ['NODE_NOT_FROZEN', [1, 2]],
    ])
  })

  test('unpublishing wants nodes without descendants outside the request, and never the root', () => {
    expect(refusals('unpublish', [node(1)])).toEqual([])
    expect(refusals('unpublish', [node(1, { descendantIds: [2] })])).toEqual([['NODE_HAS_DESCENDANTS', [1]]])
    expect(refusals('unpublish', [node(1, { descendantIds: [2] }), node(2)])).toEqual([])
    expect(refusals('unpublish', [node(1, { descendantIds: [2, 3] }), node(2, { descendantIds: [3] })])).toEqual([
      ['NODE_HAS_DESCENDANTS', [1, 2]],
    ])
    expect(refusals('unpublish', [node(1, { isRoot: true }), node(2, { descendantIds: [9] })])).toEqual([
      ['NODE_IS_ROOT', [1]],
      ['NODE_HAS_DESCENDANTS', [2]],
    ])
  })

  test('a refusal names every offending node by name and number', () => {
    const [refusal] = nodeOperationRefusals('unpublish', [
      node(7, { name: '订单日汇总', descendantIds: [8] }),
      node(9, { descendantIds: [10] }),
    ])
    expect(refusal?.message).toBe(
      'A node with descendants cannot be unpublished; unpublish those first: 订单日汇总 (7), node_9 (9).',
    )
  })

  test('an operation on nothing is refused', () => {
    for (const operation of NODE_OPERATIONS) expect(refusals(operation, [])).toEqual([['NODES_EMPTY', undefined]])
  })

  test('a node that is named twice counts once', () => {
    expect(refusals('unfreeze', [node(1), node(1)])).toEqual([['NODE_NOT_FROZEN', [1]]])
  })

  test('Rule 23: an operation on many nodes is allowed for all of them or for none.', () => {
    const state = fc.record({
      recurrence: fc.constantFrom('normal' as const, 'pause' as const, 'skip' as const),
      isRoot: fc.boolean(),
      published: fc.boolean(),
      descendantIds: fc.constantFrom<readonly number[]>([], [100]),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...NODE_OPERATIONS),
        fc.array(state, { minLength: 1, maxLength: 6 }),
        (operation, all) => {
          const nodes = all.map((more, index) => node(index + 1, more))
          const together = nodeOperationRefusals(operation, nodes)
          const offending = new Set(together.flatMap(({ details }) => (details.nodeIds ?? details.id) as number[]))
          const alone = nodes
            .filter((one) => nodeOperationRefusals(operation, [one]).length > 0)
            .map(({ nodeId }) => nodeId)
          expect([...offending].sort()).toEqual(alone)
          expect(new Set(together.map(({ code }) => code)).size).toBe(together.length)
        },
      ),
    )
  })
})

test('after an operation the same one is refused and, for freezing, the other one allowed', () => {
  const frozen = node(1, { recurrence: RECURRENCE_AFTER.freeze })
  expect(refusals('freeze', [frozen])).toEqual([['NODE_ALREADY_FROZEN', [1]]])
  expect(refusals('unfreeze', [frozen])).toEqual([])
  expect(refusals('unfreeze', [node(1, { recurrence: RECURRENCE_AFTER.unfreeze })])).toEqual([['NODE_NOT_FROZEN', [1]]])
})

describe('Rule 15: what has changed since the snapshot in a way that matters', () => {
  test('nothing, when nothing changed', () => {
    for (const operation of NODE_OPERATIONS) {
      expect(staleness(operation, [node(1), node(2)], [node(2), node(1)])).toEqual([])
    }
  })

  test('for freezing and unfreezing, the recurrence', () => {
    const today = [node(1, { recurrence: 'pause' })]
    const change = [{ nodeId: 1, field: 'recurrence', before: 'normal', after: 'pause' }]
    expect(staleness('freeze', [node(1)], today)).toEqual(change)
    expect(staleness('unfreeze', [node(1)], today)).toEqual(change)
    expect(staleness('unpublish', [node(1)], today)).toEqual([])
  })

  test('for unpublishing, the definition and new descendants outside the request', () => {
    const before = [node(1, { descendantIds: [2, 5] }), node(2)]
    const today = [node(1, { descendantIds: [2, 3, 4], version: 2 }), node(2, { descendantIds: [1] })]
    expect(staleness('unpublish', before, today)).toEqual([
      { nodeId: 1, field: 'version', before: 1, after: 2 },
      { nodeId: 1, field: 'descendantIds', before: [2, 5], after: [2, 3, 4] },
    ])
    expect(staleness('freeze', before, today)).toEqual([])
  })

  test('losing descendants does not matter', () => {
    expect(staleness('unpublish', [node(1, { descendantIds: [2, 3] })], [node(1, { descendantIds: [3] })])).toEqual([])
  })

  test('a node that is gone or unpublished today, for every operation, and nothing more is said about it', () => {
    const gone = [{ nodeId: 1, field: 'published', before: true, after: false }]
    for (const operation of NODE_OPERATIONS) {
      expect(staleness(operation, [node(1)], [])).toEqual(gone)
      const changed = node(1, { published: false, recurrence: 'pause', version: 9 })
      expect(staleness(operation, [node(1)], [changed])).toEqual(gone)
    }
  })

  test('a new name, a new root flag or other nodes never matter', () => {
    for (const operation of NODE_OPERATIONS) {
      const today = [node(1, { name: 'renamed', isRoot: true }), node(99, { recurrence: 'pause' })]
      expect(staleness(operation, [node(1)], today)).toEqual([])
    }
  })
})
