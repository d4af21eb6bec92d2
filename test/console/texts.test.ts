import { describe, expect, it } from 'vitest'
import { NAMED } from '../../console/src/pages/audit/actions.ts'
import { refusalSentence } from '../../console/src/text/refusals-zh.ts'
import { REFUSALS, type RefusalCode } from '../../core/src/refusal.ts'
import { TEXTS } from './browser-console.ts'

const { en, zh } = TEXTS

const leaves = (texts: object, prefix = ''): [key: string, text: string][] =>
  Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [[prefix + key, text] as [string, string]] : leaves(text, `${prefix}${key}.`),
  )
const placeholders = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!).sort()

describe('the texts', () => {
  it('fill in the same details in both languages', () => {
    const chinese = new Map(leaves(zh))
    for (const [key, text] of leaves(en)) {
      expect([key, placeholders(chinese.get(key)!, /\{\{(\w+)\}\}/g)]).toEqual([
        key,
        placeholders(text, /\{\{(\w+)\}\}/g),
      ])
    }
  })

  it('are Chinese in Chinese', () => {
    const untranslated = leaves(zh).filter(([, text]) => !/[\p{Script=Han}、]/u.test(text))
    // Names that are the same in both languages, and texts that are made of others.
    expect(untranslated.map(([key]) => key).sort()).toEqual([
      'account.uid',
      'import.text',
      'keys.title',
      'operation.title',
      'routing.target',
      'schedule.whole',
      'verb.title',
    ])
  })

  it('name in the audit trail only what its entries tell', () => {
    const named = leaves(en.audit.did).flatMap(([, text]) => placeholders(text, /\{\{(\w+)\}\}/g))
    expect(named.filter((name) => !(NAMED as readonly string[]).includes(name))).toEqual([])
  })

  it('word every refusal in Chinese, with the same details as the server’s sentence', () => {
    for (const [code, { sentence }] of Object.entries(REFUSALS) as [RefusalCode, { sentence: string }][]) {
      const names = placeholders(sentence, /\{(\w+)\}/g)
      const shown = refusalSentence(code, Object.fromEntries(names.map((name) => [name, `<${name}>`])))!
      expect(shown, code).toMatch(/\p{Script=Han}/u)
      expect(shown, code).not.toContain('{')
      for (const name of names) expect(shown, code).toContain(`<${name}>`)
    }
  })

  it('leave a refusal that is not known here to the server’s own words', () => {
    expect(refusalSentence('UNEXPLAINED', {})).toBeUndefined()
  })
})
