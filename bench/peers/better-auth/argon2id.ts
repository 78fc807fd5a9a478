import { hash, verify } from '@node-rs/argon2'

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 }

/** Passwords as Cardea hashes them, in place of its scrypt, which takes longer. */
export const argon2id = {
  hash: (password: string): Promise<string> => hash(password, cost),
  verify: (data: { readonly hash: string; readonly password: string }): Promise<boolean> =>
    verify(data.hash, data.password),
}
