import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'

export type LandingLink = { readonly label: string; readonly href: string; readonly words: string }

export type LandingPageProps = {
  readonly user: {
    readonly name: string
    readonly username: string
    readonly email?: string | undefined
  }
  readonly session: {
    /** The time of signing in, already in words. */
    readonly since: string
    readonly ip?: string | undefined
    readonly userAgent?: string | undefined
  }
  readonly isAdministrator: boolean
  readonly logoutUrl: string
  readonly issuer: string
  readonly links: readonly LandingLink[]
}

/** The page at the root for someone who is signed in: who they are, since when, and where to go. */
export function landingPage(props: LandingPageProps): Page {
  const { user, session } = props
  return {
    title: 'Your account',
    wide: true,
    body: html`
<div class="greeting">
<div><p class="eyebrow">Signed in</p><h1>Hello, <bdi>${user.name}</bdi></h1></div>
<a class="button secondary" href="${props.logoutUrl}">Sign out</a>
</div>
<div class="rooms">
<section class="room" aria-labelledby="account"><h2 id="account">Your account</h2>
<dl class="facts">!${fact('Name', user.name)}!${fact('Username', user.username)}!${fact('Email', user.email)}</dl></section>
<section class="room" aria-labelledby="session"><h2 id="session">This session</h2>
<dl class="facts">!${fact('Since', session.since)}!${fact('Address', session.ip)}!${fact('Browser', session.userAgent)}</dl></section>
</div>
!${doors(props.links)}
!${props.isAdministrator ? nextSteps(props.issuer) : ''}`,
  }
}

function fact(name: string, value: string | undefined): string {
  return value === undefined || value === ''
    ? ''
    : html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`
}

function doors(links: readonly LandingLink[]): string {
  if (links.length === 0) return ''
  const items = links.map(
    ({ label, href, words }) =>
      html`<li><a href="${href}"><bdi>${label}</bdi></a><p class="quiet">${words}</p></li>`,
  )
  return `<nav aria-label="Where to go"><ul class="doors">${items.join('')}</ul></nav>`
}

function nextSteps(issuer: string): string {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return html`<section class="room steps" aria-labelledby="next"><h2 id="next">Next steps</h2>
<p class="sub">You are an administrator. Three steps bring your first application through the door.</p>
<ol>
<li><h3>Register a client</h3><p>Run this on the server. It prints the client id and, once only, the secret.</p>
<pre><code>npx cardea client create \
  --name "My application" \
  --redirect-uri https://app.example.com/callback</code></pre></li>
<li><h3>Point your application here</h3><p>Most libraries need the issuer only and read the rest from the <a href="${discovery}">discovery document</a>.</p>
<pre><code>${issuer}</code></pre></li>
<li><h3>Let people in</h3><p>Add an account for each colleague. It asks for a first password.</p>
<pre><code>npx cardea user create \
  --username ada \
  --email ada@example.com</code></pre></li>
</ol></section>`
}

export type WelcomePageProps = { readonly issuer: string; readonly loginUrl: string }

/** The page at the root for everyone else. */
export function welcomePage({ issuer, loginUrl }: WelcomePageProps): Page {
  return {
    title: 'Welcome',
    body: html`
<h1>Welcome</h1>
<p class="sub">One account for all your applications. Your password stays on this server.</p>
<a class="button primary" href="${loginUrl}">Sign in</a>
<p class="note">You are at <bdi>${issuer}</bdi>. Check this address whenever you are asked for your password.</p>`,
  }
}
