import { formatSpec } from '../graph/shape.ts'
import {
  type ExplainedGradient,
  type ExplainedPart,
  type ExplainedStep,
  type ExplainedValue,
  explainSteps,
} from './explain-steps.ts'

/** Name, dtype and shape, and what there is to say. */
type Row = readonly [name: string, spec: string, rest: string]

/** Rows as lines, names and shapes as wide as the widest. */
function columns(rows: readonly Row[], indent: string): string[] {
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const specWidth = Math.max(...rows.map(([, spec]) => spec.length))
  return rows.map(([name, spec, rest]) => {
    return `${indent}${name.padEnd(nameWidth)}  ${spec.padEnd(specWidth)} ${rest}`
  })
}

function forwardRow({ name, formula, role, ...spec }: ExplainedValue): Row {
  if (formula === null) return [name, formatSpec(spec), ` ${role}`]
  return [name, formatSpec(spec), role === 'computed' ? ` = ${formula}` : ` ${role}: ${formula}`]
}

function partRow({ name, formula, ...spec }: ExplainedPart): Row {
  return [name, formatSpec(spec), ` = ${formula}`]
}

function gradientRow({ toward, formula, adds, ...spec }: ExplainedGradient): Row[] {
  return formula === null ? [] : [[`∂${toward}`, formatSpec(spec), `${adds ? '+=' : ' ='} ${formula}`]]
}

function stepLines(step: ExplainedStep): string[] {
  const withheld = step.gradients.flatMap(({ toward, reason }) =>
    reason === null ? [] : `${toward} (${reason})`,
  )
  return [
    `  ${step.name} = ${step.formula}`,
    ...columns([...step.parts.map(partRow), ...step.gradients.flatMap(gradientRow)], '    '),
    ...(withheld.length === 0 ? [] : [`    nothing for ${withheld.join(', ')}`]),
  ]
}

/**
 * How a function computes its result and how its gradient comes about, as a text to read: each value on the way
 * forward; then, from the result back, each primitive with what its rule sends to its inputs. The formulas are the
 * graph that the rules really built: `∂v` is the gradient of the result with respect to `v`, `+=` a second use of the
 * same value whose gradient adds up. Gradients are taken toward every floating-point tensor among the arguments, which
 * may be trees; a tree's paths are the names. Runs nothing.
 *
 * To see second derivatives, explain a gradient: `explain(grad(f), x)`.
 *
 * @throws OpError when `f` returns no floating-point tensor.
 *
 * @example
 * console.log(explain(({ x, w }) => x.matmul(w).tanh().sum(), { x, w }))
 */
export function explain<Args extends readonly unknown[]>(
  f: (...args: Args) => unknown,
  ...args: Args
): string {
  const { values, results, steps, unreached } = explainSteps(f, ...args)
  const [result] = results
  const isScalar = results.length === 1 && values.find(({ name }) => name === result)?.shape.length === 0
  const start = results.map((name) => (isScalar ? `∂${name} = 1` : `∂${name}, which is given`)).join(' and ')
  return [
    'forward',
    ...columns(values.map(forwardRow), '  '),
    '',
    `backward, from ${start}`,
    ...steps.flatMap(stepLines),
    ...unreached.map(({ name, reason }) => `  no gradient for ${name}: ${reason}`),
  ].join('\n')
}
