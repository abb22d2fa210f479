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

/**
 * A failure while values were computed: an index out of range, a full memory, a backend without a kernel. The message
 * ends in the operation and, after `trackCallSites(true)`, in the line that made it; `cause` is what was thrown.
 */
export class RunError extends Error {
  override readonly name = 'RunError'
  /** The operation that failed, e.g. `gather`. */
  readonly op: string
  /** The line that made it, where call sites are tracked. */
  readonly site: string | null

  constructor(op: string, site: string | null, message: string, cause: unknown) {
    super(message, { cause })
    this.op = op
    this.site = site
  }
}
