/** What both sides of the process boundary must know of the peers. */
const secretOf = (name: string) => ({ id: name, secret: `${name}-secret-of-the-bench` })

export const peerClients = {
  machine: secretOf('machine'),
  opaqueMachine: secretOf('opaque-machine'),
  app: secretOf('app'),
  device: secretOf('device'),
  /** Gets the tokens that userinfo takes, where others do not. */
  profile: secretOf('profile'),
}

/** Both peers choose the kind of an access token and its signature by the resource it is for. */
export const resources = {
  es256: 'https://api.example.com/es256',
  rs256: 'https://api.example.com/rs256',
  opaque: 'https://api.example.com/opaque',
}

export const peerAccount = {
  name: 'Owner',
  email: 'owner@example.com',
  password: 'correct horse battery staple',
}

/** Connections to PostgreSQL: as many as Cardea takes by default. */
export const poolSize = 10
