/**
 * Writes what is generated from the server's own tables: docs/openapi.json, the client's types, docs/access.md, docs/events.md,
 * docs/dataworks/actions.md, docs/configuration.md, docs/metrics.md, deploy/grafana-dashboard.json.
 * A test fails when one of them is stale.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXTENSION_POINTS } from '@holdpoint/core'
import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { configurationMarkdown } from '../config.ts'
import type { Platform } from '../platform.ts'
import { makeMetrics } from '../watch/metrics.ts'
import { buildApp } from './app.ts'
import { accessReference } from './generate-access.ts'
import { actionsReference } from './generate-actions.ts'
import { dashboard } from './generate-dashboard.ts'
import { eventsReference } from './generate-events.ts'
import { metricsReference } from './generate-metrics.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PREFIX = '/api/v1'

type Schema = JSONSchema & { $ref?: string }
type Operation = {
  summary?: string
  parameters?: { in: 'path' | 'query'; name: string; required?: boolean; schema: Schema; description?: string }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>
}
type OpenApi = { paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, Schema> } }

/** Every generated file with its content, by its path in the project. */
export async function generated(): Promise<Readonly<Record<string, string>>> {
  // Only the tables are read; nothing is connected to.
  const app = await buildApp(
    { bodyLimitBytes: 1 << 20, metrics: makeMetrics(), metricsToken: null } as Partial<Platform> as Platform,
    { trustProxy: false },
  )
  await app.ready()
  const openapi = app.swagger() as unknown as OpenApi
  await app.close()
  const once = withoutTwins(openapi)
  return {
    'docs/openapi.json': `${JSON.stringify(once, null, 2)}\n`,
    'docs/access.md': accessReference(),
    'docs/events.md': eventsReference(),
    'docs/dataworks/actions.md': actionsReference(),
    'docs/configuration.md': configurationMarkdown(),
    'docs/metrics.md': metricsReference(),
    'deploy/grafana-dashboard.json': dashboard(),
    'sdk/src/generated/api.ts': await clientTypes(once),
    'sdk/src/generated/callbacks.ts': callbackTable(),
  }
}

/** Which action takes the results for which extension point, for receivers that answer all of them. */
function callbackTable(): string {
  const rows = EXTENSION_POINTS.map((point) => `  '${point.eventCode}': '${point.callback}',\n`)
  return `/** Generated from the catalogue of events by \`npm run generate\`. */
export const CALLBACKS = {
${rows.join('')}} as const
`
}

/** A shape that is the same coming in and going out is described under one name; the library describes each of them twice. */
function withoutTwins(openapi: OpenApi): OpenApi {
  const schemas = openapi.components?.schemas ?? {}
  const plain = (schema: Schema | undefined) =>
    JSON.stringify(schema)
      .replaceAll(/(#\/components\/schemas\/\w+?)Input"/g, '$1"')
      .replaceAll('"additionalProperties":false,', '')
      .replaceAll(',"additionalProperties":false', '')
  const twins = Object.keys(schemas).filter(
    (name) => name.endsWith('Input') && plain(schemas[name]) === plain(schemas[name.slice(0, -5)]),
  )
  let text = JSON.stringify(openapi)
  for (const twin of twins)
    text = text.replaceAll(`#/components/schemas/${twin}"`, `#/components/schemas/${twin.slice(0, -5)}"`)
  const once = JSON.parse(text) as OpenApi
  for (const twin of twins) delete once.components?.schemas?.[twin]
  return once
}

/** The shapes under their names, and for each route what it takes and what it answers. */
async function clientTypes(openapi: OpenApi): Promise<string> {
  const definitions: Record<string, Schema> = {}
  for (const [name, schema] of Object.entries(openapi.components?.schemas ?? {})) definitions[name] = closed(schema)
  const routes: Record<string, Schema> = {}
  for (const [path, methods] of Object.entries(openapi.paths)) {
    if (!path.startsWith(PREFIX)) continue
    for (const [method, operation] of Object.entries(methods)) {
      const key = `${method.toUpperCase()} ${path.slice(PREFIX.length)}`
      routes[key] = { description: operation.summary, ...members(routeOf(operation)) }
    }
  }
  const source = { title: 'Routes', ...members(routes), definitions } as JSONSchema
  const text = await compile(source, 'Routes', {
    bannerComment: "/** Generated from the server's table of routes by `npm run generate`. */",
    unreachableDefinitions: true,
    ignoreMinAndMaxItems: true,
    style: { semi: false, singleQuote: true, printWidth: 120 },
    format: true,
  })
  // The compiler says of every definition where it found it, which is always here.
  return text
    .replaceAll(/\/\*\*\n \* This interface was referenced by[^\n]*\n \* via the `definition` "\w+"\.\n \*\/\n/g, '')
    .replaceAll(/ \*\n \* This interface was referenced by[^\n]*\n \* via the `definition` "\w+"\.\n/g, '')
}

function routeOf(operation: Operation): Record<string, Schema> {
  const by = (place: 'path' | 'query') => (operation.parameters ?? []).filter((one) => one.in === place)
  const object = (parameters: ReturnType<typeof by>): Schema => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(parameters.map((one) => [one.name, refs(one.schema)])),
    required: parameters.filter((one) => one.required).map((one) => one.name),
  })
  const body = operation.requestBody?.content['application/json']?.schema
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1]
  const answer = success?.content?.['application/json']?.schema
  return {
    params: object(by('path')),
    query: object(by('query')),
    body: body ? refs(body) : { tsType: 'undefined' },
    answer: answer ? closed(refs(answer)) : { tsType: 'undefined' },
  }
}

const members = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required: Object.keys(properties),
})

/** OpenAPI names shapes under components, the compiler under definitions. */
function refs(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/definitions/')) as Schema
}

/** An answer's objects have the members that are described. */
function closed(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(refs(schema)), (_key, value) =>
    value !== null &&
    typeof value === 'object' &&
    value.type === 'object' &&
    value.properties &&
    value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  ) as Schema
}

if (process.argv[1] === import.meta.filename)
  for (const [path, content] of Object.entries(await generated())) writeFileSync(join(ROOT, path), content)
