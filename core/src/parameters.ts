import { EXTENSION_POINTS, type ExtensionPointCode } from './catalog/index.ts'

/**
 * What an extension's parameter text says, after rule 2's precedence: one `key=value` per line, the last line wins on a repeated key.
 * Keys that are not built in are the author's own and are kept by whoever stores the text; they change nothing here.
 */
export type ExtensionParameters = {
  /** Workspaces in which the extension never applies. */
  readonly disabledWorkspaceIds: ReadonlySet<number>
  /** Per extension point, further workspaces in which it does not apply. */
  readonly disabledByPoint: ReadonlyMap<string, ReadonlySet<number>>
  /** Per extension point, the only file types it covers; a point that is not here covers all types. */
  readonly fileTypesByPoint: ReadonlyMap<string, ReadonlySet<string>>
  readonly manualPass: boolean
  readonly custom: ReadonlyMap<string, string>
}

const POINT_CODES: ReadonlySet<string> = new Set<ExtensionPointCode>(EXTENSION_POINTS.map((point) => point.eventCode))

/** Rule 2: the built-in parameters narrow where an extension applies; the last line wins on a repeated key. */
export function readParameters(text: string): ExtensionParameters {
  const lines = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/)) {
    const at = line.indexOf('=')
    if (at > 0) lines.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  const disabledWorkspaceIds = new Set<number>()
  const disabledByPoint = new Map<string, Set<number>>()
  const fileTypesByPoint = new Map<string, Set<string>>()
  const custom = new Map<string, string>()
  for (const [key, value] of lines) {
    const project = /^extension\.project\.(?:(.+)\.)?disabled(?:\.append)?$/.exec(key)
    const fileType = /^extension\.fileType\.([^.]+)\.(.+)\.enabled$/.exec(key)
    if (project && (project[1] === undefined || POINT_CODES.has(project[1]))) {
      const into = project[1] === undefined ? disabledWorkspaceIds : setIn(disabledByPoint, project[1])
      for (const id of value.split(',')) if (/^\s*\d+\s*$/.test(id)) into.add(Number(id))
    } else if (fileType && POINT_CODES.has(fileType[2]!)) {
      const types = setIn(fileTypesByPoint, fileType[2]!)
      if (value.toLowerCase() === 'true') types.add(fileType[1]!)
    } else if (key !== 'extension.manualPass.enabled') {
      custom.set(key, value)
    }
  }
  return {
    disabledWorkspaceIds,
    disabledByPoint,
    fileTypesByPoint,
    manualPass: lines.get('extension.manualPass.enabled')?.toLowerCase() === 'true',
    custom,
  }
}

function setIn<V>(map: Map<string, Set<V>>, key: string): Set<V> {
  const present = map.get(key)
  if (present) return present
  const made = new Set<V>()
  map.set(key, made)
  return made
}
