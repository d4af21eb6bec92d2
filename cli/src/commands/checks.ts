import type { Context } from '../context.ts'
import { describe, exitOf, line } from '../operations.ts'

export async function checksList(
  { say, client }: Context,
  given: { extension?: string; workspace?: string; state?: string; trials?: boolean; limit: string },
): Promise<void> {
  const { items } = await client().call('GET /operations', {
    query: {
      limit: Number(given.limit),
      checked: given.trials ? 'false' : 'true',
      trials: given.trials ? 'true' : 'false',
      ...(given.extension !== undefined && { extension: given.extension }),
      ...(given.workspace !== undefined && { workspaceId: Number(given.workspace) }),
      ...(given.state !== undefined && { state: given.state as never }),
    },
  })
  for (const one of items) say.data(one, line(one))
  if (items.length === 0) say.note('There are none.')
}

export async function checksShow({ say, client }: Context, { operationId }: { operationId: string }): Promise<number> {
  const one = await client().call('GET /operations/{operationId}', { params: { operationId } })
  say.data(one, describe(one))
  return exitOf(one)
}
