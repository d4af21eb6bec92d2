import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { select, text } from '@clack/prompts'
import { EXTENSION_POINTS } from '@holdpoint/core'
import { asked } from '../ask.ts'
import type { Context } from '../context.ts'
import { Failure } from '../exit.ts'
import { TEMPLATES, type TemplateName } from '../templates.ts'

const isTemplate = (name: string): name is TemplateName => name in TEMPLATES

export async function init(
  { say }: Context,
  given: { directory?: string; template?: string; name?: string; points: string },
): Promise<void> {
  const directory = await asked(
    given.directory,
    () => text({ message: 'Where to?', initialValue: 'my-extension' }),
    'Where to? Give a directory.',
  )
  const options = Object.entries(TEMPLATES).map(([value, { about }]) => ({ value, label: value, hint: about }))
  const template = await asked(
    given.template,
    () => select({ message: 'Which kind of extension?', options }),
    `Which template? Give --template: ${Object.keys(TEMPLATES).join(', ')}.`,
  )
  if (!isTemplate(template))
    throw new Failure(`There is no template ${template}: ${Object.keys(TEMPLATES).join(', ')}.`)
  const points = given.points.split(',').map((one) => one.trim())
  const known = new Map(EXTENSION_POINTS.map((point) => [point.eventCode as string, point]))
  for (const point of points)
    if (!known.has(point)) throw new Failure(`No extension point has the event code ${point}.`)
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new Failure(`${directory} is there, and not empty.`)

  const name = given.name ?? path.basename(path.resolve(directory))
  const files = TEMPLATES[template].files({
    name,
    points,
    callbacks: Object.fromEntries(points.map((point) => [point, known.get(point)!.callback])),
    // From a clone, the SDK is taken from it.
    sdk: path.resolve(import.meta.dirname, '../../../sdk'),
  })
  mkdirSync(directory, { recursive: true })
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(directory, file), content)
  say.data(
    { directory, template, files: Object.keys(files) },
    `${Object.keys(files)
      .map((file) => path.join(directory, file))
      .join('\n')}`,
  )
  say.note(
    `Register the extension, write its code into ${path.join(directory, 'holdpoint.json')}, and read ${path.join(directory, 'README.md')}.`,
  )
}
