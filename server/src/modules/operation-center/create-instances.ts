/**
 * The one place where instances are made: every night, at once, for backfills, smoke tests and manual runs.
 *
 * What the schedules and rules say is worked out once for each schedule and each pair of shapes (core, wiring.ts); the database multiplies it
 * by nodes and dates (store/planned-instances.ts).
 */
import {
  DAG_KINDS,
  type DagKind,
  edgesOfDayBefore,
  type Periods,
  PROGRAM_TYPES_WITHOUT_WORK,
  wiresBetween,
} from '@holdpoint/core'
import type { Sql, Transaction } from '../../store/database.ts'
import type { Environment } from '../../store/nodes.ts'
import * as store from '../../store/planned-instances.ts'
import { dayAfter, instantOf, localTime, runDay, zoneOf } from './cron-times.ts'

export type InstancePlan = {
  readonly tenantId: number
  /** Whose run it is. Instances of the schedule make one run for each workspace, and this is not looked at. */
  readonly workspaceId: number
  readonly environment: Environment
  readonly kind: DagKind
  readonly name: string
  readonly createdBy: number | null
  readonly backfillId: number | null
  /** Their current versions are taken; those that are not published are left out. */
  readonly nodes: readonly { readonly nodeId: number; readonly dryRun: boolean }[]
  /** Business dates as yyyy-mm-dd, in the order in which they are to run. */
  readonly dates: readonly string[]
  /** Date i belongs to line i % lines; the dates of a line run one after the other. */
  readonly lines: number
  /** Of nodes that run more than once a day only the runs from startTime to endTime (hh:mm:ss, inclusive) are made. */
  readonly window: { readonly startTime: string; readonly endTime: string } | null
  /** Whether what is due later starts at once. */
  readonly startsFutureNow: boolean
  /** False: nothing starts until a line is given its turn. */
  readonly starts: boolean
  readonly priority: number | null
  readonly resourceGroupId: number | null
  /** By node id, a line of parameters instead of the node's own. */
  readonly parameters: Readonly<Record<number, string>> | null
  /** What would have run before this is made as dry runs, or not at all. */
  readonly earlier?: { readonly thanMs: number; readonly are: 'dry-runs' | 'left-out' }
  /** The server's, in which nodes run that name none. */
  readonly timeZone: string
}

export type CreatedInstances = { readonly dagIds: readonly number[]; readonly instanceCount: number }

/** Makes the instances in the caller's transaction, with what they wait for. Instances of the schedule that are there already stay as they are. */
export async function createInstances(tx: Transaction, plan: InstancePlan): Promise<CreatedInstances> {
  const kind = DAG_KINDS.indexOf(plan.kind)
  const isScheduled = plan.kind === 'scheduled'
  const { tenantId, environment, createdBy, backfillId, startsFutureNow, priority, resourceGroupId } = plan
  const { schedules, crosses } = await store.planNodes(tx, {
    tenantId,
    environment,
    nodeIds: plan.nodes.map((node) => node.nodeId),
    dryRun: plan.nodes.map((node) => node.dryRun),
    kind,
    priority,
    resourceGroupId,
    typesWithoutWork: PROGRAM_TYPES_WITHOUT_WORK,
  })
  const dagIds: number[] = []
  let instanceCount = 0
  let planned = { likeness: '', ids: 0, instances: 0 }
  let beforeId: number | null = null
  for (const [position, bizdate] of plan.dates.entries()) {
    // What runs later in the order cannot be waited for: with dates that go back each stands for itself.
    const goesOn = position > 0 && plan.dates[position - 1]! < bizdate
    if (crosses && !isScheduled) store.keepBefore(tx, goesOn ? beforeId : null)
    const days = schedules.map((row) => scheduleDay(plan, row, bizdate))
    store.planRuns(tx, days)
    const likeness = likenessOf(days, bizdate)
    if (isScheduled || likeness !== planned.likeness) {
      if (crosses) await breakCircles(tx)
      store.planWiring(tx, wiringsOf(await store.shapePairs(tx), days))
      planned = { likeness, ...(await store.planDay(tx, bizdate, isScheduled)) }
    }
    beforeId = null
    if (planned.instances === 0) continue
    beforeId = await store.drawIds(tx, planned.ids)
    const hasTurn = plan.starts && (isScheduled || position < plan.lines)
    const made = await store.planDags(tx, {
      tenantId,
      workspaceId: isScheduled ? null : plan.workspaceId,
      environment,
      kind,
      name: plan.name,
      bizdate,
      backfillId,
      line: isScheduled ? null : position % plan.lines,
      position: isScheduled ? null : position,
      createdBy,
      parameters: plan.parameters === null ? null : JSON.stringify(plan.parameters),
    })
    if (isScheduled) store.findUpstream(tx, bizdate)
    if (isScheduled || crosses) store.insertOutside(tx, beforeId)
    store.insertPlanned(tx, {
      tenantId,
      environment,
      kind,
      bizdate,
      beforeId,
      startsFutureNow,
      hasTurn,
      crosses: isScheduled || crosses,
    })
    dagIds.push(...made)
    instanceCount += planned.instances
  }
  return { dagIds, instanceCount }
}

async function breakCircles(tx: Transaction): Promise<void> {
  const edges = await store.edgesWithinDay(tx)
  const runs = new Map(
    edges.flatMap((edge) => [[edge.from, edge.from_runs] as const, [edge.to, edge.to_runs] as const]),
  )
  const within = edges.flatMap(({ from, to, kinds, from_runs, to_runs }) => {
    const isBetweenMany = from_runs > 1 && to_runs > 1
    return [
      ...(kinds & 1 ? [{ from, to, cycleBefore: false }] : []),
      ...(kinds & 2 && isBetweenMany ? [{ from, to, cycleBefore: true }] : []),
    ]
  })
  const moved = edgesOfDayBefore(within, (id) => runs.get(id) ?? 0)
  if (moved.length > 0) store.waitForDayBefore(tx, moved)
}

/** Counting gives way to other work after so many runs: a year of a minute's schedule is half a million. */
const COUNTED_AT_ONCE = 20_000

/** How many instances the plan makes, without making them. Of more than `most` it is only told that there are more. */
export async function planInstances(
  sql: Pick<Sql, 'rows'>,
  plan: InstancePlan,
  most = Number.POSITIVE_INFINITY,
): Promise<{ instanceCount: number }> {
  const { tenantId, environment } = plan
  const nodeIds = plan.nodes.map(({ nodeId }) => nodeId)
  const schedules = await store.schedulesOf(sql, { tenantId, environment, nodeIds })
  let instanceCount = 0
  let counted = 0
  for (const bizdate of plan.dates)
    for (const row of schedules) {
      const { periods } = scheduleDay(plan, row, bizdate)
      instanceCount += periods.filter(({ taskType }) => taskType !== null).length * row.node_count
      if (instanceCount > most) return { instanceCount }
      counted += periods.length + 1
      if (counted < COUNTED_AT_ONCE) continue
      counted = 0
      await new Promise(setImmediate)
    }
  return { instanceCount }
}

/**
 * What a node has on a business date, which is the day before it runs. A backfill is for the dates that were asked for, whatever the effective
 * period; what is neither scheduled nor a backfill runs once, at the first time of the day.
 */
function scheduleDay(plan: InstancePlan, row: store.ScheduleRow, bizdate: string): store.ScheduleDay {
  const { kind, timeZone } = plan
  const { schedule, cron, waits_for_itself: waitsForItself } = row
  const { timezone } = row
  const zone = zoneOf(timezone, timeZone)
  const day = dayAfter(bizdate)
  const answer = (periods: store.ScheduleDay['periods']) => ({ schedule, waitsForItself, periods })
  const isScheduled = kind === 'scheduled'
  if (isScheduled && (row.is_manual || cron === null)) return answer([])
  if (cron === null) return answer([{ at: instantOf(day, 0, zone), taskType: 0 }])
  const effective = isScheduled ? { startAt: row.start_at, endAt: row.end_at } : { startAt: null, endAt: null }
  const { times, runs } = runDay({ cron, timezone, ...effective }, day, timeZone)
  if (kind !== 'scheduled' && kind !== 'backfill') return answer(times.slice(0, 1).map((at) => ({ at, taskType: 0 })))
  const taskType = runs ? 0 : 5
  if (!row.chosen) return answer(times.map((at) => ({ at, taskType })))
  return answer(times.map((at) => ({ at, taskType: cut(plan, at, times.length, zone, taskType) })))
}

/** The task type of a period in a plan that takes only a part of the day. */
function cut(
  { window, earlier }: InstancePlan,
  at: number,
  periodCount: number,
  zone: string,
  taskType: 0 | 5,
): store.ScheduleDay['periods'][number]['taskType'] {
  if (earlier !== undefined && at < earlier.thanMs) return earlier.are === 'left-out' ? null : 7
  if (window === null || periodCount <= 1) return taskType
  const clock = localTime(at, zone).slice(11)
  return clock >= window.startTime && clock <= window.endTime ? taskType : null
}

/** On days that are alike the schedules run at the same times of day, and wait for each other in the same way. */
function likenessOf(days: readonly store.ScheduleDay[], bizdate: string): string {
  const midnight = Date.parse(`${bizdate}T00:00:00Z`)
  return days
    .map(({ periods }) =>
      periods.map(({ at, taskType }) => `${at - midnight}${taskType === null ? '-' : ''}`).join(' '),
    )
    .join(';')
}

/** What the day's periods wait for, without those that have no instance. */
function wiringsOf(pairs: readonly store.ShapePair[], days: readonly store.ScheduleDay[]): store.Wiring[] {
  const bySchedule = new Map(days.map((day) => [day.schedule, day]))
  // Shape 0 runs once, and its time does not matter.
  const periodsOf = (shape: number) => bySchedule.get(shape)?.periods ?? [{ at: 0, taskType: 0 }]
  const asPeriods = (shape: number): Periods => ({
    times: periodsOf(shape).map(({ at }) => at),
    waitsForItself: bySchedule.get(shape)?.waitsForItself ?? false,
  })
  const isMade = (shape: number, period: number) => periodsOf(shape)[period - 1]?.taskType !== null
  return pairs.map((pair) => ({
    ...pair,
    wires: wiresBetween(asPeriods(pair.from_shape), asPeriods(pair.to_shape), {
      sameCycle: (pair.kinds & 1) !== 0,
      cycleBefore: (pair.kinds & 2) !== 0,
      dayBefore: (pair.kinds & 4) !== 0,
    })
      .map(({ from, to }) => ({ from: from === 'last-before' ? 0 : from, to }))
      .filter(({ from, to }) => isMade(pair.to_shape, to) && (from === 0 || isMade(pair.from_shape, from))),
  }))
}
