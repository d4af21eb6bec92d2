/**
 * The one place where instances are made: every night, at once, for backfills, smoke tests and manual runs.
 *
 * What the schedules and rules say is worked out once for each schedule and each pair of shapes (core, wiring.ts); the database multiplies it
 * by nodes and dates (store/planned-instances.ts).
 */
import { DAG_KINDS, type DagKind, type Periods, PROGRAM_TYPES_WITHOUT_WORK, wiresBetween } from '@holdpoint/core'
import type { Sql, Transaction } from '../../store/database.ts'
import type { Environment } from '../../store/nodes.ts'
import * as store from '../../store/planned-instances.ts'
import { dayAfter, instantOf, localTime, runDay } from './cron-times.ts'

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
  /** The server's, in which nodes run that name none. */
  readonly timeZone: string
}

export type CreatedInstances = { readonly dagIds: readonly number[]; readonly instanceCount: number }

/** Makes the instances in the caller's transaction, with what they wait for. Instances of the schedule that are there already stay as they are. */
export async function createInstances(tx: Transaction, plan: InstancePlan): Promise<CreatedInstances> {
  const kind = DAG_KINDS.indexOf(plan.kind)
  const isScheduled = plan.kind === 'scheduled'
  const { tenantId, environment, createdBy, backfillId, startsFutureNow, priority, resourceGroupId } = plan
  const schedules = await store.planNodes(tx, {
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
  let wired = ''
  for (const [position, bizdate] of plan.dates.entries()) {
    const days = schedules.map((row) => scheduleDay(plan, row, bizdate))
    store.planRuns(tx, days)
    const likeThis = shapeOf(days, bizdate)
    if (likeThis !== wired) {
      wired = likeThis
      store.planWiring(tx, wiringsOf(await store.shapePairs(tx), days))
    }
    const before = plan.dates[position - 1]
    const keepsBefore = plan.kind === 'backfill' && before !== undefined && before < bizdate
    const count = await store.planDay(tx, bizdate, isScheduled, keepsBefore)
    if (count === 0) continue
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
    store.planUpstream(tx, bizdate, isScheduled)
    store.insertPlanned(tx, { tenantId, environment, kind, bizdate, startsFutureNow, hasTurn })
    dagIds.push(...made)
    instanceCount += count
  }
  return { dagIds, instanceCount }
}

/** How many instances the plan makes, without making them. */
export async function planInstances(sql: Pick<Sql, 'rows'>, plan: InstancePlan): Promise<{ instanceCount: number }> {
  const { tenantId, environment } = plan
  const schedules = await store.schedulesOf(sql, {
    tenantId,
    environment,
    nodeIds: plan.nodes.map(({ nodeId }) => nodeId),
  })
  let instanceCount = 0
  for (const bizdate of plan.dates)
    for (const row of schedules) instanceCount += scheduleDay(plan, row, bizdate).times.length * row.node_count
  return { instanceCount }
}

/**
 * What a node has on a business date, which is the day before it runs. A backfill is for the dates that were asked for, whatever the effective
 * period; what runs once has the first time of its day.
 */
function scheduleDay(plan: InstancePlan, row: store.ScheduleRow, bizdate: string): store.ScheduleDay {
  const { kind, window, timeZone } = plan
  const { schedule, cron, timezone, waits_for_itself: waitsForItself } = row
  const day = dayAfter(bizdate)
  const zone = timezone ?? timeZone
  const answer = (times: readonly number[], standsIn: boolean) => ({
    schedule,
    times: times.map((time) => new Date(time).toISOString()),
    standsIn,
    waitsForItself,
  })
  const isScheduled = kind === 'scheduled'
  if (isScheduled && row.is_manual) return answer([], false)
  if (cron === null) return answer(isScheduled ? [] : [instantOf(day, 0, zone)], false)
  const period = isScheduled ? { startAt: row.start_at, endAt: row.end_at } : { startAt: null, endAt: null }
  const { times, runs } = runDay({ cron, timezone, ...period }, day, timeZone)
  if (kind !== 'scheduled' && kind !== 'backfill') return answer(times.slice(0, 1), false)
  if (window === null || times.length <= 1) return answer(times, !runs)
  const isInside = (time: number) => {
    const clock = localTime(time, zone).slice(11)
    return clock >= window.startTime && clock <= window.endTime
  }
  return answer(times.filter(isInside), !runs)
}

/** Days on which the schedules run at the same times of day wait for each other in the same way. */
function shapeOf(days: readonly store.ScheduleDay[], bizdate: string): string {
  const midnight = Date.parse(`${bizdate}T00:00:00Z`)
  return days.map(({ times }) => times.map((time) => Date.parse(time) - midnight).join(' ')).join(';')
}

function wiringsOf(pairs: readonly store.ShapePair[], days: readonly store.ScheduleDay[]): store.Wiring[] {
  const bySchedule = new Map(days.map((day) => [day.schedule, day]))
  // Shape 0 runs once, and its time does not matter.
  const periodsOf = (shape: number): Periods => {
    const day = bySchedule.get(shape)
    return { times: day?.times.map((time) => Date.parse(time)) ?? [0], waitsForItself: day?.waitsForItself ?? false }
  }
  return pairs.map((pair) => ({
    ...pair,
    wires: wiresBetween(periodsOf(pair.from_shape), periodsOf(pair.to_shape), {
      sameCycle: (pair.kinds & 1) !== 0,
      cycleBefore: (pair.kinds & 2) !== 0,
    }).map(({ from, to }) => ({ from: from === 'last-before' ? 0 : from, to })),
  }))
}
