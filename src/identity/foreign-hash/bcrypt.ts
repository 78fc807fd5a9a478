import { createHash, createHmac } from 'node:crypto'
import { foreignHash } from './foreign-hash.ts'

const mostCost = 16
// `$2x$` marks hashes of an old PHP that spoilt letters outside of ASCII: those match for ASCII only.
const form = /^(?:\$wp|bcrypt\$|bcrypt_sha256\$)?\$2[abxy]\$/
const whole =
  /^(?<wrapper>\$wp|bcrypt\$|bcrypt_sha256\$)?(?<core>\$2[abxy]\$(?<cost>\d\d)\$[./A-Za-z0-9]{53})$/

/** What a system computes of the password before bcrypt, because bcrypt ends after 72 bytes. */
const wrappers: Readonly<Record<string, (password: string) => string>> = {
  bcrypt$: (password) => password, // Django
  bcrypt_sha256$: (password) => createHash('sha256').update(password).digest('hex'), // Django
  $wp: (password) => createHmac('sha384', 'wp-sha384').update(password).digest('base64'), // WordPress 6.8
}

export const bcrypt = foreignHash({
  name: 'bcrypt',
  form,
  read(stored) {
    const { wrapper, core, cost } = whole.exec(stored)?.groups ?? {}
    if (core === undefined || Number(cost) < 4) return undefined
    if (Number(cost) > mostCost) return 'too costly'
    const before = wrapper === undefined ? undefined : wrappers[wrapper]
    return { core, prepare: before ?? ((password: string) => password) }
  },
  // Loaded only where such a hash is met.
  matches: async (password, { core, prepare }) =>
    (await import('@node-rs/bcrypt')).verify(prepare(password), core),
})
