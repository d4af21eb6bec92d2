/** One run of a function: what it is given, what became of it, and the record that is kept. */
import {
  type FunctionVerdict,
  fittingOptions,
  functionVerdict,
  type InvocationOutcome,
  type OptionForm,
} from '@holdpoint/core'
import { formOf } from '../configured.ts'
import type { Sql } from '../store/database.ts'
import { type RunnableRow, runnableFunction } from '../store/functions.ts'
import { gather } from '../store/gather.ts'
import { insertInvocations, type NewInvocation } from '../store/invocations.ts'
import { type FunctionHosts, type FunctionOutcome, LONGEST_TEXT } from './invocation.ts'
import { type Hide, hiding, openVariables } from './secrets.ts'

/** Versions that are kept in memory as they run, by the size of their code. */
const MOST_KEPT_LENGTH = 32 * 1024 * 1024
const MOST_RECORDED_AT_ONCE = 100
const MOST_RESULT_LENGTH = 8_192
const MOST_SNAPSHOT_LENGTH = 1_048_576
const MOST_ERROR_LENGTH = 4_000

type Runnable = {
  readonly row: RunnableRow
  readonly secrets: Readonly<Record<string, string>>
  readonly form: OptionForm | null
  readonly hide: Hide
}

export type RunOf = {
  readonly tenantId: number
  readonly extensionId: number
  readonly version: number
  /** Changes whenever anything of the version does. */
  readonly revision: number
  readonly workspaceId: number | null
  readonly messageId: string | null
  readonly deliveryId: number | null
  readonly attempt: number | null
  readonly testedBy: number | null
  readonly eventCode: string
  /** The function envelope. */
  readonly request: string
  /** Of its options what was chosen where it is asked about; what does not fit its form is not told. */
  readonly chosen: Readonly<Record<string, unknown>> | null
  readonly snapshot: Readonly<Record<string, unknown>> | null
  /** Whether a check result is expected of it. */
  readonly asked: boolean
  /** Without them where it is tried by somebody who may not have them. */
  readonly withSecrets: boolean
}

export type Run = {
  /** `refused`: there was no place for it, and it did not run. */
  readonly outcome: InvocationOutcome | 'refused'
  /** Only of one that was asked and answered. */
  readonly verdict: Exclude<FunctionVerdict, { readonly problem: string }> | null
  /** Why it gave nothing that counts, in one sentence. */
  readonly problem: string | null
  /** What it returned, as JSON text; its beginning. */
  readonly result: string | null
  readonly ended: FunctionOutcome
  /** The id of its record; null where it did not run. */
  readonly recorded: Promise<number | null>
}

export type Runs = {
  /** null where the version is gone. Secrets stand in nothing of what it answers. */
  run(of: RunOf): Promise<Run | null>
}

export function functionRuns(parts: {
  readonly db: Sql
  readonly hosts: FunctionHosts
  readonly secretKey: Buffer
}): Runs {
  const { db, hosts } = parts
  const kept = new Map<string, Runnable>()
  let keptLength = 0
  const record = gather((runs: readonly NewInvocation[]) => insertInvocations(db, runs), MOST_RECORDED_AT_ONCE)

  async function runnable({ extensionId, version, revision }: RunOf): Promise<Runnable | null> {
    const key = `${extensionId}.${version}`
    const known = kept.get(key)
    if (known !== undefined && known.row.revision >= revision) return known
    const row = await runnableFunction(db, extensionId, version)
    if (row === null) return null
    const secrets = openVariables(parts.secretKey, extensionId, row.secrets)
    const opened = {
      row,
      secrets,
      form: formOf(row),
      hide: hiding(Object.values(secrets)),
    }
    forget(key)
    keptLength += row.compiled.length
    kept.set(key, opened)
    while (keptLength > MOST_KEPT_LENGTH) forget(kept.keys().next().value!)
    return opened
  }

  function forget(key: string): void {
    keptLength -= kept.get(key)?.row.compiled.length ?? 0
    kept.delete(key)
  }

  return {
    async run(of) {
      const found = await runnable(of)
      if (found === null) return null
      const { row, secrets, hide } = found
      const environment = of.withSecrets ? { ...row.environment, ...secrets } : row.environment
      const ended = hidden(
        await hosts.invoke({
          tenantId: of.tenantId,
          // What somebody tries it with leaves nothing behind, in what the code keeps between its runs, for those that decide.
          codeId: `${of.extensionId}.${of.version}.${row.revision}${of.testedBy === null ? '' : '.tried'}${of.withSecrets ? '' : '.without'}`,
          source: row.compiled,
          limits: { timeoutMs: row.timeout_ms, memoryMb: row.memory_mb },
          environment,
          allowedHosts: row.allowed_hosts,
          request: of.request,
          about: aboutOf(found, of),
        }),
        hide,
      )
      const { outcome, verdict, problem } = judge(ended, of.asked, row)
      const result = ended.value === null ? null : cut(ended.value, MOST_RESULT_LENGTH)
      const recorded =
        outcome === 'refused'
          ? Promise.resolve(null)
          : record({
              ...of,
              durationMs: ended.durationMs,
              cpuMs: ended.cpuMs,
              memoryBytes: ended.memoryBytes,
              memoryMb: row.memory_mb,
              outcome,
              error: problem && cut([problem, ...stackOf(ended)].join('\n'), MOST_ERROR_LENGTH),
              result,
              logs: ended.logs,
              logsCut: ended.logsCut,
            })
      // Whoever awaits it later hears of it.
      recorded.catch(() => {})
      return { outcome, verdict, problem, result, ended, recorded }
    },
  }
}

/** Rule 19: values that do not fit the form of the version that runs are told to nobody. A snapshot that is too long is null, so that nobody takes it for one that says nothing. */
function aboutOf({ form }: Runnable, { chosen, snapshot }: RunOf): string {
  const options = chosen === null ? {} : fittingOptions(form, chosen).values
  const text = JSON.stringify(snapshot ?? {})
  return `{"options":${JSON.stringify(options)},"snapshot":${text.length <= MOST_SNAPSHOT_LENGTH ? text : null}}`
}

function judge(ended: FunctionOutcome, asked: boolean, row: RunnableRow): Pick<Run, 'outcome' | 'verdict' | 'problem'> {
  if (ended.ended !== 'returned') return { outcome: ended.ended, verdict: null, problem: problemOf(ended, row) }
  if (!asked) return { outcome: 'told', verdict: null, problem: null }
  const verdict = functionVerdict(ended.value)
  if ('problem' in verdict) return { outcome: 'no-result', verdict: null, problem: verdict.problem }
  return { outcome: 'answered', verdict, problem: null }
}

/** The lines below the sentence. */
const stackOf = ({ error }: FunctionOutcome) => error?.split('\n').slice(1) ?? []

function problemOf({ ended, error }: FunctionOutcome, row: RunnableRow): string {
  const said = error?.split('\n')[0] || null
  switch (ended) {
    case 'timed-out':
      return `The function did not end within ${row.timeout_ms} ms.`
    case 'out-of-memory':
      return `The function needed more than ${row.memory_mb} MiB of memory.`
    case 'stopped':
      return `What the function ran in ended under it${said === null ? '.' : `: ${said}`}`
    case 'refused':
      return `There was no place for the function${said === null ? '.' : `: ${said}`}`
    default:
      return `The function threw: ${said ?? 'nothing'}`
  }
}

/** Without secrets, and as PostgreSQL can keep it. */
function hidden(ended: FunctionOutcome, hide: Hide): FunctionOutcome {
  const clean = (text: string, longest?: number) => hide(text, longest).toWellFormed().replaceAll('\u0000', '\ufffd')
  return {
    ...ended,
    value: ended.value === null ? null : clean(ended.value),
    error: ended.error === null ? null : clean(ended.error, LONGEST_TEXT),
    logs: ended.logs.map((line) => ({ ...line, text: clean(line.text, LONGEST_TEXT) })),
  }
}

const cut = (text: string, most: number) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)
