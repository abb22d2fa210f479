import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, f32, f64, i32, type Local, type Value } from '../../assembler/index.ts'
import { type Generate, phaseParameters } from '../generator.ts'
import { keyOf } from './key.ts'

/** Σ of locals times constants. */
function placed(indices: readonly Local<'i32'>[], factors: readonly number[], first: number): Value<'i32'> {
  let at = i32.const(first)
  indices.forEach((index, i) => {
    at = i32.add(at, i32.mul(index, factors[i] ?? 0))
  })
  return at
}

/** Loops over every index of a shape, innermost last. */
function nest(code: Code, sizes: readonly number[], body: (indices: readonly Local<'i32'>[]) => void): void {
  const indices: Local<'i32'>[] = []
  const level = (depth: number): void => {
    const size = sizes[depth]
    if (size === undefined) {
      body(indices)
      return
    }
    const index = code.local('i32')
    indices.push(index)
    code.for(index, { from: 0, to: size }, () => level(depth + 1))
  }
  level(0)
}

/** Convolution by its definition, one multiplication at a time, for what no faster way is made for. */
export const generateGeneric: Generate<ConvKernel> = (kernel) => {
  const { n, c, o, groups, axes, x, w, out, dtype } = kernel
  const single = dtype === 'f32'
  const size = single ? 4 : 8
  const read = (address: Value<'i32'>): Value<'f64'> =>
    single ? f64.promoteF32(f32.load(address)) : f64.load(address)
  const outputs = axes.map((axis) => axis.output)
  const reach = axes.reduce((count, axis) => count * axis.kernel * axis.output, c * o * groups)
  return {
    operands: [x.buffer, w.buffer, out.buffer],
    workspaceBytes: 0,
    byImage: true,
    phases: [
      {
        key: `conv-generic ${keyOf(kernel)}`,
        outer: n,
        grain: 1,
        cost: 3 * reach,
        emit: (module) =>
          module.function('conv', phaseParameters, null, (code, table, from, to) => {
            const [xAt, wAt, outAt] = [0, 4, 8].map((place) => code.let(i32.load(table, place)))
            const sum = code.local('f64')
            const image = code.local('i32')
            const address = (base: Local<'i32'> | undefined, element: Value<'i32'>) =>
              i32.add(base ?? 0, i32.mul(element, size))
            code.for(image, { from, to }, () =>
              nest(code, [groups, o, ...outputs], (place) => {
                const [group, feature] = [place[0] as Local<'i32'>, place[1] as Local<'i32'>]
                const position = place.slice(2)
                const row = code.let(i32.add(i32.mul(group, o), feature))
                code.set(sum, f64.const(0))
                nest(code, [c, ...axes.map((axis) => axis.kernel)], (taps) => {
                  const channel = code.let(i32.add(i32.mul(group, c), taps[0] as Local<'i32'>))
                  const sources: Local<'i32'>[] = []
                  const axis = (i: number): void => {
                    const along = axes[i]
                    if (along === undefined) {
                      const value = read(
                        address(xAt, placed([image, channel, ...sources], x.strides, x.offset)),
                      )
                      const weight = read(address(wAt, placed([row, ...taps], w.strides, w.offset)))
                      code.set(sum, f64.add(sum, f64.mul(value, weight)))
                      return
                    }
                    const { stride, dilation, low, inputDilation, input } = along
                    const spread = code.let(
                      placed(
                        [position[i] as Local<'i32'>, taps[i + 1] as Local<'i32'>],
                        [stride, dilation],
                        -low,
                      ),
                    )
                    const source = code.let(i32.divS(spread, inputDilation))
                    sources.push(source)
                    const met =
                      inputDilation === 1
                        ? i32.ltU(source, input)
                        : i32.and(i32.eq(i32.mul(source, inputDilation), spread), i32.ltU(source, input))
                    code.if(met, () => axis(i + 1))
                  }
                  axis(0)
                })
                const at = address(outAt, placed([image, row, ...position], out.strides, out.offset))
                code.run(single ? f32.store(at, f32.demoteF64(sum)) : f64.store(at, sum))
              }),
            )
          }),
      },
    ],
  }
}
