/** Bare Argon2id with Cardea's parameters, as many at once as there are cores: `node argon2.ts <milliseconds>`. */
import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { printRate } from './clock.ts'

const password = 'correct horse battery staple'
const stored = await hash(password, {
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
})
await printRate(Number(process.argv[2]), availableParallelism(), async () => {
  if (!(await verify(stored, password))) throw new Error('the password does not match')
})
