/**
 * settle: the one place that changes the status of instances that are there.
 *
 * It keeps true, in the transaction of the change, what follows from it: what waits for the changed ones waits for less or for more, and moves on
 * or back; runs have the status that their instances give them, a run that has succeeded gives the next one of its line its turn, and backfills
 * follow their runs, and so does what was run for Data Development and for jobs of Data Integration. What somebody may want to hear of is noted, to be told by the scheduler.
 *
 * It decides no preconditions: whoever asks has locked the instances, in the order of their ids, and looked. Changes that change nothing (an instance that
 * has failed is to fail) are left out.
 */
import { mayTake } from '../../openevent/publish.ts'
import { type DagChange, deriveBackfills, deriveDags } from '../../store/dags.ts'
import type { Transaction } from '../../store/database.ts'
import { routesOf } from '../../store/openevent.ts'
import * as store from '../../store/settling.ts'
import { noteDags, noteInstances } from '../../store/status-news.ts'
import { endDevelopmentRuns } from '../data-development/end-runs.ts'
import { endSyncRuns } from '../data-integration/end-sync-runs.ts'

export type Changes = {
  /** They have succeeded. */
  readonly succeeded?: readonly number[]
  /** They have failed. A program that still runs for one is stopped by its replica; until then the instance is not started again. */
  readonly failed?: readonly number[]
  /** Their programs have ended well; they have succeeded when what they are checked for is known. */
  readonly checking?: readonly number[]
  /** They are to run (again), as soon as what they wait for lets them. */
  readonly again?: readonly store.Again[]
  /** The lower end does not wait for the upper one any more; the edges are removed. */
  readonly withoutEdges?: readonly store.Edge[]
  /** It is the turn of these runs. */
  readonly turns?: readonly number[]
  /** Runs whose instances were changed otherwise (started, frozen, unfrozen): their status is derived anew. */
  readonly dags?: readonly number[]
  /** What the scheduler has written already: those that run nothing have succeeded, those with a program have started, the time of others has come. */
  readonly finished?: readonly store.FinishedBatch[]
  readonly started?: readonly store.Batch[]
  readonly due?: readonly store.Batch[]
}

export async function settle(tx: Transaction, changes: Changes): Promise<void> {
  const { succeeded = [], failed = [], checking = [], again = [], withoutEdges = [], turns = [], dags = [] } = changes
  const { finished = [], started = [], due = [] } = changes
  const touched: Touched = {
    moved: [...due],
    dags: new Set([...dags, ...turns]),
    begunDags: new Set(),
    changedDags: [],
  }
  for (const batch of [...finished, ...started]) begin(touched, batch)
  const answers: (() => readonly store.Batch[])[] = []
  if (finished.length > 0) {
    answers.push(store.countDown(tx, store.idsOf(finished)))
    const choosing = finished.filter((batch) => batch.chooses)
    if (choosing.length > 0) store.noteChoices(tx, store.idsOf(choosing))
  }
  const againIds = again.map((one) => one.id)
  const ids = [...new Set([...succeeded, ...failed, ...checking, ...againIds])]
  if (ids.length + withoutEdges.length > 0) {
    const ends = withoutEdges.flatMap(({ fromId, toId }) => [fromId, toId])
    const rows = new Map((await store.lockChanging(tx, ids, ends)).map((row) => [row.id, row]))
    const from = (some: readonly number[], changing: (status: number) => boolean) =>
      [...new Set(some)].filter((id) => rows.has(id) && changing(rows.get(id)!.status))
    const up = from(succeeded, (status) => status !== 6)
    const down = from(failed, (status) => status !== 5)
    const back = from([...failed, ...againIds], (status) => status === 6)
    const checked = from(checking, (status) => status !== 7)
    const unchecked = from([...failed, ...againIds], (status) => status === 7)
    if (withoutEdges.length > 0) answers.push(store.removeEdges(tx, withoutEdges))
    if (unchecked.length > 0) store.endChecking(tx, unchecked)
    if (checked.length > 0) store.check(tx, checked)
    if (up.length > 0) store.succeed(tx, up)
    if (down.length > 0) store.fail(tx, down)
    if (up.length > 0) answers.push(store.countDown(tx, up))
    if (back.length > 0) answers.push(store.countUp(tx, back))
    for (const id of [...up, ...down, ...checked]) begin(touched, store.batchOf(rows.get(id)!))
    const choosing = up.filter((id) => rows.get(id)!.chooses)
    if (choosing.length > 0) store.noteChoices(tx, choosing)
    const temporary = [...up, ...down].filter((id) => rows.get(id)!.is_temporary)
    if (temporary.length > 0) {
      await endDevelopmentRuns(tx, temporary)
      await endSyncRuns(tx, temporary)
    }
  }
  if (turns.length > 0) answers.push(store.giveTurns(tx, turns))
  // Last: where these stand depends on what they wait for by then.
  if (again.length > 0) answers.push(store.startAgain(tx, again))
  await take(tx, touched, answers)
  await settleDags(tx, touched)
  await note(tx, touched)
}

/** What a settling has changed so far. */
type Touched = {
  /** Instances whose status is another one than before. */
  readonly moved: store.Batch[]
  readonly dags: Set<number>
  readonly begunDags: Set<number>
  readonly changedDags: DagChange[]
}

function begin(touched: Touched, batch: store.Batch): void {
  touched.moved.push(batch)
  touched.dags.add(batch.dag_id)
  touched.begunDags.add(batch.dag_id)
}

/** Waits for what was sent, and takes in what it has moved. */
async function take(
  tx: Transaction,
  touched: Touched,
  answers: readonly (() => readonly store.Batch[])[],
): Promise<void> {
  if (answers.length === 0) return
  await tx.rows('select')
  for (const batch of answers.flatMap((answer) => answer())) {
    touched.moved.push(batch)
    touched.dags.add(batch.dag_id)
  }
}

/** The runs follow their instances, the next ones of their lines follow them, and backfills follow their runs. */
async function settleDags(tx: Transaction, touched: Touched): Promise<void> {
  const backfillIds = new Set<number>()
  let dags = [...touched.dags]
  // A run that gets its turn and has nothing to do gives it on; each run of a line has its turn once.
  while (dags.length > 0) {
    const { changed, choosing } = await deriveDags(tx, dags, [...touched.begunDags])
    const choice = touched.moved.filter((batch) => choosing.includes(batch.dag_id))
    if (choice.length > 0) store.leaveOut(tx, store.idsOf(choice))
    touched.changedDags.push(...changed)
    for (const { backfill_id } of changed) if (backfill_id !== null) backfillIds.add(backfill_id)
    dags = changed.flatMap(({ status, next_id }) => (status === 6 && next_id !== null ? [next_id] : []))
    if (dags.length > 0) await take(tx, touched, [store.giveTurns(tx, dags)])
  }
  if (backfillIds.size > 0) await deriveBackfills(tx, [...backfillIds])
}

/** Notes what a target of the workspaces could be told. */
async function note(tx: Transaction, { moved, changedDags }: Touched): Promise<void> {
  const workspaces = new Map([...moved, ...changedDags].map((one) => [one.workspace_id, one.tenant_id]))
  const routes = await Promise.all(
    [...workspaces].map(async ([workspaceId, tenantId]) => ({
      workspaceId,
      routes: await routesOf(tx, tenantId, workspaceId),
    })),
  )
  const told = (eventCode: string) =>
    routes.flatMap((one) => (one.routes.some((route) => mayTake(route, eventCode)) ? [one.workspaceId] : []))
  const ofInstances = told('instance-status-changes')
  if (ofInstances.length > 0) noteInstances(tx, store.idsOf(moved), ofInstances)
  const ofDags = told('dag-status-changes')
  if (ofDags.length > 0 && changedDags.length > 0)
    noteDags(
      tx,
      changedDags.map((dag) => dag.id),
      ofDags,
    )
}
