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

/** The keys that mean something here; `{eventCode}` and `{fileType}` are captured. */
export const BUILT_IN_PARAMETER = {
  workspaces: /^extension\.project\.(?:(.+)\.)?disabled(?:\.append)?$/,
  fileType: /^extension\.fileType\.([^.]+)\.(.+)\.enabled$/,
  manualPass: 'extension.manualPass.enabled',
} as const

/** The lines that are not blank, numbered from 1; the key is null where there is no equals sign. */
export function parameterLines(text: string): { line: number; key: string | null; value: string }[] {
  return text.split(/\r\n|\r|\n/).flatMap((written, index) => {
    if (written.trim() === '') return []
    const at = written.indexOf('=')
    const key = at < 0 ? null : written.slice(0, at).trim()
    return [{ line: index + 1, key, value: written.slice(at + 1).trim() }]
  })
}

/** The ids in a comma-separated list of workspaces, and whatever else stands there. */
export function workspaceIdsIn(value: string): { ids: number[]; others: string[] } {
  const parts = value.split(',').map((part) => part.trim())
  return {
    ids: parts.filter((part) => /^\d+$/.test(part)).map(Number),
    others: parts.filter((part) => part !== '' && !/^\d+$/.test(part)),
  }
}

export const isParameterOn = (value: string) => value.toLowerCase() === 'true'

/** Rule 2: the built-in parameters narrow where an extension applies; the last line wins on a repeated key. */
export function readParameters(text: string): ExtensionParameters {
  const lines = new Map<string, string>()
  for (const { key, value } of parameterLines(text)) if (key) lines.set(key, value)
  const disabledWorkspaceIds = new Set<number>()
  const disabledByPoint = new Map<string, Set<number>>()
  const fileTypesByPoint = new Map<string, Set<string>>()
  const custom = new Map<string, string>()
  for (const [key, value] of lines) {
    const project = BUILT_IN_PARAMETER.workspaces.exec(key)
    const fileType = BUILT_IN_PARAMETER.fileType.exec(key)
    if (project && (project[1] === undefined || POINT_CODES.has(project[1]))) {
      const into = project[1] === undefined ? disabledWorkspaceIds : setIn(disabledByPoint, project[1])
      for (const id of workspaceIdsIn(value).ids) into.add(id)
    } else if (fileType && POINT_CODES.has(fileType[2]!)) {
      const types = setIn(fileTypesByPoint, fileType[2]!)
      if (isParameterOn(value)) types.add(fileType[1]!)
    } else if (key !== BUILT_IN_PARAMETER.manualPass) {
      custom.set(key, value)
    }
  }
  return {
    disabledWorkspaceIds,
    disabledByPoint,
    fileTypesByPoint,
    manualPass: isParameterOn(lines.get(BUILT_IN_PARAMETER.manualPass) ?? ''),
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
