// The estimate, in a thread of its own so that typing stays smooth. The library stands above this text in
// the same file. The numbers are those of the server's own estimate.
const weaknesses = {
  topTen: 'common',
  topHundred: 'common',
  common: 'common',
  similarToCommon: 'common',
  wordByItself: 'word',
  namesByThemselves: 'name',
  commonNames: 'name',
  userInputs: 'personal',
  straightRow: 'keyboard',
  keyPattern: 'keyboard',
  simpleRepeat: 'repeat',
  extendedRepeat: 'repeat',
  sequences: 'sequence',
  recentYears: 'date',
  dates: 'date',
}
const analysed = 64
const library = self.zxcvbnts
const common = library['language-common']
const estimator = new library.core.ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...library['language-en'].dictionary },
  graphs: common.adjacencyGraphs,
  l33tMaxSubstitutions: 2,
  maxLength: analysed,
})

self.addEventListener('message', ({ data: { id, password, words } }) => {
  const { score, feedback } = estimator.check(password.slice(0, analysed), words)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- nor has who started it
  self.postMessage({ id, score, weakness: weaknesses[feedback.warning] ?? 'short' })
})
