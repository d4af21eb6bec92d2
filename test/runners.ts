/** Runners for tests, and work for them that says only what matters. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { NodeDefinition } from '@holdpoint/core'
import { outboundPolicy } from '../server/src/openevent/guard.ts'
import type { Ended, Work } from '../server/src/runners/runner.ts'
import { startRunners } from '../server/src/runners/runners.ts'
import type { DataSource } from '../server/src/store/data-sources.ts'

export const DUCKDB: DataSource = { id: 1, tenant_id: 1, name: 'default', kind: 'duckdb', settings: {}, secret: null }

export type WorkOf = Partial<Work> & {
  readonly programType?: string
  readonly content?: string
  readonly branches?: NodeDefinition['branches']
}

let lastInstance = 0

export function workOf({ programType = 'SQL', content = '', branches, ...more }: WorkOf = {}): Work {
  return {
    instanceId: ++lastInstance,
    runNumber: 1,
    tenantId: 1,
    workspaceId: 1,
    environment: 'PROD',
    node: {
      ...{ key: 'node', name: 'node', owner: null, description: '', fileType: null, resourceGroup: null },
      ...{ dataSource: null, inputs: [], outputs: [], parameters: [], workflowKey: null, isRoot: false },
      ...{
        trigger: 'scheduler',
        recurrence: 'normal',
        cron: null,
        cycle: null,
        startAt: null,
        endAt: null,
        timezone: null,
      },
      ...{ rerunMode: 'all-allowed', rerunTimes: 0, rerunIntervalMs: 0, timeoutSeconds: null, priority: 1 },
      ...{ instanceMode: 't+1', crossCycle: { self: false, children: false }, innerNodes: [] },
      programType,
      script: { path: null, language: null, content },
      ...(branches === undefined ? {} : { branches }),
    },
    parameters: [],
    dataSource: DUCKDB,
    allowsShell: true,
    timeoutMs: null,
    bizdate: '2026-03-01',
    cycleAt: new Date('2026-03-02T00:10:00Z'),
    ...more,
  }
}

export type Ran = { readonly ended: Ended; readonly log: string }

/** Runners with a directory of their own. */
export function testRunners(more: Partial<Parameters<typeof startRunners>[0]> = {}) {
  const tablesDir = mkdtempSync(path.join(tmpdir(), 'holdpoint-tables-'))
  const secretKey = randomBytes(32)
  const runners = startRunners({
    ...{ tablesDir, secretKey, duckdbMemoryMb: 256, duckdbFileGb: 1, authorities: null },
    replicaTimeoutMs: 30_000,
    ...{ programsUid: 65_534, programsMemoryMb: 256, python: null, timeZone: 'Asia/Shanghai' },
    outbound: outboundPolicy(['127.0.0.1']),
    logFault: (error) => {
      throw error
    },
    ...more,
  })
  return {
    runners,
    tablesDir,
    secretKey,
    async ran(of: WorkOf, signal: AbortSignal = new AbortController().signal): Promise<Ran> {
      let log = ''
      const ended = await runners.run(workOf(of), { log: (text) => (log += text), signal })
      return { ended, log }
    },
    async close() {
      await runners.close()
      rmSync(tablesDir, { recursive: true, force: true })
    },
  }
}

/** What a run failed with: the code, and the sentence. */
export function reasonOf({ ended, log }: Ran): string {
  if (ended.ended !== 'failed') throw new Error(`it ${ended.ended}: ${log}`)
  return `${ended.reason.code}: ${ended.reason.message}`
}
