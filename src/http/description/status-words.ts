const words: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Accepted: something else must happen first, or happens later',
  204: 'Done; there is nothing to say',
  302: 'Go on there',
  303: 'Go on there',
  400: 'The request is not understood, or a value is not allowed',
  401: 'Nobody is known to call, or what proves it is not valid',
  403: 'Not allowed',
  404: 'There is no such thing',
  409: 'It does not fit with what is there',
  503: 'For the moment; try again after the time of Retry-After',
}

/** What an answer means where its route does not say it. */
export function httpStatusWords(status: string): string {
  return words[status] ?? 'See the body'
}
