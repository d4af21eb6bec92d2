/** What is asked of the hosts that run functions, and what they answer. */

export type FunctionLimits = { readonly timeoutMs: number; readonly memoryMb: number }

/** One call of one function. Whoever asks gets an outcome, whatever the function does. */
export type FunctionInvocation = {
  readonly tenantId: number
  /** Another one whenever the source is another one. */
  readonly codeId: string
  /** The text of a JavaScript module: `export default async function (request, context)` or `export function handler(request, context)`. */
  readonly source: string
  readonly limits: FunctionLimits
  /** Variables and secrets in clear. */
  readonly environment: Readonly<Record<string, string>>
  /** What `fetch` reaches: host names, `*.domain` for all below a domain, each with `:port` where it is not the scheme's own. */
  readonly allowedHosts: readonly string[]
  /** JSON text: what the function gets as its first argument. */
  readonly request: string
  /** JSON text: the members `options` and `snapshot` of its context; without it both are empty. */
  readonly about?: string
}

/** At this length a line of the log, and an error, is cut. */
export const LONGEST_TEXT = 4_096

export const LOG_LEVELS = ['log', 'info', 'warn', 'error', 'debug'] as const
export type FunctionLogLevel = (typeof LOG_LEVELS)[number]

export type FunctionLogLine = {
  /** Since the invocation began. */
  readonly atMs: number
  readonly level: FunctionLogLevel
  readonly text: string
}

/**
 * `returned` and `threw`: by itself. `timed-out` and `out-of-memory`: it was ended at its limit. `stopped`: its host died for another reason.
 * `refused`: it did not run, because there was no place for it or nothing here to run it.
 */
export type FunctionEnd = 'returned' | 'threw' | 'timed-out' | 'out-of-memory' | 'stopped' | 'refused'

export type FunctionOutcome = {
  readonly ended: FunctionEnd
  /** JSON text; null where it did not return, or returned nothing. */
  readonly value: string | null
  /** One sentence, with the stack below where it threw. */
  readonly error: string | null
  readonly logs: readonly FunctionLogLine[]
  /** There were more lines, or longer ones, than are kept. */
  readonly logsCut: boolean
  readonly durationMs: number
  readonly cpuMs: number
  readonly memoryBytes: number
}

/** What keeps a host from the machine beside the engine's own walls: namespaces, or only a process of its own. `none`: no host runs here, or none has been tried yet. */
export type Isolation = 'namespaces' | 'process' | 'none'

export type FunctionHosts = {
  /** Never throws. */
  invoke(invocation: FunctionInvocation): Promise<FunctionOutcome>
  /** Null, or why this source does not load: with line and column where it does not parse. */
  check(source: string, tenantId?: number): Promise<string | null>
  /** What is in force; `none` before the first call, the first check or `probe`. */
  isolation(): Isolation
  /** Finds out what this machine permits, and says it in one sentence. */
  probe(): Promise<{ readonly isolation: Isolation; readonly description: string }>
  /** Leaves no process behind. What is under way ends as `stopped`. */
  close(): Promise<void>
}
