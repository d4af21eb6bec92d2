/**
 * What production would be after a deployment: which files have to take effect before which, and what cannot be: a dependency that is missing, an output or a
 * name that another node has, a circle, the removal of what others wait for.
 */
import { contentOf, dropOfFunction, findCycle, graphOf, Refusal } from '@holdpoint/core'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Sql } from '../../store/database.ts'
import * as files from '../../store/files.ts'
import * as nodes from '../../store/nodes.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { awaitedOutputs, type WiredNode, wireNodes } from '../operation-center/publish-nodes.ts'
import type { PlannedFile } from './plan-deployment.ts'

type Place = Pick<WorkspaceRow, 'id' | 'tenant_id' | 'identifier'>

/** The files with what each waits for. Nothing is locked: what changes meanwhile is looked at again when it takes effect. */
export async function planProduction(
  sql: Sql,
  place: Place,
  planned: readonly PlannedFile[],
  imported: boolean,
): Promise<readonly PlannedFile[]> {
  const reaching = planned.filter((one) => one.reachesProduction)
  for (const { body, change } of reaching)
    if (body.kind === 'function' && change !== 'delete')
      await refuseFunction(sql, place, body.dataSource, contentOf(body))
  const changes = reaching.flatMap((file) => (file.body.kind === 'node' ? [{ file, body: file.body }] : []))
  if (changes.length === 0) return planned
  const fileOf = new Map(changes.map(({ file }) => [file.row.node_id, file]))
  const puts = changes.flatMap(({ file, body }) =>
    file.change === 'delete' ? [] : [{ file, nodeId: file.row.node_id, definition: body.definition }],
  )
  const awaited = awaitedOutputs(
    puts.map(({ definition }) => definition),
    place.identifier,
  )
  const found = await nodes.producersOf(sql, place.tenant_id, 'PROD', awaited)
  const wired = wireNodes(puts, place.identifier, new Set(found.map(({ output }) => output)))
  const named = wired.flatMap((one) => [...one.outputs, ...one.inputs.map(({ output }) => output)])
  const producers = new Map(
    (await nodes.producersOf(sql, place.tenant_id, 'PROD', named)).map((row) => [row.output, row.node_id]),
  )
  const makers = new Map<string, Put>()
  for (const put of wired)
    for (const output of put.outputs) {
      if (makers.has(output)) throw new Refusal('NAME_TAKEN', { thing: 'node output', name: output })
      makers.set(output, put)
    }

  const before = new Map(planned.map((file) => [file.row.id, new Set<number>()]))
  const waits = (of: PlannedFile, forNode: number | undefined) => {
    const other = forNode === undefined ? undefined : fileOf.get(forNode)
    if (other !== undefined && other !== of) before.get(of.row.id)!.add(other.row.id)
    return other !== undefined
  }
  const missing = new Set<string>()
  for (const { file, nodeId, inputs, outputs } of wired) {
    for (const { output, type } of inputs) {
      const producer = makers.get(output)?.nodeId ?? producers.get(output)
      // What is there and goes away in the same deployment is not there.
      const stays = makers.has(output) || (producer !== undefined && !fileOf.has(producer))
      if (!stays) missing.add(output)
      if (type === 'normal' && makers.has(output)) waits(file, producer)
    }
    for (const output of outputs) {
      const holder = producers.get(output)
      if (holder !== undefined && holder !== nodeId && !waits(file, holder))
        throw new Refusal('NAME_TAKEN', { thing: 'node output', name: output })
    }
  }
  if (missing.size > 0 && !imported) throw new Refusal('DEPENDENCY_NOT_DEPLOYED', { dependencies: [...missing] })
  await refuseNames(sql, place, wired, waits)
  await planRemovals(
    sql,
    changes.map(({ file }) => file).filter(({ change }) => change === 'delete'),
    wired,
    waits,
  )
  await refuseCircle(sql, place, wired, makers, producers)
  refuseWaitingInACircle(planned, before)
  return planned.map((file) => ({ ...file, waitsFor: [...before.get(file.row.id)!].sort((a, b) => a - b) }))
}

type Put = Pick<WiredNode, 'definition' | 'outputs' | 'inputs'> & {
  readonly file: PlannedFile
  readonly nodeId: number
}
type Waits = (of: PlannedFile, forNode: number | undefined) => boolean

async function refuseFunction(sql: Sql, place: Place, name: string | null, content: string): Promise<void> {
  if (dropOfFunction(content) === null)
    throw new Refusal('FILE_BODY_INVALID', { path: 'content', problem: 'it is no statement that creates a function' })
  if ((await dataSourceOfNode(sql, { workspaceId: place.id, environment: 'PROD', name })) === null)
    throw new Refusal('DATA_SOURCE_MISSING', { name: name ?? 'default' })
}

async function refuseNames(sql: Sql, place: Place, wired: readonly Put[], waits: Waits): Promise<void> {
  const holders = new Map(
    (
      await nodes.nodesNamed(
        sql,
        place.id,
        'PROD',
        wired.map(({ file }) => file.name),
      )
    ).map((row) => [row.name, row.id]),
  )
  for (const { file, nodeId } of wired) {
    const holder = holders.get(file.name)
    if (holder === undefined || holder === nodeId || waits(file, holder)) continue
    const other = await files.fileOfNode(sql, place.tenant_id, holder)
    if (other?.deleted_at != null) throw new Refusal('FILE_IN_PRODUCTION', { files: [other.name] })
    throw new Refusal('NAME_TAKEN', { thing: 'node', name: file.name })
  }
}

/** A node goes after all that wait for it have gone or wait for something else. */
async function planRemovals(
  sql: Sql,
  removals: readonly PlannedFile[],
  wired: readonly Put[],
  waits: Waits,
): Promise<void> {
  if (removals.length === 0) return
  const removalOf = new Map(removals.map((file) => [file.row.node_id, file]))
  const putOf = new Map(wired.map((put) => [put.nodeId, put]))
  const used = new Set<string>()
  for (const { from_id, to_id, to_name, output } of await nodes.waitingOutside(sql, [...removalOf.keys()])) {
    const still = putOf.get(to_id)?.inputs.some((input) => input.output === output)
    const isLed = removalOf.has(to_id) || still === false
    if (!isLed || !waits(removalOf.get(from_id)!, to_id)) used.add(to_name)
  }
  if (used.size > 0) throw new Refusal('FILE_USED', { files: [...used] })
}

/** Through nodes that are there a circle can only run where one of them waits for what is deployed. */
async function refuseCircle(
  sql: Sql,
  place: Place,
  wired: readonly Put[],
  makers: ReadonlyMap<string, Put>,
  producers: ReadonlyMap<string, number>,
): Promise<void> {
  const ids = new Set(wired.map(({ nodeId }) => nodeId))
  const own = wired.flatMap(({ nodeId, inputs }) =>
    inputs.flatMap(({ output, type }) => {
      const from = makers.get(output)?.nodeId ?? producers.get(output)
      return type === 'normal' && from !== undefined ? [{ from, to: nodeId }] : []
    }),
  )
  const outside = (await nodes.consumersOf(sql, place.tenant_id, 'PROD', [...makers.keys()])).filter(
    ({ node_id }) => !ids.has(node_id),
  )
  const there = outside.length === 0 ? [] : await nodes.ancestry(sql, [...new Set(own.map(({ from }) => from))])
  const edges = [
    ...own,
    ...outside.map(({ node_id, output }) => ({ from: makers.get(output)!.nodeId, to: node_id })),
    ...there.filter(({ to }) => !ids.has(to)),
  ]
  const cycle = findCycle(graphOf([], edges))
  if (cycle === null) return
  const names = new Map((await nodes.nodesByIds(sql, cycle)).map((row) => [row.id, row.name]))
  for (const { nodeId, file } of wired) names.set(nodeId, file.name)
  throw new Refusal('FLOWSPEC_CYCLE', {
    cycle: [...cycle, cycle[0]!].map((id) => names.get(id) ?? String(id)).join(' → '),
  })
}

/** Files that hand names or outputs to each other would wait for each other for good. */
function refuseWaitingInACircle(
  planned: readonly PlannedFile[],
  before: ReadonlyMap<number, ReadonlySet<number>>,
): void {
  const edges = planned.flatMap(({ row }) => [...before.get(row.id)!].map((from) => ({ from, to: row.id })))
  const cycle = findCycle(graphOf([], edges))
  if (cycle === null) return
  const names = new Map(planned.map(({ row, name }) => [row.id, name]))
  throw new Refusal('FLOWSPEC_CYCLE', { cycle: [...cycle, cycle[0]!].map((id) => names.get(id)).join(' → ') })
}
