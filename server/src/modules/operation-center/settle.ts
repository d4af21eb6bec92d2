/**
 * settle: the one place that changes the status of instances that are there.
 *
 * It keeps true, in the transaction of the change, what follows from it: what waits for the changed ones waits for less or for more, and moves on
 * or back; runs have the status that their instances give them, a run that has succeeded gives the next one of its line its turn, and backfills
 * follow their runs. What somebody may want to hear of is noted, to be told by the scheduler.
 *
 * It decides no preconditions: whoever asks has locked the instances (`lockInstances`) and looked. Changes that change nothing (an instance that
 * has failed is to fail) are left out.
 */
import { mayTake } from '../../openevent/publish.ts'
import { type DagChange, deriveBackfills, deriveDags } from '../../store/dags.ts'
import type { Transaction } from '../../store/database.ts'
import { routesOf } from '../../store/openevent.ts'
import * as store from '../../store/settling.ts'
import { noteDags, noteInstances } from '../../store/status-news.ts'

export type Changes = {
  /** They have succeeded. */
  readonly succeeded?: readonly number[]
  /** They have failed. A program that still runs for one is stopped by its replica; until then the instance is not started again. */
  readonly failed?: readonly number[]
  /** They are to run (again), as soon as what they wait for lets them. */
  readonly again?: readonly store.Again[]
  /** The lower end does not wait for the upper one any more; the edges are removed. */
  readonly withoutEdges?: readonly store.Edge[]
  /** It is the turn of these runs. */
  readonly turns?: readonly number[]
  /** Runs whose instances were changed otherwise (started, frozen, unfrozen): their status is derived anew. */
  readonly dags?: readonly number[]
  /** Instances that the scheduler has started, and those whose time it has found to have come. */
  readonly started?: readonly One[]
  readonly due?: readonly One[]
}

export async function settle(tx: Transaction, changes: Changes): Promise<void> {
  const {
    succeeded = [],
    failed = [],
    again = [],
    withoutEdges = [],
    turns = [],
    dags = [],
    started = [],
    due = [],
  } = changes
  const againIds = again.map((one) => one.id)
  const touched = touching(dags, started)
  for (const one of due) touched.instances.set(one.id, one)
  const ids = [...new Set([...succeeded, ...failed, ...againIds])]
  if (ids.length + withoutEdges.length + turns.length > 0) {
    const ends = withoutEdges.flatMap(({ fromId, toId }) => [fromId, toId])
    const rows = new Map((await store.lockChanging(tx, ids, ends, turns)).map((row) => [row.id, row]))
    const from = (some: readonly number[], changing: (status: number) => boolean) =>
      some.filter((id) => rows.has(id) && changing(rows.get(id)!.status))
    const up = from(succeeded, (status) => status !== 6)
    const down = from(failed, (status) => status !== 5)
    const back = from([...failed, ...againIds], (status) => status === 6)
    const answers: (() => readonly store.MovedRow[])[] = []
    if (withoutEdges.length > 0) answers.push(store.removeEdges(tx, withoutEdges))
    if (up.length > 0) store.succeed(tx, up)
    if (down.length > 0) store.fail(tx, down)
    if (up.length > 0) answers.push(store.countDown(tx, up))
    if (back.length > 0) answers.push(store.countUp(tx, back))
    if (turns.length > 0) answers.push(store.giveTurns(tx, turns))
    // Last: where these stand depends on what they wait for by then.
    if (again.length > 0) answers.push(store.startAgain(tx, again))
    for (const id of [...up, ...down]) touched.begun(rows.get(id)!)
    const choosing = up.filter((id) => rows.get(id)!.chooses)
    if (choosing.length > 0) store.noteChoices(tx, choosing)
    await tx.rows('select')
    for (const moved of answers.flatMap((answer) => answer())) touched.moved(moved)
    if (touched.ready().length > 0) store.leaveOut(tx, touched.ready())
  }
  for (const id of turns) touched.dags.add(id)
  await settleDags(tx, touched)
  await note(tx, touched)
}

/** An instance with where it belongs. */
export type One = {
  readonly id: number
  readonly dag_id: number
  readonly workspace_id: number
  readonly tenant_id: number
}

/** What a settling has changed so far. */
type Touched = {
  /** Instances that stand elsewhere than before, and the status of those that came or went by what they wait for. */
  readonly instances: Map<number, One>
  readonly dags: Set<number>
  readonly begunDags: Set<number>
  readonly changedDags: DagChange[]
  begun(one: One): void
  moved(one: store.MovedRow): void
  /** Those that wait for nothing any more. */
  ready(): readonly number[]
}

function touching(dags: readonly number[], started: readonly One[]): Touched {
  const ready = new Set<number>()
  const touched: Touched = {
    instances: new Map(),
    dags: new Set(dags),
    begunDags: new Set(),
    changedDags: [],
    begun(one) {
      touched.instances.set(one.id, one)
      touched.dags.add(one.dag_id)
      touched.begunDags.add(one.dag_id)
    },
    moved(one) {
      if (!one.moved) return
      touched.instances.set(one.id, one)
      touched.dags.add(one.dag_id)
      if (one.status === 2 || one.status === 3) ready.add(one.id)
      else ready.delete(one.id)
    },
    ready: () => [...ready],
  }
  for (const one of started) touched.begun(one)
  return touched
}

/** The runs follow their instances, the next ones of their lines follow them, and backfills follow their runs. */
async function settleDags(tx: Transaction, touched: Touched): Promise<void> {
  const backfillIds = new Set<number>()
  let dags = [...touched.dags]
  // A run that gets its turn and has nothing to do gives it on; each run of a line has its turn once.
  while (dags.length > 0) {
    const changed = await deriveDags(tx, dags, [...touched.begunDags])
    touched.changedDags.push(...changed)
    for (const { backfill_id } of changed) if (backfill_id !== null) backfillIds.add(backfill_id)
    dags = changed.flatMap(({ status, next_id }) => (status === 6 && next_id !== null ? [next_id] : []))
    if (dags.length === 0) break
    const given = store.giveTurns(tx, dags)
    await tx.rows('select')
    for (const moved of given()) touched.moved(moved)
  }
  if (backfillIds.size > 0) await deriveBackfills(tx, [...backfillIds])
}

/** Notes what a target of the workspaces could be told. */
async function note(tx: Transaction, touched: Touched): Promise<void> {
  const workspaces = new Map<number, number>()
  for (const one of [...touched.instances.values(), ...touched.changedDags])
    workspaces.set(one.workspace_id, one.tenant_id)
  const routes = await Promise.all(
    [...workspaces].map(async ([workspaceId, tenantId]) => ({
      workspaceId,
      routes: await routesOf(tx, tenantId, workspaceId),
    })),
  )
  const told = (eventCode: string) =>
    routes.flatMap((one) => (one.routes.some((route) => mayTake(route, eventCode)) ? [one.workspaceId] : []))
  const ofInstances = told('instance-status-changes')
  if (ofInstances.length > 0) noteInstances(tx, [...touched.instances.keys()], ofInstances)
  const ofDags = told('dag-status-changes')
  if (ofDags.length > 0 && touched.changedDags.length > 0)
    noteDags(
      tx,
      touched.changedDags.map((dag) => dag.id),
      ofDags,
    )
}
