/**
 * Everything that may not happen, as one closed list.
 *
 * A refusal is expected: somebody asked for what the rules do not allow. Each code has its HTTP status, its code in the
 * DataWorks dialect and its public sentence, in which `{name}` is filled from the details given where it is thrown.
 * A code that is missing here does not compile; anything that is thrown and is no Refusal is a fault of ours.
 */
import { ACCESS_REFUSALS } from './refusals/access.ts'
import { BACKFILL_REFUSALS } from './refusals/backfill.ts'
import { DATA_DEVELOPMENT_REFUSALS } from './refusals/data-development.ts'
import { DATA_INTEGRATION_REFUSALS } from './refusals/data-integration.ts'
import { DATA_QUALITY_REFUSALS } from './refusals/data-quality.ts'
import { EXTENSIONS_REFUSALS } from './refusals/extensions.ts'
import { GATE_REFUSALS } from './refusals/gate.ts'
import { OPERATION_CENTER_REFUSALS } from './refusals/operation-center.ts'

export type RefusalText = {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429
  readonly dataworks: string
  /** Where the vendor answers its code with another status. */
  readonly dataworksStatus?: 400
  readonly sentence: string
}

export const REFUSALS = {
  ...ACCESS_REFUSALS,
  ...OPERATION_CENTER_REFUSALS,
  ...BACKFILL_REFUSALS,
  ...DATA_DEVELOPMENT_REFUSALS,
  ...DATA_INTEGRATION_REFUSALS,
  ...DATA_QUALITY_REFUSALS,
  ...GATE_REFUSALS,
  ...EXTENSIONS_REFUSALS,
} as const satisfies Record<string, RefusalText>

export type RefusalCode = keyof typeof REFUSALS

/**
 * What fills the `{name}`s of a refusal's sentence and code, and reaches the caller beside them. `paths` and `problems`, of the same length, name
 * the members of a request that are wrong, each with its problem.
 */
export type RefusalDetails = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(fill(REFUSALS[code].sentence, details))
    this.name = 'Refusal'
    this.code = code
    this.details = details
  }
}

/** The refusal's code in the DataWorks dialect, e.g. `MissingNodeId`. */
export function dataworksCode(refusal: Refusal): string {
  return fill(REFUSALS[refusal.code].dataworks, refusal.details)
}

export function dataworksStatus(refusal: Refusal): number {
  const text: RefusalText = REFUSALS[refusal.code]
  return text.dataworksStatus ?? text.status
}

export function refusalStatus(refusal: Refusal): number {
  return REFUSALS[refusal.code].status
}

/** A sentence with its `{name}`s filled in; lists stand there with commas. */
export function fill(template: string, details: RefusalDetails): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name]
    return Array.isArray(value) ? value.join(', ') : String(value ?? '')
  })
}
