import { describe, expect, test } from 'vitest'
import { whyNoPowerCut } from './power.ts'
import { powerCuts } from './power-cut.ts'

const seed = Number(process.env.CHAOS_SEED ?? 1)
const reason = await whyNoPowerCut()
if (reason !== null) console.warn(`Power cuts are not tested: ${reason}.`)
const tell = (line: string) => console.log(line)

describe.skipIf(reason !== null).concurrent('power cuts on the embedded database', () => {
  test('a power cut loses no operation and no result that was acknowledged', { timeout: 600_000 }, async () => {
    const { cuts } = await powerCuts({ seed, cuts: 1, flushes: true, tell })
    expect(cuts.flatMap((one) => one.lost)).toEqual([])
    expect(cuts).toHaveLength(1)
    for (const one of cuts) {
      expect(one.acknowledgedOperations).toBeGreaterThan(0)
      expect(one.acknowledgedResults).toBeGreaterThan(0)
    }
  })

  test('the control: the same cut loses what a database acknowledges that does not wait for the disk', {
    timeout: 600_000,
  }, async () => {
    const { cuts } = await powerCuts({ seed, cuts: 3, flushes: false, tell })
    expect(cuts.at(-1)!.lost).not.toEqual([])
  })
})
