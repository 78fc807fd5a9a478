/** One way in which another system stored passwords. */
export type ForeignHash = {
  readonly name: string
  /** By its form alone; a recognised text may still be damaged or too costly. */
  readonly recognises: (stored: string) => boolean
  /** Constant words about why it cannot be used; undefined when it can. */
  readonly problem: (stored: string) => string | undefined
  /** Of a text without a problem. */
  readonly verify: (password: string, stored: string) => Promise<boolean>
}

/** What a scheme makes of a text; `undefined` is a text that only looks like one of its own. */
type Reading<Parts> = Parts | 'too costly' | undefined

/** A scheme out of a reader, which knows the limits, and a computation. */
export function foreignHash<Parts extends object>(scheme: {
  readonly name: string
  readonly form: RegExp
  readonly read: (stored: string) => Reading<Parts>
  readonly matches: (password: string, parts: Parts) => Promise<boolean>
}): ForeignHash {
  const { name, form, read, matches } = scheme
  return {
    name,
    recognises: (stored) => form.test(stored),
    problem(stored) {
      const parts = read(stored)
      if (parts === undefined) return `This ${name} hash is damaged.`
      return parts === 'too costly' ? `This ${name} hash is too costly to compute.` : undefined
    },
    async verify(password, stored) {
      const parts = read(stored)
      return typeof parts === 'object' && (await matches(password, parts))
    },
  }
}

const base64Text = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Base64 in either alphabet, padded or not; passlib writes `.` for `+`. Undefined for anything else. */
export function fromBase64(text: string): Buffer | undefined {
  const plain = text.replaceAll('.', '+')
  return base64Text.test(plain) ? Buffer.from(plain, 'base64') : undefined
}

/** Shorter results would match by chance. */
export const leastHashBytes = 16
export const mostHashBytes = 512
