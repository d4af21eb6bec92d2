/** Frames between the server and a host: four bytes of length, then JSON. A host cannot be believed: a frame longer than the limit ends it. */

/** A body of 1 MiB, each letter of which is written with six, twice. */
export const FRAME_LIMIT = 16 * 1024 * 1024

export function encodeFrame(value: unknown): Buffer {
  const text = JSON.stringify(value)
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(4 + length)
  frame.writeUInt32BE(length, 0)
  frame.write(text, 4)
  return frame
}

/** Takes what arrives, in whatever pieces, and hands on whole frames. Throws where one is too long or is not JSON. */
export function frameReader(onFrame: (frame: unknown) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let size = 0
  let wanted = 4
  return (chunk) => {
    chunks.push(chunk)
    size += chunk.length
    while (size >= wanted) {
      const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      const length = whole.readUInt32BE(0)
      if (length > FRAME_LIMIT) throw new Error(`a frame of ${length} bytes`)
      wanted = 4 + length
      const rest = whole.length >= wanted ? whole.subarray(wanted) : whole
      chunks = rest.length > 0 ? [rest] : []
      size = rest.length
      if (rest === whole) return
      onFrame(JSON.parse(whole.toString('utf8', 4, wanted)))
      wanted = 4
    }
  }
}
