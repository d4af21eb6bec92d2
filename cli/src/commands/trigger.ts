import type { Context } from '../context.ts'
import { EXIT, Failure } from '../exit.ts'
import { describe, exitOf, waitFor } from '../operations.ts'
import { codeGiven, readJson } from '../project.ts'

const WAIT_SECONDS = 60

export async function trigger(
  { say, client: make }: Context,
  given: {
    eventCode: string
    extension?: string
    body?: string
    from?: string
    snapshot?: string
    print?: boolean
    wait?: true | string
  },
): Promise<number> {
  const client = make()
  const params = { code: codeGiven(given.extension) }
  const { eventCode } = given
  if (given.print) {
    const { events, problem } = await client.call('GET /extensions/{code}/trial-events', { params })
    if (problem !== null) throw new Failure(problem.detail)
    const event = events.find((one) => one.eventCode === eventCode)
    if (!event)
      throw new Failure(
        `The version under test has nothing to do with ${eventCode}: ${events.map((one) => one.eventCode).join(', ')}`,
      )
    const own = Object.entries(event.body).filter(([name]) => !event.setHere.includes(name))
    const body = Object.fromEntries(own)
    say.data(body, JSON.stringify(body, null, 2))
    return EXIT.done
  }
  if (given.body !== undefined && given.from !== undefined) throw new Failure('Give --body or --from, not both.')
  const trial = await client.call('POST /extensions/{code}/trials', {
    params,
    body: {
      eventCode,
      ...(given.body !== undefined && { body: readJson(given.body) }),
      ...(given.from !== undefined && { fromMessageId: given.from }),
      ...(given.snapshot !== undefined && { snapshot: readJson(given.snapshot) }),
    },
  })
  if (given.wait === undefined) {
    say.data(trial, describe(trial))
    return EXIT.done
  }
  const seconds = given.wait === true ? WAIT_SECONDS : Number(given.wait)
  if (!(seconds >= 0)) throw new Failure(`${given.wait} is no number of seconds.`)
  say.note(`Sent as message ${trial.messageId}; waiting for the answer.`)
  const ended = await waitFor(client, trial.id, seconds * 1000)
  say.data(ended, describe(ended))
  return exitOf(ended)
}
