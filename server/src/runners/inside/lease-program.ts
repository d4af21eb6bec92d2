/** The process beside a server that ends its programs when their lease runs out: `+pid`, `-pid`, or `.ms` for a lease of so many milliseconds from now. */
import { createInterface } from 'node:readline'

const pids = new Set<number>()
let timer: NodeJS.Timeout | undefined

function endAll(): void {
  for (const pid of pids) {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended already.
    }
  }
  pids.clear()
}

const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  const number = Number(line.slice(1))
  if (line.startsWith('+') && number > 1) pids.add(number)
  else if (line.startsWith('-')) pids.delete(number)
  else if (line.startsWith('.')) {
    clearTimeout(timer)
    timer = setTimeout(endAll, number)
  }
})
input.on('close', () => {
  endAll()
  process.exit(0)
})
