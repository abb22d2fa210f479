import { formatShape } from '../graph/shape.ts'
import type { Node } from '../graph/tensor.ts'

/** Attributes that say nothing when all their numbers are this one. */
const neutral: Readonly<Record<string, number>> = {
  start: 0,
  step: 1,
  stride: 1,
  padding: 0,
  dilation: 1,
  inputDilation: 1,
  groups: 1,
  low: 0,
  high: 0,
  interior: 0,
  value: 0,
}

/**
 * What distinguishes this application of the primitive from others, in the attributes' own names: `axis 1`,
 * `shape [2, 3]`, `keepDims`. What has no effect is left out.
 */
export function attrTexts({ attrs, inputs, primitive }: Node): string[] {
  if (primitive.name === 'custom') return []
  const rank = inputs[0]?.shape.length
  return Object.entries(attrs).flatMap(([name, value]) => {
    if (name === 'axes' && Array.isArray(value)) {
      if (value.length === rank) return []
      return [`axis ${value.length === 1 ? value[0] : valueText(value)}`]
    }
    if (typeof value === 'boolean') return value ? [name] : []
    const plain = neutral[name]
    const numbers: unknown[] = Array.isArray(value) ? value.flat() : [value]
    return plain !== undefined && numbers.every((v) => v === plain) ? [] : [`${name} ${valueText(value)}`]
  })
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  return typeof value === 'number' ? numberText(value) : String(value)
}

/** A number in few digits: up to six of them. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(Number(value.toPrecision(6)))
}

/** A leaf that is part of the graph's structure, as a call that makes it (a scalar constant as its value); else null. */
export function literalText({ primitive, attrs, dtype, shape }: Node): string | null {
  const { value, size } = attrs as { readonly value?: number; readonly size?: number }
  if (primitive.name === 'constant' && value !== undefined) {
    const text = dtype === 'bool' ? String(value !== 0) : numberText(value)
    return shape.length === 0 ? text : `full(${formatShape(shape)}, ${text})`
  }
  if (primitive.name !== 'iota') return null
  return dtype === 'i32' ? `iota(${size})` : `iota(${size}, dtype ${dtype})`
}

/** The application of a primitive as a call: `sum(x, axis 1)`. */
export function callText(node: Node, args: readonly string[]): string {
  return `${node.primitive.name}(${[...args, ...attrTexts(node)].join(', ')})`
}
