/** Secrets of functions: encrypted where they are kept, hidden in whatever a function says. */
import { decryptSecret, encryptSecret } from '../credentials.ts'

const HIDDEN = '***'

const boundTo = (extensionId: number, name: string) => `function ${extensionId} ${name}`

/** As the table keeps it: readable with the key, for this function and under this name only. */
export function sealVariable(secretKey: Buffer, extensionId: number, name: string, value: string): string {
  return encryptSecret(secretKey, value, boundTo(extensionId, name)).toString('base64')
}

export function openVariables(
  secretKey: Buffer,
  extensionId: number,
  sealed: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sealed).map(([name, text]) => [
      name,
      decryptSecret(secretKey, Buffer.from(text, 'base64'), boundTo(extensionId, name)),
    ]),
  )
}

/** Replaces every secret, as it is and as it stands within JSON text. What a function has changed of it is not found again. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))
  // The longest first: one may be a part of another.
  const longestFirst = [...forms].filter((form) => form !== '').toSorted((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((hidden, form) => hidden.replaceAll(form, HIDDEN), text)
}
