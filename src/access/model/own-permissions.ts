/** The permissions of Cardea's own API, by resource. The migrations put the same ones into the table. */
export const ownPermissions = {
  'cardea.user': [
    'create',
    'read',
    'update',
    'deactivate',
    'delete',
    'recover',
    'impersonate',
    'invite',
  ],
  'cardea.session': ['read', 'end'],
  'cardea.factor': ['read', 'manage'],
  'cardea.mfa_policy': ['read', 'update'],
  'cardea.emergency': ['read', 'manage'],
  'cardea.role': ['read', 'manage'],
  'cardea.permission': ['read', 'manage'],
  'cardea.group': ['read', 'manage'],
  'cardea.assignment': ['read', 'manage'],
  'cardea.client': ['create', 'read', 'update', 'delete', 'rotate_secret'],
  'cardea.registration_token': ['create', 'read', 'revoke'],
  'cardea.resource': ['create', 'read', 'update', 'delete'],
  'cardea.trusted_issuer': ['read', 'manage'],
  'cardea.key': ['read', 'rotate'],
  'cardea.consent': ['read', 'revoke'],
  'cardea.token': ['read', 'revoke'],
  'cardea.settings': ['read'],
  'cardea.audit': ['read', 'export'],
  'cardea.security': ['read', 'manage'],
  'cardea.dashboard': ['read'],
  'cardea.job': ['read', 'manage'],
  'cardea.bulk': ['read', 'run'],
  'cardea.api_key': ['read', 'revoke'],
  'cardea.decision': ['evaluate', 'search'],
} as const

type Actions = typeof ownPermissions

/** A permission of Cardea's own API, such as `cardea.user:read`. */
export type OwnPermission = {
  [Resource in keyof Actions]: `${Resource}:${Actions[Resource][number]}`
}[keyof Actions]
