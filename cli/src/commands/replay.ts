import type { Context } from '../context.ts'
import { codeGiven } from '../project.ts'

export async function replay(
  { say, client }: Context,
  given: { messageId: string; extension?: string },
): Promise<void> {
  const { deliveries } = await client().call('POST /extensions/{code}/replays', {
    params: { code: codeGiven(given.extension) },
    body: { messageId: given.messageId },
  })
  for (const one of deliveries) say.data(one, `on its way to ${one.targetName} at ${one.endpoint}`)
}
