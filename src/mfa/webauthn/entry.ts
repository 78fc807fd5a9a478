import type { FactorEntry } from '../factor.ts'
import type { StoredPasskey } from './store.ts'

/** What its owner sees of a passkey. */
export function entryOf(passkey: Omit<StoredPasskey, 'publicKey' | 'signCount'>): FactorEntry {
  const { id, name, createdAt, lastUsedAt, suspendedAt } = passkey
  const { backupEligible, backedUp, aaguid, attestation, transports } = passkey
  const suspended = suspendedAt !== null
  return {
    kind: 'passkey',
    id,
    name,
    createdAt,
    lastUsedAt,
    passkey: { backupEligible, backedUp, aaguid, attestation, transports, suspended },
  }
}

/** Who makes the authenticator, by AAGUID: the ones that most people have. Others are a "Passkey". */
const makers: ReadonlyMap<string, string> = new Map([
  ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd', 'iCloud Keychain'],
  ['dd4ec289-e01d-41c9-bb89-70fa845d4bf2', 'iCloud Keychain'],
  ['ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4', 'Google Password Manager'],
  ['08987058-cadc-4b81-b6e1-30de50dcbe96', 'Windows Hello'],
  ['9ddd1817-af5a-4672-a2b9-3e3dd95000a9', 'Windows Hello'],
  ['6028b017-b1d4-4c02-b4b3-afcdafc96bb2', 'Windows Hello'],
  ['d3452668-01fd-4c12-926c-83a4204853aa', 'Microsoft Password Manager'],
  ['53414d53-554e-4700-0000-000000000000', 'Samsung Pass'],
  ['bada5566-a7aa-401f-bd96-45619a55120d', '1Password'],
  ['d548826e-79b4-db40-a3d8-11116f7e8349', 'Bitwarden'],
  ['531126d6-e717-415c-9320-3d9aa6981239', 'Dashlane'],
  ['50726f74-6f6e-5061-7373-50726f746f6e', 'Proton Pass'],
])

/** How an authenticator that is no part of the device is reached, in the same letters in every language. */
const plugs: ReadonlyMap<string, string> = new Map([
  ['usb', 'USB'],
  ['nfc', 'NFC'],
  ['ble', 'Bluetooth'],
])

type Facts = { readonly aaguid: string; readonly transports: readonly string[] }

/** A name made of what is known, for who gives none. */
export function defaultName({ aaguid, transports }: Facts): string {
  const maker = makers.get(aaguid)
  if (maker !== undefined) return maker
  if (transports.includes('internal') || transports.includes('hybrid')) return 'Passkey'
  const plug = transports.flatMap((transport) => plugs.get(transport) ?? []).at(0)
  return plug === undefined ? 'Passkey' : `Passkey (${plug})`
}
