/**
 * Asks for many things at once under load, and for one thing at once without: what is asked for while an answer is on its way waits for it,
 * and then all of it is asked for together.
 */
export function gather<Question, Answer>(
  askAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  most: number,
): (question: Question) => Promise<Answer> {
  type Waiting = {
    readonly question: Question
    readonly resolve: (answer: Answer) => void
    readonly reject: (error: unknown) => void
  }
  const waiting: Waiting[] = []
  let asking = false

  async function ask(): Promise<void> {
    asking = true
    // What has arrived already, and is only not read yet, comes along.
    await new Promise(setImmediate)
    while (waiting.length > 0) {
      const some = waiting.splice(0, most)
      try {
        const answers = await askAll(some.map((one) => one.question))
        for (const [at, one] of some.entries()) one.resolve(answers[at]!)
      } catch (error) {
        for (const one of some) one.reject(error)
      }
    }
    asking = false
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      if (!asking) void ask()
    })
}
