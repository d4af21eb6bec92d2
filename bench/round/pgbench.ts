/** For orientation: the limit's statements alone, driven by pgbench; no HTTP and no Node. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type pg from 'pg'
import { programDirectory } from '../postgres.ts'
import { ANSWER, HOLD } from './statements.ts'

const run = promisify(execFile)
/** As long as a real one. After each colon stands a space: pgbench takes a colon and a word for a variable. */
const BODY =
  '{"projectId": 10001, "nodeIds": [1000000001], "tenantId": 280000000000001, "operator": "190000000000001", ' +
  '"extensionBizId": "00000000-0000-4000-8000-000000000000", "eventCode": "freeze-node", "blockBusiness": true}'

/** Both statements of a round, one after the other, as a script of pgbench. */
export function script(nodeIds: readonly number[]): string {
  const hold = fill(HOLD, {
    1: ':operation',
    2: ':node',
    3: "'pause'",
    4: "'190000000000001'",
    5: ':message',
    6: `'${BODY}'`,
    7: "'bench'",
    8: "'http://127.0.0.1/'",
  })
  const answer = fill(ANSWER, { 1: ':message', 2: "'bench'", 3: "'OK'", 4: "'Nothing speaks against it.'" })
  return [
    `\\set node random(${Math.min(...nodeIds)}, ${Math.max(...nodeIds)})`,
    `\\set high random(0, 4611686018427387903)`,
    `\\set low random(0, 4611686018427387903)`,
    `${hold};`,
    `${answer};`,
    '',
  ]
    .join('\n')
    .replaceAll(':operation', UUID_OF(':high', ':low'))
    .replaceAll(':message', UUID_OF(':low', ':high'))
}

/** pgbench knows no UUID: two random numbers are written as one. */
const UUID_OF = (a: string, b: string) =>
  `(lpad(to_hex(${a}::bigint), 16, '0') || lpad(to_hex(${b}::bigint), 16, '0'))::uuid`

function fill(statement: string, values: Readonly<Record<number, string>>): string {
  return statement
    .replace(/\$(\d+)/g, (_, at: string) => values[Number(at)]!)
    .replaceAll('\n', ' ')
    .trim()
}

/** Rounds per second of the statements alone; null where there is no pgbench. */
export async function statementsAlone(
  connection: pg.ClientConfig,
  directory: string,
  nodeIds: readonly number[],
  concurrency: number,
  seconds: number,
): Promise<number | null> {
  const programs = programDirectory('pgbench')
  if (programs === null) return null
  const file = join(directory, 'round.sql')
  writeFileSync(file, script(nodeIds))
  const { stdout } = await run(
    join(programs, 'pgbench'),
    [
      '-n',
      '-M',
      'prepared',
      '-c',
      String(concurrency),
      '-j',
      concurrency > 1 ? '2' : '1',
      '-T',
      String(seconds),
      '-f',
      file,
    ],
    {
      env: {
        PATH: process.env.PATH ?? '',
        PGHOST: connection.host,
        PGPORT: String(connection.port),
        PGUSER: connection.user,
        PGDATABASE: connection.database,
        ...(typeof connection.password === 'string' && { PGPASSWORD: connection.password }),
      },
      timeout: seconds * 1000 + 20_000,
    },
  )
  return Number(/tps = ([\d.]+)/.exec(stdout)?.[1])
}
