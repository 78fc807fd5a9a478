/** Bare Argon2id with Cardea's parameters: `node bench/argon2.ts <at once> <milliseconds>`; prints a rate. */
import { performance } from 'node:perf_hooks'
import { hash, verify } from '@node-rs/argon2'

const [concurrency = 1, millis = 1000] = process.argv.slice(2).map(Number)
const password = 'correct horse battery staple'
const stored = await hash(password, {
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
})

let done = 0
const began = performance.now()
const line = async () => {
  while (performance.now() - began < millis) {
    if (!(await verify(stored, password))) throw new Error('the password does not match')
    done += 1
  }
}
await Promise.all(Array.from({ length: concurrency }, line))
console.log(JSON.stringify({ perSecond: (done * 1000) / (performance.now() - began) }))
