/** How many statements may be under way: with one, whoever comes in between would wait for up to twice as long. */
const mostUnderWay = 2
/** Questions of one statement. */
const mostTogether = 256

type Round<Question, Answer> = PromiseWithResolvers<ReadonlyMap<string, Answer>> & {
  readonly questions: Map<string, Question>
}

/**
 * Answers many small questions of one kind with few statements: those that are put while statements are under way
 * are asked together as soon as one is answered. Nothing is remembered, so that every answer was read after
 * its question was put, and a question that is put alone is asked at once.
 */
export function askTogether<Question, Answer>(
  keyOf: (question: Question) => string,
  read: (questions: readonly Question[]) => Promise<ReadonlyMap<string, Answer>>,
): (question: Question) => Promise<Answer | undefined> {
  const waiting: Round<Question, Answer>[] = []
  let underWay = 0

  function openRound(): Round<Question, Answer> {
    const last = waiting.at(-1)
    if (last !== undefined && last.questions.size < mostTogether) return last
    const round = {
      ...Promise.withResolvers<ReadonlyMap<string, Answer>>(),
      questions: new Map<string, Question>(),
    }
    waiting.push(round)
    return round
  }

  async function askNext(): Promise<void> {
    const round = underWay < mostUnderWay ? waiting.shift() : undefined
    if (round === undefined) return
    underWay += 1
    try {
      round.resolve(await read([...round.questions.values()]))
    } catch (error) {
      round.reject(error)
    }
    underWay -= 1
    await askNext()
  }

  return async (question) => {
    const key = keyOf(question)
    const { questions, promise } = openRound()
    questions.set(key, question)
    // It never fails: what goes wrong is told to those who asked.
    askNext().catch(() => undefined)
    return (await promise).get(key)
  }
}
