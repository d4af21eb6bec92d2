import { Refusal } from '@holdpoint/core/refusal'
import { expect, test } from 'vitest'
import { parametersById } from './backfilling.ts'

const refusalOf = (text: string) => {
  try {
    parametersById('NodeParams', text)
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} ${error.details.parameter}`
    throw error
  }
  return 'it was not refused'
}

test('parameters by the ids of nodes are read as JSON, with ids that have quotation marks and with ids that have none', () => {
  const expected = { 74324: 'key1=val1 key2=val', 7: '' }
  expect(parametersById('NodeParams', '{"74324": "key1=val1 key2=val", "7": ""}')).toEqual(expected)
  expect(parametersById('NodeParams', '{74324:"key1=val1 key2=val",7 : ""}')).toEqual(expected)
  expect(parametersById('NodeParams', undefined)).toEqual({})
  // What stands within a text is left as it is.
  expect(parametersById('NodeParams', '{1:"a={2: 3} b=\\"4: 5\\\\"}')).toEqual({ 1: 'a={2: 3} b="4: 5\\' })
})

test('what is none of that is refused, and says where', () => {
  for (const text of ['x', '{', '[]', '"1"', '{a:"b"}', '{"__proto__":"b"}', '{"a":"b"}'])
    expect([text, refusalOf(text)]).toEqual([text, 'PARAMETER_INVALID NodeParams'])
  for (const text of ['{"1":2}', '{"1":null}', '{"1":{}}', '{"1":"\\u0000"}', '{"1":"\\ud800"}'])
    expect([text, refusalOf(text)]).toEqual([text, 'PARAMETER_INVALID NodeParams.1'])
})
