import { Refusal, type RefusalCode } from '@holdpoint/core/refusal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionOf, decodeRequest, type HeaderList, type ReceivedRequest } from './parameters.ts'

const FORM: HeaderList = [['Content-Type', 'application/x-www-form-urlencoded']]

const request = (rawQuery: string, body = '', headers: HeaderList = FORM): ReceivedRequest => ({
  method: 'POST',
  path: '/',
  rawQuery,
  headers,
  body: Buffer.from(body),
})
const decode = (rawQuery: string, body?: string, headers?: HeaderList) =>
  Object.fromEntries(decodeRequest(request(rawQuery, body, headers)))

const refusalOf = (attempt: () => unknown): Refusal => {
  try {
    attempt()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('it was not refused')
}
const codeOf = (attempt: () => unknown): RefusalCode => refusalOf(attempt).code

describe('decoding', () => {
  test('query and form are one set of parameters', () => {
    expect(decode('A=1&B=2', 'C=3')).toEqual({ A: '1', B: '2', C: '3' })
    expect(decode('', '')).toEqual({})
    expect(decode('A=1', '', [])).toEqual({ A: '1' })
  })

  test('+ and %20 are a space in both places, %2B is a plus', () => {
    expect(decode('A=x+y%20z%2B', 'B+C=x+y%20z%2B')).toEqual({ A: 'x y z+', 'B C': 'x y z+' })
  })

  test('a value may hold =, be empty or be missing; empty pairs do not count', () => {
    expect(decode('&A=b=c&&B=&C&')).toEqual({ A: 'b=c', B: '', C: '' })
  })

  test('whatever is encoded comes back, in either place', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const names = fc.uniqueArray(text.filter((name) => name !== ''))
    fc.assert(
      fc.property(names, names, text, (inQuery, inBody, value) => {
        const only = inBody.filter((name) => !inQuery.includes(name))
        const query = new URLSearchParams(inQuery.map((name) => [name, value])).toString()
        const body = only.map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
        const decoded = decodeRequest(request(query, body))
        expect([...decoded]).toEqual([...inQuery, ...only].map((name) => [name, value]))
      }),
    )
  })

  test('names of an object’s prototype are names like any other', () => {
    const decoded = decodeRequest(request('__proto__=1&constructor=2&toString=3'))
    expect([...decoded]).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ])
    expect(({} as Record<string, unknown>)['1']).toBeUndefined()
    const json = '{"__proto__":{"NodeId":1},"constructor":{"prototype":{"polluted":1}}}'
    expect([...decodeRequest(request('', json, [['content-type', 'application/json']]))]).toEqual([
      ['__proto__', '{"NodeId":1}'],
      ['constructor', '{"prototype":{"polluted":1}}'],
    ])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a name twice in one place is refused, even with one value', () => {
    for (const [query, body] of [
      ['A=1&A=2', ''],
      ['A=1&A=1', ''],
      ['', 'A=1&A=2'],
      ['', 'A=1&%41=1'],
      ['A=1', 'A=1&A=1'],
    ] as const) {
      const refusal = refusalOf(() => decode(query, body))
      expect([refusal.code, refusal.details.parameter]).toEqual(['PARAMETER_REPEATED', 'A'])
    }
  })

  test('a name in both places is accepted with the same value only', () => {
    expect(decode('A=x+y', 'A=x%20y')).toEqual({ A: 'x y' })
    expect(codeOf(() => decode('A=1', 'A=2'))).toBe('PARAMETER_REPEATED')
    expect(codeOf(() => decode('A=1', 'A='))).toBe('PARAMETER_REPEATED')
  })

  test('escapes that are no UTF-8 are refused by the name of their parameter', () => {
    for (const value of ['%', '%2', '%zz', '%ff', '%c3', '%ed%a0%80', '%c0%80']) {
      for (const [query, body] of [
        [`A=${value}`, ''],
        ['', `A=${value}`],
      ] as const) {
        const refusal = refusalOf(() => decode(query, body))
        expect([refusal.code, refusal.details.parameter]).toEqual(['PARAMETER_INVALID', 'A'])
      }
      expect(codeOf(() => decode('', `${value}=1`))).toBe('BODY_MALFORMED')
      expect(codeOf(() => decode(`${value}=1`))).toBe('REQUEST_INVALID')
    }
  })

  test('what is not ASCII must be escaped', () => {
    expect(codeOf(() => decode('', 'A=中'))).toBe('BODY_MALFORMED')
    expect(codeOf(() => decode('A=中'))).toBe('REQUEST_INVALID')
    expect(codeOf(() => decode('A=1 2'))).toBe('REQUEST_INVALID')
    expect(codeOf(() => decode('=1'))).toBe('REQUEST_INVALID')
  })

  test('at most 1000 parameters, with names of at most 256 characters', () => {
    const many = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}=1`).join('&')
    expect(decodeRequest(request(many(400, 'a'), many(600, 'b'))).size).toBe(1_000)
    expect(codeOf(() => decode(many(401, 'a'), many(600, 'b')))).toBe('REQUEST_INVALID')
    expect(codeOf(() => decode(many(1_001, 'a')))).toBe('REQUEST_INVALID')
    expect(codeOf(() => decode('', many(1_001, 'a')))).toBe('REQUEST_INVALID')
    expect(decode(`${'n'.repeat(256)}=1`)).toEqual({ ['n'.repeat(256)]: '1' })
    expect(codeOf(() => decode(`${'n'.repeat(257)}=1`))).toBe('REQUEST_INVALID')
    expect(codeOf(() => decode('', `${'n'.repeat(257)}=1`))).toBe('BODY_MALFORMED')
  })

  test('a body may be a JSON object, whose members are parameters', () => {
    const type = [['content-type', 'application/json; charset=utf-8']] as const
    const json = (body: unknown) => decode('', typeof body === 'string' ? body : JSON.stringify(body), type)
    expect(json({ A: '中', B: 1, C: true, D: null, E: [1, { F: 2 }] })).toEqual({
      A: '中',
      B: '1',
      C: 'true',
      E: '[1,{"F":2}]',
    })
    expect(json('{}')).toEqual({})
    expect(decode('A=1', '{"A":1}', type)).toEqual({ A: '1' })
    expect(codeOf(() => decode('A=1', '{"A":2}', type))).toBe('PARAMETER_REPEATED')
    for (const body of ['[]', '"a"', 'null', '{', 'A=1', '{"":1}', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`])
      expect(
        codeOf(() => json(body)),
        body.slice(0, 20),
      ).toBe('BODY_MALFORMED')
    expect(codeOf(() => json('{"A":9007199254740993}'))).toBe('PARAMETER_INVALID')
    expect(codeOf(() => json('{"A":"\\ud800"}'))).toBe('PARAMETER_INVALID')
    expect(codeOf(() => json('{"\\ud800":1}'))).toBe('BODY_MALFORMED')
  })

  test('a body must be a form otherwise, and in UTF-8 where it says which; without a body the type does not matter', () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'Application/X-WWW-Form-Urlencoded; charset=UTF-8',
      'application/x-www-form-urlencoded;charset="utf-8"; x=y',
    ]) {
      expect(decode('', 'A=1', [['content-type', type]])).toEqual({ A: '1' })
    }
    for (const type of ['text/plain', '', 'application/x-www-form-urlencoded;charset=gbk']) {
      expect(codeOf(() => decode('', 'A=1', [['content-type', type]]))).toBe('CONTENT_TYPE_UNSUPPORTED')
      expect(decode('A=1', '', [['content-type', type]])).toEqual({ A: '1' })
    }
    expect(refusalOf(() => decode('', 'A=1', [])).details.contentType).toBe('(none)')
    expect(codeOf(() => decode('', 'A=1', [...FORM, ['content-type', 'text/plain']]))).toBe('REQUEST_INVALID')
  })
})

describe('the action', () => {
  const headers: HeaderList = [
    ['X-Acs-Action', 'ListNodes'],
    ['x-acs-version', '2020-05-18'],
  ]
  const named = { action: 'ListNodes', version: '2020-05-18' }
  const from = (query: string, list: HeaderList = []) => actionOf(decodeRequest(request(query)), list)

  test('comes from parameters, from headers, or from both when they agree', () => {
    expect(from('Action=ListNodes&Version=2020-05-18')).toEqual(named)
    expect(from('', headers)).toEqual(named)
    expect(from('Version=2020-05-18', headers.slice(0, 1))).toEqual(named)
    expect(from('Action=ListNodes&Version=2020-05-18', headers)).toEqual(named)
    expect(codeOf(() => from('Action=GetNode&Version=2020-05-18', headers))).toBe('REQUEST_INVALID')
    expect(codeOf(() => from('Version=2024-05-18', headers))).toBe('REQUEST_INVALID')
    expect(codeOf(() => from('', [...headers, ...headers]))).toBe('REQUEST_INVALID')
  })

  test('must be given with its version', () => {
    expect(codeOf(() => from('Version=2020-05-18'))).toBe('ACTION_MISSING')
    expect(codeOf(() => from('Action=&Version=2020-05-18'))).toBe('ACTION_MISSING')
    expect(codeOf(() => from('Action=ListNodes'))).toBe('VERSION_MISSING')
  })

  test('must have the shape of an action, and its text is cut before it is repeated', () => {
    for (const action of ['__proto__', 'a.b', 'x'.repeat(5_000), '1']) {
      const refusal = refusalOf(() => from(`Action=${action}&Version=2020-05-18`))
      expect(refusal.code).toBe('ACTION_UNKNOWN')
      expect(refusal.message.length).toBeLessThan(300)
    }
    expect(codeOf(() => from('Action=ListNodes&Version=latest'))).toBe('PARAMETER_INVALID')
  })

  test('answers in JSON only', () => {
    for (const format of ['JSON', 'json', '']) expect(from(`Format=${format}`, headers)).toEqual(named)
    expect(codeOf(() => from('Format=XML', headers))).toBe('FORMAT_UNSUPPORTED')
  })
})
