import { atomic, type Code, type FunctionRef, type Int, i32, type ModuleBuilder } from '../assembler/index.ts'

// Four words for each kernel that can fail: 1 + the place of the first failure (0: none), the value at fault, a lock.

/** Bytes of the words that `operand.failure` is the address of. All are 0 when a run begins. */
export const failureBytes = 16

function reporter(module: ModuleBuilder): FunctionRef {
  return module.function('fail', ['i32', 'i32', 'i32'], null, (code, words, place, value) => {
    const busy = (): Int => atomic.compareExchange(words, 0, 1, 8)
    code.while(busy, () => {})
    const before = code.let(atomic.load(words))
    code.if(i32.or(i32.eqz(before), i32.ltU(place, i32.sub(before, 1))), () => {
      code.run(atomic.store(words, value, 4))
      code.run(atomic.store(words, i32.add(place, 1)))
    })
    code.run(atomic.store(words, 0, 8))
  })
}

/**
 * Says that the value a phase met at `place` cannot be computed with; `words` is the address given for
 * `operand.failure`. The smallest place wins, so that any number of threads gives the error that going through them in
 * order gives. The phase goes on, or returns: what it writes is thrown away.
 */
export function reportFailure(module: ModuleBuilder, code: Code, words: Int, place: Int, value: Int): void {
  const report = module.once('fail', () => reporter(module))
  code.run(module.call(report, words, place, value))
}
