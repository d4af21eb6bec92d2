// TypeScript becomes JavaScript when a function is saved, or is refused with the place.
import { Refusal } from '@holdpoint/core'
import { expect, test } from 'vitest'
import { toJavaScript, withoutTypes } from './source.ts'

test('types are taken away, and everything else stays where it was', async () => {
  const source =
    'type A = { b: string }\nexport default async function (request: A): Promise<unknown> {\n  return request.b as string\n}\n'
  const text = await toJavaScript(source, 'typescript')
  expect(text).not.toMatch(/string|Promise/)
  expect(text.split('\n').map((line) => line.length)).toEqual(source.split('\n').map((line) => line.length))
  expect(text.indexOf('return')).toBe(source.indexOf('return'))
})

test('JavaScript is left as it is, right or wrong', async () => {
  expect(await toJavaScript('export default (', 'javascript')).toBe('export default (')
})

test.each([
  ['let a = 1\nenum A { B }', 2, 1, /uses enum, which is more than a type/],
  ['export default (a: any) => {\n  const x = ;\n}', 2, 13, /Expression expected/],
  ['export default class { constructor(private x: number) {} }', 1, 44, /parameter property/],
])('%j is refused with line and column, beside its member of the request', async (source, line, column, problem) => {
  let refusal: unknown
  try {
    await toJavaScript(source, 'typescript', 'code')
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal).toMatchObject({ code: 'FUNCTION_SOURCE_INVALID', details: { line, column, paths: ['code'] } })
  expect((refusal as Refusal).message).toMatch(problem)
})

test('a source that the compiler is lost over is refused, and every other is compiled as before', async () => {
  const deep = `export default ${'('.repeat(130_000)}1${')'.repeat(130_000)}`
  await expect(toJavaScript(deep, 'typescript')).rejects.toMatchObject({
    code: 'FUNCTION_INVALID',
    details: { paths: ['source'] },
  })
  expect(await toJavaScript('let a: 1 = 1', 'typescript')).toBe('let a    = 1')
  expect(withoutTypes('let a: 1 = 1')).toBe('let a    = 1')
})
