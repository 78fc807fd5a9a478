import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { comparisonKey } from '../../../base/index.ts'

/** Why a password is easy to guess, coarser than the library tells. */
export type Weakness =
  | 'common'
  | 'word'
  | 'name'
  | 'personal'
  | 'keyboard'
  | 'repeat'
  | 'sequence'
  | 'date'
  | 'short'

export type Question = {
  /** The whole password. */
  readonly password: string
  /** Words that a guesser would try first. */
  readonly words: readonly string[]
  /** Without it only the list of common passwords is searched. */
  readonly estimate: boolean
}

export type Judgement = {
  readonly isCommon: boolean
  /** 0 (guessed at once) to 4 (out of reach); 4 without an estimate. */
  readonly score: number
  readonly weakness: Weakness
}

const weaknesses: Readonly<Record<string, Weakness>> = {
  topTen: 'common',
  topHundred: 'common',
  common: 'common',
  similarToCommon: 'common',
  wordByItself: 'word',
  namesByThemselves: 'name',
  commonNames: 'name',
  userInputs: 'personal',
  straightRow: 'keyboard',
  keyPattern: 'keyboard',
  simpleRepeat: 'repeat',
  extendedRepeat: 'repeat',
  sequences: 'sequence',
  recentYears: 'date',
  dates: 'date',
}

// The work grows with the length and with every way to undo "p4$$w0rd". More of both changes no verdict
// that matters: what is strong in its first part is strong, and the rest may only add to it.
const analysed = 64
const substitutions = 2

/** Loads the dictionaries: some hundred milliseconds and 80 MB. Meant for a thread of its own. */
export async function createJudge(): Promise<(question: Question) => Promise<Judgement>> {
  const commonKeys = new Set(common['passwords-common'].map(comparisonKey))
  let estimator: ReturnType<typeof createEstimator> | undefined
  return async ({ password, words, estimate }) => {
    const isCommon = commonKeys.has(comparisonKey(password))
    if (!estimate) return { isCommon, score: 4, weakness: 'short' }
    estimator ??= createEstimator()
    const { score, feedback } = (await estimator).check(password.slice(0, analysed), [...words])
    return { isCommon, score, weakness: weaknesses[feedback.warning ?? ''] ?? 'short' }
  }
}

async function createEstimator() {
  const [{ ZxcvbnFactory }, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-en'),
  ])
  return new ZxcvbnFactory({
    dictionary: { ...common, ...english.dictionary },
    graphs: adjacencyGraphs,
    l33tMaxSubstitutions: substitutions,
    maxLength: analysed,
  })
}
