/** A misuse of an operation, found when the graph is built: wrong shapes, dtypes or attributes. */
export class OpError extends Error {
  override readonly name = 'OpError'
  /** The operation that refused its arguments, e.g. `matmul`. */
  readonly op: string

  constructor(op: string, problem: string) {
    super(`${op}: ${problem}`)
    this.op = op
  }
}
