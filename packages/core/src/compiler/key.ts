import type { Node, Primitive } from '../graph/tensor.ts'
import { resolve } from './plan.ts'

let primitiveCount = 0
const primitiveKeys = new WeakMap<Primitive, string>()

/** A primitive's name and number: users define primitives too, and nothing keeps two from having one name. */
function primitiveKey(primitive: Primitive): string {
  let key = primitiveKeys.get(primitive)
  if (key === undefined) {
    key = `${primitive.name}#${primitiveCount++}`
    primitiveKeys.set(primitive, key)
  }
  return key
}

const attrKeys = new WeakMap<object, string>()

/** Attributes as text. Unlike JSON it tells NaN, -0 and the infinities apart. */
function attrKey(attrs: object): string {
  let key = attrKeys.get(attrs)
  if (key === undefined) {
    key = textOf(attrs)
    attrKeys.set(attrs, key)
  }
  return key
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, v]) => `${name}:${textOf(v)}`)
      .join()}}`
  }
  return Object.is(value, -0)
    ? '-0'
    : JSON.stringify(value) === 'null'
      ? String(value)
      : JSON.stringify(value)
}

/**
 * A text that is equal for two schedules exactly when they compute the same from inputs of the same shapes: what the
 * plan cache is keyed by. Values of leaves are not part of it, values of constants are.
 */
export function structureKey(roots: readonly Node[], order: readonly Node[]): string {
  const ids = new Map<Node, number>()
  const parts: string[] = []
  for (const node of order) {
    ids.set(node, ids.size)
    if (node.storage !== null) parts.push(`${node.dtype}[${node.shape.join()}]`)
    else {
      const inputs = node.inputs.map((input) => ids.get(resolve(input))).join()
      parts.push(`${primitiveKey(node.primitive)}(${inputs})${attrKey(node.attrs)}`)
    }
  }
  parts.push(`>${roots.map((root) => ids.get(resolve(root))).join()}`)
  return parts.join(';')
}
