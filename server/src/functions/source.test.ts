// TypeScript becomes JavaScript when a function is saved, or is refused with the place.
import { Refusal } from '@holdpoint/core'
import { expect, test } from 'vitest'
import { toJavaScript } from './source.ts'

test('types are taken away, and everything else stays where it was', () => {
  const source =
    'type A = { b: string }\nexport default async function (request: A): Promise<unknown> {\n  return request.b as string\n}\n'
  const text = toJavaScript(source, 'typescript')
  expect(text).not.toMatch(/string|Promise/)
  expect(text.split('\n').map((line) => line.length)).toEqual(source.split('\n').map((line) => line.length))
  expect(text.indexOf('return')).toBe(source.indexOf('return'))
})

test('JavaScript is left as it is, right or wrong', () => {
  expect(toJavaScript('export default (', 'javascript')).toBe('export default (')
})

test.each([
  ['let a = 1\nenum A { B }', 2, 1, /uses enum, which is more than a type/],
  ['export default (a: any) => {\n  const x = ;\n}', 2, 13, /Expression expected/],
  ['export default class { constructor(private x: number) {} }', 1, 44, /parameter property/],
])('%j is refused with line and column, beside its member of the request', (source, line, column, problem) => {
  let refusal: unknown
  try {
    toJavaScript(source, 'typescript', 'code')
  } catch (error) {
    refusal = error
  }
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal).toMatchObject({ code: 'FUNCTION_SOURCE_INVALID', details: { line, column, paths: ['code'] } })
  expect((refusal as Refusal).message).toMatch(problem)
})
