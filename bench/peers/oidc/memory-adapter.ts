/**
 * In-memory storage for oidc-provider: plain maps without limits. The one it brings along keeps 1000 entries and
 * walks through all tokens of a grant at each write, which would make it slower than it has to be.
 */
import type { Adapter, Payload } from './adapter.ts'

const entries = new Map<string, Payload>()
const sessions = new Map<string, string>()
const grants = new Map<string, string[]>()

export class MemoryAdapter implements Adapter {
  readonly model: string

  constructor(model: string) {
    this.model = model
  }

  async upsert(id: string, payload: Payload): Promise<void> {
    const key = `${this.model}:${id}`
    if (payload.uid !== undefined) sessions.set(payload.uid, key)
    if (payload.grantId !== undefined) remember(payload.grantId, key)
    entries.set(key, payload)
  }

  async find(id: string): Promise<Payload | undefined> {
    return entries.get(`${this.model}:${id}`)
  }

  async findByUid(uid: string): Promise<Payload | undefined> {
    return entries.get(sessions.get(uid) ?? '')
  }

  async findByUserCode(): Promise<undefined> {
    return undefined
  }

  async consume(id: string): Promise<void> {
    const entry = entries.get(`${this.model}:${id}`)
    if (entry) entry.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id: string): Promise<void> {
    entries.delete(`${this.model}:${id}`)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of grants.get(grantId) ?? []) entries.delete(key)
    grants.delete(grantId)
  }
}

function remember(grantId: string, key: string): void {
  const keys = grants.get(grantId)
  if (keys) keys.push(key)
  else grants.set(grantId, [key])
}
