/** What oidc-provider asks of its storage, as far as the bench touches it. */
export type Adapter = {
  readonly upsert: (id: string, payload: Payload, expiresIn?: number) => Promise<void>
  readonly find: (id: string) => Promise<Payload | undefined>
  readonly findByUid: (uid: string) => Promise<Payload | undefined>
  readonly findByUserCode: (userCode: string) => Promise<Payload | undefined>
  readonly consume: (id: string) => Promise<void>
  readonly destroy: (id: string) => Promise<void>
  readonly revokeByGrantId: (grantId: string) => Promise<void>
}

export type Payload = {
  readonly grantId?: string
  readonly uid?: string
  readonly userCode?: string
  consumed?: number
}
