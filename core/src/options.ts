/**
 * The options of an extension: its author describes a form as a JSON schema, and whoever administers a workspace (or the tenant) fills it in.
 *
 * The form is `{"type": "object", "properties": {…}}`; each property is a field with one of seven controls (`x-component`). The form is read
 * strictly, except where published samples are loose: what such a sample says beside the point is remarked on and has no effect.
 */
import { JsonFault, type JsonText, readJson } from './json-text.ts'
import type { Json } from './pattern.ts'
import { Refusal } from './refusal.ts'

export const OPTION_CONTROLS = ['text', 'input', 'text-area', 'select', 'multi-select', 'checkboxes', 'radio'] as const
export type OptionControl = (typeof OPTION_CONTROLS)[number]

export type OptionChoice = { readonly value: string | number; readonly label: string }

export type OptionField = {
  /** Under which its value is kept and answered. */
  readonly key: string
  readonly control: OptionControl
  readonly title: string
  readonly tooltip: string | null
  /** Of `select`, `multi-select`, `checkboxes` and `radio`; empty for the others. */
  readonly choices: readonly OptionChoice[]
  /** What a `text` shows below its title. */
  readonly text: string | null
}

/** Something in the text that has no effect. */
export type OptionRemark = { readonly path: string; readonly line: number; readonly remark: string }

export type OptionForm = { readonly fields: readonly OptionField[]; readonly remarks: readonly OptionRemark[] }

export type OptionValue = string | number | readonly (string | number)[]
export type OptionValues = Readonly<Record<string, OptionValue>>

export const MOST_OPTION_CHARACTERS = 65_536
const MOST_FIELDS = 100
const MOST_CHOICES = 500
const MOST_REMARKS = 50
const MOST_KEY_CHARACTERS = 64
const MOST_VALUE_CHARACTERS = { input: 1_024, 'text-area': 16_384 } as const

/** A Map, because what a form names must not reach what every object has. `Select` becomes `multi-select` by its mode. */
const COMPONENTS: ReadonlyMap<Json, OptionControl> = new Map([
  ['PreviewText.Input', 'text'],
  ['Input', 'input'],
  ['Input.TextArea', 'text-area'],
  ['Select', 'select'],
  ['Checkbox.Group', 'checkboxes'],
  ['Radio.Group', 'radio'],
])
const TYPES: readonly Json[] = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'void']
const MEMBERS = ['type', 'title', 'x-decorator', 'x-decorator-props', 'x-component', 'x-component-props']

type Path = readonly (string | number)[]
type JsonObject = { readonly [member: string]: Json }
type Reading = {
  refused(path: Path, problem: string): Refusal
  remark(path: Path, remark: string): void
}

/** Rule 19: the form of options as its author wrote it; null for an empty text, which is no form. */
export function readOptions(text: string): OptionForm | null {
  if (text.trim() === '') return null
  if (text.length > MOST_OPTION_CHARACTERS)
    throw invalid('the text', 1, `it has more than ${MOST_OPTION_CHARACTERS} characters`)
  const json = parsed(text)
  const remarks: OptionRemark[] = []
  const reading: Reading = {
    refused: (path, problem) => invalid(written(path), json.lineAt(path), problem),
    remark(path, remark) {
      if (remarks.length < MOST_REMARKS) remarks.push({ path: written(path), line: json.lineAt(path), remark })
    },
  }
  const top = object(reading, json.value, [])
  if (top.type !== 'object') throw reading.refused(['type'], 'a form has the type "object"')
  for (const member of Object.keys(top))
    if (member !== 'type' && member !== 'properties') reading.remark([member], 'has no effect')
  const properties = Object.entries(object(reading, top.properties, ['properties']))
  if (properties.length > MOST_FIELDS) throw reading.refused(['properties'], `more than ${MOST_FIELDS} fields`)
  return { fields: properties.map(([key, property]) => field(reading, key, property)), remarks }
}

function parsed(text: string): JsonText {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof JsonFault) throw invalid('the text', error.line, `it is not JSON: ${error.message}`)
    throw error
  }
}

function field(reading: Reading, key: string, property: Json): OptionField {
  const path = ['properties', key]
  if (key.trim() === '' || key.length > MOST_KEY_CHARACTERS)
    throw reading.refused(path, `a key has 1 to ${MOST_KEY_CHARACTERS} characters`)
  const members = object(reading, property, path)
  if (members.type !== undefined && !TYPES.includes(members.type))
    throw reading.refused([...path, 'type'], 'no type of a JSON schema')
  if (members['x-decorator'] !== 'FormItem')
    throw reading.refused([...path, 'x-decorator'], 'the decorator is always "FormItem"')
  const component = COMPONENTS.get(members['x-component'] ?? null)
  if (component === undefined)
    throw reading.refused([...path, 'x-component'], `one of ${[...COMPONENTS.keys()].join(', ')} is expected`)

  const propsPath = [...path, 'x-component-props']
  const props = optionalObject(reading, members['x-component-props'], propsPath)
  const control = component === 'select' && isMultiple(reading, props.mode, propsPath) ? 'multi-select' : component
  const chooses = takesChoices(control)
  if (props.mode !== undefined && component !== 'select') reading.remark([...propsPath, 'mode'], 'has no effect here')
  if (props.dataSource !== undefined && !chooses)
    reading.remark([...propsPath, 'dataSource'], 'has no effect here: there is nothing to choose')
  const plain = control === 'text' ? (props.value ?? members.default) : undefined
  for (const member of Object.keys(members)) {
    if (MEMBERS.includes(member) || (member === 'default' && control === 'text')) continue
    reading.remark([...path, member], 'has no effect')
  }
  if (members.type === 'number' || members.type === 'integer')
    reading.remark([...path, 'type'], 'has no effect: values are kept as they are chosen or typed')

  const decoratorProps = optionalObject(reading, members['x-decorator-props'], [...path, 'x-decorator-props'])
  return {
    key,
    control,
    title: text(reading, members.title, [...path, 'title']) ?? key,
    tooltip: text(reading, decoratorProps.tooltip, [...path, 'x-decorator-props', 'tooltip']),
    choices: chooses ? choicesOf(reading, props.dataSource, [...propsPath, 'dataSource']) : [],
    text: typeof plain === 'string' || typeof plain === 'number' ? String(plain) : null,
  }
}

function isMultiple(reading: Reading, mode: Json | undefined, path: Path): boolean {
  if (mode !== undefined && mode !== 'multiple')
    throw reading.refused([...path, 'mode'], 'the mode is "multiple", or is left out')
  return mode === 'multiple'
}

function choicesOf(reading: Reading, dataSource: Json | undefined, path: Path): OptionChoice[] {
  if (!Array.isArray(dataSource) || dataSource.length === 0)
    throw reading.refused(path, 'a list of values and labels is expected')
  if (dataSource.length > MOST_CHOICES) throw reading.refused(path, `more than ${MOST_CHOICES} values`)
  const values = new Set<string>()
  const labels = new Set<string>()
  return dataSource.map((element: Json, index) => {
    const at = [...path, index]
    const { value, label } = object(reading, element, at)
    for (const [name, given, seen] of [
      ['value', value, values],
      ['label', label, labels],
    ] as const) {
      if (typeof given !== 'number' && (typeof given !== 'string' || given.trim() === ''))
        throw reading.refused([...at, name], `a ${name} is expected: a text or a number`)
      // A client reads 1 and "1" alike.
      if (seen.has(String(given))) throw reading.refused([...at, name], `the ${name} ${given} stands here twice`)
      seen.add(String(given))
    }
    return { value: value as string | number, label: String(label) }
  })
}

function object(reading: Reading, value: Json | undefined, path: Path): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw reading.refused(path, 'an object is expected here')
  return value as JsonObject
}

const optionalObject = (reading: Reading, value: Json | undefined, path: Path): JsonObject =>
  value === undefined ? {} : object(reading, value, path)

function text(reading: Reading, value: Json | undefined, path: Path): string | null {
  if (value === undefined) return null
  if (typeof value !== 'string') throw reading.refused(path, 'a text is expected here')
  return value.trim() === '' ? null : value
}

/** `properties.level.x-component-props.dataSource[2].value` */
function written(path: Path): string {
  if (path.length === 0) return 'the top'
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

const invalid = (path: string, line: number, problem: string) =>
  new Refusal('OPTIONS_FORM_INVALID', { path, line, problem, field: 'options' })

export function takesChoices(control: OptionControl): boolean {
  return control !== 'text' && control !== 'input' && control !== 'text-area'
}

export function takesSeveral(control: OptionControl): boolean {
  return control === 'multi-select' || control === 'checkboxes'
}

/** Why a value cannot be that of its field. */
export const OPTION_MISFITS = {
  'no-such-field': 'the form has no such field',
  'shows-only': 'it is a text that is shown; it takes no value',
  'not-text': 'a text is expected',
  'too-long': 'it is too long',
  'several-lines': 'it has more than one line',
  'bad-characters': 'it holds NUL or half a character',
  'not-a-list': 'a list of values is expected',
  'not-a-choice': 'it is none of the values to choose from',
  repeated: 'a value stands there twice',
} as const
export type OptionMisfit = keyof typeof OPTION_MISFITS

type Fitted =
  | { readonly fits: true; readonly value: OptionValue | null }
  | { readonly fits: false; readonly misfit: OptionMisfit }
const fits = (value: OptionValue | null): Fitted => ({ fits: true, value })
const misfit = (why: OptionMisfit): Fitted => ({ fits: false, misfit: why })

/** One value against its field; null is the value of a field that was left out, as are an empty text and an empty list. */
function fitted(field: OptionField | undefined, value: unknown): Fitted {
  if (field === undefined) return misfit('no-such-field')
  if (value === null || value === undefined) return fits(null)
  const { control } = field
  if (control === 'text') return misfit('shows-only')
  if (control === 'input' || control === 'text-area') {
    if (typeof value !== 'string') return misfit('not-text')
    if (value.length > MOST_VALUE_CHARACTERS[control]) return misfit('too-long')
    if (value.includes('\u0000') || !value.isWellFormed()) return misfit('bad-characters')
    if (control === 'input' && /[\r\n]/.test(value)) return misfit('several-lines')
    return fits(value === '' ? null : value)
  }
  if (!takesSeveral(control)) {
    if (value === '') return fits(null)
    const chosen = field.choices.find((choice) => choice.value === value)
    return chosen ? fits(chosen.value) : misfit('not-a-choice')
  }
  if (!Array.isArray(value)) return misfit('not-a-list')
  const different = new Set<unknown>(value)
  // Each is looked for once, however often it stands there.
  for (const one of different) if (!field.choices.some((choice) => choice.value === one)) return misfit('not-a-choice')
  if (different.size < value.length) return misfit('repeated')
  return fits(value.length === 0 ? null : (value as (string | number)[]))
}

export type MisfittingOption = { readonly key: string; readonly value: unknown; readonly misfit: OptionMisfit }

/**
 * Rule 19: which of the values that were chosen once fit the form as it is now. Those that do not are kept where they are stored until somebody
 * chooses anew, and are answered to nobody as values.
 */
export function fittingOptions(
  form: OptionForm | null,
  values: Readonly<Record<string, unknown>>,
): { readonly values: OptionValues; readonly misfits: readonly MisfittingOption[] } {
  const fields = new Map(form?.fields.map((one) => [one.key, one]))
  const fitting: [string, OptionValue][] = []
  const misfits: MisfittingOption[] = []
  // In the order of the form.
  const keys = new Set([...fields.keys(), ...Object.keys(values)])
  for (const key of keys) {
    if (!Object.hasOwn(values, key)) continue
    const value = values[key]
    const found = fitted(fields.get(key), value)
    if (!found.fits) misfits.push({ key, value, misfit: found.misfit })
    else if (found.value !== null) fitting.push([key, found.value])
  }
  return { values: Object.fromEntries(fitting), misfits }
}

/** Rule 19: options are validated against the author's form; answers them without what was left empty. */
export function checkOptionValues(form: OptionForm | null, values: Readonly<Record<string, unknown>>): OptionValues {
  const { values: checked, misfits } = fittingOptions(form, values)
  if (misfits.length > 0)
    throw new Refusal('OPTIONS_INVALID', {
      paths: misfits.map((one) => `options.${one.key}`),
      problems: misfits.map((one) => OPTION_MISFITS[one.misfit]),
      misfits: misfits.map((one) => one.misfit),
      faults: misfits.map((one) => `${one.key}: ${OPTION_MISFITS[one.misfit]}`),
    })
  return checked
}
