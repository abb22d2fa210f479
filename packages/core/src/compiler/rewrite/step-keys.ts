import type { Primitive } from '../../graph/tensor.ts'
import { mul } from '../../ops/arithmetic.ts'
import { eq, logicalAnd, logicalOr } from '../../ops/compare.ts'
import { add } from '../../ops/elementwise.ts'
import { maximum, minimum } from '../../ops/maximum.ts'
import type { Application } from './rule.ts'

/** Operations that give the same bits with their operands swapped. */
const commuting = new Set([add, mul, maximum, minimum, eq, logicalAnd, logicalOr].map((op) => op.primitive))

/** Texts that are equal for steps of one plan exactly when they compute the same. */
export class StepKeys {
  private readonly numbers = new Map<Primitive, number>()

  of({ primitive, attrs, inputs }: Application): string {
    const [a = -1, b = -1] = inputs
    const operands = a > b && commuting.has(primitive) ? `${b},${a}` : inputs.join()
    return `${this.number(primitive)}(${operands})${textOf(attrs)}`
  }

  /** Users define primitives too, and nothing keeps two from having one name. */
  private number(primitive: Primitive): number {
    const number = this.numbers.get(primitive) ?? this.numbers.size
    this.numbers.set(primitive, number)
    return number
  }
}

/** Attributes as text, which unlike JSON tells NaN, -0 and the infinities apart. */
function textOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  let text = '{'
  for (const [name, part] of Object.entries(value)) text += `${name}:${textOf(part)},`
  return `${text}}`
}
