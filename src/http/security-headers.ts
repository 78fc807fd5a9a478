/** Headers of every answer, whatever the surface (ASVS 3.4). */
export function commonHeaders(secure: boolean): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    'referrer-policy': 'same-origin',
    'permissions-policy':
      'accelerometer=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(secure && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }),
  }
}

/** For answers that are not documents: nothing may be loaded, framed or embedded. */
export const dataHeaders: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
}

/** RFC 6749 section 5.1: answers with credentials are never stored. */
export const noStore: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

/** A host may have characters that mean something in a policy; none with such is let in. */
const source = /^https?:\/\/[\w.:[\]-]+$/

/**
 * The policy of a page. `formTarget` is the scheme of the place a form finally leads to: browsers apply
 * form-action to every redirect that follows a post, also to those of the client's own callback, so only
 * the scheme can be pinned without breaking clients. `frames` and `images` are the
 * origins of what is shown inside.
 */
export function pageHeaders(
  formTarget?: string,
  script = false,
  frames: readonly string[] = [],
  images: readonly string[] = [],
): Readonly<Record<string, string>> {
  const sources = (origins: readonly string[]) => origins.filter((origin) => source.test(origin))
  const target = formTarget === undefined ? '' : ` ${formTarget}`
  return {
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      ...(script ? ["script-src 'self'", "worker-src 'self'"] : []),
      ...(frames.length > 0 ? [`frame-src ${sources(frames).join(' ')}`] : []),
      ["img-src 'self' data:", ...sources(images)].join(' '),
      "base-uri 'none'",
      `form-action 'self'${target}`,
      "frame-ancestors 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    // A client may open the flow in a popup (`display=popup`); cutting it off from its opener would leave
    // the client without an answer.
    ...(formTarget === undefined && { 'cross-origin-opener-policy': 'same-origin' }),
    'cross-origin-resource-policy': 'same-origin',
  }
}

/** The one page that other sites may show in a frame: it has a script of ours and nothing to click. */
export const framedHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *",
  'cross-origin-resource-policy': 'cross-origin',
  'cache-control': 'public, max-age=3600',
}
