import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkParameters,
  lintParameters,
  meaningSentence,
  PARAMETER_MEANINGS,
  PARAMETER_WARNINGS,
  warningSentence,
  workspacesNamed,
} from './parameter-lint.ts'
import { readParameters } from './parameters.ts'
import { Refusal } from './refusal.ts'

const ANYWHERE = { points: [] as string[], workspaceIds: null }
const lint = (text: string, about: Partial<Parameters<typeof lintParameters>[1]> = {}) =>
  lintParameters(text, { ...ANYWHERE, ...about })
const only = (text: string, about?: Parameters<typeof lint>[1]) => lint(text, about)[0]!
const warnings = (text: string, about?: Parameters<typeof lint>[1]) =>
  lint(text, about).map((one) => one.warnings.map((warning) => warning.code))

describe('what a line of the parameters does is explained', () => {
  test.each([
    ['extension.project.disabled=101,102', 'workspaces-off', { workspaces: [101, 102] }],
    ['extension.project.disabled.append = 103', 'workspaces-off-too', { workspaces: [103] }],
    ['extension.project.freeze-node.disabled=7', 'point-off', { point: 'freeze-node', workspaces: [7] }],
    ['extension.project.freeze-node.disabled.append=8', 'point-off-too', { point: 'freeze-node', workspaces: [8] }],
    ['extension.fileType.23.deploy-file.enabled=true', 'file-type', { point: 'deploy-file', fileType: '23' }],
    ['extension.fileType.23.deploy-file.enabled=false', 'file-type-off', { point: 'deploy-file', fileType: '23' }],
    ['extension.manualPass.enabled=TRUE', 'manual-pass', {}],
    ['extension.manualPass.enabled=no', 'manual-pass-off', {}],
    ['webhook.timeout=30', 'own', {}],
    ['extension.project.no-such.disabled=7', 'own', {}],
  ])('%s', (text, code, details) => {
    expect(only(text).meaning).toEqual({ code, details })
  })

  test('every line has its number, its key and its value; blank ones have nothing', () => {
    expect(lint('\n a = b=c \r\n\r\nextension.manualPass.enabled=true')).toMatchObject([
      { line: 2, key: 'a', value: 'b=c' },
      { line: 4, key: 'extension.manualPass.enabled', value: 'true' },
    ])
  })
})

describe('what is probably not meant so is warned of', () => {
  test('a repeated key: the last line wins, and the others name it', () => {
    const [first, second, third] = lint('a=1\na = 2\nb=1')
    expect(first!.warnings).toEqual([{ code: 'overridden', details: { line: 2 } }])
    expect(second!.warnings).toEqual([])
    expect(third!.warnings).toEqual([])
  })

  test('workspaces that are not there, where it is known which there are', () => {
    const text = 'extension.project.disabled=1,2,3'
    expect(only(text, { workspaceIds: new Set([2]) }).warnings).toEqual([
      { code: 'workspaces-unknown', details: { workspaces: [1, 3] } },
    ])
    expect(only(text).warnings).toEqual([])
    expect(workspacesNamed(`${text}\nextension.project.freeze-node.disabled=3,4\nother=5`)).toEqual([1, 2, 3, 4])
  })

  test.each([
    ['extension.project.disabled=shop', ['not-workspaces', 'no-workspaces']],
    ['extension.project.disabled=', ['no-workspaces']],
    ['extension.project.no-such.disabled=1', ['point-unknown']],
    // Told, never held: no extension point.
    ['extension.project.node-change-updated.disabled=1', ['point-unknown']],
    ['extension.fileType.10.no-such.enabled=true', ['point-unknown']],
    ['extension.fileType.10.freeze-node.enabled=true', ['point-without-files']],
    ['extension.fileType.sql.commit-file.enabled=true', ['file-type-not-number']],
    ['extension.fileType.10.commit-file.enabled=yes', ['not-true', 'no-file-type']],
    ['extension.manualPass.enabled=on', ['not-true']],
    ['extension.project.disable=1', ['not-built-in']],
    ['extension.manualpass.enabled=true', ['not-built-in']],
    ['extension.note=mine', []],
  ])('%s', (text, codes) => {
    expect(warnings(text)[0]).toEqual(codes)
  })

  test('a point that the extension does not watch, once it is known which it watches', () => {
    const text = 'extension.project.freeze-node.disabled=1'
    expect(warnings(text, { points: ['commit-file'] })[0]).toEqual(['point-not-watched'])
    expect(warnings(text, { points: ['freeze-node'] })[0]).toEqual([])
  })

  test('workspaces where operations have none', () => {
    const points = ['download-resources']
    expect(warnings('extension.project.disabled=1', { points })[0]).toEqual(['points-without-workspace'])
    expect(warnings('extension.project.download-resources.disabled=1', { points })[0]).toEqual([
      'point-without-workspace',
    ])
  })

  test('a type of files that is off beside one that is on warns only of its value', () => {
    expect(
      warnings('extension.fileType.10.commit-file.enabled=true\nextension.fileType.6.commit-file.enabled=false'),
    ).toEqual([[], ['not-true']])
  })
})

describe('a text is refused when saved', () => {
  test.each([
    ['a=1\n\njust words', 3, 'no-equals-sign'],
    ['=1', 1, 'no-key'],
    ['a=\u0000', 1, 'bad-characters'],
    ['a=1\r\nb=\ud800', 2, 'bad-characters'],
  ])('%j: line %i', (text, line, fault) => {
    try {
      checkParameters(text)
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal)
      expect((error as Refusal).details).toMatchObject({ line, fault, field: 'parameters' })
      expect(lint(text).find((one) => one.fault !== null)).toMatchObject({ line, fault })
      return
    }
    expect.unreachable()
  })

  test('with lines that are key=value or blank it is not', () => {
    checkParameters('')
    checkParameters('\n a = \nurl=https://example.com/?a=b\n')
  })
})

const line = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc
    .tuple(
      fc.constantFrom(
        'extension.project.disabled',
        'extension.project.disabled.append',
        'extension.project.commit-file.disabled',
        'extension.project.nothing.disabled',
        'extension.fileType.10.commit-file.enabled',
        'extension.fileType.x.freeze-node.enabled',
        'extension.manualPass.enabled',
        'own',
      ),
      fc.constantFrom('', 'true', 'false', '1', '1,2', 'x, 3', '99999999999999999999'),
    )
    .map((pair) => pair.join('=')),
)
const text = fc.array(line, { maxLength: 12 }).map((all) => all.join('\n'))

describe('for any text', () => {
  test('leaving out the lines that are said to be without effect changes nothing of what the text says', () => {
    fc.assert(
      fc.property(text, (any) => {
        const linted = lint(any)
        const kept = linted.filter((one) => !one.warnings.some((warning) => warning.code === 'overridden'))
        const rest = kept.map((one) => `${one.key}=${one.value}`).join('\n')
        expect(readParameters(rest)).toEqual(readParameters(any))
      }),
    )
  })

  test('it is refused exactly when a line of it has a fault, and every other line has a whole sentence for all that is said', () => {
    fc.assert(
      fc.property(text, (any) => {
        const linted = lint(any, { points: ['commit-file'], workspaceIds: new Set([1]) })
        const faulty = linted.some((one) => one.fault !== null)
        if (faulty) expect(() => checkParameters(any)).toThrow(Refusal)
        else checkParameters(any)
        for (const one of linted) {
          expect(one.meaning === null).toBe(one.fault !== null)
          if (one.meaning) expect(PARAMETER_MEANINGS).toHaveProperty(one.meaning.code)
          if (one.meaning) expect(meaningSentence(one.meaning).length).toBeGreaterThan(5)
          for (const warning of one.warnings) {
            expect(PARAMETER_WARNINGS).toHaveProperty(warning.code)
            expect(warningSentence(warning).length).toBeGreaterThan(5)
          }
        }
      }),
    )
  })
})
