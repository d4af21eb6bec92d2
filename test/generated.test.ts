import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { generated } from '../server/src/api/generate.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
/** What other tests compare: the events and the settings have their own. */
const ELSEWHERE = ['docs/events.md', 'docs/configuration.md']

let files: Readonly<Record<string, string>>
beforeAll(async () => {
  files = await generated()
})

describe('what is generated is what is kept; otherwise run npm run generate', () => {
  test('every file', () => {
    const compared = Object.keys(files).filter((file) => !ELSEWHERE.includes(file))
    expect(compared).toEqual(expect.arrayContaining(['docs/openapi.json', 'sdk/src/generated/api.ts']))
    for (const file of compared) expect(readFileSync(path.join(ROOT, file), 'utf8'), file).toBe(files[file])
  })

  test('generating it again gives the same', async () => {
    expect(await generated()).toEqual(files)
  })
})

type Operation = { operationId?: string; summary?: string; tags?: string[]; responses: Record<string, unknown> }
type OpenApi = { openapi: string; paths: Record<string, Record<string, Operation>> }

describe('docs/openapi.json', () => {
  test('describes every route, each with its tag, its summary and its answers', async () => {
    const { ROUTES } = await import('../server/src/api/routes/index.ts')
    const openapi = JSON.parse(files['docs/openapi.json']!) as OpenApi
    const described = Object.entries(openapi.paths).flatMap(([route, methods]) =>
      Object.entries(methods).map(([method, operation]) => {
        expect(operation.summary, `${method} ${route}`).toMatch(/\w/)
        expect(operation.tags, `${method} ${route}`).toHaveLength(1)
        expect(
          Object.keys(operation.responses).some((status) => status.startsWith('2')),
          `${method} ${route}`,
        ).toBe(true)
        return `${method.toUpperCase()} ${route}`
      }),
    )
    const rows = ROUTES.map((row) => `${row.method} /api/v1${row.path.replace(/:(\w+)/g, '{$1}')}`)
    expect(described.toSorted()).toEqual(
      [
        ...rows,
        'GET /api/v1/audit/export',
        'GET /api/v1/stream',
        'GET /api/v1/extensions/{code}/dev-stream',
        'GET /api/v1/openapi.json',
      ].toSorted(),
    )
    expect(openapi.openapi).toBe('3.1.0')
  })

  test('refers only to shapes that it has', () => {
    const openapi = JSON.parse(files['docs/openapi.json']!)
    const named = new Set(
      [...files['docs/openapi.json']!.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]),
    )
    const present = new Set(Object.keys(openapi.components.schemas))
    expect([...named].filter((name) => !present.has(name!))).toEqual([])
  })
})
