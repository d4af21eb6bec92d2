/**
 * What this server counts and measures, as one table: the page at /metrics and docs/metrics.md both come from it.
 *
 * Every label has few values, known beforehand or bounded by what administrators set up (tenants, extensions); never one that a caller makes up.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

type Row<Label extends string, Type extends 'counter' | 'gauge' | 'histogram'> = {
  readonly type: Type
  readonly name: string
  readonly labels: readonly Label[]
  readonly meaning: string
  readonly buckets?: readonly number[]
}

const row =
  <Type extends 'counter' | 'gauge' | 'histogram'>(type: Type) =>
  <const Label extends string = never>(
    name: string,
    labels: readonly Label[],
    meaning: string,
    buckets?: readonly number[],
  ): Row<Label, Type> => ({
    type,
    name: `holdpoint_${name}`,
    labels,
    meaning,
    ...(buckets && { buckets }),
  })
const counter = row('counter')
const gauge = row('gauge')
const histogram = row('histogram')

const SHORT = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]
/** What is promised about is measured finely. */
const FINE = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 25, 30, 35, 40, 50, 60, 80, 100, 150, 250, 500, 1000, 5000,
].map((ms) => ms / 1000)
/** From a program that answers at once to a message that expires. */
const LONG = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 3600, 21_600, 86_400, 259_200]

export const METRICS = {
  heldOperations: gauge(
    'held_operations',
    ['tenant', 'extension', 'reason'],
    'Operations that wait for this extension now, and why; one that waits for several extensions counts at each. Reasons: `not-routed`, `undelivered`, `target-blocked`, `sending`, `waiting-for-answer`, `waiting-for-person`',
  ),
  heldOldestAge: gauge(
    'held_oldest_age_seconds',
    ['tenant', 'extension', 'reason'],
    'How long the oldest of them has been held',
  ),
  pendingDeliveries: gauge(
    'pending_deliveries',
    ['kind', 'blocked'],
    'Deliveries that are neither accepted nor given up, by the kind of their target (`gone`: it has been removed) and whether the target is blocked',
  ),
  readingAge: gauge(
    'held_reading_age_seconds',
    [],
    'How long ago the database was asked for what is held and pending; it is asked again when it is scraped, but not before 20 times as long has passed as the asking took',
  ),
  readingDuration: gauge('held_reading_duration_seconds', [], 'How long that took'),
  readingFailures: counter('held_reading_failures_total', [], 'How often the database did not answer it'),
  asked: counter(
    'operations_asked_total',
    ['point', 'held'],
    'Operations asked for on an extension point, and whether they were held',
  ),
  ended: counter(
    'operations_ended_total',
    ['point', 'state'],
    'Held operations that ended: `done`, `refused`, `withdrawn`, `stale`, `failed`',
  ),
  trials: counter(
    'trials_total',
    ['point'],
    'Trials that authors sent to extensions under test, by their event; they are counted in none of the others but deliveries',
  ),
  holdDuration: histogram(
    'hold_duration_seconds',
    ['state'],
    'From the hold to the end, by how the operation ended',
    LONG,
  ),
  answers: counter(
    'answers_total',
    ['result'],
    'Results that extensions returned and that were recorded: `OK`, `WARN`, `FAIL`',
  ),
  answerToEffect: histogram(
    'answer_to_effect_seconds',
    [],
    'From the acceptance of the answer that let an operation go to the commit of its effect',
    FINE,
  ),
  attempts: counter(
    'delivery_attempts_total',
    ['kind', 'outcome'],
    'Attempts to hand a message over: `accepted`, `refused` (the receiver said no), `unreached` (no answer)',
  ),
  attemptDuration: histogram('delivery_attempt_duration_seconds', ['kind'], 'How long an attempt took', SHORT),
  deliveries: counter(
    'deliveries_ended_total',
    ['kind', 'state'],
    'Deliveries that ended: `delivered`, or `dead`, which is on the list of dead letters',
  ),
  auditUnsealedAge: gauge(
    'audit_unsealed_age_seconds',
    [],
    'How old the oldest entry of the audit trail is that is not sealed yet; a few seconds at most while all is well, 0 where all are sealed',
  ),
  dispatcher: gauge(
    'dispatcher',
    ['what'],
    'What this replica delivers now: `lanes` (targets that are its own), `held` (deliveries in memory), `underway` (attempts being made), `alive` (1 while its heartbeats arrive)',
  ),
  instances: gauge(
    'instances',
    ['status'],
    'Instances that wait and run now, in the whole installation: `waiting-for-time`, `waiting-for-resources` (those that are frozen are left out), `running`',
  ),
  instancesOldestAge: gauge('instances_oldest_age_seconds', ['status'], 'For how long the oldest of them has'),
  runsEnded: counter(
    'runs_ended_total',
    ['as'],
    'Runs of programs that this replica saw end: `succeeded`, `failed`, `retried` (failed, and tried again by itself), `terminated`, and for those whose replica was gone `rerun` and `lost` (not to be run again)',
  ),
  dispatchLatency: histogram(
    'dispatch_latency_seconds',
    [],
    'From the moment from which an instance waited for nothing but a slot to its start',
    LONG,
  ),
  syncRows: counter('sync_rows_total', [], 'Rows that synchronisations of this replica have moved'),
  syncBytes: counter('sync_bytes_total', [], 'Bytes that they have moved, as they went over'),
  runningPrograms: gauge('running_programs', [], 'Programs that this replica runs now'),
  functionInvocations: counter(
    'function_invocations_total',
    ['ended'],
    'Calls of functions, by how they ended: `returned`, `threw`, `timed-out`, `out-of-memory`, `stopped` (its host died), `refused` (it did not run)',
  ),
  functionDuration: histogram(
    'function_duration_seconds',
    [],
    'How long they ran, loading included; waiting for a place is not',
    SHORT,
  ),
  functionRefusals: counter(
    'function_refusals_total',
    ['reason'],
    'Calls that did not run: `queue-full`, `waited`, `too-large`, `unavailable`, `closing`',
  ),
  functionCalls: gauge('function_calls', ['state'], 'Calls now: `running`, `waiting`'),
  functionHosts: gauge('function_hosts', [], 'Processes that run functions'),
  functionIsolates: gauge('function_isolates', [], 'Versions of functions that are loaded in them'),
  functionIsolation: gauge(
    'function_isolation',
    ['level'],
    '1 for what stands around these processes: `namespaces`, `process`, or `none` where none runs',
  ),
  requests: counter(
    'http_requests_total',
    ['interface', 'route', 'status'],
    'Requests answered, by interface (`native`, `dataworks`, `eventbridge`, `console`, `health`), route or action, and status',
  ),
  requestDuration: histogram(
    'http_request_duration_seconds',
    ['interface', 'route'],
    'How long they took; streams of live changes are not among them',
    SHORT,
  ),
  streams: gauge('live_streams', [], 'Consoles that follow changes at this server'),
  databaseConnections: gauge('database_connections', ['state'], 'Connections of the pool: `busy`, `idle`'),
  databaseWaiting: gauge('database_waiting', [], 'Requests that wait for a connection of the pool'),
} as const

type Made<R> =
  R extends Row<infer Label, infer Type>
    ? Type extends 'counter'
      ? Counter<Label>
      : Type extends 'gauge'
        ? Gauge<Label>
        : Histogram<Label>
    : never

export type Metrics = { readonly [K in keyof typeof METRICS]: Made<(typeof METRICS)[K]> } & {
  /** Runs before each page is written, for what is looked up only then. */
  beforeScrape(collect: () => void | Promise<void>): void
  /** The page that Prometheus reads. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>
}

/** A server has a registry of its own: several may run in one process. */
export function makeMetrics(): Metrics {
  const registry = new Registry()
  const collects: (() => void | Promise<void>)[] = []
  const KINDS = { counter: Counter, gauge: Gauge, histogram: Histogram } as const
  const made = Object.entries(METRICS).map(([key, { type, name, labels, meaning, ...rest }]) => {
    const options = { name, help: meaning.replaceAll('`', ''), labelNames: [...labels], registers: [registry], ...rest }
    return [key, new KINDS[type](options as never)]
  })
  collectDefaultMetrics({ register: registry })
  return {
    ...(Object.fromEntries(made) as { [K in keyof typeof METRICS]: Made<(typeof METRICS)[K]> }),
    beforeScrape: (collect) => void collects.push(collect),
    async page() {
      for (const collect of collects) await collect()
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}
