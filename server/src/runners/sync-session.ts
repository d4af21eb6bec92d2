/** A session in a database's process, as the server asks it: one thing after the other. */
import { Refusal } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import type { FromSqlProcess, ToSqlProcess } from './inside/messages.ts'
import type { AnswerTo, SyncAnswer, SyncAsk, SyncFailure, SyncPart } from './inside/sync-messages.ts'
import type { Ended } from './runner.ts'

/** It was told to stop. */
export class Stopped extends Error {}

/** Why something that was asked for was not done, as the database says. */
export class NotAnswered extends Error {
  readonly failure: SyncFailure
  /** Of which data source. */
  readonly dataSource: string
  constructor(name: string, failure: SyncFailure) {
    super(failure.problem)
    this.dataSource = name
    this.failure = failure
  }
}

export type Talk = {
  readonly usualSchema: string
  /** Throws NotAnswered, a Refusal where the process is gone, or Stopped. */
  ask<A extends SyncAsk>(ask: A, part?: (part: SyncPart) => void): Promise<AnswerTo<A>>
  /** The file that came first is no more. */
  taken(): void
  /** What is not committed is rolled back. Resolves when it is. */
  leave(): Promise<void>
}

type Heard = Extract<FromSqlProcess, { t: 'part' | 'answer' | 'failed' }>
type Io = {
  log(): void
  readonly signal: AbortSignal
  begun(tell: (message: ToSqlProcess) => void, id: number): void
  heard(message: Heard): void
}
type Asked = {
  readonly part: (part: SyncPart) => void
  readonly resolve: (answer: SyncAnswer) => void
  readonly reject: (error: unknown) => void
}

export async function openTalk(
  { name }: DataSource,
  open: (io: Io) => Promise<{ readonly ended: Ended }>,
  signal: AbortSignal,
): Promise<Talk> {
  let say: ((message: 'taken' | 'leave' | { readonly ask: SyncAsk }) => void) | null = null
  let asked: Asked | null = null
  let over: unknown = null

  const wait = <T extends SyncAnswer>(part: (part: SyncPart) => void = () => {}) =>
    new Promise<SyncAnswer>((resolve, reject) => {
      if (over !== null) return reject(over)
      asked = { part, resolve, reject }
    }) as Promise<T>

  const ready = wait<Extract<SyncAnswer, { t: 'ready' }>>()
  const ended = open({
    log() {},
    signal,
    begun(tell, id) {
      say = (message) => tell(typeof message === 'string' ? { t: message, id } : { t: 'ask', id, ...message })
    },
    heard(message) {
      if (message.t === 'part') return asked?.part(message.part)
      const one = asked
      asked = null
      if (message.t === 'answer') one?.resolve(message.answer)
      else one?.reject(new NotAnswered(name, message.failure))
    },
  }).then(({ ended }) => {
    over =
      ended.ended === 'failed' ? unreachable(name, ended.reason) : new Stopped(`the session with ${name} has ended`)
    asked?.reject(over)
  })
  const { usualSchema } = await ready
  return {
    usualSchema,
    ask<A extends SyncAsk>(ask: A, part?: (part: SyncPart) => void) {
      const answer = wait<AnswerTo<A>>(part)
      if (over === null) say?.({ ask })
      return answer
    },
    taken: () => say?.('taken'),
    async leave() {
      if (over === null) say?.('leave')
      await ended
    },
  }
}

/** Without a session nothing can be asked, whatever the reason. */
function unreachable(name: string, reason: Refusal): Refusal {
  if (reason.code === 'DATA_SOURCE_UNREACHABLE') return reason
  return new Refusal('DATA_SOURCE_UNREACHABLE', { name, problem: reason.details.problem ?? reason.message })
}
