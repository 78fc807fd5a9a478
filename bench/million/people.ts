import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { hash } from '@node-rs/argon2'

const first =
  'ada grace alan edsger barbara donald katherine linus margaret tim radia vint frances john annette hedy'.split(
    ' ',
  )
const last =
  'lovelace hopper turing dijkstra liskov knuth johnson torvalds hamilton lee perlman cerf allen backus wagner lamarr müller zuse noether curie meitner franklin hypatia'.split(
    ' ',
  )
const domains = ['example.com', 'example.org', 'mail.example.net', 'firma.example']
/** The import computes no hashes, so a few that differ do for all. */
const differentHashes = 16
const firstDay = Date.UTC(2015, 0, 1)

const at = <T>(values: readonly T[], n: number): T => values[n % values.length] as T
const capital = (word: string) => word[0]?.toUpperCase() + word.slice(1)

/** The person of this number: the same in every run. */
export function person(n: number): { readonly username: string; readonly password: string } {
  const username = `${at(first, n * 7919)}.${at(last, n * 104_729)}${n}`
  return { username, password: `password of ${n % differentHashes}` }
}

/** Writes people for `cardea import users`, as one system would hand them to another. */
export async function writePeople(file: string, count: number): Promise<void> {
  // Argon2id, as Cardea hashes by default.
  const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
  const hashes = await Promise.all(
    Array.from({ length: differentHashes }, (_, n) => hash(person(n).password, cost)),
  )
  const stream = createWriteStream(file)
  for (let n = 0; n < count; n += 1) {
    if (!stream.write(line(n, at(hashes, n)))) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
}

function line(n: number, passwordHash: string): string {
  const { username } = person(n)
  const [given = '', family = ''] = username.replace(/\d+$/, '').split('.')
  const claims = {
    username,
    email: `${username}@${at(domains, n)}`,
    email_verified: n % 10 !== 0,
    password_hash: passwordHash,
    created_at: new Date(firstDay + n * 180_000).toISOString(),
    name: `${capital(given)} ${capital(family)}`,
    given_name: capital(given),
    family_name: capital(family),
    locale: 'en',
  }
  return `${JSON.stringify(claims)}\n`
}
