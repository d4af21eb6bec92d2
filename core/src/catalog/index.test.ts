import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import published from '../../../test/fixtures/events/published-events.json' with { type: 'json' }
import publishedSamples from '../../../test/fixtures/events/published-samples.json' with { type: 'json' }
import {
  type Body,
  type BodyValue,
  CATEGORIES,
  checkBody,
  EVENTS,
  type EventDefinition,
  EXTENSION_POINTS,
  eventByCode,
  eventByType,
  type Field,
  MODULES,
  REGULAR_EVENTS,
} from './index.ts'

/** Every body the catalogue shows, with its event. */
const SHOWN = EVENTS.flatMap((event) => [event.sample, ...event.variants].map((body) => ({ event, body })))
const eachShown = fc.constantFrom(...SHOWN)

/** The events of the published list that have a code; the two asset events are only named there. */
const LISTED = published.filter((row) => row.eventCode !== null)

describe('the catalogue', () => {
  test('holds 54 events: 35 extension points and 19 regular ones (rule 26)', () => {
    expect(EVENTS).toHaveLength(54)
    expect(EXTENSION_POINTS).toHaveLength(35)
    expect(REGULAR_EVENTS).toHaveLength(19)
    expect(eventByCode('approval-change-created').kind).toBe('regular')
  })

  test('names no code and no type twice, and finds each event by both', () => {
    expect(new Set(EVENTS.map((event) => event.eventCode)).size).toBe(EVENTS.length)
    expect(new Set(EVENTS.map((event) => event.type)).size).toBe(EVENTS.length)
    for (const event of EVENTS) {
      expect(eventByCode(event.eventCode)).toBe(event)
      expect(eventByType(event.type)).toBe(event)
    }
    expect(eventByCode('freeze-nodes')).toBeUndefined()
    expect(eventByCode('toString')).toBeUndefined()
    expect(eventByType('dataworks:NodeChange:UnfreezeNode')).toBeUndefined()
  })

  test.each(LISTED)('has $eventCode as the published list gives it', (row) => {
    const event = eventByCode(row.eventCode as string) as EventDefinition
    const { eventCode, type, category, module, scope, kind, callback, functions, bodyBasis } = event
    const ours = { eventCode, type, category, module, scope, kind, callback, functions, body: bodyBasis }
    // The list leaves the category of the upload event open; the published function message shows it.
    expect(ours).toEqual({ ...row, category: row.category ?? 'resources-download' })
    expect(event.own).toBe(false)
  })

  test('holds beyond the published list only the two asset events, marked as our own design', () => {
    const listed = new Set(LISTED.map((row) => row.eventCode))
    const beyond = EVENTS.filter((event) => !listed.has(event.eventCode))
    const named = published.filter((row) => row.eventCode === null)
    expect(beyond.map((event) => event.name.en)).toEqual(named.map((row) => row.name))
    for (const event of beyond) {
      expect(event).toMatchObject({
        own: true,
        bodyBasis: 'own',
        kind: 'extension-point',
        functions: true,
        scope: 'workspace',
        callback: 'CallbackExtension',
      })
      expect(event.notes.length).toBeGreaterThan(0)
    }
    expect(EVENTS.filter((event) => event.own)).toEqual(beyond)
  })

  test('keeps the irregular spellings of the published list', () => {
    expect(eventByCode('start-diJob').type).toBe('dataworks:NodeChange:StartDiJob')
    expect(eventByCode('batch-start-diJob').type).toBe('dataworks:NodeChange:BatchStartDiJob')
    expect(eventByCode('unfreeze-node').type).toBe('dataworks:NodeChange:UnFreezeNode')
    expect(eventByCode('unfreeze-instance').type).toBe('dataworks:InstanceChange:UnfreezeInstance')
    expect(eventByCode('pre-unfreeze-instance').type).toBe('dataworks:InstanceChange:PreUnfreezeInstance')
  })

  test('says of every event in both languages what it is called, and when it happens', () => {
    for (const event of EVENTS) {
      expect(event.categoryName).toBe(CATEGORIES[event.category])
      expect(event.moduleName).toBe(MODULES[event.module].name)
      for (const name of [event.name, event.categoryName, event.moduleName]) {
        expect(name.en).toMatch(/^[A-Z][^\u4e00-\u9fff]+$/)
        expect(name.zh).toMatch(/[\u4e00-\u9fff]/)
      }
      expect(event.trigger).toMatch(/^[A-Z].*\.$/)
    }
    for (const language of ['en', 'zh'] as const) {
      expect(new Set(EVENTS.map((event) => event.name[language])).size).toBe(EVENTS.length)
    }
  })
})

describe('the body of every event', () => {
  test('describes each member once, in a sentence', () => {
    const visit = (fields: readonly Field[]): void => {
      expect(new Set(fields.map((field) => field.name)).size).toBe(fields.length)
      for (const field of fields) {
        expect(field.meaning).toMatch(/^.*\.$/)
        expect(field.type === 'object').toBe(field.members !== undefined)
        visit(field.members ?? [])
      }
    }
    for (const event of EVENTS) visit(event.body)
  })

  test('names the event and the tenant, and for an extension point has room to say that it is held', () => {
    for (const event of EVENTS) {
      const member = (name: string) => event.body.find((field) => field.name === name)
      expect(member('eventCode')).toMatchObject({ required: true, allowed: [event.eventCode] })
      expect(member('tenantId')).toMatchObject({ required: true, type: 'long' })
      if (event.kind !== 'extension-point') continue
      expect(member('extensionBizId')).toMatchObject({ type: 'string' })
      expect(member('blockBusiness')).toMatchObject({ type: 'boolean' })
    }
  })

  test('accepts what the catalogue shows of it', () => {
    for (const { event, body } of SHOWN)
      expect([event.eventCode, checkBody(event, body)]).toEqual([event.eventCode, []])
  })

  test('shows every published sample, completed only by the two members that stand in every body', () => {
    for (const [code, samples] of Object.entries(publishedSamples)) {
      const event = eventByCode(code) as EventDefinition
      const standard = { eventCode: code, tenantId: event.sample.tenantId }
      for (const sample of samples) expect([event.sample, ...event.variants]).toContainEqual({ ...standard, ...sample })
    }
    const published = EVENTS.filter((event) => event.bodyBasis === 'published')
    expect(published.filter((event) => !(event.eventCode in publishedSamples))).toEqual([])
  })

  test('refuses a body that lacks a required member, wherever it stands', () => {
    fc.assert(
      fc.property(eachShown, fc.nat(), ({ event, body }, pick) => {
        const { at, field } = chosen(places(event.body, body), pick, (place) => place.field.required && !place.item)
        expect(checkBody(event, changed(body, at, undefined))).toEqual([{ path: written(at), problem: 'is missing' }])
        expect(field.required).toBe(true)
      }),
    )
  })

  test('refuses a member of the wrong type, wherever it stands', () => {
    fc.assert(
      fc.property(eachShown, fc.nat(), ({ event, body }, pick) => {
        const { at, field, item } = chosen(places(event.body, body), pick, () => true)
        for (const wrong of wrongFor(field, item)) {
          const problems = checkBody(event, changed(body, at, wrong))
          expect(problems.length).toBeGreaterThan(0)
          expect(problems.every((problem) => problem.path.startsWith(written(at)))).toBe(true)
        }
      }),
    )
  })

  test('refuses a member it does not know, wherever it stands', () => {
    fc.assert(
      fc.property(eachShown, fc.nat(), fc.string(), ({ event, body }, pick, suffix) => {
        const objects = places(event.body, body).filter((place) => isObjectPlace(place))
        const at = [...(pick % 2 === 0 ? [] : (objects[pick % (objects.length || 1)]?.at ?? [])), `extra${suffix}`]
        expect(checkBody(event, changed(body, at, 1))).toEqual([
          { path: written(at), problem: 'is not a member of this body' },
        ])
      }),
    )
  })
})

type Path = readonly (string | number)[]
/** One value within a body: where it stands, the field that describes it, and whether it is one item of a list. */
type Place = { readonly at: Path; readonly field: Field; readonly item: boolean }

function places(fields: readonly Field[], body: Body, at: Path = []): readonly Place[] {
  return fields.flatMap((field) => {
    const value = body[field.name]
    if (value === undefined) return []
    const here = [...at, field.name]
    if (!field.list) return [{ at: here, field, item: false }, ...within(field, value, here)]
    const items = value as readonly BodyValue[]
    return [
      { at: here, field, item: false },
      ...items.flatMap((item, index) => [
        { at: [...here, index], field, item: true },
        ...within(field, item, [...here, index]),
      ]),
    ]
  })
}

const within = (field: Field, value: BodyValue, at: Path) =>
  field.members ? places(field.members, value as Body, at) : []

const isObjectPlace = ({ field, item }: Place) => field.type === 'object' && field.list === item

function chosen(all: readonly Place[], pick: number, suits: (place: Place) => boolean): Place {
  const suitable = all.filter(suits)
  return suitable[pick % suitable.length] as Place
}

/** Values no field of this type accepts, in place of the whole member or of one item of its list. */
function wrongFor(field: Field, item: boolean): readonly BodyValue[] {
  if (field.list && !item) return ['text', {}]
  const text = ['string', 'datetime', 'json'].includes(field.type)
  return [text ? 1 : '1', ['text']]
}

/** The body with another value at this place, or without the place when there is none. */
function changed(body: Body, at: Path, leaf: BodyValue | undefined): unknown {
  const copy = copyOf(body)
  const last = at.length - 1
  const parent = at.slice(0, last).reduce((value, step) => value[step] as Mutable, copy)
  if (leaf === undefined) delete parent[at[last] as string]
  else parent[at[last] as string] = leaf
  return copy
}

type Mutable = { [step: string | number]: unknown }
const copyOf = (body: Body): Mutable => JSON.parse(JSON.stringify(body))

/** The path in the notation of the checker, for example `rules[0].name`. */
const written = (at: Path) =>
  at.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('')
