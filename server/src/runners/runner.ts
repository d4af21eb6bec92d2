/** What the scheduler hands to a runner, and what it hears back. */
import type { NodeDefinition, Refusal, SyncProgram, SyncProgress, TableProgram } from '@holdpoint/core'
import type { DataSource } from '../store/data-sources.ts'
import type { Environment } from '../store/nodes.ts'

export type Work = {
  readonly instanceId: number
  readonly runNumber: number
  readonly tenantId: number
  readonly workspaceId: number
  readonly environment: Environment
  readonly node: NodeDefinition
  /** Their expressions are already resolved. */
  readonly parameters: readonly { readonly name: string | null; readonly value: string }[]
  /** What SQL runs on (`dataSourceOfNode`); null where the workspace has none of the name that the node gives. */
  readonly dataSource: DataSource | null
  /** Whether the resource group that it runs in lets programs of the machine run. */
  readonly allowsShell: boolean
  readonly timeoutMs: number | null
  /** The business date, yyyy-mm-dd. */
  readonly bizdate: string
  readonly cycleAt: Date
  /** Files that a program of the machine finds where it starts, in base64. */
  readonly resources?: readonly { readonly name: string; readonly base64: string }[]
  /** Instead of running a program it changes this table. */
  readonly table?: TableProgram
  /** It synchronises: a DI node, or the run of a job. */
  readonly sync?: SyncWork
}

export type SyncWork = SyncProgram & { readonly source: DataSource; readonly target: DataSource }

/** A data source cannot be used: how often it has been tried in a row, and why not. */
export type Retrying = { readonly retries: number; readonly reason: Refusal }

export type RunIo = {
  log(text: string): void
  readonly signal: AbortSignal
  /** Of a synchronisation: what has been moved since it last spoke of this table. */
  progress?(one: SyncProgress): void
  /** Of a real-time one; null: it goes on again. */
  retrying?(of: Retrying | null): void
}

export type Ended =
  | {
      readonly ended: 'succeeded'
      /** Of a branch node: the outputs whose conditions hold; what depends on another one of its outputs is not to run. */
      readonly chosenOutputs?: readonly string[]
    }
  | { readonly ended: 'failed'; readonly reason: Refusal }
  | { readonly ended: 'stopped' }

export type Runners = {
  /** Never throws. Resolves only when everything that it started is gone. */
  run(work: Work, io: RunIo): Promise<Ended>
  /** Whether nodes of this program type run anything at all; those that do not take no slot. */
  hasWork(programType: string): boolean
  /** Stops what is under way, and resolves when all of it is gone. */
  close(): Promise<void>
}
