/**
 * Storage of oidc-provider in PostgreSQL: everything is written with the durability that PostgreSQL has by
 * default, each statement is prepared once for each connection, and each call is one statement.
 */
import { errors } from 'oidc-provider'
import type { QueryResultRow } from 'pg'
import { Pool } from 'pg'
import { poolSize } from '../facts.ts'
import type { Adapter, Payload } from './adapter.ts'

const tables = `
  CREATE TABLE IF NOT EXISTS oidc (
    model text NOT NULL,
    id text NOT NULL,
    payload jsonb NOT NULL,
    uid text,
    user_code text,
    grant_id text,
    expires_at timestamptz,
    consumed_at timestamptz,
    PRIMARY KEY (model, id)
  ) WITH (fillfactor = 90);
  CREATE INDEX IF NOT EXISTS oidc_uid ON oidc (uid) WHERE uid IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS oidc_user_code ON oidc (user_code) WHERE user_code IS NOT NULL;
  CREATE INDEX IF NOT EXISTS oidc_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS oidc_expires_at ON oidc (expires_at) WHERE expires_at IS NOT NULL;`

const columns = 'payload, extract(epoch FROM consumed_at)::int AS consumed'
const alive = '(expires_at IS NULL OR expires_at > now())'

const statements = {
  upsert: `
    INSERT INTO oidc (model, id, payload, uid, user_code, grant_id, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    ON CONFLICT (model, id) DO UPDATE SET
      payload = excluded.payload, uid = excluded.uid, user_code = excluded.user_code,
      grant_id = excluded.grant_id, expires_at = excluded.expires_at`,
  find: `SELECT ${columns} FROM oidc WHERE model = $1 AND id = $2 AND ${alive}`,
  findByUid: `SELECT ${columns} FROM oidc WHERE uid = $1 AND model = $2 AND ${alive}`,
  findByUserCode: `SELECT ${columns} FROM oidc WHERE user_code = $1 AND model = $2 AND ${alive}`,
  consume: `
    UPDATE oidc SET consumed_at = now()
    WHERE model = $1 AND id = $2 AND consumed_at IS NULL
    RETURNING id`,
  destroy: 'DELETE FROM oidc WHERE model = $1 AND id = $2',
  revokeByGrantId: 'DELETE FROM oidc WHERE grant_id = $1',
  sweep: 'DELETE FROM oidc WHERE expires_at < now()',
}

const sweepEveryMs = 60_000

/** What `new Provider()` makes one of for each kind of thing that it keeps. */
export async function postgresAdapter(url: string): Promise<new (model: string) => Adapter> {
  const pool = new Pool({ connectionString: url, max: poolSize })
  await pool.query(tables)
  const run = async (name: keyof typeof statements, values: readonly unknown[]) =>
    (await pool.query<Row>({ name, text: statements[name], values: [...values] })).rows[0]
  setInterval(() => void run('sweep', []), sweepEveryMs).unref()

  return class PostgresAdapter implements Adapter {
    readonly model: string

    constructor(model: string) {
      this.model = model
    }

    async upsert(id: string, payload: Payload, expiresIn?: number): Promise<void> {
      const { uid, userCode, grantId } = payload
      const text = JSON.stringify(payload)
      await run('upsert', [this.model, id, text, uid, userCode, grantId, expiresIn])
    }

    async find(id: string): Promise<Payload | undefined> {
      return payloadOf(await run('find', [this.model, id]))
    }

    async findByUid(uid: string): Promise<Payload | undefined> {
      return payloadOf(await run('findByUid', [uid, this.model]))
    }

    async findByUserCode(userCode: string): Promise<Payload | undefined> {
      return payloadOf(await run('findByUserCode', [userCode, this.model]))
    }

    async consume(id: string): Promise<void> {
      // Of several at once, one wins.
      const row = await run('consume', [this.model, id])
      if (row === undefined) throw new errors.InvalidGrant('already used')
    }

    async destroy(id: string): Promise<void> {
      await run('destroy', [this.model, id])
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      await run('revokeByGrantId', [grantId])
    }
  }
}

type Row = QueryResultRow & { readonly payload: Payload; readonly consumed: number | null }

function payloadOf(row: Row | undefined): Payload | undefined {
  if (row === undefined || row.consumed === null) return row?.payload
  return { ...row.payload, consumed: row.consumed }
}
