/** Plain or salted MD5 and SHA, crypt(3) with them, and LDAP's names for the same. */
const forms = [
  /^[0-9a-f]{32}$|^[0-9a-f]{40}$|^[0-9a-f]{56}$|^[0-9a-f]{64}$|^[0-9a-f]{96}$|^[0-9a-f]{128}$/i,
  /^[0-9a-f]{32,128}[:$][^$]{0,64}$/i,
  /^\{(S?MD5|S?SHA(224|256|384|512)?)\}/i,
  /^\$[156]\$/,
  /^(md5|sha1|sha256|sha512|unsalted_md5|unsalted_sha1)\$/i,
]

/** Hashes that are guessed by the thousand million a second: whoever has the table has the passwords. */
export function isFastHash(stored: string): boolean {
  return forms.some((form) => form.test(stored))
}
