import type { HostArray, Shape } from '../graph/dtype.ts'
import { sizeOf, stridesOf } from '../graph/shape.ts'

/** One spatial axis of a convolution. */
export interface ConvAxis {
  readonly stride: number
  readonly low: number
  readonly dilation: number
  readonly inputDilation: number
}

/**
 * Adds `weight · input plane` into `output plane` for one pair of channels: for each element of the kernel, every
 * output position reads the input position `(o · stride + k · dilation - low) / inputDilation`, where that is one.
 */
export function convolvePlane(
  x: HostArray['data'],
  xStart: number,
  inputs: Shape,
  w: HostArray['data'],
  wStart: number,
  kernel: Shape,
  out: Float64Array,
  outStart: number,
  outputs: Shape,
  axes: readonly ConvAxis[],
): void {
  const inputStrides = stridesOf(inputs)
  const outputStrides = stridesOf(outputs)
  const kernelStrides = stridesOf(kernel)
  const rank = kernel.length
  const taps = sizeOf(kernel)

  const walk = (axis: number, tap: readonly number[], weight: number, from: number, to: number): void => {
    const { stride, low, dilation, inputDilation } = axes[axis]!
    const shift = tap[axis]! * dilation - low
    const length = inputs[axis]!
    const count = outputs[axis]!
    const inStep = inputStrides[axis]!
    const outStep = outputStrides[axis]!
    const last = axis === rank - 1
    const first = Math.max(0, Math.ceil(-shift / stride))
    const end = Math.min(count, Math.floor(((length - 1) * inputDilation - shift) / stride) + 1)
    if (last && inputDilation === 1) {
      let i = from + (first * stride + shift) * inStep
      for (let o = first; o < end; o++, i += stride) out[to + o]! += weight * x[i]!
      return
    }
    for (let o = first; o < end; o++) {
      const at = o * stride + shift
      if (at % inputDilation !== 0) continue
      const i = from + (at / inputDilation) * inStep
      if (last) out[to + o]! += weight * x[i]!
      else walk(axis + 1, tap, weight, i, to + o * outStep)
    }
  }

  for (let k = 0; k < taps; k++) {
    const tap = kernelStrides.map((s, axis) => Math.floor(k / s) % kernel[axis]!)
    walk(0, tap, w[wStart + k]!, xStart, outStart)
  }
}
