import { spotting } from '../detector.ts'
import { finding } from '../event.ts'

/** The limits of sign-in notice a network that tries many accounts, and write it down once. */
export const credentialStuffing = spotting(
  'credential_stuffing',
  ['security.credential_stuffing'],
  (record) =>
    finding(record, 'credential_stuffing', {
      subject: record.ipAddress === null ? 'network' : `address:${record.ipAddress}`,
      actor: 'anonymous',
    }),
)
