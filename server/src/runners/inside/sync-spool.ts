/** Rows on their way from one process to the other: files that are cut where rows end. */
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import type { RowFormat } from './sync-messages.ts'

/** Two of them fit into what reads one; larger ones were slower. */
const FILE_BYTES = 8_388_608

const QUOTE = 34
const LINE_END = 10

/** Told piece after piece, it says where in one the last row ends: the place behind it, 0: nowhere. In CSV a line's end between quotes is none. */
export function rowEnds(as: RowFormat): (piece: Buffer, isWanted: boolean) => number {
  if (as === 'text') return (piece) => piece.lastIndexOf(LINE_END) + 1
  let within = false
  return (piece, isWanted) => {
    for (let at = piece.indexOf(QUOTE); at !== -1; at = piece.indexOf(QUOTE, at + 1)) within = !within
    if (!isWanted) return 0
    for (let to = piece.length, inside = within; to > 0; inside = !inside) {
      const quote = piece.lastIndexOf(QUOTE, to - 1)
      const end = inside ? -1 : piece.subarray(quote + 1, to).lastIndexOf(LINE_END)
      if (end !== -1) return quote + 1 + end + 1
      to = quote
    }
    return 0
  }
}

/** Writes pieces of rows into files of a directory, and hands over each with its bytes; `written` may take its time. */
export async function spool(
  pieces: AsyncIterable<Buffer>,
  as: RowFormat,
  directory: string,
  written: (file: number, bytes: number) => Promise<void>,
): Promise<void> {
  const endOf = rowEnds(as)
  let handle: FileHandle | null = null
  let bytes = 0
  let count = 0
  const write = async (piece: Buffer) => {
    if (piece.length === 0) return
    if (handle === null) {
      handle = await open(path.join(directory, String(++count)), 'wx', 0o600)
    }
    for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten
    bytes += piece.length
  }
  const done = async () => {
    if (handle === null) return
    await handle.close()
    handle = null
    const size = bytes
    bytes = 0
    await written(count, size)
  }
  try {
    for await (const piece of pieces) {
      const end = endOf(piece, bytes + piece.length >= FILE_BYTES)
      if (end === 0 || bytes + end < FILE_BYTES) {
        await write(piece)
        continue
      }
      await write(piece.subarray(0, end))
      await done()
      await write(piece.subarray(end))
    }
    await done()
  } finally {
    await (handle as FileHandle | null)?.close()
  }
}
