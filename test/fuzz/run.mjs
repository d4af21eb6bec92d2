// A million requests of the fuzzer, or as many as are named, from a seed that may be named too: `node test/fuzz/run.mjs [REQUESTS [SEED]]`. What is
// found is kept in test/fuzz/results. It must parse on Node 20.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { needNode24 } from '../../server/node24.mjs'

await needNode24()

const [requests = '1000000', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const child = spawn(process.execPath, [vitest, 'run', path.join(import.meta.dirname, 'fuzz.test.ts')], {
  cwd: path.resolve(import.meta.dirname, '../..'),
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, FUZZ_REQUESTS: requests, FUZZ_SEED: seed },
})
child.on('exit', (code) => process.exit(code ?? 1))
