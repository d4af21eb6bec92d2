import { expect, test } from 'vitest'
import { resourcesNamedIn } from './resource-reference.ts'

test('a program names resources in comments, each once', () => {
  const content =
    '##@resource_reference{"rates.csv"}\n# @resource_reference{"tools.py"} @resource_reference{"rates.csv"}\ncat rates.csv'
  expect(resourcesNamedIn(content)).toEqual(['rates.csv', 'tools.py'])
  expect(resourcesNamedIn('cat rates.csv # @resource_reference{rates.csv}, @resource_reference{""}')).toEqual([])
})
