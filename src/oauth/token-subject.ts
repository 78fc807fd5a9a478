import type { TokenSubject } from './store.ts'

/** Whether a genuine, unexpired access token of a person still counts: nothing behind it was taken back. */
export function stillGranted(subject: TokenSubject | undefined): subject is TokenSubject {
  if (subject === undefined || !subject.isActive) return false
  return !subject.tokenRevoked && subject.familyRevokedAt === null
}
