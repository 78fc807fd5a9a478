/** Thrown by a handler to which trying again is of no use: the job is a dead letter at once. */
export class GiveUp extends Error {
  constructor(words: string, options?: ErrorOptions) {
    super(words, options)
    this.name = 'GiveUp'
  }
}
