/** What the webhooks of alerts are signed with, as deliveries are: one secret of Standard Webhooks for each alert rule, and for each subscription of Data Quality. */
import { randomBytes } from 'node:crypto'
import { decryptSecret, encryptSecret } from '../credentials.ts'

const SECRET_BYTES = 32
const WORDS = { rule: 'alert rule', subscription: 'quality subscription' } as const
/** Whose webhook it is. */
export type AlertSecretOf = { readonly of: keyof typeof WORDS; readonly id: number }
const boundTo = ({ of, id }: AlertSecretOf) => `webhook of ${WORDS[of]} ${id}`

export const newAlertSecret = (secretKey: Buffer, of: AlertSecretOf): Buffer =>
  encryptSecret(secretKey, `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`, boundTo(of))

export const openAlertSecret = (secretKey: Buffer, of: AlertSecretOf, sealed: Buffer): string =>
  decryptSecret(secretKey, sealed, boundTo(of))
