/**
 * Asks for many things at once under load, and for one thing at once without: what is asked for while an answer is on its way waits for it,
 * and then all of it is asked for together; `goOn` lets the next round begin before the answer is there. Nobody waits longer than `patienceMs` for the answer to others: after that a further round begins.
 */
export function gather<Question, Answer>(
  askAll: (questions: readonly Question[], goOn: () => void) => Promise<readonly Answer[]>,
  most: number,
  patienceMs = 50,
): (question: Question) => Promise<Answer> {
  type Waiting = {
    readonly question: Question
    readonly resolve: (answer: Answer) => void
    readonly reject: (error: unknown) => void
  }
  const waiting: Waiting[] = []
  /** Rounds that others still wait for. */
  let awaited = 0
  let starting = false

  function start(): void {
    if (starting || awaited > 0 || waiting.length === 0) return
    starting = true
    // What has arrived already, and is only not read yet, comes along.
    setImmediate(() => {
      starting = false
      void round(waiting.splice(0, most))
    })
  }

  async function round(some: readonly Waiting[]): Promise<void> {
    awaited++
    let over = false
    const goOn = () => {
      if (over) return
      over = true
      awaited--
      start()
    }
    const timer = patienceMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(goOn, patienceMs)
    try {
      const answers = await askAll(
        some.map((one) => one.question),
        goOn,
      )
      for (const [at, one] of some.entries()) one.resolve(answers[at]!)
    } catch (error) {
      for (const one of some) one.reject(error)
    }
    clearTimeout(timer)
    goOn()
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      start()
    })
}

export type Lines = <Question, Answer>(
  key: string,
  question: Question,
  askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
) => Promise<Answer>

/** Many lines, one for each key: what stands in the same line is never under way twice at the same time, and what waits goes together. */
export function lines(most: number): Lines {
  type Line = ReturnType<typeof gather<unknown, unknown>>
  const open = new Map<string, { readonly ask: Line; standing: number }>()
  return async (key, question, askAll) => {
    const line = open.get(key) ?? { ask: gather(askAll as never, most, Number.POSITIVE_INFINITY), standing: 0 }
    open.set(key, line)
    line.standing++
    try {
      return (await line.ask(question)) as never
    } finally {
      if (--line.standing === 0) open.delete(key)
    }
  }
}
