// What must be true when everything has settled, found from evidence that does not come from the server: the triggers' changes, the journals of
// the extensions, and what the load was told.
import { behaviourOf, type Result } from './behaviour.ts'
import type { ChaosExtension } from './environment.ts'
import type { Change, CheckFound, OperationFound, Snapshot } from './evidence.ts'
import type { Load } from './load.ts'

export const INVARIANTS = {
  settled: 'every operation has ended, or is held for a FAIL that may be passed by hand and for nothing else',
  'ends once': 'an operation is held and ends once, or takes effect at once, and does nothing else',
  'effect with its record':
    'a done operation has changed each of its nodes once, from what it was to what was asked for, in the transaction that ended it',
  'effect of an operation':
    'every change of a node belongs to one done operation: none to a refused, withdrawn or stale one, none twice, none to nobody',
  verdict: 'how an operation ended is what its results say, worked out anew',
  stale: 'an operation ends as stale only where its node was no longer what it was',
  'result was given': 'a recorded result is one that this extension decided on and sent, and never changes',
  'result that was acknowledged': 'an acknowledged result is the recorded one, and a refused one is not',
  told: 'every asked extension has received the message',
  'delivered once':
    'an extension receives a message again only after an attempt that failed, or a fault of a replica or the database meanwhile',
  'acknowledged request':
    'what was answered to a request is so: the operation is there with its message, the withdrawal and the pass are recorded',
  'audit chain': 'the chain of the audit trail verifies, as the command says that does it',
  'asked for': 'an operation is withdrawn, and a check passed by hand, only where somebody asked for that',
} as const
export type Invariant = keyof typeof INVARIANTS

export type Violation = { readonly invariant: Invariant; readonly about: string }

export type Span = { readonly fromMs: number; readonly untilMs: number }

type Told = {
  readonly receivedAtMs: number[]
  readonly sent: Set<Result>
  readonly acknowledged: Set<Result>
  readonly refused: Map<Result, Set<string>>
}

/** How long after a fault what was lost through it may be noticed. */
const AFTERMATH_MS = 5_000

/** Why this operation is not settled; null when it is. */
export function unsettled(operation: OperationFound): string | null {
  for (const check of operation.checks) {
    if (check.result === null) return `waits for ${check.extension}`
    if (check.delivery === 'pending') return `the delivery to ${check.extension} is pending`
  }
  return operation.state !== 'held' || waitsForPass(operation) ? null : 'is held although all checks are answered'
}

/** The FAILs that are all that holds it, and that may all be passed by hand. */
export function waitsForPass({ checks }: OperationFound): boolean {
  const fails = checks.filter((one) => one.result === 'FAIL' && !one.passed)
  return fails.length > 0 && fails.every((one) => one.manualPass)
}

/** Everything that is known of an environment from its beginning on. */
export function startVerifier(seed: number, extensions: readonly ChaosExtension[]) {
  const byCode = new Map(extensions.map((one) => [one.code, one]))
  const told = new Map<string, Told>()
  const recorded = new Map<string, Result>()
  const operations = new Map<string, OperationFound>()
  const changes = new Set<number>()
  const attempts = new Map<string, number>()
  const excused = new Set<string>()
  const withdrawals = new Set<string>()
  const passes = new Set<string>()
  const claimed = new Set<number>()
  const lastOfNode = new Map<string, Change[]>()
  const byOperation = new Map<string, Change[]>()
  const checked = Object.fromEntries(Object.keys(INVARIANTS).map((name) => [name, 0])) as Record<Invariant, number>

  const keyOf = (messageId: string, code: string) => `${messageId} ${code}`
  function toldOf(key: string): Told {
    let one = told.get(key)
    if (one === undefined) {
      one = { receivedAtMs: [], sent: new Set(), acknowledged: new Set(), refused: new Map() }
      told.set(key, one)
    }
    return one
  }

  /** Takes in what the extensions have written since the last time; answers what it is about. */
  function hear(): { heard: Set<string>; received: Set<string> } {
    const heard = new Set<string>()
    const received = new Set<string>()
    for (const { code, news } of extensions)
      for (const line of news()) {
        const key = keyOf(line.messageId, code)
        const one = toldOf(key)
        heard.add(key)
        if (line.is === 'received') {
          one.receivedAtMs.push(line.atMs)
          received.add(key)
        } else if (line.is === 'sent') one.sent.add(line.result)
        else if (line.is === 'answered' && line.code === null) one.acknowledged.add(line.result)
        else if (line.is === 'answered')
          one.refused.set(line.result, (one.refused.get(line.result) ?? new Set()).add(line.code!))
      }
    return { heard, received }
  }

  return {
    checked,
    figures() {
      const received = [...told.values()].map((one) => one.receivedAtMs.length)
      const acknowledged = [...told.values()].map((one) => one.acknowledged.size)
      return {
        operations: operations.size,
        messagesTold: received.filter((times) => times > 0).length,
        deliveriesReceived: sum(received),
        messagesToldAgainThroughFaults: excused.size,
        resultsAcknowledged: sum(acknowledged),
        resultsRefused: sum([...told.values()].map((one) => one.refused.size)),
      }
    },
    /** The held operations that may be passed by hand, with a check that may be. */
    passable: () =>
      [...operations.values()].flatMap((one) =>
        one.state === 'held'
          ? one.checks
              .filter((check) => check.result === 'FAIL' && !check.passed)
              .map((check) => ({ id: one.id, extension: check.extension }))
          : [],
      ),
    held: () => [...operations.values()].filter((one) => one.state === 'held').map((one) => one.id),
    counted(): Record<string, number> {
      const counts: Record<string, number> = {}
      for (const { state } of operations.values()) counts[state] = (counts[state] ?? 0) + 1
      return counts
    },

    /** `faults` are those that excuse a second delivery. */
    verify(snapshot: Snapshot, load: Omit<Load, 'requests'>, faults: readonly Span[]): Violation[] {
      const violations: Violation[] = []
      const expect = (invariant: Invariant, holds: boolean, about: () => string) => {
        checked[invariant]++
        if (!holds) violations.push({ invariant, about: about() })
      }
      const news = snapshot.changes.filter((change) => !changes.has(change.id))
      for (const change of news) {
        changes.add(change.id)
        const all = change.kind === 'node' ? lastOfNode : byOperation
        const key = change.kind === 'check' ? change.object.split(' ')[0]! : change.object
        all.set(
          key,
          [...(all.get(key) ?? []), change].sort((a, b) => a.id - b.id),
        )
      }
      // What has ended stays as it was found.
      const fresh = snapshot.operations.filter((one) => (operations.get(one.id)?.state ?? 'held') === 'held')
      for (const operation of fresh) operations.set(operation.id, operation)
      const { heard, received } = hear()
      for (const id of load.withdrawals) withdrawals.add(id)
      for (const id of load.passes) passes.add(id)

      for (const operation of fresh) {
        const { id } = operation
        const name = `${operation.point} ${id} (${operation.state})`
        const reason = unsettled(operation)
        expect('settled', reason === null, () => `${name} ${reason}`)
        const own = byOperation.get(id) ?? []
        const states = own.filter((one) => one.kind === 'operation')
        verifyStates(operation, states, name, expect)
        const end = states.at(-1)
        if (operation.state === 'done' && end) verifyEffect(operation, end, name, expect)
        if (operation.state === 'stale' && end) verifyStale(operation, end, name, expect)
        const wanted = endsAllowed(operation.checks)
        expect(
          'verdict',
          wanted.includes(operation.state),
          () => `${name} with ${resultsOf(operation.checks)}: ${wanted.join(' or ')}; ${operation.reason ?? ''}`,
        )
        expect(
          'asked for',
          (operation.state !== 'withdrawn' || withdrawals.has(id)) &&
            (operation.checks.every((one) => !one.passed) || passes.has(id)),
          () => name,
        )
        for (const check of operation.checks) {
          if (operation.messageId === null || check.result === null) continue
          const key = keyOf(operation.messageId, check.extension)
          recorded.set(key, check.result)
          heard.add(key)
          const seen = told.get(key)
          expect(
            'told',
            (seen?.receivedAtMs.length ?? 0) > 0,
            () => `${name}: ${byCode.get(check.extension)?.name} never received ${operation.messageId}`,
          )
          const decided = behaviourOf(seed, byCode.get(check.extension)!.name, operation.messageId).results
          const given = own.filter((one) => one.kind === 'check' && one.object === `${id} ${check.extensionId}`)
          expect(
            'result was given',
            decided.includes(check.result) &&
              seen?.sent.has(check.result) === true &&
              given.length === 1 &&
              given[0]!.was === null &&
              given[0]!.became === check.result,
            () =>
              `${name}: ${check.result} of ${byCode.get(check.extension)?.name}, which decided on ${decided.join(', ')} and sent ${[...(seen?.sent ?? [])].join(', ')}; written as ${given.map((one) => `${one.was} → ${one.became}`).join(', ')}`,
          )
          attempts.set(key, check.attempts)
          received.add(key)
        }
      }
      for (const key of received) verifyDeliveries(key, faults, expect)
      for (const change of news)
        if (change.kind === 'node')
          expect(
            'effect of an operation',
            claimed.has(change.id),
            () => `node ${change.object}: ${change.was} → ${change.became} in transaction ${change.xid}`,
          )
      for (const key of heard) {
        const result = recorded.get(key)
        const one = told.get(key)
        if (result === undefined || one === undefined) continue
        for (const given of one.acknowledged)
          expect(
            'result that was acknowledged',
            given === result,
            () => `${key}: ${given} was acknowledged, ${result} is recorded`,
          )
        for (const [given, codes] of one.refused)
          expect(
            'result that was acknowledged',
            given !== result && codes.size === 1 && codes.has('Conflict.CheckResult'),
            () => `${key}: ${given} was refused with ${[...codes].join(', ')}, ${result} is recorded`,
          )
      }
      for (const one of load.acknowledged) {
        const found = operations.get(one.id)
        const so =
          one.what === 'asked'
            ? found !== undefined && found.messageId === one.messageId
            : one.what === 'withdrawn'
              ? found?.state === 'withdrawn'
              : found?.checks.some((check) => check.extension === one.extension && check.passed) === true
        expect('acknowledged request', so, () => `${JSON.stringify(one)}, found ${found?.state ?? 'nothing'}`)
      }
      return violations
    },
  }

  type Expect = (invariant: Invariant, holds: boolean, about: () => string) => void

  function verifyStates(operation: OperationFound, states: readonly Change[], name: string, expect: Expect): void {
    const path = states.map((one) => `${one.was}→${one.became}`).join(', ')
    const allowed = operation.state === 'held' ? ['null→held'] : [`null→held, held→${operation.state}`, 'null→done']
    expect('ends once', allowed.includes(path), () => `${name}: ${path}`)
  }

  function verifyEffect(operation: OperationFound, end: Change, name: string, expect: Expect): void {
    for (const { objectId, from, to } of operation.changes) {
      const same = (lastOfNode.get(objectId) ?? []).filter((one) => one.xid === end.xid && !claimed.has(one.id))
      const [effect] = same
      // Another operation on the same node may share the transaction; it claims its own.
      expect(
        'effect with its record',
        effect !== undefined && effect.was === from && effect.became === to,
        () =>
          `${name}: node ${objectId} ${from} → ${to}, found ${same.map((one) => `${one.was} → ${one.became}`).join(', ') || 'nothing'} in transaction ${end.xid}`,
      )
      if (effect) claimed.add(effect.id)
    }
  }

  /** Whoever ends an operation holds the locks of its nodes, so that the changes before its end have a lower number. */
  function verifyStale(operation: OperationFound, end: Change, name: string, expect: Expect): void {
    const differs = operation.changes.some(({ objectId, from }) => {
      const before = (lastOfNode.get(objectId) ?? []).filter((one) => one.id < end.id).at(-1)
      return before !== undefined && before.became !== from
    })
    expect('stale', differs, () => `${name}: ${operation.reason}`)
  }

  /** An attempt that nobody has written down is one whose replica lost it, or one of two that were made for the same delivery. */
  function verifyDeliveries(key: string, faults: readonly Span[], expect: Expect): void {
    const { receivedAtMs } = toldOf(key)
    const written = attempts.get(key)
    if (written === undefined || receivedAtMs.length === 0) return
    const first = Math.min(...receivedAtMs)
    const last = Math.max(...receivedAtMs)
    const excess = receivedAtMs.length - written
    const excuse = faults.some((one) => one.fromMs <= last && one.untilMs + AFTERMATH_MS >= first)
    if (excess > 0 && excuse) excused.add(key)
    expect('delivered once', excess <= 0 || excuse, () => {
      const times = receivedAtMs.map((at) => new Date(at).toISOString().slice(17, 23)).join(', ')
      return `${key}: received ${receivedAtMs.length} times (${times}), ${written} attempts are recorded`
    })
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

/** The rules of the verdict once more, in other words than the server's. */
function endsAllowed(checks: readonly CheckFound[]): string[] {
  if (checks.length === 0) return ['done']
  const count = (wanted: (check: CheckFound) => boolean) => checks.filter(wanted).length
  const standing = count((one) => one.result === 'FAIL' && !one.passed)
  // Whoever asked may have withdrawn before it was decided.
  if (standing === 0)
    return count((one) => one.result === null) > 0 ? ['held', 'withdrawn'] : ['done', 'stale', 'withdrawn']
  const final = count((one) => one.result === 'FAIL' && !one.passed && !one.manualPass)
  return final > 0 ? ['refused', 'withdrawn'] : ['held', 'withdrawn']
}

function resultsOf(checks: readonly CheckFound[]): string {
  return checks.map((one) => `${one.result}${one.passed ? ' passed' : one.manualPass ? ' passable' : ''}`).join(', ')
}
