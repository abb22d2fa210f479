import type { HostArray, Shape, TensorSpec } from '../graph/dtype.ts'
import { sizeOf, stridesOf } from '../graph/shape.ts'

/** One spatial axis of a convolution. */
export interface ConvAxis {
  readonly stride: number
  readonly low: number
  readonly dilation: number
  readonly inputDilation: number
}

/** What the padding and the gaps of a dilated input hold. */
const outside = -1

/**
 * For every output position and every element of the kernel, which element of an input plane it meets: position
 * `(o · stride + k · dilation - low) / inputDilation` along each axis, or {@link outside} where that is none.
 */
function meetings(inputs: Shape, kernel: Shape, outputs: Shape, axes: readonly ConvAxis[]): Int32Array {
  const taps = sizeOf(kernel)
  const table = new Int32Array(sizeOf(outputs) * taps)
  const [inputStrides, kernelStrides, outputStrides] = [inputs, kernel, outputs].map(stridesOf)
  for (let i = 0; i < table.length; i++) {
    let at = 0
    for (let axis = 0; axis < axes.length && at !== outside; axis++) {
      const { stride, low, dilation, inputDilation } = axes[axis]!
      const o = Math.floor(Math.floor(i / taps) / outputStrides![axis]!) % outputs[axis]!
      const k = Math.floor((i % taps) / kernelStrides![axis]!) % kernel[axis]!
      const place = (o * stride + k * dilation - low) / inputDilation
      at =
        Number.isInteger(place) && place >= 0 && place < inputs[axis]!
          ? at + place * inputStrides![axis]!
          : outside
    }
    table[i] = at
  }
  return table
}

/**
 * Convolution by its definition: each output element is the dot product of one kernel with the patch of the input that it
 * lies on. The patches are copied out first, one per output position, so that the dot product is a plain loop.
 */
export function convolve(
  x: HostArray,
  w: HostArray,
  axes: readonly ConvAxis[],
  groups: number,
  output: TensorSpec,
): Float64Array {
  const [batch = 0, outChannels = 0, ...outputs] = output.shape
  const [, inChannels = 0, ...inputs] = x.shape
  const [, perGroup = 0, ...kernel] = w.shape
  const [plane, positions, taps] = [sizeOf(inputs), sizeOf(outputs), sizeOf(kernel)]
  const table = meetings(inputs, kernel, outputs, axes)
  const length = perGroup * taps
  const patches = new Float64Array(positions * length)
  const kernels = new Float64Array(w.data)
  const out = new Float64Array(sizeOf(output.shape))
  const outPerGroup = outChannels / groups

  for (let n = 0; n < batch; n++) {
    for (let group = 0; group < groups; group++) {
      for (let p = 0; p < positions; p++) {
        for (let c = 0; c < perGroup; c++) {
          const from = (n * inChannels + group * perGroup + c) * plane
          const to = p * length + c * taps
          for (let k = 0; k < taps; k++) {
            const at = table[p * taps + k]!
            patches[to + k] = at === outside ? 0 : x.data[from + at]!
          }
        }
      }
      for (let o = group * outPerGroup; o < (group + 1) * outPerGroup; o++) {
        for (let p = 0; p < positions; p++) {
          let dot = 0
          for (let i = 0; i < length; i++) dot += kernels[o * length + i]! * patches[p * length + i]!
          out[(n * outChannels + o) * positions + p] = dot
        }
      }
    }
  }
  return out
}
