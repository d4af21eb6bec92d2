/** What the server and a host tell each other. */

export type ToHost =
  | { readonly t: 'start'; readonly prelude: string; readonly overheadBytes: number }
  | { readonly t: 'source'; readonly codeId: string; readonly source: string }
  | { readonly t: 'forget'; readonly codeId: string }
  | {
      readonly t: 'call'
      readonly id: number
      readonly codeId: string
      readonly memoryMb: number
      readonly timeoutMs: number
      readonly request: string
      /** JSON text: what the function's context is made of. */
      readonly call: string
    }
  | { readonly t: 'fetched'; readonly id: number; readonly fetchId: number; readonly reply: string }
  | { readonly t: 'stop'; readonly id: number }
  | { readonly t: 'check'; readonly id: number; readonly source: string }

/** Said by a process that may have been taken over by the code it runs: every field is looked at before it is used. */
export type FromHost =
  | { readonly t: 'ready' }
  | {
      readonly t: 'log'
      readonly id: number
      readonly atMs: number
      readonly level: string
      readonly text: string
      readonly cut: boolean
    }
  | { readonly t: 'cut'; readonly id: number }
  | { readonly t: 'fetch'; readonly id: number; readonly fetchId: number; readonly request: string }
  | {
      readonly t: 'done'
      readonly id: number
      readonly ended: 'returned' | 'threw' | 'timed-out' | 'out-of-memory'
      readonly value: string | null
      readonly error: string | null
      readonly cpuMs: number
      readonly memoryBytes: number
      readonly isolates: number
    }
  | { readonly t: 'checked'; readonly id: number; readonly problem: string | null }
  /** It must end: `why` is for the log. Calls under way may still be done. */
  | { readonly t: 'broken'; readonly why: string }
