// Brings each broker, then runs its tests, and says in one line what came of it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startVitest } from 'vitest/node'
import { bringKafka } from './kafka.ts'
import { bringRabbitmq } from './rabbitmq.ts'

/** Where the program is, or why there is none. */
export type Brought = { readonly at: string } | { readonly missing: string }

type Suite = { readonly name: string; bring(directory: string): Promise<Brought> }

const SUITES: readonly Suite[] = [
  { name: 'kafka', bring: bringKafka },
  { name: 'rabbitmq', bring: bringRabbitmq },
]

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the broker under test is. */
    readonly broker: string
  }
}

/** Runs the suites whose name contains one of the words, all of them without any; answers the exit code. */
export async function runBrokers(words: readonly string[]): Promise<number> {
  const lines: string[] = []
  let failed = false
  for (const { name, bring } of SUITES.filter(
    (suite) => words.length === 0 || words.some((word) => suite.name.includes(word)),
  )) {
    const directory = mkdtempSync(path.join(tmpdir(), 'holdpoint-broker-'))
    try {
      const brought = await bring(directory)
      if ('missing' in brought) lines.push(`NOT RUN  ${name}: ${brought.missing}`)
      else {
        const { checks, problem } = await runTests(name, brought.at)
        failed ||= problem
        lines.push(problem ? `FAILED   ${name}` : `ok       ${name}: ${checks} checks`)
      }
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  console.log(lines.join('\n'))
  return failed ? 1 : 0
}

async function runTests(name: string, broker: string): Promise<{ checks: number; problem: boolean }> {
  const vitest = await startVitest('test', [`${name}.broker.ts`], {
    config: path.join(import.meta.dirname, 'vitest.config.ts'),
    watch: false,
    provide: { broker },
  })
  const modules = vitest.state.getTestModules()
  const checks = modules.flatMap((module) => [...module.children.allTests('passed')]).length
  const problem = checks === 0 || modules.some((module) => !module.ok()) || vitest.state.getUnhandledErrors().length > 0
  await vitest.close()
  return { checks, problem }
}
