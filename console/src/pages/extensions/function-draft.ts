/** A function while its code and settings are being written. */
import type { FunctionChange, FunctionView } from '../../api/shapes.ts'

export type Variable = {
  readonly name: string
  readonly value: string
  readonly secret: boolean
  /** A secret that the server keeps: what it is stays unknown here unless it is replaced. */
  readonly kept: boolean
  /** One that was removed when somebody else changed the code, until it is given again or its row is removed. */
  readonly missing?: boolean
}

export type FunctionDraft = {
  readonly language: FunctionView['language']
  readonly source: string
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly allowedHosts: string[]
  readonly variables: readonly Variable[]
}

export const draftOf = (saved: FunctionView): FunctionDraft => ({
  language: saved.language,
  source: saved.source,
  timeoutMs: saved.timeoutMs,
  memoryMb: saved.memoryMb,
  allowedHosts: [...saved.allowedHosts],
  variables: [
    ...Object.entries(saved.environment).map(([name, value]) => ({ name, value, secret: false, kept: false })),
    ...saved.secretNames.map((name) => ({ name, value: '', secret: true, kept: true })),
    ...saved.missingSecrets.map((name) => ({ name, value: '', secret: true, kept: true, missing: true })),
  ],
})

/** What is sent: what differs from what is saved, so that a changed setting does not send the code again. */
export function changeOf(draft: FunctionDraft, saved: FunctionView): FunctionChange {
  const before = draftOf(saved)
  const names = new Set(draft.variables.filter((one) => one.secret).map((one) => one.name))
  const removed = [...saved.secretNames, ...saved.missingSecrets].filter((name) => !names.has(name))
  const given = draft.variables.filter((one) => one.secret && (!one.kept || one.value !== ''))
  const secrets = Object.fromEntries([
    ...removed.map((name) => [name, null] as const),
    ...given.map(({ name, value }) => [name, value] as const),
  ])
  const environment = Object.fromEntries(
    draft.variables.filter((one) => !one.secret).map(({ name, value }) => [name, value]),
  )
  return {
    revision: saved.revision,
    ...(draft.source !== before.source && { source: draft.source }),
    ...(draft.language !== before.language && { language: draft.language }),
    ...(draft.timeoutMs !== before.timeoutMs && { timeoutMs: draft.timeoutMs }),
    ...(draft.memoryMb !== before.memoryMb && { memoryMb: draft.memoryMb }),
    ...(draft.allowedHosts.join() !== before.allowedHosts.join() && { allowedHosts: draft.allowedHosts }),
    ...(JSON.stringify(environment) !== JSON.stringify(saved.environment) && { environment }),
    ...(Object.keys(secrets).length > 0 && { secrets }),
  }
}
