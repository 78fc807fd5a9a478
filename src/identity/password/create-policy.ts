import type { Logger } from 'pino'
import type { PasswordRules } from '../account-input.ts'
import type { Checked } from '../user.ts'
import type { Fetch } from './breached/breached-range.ts'
import type { BreachOutcome, BreachSource } from './breached/check-breached.ts'
import { createBreachCheck } from './breached/check-breached.ts'
import { countClasses } from './classes.ts'
import { contextWords, isMadeOf } from './context-words.ts'
import { checkNewPassword } from './policy.ts'
import type { StrengthThread } from './strength/strength-thread.ts'
import { createStrengthThread } from './strength/strength-thread.ts'
import { weaknessWords } from './strength/weakness-words.ts'

export type PasswordPolicy = PasswordRules & {
  /** For the `minlength` of forms. */
  readonly minLength: number
  /** The least score, for the meter on pages. */
  readonly minStrength: number
}

export type PolicySettings = {
  readonly minLength: number
  readonly minStrength: number
  readonly minClasses: number
  readonly breachedFile: string
  readonly breachedUrl: string
  /** Seconds. */
  readonly breachedTimeout: number
}

type Needs = {
  readonly settings: PolicySettings
  readonly log: Pick<Logger, 'warn'>
  readonly fetch: Fetch
  /** What everyone knows of this server: the name of the product and its host. */
  readonly context: readonly string[]
  readonly observeBreachCheck?: (source: BreachSource, outcome: BreachOutcome) => void
  readonly strength?: StrengthThread
}

type Candidate = { readonly value: string; readonly words: readonly string[] }
/** Says what is wrong with a password, if anything. */
type Rule = (candidate: Candidate) => Promise<string | undefined>

/** All rules for new passwords. What costs more comes later; what leaves this machine comes last. */
export function createPasswordPolicy(needs: Needs): PasswordPolicy {
  const { minLength, minStrength, minClasses } = needs.settings
  const ask = needs.strength ?? createStrengthThread()
  const rules: readonly Rule[] = [
    differsFromContext,
    mixes(minClasses),
    isStrong(ask, minStrength),
    isNotBreached(needs),
  ]
  return {
    minLength,
    minStrength,
    async check(password, context): Promise<Checked<string>> {
      const checked = checkNewPassword(password, { minLength, context })
      if (!checked.ok) return checked
      const { value } = checked
      const words = contextWords([...context, ...needs.context])
      for (const rule of rules) {
        const wrong = await rule({ value, words })
        if (wrong !== undefined) return { ok: false, words: wrong }
      }
      return { ok: true, value }
    },
  }
}

// ASVS 6.2.11, NIST SP 800-63B-4 section 3.1.1.2: no password of words from its context.
async function differsFromContext({ value, words }: Candidate): Promise<string | undefined> {
  return isMadeOf(value, words) ? weaknessWords.personal : undefined
}

const classWords: Readonly<Record<number, string>> = {
  2: 'The password must mix two of these: lower case, upper case, digits, other characters.',
  3: 'The password must mix three of these: lower case, upper case, digits, other characters.',
  4: 'The password must mix lower case, upper case, digits and other characters.',
}

function mixes(least: number): Rule {
  return async ({ value }) => (countClasses(value) < least ? classWords[least] : undefined)
}

// ASVS 6.2.4: none of the most used passwords, whatever strength is asked for.
function isStrong(ask: StrengthThread, least: number): Rule {
  return async ({ value, words }) => {
    const judgement = await ask({ password: value, words, estimate: least > 0 })
    if (judgement.isCommon) return weaknessWords.common
    return judgement.score < least ? weaknessWords[judgement.weakness] : undefined
  }
}

const breachedWords =
  'This password was stolen from another service and is known to attackers. Take one that you use nowhere else.'

function isNotBreached({ settings, log, fetch, observeBreachCheck }: Needs): Rule {
  const isBreached = createBreachCheck({
    log,
    fetch,
    file: settings.breachedFile,
    url: settings.breachedUrl,
    timeoutMs: settings.breachedTimeout * 1000,
    observe: observeBreachCheck,
  })
  return async ({ value }) => ((await isBreached(value)) ? breachedWords : undefined)
}
