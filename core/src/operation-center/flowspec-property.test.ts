import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import shopPipeline from '../../../examples/shop-pipeline.flowspec.json' with { type: 'json' }
import branch from '../../../test/fixtures/flowspec/branch.json' with { type: 'json' }
import doWhile from '../../../test/fixtures/flowspec/dowhile.json' with { type: 'json' }
import example from '../../../test/fixtures/flowspec/example.json' with { type: 'json' }
import expanded from '../../../test/fixtures/flowspec/expanded.json' with { type: 'json' }
import innerFlow from '../../../test/fixtures/flowspec/innerflow.json' with { type: 'json' }
import join from '../../../test/fixtures/flowspec/join.json' with { type: 'json' }
import realCase from '../../../test/fixtures/flowspec/real_case.json' with { type: 'json' }
import sqlPython from '../../../test/fixtures/flowspec/sql-python-node-spec.json' with { type: 'json' }
import { Refusal } from '../refusal.ts'
import { readFlowSpec } from './flowspec.ts'
import { type Edge, graphOf, topologicalOrder } from './graph.ts'
import { dependencyEdges } from './node.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Style = 'id' | 'braces' | 'collection' | 'name' | 'output' | 'both' | 'input'

type Drawing = {
  readonly names: readonly string[]
  readonly edges: readonly { readonly from: number; readonly to: number; readonly style: Style }[]
  readonly isDeclared: readonly boolean[]
  /** How many workflows the nodes are spread over; none for the flat shape. */
  readonly workflowCount: number
  readonly version: string
}

const style = fc.constantFrom<Style>('id', 'braces', 'collection', 'name', 'output', 'both', 'input')
/** Edges run from a lower index to a higher one, so there is no cycle. */
const drawing: fc.Arbitrary<Drawing> = fc.integer({ min: 1, max: 25 }).chain((count) =>
  fc.record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-z订单汇总客户日报]{1,6}$/u), { minLength: count, maxLength: count }),
    edges: fc
      .array(fc.record({ a: fc.nat(count - 1), b: fc.nat(count - 1), style }), { maxLength: 60 })
      .map((pairs) =>
        pairs.flatMap(({ a, b, style }) => (a === b ? [] : [{ from: Math.min(a, b), to: Math.max(a, b), style }])),
      ),
    isDeclared: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    workflowCount: fc.integer({ min: 0, max: 3 }),
    version: fc.constantFrom('1.0.0', '1.1.0', '1.2.0', '2.0.0'),
  }),
)

const idOf = (index: number) => `id-${index}`
const outputOf = ({ isDeclared }: Drawing, index: number) => (isDeclared[index] ? `ws.out_${index}` : idOf(index))

/** The drawing as a file, in one of the format's shapes; each edge is written in its own style. */
function render(drawn: Drawing): string {
  const { names, edges, isDeclared, workflowCount, version } = drawn
  const nodes = names.map((name, index) => ({
    id: idOf(index),
    name,
    script: { runtime: { command: 'ODPS_SQL' } },
    outputs: isDeclared[index] ? { nodeOutputs: [{ data: outputOf(drawn, index), isDefault: true }] } : {},
    inputs: {
      nodeOutputs: edges
        .filter(({ to, style }) => to === index && style === 'input')
        .map(({ from }) => ({ data: outputOf(drawn, from) })),
    },
  }))
  const depend = ({ from, style }: Drawing['edges'][number]): Json => {
    if (style === 'id') return { nodeId: idOf(from) }
    if (style === 'braces') return { nodeId: `{{${idOf(from)}}}`, type: 'Normal' }
    if (style === 'collection') return { nodeId: `{{nodes.${idOf(from)}}}` }
    if (style === 'name') return { nodeId: names[from] ?? '' }
    if (style === 'both') return { nodeId: idOf(from), output: outputOf(drawn, from), type: 'normal' }
    return { output: outputOf(drawn, from), type: 'Normal' }
  }
  const flow = edges
    .filter(({ style }) => style !== 'input')
    .map((edge) => ({ nodeId: edge.to % 2 === 0 ? idOf(edge.to) : `{{${idOf(edge.to)}}}`, depends: [depend(edge)] }))
  const spec =
    workflowCount === 0
      ? { nodes, flow }
      : {
          workflows: Array.from({ length: workflowCount }, (_, workflow) => ({
            id: `workflow-${workflow}`,
            nodes: nodes.filter((_, index) => index % workflowCount === workflow),
            dependencies: flow.filter((_, index) => index % workflowCount === workflow),
          })),
        }
  return JSON.stringify(
    version === '1.0.0' ? { version, kind: 'CycleWorkflow', ...spec } : { version, kind: 'CycleWorkflow', spec },
  )
}

const written = (edges: readonly Edge<string>[]) => [...new Set(edges.map(({ from, to }) => `${from} → ${to}`))].sort()
const drawnEdges = ({ edges }: Drawing) => edges.map(({ from, to }) => ({ from: idOf(from), to: idOf(to) }))

describe('a drawn graph', () => {
  test('reads back with the same nodes and edges, whatever shape and style it is written in', () => {
    fc.assert(
      fc.property(drawing, (drawn) => {
        const file = readFlowSpec(render(drawn))
        const names = new Map(file.nodes.map(({ key, name }) => [key, name]))
        expect(names).toEqual(new Map(drawn.names.map((name, index) => [idOf(index), name])))
        expect(written(dependencyEdges(file.nodes))).toEqual(written(drawnEdges(drawn)))
        expect(file.externalOutputs).toEqual([])
        for (const { inputs, workflowKey } of file.nodes) {
          expect(inputs.every(({ upstreamKey }) => upstreamKey !== null && names.has(upstreamKey))).toBe(true)
          expect(workflowKey === null).toBe(drawn.workflowCount === 0)
        }
        expect(topologicalOrder(graphOf([...names.keys()], dependencyEdges(file.nodes)))).not.toBe(null)
      }),
      { numRuns: 300 },
    )
  })

  test('with one edge turned against the others is refused, and the cycle shown is one', () => {
    const withBackEdge = drawing
      .filter(({ edges }) => edges.length > 0)
      .chain((drawn) =>
        fc.tuple(fc.nat(drawn.edges.length - 1), style).map(([at, style]) => {
          const { from, to } = drawn.edges[at] as Drawing['edges'][number]
          return { ...drawn, edges: [...drawn.edges, { from: to, to: from, style }] }
        }),
      )
    fc.assert(
      fc.property(withBackEdge, (drawn) => {
        let cycle: readonly string[] = []
        try {
          readFlowSpec(render(drawn))
        } catch (error) {
          if (!(error instanceof Refusal) || error.code !== 'FLOWSPEC_CYCLE') throw error
          cycle = String(error.details.cycle).split(' → ')
        }
        expect(cycle.length).toBeGreaterThan(2)
        expect(cycle[0]).toBe(cycle.at(-1))
        const steps = new Set(drawn.edges.map(({ from, to }) => `${drawn.names[from]} → ${drawn.names[to]}`))
        // Of a long cycle some steps are not shown; a … stands in their place.
        for (const [index, name] of cycle.slice(1).entries()) {
          if (!name.startsWith('…') && !cycle[index]?.startsWith('…'))
            expect(steps).toContain(`${cycle[index]} → ${name}`)
        }
      }),
      { numRuns: 300 },
    )
  })
})

const FILES = { shopPipeline, branch, doWhile, example, expanded, innerFlow, join, realCase, sqlPython }
const files = Object.values(FILES).map((file) => JSON.parse(JSON.stringify(file)) as Json)
const strangers: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  '',
  ' ',
  'x',
  '{{x}}',
  '{{}}',
  '{{a.b.c}}',
  [],
  [null],
  ['x'],
  {},
  { id: 'x' },
]

/** Every place in a file: the steps that lead to it. */
function placesOf(file: Json): (string | number)[][] {
  const places: (string | number)[][] = []
  const queue: { readonly value: Json; readonly steps: (string | number)[] }[] = [{ value: file, steps: [] }]
  for (const { value, steps } of queue) {
    if (steps.length > 0) places.push(steps)
    if (typeof value !== 'object' || value === null) continue
    for (const [name, child] of Object.entries(value)) {
      queue.push({ value: child, steps: [...steps, Array.isArray(value) ? Number(name) : name] })
    }
  }
  return places
}

type Change = {
  readonly at: number
  readonly action: 'delete' | 'replace' | 'copy'
  readonly value: number
  readonly from: number
}

const copyOf = (value: Json): Json => JSON.parse(JSON.stringify(value))

function changed(original: Json, change: Change): Json {
  const file = copyOf(original)
  const places = placesOf(file)
  const valueAt = (steps: readonly (string | number)[]) =>
    steps.reduce<Json>((value, step) => (value as { [step: string | number]: Json })[step] as Json, file)
  const steps = places[change.at % places.length] as (string | number)[]
  const parent = valueAt(steps.slice(0, -1)) as { [step: string | number]: Json }
  const step = steps.at(-1) as string | number
  if (change.action === 'delete') {
    if (Array.isArray(parent)) parent.splice(Number(step), 1)
    else delete parent[step]
  } else if (change.action === 'replace') parent[step] = strangers[change.value % strangers.length] as Json
  else parent[step] = copyOf(valueAt(places[change.from % places.length] as (string | number)[]))
  return file
}

/** Reads, or is refused with a place or a cycle; anything else that is thrown goes on. */
function readOrRefused(text: string): 'read' | 'refused' {
  try {
    readFlowSpec(text)
    return 'read'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { path, problem, cycle } = error.details
    if (error.code === 'FLOWSPEC_CYCLE') expect(cycle).toMatch(/ → /)
    else if (error.code === 'SCHEDULE_NEVER_RUNS') expect(path).toMatch(/./)
    else {
      expect(['FLOWSPEC_MALFORMED', 'FLOWSPEC_UNSUPPORTED']).toContain(error.code)
      expect(path).toMatch(/./)
      expect(problem).toMatch(/./)
    }
    return 'refused'
  }
}

describe('a damaged file', () => {
  test('with members deleted, replaced or copied elsewhere, is read or refused with a place, and nothing else', () => {
    const change = fc.record({
      at: fc.nat(),
      action: fc.constantFrom<Change['action']>('delete', 'replace', 'copy'),
      value: fc.nat(),
      from: fc.nat(),
    })
    const seen = { read: 0, refused: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 3 }), (file, changes) => {
        const text = JSON.stringify(changes.reduce(changed, file))
        seen[readOrRefused(text)] += 1
      }),
      { numRuns: 1500 },
    )
    // Both must happen often, or the changes say nothing.
    expect(seen.read).toBeGreaterThan(100)
    expect(seen.refused).toBeGreaterThan(100)
  })

  test('with characters deleted or written over, is read or refused with a place, and nothing else', () => {
    const texts = files.map((file) => JSON.stringify(file, null, 2))
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.nat(5),
        fc.string({ maxLength: 3 }),
        (text, at, length, inserted) => {
          const cut = at % text.length
          readOrRefused(text.slice(0, cut) + inserted + text.slice(cut + length))
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('a chain of 10,000 nodes reads without running out of stack', () => {
  const count = 10_000
  const nodes = Array.from({ length: count }, (_, index) => ({ id: idOf(index) }))
  const flow = nodes.slice(1).map(({ id }, index) => ({ nodeId: id, depends: [{ nodeId: idOf(index) }] }))
  const text = (more: readonly Json[]) =>
    JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes, flow: [...flow, ...more] } })
  const file = readFlowSpec(text([]))
  expect(file.nodes).toHaveLength(count)
  expect(dependencyEdges(file.nodes)).toHaveLength(count - 1)
  expect(readOrRefused(text([{ nodeId: idOf(0), depends: [{ nodeId: idOf(count - 1) }] }]))).toBe('refused')
})

test('loops within loops read as deep as the file may go', () => {
  const nested = (depth: number) => {
    let node: Json = { id: 'innermost' }
    for (let level = depth; level > 0; level -= 1) node = { id: `loop${level}`, 'do-while': { nodes: [node] } }
    return JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } })
  }
  const [outermost] = readFlowSpec(nested(30)).nodes
  expect(outermost?.innerNodes.map(({ key, parentKey }) => [key, parentKey]).at(-1)).toEqual(['innermost', 'loop30'])
  expect(outermost?.innerNodes).toHaveLength(30)
  expect(readOrRefused(nested(1000))).toBe('refused')
})
