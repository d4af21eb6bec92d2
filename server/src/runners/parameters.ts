/** How parameters reach a program. */
import type { Work } from './runner.ts'

type Parameters = Work['parameters']

/** `${name}` replaced by the parameter's value, as text; what names none stays as it is. */
export function substituted(text: string, parameters: Parameters): string {
  const values = named(parameters)
  return text.replace(/\$\{\s*([^{}\s]+)\s*\}/g, (written, name: string) => values.get(name) ?? written)
}

export function named(parameters: Parameters): ReadonlyMap<string, string> {
  return new Map(parameters.flatMap(({ name, value }) => (name === null ? [] : [[name, value] as const])))
}

/** The values in order; one without a name is a line of several, with blanks between. */
export function positional(parameters: Parameters): readonly string[] {
  return parameters.flatMap(({ name, value }) => (name === null ? value.split(/\s+/).filter(Boolean) : [value]))
}

/** What decides how the program itself is found and read. */
const OWN = /^(PATH|HOME|PWD|OLDPWD|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|TMPDIR|LD_.*|PYTHON.*|HOLDPOINT_.*)$/

/** The variables that a shell or Python program finds. */
export function environmentOf(work: Work, timeZone: string): ReadonlyMap<string, string> {
  const given = [...named(work.parameters)].filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !OWN.test(name))
  return new Map([
    ['bizdate', work.bizdate.replaceAll('-', '')],
    ['cyctime', moment(work.cycleAt, work.node.timezone ?? timeZone)],
    ...given,
    ['PATH', '/usr/local/bin:/usr/bin:/bin'],
    ['HOME', '/job'],
    ['TMPDIR', '/tmp'],
    ['LANG', 'C.UTF-8'],
    ['HOLDPOINT_INSTANCE_ID', String(work.instanceId)],
    ['HOLDPOINT_RUN_NUMBER', String(work.runNumber)],
    ['HOLDPOINT_WORKSPACE_ID', String(work.workspaceId)],
    ['HOLDPOINT_ENVIRONMENT', work.environment],
    ['HOLDPOINT_NODE', work.node.name],
  ])
}

/** A moment as `yyyymmddhhmmss`, on the clocks of a time zone. */
function moment(at: Date, timeZone: string): string {
  const style = { dateStyle: 'short', timeStyle: 'medium' } as const
  return new Intl.DateTimeFormat('sv-SE', { ...style, timeZone }).format(at).replace(/\D/g, '')
}
