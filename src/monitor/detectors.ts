import type { Detector } from './detector.ts'
import { credentialStuffing } from './detectors/credential-stuffing.ts'
import { emergencyAccess } from './detectors/emergency-access.ts'
import { accountFailures, factorFailures } from './detectors/failures.ts'
import { impossibleTravel } from './detectors/impossible-travel.ts'
import { massRemoval } from './detectors/mass-removal.ts'
import { auditChain, signingKey } from './detectors/own-ground.ts'
import { policyWeakened } from './detectors/policy-weakened.ts'
import { impersonation, memberAdded, privilegeGiven, roleWidened } from './detectors/privileges.ts'
import { codeReplay, refreshTokenReuse } from './detectors/replayed-tokens.ts'

/** Everything that is looked for. Adding something is a file, a line here and a kind. */
export const detectors: readonly Detector[] = [
  credentialStuffing,
  accountFailures,
  factorFailures,
  refreshTokenReuse,
  codeReplay,
  impossibleTravel,
  privilegeGiven,
  memberAdded,
  roleWidened,
  policyWeakened,
  impersonation,
  emergencyAccess,
  massRemoval,
  auditChain,
  signingKey,
]
