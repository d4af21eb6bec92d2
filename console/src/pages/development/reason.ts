import { REFUSALS, Refusal, type RefusalCode, type RefusalDetails } from '@holdpoint/core/refusal'
import { refusalSentence } from '../../text/index.ts'

/** Why nothing came of something, in one sentence of the language shown. */
export function reasonSentence({ code, details }: { readonly code: string; readonly details: object }): string {
  const given = details as RefusalDetails
  const known = refusalSentence(code, given)
  if (known !== undefined) return known
  return Object.hasOwn(REFUSALS, code) ? new Refusal(code as RefusalCode, given).message : code
}
