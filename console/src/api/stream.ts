/**
 * Live changes: one stream per browser, whatever the number of tabs.
 *
 * A browser allows six connections per host over HTTP/1.1, across tabs. The tab that holds the lock leads: it alone has the event stream
 * open and passes on what arrives over a broadcast channel. When it closes, the lock goes to another tab. Where there are no
 * locks (plain HTTP from another machine), every tab has a stream of its own, but only while it is visible.
 *
 * connecting → live ⇄ polling. While the stream is broken, or silent for too long, the leader tells everybody to read everything again, at a fixed
 * pace, and so it does once whenever the stream opens, because what happened in between is not known. A change never carries
 * data: it only says what to read again, so that a lost or repeated one does no harm.
 */
export type ChangeKind =
  | 'operation'
  | 'file'
  | 'node'
  | 'instance'
  | 'backfill'
  | 'quality'
  | 'extension'
  | 'openevent'
  | 'workspace'
  | 'alert'
export type Liveness = 'connecting' | 'live' | 'polling'
export type ChangeNews = readonly ChangeKind[] | 'everything'

type Message =
  | { readonly says: 'changed'; readonly what: ChangeNews }
  | { readonly says: 'liveness'; readonly liveness: Liveness }
  | { readonly says: 'hello' }

const POLL_EVERY_MS = 10_000
const REOPEN_AFTER_MS = 5_000
/** The server says something every 5 seconds. A connection that is silent for much longer leads nowhere, though nothing has closed it. */
const SILENT_AFTER_MS = 20_000
/** The server ends streams now and then; a gap that the browser closes by itself within this time is not worth a word. */
const BROKEN_AFTER_MS = 6_000
/** A burst of changes (a bulk operation) becomes one round of reading at most this often. */
const GATHER_MS = 400

export function followChanges(
  onChange: (what: ChangeNews) => void,
  onLiveness: (liveness: Liveness) => void,
): { readonly stop: () => void } {
  const gatherer = gather(onChange)
  const channel = new BroadcastChannel('holdpoint-changes')
  const ending = new AbortController()
  let liveness: Liveness = 'connecting'
  let leading: (() => void) | null = null

  const take = (message: Message) => {
    if (message.says === 'changed') gatherer.add(message.what)
    else if (message.says === 'liveness') onLiveness(message.liveness)
    else if (leading) channel.postMessage({ says: 'liveness', liveness } satisfies Message)
  }
  const tell = (message: Message) => {
    if (message.says === 'liveness') liveness = message.liveness
    take(message)
    channel.postMessage(message)
  }
  const lead = () => {
    leading ??= openStream(tell)
  }
  const yieldLead = () => {
    leading?.()
    leading = null
  }

  channel.onmessage = (event: MessageEvent<Message>) => take(event.data)
  channel.postMessage({ says: 'hello' } satisfies Message)

  if ('locks' in navigator) {
    navigator.locks
      .request('holdpoint-stream', { signal: ending.signal }, () => {
        lead()
        return new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()))
      })
      .catch(() => {
        // Aborted while it waited for its turn.
      })
  } else {
    const followVisibility = () => (document.visibilityState === 'visible' ? lead() : yieldLead())
    document.addEventListener('visibilitychange', followVisibility, { signal: ending.signal })
    followVisibility()
  }

  return {
    stop: () => {
      ending.abort()
      yieldLead()
      gatherer.stop()
      channel.close()
    },
  }
}

/** Keeps the event stream open, opens it again when it ends, and polls while it is broken. */
function openStream(tell: (message: Message) => void): () => void {
  let source: EventSource | null = null
  let reopening: ReturnType<typeof setTimeout> | undefined
  let breaking: ReturnType<typeof setTimeout> | undefined
  let polling: ReturnType<typeof setInterval> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined

  const startPolling = () => {
    tell({ says: 'liveness', liveness: 'polling' })
    tell({ says: 'changed', what: 'everything' })
    polling = setInterval(() => tell({ says: 'changed', what: 'everything' }), POLL_EVERY_MS)
  }
  const stopPolling = () => {
    clearTimeout(breaking)
    clearInterval(polling)
    breaking = undefined
    polling = undefined
  }
  const open = () => {
    const opened = new EventSource('/api/v1/stream')
    source = opened
    const heard = () => {
      clearTimeout(silence)
      silence = setTimeout(() => {
        if (polling === undefined) startPolling()
        reopen()
      }, SILENT_AFTER_MS)
    }
    opened.addEventListener('beat', heard)
    opened.onopen = () => {
      stopPolling()
      heard()
      tell({ says: 'liveness', liveness: 'live' })
      tell({ says: 'changed', what: 'everything' })
    }
    opened.addEventListener('change', (event) => {
      heard()
      const kind = kindOf(event.data)
      tell({ says: 'changed', what: kind === null ? 'everything' : [kind] })
    })
    opened.onerror = () => {
      clearTimeout(silence)
      if (polling === undefined) breaking ??= setTimeout(startPolling, BROKEN_AFTER_MS)
      // While it is not closed, the browser itself connects again.
      if (opened.readyState === EventSource.CLOSED) reopen()
    }
  }
  const reopen = () => {
    source?.close()
    clearTimeout(reopening)
    reopening = setTimeout(open, REOPEN_AFTER_MS)
  }

  open()
  return () => {
    source?.close()
    clearTimeout(reopening)
    clearTimeout(silence)
    stopPolling()
  }
}

function kindOf(data: string): ChangeKind | null {
  try {
    const { kind } = JSON.parse(data) as { kind?: ChangeKind }
    return kind ?? null
  } catch {
    return null
  }
}

/** Hands the first change on at once and gathers what follows into one. */
export function gather(onChange: (what: ChangeNews) => void): {
  readonly add: (what: ChangeNews) => void
  readonly stop: () => void
} {
  let waiting: Set<ChangeKind> | 'everything' | null = null
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    timer = undefined
    if (waiting === null) return
    const what = waiting === 'everything' ? waiting : [...waiting]
    waiting = null
    timer = setTimeout(flush, GATHER_MS)
    onChange(what)
  }
  return {
    add: (what) => {
      if (what === 'everything' || waiting === 'everything') waiting = 'everything'
      else waiting = new Set([...(waiting ?? []), ...what])
      if (timer === undefined) flush()
    },
    stop: () => clearTimeout(timer),
  }
}
