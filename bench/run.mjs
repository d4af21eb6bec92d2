// What `npm run bench` runs: one benchmark by its name. It must parse on Node 20.
import { needNode24 } from '../server/node24.mjs'

await needNode24()

const BENCHMARKS = {
  round:
    'requested, held, delivered, answered, carried out: the whole round, as a share of what a bare program reaches',
  'open-holds': 'the round with 1,000,000 open held operations, as a share of what it costs with 1,000',
  settle: 'a hundred extensions on 10,000 operations that are held at once: all settle (--short: 200 operations)',
  'first-hold': 'from starting on an empty directory to the first held operation',
  'idle-memory': 'the memory of the idle server with its database',
  dispatch:
    'instances that run nothing, as a share of a bare claim-and-update of the same rows, also with 10,000,000 finished ones (--short: 500,000)',
  instances:
    '1,000,000 instances with what they wait for, as a share of COPY of the same rows into the same table (--short: 100,000)',
  neighbourhood: 'opening the graph of a workspace of 100,000 nodes, beside the same in one of 1,000 (--short: 10,000)',
  selection: 'which nodes a massive backfill comes to, beside reading the edges by COPY and a plain search',
  deploy: 'committing and deploying 1,000 files, each checked, beside the gate’s own rate: at least half of it',
  signature: 'verifying a signed request with all decoding, beside the bare hashes and HMACs in it: at most 4 times',
  copy: '10,000,000 rows from PostgreSQL to DuckDB, beside COPY to a file and DuckDB reading it: at least half of its rate (--short: 1,000,000)',
  function: 'what a warm call of a function costs above its own work, and what a thousand versions leave behind',
}
const OPTIONS = {
  '--json': 'print one JSON object and nothing else on standard output',
  '--save': 'keep the result in bench/results',
  '--profile': 'round only: leave CPU profiles of both servers in a temporary directory that is named',
  '--short':
    'round only: one turn on one database (DATABASE_URL_BENCH, else the embedded one), to see an effect while working',
}

const given = process.argv.slice(2)
const name = given.find((one) => !one.startsWith('--'))
const unknown = given.filter((one) => one !== name && !Object.hasOwn(OPTIONS, one))

if (name === undefined || !Object.hasOwn(BENCHMARKS, name) || unknown.length > 0) {
  if (name !== undefined && !Object.hasOwn(BENCHMARKS, name)) console.error(`There is no benchmark ${name}.`)
  for (const one of unknown) console.error(`${one} is not an option.`)
  const rows = (table) => Object.entries(table).map(([key, text]) => `  ${key.padEnd(14)}${text}`)
  console.log(['npm run bench -- NAME [options]', ...rows(BENCHMARKS), ...rows(OPTIONS)].join('\n'))
  process.exit(name === undefined && unknown.length === 0 ? 0 : 2)
}

const { report } = await import('./result.ts')
const { run } = await import(`./${name}.ts`)
try {
  const result = await run({
    profile: given.includes('--profile'),
    short: given.includes('--short'),
    tell: (line) => console.error(line),
  })
  report({ name, ...result }, { json: given.includes('--json'), save: given.includes('--save') })
  process.exit(0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
