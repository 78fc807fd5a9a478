/** Every letter there is, with what its template needs. Times are ISO 8601 texts. */
export type Letters = {
  /** Proof of an address before there is an account. */
  readonly 'confirm-registration': {
    readonly username: string
    readonly link: string
    readonly code: string
  }
  /** Instead of the above when the address already has an account. */
  readonly 'account-exists': { readonly loginUrl: string; readonly forgotUrl: string }
  readonly welcome: { readonly username: string; readonly accountUrl: string }
  readonly invitation: { readonly link: string; readonly invitedBy: string; readonly until: string }
  /** To a new address of an existing account. */
  readonly 'confirm-email': {
    readonly username: string
    readonly link: string
    readonly code: string
  }
  /** To the old address when another was asked for. */
  readonly 'email-change-requested': Happening & { readonly newEmail: string }
  /** To both addresses. */
  readonly 'email-changed': Happening & { readonly newEmail: string }
  readonly 'username-changed': Happening & { readonly newUsername: string }
  readonly 'reset-password': Happening & { readonly link: string; readonly minutes: string }
  readonly 'password-changed': Happening & { readonly forgotUrl: string }
  readonly 'new-device': Happening & { readonly sessionsUrl: string; readonly forgotUrl: string }
  /** Many wrong passwords: signing in is slowed down for strangers. */
  readonly 'sign-in-attempts': Happening & { readonly count: string; readonly forgotUrl: string }
  /** `factor` is the kind of factor, `name` what its owner calls it. */
  readonly 'factor-added': Happening & FactorNews
  readonly 'factor-removed': Happening & FactorNews
  /** Its counter went back: somebody may have a copy of it. */
  readonly 'passkey-suspended': Happening & FactorNews
  readonly 'backup-code-used': Happening & { readonly left: string; readonly securityUrl: string }
  readonly 'backup-codes-renewed': Happening & { readonly securityUrl: string }
  readonly 'backup-codes-expiring': {
    readonly username: string
    readonly until: string
    readonly securityUrl: string
  }
  /** A code in place of an authenticator app. */
  readonly 'sign-in-code': Happening & { readonly code: string; readonly minutes: string }
  /** Wrong codes after a right password: somebody knows the password. */
  readonly 'factor-attempts': Happening & {
    readonly factor: string
    readonly count: string
    readonly forgotUrl: string
  }
  /** Started by an administrator for a person who has lost every factor. */
  readonly 'recover-factors': Happening & { readonly link: string; readonly minutes: string }
  readonly 'factors-reset': Happening & { readonly loginUrl: string }
  readonly 'factor-required': { readonly username: string; readonly loginUrl: string }
  /** `step` is requested, approved, cancelled or used. */
  readonly 'emergency-access': Happening & {
    readonly step: string
    readonly reason: string
    readonly until: string
  }
  readonly 'api-key-created': Happening & {
    readonly name: string
    readonly scopes: string
    readonly until: string
    readonly keysUrl: string
  }
  readonly 'api-key-expiring': {
    readonly username: string
    readonly name: string
    readonly until: string
    readonly keysUrl: string
  }
  /** An application asks by the back channel (CIBA); `message` may be ''. */
  readonly 'backchannel-request': {
    readonly username: string
    readonly application: string
    readonly message: string
    readonly until: string
    readonly link: string
  }
  /** To administrators. `kind` and `severity` are those of the event, `at` when it was first seen. */
  readonly 'security-event': {
    readonly username: string
    readonly kind: string
    readonly severity: string
    readonly subject: string
    readonly actor: string
    readonly ip: string
    readonly event: string
    readonly at: string
    readonly issuer: string
  }
  /** An administrator sees the account as its person does. */
  readonly impersonated: Happening & {
    readonly admin: string
    readonly reason: string
    readonly until: string
    readonly sessionsUrl: string
  }
  readonly 'account-deactivated': Happening & { readonly link: string }
  readonly 'deletion-scheduled': Happening & { readonly link: string; readonly until: string }
  readonly 'account-deleted': { readonly username: string; readonly at: string }
}

/** Who, when and from where; an unknown place or device is ''. */
export type Happening = {
  readonly username: string
  readonly at: string
  /** The browser and system in words, such as "Firefox on Linux". */
  readonly device: string
  readonly ip: string
}

type FactorNews = {
  readonly factor: string
  readonly name: string
  readonly securityUrl: string
}

export type Template = keyof Letters

export type Letter<T extends Template = Template> = {
  readonly to: string
  /** A BCP 47 tag; the nearest of our languages is used. */
  readonly locale: string
  readonly template: T
  readonly values: Letters[T]
}
