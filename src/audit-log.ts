import { once } from 'node:events'
import { CompactSign } from 'jose'
import type { Logger } from 'pino'
import type { AuditFollower, AuditStream, AuditWorker, ChainKeys, Sign } from './audit/index.ts'
import {
  auditLag,
  createAuditWorker,
  fileStream,
  maintainLog,
  stdoutStream,
  webhookStream,
} from './audit/index.ts'
import type { Clock, Random } from './base/index.ts'
import type { Config } from './config.ts'
import type { Db } from './db/index.ts'
import { isPermissionDenied } from './db/index.ts'
import type { Jobs } from './jobs/index.ts'
import type { KeyRing } from './keys/index.ts'
import { deriveSecret } from './keys/index.ts'
import { createReceiver } from './outgoing/index.ts'
import type { Metrics } from './telemetry/index.ts'

type Parts = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly keys: KeyRing
  readonly metrics: Metrics
}

type Options = {
  readonly config: Config
  readonly masterKeys: readonly [Buffer, ...Buffer[]]
  readonly log: Logger
}

/** The keys of the seals: not in the database, so that nobody can make them there. */
export function chainKeys(masterKeys: Options['masterKeys']): ChainKeys {
  const [first = Buffer.alloc(0), ...rest] = deriveSecret(masterKeys, 'audit-chain')
  return [first, ...rest]
}

/** What seals the log and takes `followers` along. */
export function openAudit(
  { config, masterKeys, log }: Options,
  { db, clock, keys, metrics }: Parts,
  followers: readonly AuditFollower[],
): AuditWorker {
  metrics.watchAudit(async () => {
    const { sealedAt, ...lag } = await auditLag(db)
    const sealAgeSeconds = sealedAt && (clock.now().getTime() - sealedAt.getTime()) / 1000
    return { ...lag, sealAgeSeconds: sealAgeSeconds ?? undefined }
  })
  return createAuditWorker({
    db,
    clock,
    log,
    keys: chainKeys(masterKeys),
    issuer: config.publicUrl,
    sign: signer(keys),
    checkpointEvery: config.audit.checkpointEvery,
    followers,
    streams: chooseStreams(config, clock),
    onFailure: metrics.auditFollowerFailed,
  })
}

/** A checkpoint is signed like a token but is of a type of its own, so that it cannot be taken for one. */
function signer(keys: KeyRing): Sign {
  return async (payload) => {
    const { kid, alg, privateKey } = await keys.signer('ES256')
    const header = { alg, kid, typ: 'audit-checkpoint' }
    const jws = new CompactSign(Buffer.from(payload)).setProtectedHeader(header)
    const { kty, crv, x, y } = keys.find(kid)?.jwk ?? {}
    return { jws: await jws.sign(privateKey), kid, publicJwk: { kty, crv, x, y } }
  }
}

function chooseStreams({ audit }: Config, clock: Clock): AuditStream[] {
  const { stream, streamFile, streamUrl: url, streamSecret: secret } = audit
  return [
    ...(stream.includes('stdout') ? [stdoutStream(toStandardOutput)] : []),
    ...(stream.includes('file') ? [fileStream(streamFile)] : []),
    ...(url === '' ? [] : [webhookStream({ send: createReceiver({ url, secret, clock }) })]),
  ]
}

async function toStandardOutput(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Sealing and passing on about every second, months and retention every hour, on one node at a time. */
export function scheduleAudit(jobs: Jobs, worker: AuditWorker, options: Options & Parts): void {
  const { sealEvery } = options.config.audit
  jobs.every('audit.seal', sealEvery, worker.seal, { exclusive: true })
  if (worker.streams > 0) {
    jobs.every('audit.stream', sealEvery, worker.stream, { exclusive: true })
  }
  jobs.every('audit.maintain', 3600, () => maintain(options), { exclusive: true })
}

async function maintain({ config, masterKeys, log, ...parts }: Options & Parts): Promise<void> {
  const { retention } = config.audit
  try {
    await maintainLog({ ...parts, keys: chainKeys(masterKeys), retention, log })
  } catch (err) {
    if (!isPermissionDenied(err)) throw err
    // The server has a role of its own, as it should: rows go to the default partition meanwhile.
    log.info({}, 'the audit log is maintained by its owner: cardea audit maintain')
  }
}
