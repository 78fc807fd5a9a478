import type { Clock, Random } from '../base/index.ts'
import type { Db } from '../db/index.ts'
import type { Sealer } from './sealing.ts'
import { insertLastingSecret, replaceSeal, selectLastingSecret } from './store.ts'

type Needs = {
  readonly db: Db
  readonly clock: Clock
  readonly random: Random
  readonly sealer: Sealer
}

/**
 * A secret of 32 bytes that is made once and then stays, whatever becomes of the master key: it is sealed under the
 * newest one at every start, so that an older one can be taken away. Of processes that start together one makes it.
 */
export async function openLastingSecret(needs: Needs, name: string): Promise<Buffer> {
  const { db, clock, random, sealer } = needs
  const context = `lasting-secret:${name}`
  const known = await selectLastingSecret(db, name)
  if (known === undefined) {
    const sealed = sealer.seal(random.bytes(32), context)
    await insertLastingSecret(db, { name, sealed, createdAt: clock.now() })
  }
  const sealed = known ?? (await selectLastingSecret(db, name))
  if (sealed === undefined) throw new Error(`The secret ${name} could not be kept.`)
  const secret = sealer.open(sealed, context)
  if (!sealer.isCurrent(sealed)) {
    await replaceSeal(db, name, { from: sealed, to: sealer.seal(secret, context) })
  }
  return secret
}
