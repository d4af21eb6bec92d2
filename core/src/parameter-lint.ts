/**
 * What each line of an extension's parameter text does, and what about it is probably not meant so. `readParameters` decides what the text says; this
 * explains it to whoever writes it. Sentences are filled from `details`; a console may put them into other words by their codes.
 */
import { EXTENSION_POINTS, type ExtensionPointCode, eventByCode } from './catalog/index.ts'
import { BUILT_IN_PARAMETER, isParameterOn, parameterLines, workspaceIdsIn } from './parameters.ts'
import { fill, Refusal, type RefusalDetails } from './refusal.ts'

export const PARAMETER_MEANINGS = {
  'workspaces-off': 'The extension has no effect in these workspaces: {workspaces}.',
  'workspaces-off-too': 'Nor has the extension any effect in these workspaces: {workspaces}.',
  'point-off': 'At {point} the extension has no effect in these workspaces: {workspaces}.',
  'point-off-too': 'Nor has the extension any effect at {point} in these workspaces: {workspaces}.',
  'file-type':
    'At {point} the extension checks files of type {fileType}, beside those of other lines for {point}, and no others.',
  'file-type-off':
    'At {point} the extension checks the types of files only for which another line says true; {fileType} is none of them by this line.',
  'manual-pass': 'A check of this extension that failed can be marked as passed by an administrator.',
  'manual-pass-off': 'A check of this extension that failed cannot be marked as passed.',
  own: "A parameter of the author's own; the extension reads it with GetExtension.",
} as const
export type ParameterMeaning = keyof typeof PARAMETER_MEANINGS

export const PARAMETER_WARNINGS = {
  overridden: 'Without effect: line {line} has the same key, and the last line wins.',
  'workspaces-unknown': 'There are no such workspaces: {workspaces}.',
  'not-workspaces': 'Not ids of workspaces, so they say nothing: {values}.',
  'no-workspaces': 'It names no workspace.',
  'not-true': '“{value}” is not “true”, so it does not switch anything on.',
  'point-unknown': 'No extension point has the event code {point}; the line is kept and has no effect.',
  'point-not-watched': 'The extension does not watch {point}; the line has no effect.',
  'point-without-workspace': 'Operations on {point} belong to the tenant and to no workspace; the line has no effect.',
  'points-without-workspace':
    "Operations on this extension's points belong to the tenant and to no workspace; the line has no effect.",
  'point-without-files': '{point} is not about files; the line has no effect.',
  'file-type-not-number': '“{fileType}” is not the number of a type of files; no file has it.',
  'no-file-type': 'No line for {point} says true, so no file is checked there.',
  'not-built-in': '{key} begins like a built-in parameter and is none; it is kept as one of your own.',
} as const
export type ParameterWarning = keyof typeof PARAMETER_WARNINGS

export const PARAMETER_FAULTS = {
  'no-equals-sign': 'a line is key=value, and this one has no equals sign',
  'no-key': 'a line is key=value, and this one has no key',
  'bad-characters': 'it holds NUL or half a character',
} as const
export type ParameterFault = keyof typeof PARAMETER_FAULTS

type Coded<Code> = { readonly code: Code; readonly details: RefusalDetails }

export type LintedLine = {
  /** Counted from 1; blank lines are not here. */
  readonly line: number
  readonly key: string
  readonly value: string
  /** Why the text cannot be saved. */
  readonly fault: ParameterFault | null
  /** What the line does; null with a fault. */
  readonly meaning: Coded<ParameterMeaning> | null
  readonly warnings: readonly Coded<ParameterWarning>[]
}

export const meaningSentence = ({ code, details }: Coded<ParameterMeaning>) => fill(PARAMETER_MEANINGS[code], details)
export const warningSentence = ({ code, details }: Coded<ParameterWarning>) => fill(PARAMETER_WARNINGS[code], details)

/** Refuses a text with a line that is not `key=value`, naming the line. */
export function checkParameters(text: string): void {
  for (const { line, fault } of lines(text)) {
    if (fault === null) continue
    const problem = PARAMETER_FAULTS[fault]
    throw new Refusal('PARAMETERS_INVALID', { line, problem, fault, field: 'parameters' })
  }
}

function lines(text: string): { line: number; key: string; value: string; fault: ParameterFault | null }[] {
  return parameterLines(text).map(({ line, key, value }) => ({
    line,
    key: key ?? '',
    value,
    fault:
      value.includes('\u0000') || key?.includes('\u0000') || !value.isWellFormed() || key?.isWellFormed() === false
        ? 'bad-characters'
        : key === null
          ? 'no-equals-sign'
          : key === ''
            ? 'no-key'
            : null,
  }))
}

/** The workspaces that the text names, for looking up which of them there are. */
export function workspacesNamed(text: string): number[] {
  const named = lines(text).flatMap(({ key, value }) =>
    BUILT_IN_PARAMETER.workspaces.test(key) ? workspaceIdsIn(value).ids : [],
  )
  // Beyond these nothing has an id.
  return [...new Set(named)].filter(Number.isSafeInteger)
}

type About = {
  /** The points that the extension watches; empty where they are not chosen yet. */
  readonly points: readonly string[]
  /** The workspaces that there are, as far as the text names them; null where that is not known. */
  readonly workspaceIds: ReadonlySet<number> | null
}

/** Every line that is not blank, in the order of the text. */
export function lintParameters(text: string, about: About): LintedLine[] {
  const all = lines(text)
  const lastOf = new Map(all.filter((one) => one.fault === null).map((one) => [one.key, one.line]))
  const checkedPoints = new Set<string>()
  for (const { key, value, line } of all) {
    const point = BUILT_IN_PARAMETER.fileType.exec(key)?.[2]
    if (point !== undefined && lastOf.get(key) === line && isParameterOn(value)) checkedPoints.add(point)
  }
  return all.map((one) => {
    if (one.fault !== null) return { ...one, meaning: null, warnings: [] }
    const { meaning, warnings } = explain(one.key, one.value, about, checkedPoints)
    const last = lastOf.get(one.key)!
    // Of a line that says nothing no more needs to be said.
    return last === one.line
      ? { ...one, meaning, warnings }
      : { ...one, meaning, warnings: [{ code: 'overridden', details: { line: last } }] }
  })
}

type Explained = Pick<LintedLine, 'warnings'> & { readonly meaning: Coded<ParameterMeaning> }

const POINTS: ReadonlySet<string> = new Set<ExtensionPointCode>(EXTENSION_POINTS.map((point) => point.eventCode))

function explain(key: string, value: string, about: About, checkedPoints: ReadonlySet<string>): Explained {
  const off = BUILT_IN_PARAMETER.workspaces.exec(key)
  const fileType = BUILT_IN_PARAMETER.fileType.exec(key)
  const warnings: Coded<ParameterWarning>[] = []
  const warn = (code: ParameterWarning, details: RefusalDetails = {}) => warnings.push({ code, details })
  const point = off?.[1] ?? fileType?.[2]
  if (key === BUILT_IN_PARAMETER.manualPass) {
    if (!isParameterOn(value)) warn('not-true', { value })
    return { meaning: { code: isParameterOn(value) ? 'manual-pass' : 'manual-pass-off', details: {} }, warnings }
  }
  if ((!off && !fileType) || (point !== undefined && !POINTS.has(point))) {
    if (point !== undefined) warn('point-unknown', { point })
    else if (/^extension\.(project|fileType|manualPass)\b/i.test(key)) warn('not-built-in', { key })
    return { meaning: { code: 'own', details: {} }, warnings }
  }
  if (point !== undefined && about.points.length > 0 && !about.points.includes(point))
    warn('point-not-watched', { point })

  if (fileType) {
    const details = { point: point!, fileType: fileType[1]! }
    if (!hasFiles(point!)) warn('point-without-files', details)
    else if (!/^\d+$/.test(details.fileType)) warn('file-type-not-number', details)
    if (!isParameterOn(value)) warn('not-true', { value })
    if (!checkedPoints.has(point!)) warn('no-file-type', details)
    return { meaning: { code: isParameterOn(value) ? 'file-type' : 'file-type-off', details }, warnings }
  }

  const { ids, others } = workspaceIdsIn(value)
  const unknown = ids.filter((id) => about.workspaceIds?.has(id) === false)
  if (others.length > 0) warn('not-workspaces', { values: others })
  if (ids.length === 0) warn('no-workspaces')
  if (unknown.length > 0) warn('workspaces-unknown', { workspaces: unknown })
  const tenantLevel = (code: string) => eventByCode(code)?.scope === 'tenant'
  if (point !== undefined && tenantLevel(point)) warn('point-without-workspace', { point })
  else if (point === undefined && about.points.length > 0 && about.points.every(tenantLevel))
    warn('points-without-workspace')
  const append = key.endsWith('.append')
  const code =
    point === undefined ? (append ? 'workspaces-off-too' : 'workspaces-off') : append ? 'point-off-too' : 'point-off'
  return { meaning: { code, details: { ...(point !== undefined && { point }), workspaces: ids } }, warnings }
}

const hasFiles = (point: string) => eventByCode(point)?.body.some((field) => field.name === 'fileType') ?? false
