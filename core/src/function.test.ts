import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXTENSION_POINTS } from './catalog/index.ts'
import { ALLOWED_HOST, functionVerdict, portabilityProblems } from './function.ts'

const returned = (value: unknown) => functionVerdict(JSON.stringify(value))

describe('Rule 8: what a function returns is its check result', () => {
  test.each(['OK', 'WARN', 'FAIL'] as const)('%s, in either spelling, without a word', (result) => {
    expect(returned({ checkResult: result })).toEqual({ result, comment: null })
    expect(returned({ CheckResult: result })).toEqual({ result, comment: null })
  })

  test.each(['checkResultTip', 'CheckResultTip', 'checkMessage', 'CheckMessage'])(
    'what it says may stand in %s',
    (name) => {
      expect(returned({ checkResult: 'FAIL', [name]: 'not today' })).toEqual({ result: 'FAIL', comment: 'not today' })
    },
  )

  test('a tip comes before a message, nothing said is no comment, and other members are not looked at', () => {
    expect(returned({ checkResult: 'OK', checkMessage: 'b', checkResultTip: 'a' })).toMatchObject({ comment: 'a' })
    expect(returned({ checkResult: 'OK', checkResultTip: null, checkMessage: 'b' })).toMatchObject({ comment: 'b' })
    expect(returned({ checkResult: 'OK', checkMessage: '' })).toMatchObject({ comment: null })
    expect(returned({ checkResult: 'OK', extensionCode: 1, more: {} })).toEqual({ result: 'OK', comment: null })
  })

  test('a long text is cut', () => {
    expect(returned({ checkResult: 'OK', checkMessage: 'x'.repeat(5000) })).toEqual({
      result: 'OK',
      comment: `${'x'.repeat(3999)}…`,
    })
  })

  test('both spellings at once are taken if they say the same, and are none if they differ', () => {
    expect(returned({ checkResult: 'OK', CheckResult: 'OK' })).toEqual({ result: 'OK', comment: null })
    expect(returned({ checkResult: 'OK', CheckResult: 'FAIL' })).toEqual({
      problem: 'The function returned checkResult and CheckResult, and they differ.',
    })
  })

  test.each([
    [null, 'The function returned nothing'],
    ['not json', 'is no JSON'],
    ['null', 'The function returned null'],
    ['[]', 'The function returned a list'],
    ['"OK"', 'The function returned a text'],
    ['true', 'The function returned true'],
    ['7', 'The function returned a number'],
    ['{}', 'has no checkResult'],
    ['{"checkResult":"ok"}', "The function returned 'ok' as checkResult; it must be 'OK', 'WARN' or 'FAIL'."],
    ['{"checkResult":true}', 'The function returned true as checkResult'],
    ['{"checkResult":"OK","checkMessage":5}', 'The function returned a number as checkMessage; it must be a text.'],
  ])('%s is none, and the sentence says why', (text, sentence) => {
    expect(functionVerdict(text)).toEqual({ problem: expect.stringContaining(sentence) })
  })

  test('whatever is returned, it is a result or one sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"checkResult":${json}}`),
        ),
        (text) => {
          const verdict = functionVerdict(text)
          if ('problem' in verdict) expect(verdict.problem).toMatch(/^.{10,400}\.$/s)
          else expect(['OK', 'WARN', 'FAIL']).toContain(verdict.result)
        },
      ),
    )
  })
})

describe('Where an extension could run', () => {
  test('a service watches there what it watches here, unless the code of an event is known here only', () => {
    expect(portabilityProblems('service', ['freeze-node', 'commit-file'])).toEqual([])
    const own = EXTENSION_POINTS.filter((event) => event.own).map((event) => event.eventCode)
    expect(portabilityProblems('service', own)).toEqual([{ code: 'OWN_EVENT_CODE', points: own }])
  })

  test('a function is written in another language there, and watches downloads, uploads and assets alone', () => {
    expect(portabilityProblems('function', ['download-resources'])).toEqual([{ code: 'FUNCTION_LANGUAGE', points: [] }])
    expect(portabilityProblems('function', ['freeze-node', 'unfreeze-node'])).toEqual([
      { code: 'FUNCTION_POINT', points: ['freeze-node', 'unfreeze-node'] },
      { code: 'FUNCTION_LANGUAGE', points: [] },
    ])
  })
})

test('Hosts that a function may reach are names, names below one, and addresses, each with a port or without', () => {
  for (const host of ['example.com', '*.example.com', 'example.com:8443', '10.0.0.1', '[2001:db8::1]:443', 'db'])
    expect(host).toMatch(ALLOWED_HOST)
  for (const host of ['', '*', '*.', 'a b', 'http://x', 'x/y', 'x:0', 'x:123456', '-a.com', 'a.*.com', 'a..b', 'x@y'])
    expect(host).not.toMatch(ALLOWED_HOST)
})
