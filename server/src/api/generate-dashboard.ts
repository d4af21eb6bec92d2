/** deploy/grafana-dashboard.json, from the table of what it shows. */

type Panel = {
  readonly title: string
  readonly unit?: 's' | 'bytes' | 'ops' | 'short' | 'percentunit'
  /** PromQL by what its lines are called; `{{label}}` stands for the value of a label. */
  readonly lines: Readonly<Record<string, string>>
}

const quantiles = (histogram: string, by = ''): Panel['lines'] => {
  const labels = by === '' ? 'le' : `le, ${by}`
  const name = by === '' ? '' : `{{${by}}} `
  const line = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (${labels}) (rate(${histogram}_bucket{job="holdpoint"}[$__rate_interval])))`
  return { [`${name}p50`]: line(0.5), [`${name}p99`]: line(0.99) }
}
const rate = (counter: string, by: string): string =>
  `sum by (${by}) (rate(${counter}{job="holdpoint"}[$__rate_interval]))`

const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  'What is held': [
    {
      title: 'Held operations, by whom they wait for',
      lines: {
        '{{tenant}} {{extension}}: {{reason}}':
          'max by (tenant, extension, reason) (holdpoint_held_operations{job="holdpoint"})',
      },
    },
    {
      title: 'How long the oldest has been held',
      unit: 's',
      lines: {
        '{{tenant}} {{extension}}': 'max by (tenant, extension) (holdpoint_held_oldest_age_seconds{job="holdpoint"})',
      },
    },
    {
      title: 'Operations that ended',
      unit: 'ops',
      lines: { '{{state}}': rate('holdpoint_operations_ended_total', 'state') },
    },
    { title: 'From the hold to the end', unit: 's', lines: quantiles('holdpoint_hold_duration_seconds') },
  ],
  'Extensions and deliveries': [
    {
      title: 'Deliveries that wait',
      lines: {
        '{{kind}}, target blocked: {{blocked}}':
          'max by (kind, blocked) (holdpoint_pending_deliveries{job="holdpoint"})',
      },
    },
    {
      title: 'Attempts',
      unit: 'ops',
      lines: { '{{kind}}: {{outcome}}': rate('holdpoint_delivery_attempts_total', 'kind, outcome') },
    },
    {
      title: 'How long an attempt takes',
      unit: 's',
      lines: quantiles('holdpoint_delivery_attempt_duration_seconds', 'kind'),
    },
    {
      title: 'New dead letters in an hour',
      lines: {
        '{{kind}}': 'sum by (kind) (increase(holdpoint_deliveries_ended_total{job="holdpoint", state="dead"}[1h]))',
      },
    },
    { title: 'Answers', unit: 'ops', lines: { '{{result}}': rate('holdpoint_answers_total', 'result') } },
    { title: 'From an answer to the effect', unit: 's', lines: quantiles('holdpoint_answer_to_effect_seconds') },
  ],
  'Nodes and functions': [
    {
      title: 'Instances',
      lines: { '{{status}}': 'max by (status) (holdpoint_instances{job="holdpoint"})' },
    },
    {
      title: 'From nothing but a slot to wait for, to the start',
      unit: 's',
      lines: quantiles('holdpoint_dispatch_latency_seconds'),
    },
    { title: 'Runs that ended', unit: 'ops', lines: { '{{as}}': rate('holdpoint_runs_ended_total', 'as') } },
    {
      title: 'Programs that run',
      lines: { '{{instance}}': 'holdpoint_running_programs{job="holdpoint"}' },
    },
    {
      title: 'Calls of functions',
      unit: 'ops',
      lines: { '{{ended}}': rate('holdpoint_function_invocations_total', 'ended') },
    },
    {
      title: 'Calls of functions that run and wait',
      lines: { '{{state}}': 'sum by (state) (holdpoint_function_calls{job="holdpoint"})' },
    },
  ],
  'The servers': [
    {
      title: 'Requests',
      unit: 'ops',
      lines: { '{{interface}}: {{status}}': rate('holdpoint_http_requests_total', 'interface, status') },
    },
    {
      title: 'How long requests take',
      unit: 's',
      lines: quantiles('holdpoint_http_request_duration_seconds', 'interface'),
    },
    { title: 'Memory', unit: 'bytes', lines: { '{{instance}}': 'process_resident_memory_bytes{job="holdpoint"}' } },
    {
      title: 'Processor',
      unit: 'percentunit',
      lines: { '{{instance}}': 'rate(process_cpu_seconds_total{job="holdpoint"}[$__rate_interval])' },
    },
    {
      title: 'Event loop lag, p99',
      unit: 's',
      lines: { '{{instance}}': 'nodejs_eventloop_lag_p99_seconds{job="holdpoint"}' },
    },
    {
      title: 'Connections to the database',
      lines: {
        '{{instance}}: {{state}}': 'holdpoint_database_connections{job="holdpoint"}',
        '{{instance}}: requests that wait': 'holdpoint_database_waiting{job="holdpoint"}',
      },
    },
    {
      title: 'The oldest entry of the audit trail that is not sealed',
      unit: 's',
      lines: { age: 'max(holdpoint_audit_unsealed_age_seconds{job="holdpoint"})' },
    },
    { title: 'Consoles that are open', lines: { '{{instance}}': 'holdpoint_live_streams{job="holdpoint"}' } },
  ],
}

const WIDTH = 12
const HEIGHT = 8

export function dashboard(): string {
  const panels: object[] = []
  let y = 0
  for (const [title, shown] of Object.entries(ROWS)) {
    panels.push({ type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: 2 * WIDTH, h: 1 }, panels: [] })
    y += 1
    shown.forEach((panel, at) => {
      const gridPos = { x: (at % 2) * WIDTH, y: y + Math.floor(at / 2) * HEIGHT, w: WIDTH, h: HEIGHT }
      panels.push({ ...timeseries(panel), gridPos })
    })
    y += Math.ceil(shown.length / 2) * HEIGHT
  }
  const whole = {
    title: 'Holdpoint',
    uid: 'holdpoint',
    tags: ['holdpoint'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }],
    },
    panels: panels.map((panel, at) => ({ id: at + 1, ...panel })),
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

function timeseries({ title, unit = 'short', lines }: Panel): object {
  const datasource = { type: 'prometheus', uid: '$datasource' }
  return {
    type: 'timeseries',
    title,
    datasource,
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 10 } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: Object.entries(lines).map(([legendFormat, expr], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr,
      legendFormat,
    })),
  }
}
