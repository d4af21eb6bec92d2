/**
 * takeEffect: what has passed becomes true (rule 46), in the transaction of the last thing it waits for.
 *
 * Where production gets something the graph of the tenant's production is locked first, so that of two files of one deployment that are decided at the same moment
 * the later one sees the earlier; otherwise the file is. Which files take effect is claimed in one statement, so each does once.
 */
import { dataSourceNameOf, dropOfFunction, type FileBody, type FileSnapshot, Refusal } from '@holdpoint/core'
import type { Effect } from '../../gate/operation.ts'
import { dataSourceOfNode } from '../../store/data-sources.ts'
import type { Transaction } from '../../store/database.ts'
import * as store from '../../store/deployments.ts'
import { dryRunNotStarted } from '../../store/expired-instances.ts'
import * as files from '../../store/files.ts'
import * as nodes from '../../store/nodes.ts'
import { writeObjectLog } from '../../store/object-log.ts'
import type { Reason } from '../../store/operations.ts'
import { dayAfter, localTime } from '../operation-center/cron-times.ts'
import { nodeChangeBody } from '../operation-center/node-events.ts'
import { awaitedOutputs, publishNodes, wireNodes } from '../operation-center/publish-nodes.ts'
import type { RunOutcome } from './end-runs.ts'
import { startDevelopmentRun } from './start-run.ts'

/** What decides about an item, locked until the end of the transaction. */
export async function lockForEffect(
  tx: Transaction,
  { tenantId, fileId, reachesProduction }: FileSnapshot,
): Promise<files.FileStand | null> {
  if (reachesProduction) nodes.lockGraph(tx, tenantId, 'PROD')
  return await files.lockFileStand(tx, fileId)
}

/** Rules 44 and 45: what has changed since in a way that matters. */
export function fileStaleness(snapshot: FileSnapshot, stand: files.FileStand | null): readonly Refusal[] {
  const { name, change, newestVersion, deployedVersion, revision, reachesProduction } = snapshot
  const isDeletionDeployed = change === 'delete' && revision === null && snapshot.isInBin
  if (stand === null || (stand.deleted_at !== null) !== isDeletionDeployed)
    return [new Refusal('FILES_GONE', { files: [name] })]
  const makesVersion = revision !== null || (change === 'delete' && !isDeletionDeployed)
  const changes = [
    ...(makesVersion && stand.version !== newestVersion ? [`${name}: ${newestVersion} → ${stand.version}`] : []),
    ...(reachesProduction && stand.deployed_version !== deployedVersion
      ? [`${name}: ${deployedVersion ?? '–'} → ${stand.deployed_version ?? '–'}`]
      : []),
  ]
  return changes.length === 0 ? [] : [new Refusal('FILES_VERSION_CHANGED', { changes })]
}

/** The item has passed: its file takes effect if it was the last thing it waited for, and then what waits for that. */
export async function takeEffect(
  tx: Transaction,
  snapshot: FileSnapshot,
  effect: Effect,
  timeZone: string,
): Promise<void> {
  const { tenantId, deploymentId } = snapshot
  // Also where nobody was asked, and nothing is locked yet.
  if (snapshot.reachesProduction) nodes.lockGraph(tx, tenantId, 'PROD')
  else files.lockFile(tx, snapshot.fileId)
  store.passItem(tx, snapshot.itemId)
  const own = await store.claimReady(tx, deploymentId, [snapshot.fileId])
  if (own.length === 0) return
  await carryOut(tx, own, effect, timeZone)
  let done = own
  for (;;) {
    const awaiting = [...new Set(done.flatMap((file) => file.snapshot.awaitedBy))]
    const waiting = awaiting.length === 0 ? [] : await store.waitingOf(tx, deploymentId, awaiting)
    if (waiting.length === 0) return
    const ready = await store.claimReady(tx, deploymentId, waiting)
    done = await carryOutEach(tx, deploymentId, ready, effect, timeZone)
  }
}

/** What was let pass before: nothing that is wrong with one of them stands in the way of the others, nor of what they waited for. */
async function carryOutEach(
  tx: Transaction,
  deploymentId: number,
  ready: readonly store.ReadyFile[],
  effect: Effect,
  timeZone: string,
): Promise<readonly store.ReadyFile[]> {
  const refusal = await refused(tx, () => carryOut(tx, ready, effect, timeZone))
  if (refusal === null) return ready
  if (ready.length > 1) {
    const done: store.ReadyFile[] = []
    for (const one of ready) done.push(...(await carryOutEach(tx, deploymentId, [one], effect, timeZone)))
    return done
  }
  store.failFile(tx, deploymentId, ready[0]!.id, { code: refusal.code, details: refusal.details })
  return []
}

async function refused(tx: Transaction, work: () => Promise<void>): Promise<Refusal | null> {
  try {
    await tx.savepoint(work)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

async function carryOut(
  tx: Transaction,
  ready: readonly store.ReadyFile[],
  effect: Effect,
  timeZone: string,
): Promise<void> {
  for (const file of ready) {
    const [stale] = fileStaleness(file.snapshot, file)
    if (stale !== undefined) throw stale
    if (file.snapshot.revision !== null) makeVersion(tx, file, file.snapshot.revision)
    if (file.change === 'delete' && !file.snapshot.isInBin) files.putIntoRecycleBin(tx, file.id, file.created_by)
  }
  const reaching = ready.filter((file) => file.snapshot.reachesProduction)
  for (const file of reaching) {
    const { kind } = file.snapshot
    if (kind === 'function') await runFunction(tx, file, effect, timeZone)
    else files.setDeployedVersion(tx, file.id, file.change === 'delete' ? null : file.item_version)
  }
  const ofNodes = reaching.filter((file) => file.snapshot.kind === 'node')
  const removed = ofNodes.filter((file) => file.change === 'delete')
  await publish(
    tx,
    ofNodes.filter((file) => file.change !== 'delete'),
    effect,
    timeZone,
  )
  if (removed.length > 0) await unpublish(tx, removed, effect)
}

function makeVersion(tx: Transaction, file: store.ReadyFile, revision: number): void {
  files.insertVersion(tx, {
    fileId: file.id,
    number: file.item_version,
    name: file.snapshot.name,
    body: file.body!,
    comment: file.comment,
    committedBy: file.created_by,
    operationId: file.operation_id,
    revision,
  })
}

/** What production gets; of a deletion, what it has. */
async function bodyOf(tx: Transaction, file: store.ReadyFile): Promise<FileBody> {
  if (file.change !== 'delete' && file.body !== null) return file.body
  const number = file.change === 'delete' ? file.deployed_version! : file.item_version
  return (await files.fileVersion(tx, file.id, number))!.body
}

async function publish(
  tx: Transaction,
  ready: readonly store.ReadyFile[],
  effect: Effect,
  timeZone: string,
): Promise<void> {
  const [first] = ready
  if (first === undefined) return
  const { tenantId, workspaceId } = first.snapshot
  const definitions = (await Promise.all(ready.map((file) => bodyOf(tx, file)))).flatMap((body, at) =>
    body.kind === 'node'
      ? [{ id: ready[at]!.node_id, definition: { ...body.definition, name: ready[at]!.snapshot.name } }]
      : [],
  )
  const awaited = awaitedOutputs(
    definitions.map(({ definition }) => definition),
    first.identifier,
  )
  const producers = await nodes.producersOf(tx, tenantId, 'PROD', awaited)
  const wired = wireNodes(definitions, first.identifier, new Set(producers.map(({ output }) => output)))
  const place = { tenantId, workspaceId, environment: 'PROD', userId: first.created_by, timeZone } as const
  await publishNodes(tx, { ...place, resolves: !first.imported }, wired, effect)
  for (const file of ready)
    writeObjectLog(tx, {
      ...{ tenantId, workspaceId, kind: 'node', ids: [file.node_id], userId: file.created_by, action: 'deploy' },
      details: { fileId: file.id, version: file.item_version },
      operationId: file.operation_id,
    })
  effect.changed('node', workspaceId)
}

async function unpublish(tx: Transaction, ready: readonly store.ReadyFile[], effect: Effect): Promise<void> {
  const { tenantId, workspaceId } = ready[0]!.snapshot
  const ids = ready.map((file) => file.node_id)
  const waiting = await nodes.unpublishNodes(tx, ids)
  if (waiting.length > 0) {
    const names = (await nodes.nodesByIds(tx, waiting)).map((row) => row.name)
    throw new Refusal('FILE_USED', { files: names })
  }
  dryRunNotStarted(tx, ids)
  for (const file of ready)
    writeObjectLog(tx, {
      ...{ tenantId, workspaceId, kind: 'node', ids: [file.node_id], userId: file.created_by, action: 'unpublish' },
      operationId: file.operation_id,
    })
  effect.changed('node', workspaceId)
  if (!(await effect.mayReach('node-change-deleted'))) return
  for (const row of await nodes.nodesByIds(tx, ids)) await effect.publish('node-change-deleted', nodeChangeBody(row))
}

/** A function of a database is made or removed by a run, which says when it is done (itemEnded). */
async function runFunction(tx: Transaction, file: store.ReadyFile, effect: Effect, timeZone: string): Promise<void> {
  const body = await bodyOf(tx, file)
  const { tenantId, workspaceId, name } = file.snapshot
  const dataSourceName = dataSourceNameOf(body)
  const source = await dataSourceOfNode(tx, { workspaceId, environment: 'PROD', name: dataSourceName })
  // With the data source the function is gone.
  if (source === null && file.change === 'delete') return files.setDeployedVersion(tx, file.id, null)
  if (source === null) throw new Refusal('DATA_SOURCE_MISSING', { name: dataSourceName ?? 'default' })
  const content = body.kind === 'function' ? body.content : ''
  const instanceId = await startDevelopmentRun(tx, {
    ...{ tenantId, workspaceId, environment: 'PROD', kind: 'function', fileId: file.id, tableId: null },
    operationId: file.operation_id,
    requestedBy: file.created_by,
    name,
    programType: source.kind === 'postgresql' ? 'POSTGRESQL' : 'DUCKDB_SQL',
    content: file.change === 'delete' ? (dropOfFunction(content) ?? '') : content,
    dataSourceName: source.name,
    resourceGroup: null,
    bizdate: dayAfter(localTime(tx.now.getTime(), timeZone).slice(0, 10), -1),
    parameters: null,
    retries: 0,
  })
  store.leaveToRun(tx, file.item_id, instanceId)
  effect.changed('instance', workspaceId)
}

/** The run that carried out an item has ended. */
export async function itemEnded(tx: Transaction, instanceId: number, outcome: RunOutcome): Promise<void> {
  const reason: Reason | null =
    outcome.state === 'succeeded' ? null : (outcome.reason ?? { code: 'OPERATION_FAULT', details: {} })
  const item = await store.endItem(tx, instanceId, reason)
  if (item !== null && reason === null)
    files.setDeployedVersion(tx, item.file_id, item.change === 'delete' ? null : item.version)
}
