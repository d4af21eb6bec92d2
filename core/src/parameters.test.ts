import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXTENSION_POINTS } from './catalog/index.ts'
import { readParameters } from './parameters.ts'

const text = (...lines: string[]) => lines.join('\n')
const POINTS = EXTENSION_POINTS.map((point) => point.eventCode)

describe('Rule 2: the built-in parameters narrow where an extension applies', () => {
  test('no text narrows nothing', () => {
    const read = readParameters('')
    expect(read.disabledWorkspaceIds.size + read.disabledByPoint.size + read.fileTypesByPoint.size).toBe(0)
    expect(read.manualPass).toBe(false)
    expect(read.custom.size).toBe(0)
  })

  test('extension.project.disabled names the workspaces in which it never applies, .append adds to them', () => {
    const read = readParameters(text('extension.project.disabled=101, 102', 'extension.project.disabled.append=103'))
    expect([...read.disabledWorkspaceIds]).toEqual([101, 102, 103])
    expect(read.disabledByPoint.size).toBe(0)
  })

  test('extension.project.{eventCode}.disabled does so for one extension point', () => {
    const read = readParameters(
      text('extension.project.freeze-node.disabled=101', 'extension.project.freeze-node.disabled.append=102'),
    )
    expect([...read.disabledByPoint.get('freeze-node')!]).toEqual([101, 102])
    expect(read.disabledWorkspaceIds.size).toBe(0)
  })

  test('at least one fileType line for an event means only those types; one that says false means none by itself', () => {
    const read = readParameters(
      text(
        'extension.fileType.10.commit-file.enabled=true',
        'extension.fileType.6.commit-file.enabled=TRUE',
        'extension.fileType.23.commit-file.enabled=false',
        'extension.fileType.23.deploy-file.enabled=false',
      ),
    )
    expect([...read.fileTypesByPoint.get('commit-file')!]).toEqual(['10', '6'])
    expect([...read.fileTypesByPoint.get('deploy-file')!]).toEqual([])
    expect(read.fileTypesByPoint.has('freeze-node')).toBe(false)
  })

  test('extension.manualPass.enabled is on when its last line says true, in any case', () => {
    expect(readParameters('extension.manualPass.enabled=true').manualPass).toBe(true)
    expect(readParameters('extension.manualPass.enabled=True').manualPass).toBe(true)
    expect(
      readParameters(text('extension.manualPass.enabled=true', 'extension.manualPass.enabled=false')).manualPass,
    ).toBe(false)
    expect(readParameters('extension.manualPass.enabled=yes').manualPass).toBe(false)
  })

  test('a key that is not built in, or names no extension point, is the author’s own', () => {
    const read = readParameters(
      text(
        'webhook.timeout=30',
        'extension.project.no-such-event.disabled=101',
        'extension.fileType.10.no-such-event.enabled=true',
        'empty=',
      ),
    )
    expect([...read.custom]).toEqual([
      ['webhook.timeout', '30'],
      ['extension.project.no-such-event.disabled', '101'],
      ['extension.fileType.10.no-such-event.enabled', 'true'],
      ['empty', ''],
    ])
    expect(read.disabledWorkspaceIds.size + read.disabledByPoint.size + read.fileTypesByPoint.size).toBe(0)
  })

  test('lines without a key, and workspace ids that are none, say nothing', () => {
    const read = readParameters(text('just words', '=value', '', 'extension.project.disabled=a,,-1,1.5, 7 ,8x'))
    expect([...read.disabledWorkspaceIds]).toEqual([7])
    expect(read.custom.size).toBe(0)
  })

  test('the value is everything after the first equals sign', () => {
    expect(readParameters('url = https://example.com/?a=b ').custom.get('url')).toBe('https://example.com/?a=b')
  })
})

const key = fc.oneof(
  fc.constantFrom('extension.project.disabled', 'extension.project.disabled.append', 'extension.manualPass.enabled'),
  fc.constantFrom(...POINTS).map((code) => `extension.project.${code}.disabled`),
  fc.constantFrom(...POINTS).map((code) => `extension.fileType.10.${code}.enabled`),
  fc.stringMatching(/^[a-z]{1,6}(\.[a-z]{1,6})?$/),
)
const value = fc.oneof(
  fc.constantFrom('true', 'false', ''),
  fc.array(fc.nat(20), { maxLength: 4 }).map(String),
  fc.stringMatching(/^[a-zA-Z0-9=., -]{0,12}$/),
)
const pairs = fc.array(fc.tuple(key, value), { maxLength: 12 })
const written = (lines: readonly (readonly [string, string])[], end = '\n') =>
  lines.map(([name, content]) => `${name}=${content}`).join(end)

describe('Rule 2, for any text', () => {
  test('the last line wins on a repeated key', () => {
    fc.assert(
      fc.property(pairs, (lines) => {
        const last = [...new Map(lines)]
        expect(readParameters(written(lines))).toEqual(readParameters(written(last)))
      }),
    )
  })

  test('spaces around a line’s parts and the kind of line end do not matter', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom('\n', '\r\n', '\r', ' \n\n '), (lines, end) => {
        const spaced = lines.map(([name, content]) => [` ${name} `, ` ${content} `] as const)
        expect(readParameters(written(spaced, end))).toEqual(readParameters(written(lines)))
      }),
    )
  })

  test('every text is read, and workspace ids are whole numbers', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pairs.map((lines) => written(lines)),
        ),
        (any) => {
          const read = readParameters(any)
          for (const id of [
            ...read.disabledWorkspaceIds,
            ...[...read.disabledByPoint.values()].flatMap((ids) => [...ids]),
          ])
            expect(Number.isInteger(id) && id >= 0).toBe(true)
        },
      ),
    )
  })
})
