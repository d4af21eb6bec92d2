/** What synchronisations say while they run, put together: told at most once a second for each of them, and the last of it before the run's end is written. */
import type { SyncProgress } from '@holdpoint/core'
import type { Retrying, RunIo } from '../../runners/runner.ts'

/** Of one run, since it was told the last time. */
export type SyncNews = {
  /** One for each table: rows and bytes added up, the newest position. */
  readonly progress: readonly SyncProgress[]
  /** Null: it goes on again. Not given: as it was. */
  readonly retrying?: Retrying | null
}
export type OnProgress = (instanceId: number, news: SyncNews) => Promise<void>

const TELL_EVERY_MS = 1_000

/** What a run is given to speak with. `end` resolves when everything has been told, or cannot be: what is shown of positions nobody relies on. */
export type Teller = Required<Pick<RunIo, 'progress' | 'retrying'>> & { end(): Promise<void> }

export function syncTeller(
  instanceId: number,
  onProgress: OnProgress,
  logFault: (error: unknown, about: Readonly<Record<string, unknown>>) => void,
): Teller {
  let tables = new Map<string, SyncProgress>()
  let retrying: Retrying | null | undefined
  let timer: NodeJS.Timeout | undefined
  let telling: Promise<void> | null = null
  let failing = false

  const add = (one: SyncProgress): void => {
    const before = tables.get(one.target)
    tables.set(one.target, {
      ...one,
      rows: one.rows + (before?.rows ?? 0),
      bytes: one.bytes + (before?.bytes ?? 0),
      position: one.position ?? before?.position ?? null,
    })
  }
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      telling ??= tell().finally(() => {
        telling = null
        if (tables.size > 0 || retrying !== undefined) later()
      })
    }, TELL_EVERY_MS)
  }

  async function tell(): Promise<void> {
    if (tables.size === 0 && retrying === undefined) return
    const [told, tried] = [tables, retrying]
    tables = new Map()
    retrying = undefined
    try {
      await onProgress(instanceId, {
        progress: [...told.values()],
        ...(tried === undefined ? {} : { retrying: tried }),
      })
      failing = false
    } catch (error) {
      if (!failing) logFault(error, { instance: instanceId })
      failing = true
      const since = tables
      tables = told
      for (const one of since.values()) add(one)
      retrying = retrying === undefined ? tried : retrying
    }
  }

  return {
    progress(one) {
      add(one)
      later()
    },
    retrying(of) {
      retrying = of
      later()
    },
    async end() {
      await telling
      clearTimeout(timer)
      timer = undefined
      await tell()
    },
  }
}
