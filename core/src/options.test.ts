import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkOptionValues,
  fittingOptions,
  OPTION_CONTROLS,
  type OptionControl,
  type OptionField,
  type OptionForm,
  type OptionValues,
  readOptions,
  takesChoices,
  takesSeveral,
} from './options.ts'
import type { Json } from './pattern.ts'
import { Refusal } from './refusal.ts'

const COMPONENT: Readonly<Record<OptionControl, string>> = {
  text: 'PreviewText.Input',
  input: 'Input',
  'text-area': 'Input.TextArea',
  select: 'Select',
  'multi-select': 'Select',
  checkboxes: 'Checkbox.Group',
  radio: 'Radio.Group',
}
const CHOICES = [
  { value: 'A', label: 'First' },
  { value: 'B', label: 'Second' },
]

/** A property of a form as an author writes it. */
function property(control: OptionControl, more: Readonly<Record<string, Json>> = {}, choices: Json = CHOICES) {
  const props = {
    ...(takesChoices(control) && { dataSource: choices }),
    ...(control === 'multi-select' && { mode: 'multiple' }),
  }
  return {
    type: 'string',
    title: `A ${control}`,
    'x-decorator': 'FormItem',
    'x-component': COMPONENT[control],
    'x-component-props': props,
    ...more,
  }
}
const form = (properties: Readonly<Record<string, Json>>) => JSON.stringify({ type: 'object', properties }, null, 2)
const read = (properties: Readonly<Record<string, Json>>) => readOptions(form(properties))!
const all = () => read(Object.fromEntries(OPTION_CONTROLS.map((control) => [control, property(control)])))

function refusal(work: () => unknown): Refusal {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('it was not refused')
}
const where = (text: string) => refusal(() => readOptions(text)).details.path
const problems = (of: OptionForm | null, values: Readonly<Record<string, unknown>>) =>
  refusal(() => checkOptionValues(of, values)).details.faults

describe('the form of options', () => {
  test('is none where the text is empty', () => {
    expect(readOptions('')).toBeNull()
    expect(readOptions(' \n ')).toBeNull()
  })

  test('has each of the seven controls, in the order of the text, with title, tooltip and choices', () => {
    const { fields, remarks } = all()
    expect(fields.map((one) => [one.key, one.control])).toEqual(OPTION_CONTROLS.map((control) => [control, control]))
    for (const one of fields) {
      expect(one.title).toBe(`A ${one.control}`)
      expect(one.choices).toEqual(takesChoices(one.control) ? CHOICES : [])
    }
    expect(remarks).toEqual([])
    const { fields: more } = read({
      cuNumber: property('input', { 'x-decorator-props': { tooltip: 'At most so many' } }),
    })
    expect(more[0]).toMatchObject({ key: 'cuNumber', tooltip: 'At most so many', text: null })
  })

  test('shows the key where a field has no title, and below a plain text what it says', () => {
    expect(read({ level: property('input', { title: '' }) }).fields[0]!.title).toBe('level')
    expect(read({ a: property('text', { default: 'Read the manual' }) }).fields[0]!.text).toBe('Read the manual')
    expect(read({ a: property('text', { 'x-component-props': { value: 3 } }) }).fields[0]!.text).toBe('3')
  })

  test.each([
    ['not JSON', 'colour: red', 'the text'],
    ['a key that stands there twice', '{"type":"object","properties":{"a":{},"a":{}}}', 'the text'],
    ['a list', '[]', 'the top'],
    ['another type', '{"type":"array","properties":{}}', 'type'],
    ['no type', '{"properties":{}}', 'type'],
    ['no properties', '{"type":"object"}', 'properties'],
    ['a property that is no object', form({ a: 'Input' }), 'properties.a'],
    ['an eighth control', form({ a: property('input', { 'x-component': 'DatePicker' }) }), 'properties.a.x-component'],
    [
      'a name of every object',
      form({ a: property('input', { 'x-component': 'constructor' }) }),
      'properties.a.x-component',
    ],
    ['no control', form({ a: { 'x-decorator': 'FormItem' } }), 'properties.a.x-component'],
    ['no decorator', form({ a: { 'x-component': 'Input' } }), 'properties.a.x-decorator'],
    ['another decorator', form({ a: property('input', { 'x-decorator': 'Card' }) }), 'properties.a.x-decorator'],
    ['a type that is none', form({ a: property('input', { type: 'text' }) }), 'properties.a.type'],
    ['a title that is no text', form({ a: property('input', { title: 1 }) }), 'properties.a.title'],
    [
      'a tooltip that is no text',
      form({ a: property('input', { 'x-decorator-props': { tooltip: {} } }) }),
      'properties.a.x-decorator-props.tooltip',
    ],
    ['an empty key', form({ '': property('input') }), 'properties.'],
    [
      'nothing to choose from',
      form({ a: property('select', { 'x-component-props': {} }) }),
      'properties.a.x-component-props.dataSource',
    ],
    [
      'an empty list to choose from',
      form({ a: property('radio', {}, []) }),
      'properties.a.x-component-props.dataSource',
    ],
    [
      'a choice without a label',
      form({ a: property('radio', {}, [{ value: 'A' }]) }),
      'properties.a.x-component-props.dataSource[0].label',
    ],
    [
      'a repeated value',
      form({ a: property('select', {}, [...CHOICES, { value: 'A', label: 'Third' }]) }),
      'properties.a.x-component-props.dataSource[2].value',
    ],
    [
      'values that a client reads alike',
      form({
        a: property('select', {}, [
          { value: 1, label: 'One' },
          { value: '1', label: 'Uno' },
        ]),
      }),
      'properties.a.x-component-props.dataSource[1].value',
    ],
    [
      'a repeated label',
      form({ a: property('checkboxes', {}, [...CHOICES, { value: 'C', label: 'First' }]) }),
      'properties.a.x-component-props.dataSource[2].label',
    ],
    [
      'another mode of a select',
      form({ a: property('select', { 'x-component-props': { mode: 'tags', dataSource: CHOICES } }) }),
      'properties.a.x-component-props.mode',
    ],
    [
      'more fields than anybody fills in',
      form(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, property('input')]))),
      'properties',
    ],
    ['more text than is kept', form({ a: property('input', { title: 'x'.repeat(70_000) }) }), 'the text'],
  ])('with %s is refused, and the place named', (_, text, path) => {
    expect(where(text)).toBe(path)
  })

  test('that is refused names the line', () => {
    const refused = refusal(() => readOptions('{\n "type": "object",\n "properties": {\n  "a": {\n   "title": 7}}}'))
    expect(refused.details).toMatchObject({ path: 'properties.a.x-decorator', line: 4, field: 'options' })
  })

  test('is read where published samples are loose: a number that is a word, a mode on a radio group, numbers as values', () => {
    const { fields, remarks } = read({
      checkStatus: {
        type: 'number',
        title: 'What to do',
        'x-decorator': 'FormItem',
        'x-component': 'Radio.Group',
        'x-decorator-props': { tooltip: 'WARN lets it pass' },
        'x-component-props': {
          dataSource: [
            { value: 'WARN', label: 'Warn' },
            { value: 'FAIL', label: 'Block' },
          ],
          mode: 'multiple',
        },
      },
    })
    expect(fields[0]).toMatchObject({ key: 'checkStatus', control: 'radio' })
    expect(remarks.map((one) => one.path)).toEqual([
      'properties.checkStatus.x-component-props.mode',
      'properties.checkStatus.type',
    ])
    expect(checkOptionValues({ fields, remarks }, { checkStatus: 'WARN' })).toEqual({ checkStatus: 'WARN' })
    const numbers = read({ n: property('select', {}, [{ value: 1, label: 2 }]) })
    expect(checkOptionValues(numbers, { n: 1 })).toEqual({ n: 1 })
  })

  test('with members that mean nothing here is read, and says so of each', () => {
    const { remarks } = read({
      a: { ...property('input', { required: true, 'x-component-props': { dataSource: CHOICES } }), name: 'a' },
    })
    expect(remarks.map((one) => one.path)).toEqual([
      'properties.a.x-component-props.dataSource',
      'properties.a.required',
      'properties.a.name',
    ])
    expect(remarks.every((one) => one.line > 1)).toBe(true)
  })
})

describe('Rule 19: options are validated against the author’s form', () => {
  test('each control takes its own values', () => {
    const values = {
      input: 'one line',
      'text-area': 'two\nlines',
      select: 'A',
      'multi-select': ['B', 'A'],
      checkboxes: ['A'],
      radio: 'B',
    }
    expect(checkOptionValues(all(), values)).toEqual(values)
  })

  test('what is left empty is left out', () => {
    const empty = { input: '', 'text-area': null, select: '', 'multi-select': [], checkboxes: null, radio: null }
    expect(checkOptionValues(all(), empty)).toEqual({})
    expect(checkOptionValues(all(), {})).toEqual({})
  })

  test.each([
    ['input', 7, 'a text is expected'],
    ['input', 'two\nlines', 'it has more than one line'],
    ['input', 'x'.repeat(1_025), 'it is too long'],
    ['text-area', 'x'.repeat(16_385), 'it is too long'],
    ['input', 'a\u0000', 'it holds NUL or half a character'],
    ['text', 'anything', 'it is a text that is shown; it takes no value'],
    ['select', 'C', 'it is none of the values to choose from'],
    ['select', ['A'], 'it is none of the values to choose from'],
    ['radio', { value: 'A' }, 'it is none of the values to choose from'],
    ['multi-select', 'A', 'a list of values is expected'],
    ['checkboxes', ['A', 'C'], 'it is none of the values to choose from'],
    ['checkboxes', ['A', 'A'], 'a value stands there twice'],
    ['nobody', 'x', 'the form has no such field'],
    ['constructor', 'x', 'the form has no such field'],
  ])('%s does not take %j', (key, value, problem) => {
    expect(problems(all(), { [key]: value })).toEqual([`${key}: ${problem}`])
  })

  test('every fault is named, each with its place', () => {
    const { details } = refusal(() => checkOptionValues(all(), { input: 1, radio: 'Z', select: 'A' }))
    expect(details.paths).toEqual(['options.input', 'options.radio'])
    expect(details.problems).toEqual(['a text is expected', 'it is none of the values to choose from'])
  })

  test('without a form there is nothing to choose', () => {
    expect(checkOptionValues(null, {})).toEqual({})
    expect(problems(null, { a: 'x' })).toEqual(['a: the form has no such field'])
  })

  test('values that do not fit a changed form stand apart and are not among those that do', () => {
    const changed = read({ input: property('input'), radio: property('radio', {}, [{ value: 'C', label: 'Third' }]) })
    expect(fittingOptions(changed, { input: 'kept', radio: 'A', gone: 'x' })).toEqual({
      values: { input: 'kept' },
      misfits: [
        { key: 'radio', value: 'A', misfit: 'not-a-choice' },
        { key: 'gone', value: 'x', misfit: 'no-such-field' },
      ],
    })
  })
})

const choices = fc
  .uniqueArray(fc.oneof(fc.string({ minLength: 1, maxLength: 8 }), fc.integer()), {
    minLength: 1,
    maxLength: 6,
    selector: String,
  })
  .map((values) => values.filter((value) => String(value).trim() !== ''))
  .filter((values) => values.length > 0)
  .map((values) => values.map((value, i) => ({ value, label: `Label ${i}` })))
const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,10}$/)
const anyForm = fc.dictionary(key, fc.tuple(fc.constantFrom(...OPTION_CONTROLS), choices), { maxKeys: 6 })
const readAny = (fields: Readonly<Record<string, readonly [OptionControl, Json]>>) =>
  read(Object.fromEntries(Object.entries(fields).map(([name, [control, of]]) => [name, property(control, {}, of)])))

/** A value that a person could choose. */
function chosen(field: OptionField, pick: (most: number) => number): unknown {
  if (field.control === 'text') return undefined
  if (takesSeveral(field.control)) return field.choices.filter(() => pick(2) === 0).map((one) => one.value)
  if (takesChoices(field.control)) return field.choices[pick(field.choices.length)]!.value
  return ['', 'x', 'some words', '0'][pick(4)]
}

describe('for any form', () => {
  test('what a person can choose is taken, comes back as it was through JSON, and fits whenever it is looked at again', () => {
    fc.assert(
      fc.property(anyForm, fc.infiniteStream(fc.nat()), (fields, stream) => {
        const of = readAny(fields)
        const pick = (most: number) => stream.next().value! % most
        const values = Object.fromEntries(of.fields.map((one) => [one.key, chosen(one, pick)]))
        const filled: Readonly<Record<string, unknown>> = Object.fromEntries(
          Object.entries(values).filter(([, value]) => value !== undefined),
        )
        const checked = checkOptionValues(of, filled)
        for (const [name, value] of Object.entries(checked)) expect(value).toEqual(filled[name])
        const kept = JSON.parse(JSON.stringify(checked)) as OptionValues
        expect(fittingOptions(of, kept)).toEqual({ values: checked, misfits: [] })
      }),
    )
  })

  test('any values at all are either taken or refused, and what is taken names only fields and choices of the form', () => {
    fc.assert(
      fc.property(anyForm, fc.dictionary(key, fc.jsonValue()), (fields, values) => {
        const of = readAny(fields)
        const { values: fitting, misfits } = fittingOptions(of, values)
        for (const [name, value] of Object.entries(fitting)) {
          const one = of.fields.find((field) => field.key === name)!
          if (!takesChoices(one.control)) expect(typeof value).toBe('string')
          else
            for (const part of takesSeveral(one.control) ? (value as readonly unknown[]) : [value])
              expect(one.choices.map((choice) => choice.value)).toContain(part)
        }
        expect(misfits.every((one) => !Object.hasOwn(fitting, one.key))).toBe(true)
      }),
    )
  })

  test('any text is read or refused with a place and a line of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          anyForm.map((fields) => form(fields as unknown as Record<string, Json>)),
        ),
        (text) => {
          try {
            readOptions(text)
          } catch (error) {
            expect(error).toBeInstanceOf(Refusal)
            const { line, path } = (error as Refusal).details
            expect(Number(line)).toBeLessThanOrEqual(text.split('\n').length)
            expect(path).toBeTruthy()
          }
        },
      ),
    )
  })
})
