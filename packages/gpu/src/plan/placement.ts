import type { Plan, Step, TensorSpec } from '@samkit/core'
import { mostElements } from '../kernels/device-kernel.ts'
import { hasPrimitive } from '../kernels/primitives/index.ts'

/** Where a step runs: in a kernel, or on the host with the reference kernel. */
export type Place = 'device' | 'host'

/** The most comparisons that `argsort` and its kin are worth on a device, where they look at every pair. */
const mostPairs = 2 ** 26

/**
 * Integers that gpu.js computes exactly as `f32`: what only moves, picks and compares them, as long as they are within
 * ±2²⁴. Everything else that is made of integers runs on the host.
 */
const exactOnIntegers = new Set([
  'abs',
  'argmax',
  'argmin',
  'argsort',
  'barrier',
  'concat',
  'constant',
  'eq',
  'expand',
  'flip',
  'floor',
  'gather',
  'identity',
  'iota',
  'le',
  'lt',
  'max',
  'maximum',
  'min',
  'minimum',
  'neg',
  'pad',
  'permute',
  'reshape',
  'sign',
  'slice',
  'stopGradient',
  'where',
  'windows',
])

/** How integers are treated: as numbers within ±2²⁴, or as what they are. */
export type IntegerRange = 'narrow' | 'wide'

/** Where a step of a plan runs. */
export function placeOf(step: Step, { values }: Plan, range: IntegerRange): Place {
  const { primitive, attrs, inputs, output } = step
  const specOf = (id: number): TensorSpec => values[id] as TensorSpec
  const result = specOf(output)
  const operands = inputs.map(specOf)
  if (primitive.name === 'random' || primitive.name === 'remainder') return 'host'
  if (isLong(step, operands, result)) return 'host'
  if (![result, ...operands].some(({ dtype }) => dtype === 'i32')) return 'device'
  if (primitive.name === 'cast')
    return result.dtype === 'i32' && operands[0]?.dtype !== 'bool' ? 'host' : 'device'
  const [data] = operands
  const readsIndex = primitive.name === 'gather' || primitive.name === 'scatterAdd'
  if (readsIndex && data?.dtype !== 'i32') return 'device'
  if (!exactOnIntegers.has(primitive.name)) return 'host'
  if (range === 'wide') {
    const givesIndex = primitive.name.startsWith('arg') && data?.dtype !== 'i32'
    return givesIndex ? 'device' : 'host'
  }
  const { value } = attrs as { readonly value?: unknown }
  return typeof value === 'number' && Math.abs(value) > mostElements ? 'host' : 'device'
}

function isLong(
  { primitive, attrs, inputs }: Step,
  operands: readonly TensorSpec[],
  result: TensorSpec,
): boolean {
  if (!hasPrimitive(primitive.name) || inputs.length === 0) return false
  const { axis } = attrs as { readonly axis?: number }
  const length = axis === undefined ? 1 : (operands[0]?.shape[axis] ?? 1)
  const scans = primitive.name === 'argsort' || primitive.name === 'cumsum' || primitive.name === 'scatterAdd'
  return scans && length * result.shape.reduce((count, n) => count * n, 1) > mostPairs
}
