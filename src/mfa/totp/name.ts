import { codePoints, hasControls, isStorable } from '../../base/index.ts'

const longest = 64

/** What a person calls an authenticator, trimmed; the default for none, undefined for one that cannot be kept. */
export function readName(typed: string | undefined): string | undefined {
  const name = typed?.trim() ?? ''
  if (name === '') return 'Authenticator'
  return isStorable(name) && !hasControls(name) && codePoints(name) <= longest ? name : undefined
}
