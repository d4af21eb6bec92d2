/** What the webhook of an alert rule is signed with, as deliveries are: one secret of Standard Webhooks for each rule. */
import { randomBytes } from 'node:crypto'
import { decryptSecret, encryptSecret } from '../credentials.ts'

const SECRET_BYTES = 32
const boundTo = (ruleId: number) => `webhook of alert rule ${ruleId}`

export const newAlertSecret = (secretKey: Buffer, ruleId: number): Buffer =>
  encryptSecret(secretKey, `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`, boundTo(ruleId))

export const openAlertSecret = (secretKey: Buffer, ruleId: number, sealed: Buffer): string =>
  decryptSecret(secretKey, sealed, boundTo(ruleId))
