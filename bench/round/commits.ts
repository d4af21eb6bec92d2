/**
 * Single durable commits, one after the other, in a process of its own: how long one takes on the database while it is under the load of the
 * rounds. Told to begin it commits until it is told to end, and answers how long each took.
 */
import { performance } from 'node:perf_hooks'
import pg from 'pg'

export type CommitsSettings = { readonly connection: pg.ClientConfig }
export type CommitsAsked = CommitsSettings | { readonly begin: true } | { readonly end: true }
export type CommitsTold = { readonly ready: true } | { readonly latenciesMs: readonly number[] }

process.on('disconnect', () => process.exit(0))
const tell = (told: CommitsTold) => void process.send!(told)

let client: pg.Client
let latenciesMs: number[] = []
let running = false

async function connect(connection: pg.ClientConfig): Promise<void> {
  client = new pg.Client(connection)
  await client.connect()
  await client.query(
    'create table limit_program.commits (id bigint generated always as identity primary key, at timestamptz not null)',
  )
  tell({ ready: true })
}

async function commitOneByOne(): Promise<void> {
  while (running) {
    const startedMs = performance.now()
    await client.query({ name: 'commit', text: 'insert into limit_program.commits (at) values (now())' })
    latenciesMs.push(performance.now() - startedMs)
  }
  tell({ latenciesMs })
}

process.on('message', (asked: CommitsAsked) => {
  if ('connection' in asked) void connect(asked.connection)
  else if ('begin' in asked) {
    running = true
    latenciesMs = []
    void commitOneByOne()
  } else running = false
})
