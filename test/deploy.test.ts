// What deploy/ and the operator's guide name is there.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { METRICS } from '../server/src/watch/metrics.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const matches = (file: string, pattern: RegExp) => [...new Set(read(file).match(pattern) ?? [])]

test.each(['deploy/alerts.yaml', 'deploy/grafana-dashboard.json'])('%s asks for metrics that there are', (file) => {
  const names = Object.values(METRICS).map(({ name, type }) => ({ name, type }))
  const known = names.flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`] : [name]))
  const asked = matches(file, /\bholdpoint_[a-z_]+/g)
  expect(asked.length).toBeGreaterThan(5)
  expect(known).toEqual(expect.arrayContaining(asked))
})

test('every alert is explained, and no other', () => {
  const alerts = [...read('deploy/alerts.yaml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name)
  const explained = [...read('docs/operating.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(explained).toEqual(alerts)
})

test.each(['deploy/compose.yaml', 'deploy/Dockerfile', 'deploy/example.env', 'docs/operating.md'])(
  '%s names settings that there are',
  (file) => {
    const settings = matches('docs/configuration.md', /\bHOLDPOINT_[A-Z_]+/g)
    const named = matches(file, /\bHOLDPOINT_[A-Z_]+/g)
    expect(named.length).toBeGreaterThan(0)
    expect(settings).toEqual(expect.arrayContaining(named))
  },
)
