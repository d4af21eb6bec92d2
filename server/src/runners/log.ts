/** The log of a run, as it is written: bounded, and in whole pieces. */

/** What a run may write; what goes beyond is left out, and the program goes on. */
const MOST_LOG_CHARACTERS = 4_000_000

export function boundedLog(log: (text: string) => void): (text: string) => void {
  let left = MOST_LOG_CHARACTERS
  return (text) => {
    if (text === '' || left <= 0) return
    // PostgreSQL keeps no text with a zero in it.
    const plain = text.replaceAll('\0', '\ufffd').toWellFormed()
    if (plain.length <= left) {
      left -= plain.length
      log(plain)
      return
    }
    log(
      `${plain.slice(0, left).toWellFormed()}\n… the log is longer than ${MOST_LOG_CHARACTERS} characters; the rest is left out\n`,
    )
    left = 0
  }
}
