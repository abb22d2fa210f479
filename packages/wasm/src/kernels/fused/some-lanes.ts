import { type FunctionRef, i32, i32x4, type ModuleBuilder, v128 } from '../../assembler/index.ts'

/**
 * The function `(address, bits, fill)` of a module: lanes `stride` bytes apart from memory where their bit is 1, others
 * from `fill`. For ends of rows and padding, where memory beyond must not be touched.
 */
export function loadLanes(module: ModuleBuilder, bool: boolean, stride: number): FunctionRef {
  return module.once(`load lanes ${bool} ${stride}`, () =>
    module.function('load_lanes', ['i32', 'i32', 'v128'], 'v128', (code, address, bits, out) => {
      for (let lane = 0; lane < 4; lane++) {
        code.if(i32.and(bits, 1 << lane), () => {
          const at = i32.add(address, lane * stride)
          code.set(
            out,
            bool ? i32x4.replace(out, lane, i32.sub(0, i32.load8u(at))) : v128.load32Lane(at, out, lane),
          )
        })
      }
      return out
    }),
  )
}

/** The function `(address, bits, value)` of a module: writes the lanes whose bit is 1. */
export function storeLanes(module: ModuleBuilder, bool: boolean, stride: number): FunctionRef {
  return module.once(`store lanes ${bool} ${stride}`, () =>
    module.function('store_lanes', ['i32', 'i32', 'v128'], null, (code, address, bits, value) => {
      for (let lane = 0; lane < 4; lane++) {
        code.if(i32.and(bits, 1 << lane), () => {
          const at = i32.add(address, lane * stride)
          code.run(
            bool ? i32.store8(at, i32.sub(0, i32x4.extract(value, lane))) : v128.store32Lane(at, value, lane),
          )
        })
      }
    }),
  )
}
