/** Data goes to standard output, one JSON text per line where `--json` asks for it; everything for people goes to standard error. */
import colors from 'picocolors'

export type Say = {
  /** What the command is for: as JSON, or as text where a person reads it. */
  data(value: unknown, text: string): void
  note(sentence: string): void
  warn(sentence: string): void
  /** A line that is written over by the next one; nothing where nobody watches. */
  status(line: string): void
}

export function sayTo(json: boolean): Say {
  const watched = process.stderr.isTTY === true && !json
  let shown = false
  const clear = () => {
    if (shown) process.stderr.write('\r\u001b[K')
    shown = false
  }
  return {
    data(value, text) {
      clear()
      process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`)
    },
    note(sentence) {
      clear()
      process.stderr.write(`${sentence}\n`)
    },
    warn(sentence) {
      clear()
      process.stderr.write(`${colors.yellow(sentence)}\n`)
    },
    status(line) {
      if (!watched) return
      clear()
      process.stderr.write(colors.dim(line.slice(0, process.stderr.columns ?? 80)))
      shown = true
    },
  }
}

const PAINT: Readonly<Record<string, (text: string) => string>> = {
  OK: colors.green,
  PASSED: colors.green,
  done: colors.green,
  WARN: colors.yellow,
  CHECKING: colors.cyan,
  held: colors.cyan,
  FAIL: colors.red,
  BLOCKED: colors.red,
  refused: colors.red,
}

export const painted = (word: string) => (PAINT[word] ?? String)(word)
