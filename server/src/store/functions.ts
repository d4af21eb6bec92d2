/** The code of function extensions: what is kept of each version, and what a run of it needs. */
import type { FunctionLanguage, RetryPolicy } from '@holdpoint/core'
import type { Sql } from './database.ts'

export type FunctionCode = {
  readonly language: FunctionLanguage
  readonly source: string
  /** The JavaScript that runs. */
  readonly compiled: string
}

export type FunctionContent = FunctionCode & {
  readonly environment: Readonly<Record<string, string>>
  /** Encrypted, in base64. */
  readonly secrets: Readonly<Record<string, string>>
  /** Names of those that were removed because somebody changed it who may not have them. */
  readonly missingSecrets: readonly string[]
  readonly allowedHosts: readonly string[]
  readonly timeoutMs: number
  readonly memoryMb: number
}

/** Without what it was compiled to. */
export type FunctionRow = {
  number: number
  revision: number
  language: FunctionLanguage
  source: string
  environment: Record<string, string>
  secrets: Record<string, string>
  missing_secrets: string[]
  allowed_hosts: string[]
  timeout_ms: number
  memory_mb: number
  modified_at: Date
  test_workspace_id: number | null
}

export async function functionOf(sql: Sql, extensionId: number, number: number): Promise<FunctionRow | null> {
  const [row] = await sql.rows<FunctionRow>(
    `select number, v.revision, f.language, f.source, f.environment, f.secrets, f.missing_secrets, f.allowed_hosts, f.timeout_ms, f.memory_mb,
       f.modified_at, v.test_workspace_id
     from function_versions f join extension_versions v using (extension_id, number) where extension_id = $1 and number = $2`,
    [extensionId, number],
  )
  return row ?? null
}

export async function insertFunction(
  sql: Sql,
  extensionId: number,
  number: number,
  content: FunctionContent,
): Promise<void> {
  await sql.rows(
    `insert into function_versions (extension_id, number, language, source, compiled, environment, secrets, missing_secrets, allowed_hosts, timeout_ms, memory_mb)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [extensionId, number, ...codeValues(content), ...otherValues(content)],
  )
}

/** `code`: null leaves it as it is. */
export async function updateFunction(
  sql: Sql,
  extensionId: number,
  number: number,
  { code, ...other }: Omit<FunctionContent, keyof FunctionCode> & { readonly code: FunctionCode | null },
): Promise<void> {
  await sql.rows(
    `update function_versions set language = coalesce($3, language), source = coalesce($4, source), compiled = coalesce($5, compiled),
       environment = $6, secrets = $7, missing_secrets = $8, allowed_hosts = $9, timeout_ms = $10, memory_mb = $11, modified_at = now()
     where extension_id = $1 and number = $2`,
    [extensionId, number, ...(code ? codeValues(code) : [null, null, null]), ...otherValues(other)],
  )
}

const codeValues = ({ language, source, compiled }: FunctionCode) => [language, source, compiled]
const otherValues = (content: Omit<FunctionContent, keyof FunctionCode>) => [
  JSON.stringify(content.environment),
  JSON.stringify(content.secrets),
  content.missingSecrets,
  content.allowedHosts,
  content.timeoutMs,
  content.memoryMb,
]

/** A newer version begins with what the older one is, secrets among it: they go when it is changed by who may not have them. */
export async function copyFunction(sql: Sql, extensionId: number, from: number, to: number): Promise<void> {
  await sql.rows(
    `insert into function_versions (extension_id, number, language, source, compiled, environment, secrets, missing_secrets, allowed_hosts, timeout_ms, memory_mb)
     select extension_id, $3, language, source, compiled, environment, secrets, missing_secrets, allowed_hosts, timeout_ms, memory_mb
     from function_versions where extension_id = $1 and number = $2`,
    [extensionId, from, to],
  )
}

/** How a function is asked. It is the extension's, whatever its versions. */
export type FunctionDelivery = { readonly retryPolicy: RetryPolicy; readonly mostConcurrent: number }

/** Whether any version of the function has secrets. */
export async function hasSecrets(sql: Sql, extensionId: number): Promise<boolean> {
  const rows = await sql.rows(`select from function_versions where extension_id = $1 and secrets <> '{}' limit 1`, [
    extensionId,
  ])
  return rows.length > 0
}

/** Makes the target that a function extension has of its own. */
export async function insertFunctionTarget(
  sql: Sql,
  extensionId: number,
  code: string,
  { retryPolicy, mostConcurrent }: FunctionDelivery,
): Promise<void> {
  await sql.rows(
    `insert into event_targets (extension_id, name, kind, endpoint, retry_policy, most_concurrent) values ($1, 'function', 'function', $2, $3, $4)`,
    [extensionId, code, retryPolicy, mostConcurrent],
  )
}

export async function functionDelivery(sql: Sql, extensionId: number): Promise<FunctionDelivery> {
  const [row] = await sql.rows<{ retry_policy: RetryPolicy; most_concurrent: number }>(
    `select retry_policy, most_concurrent from event_targets where extension_id = $1 and kind = 'function'`,
    [extensionId],
  )
  return { retryPolicy: row!.retry_policy, mostConcurrent: row!.most_concurrent }
}

export async function updateFunctionDelivery(
  sql: Sql,
  extensionId: number,
  { retryPolicy, mostConcurrent }: FunctionDelivery,
): Promise<void> {
  await sql.rows(
    `update event_targets set retry_policy = $2, most_concurrent = $3 where extension_id = $1 and kind = 'function'`,
    [extensionId, retryPolicy, mostConcurrent],
  )
}

/** null for a service. */
export async function functionTargetId(sql: Sql, extensionId: number): Promise<number | null> {
  const [row] = await sql.rows<{ id: number }>(
    `select id from event_targets where extension_id = $1 and kind = 'function'`,
    [extensionId],
  )
  return row?.id ?? null
}

/** What a delivery to a function is about, and which version of which function it is for. */
export type AskedFunctionRow = {
  tenant_id: number
  workspace_id: number | null
  message_id: string
  event_code: string
  body: string
  operation_id: string | null
  extension_id: number
  extension_code: string
  /** Whether it is asked: a rule's target is only told. */
  asked: boolean
  /** null where no version runs for this message. */
  version: number | null
  revision: number | null
  /** Of its options what the message's workspace has chosen, or the tenant. */
  chosen: Record<string, unknown> | null
  /** What is kept with the operation; of a trial, what was given with it. */
  snapshot: Record<string, unknown> | null
  trial: boolean | null
}

/**
 * The function that a delivery is for. What runs is the version that was asked; where it is only told, the one under test in the message's workspace, else
 * the published one.
 */
export async function askedFunction(sql: Sql, deliveryId: number): Promise<AskedFunctionRow | null> {
  const [row] = await sql.rows<AskedFunctionRow>(
    `select m.tenant_id, m.workspace_id, m.id as message_id, m.event_code, m.body, m.operation_id, e.id as extension_id, e.code as extension_code,
       t.extension_id is not null as asked, v.number as version, v.revision, en.option_values as chosen, o.snapshot, o.trial
     from deliveries d
     join messages m on m.id = d.message_id
     join event_targets t on t.id = d.target_id
     join extensions e on e.tenant_id = m.tenant_id and
       case when t.extension_id is null then e.code = t.settings->>'extensionCode' else e.id = t.extension_id end
     left join checks c on c.operation_id = m.operation_id and c.extension_id = t.extension_id
     left join operations o on o.id = m.operation_id
     left join extension_enablements en on en.extension_id = e.id and en.workspace_id is not distinct from m.workspace_id
     left join lateral (
       select v.number, v.revision from extension_versions v join function_versions f using (extension_id, number)
       where v.extension_id = e.id and
         case when t.extension_id is null
           then v.status = 'published' or v.status = 'testing' and v.test_workspace_id = m.workspace_id
           else v.number = c.version end
       order by v.status = 'testing' desc, v.number desc limit 1) v on true
     where d.id = $1`,
    [deliveryId],
  )
  return row ?? null
}

/** What a run that somebody tries is told of: the options of the place, and the snapshot of the operation if there is one. */
export async function triedAbout(
  sql: Sql,
  extensionId: number,
  workspaceId: number | null,
  operationId: string | null,
): Promise<Pick<AskedFunctionRow, 'chosen' | 'snapshot' | 'trial'>> {
  const [row] = await sql.rows<Pick<AskedFunctionRow, 'chosen' | 'snapshot' | 'trial'>>(
    `select (select option_values from extension_enablements where extension_id = $1 and workspace_id is not distinct from $2) as chosen, o.snapshot, o.trial
     from (select 1) one left join operations o on o.id = $3`,
    [extensionId, workspaceId, operationId],
  )
  return row!
}

/** What of a version runs. */
export type RunnableRow = {
  compiled: string
  environment: Record<string, string>
  secrets: Record<string, string>
  allowed_hosts: string[]
  timeout_ms: number
  memory_mb: number
  /** The form of its options. */
  options: string
  revision: number
}

export async function runnableFunction(sql: Sql, extensionId: number, number: number): Promise<RunnableRow | null> {
  const [row] = await sql.rows<RunnableRow>(
    `select f.compiled, f.environment, f.secrets, f.allowed_hosts, f.timeout_ms, f.memory_mb, v.options, v.revision
     from function_versions f join extension_versions v using (extension_id, number) where extension_id = $1 and number = $2`,
    [extensionId, number],
  )
  return row ?? null
}
