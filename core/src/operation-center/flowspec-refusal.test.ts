import { describe, expect, test } from 'vitest'
import { Refusal } from '../refusal.ts'
import { readFlowSpec } from './flowspec.ts'
import { MAX_FLOWSPEC_DEPENDENCIES } from './flowspec-dependencies.ts'
import { MAX_FLOWSPEC_NODES } from './flowspec-workflow.ts'
import { dependencyEdges } from './node.ts'

type Members = Readonly<Record<string, unknown>>

const document = (spec: Members, more: Members = {}) =>
  JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', ...more, spec })
const flat = (nodes: readonly Members[], more: Members = {}) => document({ nodes, ...more })

/** `CODE path: problem` of what the text is refused with, or `read`. */
function fault(text: string): string {
  try {
    readFlowSpec(text)
    return 'read'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { path, problem, cycle } = error.details
    return error.code === 'FLOWSPEC_CYCLE' ? `CYCLE ${cycle}` : `${error.code.slice(9)} ${path}: ${problem}`
  }
}

describe('the document', () => {
  test.each([
    ['null', 'MALFORMED $: an object is expected, not null'],
    ['[]', 'MALFORMED $: an object is expected, not a list'],
    ['"nodes"', 'MALFORMED $: an object is expected, not text'],
    ['{"version": "1.1.0",}', 'MALFORMED line 1, column 21: a member name in quotes is expected, not "}"'],
    ['{}', 'MALFORMED kind: it is missing; it is one of CycleWorkflow, Workflow, Node, ManualWorkflow, ManualNode'],
    ['{"kind": 7}', 'MALFORMED kind: text is expected, not a number'],
    ['{"kind": "CycleWorkflow", "version": "1.1.0"}', 'MALFORMED spec: it is missing'],
    ['{"kind": "CycleWorkflow", "version": "1.1.0", "spec": {}}', 'MALFORMED spec: it has neither nodes nor workflows'],
    ['{"kind": "CycleWorkflow", "version": "1.1.0", "spec": []}', 'MALFORMED spec: an object is expected, not a list'],
    [
      '{"kind": "CycleWorkflow", "version": "1.1.0", "spec": {"nodes": {}}}',
      'MALFORMED spec.nodes: a list is expected, not an object',
    ],
  ])('%s is refused', (text, expected) => {
    expect(fault(text)).toBe(expected)
  })

  test.each(['1', '0.9', '1.3.0', '3.0.0', 'latest', '1.1.0-beta'])('version %s is not supported', (version) => {
    expect(fault(document({ nodes: [] }, { version }))).toBe(
      `UNSUPPORTED version: version "${version}" of the format is unknown; versions 1.0 to 1.2 and 2 are supported`,
    )
  })

  test.each(['1.0', '1.0.0', '1.1.0', '1.2.0', '2.0.0', '2.1.3'])('version %s is read', (version) => {
    expect(readFlowSpec(document({ nodes: [{ id: 'a' }] }, { version })).specVersion).toBe(version)
  })

  test.each([
    [
      'TriggerWorkflow',
      'kind "TriggerWorkflow": it is an event-triggered workflow; only CycleWorkflow, Workflow, Node, ManualWorkflow, ManualNode hold',
    ],
    ['DataSource', 'kind "DataSource": it is a data source'],
    ['Pipeline', 'kind "Pipeline": that kind is unknown'],
    ['constructor', 'kind "constructor": that kind is unknown'],
  ])('kind %s is not supported', (kind, problem) => {
    expect(fault(document({ nodes: [] }, { kind }))).toContain(`UNSUPPORTED kind: ${problem}`)
  })

  test.each([
    [
      flat([{ id: 'a', trigger: { type: 'Streaming' } }]),
      'UNSUPPORTED spec.nodes[0].trigger: node "a" has a streaming trigger',
    ],
    [flat([{ id: 'a', recurrence: 'NoneAuto' }]), 'UNSUPPORTED spec.nodes[0]: node "a" has the recurrence NoneAuto'],
  ])(
    'what is started otherwise than by the schedule or somebody is not supported, however it is written: %s',
    (text, expected) => {
      expect(fault(text)).toContain(expected)
    },
  )
})

test.each([
  document({ nodes: [{ id: 'a' }] }, { kind: 'ManualWorkflow' }),
  document({ nodes: [{ id: 'a' }] }, { kind: 'manualnode' }),
  document({ type: 'ManualWorkflow', nodes: [{ id: 'a' }] }),
  document({ workflows: [{ name: 'by hand', type: 'ManualWorkflow', nodes: [{ id: 'a' }] }] }),
  document({ workflows: [{ name: 'by hand', trigger: { type: 'Manual' }, nodes: [{ id: 'a' }] }] }),
  flat([{ id: 'a', trigger: { type: 'Manual', cron: '0 0 0 * * ?' } }]),
])('rule 41: what only somebody starts is read as that, however it is written: %s', (text) => {
  expect(readFlowSpec(text).nodes).toMatchObject([{ key: 'a', trigger: 'manual', cron: null, cycle: null }])
})

test.each<[{ cron: string; startTime?: string; endTime?: string }, string]>([
  [{ cron: '0 0 0 30 2 ?' }, 'there is no 30th of February'],
  [{ cron: '0 0 0 L-30 2,4 ?' }, 'no such day in February or April'],
  [{ cron: '0 0 0 29 2 ?', startTime: '2025-01-01', endTime: '2027-12-31' }, 'no leap year in the effective period'],
  [{ cron: '0 0 9 * * ?', startTime: '2026-01-01 10:00:00', endTime: '2026-01-02 08:00:00' }, 'no nine o’clock in it'],
])('a schedule that never runs is refused: %j, %s', (trigger) => {
  const refused = () => readFlowSpec(flat([{ id: 'a', trigger: { type: 'Scheduler', ...trigger } }]))
  expect(refused).toThrow(
    expect.objectContaining({
      code: 'SCHEDULE_NEVER_RUNS',
      details: { path: 'spec.nodes[0].trigger.cron', cron: trigger.cron },
    }),
  )
})

describe('nodes', () => {
  test.each<[Members, string]>([
    [{}, 'spec.nodes[0]: the node has neither an id nor a name'],
    [{ id: '' }, 'spec.nodes[0].id: it is empty'],
    [{ id: 'a', name: ' ' }, 'spec.nodes[0].name: it is empty'],
    [{ id: 'a', name: 'n'.repeat(257) }, 'spec.nodes[0].name: it has more than 256 characters'],
    [{ id: ['a'] }, 'spec.nodes[0].id: text is expected, not a list'],
    [{ id: Number.MAX_SAFE_INTEGER * 10 }, 'spec.nodes[0].id: a number of this size loses digits; write it as text'],
    [{ id: 'a', owner: true }, 'spec.nodes[0].owner: text is expected, not a boolean'],
    [{ id: 'a', description: 1 }, 'spec.nodes[0].description: text is expected, not a number'],
    [{ id: 'a', recurrence: 'Never' }, 'spec.nodes[0].recurrence: "Never" is not one of Normal, Pause, Skip, NoneAuto'],
    [{ id: 'a', priority: 9 }, 'spec.nodes[0].priority: a priority is 1 to 8, not 9'],
    [{ id: 'a', priority: 0 }, 'spec.nodes[0].priority: a priority is 1 to 8, not 0'],
    [{ id: 'a', priority: '7' }, 'spec.nodes[0].priority: a number is expected, not text'],
    [{ id: 'a', timeout: -1 }, 'spec.nodes[0].timeout: a whole number from 0 on is expected, not -1'],
    [{ id: 'a', timeout: 600_000, timeoutUnit: 'HOURS' }, 'spec.nodes[0].timeout: 2160000000 is too large'],
    [
      { id: 'a', timeoutUnit: 'DAYS', timeout: 1 },
      'spec.nodes[0].timeoutUnit: "DAYS" is not one of SECONDS, MINUTES, HOURS',
    ],
    [{ id: 'a', rerunTimes: 1.5 }, 'spec.nodes[0].rerunTimes: a whole number from 0 on is expected, not 1.5'],
    [{ id: 'a', rerunInterval: 3_000_000_000 }, 'spec.nodes[0].rerunInterval: 3000000000 is too large'],
    [{ id: 'a', instanceMode: 'T+2' }, 'spec.nodes[0].instanceMode: "T+2" is not one of T+1, Immediately'],
    [{ id: 'a', strategy: 'none' }, 'spec.nodes[0].strategy: an object is expected, not text'],
    [
      { id: 'a', script: '{{scripts.s1}}' },
      'spec.nodes[0].script: it refers to the script "{{scripts.s1}}", which the file does not define',
    ],
    [
      { id: 'a', trigger: 'daily' },
      'spec.nodes[0].trigger: it refers to the trigger "daily", which the file does not define',
    ],
    [
      { id: 'a', runtimeResource: 'r' },
      'spec.nodes[0].runtimeResource: it refers to the runtime resource "r", which the file does not define',
    ],
    [
      { id: 'a', datasource: 'd' },
      'spec.nodes[0].datasource: it refers to the data source "d", which the file does not define',
    ],
    [
      { id: 'a', script: { parameters: ['v'] } },
      'spec.nodes[0].script.parameters[0]: it refers to the variable "v", which the file does not define',
    ],
    [{ id: 'a', script: { parameters: [null] } }, 'spec.nodes[0].script.parameters[0]: a parameter is expected'],
    [{ id: 'a', script: { content: 5 } }, 'spec.nodes[0].script.content: text is expected, not a number'],
    [{ id: 'a', trigger: { cron: '0 0 25 * * ?' } }, 'spec.nodes[0].trigger.cron: "25" is no valid hour'],
    [
      { id: 'a', trigger: { startTime: '2026-02-30' } },
      'spec.nodes[0].trigger.startTime: "2026-02-30" is no moment written as yyyy-mm-dd hh:mm:ss',
    ],
    [
      { id: 'a', trigger: { startTime: '2026-02-02 24:00:00' } },
      'spec.nodes[0].trigger.startTime: "2026-02-02 24:00:00" is no moment written as yyyy-mm-dd hh:mm:ss',
    ],
    [
      { id: 'a', trigger: { startTime: '2026-01-02', endTime: '2026-01-01' } },
      'spec.nodes[0].trigger.endTime: it is before the start',
    ],
    [{ id: 'a', outputs: ['x'] }, 'spec.nodes[0].outputs: an object is expected, not a list'],
    [
      { id: 'a', outputs: { nodeOutputs: [{}] } },
      'spec.nodes[0].outputs.nodeOutputs[0]: the output has no identifier (data)',
    ],
    [
      { id: 'a', inputs: { nodeOutputs: ['{{artifacts.x}}'] } },
      'spec.nodes[0].inputs.nodeOutputs[0]: it refers to the node output "{{artifacts.x}}", which the file does not define',
    ],
    [{ id: 'a', reference: {} }, 'spec.nodes[0].reference.output: a reference to a node elsewhere names its output'],
    [{ reference: { output: 'x' } }, 'spec.nodes[0]: a reference to a node elsewhere needs an id'],
    [
      { id: 'a', 'do-while': { nodes: ['{{b}}'] } },
      'spec.nodes[0].do-while.nodes[0]: a node is expected; nodes are written in place here',
    ],
    [
      { id: 'a', 'for-each': { nodes: [{ id: 'b', 'for-each': { nodes: [{}] } }] } },
      'spec.nodes[0].for-each.nodes[0].for-each.nodes[0]: the node has neither an id nor a name',
    ],
  ])('%j is refused', (node, expected) => {
    expect(fault(flat([node]))).toBe(`MALFORMED ${expected}`)
  })

  test.each<[readonly Members[], string]>([
    [[{ id: 'a' }, { id: 'a', name: 'b' }], 'spec.nodes[1].id: the id "a" is also that of spec.nodes[0]'],
    [
      [
        { id: 'a', name: '汇总' },
        { id: 'b', name: '汇总' },
      ],
      'spec.nodes[1].name: the name "汇总" is also that of spec.nodes[0]',
    ],
    [[{ id: 'a' }, { id: 'a', reference: { output: 'x' } }], 'spec.nodes[1].id: the id "a" is used twice'],
    [[{ id: 'a', reference: { output: 'x' } }, { id: 'a' }], 'spec.nodes[1].id: the id "a" is used twice'],
    [
      [
        { id: 'a', outputs: { nodeOutputs: [{ data: 'x' }] } },
        { id: 'b', outputs: { nodeOutputs: [{ data: 'x' }] } },
      ],
      'spec.nodes[1].outputs: the output "x" is also that of spec.nodes[0]',
    ],
    [
      [{ id: 'x' }, { id: 'b', outputs: { nodeOutputs: [{ data: 'x' }] } }],
      'spec.nodes[1].outputs: the output "x" is also that of spec.nodes[0]',
    ],
  ])('what must be unique and is not is refused: %j', (nodes, expected) => {
    expect(fault(flat(nodes))).toBe(`MALFORMED ${expected}`)
  })

  test('ids are unique within a list of scripts or triggers too', () => {
    expect(fault(flat([], { triggers: [{ id: 't' }, { id: 't' }] }))).toBe(
      'MALFORMED spec.triggers[1].id: the id "t" is used twice',
    )
  })

  test('two loops may hold nodes of the same ids', () => {
    const loop = (id: string) => ({ id, 'for-each': { nodes: [{ id: 'start' }, { id: 'end' }] } })
    expect(fault(flat([loop('one'), loop('two')]))).toBe('read')
  })

  test(`more than ${MAX_FLOWSPEC_NODES} nodes are refused, those inside others included`, () => {
    const nodes = Array.from({ length: MAX_FLOWSPEC_NODES }, (_, index) => ({ id: `n${index}` }))
    expect(fault(flat(nodes))).toBe('read')
    expect(fault(flat([...nodes, { id: 'last' }]))).toBe('MALFORMED spec: it holds more than 10000 nodes')
    expect(fault(flat([{ id: 'a', 'do-while': { nodes } }]))).toBe('MALFORMED spec: it holds more than 10000 nodes')
  })
})

describe('dependencies', () => {
  const nodes = [{ id: 'a' }, { id: 'b', name: 'B' }, { id: 'away', reference: { output: 'ws.away' } }]
  test.each<[Members, string]>([
    [{ depends: [] }, 'spec.flow[0].nodeId: it says for which node the dependencies are'],
    [{ nodeId: 'c' }, 'spec.flow[0].nodeId: the file has no node "c" here'],
    [{ nodeId: '{{away}}' }, 'spec.flow[0].nodeId: "away" is a reference to a node elsewhere'],
    [{ nodeId: 'a', depends: 'b' }, 'spec.flow[0].depends: a list is expected, not text'],
    [{ nodeId: 'a', depends: [{}] }, 'spec.flow[0].depends[0]: the dependency names neither a node nor an output'],
    [{ nodeId: 'a', depends: [{ nodeId: '{{c}}' }] }, 'spec.flow[0].depends[0]: the file has no node "c" here'],
    [{ nodeId: 'a', depends: ['c'] }, 'spec.flow[0].depends[0]: the file has no node "c" here'],
    [
      { nodeId: 'a', depends: [{ nodeId: 'b', output: 'x' }] },
      'spec.flow[0].depends[0]: "b" does not produce the output "x"',
    ],
    [{ nodeId: 'a', depends: [{ output: '' }] }, 'spec.flow[0].depends[0].output: it names no output'],
    [
      { nodeId: 'a', depends: [{ output: 'x', type: 'Sometimes' }] },
      'spec.flow[0].depends[0].type: "Sometimes" is not one of Normal, CrossCycleDependsOnSelf, CrossCycleDependsOnChildren, CrossCycleDependsOnOtherNode',
    ],
  ])('%j is refused', (entry, expected) => {
    expect(fault(flat(nodes, { flow: [entry] }))).toBe(`MALFORMED ${expected}`)
  })

  test('a node may be named by its id, in braces or not, by its name, by an older bare list, and by an output', () => {
    for (const depend of [
      { nodeId: 'b' },
      { nodeId: '{{nodes.b}}' },
      { nodeId: '{{b}}' },
      { nodeId: 'B' },
      'b',
      { output: 'b' },
    ]) {
      const file = readFlowSpec(flat(nodes, { flow: [{ nodeId: 'a', depends: [depend] }] }))
      expect(dependencyEdges(file.nodes), JSON.stringify(depend)).toEqual([{ from: 'b', to: 'a' }])
    }
    const away = readFlowSpec(flat(nodes, { flow: [{ nodeId: 'a', depends: [{ nodeId: 'away' }] }] }))
    expect(away.externalOutputs).toEqual(['ws.away'])
  })

  test('the same dependency said twice is one', () => {
    const twice = { nodeId: 'a', depends: [{ output: 'b' }, { nodeId: 'b', output: 'b', refTableName: 'table_b' }] }
    const [node] = readFlowSpec(flat(nodes, { flow: [twice], dependencies: [twice] })).nodes
    expect(node?.inputs).toEqual([{ output: 'b', type: 'normal', refTableName: 'table_b', upstreamKey: 'b' }])
  })

  test('a cycle is refused with the names of its nodes', () => {
    const three = [
      { id: '1', name: '源' },
      { id: '2', name: 'clean' },
      { id: '3', name: 'report' },
    ]
    const flow = [
      { nodeId: '2', depends: [{ nodeId: '1' }] },
      { nodeId: '3', depends: [{ nodeId: '2' }] },
      { nodeId: '1', depends: [{ nodeId: '3' }] },
    ]
    expect(fault(flat(three, { flow }))).toBe('CYCLE 源 → clean → report → 源')
    expect(fault(flat(three, { flow: [{ nodeId: '2', depends: ['2'] }] }))).toBe('CYCLE clean → clean')
  })

  test('a dependency on the cycle before closes no cycle', () => {
    const flow = [
      { nodeId: 'a', depends: [{ nodeId: 'b' }] },
      { nodeId: 'b', depends: [{ nodeId: 'a', type: 'CrossCycleDependsOnOtherNode' }] },
    ]
    const file = readFlowSpec(flat(nodes, { flow }))
    expect(dependencyEdges(file.nodes, ['normal'])).toEqual([{ from: 'b', to: 'a' }])
    expect(dependencyEdges(file.nodes, ['cross-cycle-other'])).toEqual([{ from: 'a', to: 'b' }])
  })

  test('a cycle inside a loop is refused too', () => {
    const flow = [
      { nodeId: 'x', depends: ['y'] },
      { nodeId: 'y', depends: ['x'] },
    ]
    expect(fault(flat([{ id: 'a', 'do-while': { nodes: [{ id: 'x' }, { id: 'y' }], flow } }]))).toMatch(
      /^CYCLE (x → y → x|y → x → y)$/,
    )
  })

  test('a long cycle is shown shortened', () => {
    const count = 5000
    const ring = Array.from({ length: count }, (_, index) => ({ id: `n${index}` }))
    const flow = ring.map(({ id }, index) => ({ nodeId: id, depends: [`n${(index + 1) % count}`] }))
    const shown = fault(flat(ring, { flow }))
    expect(shown).toMatch(/^CYCLE n\d+ → .* → … 4981 more … → n\d+$/)
    expect(shown.split(' → ')).toHaveLength(21)
  })

  test('dependencies do not cross the border of a composite node', () => {
    const loop = {
      id: 'loop',
      'for-each': {
        nodes: [{ id: 'inner', outputs: { nodeOutputs: [{ data: 'ws.inner' }] } }],
        flow: [{ nodeId: 'inner', depends: [{ output: 'a' }] }],
      },
    }
    const file = readFlowSpec(flat([...nodes, loop]))
    expect(file.nodes.at(-1)?.innerNodes).toMatchObject([{ key: 'inner', inputs: [] }])
    expect(file.warnings).toEqual([
      'spec.nodes[3].for-each.flow[0].depends[0]: "a" is not produced inside the same node; the dependency is left out',
    ])
    expect(fault(flat([...nodes, loop], { flow: [{ nodeId: 'a', depends: ['inner'] }] }))).toBe(
      'MALFORMED spec.flow[0].depends[0]: the file has no node "inner" here',
    )
    expect(fault(flat([...nodes, loop], { flow: [{ nodeId: 'a', depends: [{ output: 'ws.inner' }] }] }))).toBe(
      'MALFORMED spec.nodes[0]: it depends on "ws.inner", which spec.nodes[3].for-each.nodes[0] produces inside another node; depend on that node',
    )
  })

  test(`more than ${MAX_FLOWSPEC_DEPENDENCIES} dependencies are refused`, () => {
    const outputs = Array.from({ length: MAX_FLOWSPEC_DEPENDENCIES }, (_, index) => ({ output: `ws.${index}` }))
    expect(fault(flat(nodes, { flow: [{ nodeId: 'a', depends: outputs }] }))).toBe('read')
    expect(fault(flat(nodes, { flow: [{ nodeId: 'a', depends: [...outputs, { nodeId: 'b' }] }] }))).toBe(
      'MALFORMED $: the file holds more than 100000 dependencies',
    )
  })
})

describe('workflows', () => {
  const part = (prefix: string, more: Members = {}) => ({
    id: `wf_${prefix}`,
    name: `workflow ${prefix}`,
    outputs: { nodeOutputs: [{ data: `ws.${prefix}` }, { data: `ws.${prefix}_too` }] },
    nodes: ['1', '2', '3'].map((number) => ({ id: `${prefix}${number}` })),
    dependencies: [
      { nodeId: `${prefix}2`, depends: [`${prefix}1`] },
      { nodeId: `${prefix}3`, depends: [`${prefix}1`] },
    ],
    ...more,
  })
  const edgesOf = (spec: Members) =>
    dependencyEdges(readFlowSpec(document(spec)).nodes).map(({ from, to }) => `${from} → ${to}`)
  const inside = (prefix: string) => [`${prefix}1 → ${prefix}2`, `${prefix}1 → ${prefix}3`]

  test.each<[string, Members]>([
    ['its id', { nodeId: 'wf_a' }],
    ['its name', { nodeId: 'workflow a' }],
    ['one output', { output: 'ws.a' }],
    ['another output', { output: 'ws.a_too' }],
  ])('what waits for a workflow by %s waits for its last nodes', (_, depend) => {
    const flow = [{ nodeId: 'b2', depends: [depend] }]
    expect(edgesOf({ workflows: [part('a'), part('b')], flow })).toEqual([
      ...inside('a'),
      'b1 → b2',
      'a2 → b2',
      'a3 → b2',
      'b1 → b3',
    ])
  })

  test('what a workflow waits for is waited for by its first nodes', () => {
    const flow = [{ nodeId: 'wf_b', depends: [{ nodeId: 'wf_a' }, { nodeId: 'a1' }] }]
    expect(edgesOf({ workflows: [part('a'), part('b')], flow })).toEqual([
      ...inside('a'),
      'a2 → b1',
      'a3 → b1',
      'a1 → b1',
      ...inside('b'),
    ])
    const inputs = { nodeOutputs: [{ data: 'ws_root' }] }
    const file = readFlowSpec(document({ workflows: [part('a', { inputs })] }))
    expect(file.externalOutputs).toEqual(['ws_root'])
    expect(file.nodes.map(({ inputs: { length } }) => length)).toEqual([1, 1, 1])
  })

  test('a workflow that waits for its own cycle before waits with its first nodes for its last', () => {
    const flow = [
      { nodeId: 'wf_a', depends: [{ type: 'CrossCycleDependsOnSelf' }, { type: 'CrossCycleDependsOnChildren' }] },
    ]
    const { nodes } = readFlowSpec(document({ workflows: [part('a')], flow }))
    expect(dependencyEdges(nodes, ['cross-cycle-other'])).toEqual([
      { from: 'a2', to: 'a1' },
      { from: 'a3', to: 'a1' },
    ])
    expect(nodes.map(({ crossCycle }) => crossCycle.children)).toEqual([false, true, true])
    const single = readFlowSpec(
      document({ workflows: [{ ...part('a'), nodes: [{ id: 'only' }], dependencies: [] }], flow }),
    )
    expect(single.nodes).toMatchObject([{ inputs: [], crossCycle: { self: true, children: true } }])
  })

  test('workflows that wait for each other are a cycle of their nodes', () => {
    const flow = [
      { nodeId: 'wf_a', depends: [{ nodeId: 'wf_b' }] },
      { nodeId: 'wf_b', depends: [{ nodeId: 'wf_a' }] },
    ]
    expect(fault(document({ workflows: [part('a'), part('b')], flow }))).toMatch(/^CYCLE a1 → a2 → b1 → b[23] → a1$/)
  })

  test('many times the same dependency between large workflows costs it once', () => {
    const wide = (prefix: string) => ({
      id: prefix,
      nodes: Array.from({ length: 300 }, (_, index) => ({ id: `${prefix}${index}` })),
    })
    const depends = Array.from({ length: 20_000 }, () => ({ nodeId: 'a' }))
    const file = readFlowSpec(document({ workflows: [wide('a'), wide('b')], flow: [{ nodeId: 'b', depends }] }))
    expect(dependencyEdges(file.nodes)).toHaveLength(90_000)
  })

  test('too many dependencies between workflows are refused before they are written out', () => {
    const wide = (prefix: string) => ({
      id: prefix,
      nodes: Array.from({ length: 5000 }, (_, index) => ({ id: `${prefix}${index}` })),
    })
    const flow = [{ nodeId: 'b', depends: [{ nodeId: 'a' }] }]
    expect(fault(document({ workflows: [wide('a'), wide('b')], flow }))).toBe(
      'MALFORMED $: the file holds more than 100000 dependencies',
    )
  })

  test('a schedule that a node does not give is its workflow’s', () => {
    const trigger = {
      cron: '00 00 02 * * ?',
      startTime: '2026-01-01',
      endTime: '2027-01-01 12:30',
      timezone: 'Asia/Shanghai',
    }
    const strategy = { priority: 5, rerunMode: 'Denied', timeout: 2, timeoutUnit: 'HOURS', instanceMode: 'Immediately' }
    const nodes = [
      {
        id: 'own',
        recurrence: 'Normal',
        priority: 8,
        trigger: { cron: '00 */5 * * * ?' },
        strategy: { rerunMode: 'FailureAllowed' },
      },
      { id: 'given' },
    ]
    const workflow = { id: 'w', recurrence: 'Pause', owner: 'li', trigger, strategy, nodes }
    expect(readFlowSpec(document({ workflows: [workflow] })).nodes).toMatchObject([
      {
        recurrence: 'normal',
        priority: 8,
        cycle: 'minute',
        rerunMode: 'failure-allowed',
        startAt: '2026-01-01 00:00:00',
      },
      {
        owner: 'li',
        recurrence: 'pause',
        priority: 5,
        cron: '00 00 02 * * ?',
        cycle: 'day',
        startAt: '2026-01-01 00:00:00',
        endAt: '2027-01-01 12:30:00',
        timezone: 'Asia/Shanghai',
        rerunMode: 'all-denied',
        timeoutSeconds: 7200,
        instanceMode: 'immediately',
      },
    ])
  })

  test('more workflows than a file may hold are refused', () => {
    const workflows = Array.from({ length: 1001 }, (_, index) => ({ id: `w${index}` }))
    expect(fault(document({ workflows: workflows.slice(1) }))).toBe('read')
    expect(fault(document({ workflows }))).toBe('MALFORMED spec.workflows: it holds more than 1000 workflows')
  })

  test('two workflows of one id or name are refused', () => {
    expect(fault(document({ workflows: [part('a'), { id: 'wf_a' }] }))).toBe(
      'MALFORMED spec.workflows[1]: the id "wf_a" is also that of spec.workflows[0]',
    )
    expect(fault(document({ workflows: [part('a'), { id: 'b', name: 'workflow a' }] }))).toBe(
      'MALFORMED spec.workflows[1]: the name "workflow a" is also that of spec.workflows[0]',
    )
  })
})

test('a name of spec itself makes its nodes one workflow, but not those of a file about a node', () => {
  const spec = { name: 'orders', nodes: [{ id: 'a' }] }
  expect(readFlowSpec(document(spec)).workflows).toMatchObject([{ key: 'orders', name: 'orders', nodeKeys: ['a'] }])
  const single = readFlowSpec(document(spec, { kind: 'Node' }))
  expect([single.workflows, single.nodes[0]?.workflowKey]).toEqual([[], null])
})

test('the root of a workspace is a virtual node that waits for nothing and is called or produces its root', () => {
  const roots = readFlowSpec(
    flat([
      { id: 'r1', name: 'shop_root' },
      { id: 'r2', outputs: { nodeOutputs: [{ data: 'autotest.rootnode' }] } },
      { id: 'r3', name: 'sql_root', script: { runtime: { command: 'ODPS_SQL' } } },
      { id: 'r4', name: 'late_root', inputs: { nodeOutputs: ['shop_root'] } },
      { id: 'r5', name: 'start' },
    ]),
  )
  expect(roots.nodes.map(({ isRoot }) => isRoot)).toEqual([true, true, false, false, false])
})

test('what a day or hour cycle is follows the trigger’s own word where the cron leaves it open', () => {
  const cycleOf = (trigger: Members) => readFlowSpec(flat([{ id: 'a', trigger }])).nodes[0]?.cycle
  expect(cycleOf({ cron: '00 00 02 * * ?' })).toBe('day')
  expect(cycleOf({ cron: '00 00 02 * * ?', cycleType: 'NotDaily' })).toBe('hour')
  expect(cycleOf({ cron: '00 00 02,05 * * ?', cycleType: 'Daily' })).toBe('day')
  expect(cycleOf({ cron: '00 00 02 ? * 1', cycleType: 'NotDaily' })).toBe('week')
})

test('of many remarks the first hundred are given, and the number of the others', () => {
  const nodes = Array.from({ length: 130 }, (_, index) => ({ id: `n${index}`, priority: 4 }))
  const { warnings } = readFlowSpec(flat(nodes))
  expect(warnings).toHaveLength(101)
  expect(warnings[0]).toBe('spec.nodes[0].priority: 4 is no level of the scheduler (1, 3, 5, 7, 8); 3 is taken')
  expect(warnings.at(-1)).toBe('and 30 more')
})
