import { numericDate, parseUserId } from '../base/index.ts'
import type { Client, ClientCache } from '../clients/index.ts'
import type { Db } from '../db/index.ts'
import type { AccessToken, VerifyNeeds } from './access-token.ts'
import { verifyAccessToken } from './access-token.ts'
import { opaqueDigest } from './opaque/opaque-token.ts'
import type { TokenSubject } from './store.ts'
import { readSubjectOfUser } from './store.ts'
import type { TokenRows } from './token-rows.ts'

export type ActiveNeeds = VerifyNeeds & {
  readonly db: Db
  readonly clients: ClientCache
  readonly tokenRows: TokenRows
}

/** An access token of an application that counts now, with whom it is about; or why it counts for nothing. */
export type Activity =
  | {
      readonly ok: true
      readonly token: AccessToken
      readonly client: Client
      /** Undefined when a client acts for itself. */
      readonly person: TokenSubject | undefined
    }
  | { readonly ok: false; readonly why: 'not valid' | 'client gone' | 'taken back' }

const notValid = { ok: false, why: 'not valid' } as const
const clientGone = { ok: false, why: 'client gone' } as const
const takenBack = { ok: false, why: 'taken back' } as const

/**
 * Judges an access token for this audience, or for any: genuine, in time, and nothing behind it was taken back.
 * JWTs and opaque ones alike take one statement at most.
 */
export async function readActiveToken(
  needs: ActiveNeeds,
  text: string,
  audience?: string,
): Promise<Activity> {
  const digest = opaqueDigest(text)
  if (digest !== undefined) return readOpaque(needs, digest, audience)
  const token = await verifyAccessToken(needs, text, audience)
  if (token === undefined) return notValid
  const client = await needs.clients.find(token.clientId)
  if (client === undefined) return clientGone
  if (isAboutClient(token)) {
    if (await needs.tokenRows.isRevoked(token.jti)) return takenBack
    return ofClient(needs, token, client)
  }
  const person = await personOf(needs, token)
  return stillGranted(person) ? ofPerson(needs, token, client, person) : takenBack
}

/** A token that was exchanged ends with the client that was given the grant, too. */
async function ofPerson(
  { clients }: ActiveNeeds,
  token: AccessToken,
  client: Client,
  person: TokenSubject,
): Promise<Activity> {
  const { grantClient } = person
  const isOwn = grantClient === null || grantClient === token.clientId
  const isAlive = isOwn || (await clients.find(grantClient)) !== undefined
  return isAlive ? { ok: true, token, client, person } : clientGone
}

function isAboutClient({ subject, clientId, grantId }: AccessToken): boolean {
  return subject === clientId || (grantId === undefined && parseUserId(subject) === undefined)
}

/** A client may act for another one (RFC 8693): both must be active. */
async function ofClient(
  { clients }: ActiveNeeds,
  token: AccessToken,
  client: Client,
): Promise<Activity> {
  const subject = await clients.find(token.subject)
  return subject === undefined ? clientGone : { ok: true, token, client, person: undefined }
}

/** By the grant, because a client may know the person by a name of its own; where there is none, by the subject. */
async function personOf(
  { db, tokenRows }: ActiveNeeds,
  { jti, grantId, subject, clientId }: AccessToken,
): Promise<TokenSubject | undefined> {
  if (grantId !== undefined) return tokenRows.subjectOf({ jti, grantId, clientId })
  const userId = parseUserId(subject)
  return userId && readSubjectOfUser(db, { jti, userId })
}

async function readOpaque(
  needs: ActiveNeeds,
  digest: Buffer,
  audience: string | undefined,
): Promise<Activity> {
  const { clock, clients } = needs
  const row = await needs.tokenRows.opaque(digest)
  if (row === undefined) return notValid
  const { token, userId, grantId, familyId, ...subject } = row
  const meant = audience === undefined || token.audience.includes(audience)
  if (!meant || token.expiresAt <= numericDate(clock.now())) return notValid
  const client = await clients.find(token.clientId)
  if (client === undefined) return clientGone
  if (userId === null) return ofClient(needs, token, client)
  const person = { ...subject, tokenRevoked: false }
  const granted = grantId === null || familyId !== null
  return granted && stillGranted(person) ? ofPerson(needs, token, client, person) : takenBack
}

/** Whether a genuine, unexpired access token of a person still counts: nothing behind it was taken back. */
function stillGranted(subject: TokenSubject | undefined): subject is TokenSubject {
  if (subject === undefined || !subject.isActive) return false
  return !subject.tokenRevoked && subject.familyRevokedAt === null
}
