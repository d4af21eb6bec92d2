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

/** `cutAt`: the length at which such texts are cut. */
export type Hide = (text: string, cutAt?: number) => string

/**
 * Replaces every secret, as it is and as it stands within JSON text. What a function has changed of it is not found again. A text that was cut may end
 * within a secret, so as much of its end is left out as that can be.
 */
export function hiding(secrets: readonly string[]): Hide {
  const forms = new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))
  // The longest first: one may be a part of another.
  const longestFirst = [...forms].filter((form) => form !== '').toSorted((a, b) => b.length - a.length)
  const longest = longestFirst[0]?.length ?? 0
  return (text, cutAt = Number.POSITIVE_INFINITY) => {
    const hidden = longestFirst.reduce((left, form) => left.replaceAll(form, HIDDEN), text)
    if (text.length < cutAt || longest === 0) return hidden
    return `${hidden.slice(0, Math.max(0, hidden.length - longest + 1))}…`
  }
}
