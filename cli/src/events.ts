/** Server-sent events out of the body of an answer. */

export type ServerEvent = { readonly event: string; readonly data: unknown }

const MOST_CHARACTERS = 32 << 20

export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MOST_CHARACTERS) throw new Error('an event is too long')
    const parts = text.split('\n\n')
    text = parts.pop()!
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1]
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (event !== undefined && data !== undefined) yield { event, data: JSON.parse(data) }
    }
  }
}
