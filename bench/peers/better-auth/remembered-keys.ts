import type { JwtOptions } from 'better-auth/plugins'

type Adapter = NonNullable<JwtOptions['adapter']>
type Keys = NonNullable<Awaited<ReturnType<NonNullable<Adapter['getJwks']>>>>

const rememberedForMs = 60_000

/** Its signing keys, from memory: otherwise it reads them all from the database for each signature. */
export function rememberedKeys(): Adapter {
  let memory: { readonly keys: Keys; readonly until: number } | undefined
  return {
    async getJwks({ context }) {
      if (memory !== undefined && memory.until > Date.now()) return [...memory.keys]
      const keys: Keys = await context.adapter.findMany({ model: 'jwks' })
      memory = { keys, until: Date.now() + rememberedForMs }
      return [...keys]
    },
    async createJwk(data, { context }) {
      memory = undefined
      return await context.adapter.create({ model: 'jwks', data })
    },
  }
}
