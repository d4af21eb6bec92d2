/**
 * Dependency rules: a task waits for every table that it reads, and for none of a layer above its own; what it waits for without reading it is
 * warned about where it was put there by hand.
 */

type Context = {
  /** What the workspace has chosen. */
  options: { layers?: string }
  /** The task as it was when the operation was asked for. */
  snapshot: {
    CommittedFile?: {
      Content: string
      NodeConfiguration: {
        InputList: { Input: string; ParseType: 'AUTO' | 'MANUAL' }[]
        OutputList: { Output: string; RefTableName?: string }[]
      }
    }
  }
}

const tableOf = (output: string) => output.toLowerCase().split('.').at(-1)!

export default function (_request: unknown, { options, snapshot: { CommittedFile: file } }: Context) {
  if (file === undefined) return { checkResult: 'OK' }
  const layers = (options.layers ?? 'ods, dwd, dws, ads').split(/[\s,]+/)
  const layerOf = (table: string) => layers.indexOf(table.split('_')[0]!)
  const { InputList, OutputList } = file.NodeConfiguration
  const sql = file.Content.replace(/--.*$|\/\*[\s\S]*?\*\//gm, '').toLowerCase()

  const writes = OutputList.map((one) => tableOf(one.RefTableName ?? one.Output))
  const waitsFor = InputList.map((one) => tableOf(one.Input))
  const reads = [...new Set([...sql.matchAll(/\b(?:from|join)\s+([\w.]+)/g)].map((match) => tableOf(match[1]!)))]
  const own = Math.max(...writes.map(layerOf))

  const missing = reads.filter((table) => !waitsFor.includes(table) && !writes.includes(table))
  const above = own < 0 ? [] : waitsFor.filter((table) => layerOf(table) > own)
  const wrong = [
    ...missing.map((table) => `- It reads \`${table}\` and does not wait for it.`),
    ...above.map((table) => `- It waits for \`${table}\`, of a layer above its own, ${layers[own]}.`),
  ]
  if (wrong.length > 0) return { checkResult: 'FAIL', checkMessage: wrong.join('\n') }

  const idle = InputList.filter((one) => one.ParseType === 'MANUAL' && !reads.includes(tableOf(one.Input)))
  const names = idle.map((one) => one.Input).join(', ')
  if (idle.length > 0) return { checkResult: 'WARN', checkMessage: `It waits for ${names} without reading it.` }
  return { checkResult: 'OK' }
}
