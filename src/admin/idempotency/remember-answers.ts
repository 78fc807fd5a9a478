import { actorOf, callerOf } from '../../account/index.ts'
import type { Clock, Random } from '../../base/index.ts'
import { addSeconds, newId, sha256 } from '../../base/index.ts'
import type { Db } from '../../db/index.ts'
import type { Reply, Request, Surface } from '../../http/index.ts'
import type { Sealer } from '../../keys/index.ts'
import { idempotencyFailures } from './failures.ts'
import type { KeptAnswer } from './repeated-request.ts'
import { isOutcome, judgeRepeated, parseIdempotencyKey } from './repeated-request.ts'
import type { Claim } from './store.ts'
import { claimKey, keepAnswer, releaseKey, selectKept } from './store.ts'

export type IdempotencyNeeds = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Sealer
}

/** Seconds for which a repeated request gets the first answer. */
const remembered = 86_400
/** Seconds after which a request that was never answered, because its process died, may be tried again. */
const lease = 120
/** What of an answer is said again. */
const kept = ['content-type', 'etag', 'location', 'link', 'content-disposition']

/**
 * Lets callers of a guarded surface repeat a POST safely: with the same Idempotency-Key they get the answer
 * of the first request and nothing happens again (draft-ietf-httpapi-idempotency-key-header). Comes after
 * the guard: a repeated request needs the same rights as the first one.
 */
export function rememberAnswers(surface: Surface, needs: IdempotencyNeeds): void {
  const claims = new WeakMap<Request, Claim>()
  surface.addHook('preHandler', async (request, reply) => {
    const key = keyOf(request)
    if (key === undefined) return
    const claim = newClaim(needs, request, key)
    if (await claimKey(needs.db, claim, needs.clock.now())) claims.set(request, claim)
    else return answerAgain(needs, reply, claim)
  })
  surface.addHook('onSend', async (request, reply, payload) => {
    const claim = claims.get(request)
    if (claim === undefined) return payload
    claims.delete(request)
    // What was asked for has happened: a lost memory of it must not turn the answer into an error.
    await settle(needs, claim, reply, payload).catch((err: unknown) => {
      request.log.error({ err }, 'the answer of an idempotent request is not remembered')
    })
    return payload
  })
}

function keyOf(request: Request): string | undefined {
  const header = request.headers['idempotency-key']
  const { idempotency } = request.routeOptions.config
  if (typeof header !== 'string' || request.method !== 'POST' || idempotency === false) return
  const key = parseIdempotencyKey(header)
  if (key === undefined) throw idempotencyFailures.invalid_key()
  return key
}

function newClaim({ clock, random }: IdempotencyNeeds, request: Request, key: string): Claim {
  const caller = callerOf(request)
  const by = caller.kind === 'api_key' ? `api_key:${caller.keyId}` : actorOf(caller)
  const { method, url, body = null } = request
  const now = clock.now()
  return {
    keyDigest: sha256(JSON.stringify([by, key])),
    fingerprint: sha256(JSON.stringify([method, url, body])),
    claim: newId(clock, random),
    leaseUntil: addSeconds(now, lease),
    expiresAt: addSeconds(now, remembered),
  }
}

async function answerAgain(
  { db, sealer }: IdempotencyNeeds,
  reply: Reply,
  { keyDigest, fingerprint }: Claim,
): Promise<Reply> {
  const found = await selectKept(db, keyDigest)
  // It was just given back, because its request failed: the next attempt gets it.
  if (found === undefined) throw idempotencyFailures.in_progress({ retryAfter: 1 })
  const judgement = judgeRepeated(found, fingerprint)
  if (judgement.do === 'refuse') {
    throw judgement.why === 'reused'
      ? idempotencyFailures.reused()
      : idempotencyFailures.in_progress({ retryAfter: 1 })
  }
  const opened = sealer.open(judgement.answer, placeOf(keyDigest)).toString()
  const answer: Omit<KeptAnswer, 'status'> = JSON.parse(opened)
  return reply
    .code(judgement.status)
    .headers({ ...answer.headers, 'idempotency-replayed': 'true' })
    .send(answer.body === '' ? null : Buffer.from(answer.body))
}

async function settle(
  { db, sealer }: IdempotencyNeeds,
  claim: Claim,
  reply: Reply,
  payload: unknown,
): Promise<void> {
  const body = textOf(payload)
  if (body === undefined || !isOutcome(reply.statusCode)) return releaseKey(db, claim)
  const headers = Object.fromEntries(
    kept.flatMap((name) => {
      const value = reply.getHeader(name)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
  const answer = sealer.seal(JSON.stringify({ headers, body }), placeOf(claim.keyDigest))
  await keepAnswer(db, claim, { status: reply.statusCode, answer })
}

/** A body as text; undefined for one that is sent bit by bit and is not kept. */
function textOf(payload: unknown): string | undefined {
  if (payload === null || payload === undefined) return ''
  if (typeof payload === 'string') return payload
  return Buffer.isBuffer(payload) ? payload.toString() : undefined
}

function placeOf(keyDigest: Buffer): string {
  return `idempotency_keys:${keyDigest.toString('base64url')}`
}
