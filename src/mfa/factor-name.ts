import { codePoints, hasControls, isStorable } from '../base/index.ts'

const longest = 64

/**
 * What a person calls a factor, trimmed; `otherwise` for nothing at all, undefined for a name that cannot
 * be kept: too long, or with characters that cannot be shown.
 */
export function readFactorName(typed: string | undefined, otherwise: string): string | undefined {
  const name = typed?.trim().normalize('NFC') ?? ''
  if (name === '') return otherwise
  return isStorable(name) && !hasControls(name) && codePoints(name) <= longest ? name : undefined
}
