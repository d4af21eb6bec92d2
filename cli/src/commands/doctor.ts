import type { Context } from '../context.ts'
import { EXIT, type ExitCode, failureOf } from '../exit.ts'
import { readProject } from '../project.ts'

const PATIENCE_MS = 5_000
/** Signatures are good for 15 minutes. */
const MOST_SKEW_MS = 15 * 60_000

export async function doctor(context: Context, given: { extension?: string }): Promise<number> {
  const { say } = context
  let worst: ExitCode = EXIT.done
  const found = (what: string, problem: string | null, exitCode: ExitCode = EXIT.refused) => {
    say.data(
      { what, ok: problem === null, problem },
      `${problem === null ? '✓' : '✗'} ${what}${problem === null ? '' : `: ${problem}`}`,
    )
    if (problem !== null && worst === EXIT.done) worst = exitCode
    return problem === null
  }

  const { endpoint } = context.settings()
  try {
    const response = await fetch(new URL('/readyz', endpoint), { signal: AbortSignal.timeout(PATIENCE_MS) })
    const text = await response.text()
    found(`Holdpoint at ${endpoint} is ready`, response.ok ? null : text.slice(0, 200), EXIT.unreachable)
    const skewMs = Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now())
    found(
      'the clock of this machine is right',
      skewMs < MOST_SKEW_MS ? null : `it is off by ${Math.round(skewMs / 60_000)} minutes`,
      EXIT.access,
    )
  } catch (error) {
    found(`Holdpoint at ${endpoint} answers`, failureOf(error).message, EXIT.unreachable)
    return worst
  }
  const client = context.client()
  const ask = async <T>(what: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      const value = await work()
      found(what, null)
      return value
    } catch (error) {
      const { message, exitCode } = failureOf(error)
      found(what, message, exitCode)
      return null
    }
  }
  const me = await ask('the AccessKey pair signs', () => client.call('GET /session'))
  const code = given.extension ?? readProject().code
  if (me === null || code === undefined) return worst
  const params = { code }
  const extension = await ask(`the extension ${code} is there`, () => client.call('GET /extensions/{code}', { params }))
  if (extension === null) return worst
  const tryable = await ask('you may try it', () => client.call('GET /extensions/{code}/trial-events', { params }))
  if (tryable !== null) found('a version is under test', tryable.problem?.detail ?? null)
  const dev = await ask('its machine can be looked up', () =>
    client.call('GET /extensions/{code}/dev-connection', { params }),
  )
  const machine = dev?.connection
  say.note(
    machine
      ? `Its messages are forwarded to ${machine.user.name} (${machine.machine}), last heard of ${machine.seenAt}.`
      : 'No machine is connected for it.',
  )
  return worst
}
