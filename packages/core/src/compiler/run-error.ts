import type { Backend } from '../backend/backend.ts'
import { StepError } from '../backend/step-error.ts'
import { RunError } from '../graph/errors.ts'
import { formatSpec } from '../graph/shape.ts'
import type { Node } from '../graph/tensor.ts'
import { userLine } from './call-site.ts'

/** What the user is told of a failure: which operation it was, on what, and where it was made. */
export function explained(
  error: unknown,
  backend: Backend,
  nodeOf: (step: number) => Node | undefined,
): unknown {
  const node = error instanceof StepError ? nodeOf(error.step) : undefined
  if (!(error instanceof StepError) || node === undefined) return error
  const { name } = node.primitive
  const { cause } = error
  const problem = cause instanceof Error ? cause.message : String(cause)
  const call = `${name}(${node.inputs.map(formatSpec).join(', ')}) → ${formatSpec(node)}`
  const site = node.site === null ? null : userLine(node.site)
  const where =
    site === null ? 'for the line that made it call trackCallSites(true) first' : `made at ${site}`
  return new RunError(name, site, `${problem}\n  in ${call} on backend "${backend.name}", ${where}`, cause)
}
