import { Compile } from 'typebox/compile'
import type { InvalidMember } from '../../base/index.ts'
import { comparisonKey, isStorable, isUuid } from '../../base/index.ts'
import { storedHashProblem } from '../foreign-hash/index.ts'
import { ProfileSchema } from '../schemas.ts'
import type { Checked } from '../user.ts'
import { checkEmail, checkUsername } from '../user.ts'
import type { Candidate, Needs } from './candidate.ts'
import { toCandidate } from './candidate.ts'
import { generateUsername } from './generate-username.ts'
import { AccountMembers } from './members.ts'
import { parseMoment } from './moment.ts'
import type { Entry } from './reading/entry.ts'
import type { SourceOptions } from './sources/source.ts'
import { splitRecord } from './sources/split-record.ts'
import { toOwnNames } from './sources/to-own-names.ts'

// Compiled, because a file may have a million lines; and late, because most processes import nobody.
const compile = () => ({ account: Compile(AccountMembers), profile: Compile(ProfileSchema) })
let compiled: ReturnType<typeof compile> | undefined
const schemas = () => {
  compiled ??= compile()
  return compiled
}
const unstorable = 'This has characters that cannot be stored.'

export type LineRules = SourceOptions & {
  readonly ignoreUnknown: boolean
  readonly generateUsernames: boolean
  /** People whose hash cannot be used get no password, instead of being refused. */
  readonly dropUnusableHashes: boolean
}

export type RefusedLine = { readonly line: number; readonly errors: readonly InvalidMember[] }
export type CheckedLine =
  | { readonly ok: true; readonly user: Candidate }
  | { readonly ok: false; readonly refused: RefusedLine }

/** Judges a line by the rules of registration and says everything that is wrong with it. */
export function checkLine(needs: Needs, entry: Entry, rules: LineRules): CheckedLine {
  const { line } = entry
  const refuse = (errors: readonly InvalidMember[]): CheckedLine => ({
    ok: false,
    refused: { line, errors },
  })
  if ('problem' in entry) return refuse([{ pointer: '', words: entry.problem }])
  const converted = toOwnNames(entry.record, rules)
  const { account, claims, claimsAt, unknown } = splitRecord(converted.record)
  const errors = [...converted.errors, ...(rules.ignoreUnknown ? [] : unknown)]
  errors.push(...claimProblems(claims, claimsAt))
  if (!schemas().account.Check(account)) return refuse([...errors, ...memberProblems(account)])
  const judged = judgeAccount(needs, account, rules)
  errors.push(...judged.errors)
  if (errors.length > 0 || !schemas().profile.Check(claims)) return refuse(errors)
  return { ok: true, user: toCandidate(needs, { ...judged, line, account, profile: claims }) }
}

function memberProblems(account: unknown): InvalidMember[] {
  return schemas()
    .account.Errors(account)
    .map((error) => ({
      pointer: error.instancePath,
      words: error.message,
    }))
}

function claimProblems(claims: unknown, at: string): InvalidMember[] {
  if (!schemas().profile.Check(claims)) {
    return schemas()
      .profile.Errors(claims)
      .map(({ instancePath, message }) => ({
        pointer: `${at}${instancePath}`,
        words: message,
      }))
  }
  return isStorable(claims) ? [] : [{ pointer: at, words: unstorable }]
}

type Judged = {
  readonly username: string
  readonly email: string | undefined
  readonly usernameGiven: boolean
  readonly hash: string | undefined
  readonly droppedHash: boolean
  readonly errors: readonly InvalidMember[]
}

function judgeAccount(needs: Needs, account: AccountMembers, rules: LineRules): Judged {
  const email = account.email === undefined ? undefined : checkEmail(account.email)
  const username = judgeUsername(needs, account, rules)
  const { password_hash: hash } = account
  const unusable = hash === undefined ? undefined : storedHashProblem(hash)
  const droppedHash = unusable !== undefined && rules.dropUnusableHashes
  const errors = [
    ...problem('/username', username),
    ...problem('/email', email),
    ...(unusable === undefined || droppedHash
      ? []
      : [{ pointer: '/password_hash', words: unusable }]),
    ...idProblem(account.id),
    ...momentProblems(account),
    ...(isStorable(account) ? [] : [{ pointer: '', words: unstorable }]),
  ]
  return {
    username: username.ok ? username.value : '',
    email: email?.ok === true ? email.value : undefined,
    usernameGiven: hasUsername(account),
    hash: droppedHash ? undefined : hash,
    droppedHash,
    errors,
  }
}

/** Systems where people sign in with their address repeat it as the username, which it cannot be here. */
function hasUsername({ username, email }: AccountMembers): boolean {
  if (username === undefined || username === '') return false
  return email === undefined || comparisonKey(username) !== comparisonKey(email)
}

function judgeUsername(needs: Needs, account: AccountMembers, rules: LineRules): Checked<string> {
  if (hasUsername(account)) return checkUsername(account.username ?? '')
  if (rules.generateUsernames) return { ok: true, value: generateUsername(needs.random) }
  return { ok: false, words: 'A username is needed, or --generate-usernames.' }
}

function problem(pointer: string, checked: Checked<string> | undefined): InvalidMember[] {
  return checked === undefined || checked.ok ? [] : [{ pointer, words: checked.words }]
}

function idProblem(id: string | undefined): InvalidMember[] {
  const fine = id === undefined || isUuid(id.toLowerCase())
  return fine ? [] : [{ pointer: '/id', words: 'The id must be a UUID.' }]
}

const moments = [
  'password_changed_at',
  'delete_after',
  'terms_accepted_at',
  'created_at',
  'updated_at',
] as const

function momentProblems(account: AccountMembers): InvalidMember[] {
  return moments
    .filter((name) => account[name] !== undefined && parseMoment(account[name]) === undefined)
    .map((name) => ({ pointer: `/${name}`, words: 'This is no date and time of ISO 8601.' }))
}
